"""`callboard campaign plan` for interviews: free times to choose from, links of one's own, entries for calendars, times that are taken."""

import json
import re
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import sqlalchemy as sa
from campaigns_desk import ADA, CALL, PEOPLE, SOON, Desk
from icalendar import Calendar, Event

from bot.model.slot import Meeting
from bot.usecases.plan_invitations import STAND_IN, new_word

BEFORE = (datetime.now(UTC) + timedelta(days=10)).date().isoformat()
FIRST = datetime.fromisoformat(f"{SOON}T09:00+00:00")
BOOKING = ("interview-booking", "--set", f"reply_by={BEFORE}")
LINK = re.compile(r"https://t\.me/SchoolBot\?start=m-([\w-]{24})(?![\w-])")
HEAD = ("Application no.", "Name", "Email", "Time zone")


def offer(desk: Desk, *days: int, place: str = "Room 5") -> None:
    meetings = [Meeting(FIRST + timedelta(days=day), 30, place) for day in days]
    with desk.store() as store:
        store.slots.add(CALL, meetings, ADA, datetime.now(UTC))


def interview(hour: str = "10:00", *more: str) -> tuple[str, ...]:
    return ("--set", f"interview={SOON} {hour}", "--set", "where=Room 5", *more)


def shortlisted(desk: Desk) -> None:
    known = ("record", desk.table(), "--call", CALL, "--kind", "shortlist", "--count", 3, "--yes")
    assert desk.run(*known) == 0, desk.out


def words(letter: EmailMessage) -> tuple[str, str]:
    parts = [letter.get_body((kind,)) for kind in ("plain", "html")]
    return tuple(part.get_content().replace("\r\n", "\n") for part in parts if part is not None)


def event(letter: EmailMessage) -> tuple[str, Event]:
    """The method named by the letter's part, and the entry in it."""
    (part,) = [one for one in letter.walk() if one.get_content_type() == "text/calendar"]
    read = Calendar.from_ical(part.get_payload(decode=True))
    assert read["method"] == part.get_param("method")
    return str(read["method"]), read.walk("VEVENT")[0]


def test_people_choose_among_the_free_times(desk: Desk) -> None:
    desk.settings["telegram"] = {"name": "SchoolBot"}
    desk.configure()
    shortlisted(desk)
    assert desk.plan(*BOOKING) == 1
    assert "[no-free-slot]" in desk.out
    assert "callboard slots add" in desk.out
    offer(desk, 0, 1)
    rows = [(*row, zone) for row, zone in zip(PEOPLE, ("Asia/Kolkata", "", "America/New_York"), strict=True)]
    plan = ("plan", desk.table(rows, HEAD), "--call", CALL, "--kind", *BOOKING, "--count", 3)
    assert desk.run(*plan) == 0, desk.out
    assert "2 times are free, and 3 people are invited" in desk.out
    desk.send(1)
    found = []
    for letter in desk.results():
        plain, html = words(letter)
        (word,) = LINK.findall(plain)
        assert LINK.findall(html) == [word, word]
        assert STAND_IN not in plain + html
        assert re.search(r"^1 \| .*, \d\d:00 CES?T( \|.*)?$", plain, re.MULTILINE)
        assert ("(Kolkata)" in plain) is ("Noor" in plain)
        assert not [one for one in letter.walk() if one.get_content_type() == "text/calendar"]
        found.append(word)
    assert len({*found}) == 3
    assert len(STAND_IN) == len(new_word())
    with desk.store() as store, store.engine.connect() as connection:
        assert all(STAND_IN in text for _, text, _ in store.campaigns.letters(1))
        rows_kept = connection.execute(sa.text("select fields from letters order by delivery")).scalars().all()
        assert [json.loads(one) for one in rows_kept] == [
            {"reply_by": BEFORE, "zone": zone} for zone in ("Asia/Kolkata", "", "America/New_York")
        ]
        assert connection.scalar(sa.text("select count(*) from links")) == 3
    assert desk.run("people", CALL) == 0
    assert desk.out.count("│ interview ") == 3
    assert desk.plan(*BOOKING) == 1  # they were invited
    assert desk.plan("offer", "--set", f"reply_by={SOON}", "--set", "project=TrustSeg") == 0, desk.out


def test_a_class_that_means_an_interview(desk: Desk) -> None:
    shortlisted(desk)
    offer(desk, 0, 1, 2)
    head = ("Application no.", "Name", "Email", "Decision")
    table = desk.table([(*PEOPLE[0], "interview"), (*PEOPLE[1], "Absage"), (*PEOPLE[2], "invite")], head)
    late = ("--set", f"reply_by={SOON}")
    assert desk.run("plan", table, "--call", CALL, "--kind", "interview-booking", *late) == 0, desk.out
    assert "SEND 2 INTERVIEW BOOKINGS" in desk.out
    assert "[late-choice]" in desk.out
    with desk.store() as store:
        assert not any("t.me" in text for _, text, _ in store.campaigns.letters(1))


def test_a_test_mail_shows_nobodys_own_link_or_entry(desk: Desk) -> None:
    desk.settings["telegram"] = {"name": "SchoolBot"}
    desk.configure()
    shortlisted(desk)
    offer(desk, 0, 1, 2)
    assert desk.plan(*BOOKING, rows=PEOPLE[:2]) == 0, desk.out
    assert desk.run("test", 1) == 0, desk.err
    for letter in desk.letters():
        for text in words(letter):
            assert {*LINK.findall(text)} == {STAND_IN}
    table = desk.table(PEOPLE[2:], name="third.csv")
    plan = ("plan", table, "--call", CALL, "--kind", "interview", "--count", 1)
    assert desk.run(*plan, *interview("15:00", "--set", "minutes=30")) == 0, desk.out
    assert desk.run("test", 2) == 0, desk.err
    method, shown = event(desk.letters()[-1])
    assert method == "REQUEST"
    with desk.store() as store:
        own = next(iter(store.slots.entries(CALL).values()))[0]
    assert re.fullmatch(r"[0-9a-f]{32}\.interview@school\.example", own)
    assert re.fullmatch(r"[0-9a-f]{32}\.interview@school\.example", str(shown["uid"]))
    assert str(shown["uid"]) != own


def test_an_interview_its_change_and_its_cancellation_are_one_entry(desk: Desk) -> None:
    shortlisted(desk)
    rows = PEOPLE[:1]
    more = ("--set", "minutes=45", "--set", "panel=Cy Cerny")
    desk.sent("interview", *interview("10:00", *more), rows=rows)
    desk.sent("interview-change", *interview("14:00"), rows=rows, number=2)
    cancel = ("interview-cancellation", "--set", f"interview={SOON} 14:00", "--set", "next=We call you.")
    desk.sent(*cancel, rows=rows, number=3)
    first, second, third = (event(letter) for letter in desk.results())
    assert [one[0] for one in (first, second, third)] == ["REQUEST", "REQUEST", "CANCEL"]
    assert len({str(one["uid"]) for _, one in (first, second, third)}) == 1
    assert [int(one["sequence"]) for _, one in (first, second, third)] == [0, 1, 2]
    starts = [one.decoded("dtstart") for _, one in (first, second, third)]
    assert starts[1] - starts[0] == timedelta(hours=4)
    assert starts[2] == starts[1]
    lengths = [one.decoded("dtend") - one.decoded("dtstart") for _, one in (first, second, third)]
    assert lengths == [timedelta(minutes=45)] * 3  # the change does not say how long: it stays
    assert "Interview: " in str(first[1]["summary"])
    assert "office@school.example" in str(first[1]["organizer"])
    assert "noor@example.org" in str(first[1]["attendee"])
    with desk.store() as store:
        (appointment,) = store.slots.appointments(CALL)
    assert not appointment.stands
    assert [one.name for one in appointment.invitation.meeting.panel] == ["Cy Cerny"]


def test_what_a_calendar_cannot_be_told_is_shown(desk: Desk) -> None:
    known = ("record", desk.table(), "--call", CALL, "--kind", "interview", "--count", 3, "--yes")
    assert desk.run("record", desk.table(), "--call", CALL, "--kind", "shortlist", "--count", 3, "--yes") == 0
    assert desk.run(*known) == 0, desk.out
    cancel = ("interview-cancellation", "--set", f"interview={SOON} 14:00", "--set", "next=We call you.")
    assert desk.plan(*cancel) == 0, desk.out
    assert desk.out.count("[no-entry]") == 1
    assert desk.run("cancel", 1, "--yes") == 0
    assert desk.plan("interview-change", *interview(), rows=PEOPLE[:2]) == 0, desk.out
    assert desk.out.count("[no-end]") == 1
    desk.send(2)
    assert "dtend" not in event(desk.results()[0])[1]
    assert desk.plan(*cancel, rows=PEOPLE[:1]) == 0, desk.out
    assert "[other-time]" in desk.out  # the change said 10:00


def test_a_time_that_somebody_else_has_at_the_same_place(desk: Desk) -> None:
    shortlisted(desk)
    desk.sent("interview", *interview("10:00", "--set", "minutes=45"), rows=PEOPLE[:1])
    for when, place, code in (("10:30", "room 5", 1), ("10:30", "Room 6", 0), ("10:45", "Room 5", 0)):
        given = ("--set", f"interview={SOON} {when}", "--set", f"where={place}", "--set", "minutes=30")
        assert desk.plan("interview", *given, "--check", rows=PEOPLE[1:2]) == code, desk.out
        assert ("[slot-taken]" in desk.out) is bool(code)
    meant = ("--override", "li.wei@example.org:slot-taken=they meet the panel together")
    assert desk.plan("interview", *interview("10:00", "--set", "minutes=45"), *meant, rows=PEOPLE[1:2]) == 0, desk.out
    assert desk.run("cancel", 2, "--yes") == 0
    swapped = [(*PEOPLE[0], f"{SOON} 11:00"), (*PEOPLE[1], f"{SOON} 10:00")]
    plan = ("plan", two_at(desk, swapped[1:]), "--call", CALL, "--kind", "interview", "--set", "where=Room 5")
    assert desk.run(*plan, "--count", 1, "--check") == 1
    desk.sent("interview", *interview("11:00", "--set", "minutes=45"), rows=PEOPLE[1:2], number=3)
    change = ("plan", two_at(desk, swapped), "--call", CALL, "--kind", "interview-change", "--set", "where=Room 5")
    assert desk.run(*change, "--count", 2) == 0, desk.out  # two people change places: both are told


def two_at(desk: Desk, rows: list[tuple[str, ...]]) -> Path:
    return desk.table(rows, ("Application no.", "Name", "Email", "Interview"), f"at-{len(rows)}.csv")
