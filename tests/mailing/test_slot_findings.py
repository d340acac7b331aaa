"""Slots that cannot all take place: among the rows of a sheet, and against what stands."""

from datetime import timedelta
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from bot.mailing.slot_findings import Standing, clash_findings
from bot.mailing.slot_rows import Offer
from bot.model.slot import Interviewer, Meeting
from tests.mailing.slot_tables import ADA, BO, at, read

NINE, HALF, TEN = "2026-11-30T09:00", "2026-11-30T09:30", "2026-11-30T10:00"


def found(*meetings: Meeting, standing: tuple[Meeting, ...] = ()) -> list[tuple[str, str, int]]:
    offers = [Offer(row, meeting) for row, meeting in enumerate(meetings, 2)]
    known = [Standing(f"slot {number}", meeting) for number, meeting in enumerate(standing, 7)]
    return [(each.level, each.code, each.row) for each in clash_findings(offers, known)]


def test_one_after_the_other_is_no_clash() -> None:
    assert found(at(NINE, panel=[ADA], place="R 1"), at(HALF, panel=[ADA], place="R 1")) == []


def test_an_interviewer_at_two_places() -> None:
    assert found(at(NINE, 60, panel=[ADA]), at(HALF, panel=[BO, ADA])) == [("red", "interviewer-twice", 3)]
    assert found(at(NINE, panel=[ADA]), at(NINE, 60, panel=[Interviewer(" ada  MUSTER")])) == [
        ("red", "interviewer-twice", 3)
    ]
    nick = Interviewer("A. M.", "ADA@school.example")
    assert found(at(NINE, panel=[nick]), standing=(at(NINE, 60, panel=[ADA]),)) == [("red", "interviewer-twice", 2)]
    assert found(at(NINE, panel=[BO]), at(NINE, 60, panel=[Interviewer("Cy")])) == []


def test_a_room_or_a_link_used_twice() -> None:
    assert found(at(NINE, place="R 1"), at(NINE, 60, place="r 1")) == [("red", "place-twice", 3)]
    assert found(at(NINE, link="https://x.example/1"), at(NINE, 60, link="https://x.example/1")) == [
        ("red", "link-twice", 3)
    ]
    online = at(NINE, place="online", link="https://x.example/1"), at(NINE, place="online", link="https://x.example/2")
    assert found(*online) == [("orange", "place-twice", 3)]


def test_the_same_slot_twice_in_the_sheet_or_in_the_record() -> None:
    one = at(NINE, place="R 1", panel=[ADA])
    assert found(one, one) == [("red", "same-slot", 3)]
    assert found(one, standing=(one,)) == [("red", "same-slot", 2)]


def test_what_stands_clashes_among_itself_unnoticed() -> None:
    assert found(standing=(at(NINE, panel=[ADA]), at(NINE, 60, panel=[ADA]))) == []


def test_an_interview_of_unknown_length_takes_place_at_its_begin() -> None:
    assert found(at(NINE, 60, panel=[ADA]), standing=(at(HALF, None, panel=[ADA]),)) == [
        ("red", "interviewer-twice", 2)
    ]
    assert found(at(NINE, panel=[ADA]), standing=(at(TEN, None, panel=[ADA]),)) == []


def test_rows_of_windows_that_overlap_are_named_once() -> None:
    window = ("2026-11-30", "09:00", "12:00", "30", "0", "Ada", "", "R 1")
    sheet = read([window, ("2026-11-30", "10:00", "12:00", "20", "0", "Ada", "", "R 2")])
    (one,) = clash_findings(sheet.offers, [])
    assert (one.row, one.code, "row 2" in one.what) == (3, "interviewer-twice", True)


STARTS = at("2026-11-30T06:00").starts


def _drawn(quarter: int, long: int, who: str, place: str) -> Meeting:
    panel = (Interviewer(who),) if who else ()
    return Meeting(STARTS + timedelta(minutes=15 * quarter), 15 * long, place, "", panel)


def _clash(one: Meeting, other: Meeting) -> bool:
    """The law, written anew."""
    at_one_place = bool(one.place) and one.place == other.place
    return one.meets(other) and (one == other or at_one_place or bool({*one.panel} & {*other.panel}))


MEETINGS = st.lists(
    st.builds(
        _drawn,
        st.integers(0, 20),
        st.integers(1, 6),
        st.sampled_from(["", "Ada", "Bo"]),
        st.sampled_from(["", "R1", "R2"]),
    ),
    max_size=12,
)


@given(MEETINGS, MEETINGS)
def test_nothing_found_means_nobody_and_nothing_is_at_two_places(
    offered: list[Meeting], standing: list[Meeting]
) -> None:
    among = any(_clash(one, other) for one, other in combinations(offered, 2))
    against = any(_clash(one, other) for one in offered for other in standing)
    assert bool(found(*offered, standing=tuple(standing))) == (among or against)
