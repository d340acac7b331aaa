"""The morning list: which line stands in it, until when, in which words; and the letter at once."""

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.files.knowledge_files import load_knowledge
from bot.files.template_files import load_templates
from bot.model.campaign import Recipient
from bot.model.hand_over import Absence, Coordinator
from bot.model.message import Sent
from bot.usecases.morning_words import MorningWords
from bot.usecases.runtime import Runtime
from bot.usecases.tell_bounces import TellBounces
from bot.wiring.routines import Waiting
from tests.usecases.mornings import CALL, NOW, Days

ADA = Coordinator(name="Ada", email="ada@school.example")
BO = Coordinator(name="Bo", email="bo@school.example", language="de")


@pytest.fixture(scope="module")
def known(folders):
    return load_knowledge(folders.knowledge)


@pytest.fixture(scope="module")
def templates(folders):
    return load_templates(folders.templates)


@pytest.fixture
def days(store, known):
    return Days(store, known)


def words(days, templates, language="en"):
    return MorningWords(days.knowledge, templates, language)


@pytest.mark.parametrize("language", ["en", "de"])
def test_an_empty_morning_says_so_in_one_line(days, templates, language):
    days.tell("shortlist", "17")
    made = days.look()
    assert made.cases == ()
    subject, text = words(days, templates, language).letter(made)
    assert text in subject
    assert "\n" not in text
    assert Waiting(days.knowledge, templates, days.books()).finding(language, days.now).key == ""


@pytest.mark.parametrize("outcome", ["refused", "unknown"])
def test_whom_a_server_did_not_take_is_not_reached(days, outcome):
    days.tell("shortlist", "17", outcome=outcome)
    (case,) = days.look().cases
    assert (case.section, case.delivery.state, bool(case.words)) == ("missed", outcome, True)


def test_who_came_back_is_not_reached_until_it_is_laid_aside(days):
    campaign = days.tell("shortlist", "17", "18")
    number = days.bounces(days.delivery(campaign, "17"))
    (case,) = days.look().cases
    assert (case.section, case.delivery.state, case.back.id) == ("missed", "bounced", number)
    assert "no such user" in case.words
    days.store.returns.handle([number], "Ada", days.now)
    assert days.found() == []


def test_who_is_told_anew_is_reached_once_the_new_mail_left(days):
    first = days.tell("shortlist", "17")
    days.bounces(days.delivery(first, "17"))
    again = days.plan("shortlist", "17")
    assert [(one.section, one.anew) for one in days.look().cases] == [("missed", again)]
    days.store.campaigns.cancel(again, "wrong", days.now)
    assert [one.anew for one in days.look().cases] == [0]
    days.tell("shortlist", "17")
    assert days.found() == []


def test_who_is_told_by_other_means_is_reached(days):
    days.tell("rejection", "17", outcome="refused")
    days.store.campaigns.record(CALL, "rejection", [Recipient(2, "17@example.org", "Person 17", "17")], "Ada", days.now)
    assert days.found() == []


@pytest.mark.parametrize("language", ["en", "de"])
def test_whose_changed_interview_did_not_arrive_is_unclear(days, templates, language):
    choosing = days.tell("interview-booking", "17")
    days.books_slot(days.delivery(choosing, "17"))
    change = days.delivery(days.tell("interview-change", "17"), "17")
    days.has_entry(change)
    assert days.found() == []
    back = days.bounces(change)
    (line,) = (one for one in days.look().cases if one.section == "missed")
    assert line.unclear
    _, text = words(days, templates, language).letter(days.look())
    assert {"en": "is UNCLEAR", "de": "ist UNKLAR"}[language] in text
    days.store.returns.handle([back], "Ada", days.now)
    assert not any(one.unclear for one in days.look().cases)


def test_a_reminder_later_does_not_tell_what_never_arrived(days):
    campaign = days.tell("rejection", "17")
    days.tell("free-text", "17")
    days.bounces(days.delivery(campaign, "17"))
    assert days.found() == [("missed", "17")]


def test_a_failure_without_proof_waits_for_a_person(days):
    campaign = days.tell("shortlist", "17")
    mail = days.delivery(campaign, "17")
    number = days.comes("failed", mail, proven=False)
    lost = days.comes("failed", address="who@else.example")
    days.comes("delayed", address="who@else.example")
    assert [(one.section, one.back.id, one.call) for one in days.look().cases] == [
        ("perhaps", number, CALL),
        ("perhaps", lost, ""),
    ]
    days.store.returns.match(number, mail.id, "Ada", days.now)
    days.store.returns.handle([lost], "Ada", days.now)
    assert days.found() == [("missed", "17")]


def test_a_delay_is_over_when_it_failed_or_its_reader_lives_or_a_week_is_gone(days):
    campaign = days.tell("shortlist", "17", "18", "19")
    mails = [days.delivery(campaign, person) for person in ("17", "18", "19")]
    for mail in mails:
        days.comes("delayed", mail)
    assert days.found() == [("delayed", "17"), ("delayed", "18"), ("delayed", "19")]
    days.bounces(mails[0])
    days.comes("away", mails[1])
    assert days.found() == [("missed", "17"), ("delayed", "19"), ("away", "18")]
    days.pass_by(days=7)
    assert ("delayed", "19") not in days.found()


def test_an_absence_is_over_when_they_wrote_or_somebody_saw_to_it(days):
    campaign = days.tell("shortlist", "17", "18")
    numbers = [days.comes("away", days.delivery(campaign, person)) for person in ("17", "18")]
    reply = days.comes("reply", days.delivery(campaign, "17"))
    days.store.returns.handle([reply], "Ada", days.now)
    assert days.found() == [("away", "18")]
    days.store.returns.handle(numbers, "Ada", days.now)
    assert days.found() == []


def test_answers_wait_until_they_are_recorded_or_seen_to(days):
    campaign = days.tell("offer", "17", "18", reply_by="2026-03-20")
    days.comes("reply", days.delivery(campaign, "17"))
    other = days.comes("reply", days.delivery(campaign, "18"), proven=False, address="else@example.org")
    assert [(one.section, one.back.proven) for one in days.look().cases] == [("answers", True), ("answers", False)]
    told = next(one for one in days.store.campaigns.told(CALL) if one.person == "17")
    days.store.campaigns.react(CALL, told, "accepted", "Ada", days.now)
    assert days.found() == [("answers", "18")]
    days.store.returns.handle([other], "Ada", days.now)
    assert days.found() == []


def test_a_calendars_last_word_counts(days):
    campaign = days.tell("interview", "17", "18", "19", reply_by="2026-03-20")
    for person, said in (("17", "accepted"), ("18", "declined"), ("19", "tentative"), ("19", "accepted")):
        days.comes("calendar", days.delivery(campaign, person), says=said)
    assert days.found() == [("answers", "18")]


def test_who_was_asked_to_answer_and_did_not_has_days_left_or_is_overdue(days):
    days.tell("interview", "17", reply_by="12.03.2026")
    days.tell("document-request", "18", reply_by="2026-03-14")
    days.tell("offer", "19", reply_by="2026-03-11")
    days.tell("interview", "20")  # was not asked to answer
    days.tell("rejection", "21")
    days.now = NOW.replace(hour=22, minute=59)  # 23:59 at the call's place
    assert [(one.delivery.person, one.days) for one in days.look().cases] == [("19", -1), ("17", 0), ("18", 2)]
    days.pass_by(minutes=1)
    assert [one.days for one in days.look().cases] == [-2, -1, 1]
    days.pass_by(days=40)
    assert days.found() == [("unanswered", "19")]  # an offer holds a place until somebody says otherwise


@pytest.mark.parametrize("sign", ["reply", "reaction", "later decision"])
def test_whoever_did_or_was_told_something_since_is_not_unanswered(days, sign):
    campaign = days.tell("interview", "17", reply_by="2026-03-20")
    mail = days.delivery(campaign, "17")
    if sign == "reply":
        days.store.returns.handle([days.comes("reply", mail)], "Ada", days.now)
    elif sign == "reaction":
        days.store.campaigns.react(CALL, days.store.campaigns.told(CALL)[0], "withdrawn", "Ada", days.now)
    else:
        days.tell("interview-cancellation", "17")
    assert days.found() == []


def test_a_reminder_ends_no_waiting(days):
    days.tell("offer", "17", reply_by="2026-03-20")
    days.tell("reminder", "17")
    assert days.found() == [("unanswered", "17")]


def test_who_has_chosen_no_time_is_unbooked_and_whoever_wrote_is_so_still(days):
    campaign = days.tell("interview-booking", "17", "18", reply_by="2026-03-13")
    reply = days.comes("reply", days.delivery(campaign, "17"))
    days.store.returns.handle([reply], "Ada", days.now)
    days.now = NOW
    assert [(one.section, one.delivery.person, one.days) for one in days.look().cases] == [
        ("unbooked", "17", 1),
        ("unbooked", "18", 1),
    ]
    days.books_slot(days.delivery(campaign, "17"))
    assert days.found() == [("unbooked", "18")]
    days.tell("interview-cancellation", "18")
    assert days.found() == []


def test_one_call_is_told_with_what_belongs_to_none(days):
    days.tell("shortlist", "17", outcome="refused")
    days.tell("shortlist", "17", outcome="refused", call="other-2027")
    days.comes("failed", address="who@else.example")
    assert [one.call for one in days.look(CALL).cases] == [CALL, ""]
    assert days.look().calls == (CALL, "other-2027", "")


def full(days):
    """A morning with something of everything."""
    first = days.tell("rejection", "17", "18", "19")
    days.bounces(days.delivery(first, "17"))
    days.comes("failed", days.delivery(first, "18"), proven=False, detail="550 mailbox \x1b[2J full")
    days.comes("delayed", days.delivery(first, "19"), status="4.4.1", detail="4.4.1 no answer from host")
    days.tell("shortlist", "20", outcome="unknown")
    days.tell("shortlist", "21", outcome="refused")
    offers = days.tell("offer", "22", "23", "24", reply_by="2026-03-13")
    days.comes("reply", days.delivery(offers, "22"), detail="Re: Offer of a place")
    days.comes("reply", days.delivery(offers, "23"), proven=False, address="eve@else.example", detail="Offer")
    talks = days.tell("interview", "25", "26", reply_by="2026-03-11")
    days.comes("calendar", days.delivery(talks, "25"), says="declined", detail="Declined: Interview")
    booking = days.tell("interview-booking", "27", reply_by="2026-03-12")
    days.comes("away", days.delivery(booking, "27"), detail="Out of office until 20 March")
    days.comes("failed", address="who@else.example", detail="5.7.1 rejected")
    days.now = NOW


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_daily_letter_has_every_line_with_its_command(days, templates, language):
    full(days)
    finding = Waiting(days.knowledge, templates, days.books()).finding(language, days.now)
    print(finding.subject, finding.text, sep="\n\n")
    counts = words(days, templates, language).counts(days.look())
    assert [one.split()[0] for one in counts] == ["3", "2", "3", "2", "1", "1", "1"]
    assert all(one in finding.subject for one in counts)
    for command in (
        f"callboard campaign address {CALL} 17 ",
        "--kind rejection --instead-of 1",
        "callboard campaign resolve 2",
        "callboard returns match 2 1:",
        f"callboard campaign answer {CALL} 22 ",
    ):
        assert command in finding.text
    assert "\x1b" not in finding.text
    assert finding.text.count("eve@else.example") == 1
    assert finding.key


def test_a_long_section_is_cut_in_the_letter_and_tells_where_the_rest_is(days, templates):
    days.tell("shortlist", *map(str, range(100, 140)), outcome="refused")
    _, text = words(days, templates).letter(days.look())
    assert text.count("campaign address") == 30
    assert f"and 10 more: callboard returns {CALL}" in text


def told(days, templates, *coordinators):
    """What looks at the record, and the letters planned so far as (to, text)."""

    def letters():
        found = []
        while due := days.store.outbox.due("email", days.now + timedelta(days=9), 99):  # one at a time to an address
            for reply in due:
                assert days.store.outbox.begin(reply)
                days.store.outbox.finish(reply, Sent(), days.now)
                found.append((reply.address, reply.body.text))
        return found

    runtime = Runtime(lambda: days.now, logging.getLogger("bot"), ThreadPoolExecutor(1))
    return (
        TellBounces(
            days.store.returns,
            days.store.routines,
            days.knowledge,
            templates,
            coordinators,
            runtime,
            lambda: None,
        ),
        letters,
    )


def test_what_came_back_is_told_at_once_and_then_at_most_hourly(days, templates):
    tell, letters = told(days, templates, ADA, BO)
    campaign = days.tell("shortlist", "17", "18", "19")
    assert tell.look(days.now) == 0
    days.bounces(days.delivery(campaign, "17"))
    assert tell.look(days.now) == 2
    days.bounces(days.delivery(campaign, "18"))
    assert tell.look(days.now) == 0
    days.bounces(days.delivery(campaign, "19"))
    days.pass_by(hours=1)
    assert tell.look(days.now) == 2
    assert tell.look(days.now + timedelta(hours=5)) == 0
    planned = letters()
    first, second = (text for to, text in planned if to == ADA.email)
    _, german = (text for to, text in planned if to == BO.email)
    assert ["17@example.org" in first, "18@example.org" in first] == [True, False]
    assert ["17@" in second, "18@" in second, "19@" in second] == [False, True, True]
    assert f"callboard campaign address {CALL} 18 NEW-ADDRESS" in second
    assert "zurückgekommen" in german
    print(second, german, sep="\n\n")


def test_only_who_is_on_duty_for_the_call_is_told(days, templates):
    away = Absence(from_=NOW.date() - timedelta(days=9), to=NOW.date() + timedelta(days=9))
    gone = Coordinator(name="Gil", email="gil@school.example", calls=(CALL,), absent=(away,), deputy="Bo")
    other = Coordinator(name="Ada", email="ada@school.example", calls=("other-2027",))
    tell, letters = told(days, templates, gone, other, BO.__class__(name="Bo", email=BO.email, calls=("third",)))
    days.bounces(days.delivery(days.tell("shortlist", "17"), "17"))
    assert tell.look(days.now) == 1
    assert [to for to, _ in letters()] == [BO.email]


def test_killed_between_its_two_steps_it_repeats_one_letter_and_loses_none(days, templates, monkeypatch):
    tell, letters = told(days, templates, ADA)
    days.bounces(days.delivery(days.tell("shortlist", "17"), "17"))
    with monkeypatch.context() as patch:
        patch.setattr(type(days.store.returns), "told", _killed)
        with pytest.raises(SystemExit):
            tell.look(days.now)
    assert tell.look(days.now) == 0
    days.pass_by(hours=1)
    assert (tell.look(days.now), tell.look(days.now + timedelta(hours=2))) == (1, 0)
    assert len(letters()) == 2


def test_two_reports_of_one_mail_are_one_line(days, templates):
    tell, letters = told(days, templates, ADA)
    mail = days.delivery(days.tell("shortlist", "17"), "17")
    days.bounces(mail)
    days.comes("failed", mail)
    assert tell.look(days.now) == 1
    assert [text.count("campaign address") for _, text in letters()] == [1]
    assert days.store.returns.untold() == []


def test_a_failure_that_came_too_early_is_settled_and_told_by_the_loop(days, templates):
    mail = days.delivery(days.tell("shortlist", "17"), "17")
    days.comes("failed", mail)

    async def until_planned():
        planned = asyncio.Event()
        with ThreadPoolExecutor(1) as executor:
            tell, letters = told(days, templates, ADA)
            runtime = Runtime(lambda: days.now, logging.getLogger("bot"), executor)
            loop = asyncio.create_task(replace(tell, runtime=runtime, on_planned=planned.set).run())
            await planned.wait()
            loop.cancel()
            await asyncio.gather(loop, return_exceptions=True)
            return letters()

    assert len(asyncio.run(until_planned())) == 1
    assert days.found() == [("missed", "17")]


def _killed(*_):
    raise SystemExit


def test_nobody_with_an_address_loses_nothing(days, templates):
    days.bounces(days.delivery(days.tell("shortlist", "17"), "17"))
    assert told(days, templates, Coordinator(name="Gil"))[0].look(days.now) == 0
    assert told(days, templates, ADA)[0].look(days.now) == 1


def test_who_was_forgotten_waits_for_nothing(days):
    campaign = days.tell("rejection", "17")
    days.bounces(days.delivery(campaign, "17"))
    days.store.campaigns.move(campaign, ["sending"], "finished")
    assert days.store.campaigns.expire([CALL], days.now) == 1
    assert days.found() == []
