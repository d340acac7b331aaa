"""A campaign planned anew for those whom it did not reach, however they are known again."""

import datetime as dt

import pytest

from bot.mailing.standing import Tracks
from bot.mailing.unreached import unreached
from bot.model.campaign import RELOCATED, Recipient, Told, address_key, number_key
from bot.model.delivery import Delivery

WHEN = dt.datetime(2027, 3, 1, tzinfo=dt.UTC)


def delivery(number, name, address, state, person=""):
    key = number_key(person) or address_key(address)
    return Delivery(number, 7, number + 1, key, address, name, "en", f"{number:032x}", 1, "A subject", state)


def row(number, name, address, person=""):
    return Recipient(number, address, name, person)


def told(*entries):
    rows = enumerate(entries, 1)
    return Tracks([Told(number, person, address, "Somebody", what, WHEN) for number, (person, address, what) in rows])


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        ("sent", "has it: campaign 7"),
        ("unknown", "may have it: campaign 7"),
        ("waiting", "campaign 7 is still to send it"),
        ("cancelled", "cancelled in campaign 7"),
    ],
)
def test_everybody_else_is_set_aside_with_the_reason(state: str, reason: str) -> None:
    before = [delivery(1, "Noor Haddad", "noor@example.org", state), delivery(2, "Li Wei", "li@example.org", "bounced")]
    rows = [
        row(2, "Noor Haddad", "noor@example.org"),
        row(3, "Li Wei", "li@example.net"),
        row(4, "New One", "n@example.org"),
    ]
    found = unreached(7, rows, before, told())
    assert [one.row for one in found.recipients] == [3]
    assert [(one.row, one.reason) for one in found.aside] == [(2, reason), (4, "not in campaign 7")]
    assert found.revision == {3: 2}


def test_who_is_known_by_number_address_record_or_name() -> None:
    before = [
        delivery(1, "Noor Haddad", "noor@example.org", "bounced", "A-1"),
        delivery(2, "Li Wei", "li@example.org", "refused"),
        delivery(3, "Ines Roth", "ines@example.org", "bounced"),
        delivery(4, "Max Klee", "max@example.org", "bounced", "A-4"),
    ]
    rows = [
        row(2, "Noor Haddad", "n.haddad@example.org", "A-1"),
        row(3, "Li Wei", "li@example.org"),
        row(4, "I. Roth", "roth@example.org"),
        row(5, "Max Klee", "klee@example.org", "A-9"),
    ]
    moved = told(("", "ines@example.org", "shortlist"), ("ines@example.org", "roth@example.org", RELOCATED))
    found = unreached(7, rows, before, moved)
    assert [one.row for one in found.recipients] == [2, 3, 4]
    assert [one.row for one in found.aside] == [5]  # of the same name, with another number: another person
    assert [(one.code, one.row) for one in found.findings] == [("same-address", 3), ("not-in-table", 0)]


def test_by_name_alone_is_shown() -> None:
    before = [delivery(1, "Li Wei", "li@example.org", "bounced"), delivery(2, "Li  Wei", "other@example.org", "sent")]
    assert [one.row for one in unreached(7, [row(2, "Li Wei", "li@example.net")], before, told()).aside] == [2]
    found = unreached(7, [row(2, "li wei", "li@example.net")], before[:1], told())
    assert [one.row for one in found.recipients] == [2]
    assert [(one.level, one.code) for one in found.findings] == [("orange", "other-address")]


def test_a_row_that_is_two_people() -> None:
    before = [
        delivery(1, "Noor Haddad", "noor@example.org", "bounced", "A-1"),
        delivery(2, "Li Wei", "li@example.org", "bounced", "A-2"),
    ]
    found = unreached(7, [row(2, "Noor Haddad", "li@example.org", "A-1")], before, told())
    assert not found.recipients
    assert [(one.level, one.code) for one in found.findings] == [("red", "two-people")]
