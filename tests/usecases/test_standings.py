"""Where people stand, what takes a place, and who is next on the waiting list."""

from datetime import UTC, datetime

from bot.model.campaign import Told
from bot.usecases.standings import next_waiting, places_taken, standings

NOW = datetime(2026, 3, 25, tzinfo=UTC)


def told(number: int, person: str, what: str, *, campaign: int = 1, position: int = 2, address: str = "") -> Told:
    at = address or f"{person}@example.org"
    return Told(number, person, at, person.title(), what, NOW, campaign, "sent", position)


def test_the_last_word_counts() -> None:
    people = standings([told(1, "ann", "interview"), told(2, "ann", "offer"), told(3, "ann", "declined")])
    assert [(one.last.name, one.standing) for one in people] == [("Ann", "declined")]


def test_a_reminder_changes_nothing() -> None:
    people = standings([told(1, "ann", "offer"), told(2, "ann", "reminder")])
    assert (people[0].standing, people[0].last.what) == ("offer", "offer")


def test_one_person_by_number_or_by_address() -> None:
    people = standings([told(1, "a-1", "interview"), told(2, "a-1", "offer", address="new@example.org")])
    assert len(people) == 1


def test_an_earlier_number_or_address_is_theirs_still() -> None:
    (person,) = standings(
        [told(1, "7", "interview", address="old@example.org"), told(2, "7", "offer", address="new@x.org")]
    )
    assert [person.known_as(word) for word in ("007", "old@example.org", "New@x.org", "8")] == [True, True, True, False]


def test_offers_hold_places_until_they_are_declined_or_withdrawn() -> None:
    entries = [told(number, name, "offer") for number, name in enumerate(("ann", "bob", "cem", "dee"), start=1)]
    entries += [told(5, "bob", "declined"), told(6, "cem", "withdrawn"), told(7, "dee", "accepted")]
    assert places_taken(standings(entries)) == 2


def test_the_waiting_list_goes_by_the_committees_rows() -> None:
    entries = [
        told(1, "late", "waiting-list", campaign=2, position=2),
        told(2, "second", "waiting-list", position=9),
        told(3, "first", "waiting-list", position=4),
    ]
    first = next_waiting(standings(entries))
    assert first is not None
    assert first.last.name == "First"
    assert next_waiting(standings([*entries, told(4, "first", "offer")])).last.name == "Second"
    assert next_waiting([]) is None
