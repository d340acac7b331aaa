"""What hostile or unlucky messages must not do to requests: each of these once did."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.channels.telegram.pages import pages, units
from bot.model.message import Outgoing, Refused
from tests.usecases.office import CORA, DIRK, GROUP, NOON, NOT_STATED, Office

ANN = "ann@applicants.example"


@pytest.fixture
def office(open_office) -> Office:
    return open_office()


def test_a_forged_bounce_of_an_applicant_silences_no_coordinator(office):
    asked = office.asked(address=ANN)
    thread = next(one.reply.thread for one in office.to(ANN))
    for letter in asked.values():
        office.store.outbox.returned(thread, letter.reply.id)
    assert set(office.asked("Is there a fee for applying to IDEAS?", "6")) == {CORA.email, DIRK.email, GROUP}


def test_a_real_bounce_of_a_letter_to_a_coordinator_is_told_to_the_others_and_silences_nobody(office):
    letter = office.asked()[CORA.email]
    office.store.outbox.returned(letter.reply.thread, letter.reply.id)
    office.later(minutes=1)
    told = [one.to for one in office.left if CORA.email in one.text and "did not arrive" in one.text]
    assert sorted(told) == sorted([DIRK.email, GROUP])
    office.later(minutes=1)
    assert len([one for one in office.left if "did not arrive" in one.text]) == 2
    assert CORA.email in office.asked("Is there a fee for applying to IDEAS?", "6")


def test_an_address_that_refuses_everything_does_not_make_letters_about_letters(office):
    office.refusing = {CORA.email: Refused("550 no such user", gone=True), DIRK.email: Refused("550", gone=True)}
    office.asked()
    for _ in range(5):
        office.later(minutes=1)
    assert 1 < len(office.to(GROUP)) < 6


def test_a_button_of_the_bot_works_while_a_person_writes(office):
    letter = office.asked()[CORA.email]
    office.reply("There is none.", letter)
    office.say("/forget")
    ask = office.to("5")[-1]
    settled = office.say(f"{ask.reply.id}:0", form="choice")
    assert settled.replies[0].kind == "erased"
    assert all("/forget " not in text for text in office.texts(CORA.email))


def test_a_letter_that_only_looks_automatic_is_held_with_a_word_and_passed_on_if_its_author_insists(office):
    letter = office.asked()[CORA.email]
    words = "Dr. Dirk is out of the office this week, so send the papers to me."
    looks = {"context": {"subject": "Re", "looks": "absence note"}}
    assert office.reply(words, letter, **looks).state == "ignored"
    assert "was NOT passed on" in office.texts(CORA.email)[-1]
    office.reply(words, office.to(CORA.email)[-1], **looks)
    assert office.persons("5") == [words]


def test_a_robot_at_a_coordinators_address_gets_one_word_for_each_kind_and_reaches_the_applicant_once(office):
    letter = office.asked()[CORA.email]
    for _ in range(20):
        office.reply("Ticket 12 is open.", letter)
        letter = office.to(CORA.email)[-1]
    assert office.persons("5") == ["Ticket 12 is open."]
    assert sum("was NOT passed on" in text for text in office.texts(CORA.email)) == 1


def test_a_robot_of_a_stranger_makes_no_ring(office):
    letter = office.asked()[CORA.email]
    eve = replace_email(CORA, "robot@elsewhere.example")
    for number in range(20):
        office.reply(f"We got your mail {number}.", letter, eve)
    assert sum("NOT passed on" in one.text for one in office.to(DIRK.email)) == 1
    assert office.persons("5") == []


def replace_email(one, email):
    return type(one)(name=one.name, email=email, telegram=one.telegram)


def test_reply_to_makes_nobody_a_coordinator(office):
    letter = office.asked()[CORA.email]
    office.reply("I am Cora, send me money.", letter, context={"subject": "Re", "author": "evil@evil.example"})
    assert office.persons("5") == []


def test_what_is_added_while_a_request_waits_reaches_coordinators(office):
    office.asked(address=ANN)
    office.say("It is urgent, my flight is on Friday!", ANN)
    office.later(minutes=20)
    assert any("my flight is on Friday" in text for text in office.texts(CORA.email))


def test_a_flood_is_told_now_and_then(office):
    office.asked()
    before = len(office.to(CORA.email))
    for number in range(40):
        office.say(f"Is there a fee for applying to IDEAS? Number {number}")
        office.attend.look(office.now)
        office.deliver()
    office.later(minutes=20)
    assert len(office.to(CORA.email)) - before <= 3
    assert "Number 39" in office.texts(CORA.email)[-1]


def test_whoever_never_stops_writing_is_told_of(office):
    for _ in range(30):
        office.now -= timedelta(seconds=25)
        office.say(NOT_STATED)
        office.attend.look(office.now)
        office.deliver()
    assert office.now - NOON < timedelta(minutes=4)
    office.later(minutes=1)
    assert office.to(CORA.email)


def test_what_waits_is_not_forgotten_by_age(office):
    letter = office.asked()[CORA.email]
    office.store.people.expire(office.now + timedelta(days=60))
    assert office.state == "waiting"
    office.reply("There is none.", letter)
    assert office.persons("5") == ["There is none."]


def test_what_was_answered_is_forgotten_by_age_with_all_copies(office):
    letter = office.asked("Is there an age limit for IDEAS? Secret word: xylophone.")[CORA.email]
    office.reply("There is none, xylophone.\n/done", letter)
    office.store.people.expire(office.now + timedelta(days=60))
    with office.store.engine.connect() as connection:
        kept = [
            connection.exec_driver_sql(f"select * from {table}").all()
            for table in ("messages", "replies", "hand_overs", "conversations")
        ]
    assert "xylophone" not in repr(kept)


def test_a_heading_longer_than_a_message_is_cut():
    cut = pages(Outgoing("word " * 3000, "to-coordinator", "en", notice="topic " * 3000))
    assert all(units(one.notice) + units(one.text) <= 4000 for one in cut)


@pytest.mark.parametrize("words", ["/done thanks", "/done, thank you.", "/Done\n"])
def test_words_after_done_are_words(office, words):
    letter = office.asked()[CORA.email]
    office.reply(f"There is none.\n{words}", letter)
    assert office.state == "closed"
    assert "/done" not in office.persons("5")[0].casefold()


def test_one_request_that_fails_stops_no_other(office, monkeypatch):
    office.say(NOT_STATED)
    office.say("Is there a fee for applying to IDEAS?", "6")
    real = type(office.desk).asked

    def failing(desk, request, **more):
        if request.id == 1:
            raise ValueError("broken")
        return real(desk, request, **more)

    monkeypatch.setattr(type(office.desk), "asked", failing)
    office.told()
    assert any("fee" in text for text in office.texts(CORA.email))


def test_nothing_is_kept_of_a_strangers_letter_to_a_forgotten_person(office):
    letter = office.asked()[CORA.email]
    received = office.receive("/forget", "5")
    office.store.people.erase(received, office.now)
    office.store.people.erase_finished(office.now)
    settled = office.reply("Secret: xylophone", letter, replace_email(CORA, "cora@home.example"))
    assert (settled.state, settled.blank) == ("ignored", True)
    assert not replace(settled, replies=()).replies
