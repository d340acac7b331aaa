"""An applicant's number is the same however a spreadsheet shows it."""

import pytest

from bot.model.campaign import Recipient, number_key


@pytest.mark.parametrize("shown", ["7", "007", "07", "7.0", " 7 ", "7,", "７", "7\u200b", "7,0"])
def test_one_number(shown: str) -> None:
    assert Recipient(2, "a@example.org", "Ann", person=shown).key == "7"


@pytest.mark.parametrize(("one", "other"), [("7", "70"), ("A-7", "7"), ("0", "00.5"), ("A-007", "A-7")])
def test_different_numbers(one: str, other: str) -> None:
    assert number_key(one) != number_key(other)


def test_no_number() -> None:
    assert Recipient(2, "Ann@Example.org", "Ann").key == "ann@example.org"
    assert number_key("0") == number_key("000") == "0"
