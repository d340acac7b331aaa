"""One reason lets one thing pass."""

import pytest

from bot.mailing.overriding import Overrides
from bot.model.campaign import Finding, Override

ADA = "ada@example.org"
CURE = f'look; if it is meant, say --override {ADA}="REASON"'
SLIPPED, AGAIN = Finding("red", "shifted", "slipped", CURE, 2), Finding("red", "same-wave", "again", CURE, 2)
SHOWN = Finding("orange", "namesake", "look", "look", 2)


def levels(found: list[Finding]) -> dict[str, str]:
    return {each.code: each.level for each in found}


def test_a_reason_without_a_code_serves_a_single_code() -> None:
    waived = Overrides([Override(ADA.upper(), "minutes 7")])
    assert levels(waived.let_pass(ADA, [SLIPPED, SHOWN, SLIPPED])) == {"shifted": "orange", "namesake": "orange"}
    assert [*waived.findings()] == []


def test_of_two_kinds_none_passes_and_the_cure_says_what_to_type() -> None:
    waived = Overrides([Override(ADA, "minutes 7")])
    found = waived.let_pass(ADA, [SLIPPED, AGAIN])
    assert levels(found) == {"shifted": "red", "same-wave": "red"}
    assert [f'--override {ADA}:{each.code}="REASON"' in each.cure for each in found] == [True, True]
    assert [*waived.findings()] == []
    first = Overrides([]).let_pass(ADA, [SLIPPED, AGAIN])
    assert first[0].cure == f'look; if it is meant, say --override {ADA}:shifted="REASON"'


@pytest.mark.parametrize("code", ["shifted", "same-wave"])
def test_a_code_lets_its_own_pass_only(code: str) -> None:
    waived = Overrides([Override(ADA, "minutes 7", code)])
    found = levels(waived.let_pass(ADA, [SLIPPED, AGAIN]))
    assert [each for each, level in found.items() if level == "orange"] == [code]


def test_a_code_each() -> None:
    waived = Overrides([Override(ADA, "moved", "shifted"), Override(ADA, "lost", "same-wave")])
    found = waived.let_pass(ADA, [SLIPPED, AGAIN])
    assert [(each.level, each.cure) for each in found] == [("orange", "let pass: moved"), ("orange", "let pass: lost")]


def test_a_code_that_nothing_has_is_idle() -> None:
    waived = Overrides([Override(ADA, "moved", "shiftd"), Override(ADA, " ", "shifted")])
    assert [each.level for each in waived.let_pass(ADA, [SLIPPED])] == ["red"]
    assert [(each.level, each.code) for each in waived.findings()] == [("orange", "override"), ("red", "override")]
    assert f"{ADA}:shiftd" in next(waived.findings()).what
