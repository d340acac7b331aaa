"""A time that somebody picks: booked with its entry for the calendar, or said why not; and nothing of who holds the others."""

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from bot.answering.wording import Templates
from bot.files.knowledge_files import load_knowledge
from bot.files.template_files import load_templates
from bot.mailing.writing import Mailbox
from bot.model.knowledge import Knowledge
from bot.model.own_mail import OwnMail
from bot.model.slot import Appointment, Interviewer, Invitation, Meeting, Slot
from bot.usecases.own_mail import OwnMailAnswers
from tests.conftest import REPOSITORY

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2027, 3, 9, 12, tzinfo=BERLIN)
CALL = "ideas-2026"


def slot(number: int, day: int, hour: int, **more) -> Slot:
    starts = datetime(2027, 3, day, hour, tzinfo=BERLIN)
    panel = (Interviewer("Ada Muster", "ada@example.org"),)
    return Slot(number, CALL, Meeting(starts, 30, "online", "https://meet.example.org/x", panel), **more)


FREE, NEXT = slot(2, 15, 11), slot(3, 16, 10)
TAKEN = slot(1, 15, 9, holder="p-9", name="Otto Other")
WITHDRAWN = slot(4, 17, 9, withdrawn=True)
PAST = slot(5, 8, 9)


class Book:
    """A call's slots in memory."""

    def __init__(self, *slots: Slot, entry: tuple[str, int] = ("", 0)) -> None:
        self.listed, self.next = list(slots), entry

    def slots(self, call: str) -> list[Slot]:
        return self.listed

    def entry(self, call: str, person: str) -> tuple[str, int]:
        return self.next


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return load_knowledge(REPOSITORY / "knowledge")


@pytest.fixture(scope="module")
def templates() -> Templates:
    return load_templates(REPOSITORY / "templates")


@pytest.fixture
def book(knowledge, templates):
    """Books on these slots: `book(text)`, with `now`, `language`, or changes to the mail."""

    def booked(text, *slots, now=NOW, language="en", entry=("", 0), **more):
        every = slots or (TAKEN, FREE, NEXT, WITHDRAWN, PAST)
        organizer = Mailbox("calls@example.org", "The calls")
        answers = OwnMailAnswers(knowledge, templates, Book(*every, entry=entry), organizer, lambda _: "", 24)
        given = {"kind": "interview-booking", "fields": {"reply_by": "2027-03-12"}, "zone": "America/New_York", **more}
        person = {"person": "p-1", "address": "anna@example.org", "name": "Anna Muster", "language": "en"}
        mail = OwnMail(7, 1, CALL, subject="S", told=NOW - timedelta(days=3), **person, **given)
        return answers.book(mail, text, language, now)

    return booked


def mine(one: Slot) -> tuple[Slot, Appointment]:
    """The slot as it is held by the person, and their appointment."""
    entry = Invitation("kept@example.org", 2, "REQUEST", one.meeting, one.id)
    return replace(one, holder="p-1", name="Anna Muster"), Appointment(CALL, "p-1", "Anna", "anna@example.org", entry)


def test_a_free_time_is_booked_with_its_entry(book):
    reply = book("2")
    assert (reply.booking.slot, reply.booking.sequence, reply.person) == (FREE, 0, "")
    assert "Monday, 15 March 2027, 11:00 CET" in reply.text
    assert "Monday, 15 March 2027, 06:00 (New York)" in reply.text
    assert "https://meet.example.org/x" in reply.text
    assert "Ada Muster" in reply.text
    assert "ada@example.org" not in reply.text
    assert "possible until Sunday, 14 March 2027, 11:00 CET" in reply.text
    assert (reply.file.name, reply.file.type, reply.file.method) == ("interview.ics", "text/calendar", "REQUEST")
    (event,) = Calendar.from_ical(reply.file.content).walk("VEVENT")
    assert str(event["uid"]) == reply.booking.uid
    assert event["sequence"] == 0
    assert event.decoded("dtstart") == FREE.meeting.starts
    assert event.decoded("dtend") == FREE.meeting.ends
    assert str(event["organizer"]) == "mailto:calls@example.org"
    assert str(event["attendee"]) == "mailto:anna@example.org"


def test_a_first_entry_gets_a_new_uid_and_a_later_one_keeps_its_own(book):
    uids = {book("2").booking.uid for _ in range(3)}
    assert len(uids) == 3
    assert all(uid.endswith(".interview@example.org") and len(uid.partition(".")[0]) == 32 for uid in uids)
    held, appointment = mine(FREE)
    reply = book("3", held, NEXT, entry=("kept@example.org", 3), appointment=appointment)
    assert (reply.booking.uid, reply.booking.sequence, reply.booking.slot) == ("kept@example.org", 3, NEXT)
    assert "moved" in reply.text
    assert "SEQUENCE:3" in reply.file.content


@pytest.mark.parametrize("language", ["en", "de"])
def test_what_cannot_be_had_sounds_the_same_whatever_the_cause(book, language):
    replies = [book(text, language=language) for text in ("1", "4", "5", "99", "17 March 9:00", "Monday 15.3. 9:00")]
    assert len({reply.text for reply in replies}) == 1
    assert "Otto" not in replies[0].text
    assert [choice.says for choice in replies[0].choices] == ["/slot 2", "/slot 3"]
    assert all(reply.booking is None and reply.person == "" for reply in replies)


def test_doubt_is_asked_back_with_what_is_free(book):
    reply = book("1 or 3")
    assert reply.booking is None
    assert [choice.says for choice in reply.choices] == ["/slot 3"]
    assert "booked nothing yet" in reply.text
    assert [choice.says for choice in book("2 or 3").choices] == ["/slot 2", "/slot 3"]


def test_a_button_says_what_books(book):
    for choice in book("2 or 3").choices:
        assert book(choice.says).booking.slot.id == int(choice.says.split()[1])


@pytest.mark.parametrize("text", ["hello", "not 2", "what does the mail mean?", "I accept", ""])
def test_what_picks_nothing_is_answered_elsewhere(book, text):
    assert book(text) is None


@pytest.mark.parametrize("kind", ["interview", "offer", "rejection", "interview-change"])
def test_other_mails_let_nobody_choose(book, kind):
    assert book("2", kind=kind) is None


def test_a_superseded_mail_books_nothing(book):
    assert book("2", superseded=True) is None


def test_the_time_one_has_is_said_again_and_not_booked_anew(book):
    held, appointment = mine(NEXT)
    for now in (NOW, NEXT.meeting.starts - timedelta(hours=2)):
        for text in ("3", "Tuesday at 10", "I confirm slot 3"):
            reply = book(text, FREE, held, appointment=appointment, now=now)
            assert (reply.booking, reply.file, reply.person) == (None, None, "")
            assert "16 March 2027, 10:00 CET" in reply.text


def test_too_late_to_move_is_for_a_person(book):
    held, appointment = mine(FREE)
    last = FREE.meeting.starts - timedelta(hours=24)
    assert book("3", held, NEXT, appointment=appointment, now=last - timedelta(minutes=1)).booking is not None
    late = book("3", held, NEXT, appointment=appointment, now=last)
    assert (late.booking, late.person) == (None, "move")
    assert "15 March 2027, 11:00 CET" in late.text


def test_a_first_choice_after_its_day_is_for_a_person(book):
    assert book("3", now=NOW.replace(day=12, hour=23, minute=59)).booking is not None
    late = book("3", now=NOW.replace(day=13, hour=0))
    assert (late.booking, late.person, late.choices) == (None, "move", ())


def test_without_a_free_time_a_person_looks_for_one(book):
    reply = book("1", TAKEN)
    assert (reply.booking, reply.person, reply.choices) == (None, "move", ())


def test_a_cancelled_interview_can_be_chosen_anew(book):
    _, appointment = mine(NEXT)
    cancelled = replace(appointment, invitation=replace(appointment.invitation, method="CANCEL"))
    reply = book("2", FREE, NEXT, appointment=cancelled, entry=("kept@example.org", 4))
    assert reply.booking.sequence == 4
    assert "booked" in reply.text


def test_a_time_close_by_says_how_to_change_it(book):
    soon = replace(FREE, meeting=replace(FREE.meeting, starts=NOW + timedelta(hours=3)))
    reply = book("2", soon)
    assert reply.booking.slot == soon
    assert "pass it on to a person" in reply.text


def test_places_stand_beside_the_times_where_they_differ(book):
    elsewhere = replace(NEXT, meeting=replace(NEXT.meeting, place="room 7"))
    assert ", room 7" in book("99", FREE, elsewhere).text
    assert "online" not in book("99", FREE, NEXT).text


@pytest.mark.parametrize(
    ("start", "there"),
    [
        (datetime(2027, 3, 12, 10, tzinfo=BERLIN), "04:00"),
        (datetime(2027, 3, 16, 10, tzinfo=BERLIN), "05:00"),
        (datetime(2027, 3, 29, 10, tzinfo=BERLIN), "04:00"),
        (datetime(2027, 11, 3, 10, tzinfo=BERLIN), "05:00"),
    ],
)
def test_clocks_in_the_weeks_when_europe_and_america_differ(book, start, there):
    one = Slot(8, CALL, Meeting(start, 30))
    reply = book("8", one)
    assert there in reply.text
    (event,) = Calendar.from_ical(reply.file.content).walk("VEVENT")
    assert event.decoded("dtstart") == start
