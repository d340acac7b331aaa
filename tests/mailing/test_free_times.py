"""Free times as a letter lists them: numbered, in both zones, also in the weeks when Europe and America differ."""

import datetime as dt

import pytest

from bot.mailing.free_times import MOST, free_slots, time_lines
from bot.model.slot import Meeting, Slot

NOW = dt.datetime(2027, 3, 1, 12, tzinfo=dt.UTC)


def slot(number, starts, **more):
    return Slot(number, "a-call", Meeting(starts, 30), **more)


def at(day, hour, month=3):
    return dt.datetime(2027, month, day, hour, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("zone", "language", "line"),
    [
        ("Asia/Kolkata", "en", "12 | Monday, 15 March 2027, 10:00 CET | Monday, 15 March 2027, 14:30 (Kolkata)"),
        (
            "Asia/Kolkata",
            "de",
            "12 | Montag, 15. März 2027, 10:00 Uhr MEZ (CET) | Montag, 15. März 2027, 14:30 Uhr (Kolkata)",
        ),
        ("America/New_York", "en", "12 | Monday, 15 March 2027, 10:00 CET | Monday, 15 March 2027, 05:00 (New York)"),
        ("Europe/Paris", "en", "12 | Monday, 15 March 2027, 10:00 CET"),
        ("", "en", "12 | Monday, 15 March 2027, 10:00 CET"),
    ],
)
def test_a_line_in_both_zones(zone: str, language: str, line: str) -> None:
    assert time_lines([slot(12, at(15, 9))], "Europe/Berlin", zone, language) == [line]


def test_only_what_can_be_booked_by_time() -> None:
    slots = [
        slot(1, at(20, 9)),
        slot(2, at(15, 9), holder="a-1"),
        slot(3, at(16, 9), withdrawn=True),
        slot(4, NOW),
        slot(5, at(15, 9)),
        slot(6, at(29, 9)),
    ]
    assert [each.id for each in free_slots(slots, NOW)] == [5, 1, 6]


def test_no_more_than_a_letter_holds() -> None:
    slots = [slot(number, at(1, 9, 4) + dt.timedelta(hours=number)) for number in range(1, 60)]
    lines = time_lines(free_slots(slots, NOW), "Europe/Berlin", "", "en")
    assert len(lines) == MOST
    assert lines[0].startswith("1 | Thursday, 1 April 2027, 12:00 CEST")
