"""What somebody who proved to have a mail is told about it: each kind, each question, in both languages, and nothing more."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.files.knowledge_files import load_knowledge
from bot.files.template_files import load_templates
from bot.mailing.writing import Mailbox
from bot.model.campaign import KINDS
from bot.model.conversation import Answer, Matter
from bot.model.knowledge import Knowledge
from bot.model.own_mail import OwnMail
from bot.model.slot import Appointment, Interviewer, Invitation, Meeting, Slot
from bot.usecases.own_mail import ASPECTS, OwnMailAnswers, OwnReply
from tests.conftest import REPOSITORY

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2027, 3, 9, 12, tzinfo=BERLIN)
CALL = "ideas-2026"
FIELDS = {
    "shortlist": {"next": "We will invite you soon."},
    "interview": {
        "interview": "2027-03-16 10:00",
        "where": "online",
        "link": "https://meet.example.org/x",
        "minutes": "30",
        "panel": "Ada Muster; Bo Beispiel",
        "prepare": "Please bring two slides.",
        "reply_by": "2027-03-10",
    },
    "interview-booking": {"reply_by": "2027-03-12", "prepare": "Please bring two slides."},
    "waiting-list": {"until": "2027-04-30", "note": "Thank you for your patience."},
    "offer": {"reply_by": "2027-03-12", "start": "2027-10-01", "people": "Ada Muster", "next": "A contract follows."},
    "rejection": {"note": "Your documents can be collected."},
    "interview-change": {"interview": "16.03.2027 10:00", "where": "room 7", "reason": "Ada is ill."},
    "interview-cancellation": {"interview": "2027-03-16 10:00", "next": "We will write again."},
    "reminder": {"task": "confirm your interview", "due": "2027-03-09", "details": "Without it the time is lost."},
    "document-request": {
        "documents": "certificate\ntranscript",
        "due": "2027-03-08",
        "reason": "A contract needs them.",
    },
    "free-text": {"subject_line": "Closed", "message": "The house is closed on Monday."},
}
MEETING = Meeting(
    datetime(2027, 3, 16, 10, tzinfo=BERLIN), 45, "room 9", "", (Interviewer("Cy Doe", "cy@example.org"),)
)
SAID = {"en": "Write to Cora.", "de": "Schreiben Sie an Cora."}


class Book:
    """A call's slots in memory."""

    def __init__(self, *slots: Slot, uid: str = "", sequence: int = 0) -> None:
        self.listed, self.next = list(slots), (uid, sequence)

    def slots(self, call: str) -> list[Slot]:
        return self.listed

    def entry(self, call: str, person: str) -> tuple[str, int]:
        return self.next


FREE = Slot(5, CALL, Meeting(datetime(2027, 3, 17, 15, tzinfo=BERLIN), 45, "online"))
TAKEN = Slot(6, CALL, Meeting(datetime(2027, 3, 18, 15, tzinfo=BERLIN)), holder="other-1", name="Otto Other")


@pytest.fixture(scope="session")
def facts() -> Knowledge:
    return load_knowledge(REPOSITORY / "knowledge")


@pytest.fixture
def answers(facts: Knowledge) -> OwnMailAnswers:
    templates = load_templates(REPOSITORY / "templates")
    return OwnMailAnswers(
        facts, templates, Book(FREE, TAKEN), Mailbox("calls@example.org"), SAID.__getitem__, move_hours=24
    )


def mail(kind: str, **more) -> OwnMail:
    given = {"fields": FIELDS[kind], "zone": "America/New_York", "language": "en", **more}
    told = datetime(2027, 3, 1, 23, 30, tzinfo=UTC)  # past midnight at the call's place
    return OwnMail(
        7, 1, CALL, kind, "p-1", "anna@example.org", "Anna Muster", subject="The subject", told=told, **given
    )


def appointed(meeting: Meeting = MEETING, method: str = "REQUEST", slot: int | None = None) -> Appointment:
    return Appointment(CALL, "p-1", "Anna Muster", "anna@example.org", Invitation("u@x", 0, method, meeting, slot))


def read(*topics: str) -> Answer:
    return Answer("abstain", "", "en", topics=topics)


@pytest.fixture
def told(answers: OwnMailAnswers) -> Callable[..., OwnReply]:
    def asked(kind: str, *topics: str, language: str = "en", now: datetime = NOW, **more) -> OwnReply:
        return answers.reply(mail(kind, **more), read(*topics), language, now)

    return asked


def test_every_kind_has_its_fields_here():
    assert set(FIELDS) == set(KINDS)


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("topic", ASPECTS)
@pytest.mark.parametrize("kind", FIELDS)
def test_every_kind_has_words_for_every_question(told, kind, topic, language):
    reply = told(kind, topic, language=language)
    assert reply.text
    assert "{" not in reply.text
    assert "None" not in reply.text
    assert "\n\n\n" not in reply.text
    assert reply.booking is None
    assert reply.file is None
    acts = {"confirm-interview": "confirm", "accept-offer": "accept", "decline-offer": "decline"}
    acts["withdraw-application"] = "withdraw"
    if topic in acts and not (kind == "interview-booking" and topic == "confirm-interview"):
        assert reply.person == acts[topic]


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("kind", FIELDS)
def test_the_meaning_names_the_mail_its_days_and_what_it_asks(told, kind, language):
    reply = told(kind, "own-mail", language=language)
    assert "The subject" in reply.text
    assert {"en": "2 March 2027", "de": "2. März 2027"}[language] in reply.text
    assert SAID[language] in reply.text
    assert reply.person == ""
    for name in ("documents", "prepare", "next", "note", "message", "task", "details"):
        assert FIELDS[kind].get(name, "") in reply.text


@pytest.mark.parametrize(
    ("kind", "now", "said"),
    [
        ("offer", NOW, "Friday, 12 March 2027 (3 days left)"),
        ("offer", NOW.replace(day=11), "(1 day left)"),
        ("offer", NOW.replace(day=12, hour=23, minute=59), "(today is the last day)"),
        ("offer", NOW.replace(day=13, hour=0, minute=0), "(this day has passed)"),
        ("offer", NOW, "First day: Friday, 1 October 2027 (in 206 days)"),
        ("document-request", NOW, "Monday, 8 March 2027 (this day has passed)"),
        ("reminder", NOW, "(today is the last day)"),
        ("waiting-list", NOW.replace(month=4, day=29), "Friday, 30 April 2027 (tomorrow)"),
        ("interview-booking", NOW, "To be chosen by: Friday, 12 March 2027 (3 days left)"),
    ],
)
def test_days_are_counted_on_the_calls_calendar(told, kind, now, said):
    assert said in told(kind, "own-mail", now=now).text


def test_the_interview_is_told_on_both_clocks(told):
    text = told("interview", "interview-dates").text
    assert "When: Tuesday, 16 March 2027, 10:00 CET" in text
    assert "In your time zone: Tuesday, 16 March 2027, 05:00 (New York)" in text  # America has changed its clocks
    assert "Where: online" in text
    assert "https://meet.example.org/x" in text
    assert "Ada Muster and Bo Beispiel" in text


@pytest.mark.parametrize(
    ("start", "here", "there"),
    [
        (datetime(2027, 3, 12, 10, tzinfo=BERLIN), "10:00 CET", "04:00"),
        (datetime(2027, 3, 29, 10, tzinfo=BERLIN), "10:00 CEST", "04:00"),
        (datetime(2027, 3, 26, 9, tzinfo=UTC), "10:00 CET", "05:00"),
        (datetime(2027, 11, 3, 10, tzinfo=BERLIN), "10:00 CET", "05:00"),
        (datetime(2027, 11, 8, 9, tzinfo=UTC), "10:00 CET", "04:00"),
    ],
)
def test_clocks_in_the_weeks_when_europe_and_america_differ(told, start, here, there):
    text = told("interview", "interview-dates", appointment=appointed(Meeting(start))).text
    assert here in text
    assert f"{there} (New York)" in text


def test_the_appointment_as_it_stands_counts_and_not_what_the_mail_named(told):
    text = told("interview", "own-mail", appointment=appointed()).text
    assert "room 9" in text
    assert "Cy Doe" in text
    assert "cy@example.org" not in text
    assert "Ada Muster" not in text
    assert "https://meet.example.org/x" not in text


def test_a_time_gone_by_or_cancelled_is_said_to_be_so(told):
    assert "its time has passed" in told("interview", "interview-dates", now=NOW.replace(day=17)).text
    cancelled = told("interview", "interview-dates", appointment=appointed(method="CANCEL")).text
    assert "does not take place" in cancelled
    assert "Cy Doe" not in cancelled
    assert "does not take place" in told("interview-cancellation", "interview-dates").text


def test_who_may_choose_is_shown_what_is_free_and_nothing_of_others(told):
    for topic in ("own-mail", "interview-slot", "interview-dates", "confirm-interview"):
        reply = told("interview-booking", topic)
        assert "5: Wednesday, 17 March 2027, 15:00 CET (10:00 in your time zone, New York)" in reply.text
        assert [choice.says for choice in reply.choices] == ["/slot 5"]
        assert reply.choices[0].label.startswith("Wednesday, 17 March 2027, 15:00 CET")
        assert "18 March" not in reply.text
        assert "Otto" not in reply.text
        assert reply.person == ""


@pytest.mark.parametrize("kind", ["interview", "interview-change", "interview-cancellation"])
def test_a_time_that_a_coordinator_named_is_moved_by_a_person(told, kind):
    assert told(kind, "interview-slot").person == "move"


def test_a_chosen_time_is_moved_by_oneself_until_the_hours_before(told):
    chosen = {"appointment": appointed(slot=4)}
    early = MEETING.starts - timedelta(hours=24, minutes=1)
    reply = told("interview-booking", "interview-slot", now=early, **chosen)
    assert "Monday, 15 March 2027, 10:00 CET" in reply.text
    assert (reply.person, len(reply.choices)) == ("", 1)
    late = told("interview-booking", "interview-slot", now=MEETING.starts - timedelta(hours=24), **chosen)
    assert (late.person, late.choices) == ("move", ())
    assert "24 hours" in late.text


def test_hours_before_are_counted_through_a_change_of_the_clock(told):
    meeting = Meeting(datetime(2027, 3, 28, 20, tzinfo=BERLIN))  # at night the clocks went forward
    reply = told("interview-booking", "interview-slot", appointment=appointed(meeting, slot=4), now=NOW)
    assert "until Saturday, 27 March 2027, 19:00 CET" in reply.text


def test_the_first_choice_ends_with_its_day(told):
    last = NOW.replace(day=12, hour=23, minute=59)
    assert told("interview-booking", "interview-slot", now=last).person == ""
    closed = told("interview-booking", "interview-slot", now=last + timedelta(minutes=1))
    assert (closed.person, closed.choices) == ("move", ())
    assert (
        told("interview-booking", "interview-slot", now=last + timedelta(days=1), appointment=appointed()).person == ""
    )


def test_a_later_mail_silences_this_one(told):
    replies = {told(kind, "own-mail", superseded=True, appointment=appointed()).text for kind in FIELDS}
    assert len(replies) == 1
    (text,) = replies
    assert "same address" in text
    assert "March" not in text
    accepted = told("offer", "accept-offer", superseded=True)
    assert accepted.person == "accept"
    assert "12 March" not in accepted.text


@pytest.mark.parametrize("topic", ["accept-offer", "decline-offer", "withdraw-application"])
@pytest.mark.parametrize("kind", FIELDS)
def test_an_answer_is_passed_on_and_never_acted_on(told, kind, topic):
    reply = told(kind, topic)
    assert "myself" in reply.text
    assert "a person records it and confirms it to you" in reply.text
    assert reply.booking is None
    assert reply.person


def test_several_questions_are_answered_in_one(told):
    reply = told("offer", "own-mail", "accept-offer")
    assert reply.text.count("12 March 2027") == 1
    assert "accept and decline nothing myself" in reply.text
    assert reply.person == "accept"
    both = told("interview", "own-mail", "interview-slot", "interview-dates")
    assert both.text.count("When:") == 1
    assert both.person == "move"


def test_a_field_that_cannot_be_read_costs_no_answer(told):
    assert "The subject" in told("offer", "own-mail", fields={"reply_by": "soon", "project": "none such"}).text
    assert told("interview", "interview-dates", fields={"interview": "some day"}).text == (
        "That mail names no time of an interview."
    )


def test_a_person_whose_zone_is_unknown_gets_the_calls_clock_alone(told):
    text = told("interview", "interview-dates", zone="").text
    assert "10:00 CET" in text
    assert "your time zone" not in text


def test_a_mail_in_another_language_is_answered_in_one_that_is_spoken(answers):
    assert "sent to you" in answers.reply(mail("offer"), read("own-mail"), "fr", NOW).text
    assert "ging diese Mail" in answers.reply(mail("offer", language="de"), read("own-mail"), "", NOW).text


def test_which_topics_concern_a_mail(answers):
    assert all(answers.topics(read(topic)) for topic in ASPECTS)
    assert answers.topics(Answer("answer", "", "en", matters=(Matter("hand-over", "own-mail"),)))
    assert not answers.topics(read("deadline", "documents"))
    assert not answers.topics(read("interview-dates"), mail("shortlist"))  # the call's dates are for everybody
    assert answers.topics(read("interview-dates"), mail("interview"))
    assert not answers.topics(read("result-date"), mail("interview"))
    assert answers.topics(read("result-date"), mail("rejection"))
    assert not answers.topics(read("own-mail"), OwnMail(7, 1, "gone", "offer", "p", "a@x", "A", "en", "S", NOW))


def test_who_proves_nothing_hears_the_same_whatever_the_cause(answers):
    assert answers.stale("en") != answers.stale("de")
    assert not any(word in answers.stale("en") for word in ("token", "another", "exist", "expired"))
    assert answers.passed_on("en").person == "other"
