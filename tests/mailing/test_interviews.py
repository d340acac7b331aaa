"""Interviews as mails announce them, and whether the free times do."""

import datetime as dt
from dataclasses import replace

import pytest

from bot.mailing.interviews import booked_by, cannot_both, entry_of, meeting_of, same_place, too_few
from bot.mailing.values import People
from bot.model.slot import Appointment, Interviewer, Invitation, Meeting, Slot

START = dt.datetime(2027, 3, 15, 9, tzinfo=dt.UTC)
ADA = Interviewer("Ada Muster", "ada@example.org")


def test_a_meeting_from_the_mail() -> None:
    values = {"where": "Room 5", "link": "", "minutes": 45, "panel": People(("Ada Muster", "Bo Beispiel"), "en")}
    made = meeting_of(values, START, None, {"Ada Muster": ADA})
    assert made == Meeting(START, 45, "Room 5", "", (ADA, Interviewer("Bo Beispiel")))


def test_a_change_keeps_what_it_does_not_say() -> None:
    before = Meeting(START, 30, "Room 5", "https://meet.example.org/1", (ADA,))
    later = START + dt.timedelta(days=1)
    assert meeting_of({"where": "Room 6", "minutes": ""}, later, before, {}) == Meeting(later, 30, "Room 6", "", (ADA,))
    assert meeting_of({"where": "Room 6", "minutes": 20}, later, before, {}).minutes == 20


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ({"link": "https://a.example/1"}, {"link": "https://a.example/1"}, True),
        ({"link": "https://a.example/1", "place": "online"}, {"link": "https://a.example/2", "place": "online"}, False),
        ({"place": "Room 5"}, {"place": " room  5"}, True),
        ({"place": "Room 5"}, {"place": "Room 6"}, False),
        ({}, {}, False),
    ],
)
def test_the_same_place(one: dict[str, str], other: dict[str, str], same: bool) -> None:
    assert same_place(Meeting(START, **one), Meeting(START, **other)) is same


def test_what_stands_of_somebody() -> None:
    def known(person: str, method: str) -> Appointment:
        return Appointment("a-call", person, "Noor", "n@example.org", Invitation("u", 0, method, Meeting(START)))

    held = known("a-1", "REQUEST")
    assert booked_by([known("a-2", "CANCEL"), held], ("n@example.org", "a-1")) is held
    assert booked_by([known("a-2", "CANCEL")], ("a-2",)) is None


def test_whether_the_free_times_do() -> None:
    free = [Slot(1, "a-call", Meeting(START, 30))]
    before, day = START.date() - dt.timedelta(days=1), START.date()
    assert [each.code for each in too_few([], 3, [before], "Europe/Berlin")] == ["no-free-slot"]
    (few,) = too_few(free, 3, [before], "Europe/Berlin")
    assert (few.level, few.code) == ("orange", "few-slots")
    assert "1 times" in few.what
    assert "3 people" in few.what
    assert [each.code for each in too_few(free, 1, [before, day], "Europe/Berlin")] == ["late-choice"]
    assert too_few(free, 1, [before], "Europe/Berlin") == []


HOUR = dt.timedelta(hours=1)


@pytest.mark.parametrize(
    ("other", "clash"),
    [
        (Meeting(START, 30, "Room 5"), True),
        (Meeting(START + HOUR / 4, None, "room 5"), True),
        (Meeting(START + HOUR / 2, 30, "Room 5", "", (ADA,)), False),
        (Meeting(START, 30, "Room 6"), False),
        (Meeting(START, 30, "Room 6", "", (replace(ADA, address="ADA@example.org"),)), True),
        (Meeting(START, 30, "Room 6", "", (replace(ADA, address=""),)), False),
    ],
)
def test_two_meetings_at_one_time_need_two_places_and_two_panels(other: Meeting, clash: bool) -> None:
    one = Meeting(START, 30, "Room 5", "", (ADA,))
    assert cannot_both(one, other) is cannot_both(other, one) is clash


def test_what_is_unclear_does_not_stand_and_may_be_in_the_calendar() -> None:
    known = Appointment("c", "17", "Li", "li@x", Invitation("u", 1, "CANCEL", Meeting(START)), 4, unclear=True)
    assert booked_by([known], ["17"]) is None
    assert entry_of([known], ["17"]) is known
    assert entry_of([replace(known, unclear=False)], ["17"]) is None
    assert not replace(known, invitation=replace(known.invitation, method="REQUEST")).stands
