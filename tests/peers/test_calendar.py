"""Every calendar entry, taken out of the letter that carries it, tells ical.js the instant that was meant.

The instants are written down by hand, and lie in the past of the law: what a zone's clock will show next year may still be changed.
"""

import datetime as dt
import email
import email.policy
import re
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from calendars import read_calendars

from bot.correspondence.composing import Letterhead, compose
from bot.mailing.invitation import calendar, entry
from bot.mailing.template import Rendered
from bot.mailing.writing import Calendar, LetterWriter, Mailbox
from bot.model.message import File, Outgoing, Reply
from bot.model.slot import Invitation, Meeting

MOMENTS = (
    "2026-01-15T14:00",  # winter in the north
    "2026-03-10T10:00",  # summer time in America, not yet in Europe
    "2026-03-20T16:30",
    "2026-03-27T09:00",
    "2026-07-01T09:00",
    "2026-10-26T11:00",  # winter time in Europe, not yet in America
    "2026-10-30T15:15",
)
AHEAD = {
    "Europe/Berlin": ("+1:00", "+1:00", "+1:00", "+1:00", "+2:00", "+1:00", "+1:00"),
    "America/New_York": ("-5:00", "-4:00", "-4:00", "-4:00", "-4:00", "-4:00", "-4:00"),
    "Asia/Kolkata": ("+5:30",) * 7,
    "Australia/Adelaide": ("+10:30", "+10:30", "+10:30", "+10:30", "+9:30", "+10:30", "+10:30"),
    "UTC": ("+0:00",) * 7,
    "Europe/Moscow": ("+3:00",) * 7,
    "America/Sao_Paulo": ("-3:00",) * 7,
}
"""How far each zone's clock is ahead of UTC at these moments."""
CHANGES = (  # zone, what its clock shows, whether for the second time, UTC
    ("Europe/Berlin", "2026-03-29T01:59", 0, "2026-03-29T00:59"),
    ("Europe/Berlin", "2026-03-29T03:00", 0, "2026-03-29T01:00"),
    ("Europe/Berlin", "2026-10-25T02:30", 0, "2026-10-25T00:30"),
    ("Europe/Berlin", "2026-10-25T02:30", 1, "2026-10-25T01:30"),
    ("America/New_York", "2026-03-08T01:30", 0, "2026-03-08T06:30"),
    ("America/New_York", "2026-03-08T03:00", 0, "2026-03-08T07:00"),
    ("America/New_York", "2026-11-01T01:30", 0, "2026-11-01T05:30"),
    ("America/New_York", "2026-11-01T01:30", 1, "2026-11-01T06:30"),
    ("Asia/Kolkata", "2026-03-29T02:30", 0, "2026-03-28T21:00"),
    ("Australia/Adelaide", "2026-04-05T02:30", 0, "2026-04-04T16:00"),
    ("Australia/Adelaide", "2026-04-05T02:30", 1, "2026-04-04T17:00"),
    ("Australia/Adelaide", "2026-10-04T03:00", 0, "2026-10-03T16:30"),
    ("UTC", "2026-03-29T02:30", 0, "2026-03-29T02:30"),
    ("Europe/Moscow", "2014-10-26T01:30", 0, "2014-10-25T21:30"),
    ("Europe/Moscow", "2014-10-26T01:30", 1, "2014-10-25T22:30"),
    ("America/Sao_Paulo", "2018-02-17T23:30", 0, "2018-02-18T01:30"),
    ("America/Sao_Paulo", "2018-02-17T23:30", 1, "2018-02-18T02:30"),
    ("America/Sao_Paulo", "2018-11-04T01:00", 0, "2018-11-04T03:00"),
)
STAMP = dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC)
DESK = Mailbox("desk@bücher.example", 'Büro "Auswahl"; Runde 2, 締め切り')
GUEST = Mailbox("zoe.o'neill@example.net", 'Zoë O\'Neill-Łukasz, "die Zweite"')
SUMMARY = "Interview, 30 Minuten; Größe \\ 締め切り 🎓 " + "sehr langer Titel " * 12 + "Ende"
TEXT = (
    'Liebe Zoë,\n\nIhr Gespräch: "wie besprochen"; Raum 5, 2. Stock.\n  C:\\new\n\n' + "Größe 🎓 " * 200 + "\nBis bald"
)
LINK = "https://meet.example/r/5?a=1,2;b=%C3%A9#x"


@dataclass(frozen=True)
class Case:
    """An entry that was sent, the letter it went with, and the instants that were meant."""

    invitation: Invitation
    letter: bytes
    starts: dt.datetime
    ends: dt.datetime | None


def _moments() -> list[tuple[str, dt.datetime, dt.datetime]]:
    """Each case's name, what the clock of its zone shows, and the instant in UTC."""
    found = []
    for zone, offsets in AHEAD.items():
        for moment, offset in zip(MOMENTS, offsets, strict=True):
            hours, minutes = map(int, offset[1:].split(":"))
            ahead = dt.timedelta(hours=hours, minutes=minutes) * (-1 if offset[0] == "-" else 1)
            wall = dt.datetime.fromisoformat(moment)
            found.append(
                (f"{zone} {moment}", wall.replace(tzinfo=ZoneInfo(zone)), (wall - ahead).replace(tzinfo=dt.UTC))
            )
    for zone, moment, fold, utc in CHANGES:
        wall = dt.datetime.fromisoformat(moment).replace(tzinfo=ZoneInfo(zone), fold=fold)
        found.append((f"{zone} {moment} {fold}", wall, dt.datetime.fromisoformat(utc).replace(tzinfo=dt.UTC)))
    return found


def _file(invitation: Invitation) -> bytes:
    return entry(
        invitation, summary=SUMMARY, description=TEXT, organizer=DESK, attendee=GUEST, stamp=STAMP, language="de"
    )


def _decision(invitation: Invitation) -> bytes:
    """The letter of a campaign."""
    return LetterWriter(DESK).write(
        GUEST,
        Rendered("Ihr Gespräch", TEXT, "<p>Ihr Gespräch</p>"),
        token="0123456789abcdef" * 2,
        date=STAMP,
        language="de",
        calendar=Calendar(invitation.method, _file(invitation)),
    )


def _answer(invitation: Invitation) -> bytes:
    """The reply to somebody who picked a slot."""
    file = File("invite.ics", _file(invitation).decode(), "text/calendar", invitation.method)
    body = Outgoing("Gebucht.", "booking", "de", notice="Ein Programm schreibt.", file=file)
    asked = Reply(7, "email", GUEST.address, {"subject": "Termin"}, "f" * 32, body, STAMP, 0)
    return compose(asked, Letterhead("desk@example.org"), lambda **words: "<p>Gebucht.</p>")


def _cases() -> dict[str, Case]:
    """For each moment the three lives of an entry: asked, changed, cancelled; with a letter of each kind, with and without an end."""
    found = {}
    for number, (name, wall, instant) in enumerate(_moments()):
        for letter in (_decision, _answer):
            minutes = (30, 90, None)[(number + (letter is _answer)) % 3]
            ends = instant + dt.timedelta(minutes=minutes) if minutes else None
            asked = Invitation(
                f"{number}.{letter.__name__}@example.org",
                0,
                "REQUEST",
                Meeting(wall, minutes, "Raum 5, 2. Stock", LINK),
            )
            changed = replace(asked, sequence=1, meeting=replace(asked.meeting, place="Größer Saal; links"))
            for one in (asked, changed, replace(changed, sequence=2, method="CANCEL")):
                found[f"{name} {letter.__name__[1:]} {one.sequence}"] = Case(one, letter(one), instant, ends)
    return found


CASES = _cases()


def taken_out(letter: bytes) -> tuple[bytes, str]:
    """The entry that a letter carries and the method its part names: as an alternative and, byte for byte, as a file."""
    message = email.message_from_bytes(letter, policy=email.policy.default)
    assert not message.defects
    assert message.get_content_type() == "multipart/mixed"
    words, file = message.iter_parts()
    assert words.get_content_type() == "multipart/alternative"
    parts = list(words.iter_parts())
    assert [part.get_content_type() for part in parts] == ["text/plain", "text/html", "text/calendar"]
    assert (file.get_content_type(), file.get_content_disposition()) == ("application/ics", "attachment")
    assert file.get_filename() == file["Content-Type"].params["name"] == "invite.ics"
    assert parts[2]["Content-Type"].params["charset"].lower() == "utf-8"
    entry_bytes = parts[2].get_payload(decode=True)
    assert entry_bytes == file.get_payload(decode=True)
    return entry_bytes, parts[2]["Content-Type"].params["method"]


@pytest.fixture(scope="module")
def readings() -> dict[str, tuple[dict[str, Any], str, bytes]]:
    """Each case as ical.js reads it, with the method of its letter's part and its bytes."""
    taken = {name: taken_out(case.letter) for name, case in CASES.items()}
    read = read_calendars([data for data, _ in taken.values()])
    return {name: (told, method, data) for (name, (data, method)), told in zip(taken.items(), read, strict=True)}


def _as_told(instant: dt.datetime | None) -> str | None:
    return f"{instant:%Y-%m-%dT%H:%M:%S}.000Z" if instant else None


@pytest.mark.parametrize("name", CASES)
def test_the_instant_and_the_revision_are_read_as_meant(name, readings):
    case, (told, method, data) = CASES[name], readings[name]
    assert (told["component"], told["inside"]) == ("vcalendar", ["vevent"])
    (event,) = told["events"]
    assert (event["starts"], event["ends"]) == (_as_told(case.starts), _as_told(case.ends))
    assert told["method"] == method == case.invitation.method
    assert (event["uid"], event["sequence"]) == (case.invitation.uid, case.invitation.sequence)
    assert event["status"] == {"REQUEST": "CONFIRMED", "CANCEL": "CANCELLED"}[method]
    assert event["stamp"] == _as_told(STAMP)
    assert max(map(len, data.split(b"\r\n"))) <= 75
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", data)


@pytest.mark.parametrize("name", CASES)
def test_words_and_people_are_read_as_written(name, readings):
    case = CASES[name]
    (event,) = readings[name][0]["events"]
    assert (event["summary"], event["description"]) == (SUMMARY, TEXT)
    assert (event["location"], event["url"]) == (f"{case.invitation.meeting.place}, {LINK}", LINK)
    (organizer,), (attendee,) = event["organizer"], event["attendees"]
    assert (organizer["cn"], organizer["value"]) == (DESK.name, "mailto:desk@xn--bcher-kva.example")
    assert (attendee["cn"], attendee["value"]) == (GUEST.name, f"mailto:{GUEST.address}")
    assert (attendee["role"], attendee["partstat"]) == ("REQ-PARTICIPANT", "NEEDS-ACTION")
    assert attendee["rsvp"] == ("TRUE" if case.invitation.method == "REQUEST" else None)


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Asia/Kolkata", "America/New_York"])
def test_the_reader_s_own_clock_changes_nothing(zone, readings):
    files = [data for _, _, data in readings.values()]
    assert read_calendars(files, zone) == [told for told, _, _ in readings.values()]


def test_all_interviews_are_read_from_one_calendar():
    cases = [case for case in CASES.values() if case.invitation.sequence == 2]
    data = calendar(
        [(case.invitation, f"{number}, {SUMMARY}", TEXT) for number, case in enumerate(cases)],
        name="Gespräche, Runde 2",
        stamp=STAMP,
    )
    (told,) = read_calendars([data])
    assert (told["method"], told["name"]) == ("PUBLISH", "Gespräche, Runde 2")
    assert [event["starts"] for event in told["events"]] == [_as_told(case.starts) for case in cases]
    assert [event["summary"] for event in told["events"]] == [f"{number}, {SUMMARY}" for number in range(len(cases))]
    assert not any(event["attendees"] for event in told["events"])


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\x85", "\u2028", "\x0b", "\x00\r\n", "\\n", "^n", "\r\n\r\n "])
def test_no_words_begin_a_field_of_their_own(end):
    attack = f'x"{end}ATTENDEE:mailto:eve@evil.example{end}BEGIN:VALARM{end}END:VALARM{end}END:VEVENT{end}METHOD:CANCEL'
    meeting = Meeting(STAMP, 30, attack, f"https://meet.example/{attack}")
    data = entry(
        Invitation("1@example.org", 0, "REQUEST", meeting),
        summary=attack,
        description=attack,
        organizer=replace(DESK, name=attack),
        attendee=replace(GUEST, name=attack),
        stamp=STAMP,
        language=attack,
    )
    (told,) = read_calendars([data])
    (event,) = told["events"]
    assert (told["method"], told["inside"], event["inside"]) == ("REQUEST", ["vevent"], 0)
    assert [one["value"] for one in event["attendees"]] == [f"mailto:{GUEST.address}"]
    assert len(event["fields"]) == len(set(event["fields"]))
    assert event["url"] is None
