"""One person with two addresses, or two people of one name: what the record cannot tell apart, a person must."""

from datetime import UTC, datetime

import pytest

from bot.mailing.vetting import vet
from bot.model.campaign import Finding, Override, Recipient, Told

NOW = datetime(2026, 3, 25, tzinfo=UTC)
REJECTED = Told(1, "li.wei@example.org", "li.wei@example.org", "Li Wei", "rejection", NOW, 1, "sent", 2)
NUMBERED = Told(1, "A-1", "li.wei@example.org", "Li Wei", "rejection", NOW, 1, "sent", 2)


def found(one: Recipient, told: Told, *overrides: Override) -> list[Finding]:
    vetted = vet("shortlist", [one], [told], places=6, expected=1, overrides=overrides)
    return [finding for finding in vetted.findings if finding.code == "namesake"]


@pytest.mark.parametrize("name", ["Li Wei", "LI WEI", "Wei, Li", "Wei Li"])
def test_somebody_rejected_under_another_address(name: str) -> None:
    one = Recipient(2, "liwei88@example.com", name)
    assert [finding.level for finding in found(one, REJECTED)] == ["red"]
    assert [finding.level for finding in found(one, REJECTED, Override(one.address, "another person"))] == ["orange"]


def test_numbers_tell_people_apart() -> None:
    assert [one.level for one in found(Recipient(2, "b@example.com", "Li Wei", person="A-2"), NUMBERED)] == ["orange"]


def test_other_names_and_known_people_are_left_alone() -> None:
    assert found(Recipient(2, "b@example.com", "Li Wang"), REJECTED) == []
    assert found(Recipient(2, "li.wei@example.org", "Li Wei"), REJECTED) == []
    assert found(Recipient(2, "b@example.com", "Wei"), REJECTED) == []


def test_two_rows_of_one_name() -> None:
    rows = [Recipient(2, "a@example.org", "Ann Roe"), Recipient(3, "b@example.org", "Ann Roe")]
    assert [one.row for one in vet("shortlist", rows, [], places=6, expected=2).findings if one.code == "namesake"] == [
        3
    ]
