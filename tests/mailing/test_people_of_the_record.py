"""Who is who in the record once somebody has another address, and what choosing a time means for where people stand."""

import datetime as dt

from bot.mailing.standing import Tracks
from bot.mailing.vetting import vet
from bot.model.campaign import (
    COUNTS,
    KINDS,
    RELOCATED,
    Recipient,
    Standing,
    Told,
    decision_of,
    may_follow,
    standing_after,
)

WHEN = dt.datetime(2027, 3, 1, tzinfo=dt.UTC)
STANDINGS: tuple[Standing, ...] = ("none", "shortlist", "interview", "waiting-list", "offer", "rejection", "withdrawn")


def entries(*said):
    rows = enumerate(said, 1)
    return [Told(number, person, address, "Noor Haddad", what, WHEN) for number, (person, address, what) in rows]


def test_choosing_a_time_is_an_interview() -> None:
    for standing in STANDINGS:
        assert may_follow(standing, "interview-booking") is may_follow(standing, "interview")
        assert standing_after(standing, "interview-booking") == standing_after(standing, "interview") == "interview"
        assert standing_after(standing, RELOCATED) == standing_after(standing, "booked") == standing
    assert "interview-booking" in COUNTS
    assert not {RELOCATED, "booked"} & COUNTS
    assert {kind for kind in KINDS if decision_of(kind) != kind} == {"interview-booking"}


def test_another_address_is_the_same_person_by_the_first_key() -> None:
    tracks = Tracks(entries(("", "old@x.org", "shortlist"), ("old@x.org", "new@x.org", RELOCATED)))
    (track,) = tracks.people.values()
    assert (track.standing, track.number, track.key) == ("shortlist", "", "old@x.org")
    assert tracks.key(Recipient(2, "new@x.org", "Noor Haddad")) == "old@x.org"
    assert tracks.key(Recipient(2, "New@x.org", "Noor Haddad", "007")) == "7"
    assert tracks.key(Recipient(2, "other@x.org", "Bo Beispiel")) == "other@x.org"
    numbered = Tracks(entries(("A-1", "old@x.org", "shortlist"), ("A-1", "new@x.org", RELOCATED)))
    assert numbered.key(Recipient(2, "new@x.org", "Noor Haddad")) == "a-1"


def test_a_plan_after_another_address() -> None:
    told = entries(("", "old@x.org", "shortlist"), ("old@x.org", "new@x.org", RELOCATED))
    for number in ("", "A-1"):
        one = Recipient(2, "new@x.org", "Noor Haddad", number)
        found = vet("interview", [one], told, places=None, expected=1, revisions={("old@x.org", "interview"): 3})
        assert not found.findings
        assert found.after == {2: 1}
        assert found.revision == {2: 4}
