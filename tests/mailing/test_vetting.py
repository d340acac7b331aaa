import datetime as dt

import pytest
from coordinator_tables import DAY, person, told
from hypothesis import given
from hypothesis import strategies as st

from bot.mailing.audience import Placed
from bot.mailing.shifting import shifted_rows
from bot.mailing.standing import Tracks
from bot.mailing.vetting import vet
from bot.model.campaign import (
    DECISIONS,
    HOLDS_PLACE,
    KINDS,
    MAY_FOLLOW,
    REACTIONS,
    Override,
    Recipient,
    Told,
    may_follow,
)

LOST = [Override(person(0)[2], "lost", code) for code in ("same-wave", "contradiction")]


def recipient(index: int, row: int = 0) -> Recipient:
    number, name, address = person(index)
    return Recipient(row or index + 2, address, name, number)


def codes(found, level: str = "red") -> list[str]:
    return [each.code for each in found.findings if each.level == level]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("standing", MAY_FOLLOW)
def test_what_may_follow_where(kind, standing) -> None:
    """Each kind for somebody who stands at each place, by the table of the model."""
    record = told([(0, standing)]) if standing != "none" else []
    found = vet(kind, [recipient(0)], record, places=9, expected=1)
    assert (not codes(found)) == may_follow(standing, kind)
    if codes(found):
        assert set(codes(found)) <= {"contradiction", "same-wave", "withdrawn"}
        passed = vet(kind, [recipient(0)], record, places=9, expected=1, overrides=[Override(person(0)[2], "minutes")])
        assert not codes(passed)
        assert set(codes(found)) <= set(codes(passed, "orange"))


def test_same_decision_again_after_a_cancellation_is_no_repetition() -> None:
    record = told([(0, "shortlist"), (0, "interview"), (0, "interview-cancellation")])
    assert codes(vet("interview", [recipient(0)], record, places=None, expected=1)) == []
    again = vet("interview-cancellation", [recipient(0)], record, places=None, expected=1)
    assert codes(again) == ["same-wave"]


def test_after_is_the_last_entry_that_counts() -> None:
    record = told([(0, "shortlist"), (0, "interview"), (0, "reminder"), (0, "interview-change"), (1, "shortlist")])
    found = vet("offer", [recipient(0), recipient(5)], record, places=9, classes=True)
    assert found.after == {2: 2, 7: 0}


def test_revision_is_one_more_than_any_known() -> None:
    number, _, address = person(0)
    known = {(number, "offer"): 2, (address, "offer"): 4, (number, "rejection"): 9}
    found = vet(
        "offer", [recipient(0), recipient(1)], told([(0, "interview")]), places=9, classes=True, revisions=known
    )
    assert found.revision == {2: 5, 3: 1}


def test_one_person_by_number_and_by_address_through_the_record() -> None:
    """The number was written to at one address, this address had no number later: all of it is one person."""
    record = [
        Told(1, "A-1", "old@example.org", "Ana Lopez", "shortlist", DAY, 1, "sent"),
        Told(2, "A-1", "new@example.org", "Ana López", "interview", DAY, 1, "sent"),
        Told(3, "new@example.org", "NEW@example.org", "Ana López", "rejection", DAY, 2, "sent"),
    ]
    assert len(Tracks(record).people) == 1
    found = vet("offer", [Recipient(2, "old@example.org", "Ana Lopez")], record, places=9, classes=True)
    assert codes(found) == ["contradiction"]


def test_a_row_never_joins_two_people_of_the_record() -> None:
    """A wrong row names one's number and another's address: both records count for it, neither for others."""
    record = told([(0, "offer"), (1, "rejection")])
    number, name, _ = person(0)
    found = vet("free-text", [Recipient(2, person(1)[2], name, number)], record, places=None)
    assert codes(found) == ["shifted"]
    assert len(Tracks(record).people) == 2


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"address": "other@example.org"}, "had the address"),
        ({"name": "Quentin Zoller"}, "was `Anna Albrecht`"),
        ({"person": "A-77"}, "was that of applicant A-1000"),
        ({"person": "", "name": "Quentin Zoller"}, "was that of `Anna Albrecht`"),
    ],
)
def test_known_otherwise(change: dict[str, str], says: str) -> None:
    number, name, address = person(0)
    row = {"person": number, "name": name, "address": address, **change}
    found = vet("offer", [Recipient(2, **row)], told([(0, "interview")]), places=9, classes=True)
    assert "shifted" in codes(found)
    assert says in next(each.what for each in found.findings if each.code == "shifted")


def test_name_written_otherwise_is_the_same_person() -> None:
    number, _, address = person(0)
    for name in ("Dr. Anna Albrecht", "ANNA ALBRECHT", "Albrecht", "Ana Albrechd", ""):
        found = vet("offer", [Recipient(2, address, name, number)], told([(0, "interview")]), places=9, classes=True)
        assert codes(found) == [], name


def test_places() -> None:
    record = told(
        [*((i, "interview") for i in range(9)), *((i, "offer") for i in range(4)), (0, "accepted"), (1, "declined")]
    )
    offered = [recipient(4), recipient(5)]
    assert codes(vet("offer", offered, record, places=5, classes=True)) == []
    assert codes(vet("offer", offered, record, places=4, classes=True)) == ["places"]
    assert codes(vet("offer", offered, record, places=None, classes=True)) == ["places"]
    assert codes(vet("offer", offered, record, places=0, classes=True)) == ["places"]
    assert codes(vet("waiting-list", offered, record, places=0, classes=True)) == []
    again = vet("offer", [recipient(0)], record, places=3, classes=True, overrides=LOST)
    assert codes(again) == []  # whoever holds a place takes it once


def test_places_cannot_be_let_pass() -> None:
    overrides = [Override(person(i)[2], "please") for i in range(3)]
    record = told([(i, "interview") for i in range(3)])
    found = vet("offer", [recipient(i) for i in range(3)], record, places=2, classes=True, overrides=overrides)
    assert codes(found) == ["places"]
    assert codes(found, "orange") == ["override"] * 3


def test_count() -> None:
    two = [recipient(0), recipient(1)]
    assert codes(vet("shortlist", two, [], places=None)) == ["unexpected-count"]
    assert codes(vet("shortlist", two, [], places=None, expected=2)) == []
    assert codes(vet("shortlist", two, [], places=None, classes=True)) == []
    assert codes(vet("shortlist", two, [], places=None, classes=True, expected=3)) == ["unexpected-count"]
    assert codes(vet("free-text", two, [], places=None)) == []
    assert codes(vet("free-text", [], [], places=None)) == ["nobody"]


def test_same_words_of_a_notice() -> None:
    record = [Told(1, *[person(0)[i] for i in (0, 2, 1)], "reminder", DAY, 1, "sent", digest="d1")]
    assert codes(vet("reminder", [recipient(0)], record, places=None, wordings={2: "d1"})) == ["same-wave"]
    assert codes(vet("reminder", [recipient(0)], record, places=None, wordings={2: "d2"})) == []
    assert codes(vet("reminder", [recipient(0)], record, places=None)) == []


def test_notice_to_somebody_who_left_is_shown() -> None:
    for last, code in (("withdrawn", "withdrawn"), ("declined", "withdrawn"), ("rejection", "rejected")):
        found = vet("reminder", [recipient(0)], told([(0, "offer"), (0, last)]), places=None)
        assert (codes(found), codes(found, "orange")) == ([], [code])


def test_people_of_the_call_who_are_not_in_the_table() -> None:
    record = told([*((i, "interview") for i in range(9)), (8, "rejection")])
    placed = [Placed(2, *[person(0)[i] for i in (0, 2, 1)], "offer"), Placed(3, "", person(1)[2], "", "rejection")]
    found = vet("offer", [recipient(0)], record, places=9, classes=True, placed=placed)
    (absent,) = [each for each in found.findings if each.code == "not-in-table"]
    assert absent.level == "orange"
    assert absent.what.startswith("6 of the call could be told offer next")
    assert absent.what.endswith("and 1 more")
    assert person(2)[1] in absent.what


def test_override_without_reason_or_without_need() -> None:
    found = vet("shortlist", [recipient(0)], [], places=None, classes=True, overrides=[Override("a@example.org", " ")])
    assert codes(found) == ["override"]
    found = vet("shortlist", [recipient(0)], [], places=None, classes=True, overrides=[Override("a@example.org", "b")])
    assert (codes(found), codes(found, "orange")) == ([], ["override"])


def test_one_override_lets_one_kind_pass() -> None:
    """A slipped row of somebody who was rejected: the reason for one is none for the other."""
    number, _, address = person(0)
    record = told([(0, "rejection")])
    row = [Recipient(2, address, "Quentin Zoller", number)]
    found = vet("shortlist", row, record, places=None, classes=True, overrides=[Override(address, "new surname")])
    assert sorted(codes(found)) == ["contradiction", "shifted"]
    assert all(f'--override {address}:{each.code}="REASON"' in each.cure for each in found.findings)
    each = [Override(address, "a reason", code) for code in ("contradiction", "shifted")]
    assert codes(vet("shortlist", row, record, places=None, classes=True, overrides=each)) == []
    assert codes(vet("shortlist", row, record, places=None, classes=True, overrides=each[:1])) == ["shifted"]


def test_a_call_without_a_record_is_shown() -> None:
    for kind in KINDS:
        found = vet(kind, [recipient(0)], [], places=9, classes=True, wordings={2: "d"})
        assert "no-record" in codes(found, "orange")
    for found in (
        vet("shortlist", [recipient(0)], told([(1, "shortlist")]), places=9, classes=True, wordings={2: "d"}),
        vet("shortlist", [recipient(0)], [], places=9, classes=True),  # `campaign record` writes no mail
    ):
        assert "no-record" not in codes(found, "orange")


def test_the_first_decision_can_be_recorded_instead() -> None:
    (found,) = vet("offer", [recipient(0)], [], places=9, classes=True).findings
    assert "callboard campaign record" in found.cure
    assert f'--override {person(0)[2]}="REASON"' in found.cure


def test_addresses_that_fit_their_names_are_not_shifted() -> None:
    people = [Placed(i + 2, *[person(i)[k] for k in (0, 2, 1)], "") for i in range(240)]
    people += [
        Placed(900, "", "mariachi77@example.org", "Tom Fuchs", ""),
        Placed(901, "", "maria.lang@example.org", "Maria Lang", ""),
        Placed(902, "", "weber.family@example.org", "Ben Weber", ""),
        Placed(903, "", "sunny@example.org", "Anna Weber", ""),
        Placed(904, "", "", "Nobody Known", ""),
        Placed(905, "", "xiaoming@example.org", "王小明", ""),
    ]
    assert shifted_rows(people) == {}


def test_swapped_rows_and_a_column_sorted_alone_are_seen() -> None:
    people = [person(i * 13 % 120) for i in range(40)]
    addresses = sorted(address for _, _, address in people)
    placed = [Placed(i + 2, n, addresses[i], name, "") for i, (n, name, _) in enumerate(people)]
    moved = {each.row for each, (_, _, own) in zip(placed, people, strict=True) if each.address != own}
    assert len(shifted_rows(placed)) > len(moved) * 0.9
    assert set(shifted_rows(placed)) <= moved


people_of = st.integers(0, 5)


@given(
    st.lists(st.tuples(people_of, st.sampled_from([*KINDS, *REACTIONS])), max_size=25),
    st.sampled_from(KINDS),
    st.sets(people_of),
    st.integers(0, 6),
)
def test_what_passes_contradicts_nothing(entries, kind, chosen, places) -> None:
    """Whatever was told: a plan without a red finding keeps to the table, tells no decision twice, and has places enough."""
    record = told(entries)
    recipients = [recipient(i) for i in sorted(chosen)]
    found = vet(kind, recipients, record, places=places, expected=len(recipients))
    tracks = Tracks(record)
    if not codes(found):
        standings = [tracks.track(one.person, one.address).standing for one in recipients]
        assert all(may_follow(standing, kind) for standing in standings)
        assert kind not in DECISIONS or kind not in standings
        holding = sum(track.standing in HOLDS_PLACE for track in tracks.people.values())
        assert kind != "offer" or len(recipients) + holding <= places
    assert set(found.after) == {one.row for one in recipients}


def test_day_is_told() -> None:
    record = [
        Told(1, "A-1000", person(0)[2], person(0)[1], "rejection", dt.datetime(2026, 4, 1, tzinfo=dt.UTC), 7, "sent")
    ]
    (found,) = vet("offer", [recipient(0)], record, places=3, classes=True).findings
    assert str(found) == (
        "row 2: Anna Albrecht was told rejection (2026-04-01, campaign 7); offer contradicts it: take the row out, or clear it up "
        'with the committee; if it is meant, say --override anna.albrecht@example.org="REASON"'
    )
