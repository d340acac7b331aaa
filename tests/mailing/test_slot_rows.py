"""A row of a sheet of slots: times on the call's clock, windows cut, and every mistake with its row, column and cure."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.mailing.slot_tables import read, red


@pytest.mark.parametrize(
    ("row", "code", "column"),
    [
        (("2026-09-30", "09:00", "", "30"), "past", "from"),
        (("2026-10-25", "02:30", "", "30"), "unreadable", "from"),  # comes twice
        (("2027-03-28", "02:30", "", "30"), "unreadable", "from"),  # does not exist
        (("2027-03-28", "01:00", "02:30", "30"), "unreadable", "until"),
        (("2026-11-30", "09:00", "08:00", "30"), "until-before", "until"),
        (("2026-11-30", "09:00", "09:00", "30"), "until-before", "until"),
        (("2026-11-30", "09:00", "2026-12-02 10:00", "30"), "long-window", "until"),
        (("2026-11-30", "09:00", "09:20", "30"), "longer-than-window", "minutes"),
        (("2026-11-30", "09:00"), "no-length", ""),
        (("2026-11-30", "09:00", "", "0"), "length", "minutes"),
        (("2026-11-30", "09:00", "", "481"), "length", "minutes"),
        (("2026-11-30", "09:00", "", "half an hour"), "unreadable", "minutes"),
        (("2026-11-30", "09:00", "10:00", "30", "-5"), "unreadable", "gap"),
        (("11/12/26", "09:00", "", "30"), "unreadable", "day"),
        (("2026-02-30", "09:00", "", "30"), "unreadable", "day"),
        (("2026-11-30", "9 am", "", "30"), "unreadable", "from"),
        (("2026-11-30", "25:00", "", "30"), "unreadable", "from"),
        (("2026-11-30", "09:00", "", "30", "", "", "", "Room\u200b 1"), "unseen", "where"),
        (("2026-11-30", "09:00", "", "30", "", "", "", "R" * 301), "place", "where"),
        (("", "09:00", "", "30"), "no-time", "day"),
        (("2026-11-30", "", "", "30"), "no-time", "from"),
    ],
)
def test_a_mistake_is_named_with_its_place_and_cure(row, code: str, column: str) -> None:
    sheet = read([row])
    found = [each for each in sheet.findings if each.level == "red"]
    assert ([each.code for each in found], sheet.offers) == ([code], ())
    assert found[0].row == 2
    assert found[0].column in (column, "minutes")
    assert found[0].cure


def test_begin_and_day_together() -> None:
    head = ("day", "from", "begin", "minutes")
    assert red(read([("2026-11-30", "09:00", "2026-11-30 10:00", "30")], head)) == ["time-twice"]
    assert len(read([("", "", "2026-11-30 10:00", "30"), ("2026-11-30", "09:00", "", "30")], head).offers) == 2


def test_the_rest_of_a_window_that_is_lost() -> None:
    (found,) = [each for each in read([("2026-11-30", "09:00", "10:10", "30")]).findings if each.code == "rest"]
    assert (found.level, found.row, found.what) == ("orange", 2, "the last 10 minutes are not used")


def test_a_window_nobody_cut() -> None:
    assert "uncut" not in [each.code for each in read([("2026-11-30", "09:00", "09:30")]).findings]
    assert "uncut" in [each.code for each in read([("2026-11-30", "09:00", "12:00")]).findings]
    assert red(read([("2026-11-30", "08:00", "18:00")])) == ["length"]


@pytest.mark.parametrize(
    ("row", "begins"),
    [
        (("2026-10-25", "01:00", "04:00", "60"), [23, 0, 1, 2]),  # the night has an hour more
        (("2027-03-28", "01:00", "04:00", "60"), [0, 1]),  # and one less
    ],
)
def test_a_window_across_the_change_of_clocks_is_cut_in_real_time(row, begins: list[int]) -> None:
    sheet = read([row])
    assert red(sheet) == []
    assert [each.meeting.starts.astimezone(UTC).hour for each in sheet.offers] == begins


def test_a_time_that_comes_twice_can_be_written_with_its_offset() -> None:
    (one,) = read([("2026-10-25", "02:30+01:00", "", "30")]).offers
    assert one.meeting.starts == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


@given(
    window=st.integers(1, 24 * 60 - 1), length=st.integers(1, 480), gap=st.integers(0, 600), begin=st.integers(1, 1439)
)
def test_slots_lie_in_their_window_in_order_with_the_gap_between(
    window: int, length: int, gap: int, begin: int
) -> None:
    first = datetime(2026, 11, 10, tzinfo=UTC) + timedelta(minutes=begin)
    last = first + timedelta(minutes=window)
    if last.hour == last.minute == 0:
        last += timedelta(minutes=1)
        window += 1
    row = (f"{first:%Y-%m-%d}", f"{first:%H:%M}", f"{last:%Y-%m-%d %H:%M}", str(length), str(gap))
    sheet = read([row])
    if window // length > 500:
        return
    meetings = [each.meeting for each in sheet.offers]
    assert bool(meetings) == (length <= window)
    for one, after in pairwise(meetings):
        assert after.starts - one.ends == timedelta(minutes=gap)
    if meetings:
        rest = window - (meetings[-1].ends - meetings[0].starts).total_seconds() / 60
        assert 0 <= rest < length + gap
        assert any(each.code == "rest" for each in sheet.findings) == (rest > 0)
