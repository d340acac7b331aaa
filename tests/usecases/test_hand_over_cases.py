"""Requests to a person: whom they reach, who may answer, what is no answer, and what is left of those forgotten."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from bot.model.hand_over import Absence, Coordinator
from bot.model.message import Refused, Unknown
from bot.storage.store import open_store
from bot.usecases.attend import GATHER
from bot.usecases.manners import PROMPT
from tests.usecases.office import CORA, DIRK, GROUP, NOT_STATED, STATED, Office

ANN = "ann@applicants.example"


def away(first: int, last: int) -> tuple[Absence, ...]:
    return (Absence(from_=date(2026, 1, first), to=date(2026, 1, last)),)


def test_a_deputy_stands_in(open_office):
    cora = Coordinator(name="Cora", email=CORA.email, absent=away(10, 20), deputy="Eve")
    eve = Coordinator(name="Eve", email="eve@example.org", calls=("another-call",))
    office = open_office(cora, eve, group="")
    assert set(office.asked()) == {"eve@example.org"}
    assert "passed this on to Eve" in office.texts("5")[0]
    office.later(days=6)
    assert any("Nobody has answered" in text for text in office.texts(CORA.email))  # she is back


def test_who_wrote_and_went_away_leaves_it_to_the_others(open_office):
    cora = Coordinator(name="Cora", email=CORA.email, absent=away(16, 20))
    office = open_office(cora, DIRK, group="")
    office.reply("No, there is none.", office.asked()[CORA.email])
    office.later(hours=20)
    office.say("And for postdocs?")
    assert [one.to for one in office.told()] == [DIRK.email]


def test_everybody_away(open_office):
    cora = Coordinator(name="Cora", email=CORA.email, absent=away(10, 20), deputy="Dirk")
    dirk = Coordinator(name="Dirk", email=DIRK.email, absent=away(12, 17), deputy="Cora")
    office = open_office(cora, dirk, group="")
    assert set(office.asked()) == {CORA.email, DIRK.email}
    assert "nobody is there before" in office.texts("5")[0]
    assert "18" in office.texts("5")[0].partition("nobody is there before")[2]


def test_somebody_without_an_address_alone_on_duty(open_office):
    office = open_office(CORA, Coordinator(name="Dirk", calls=("ideas-2026",)), Coordinator(name="Eve"), group="")
    assert CORA.email in office.asked()


def test_nobody_on_duty_has_an_address(open_office):
    cora = Coordinator(name="Cora", email=CORA.email, calls=("another-call",))
    office = open_office(cora, Coordinator(name="Dirk", calls=("ideas-2026",)), group="")
    assert set(office.asked()) == {CORA.email}  # nothing may reach nobody


def test_only_a_group(open_office):
    office = open_office(Coordinator(name="Dirk", telegram=72), letters=False)
    got = office.asked()
    assert set(got) == {GROUP}
    office.reply("No, there is none.", got[GROUP], DIRK)
    assert office.persons("5") == ["No, there is none."]
    assert {one.to for one in office.left} == {"5", GROUP}


def test_only_letters(open_office):
    assert set(open_office(group="").asked()) == {CORA.email, DIRK.email}


def test_nobody_to_reach_makes_no_request(open_office):
    office = open_office(letters=False, group="")
    assert office.say(NOT_STATED).step is None
    assert "passed this on" not in office.texts("5")[0]


def test_no_request_out_of_a_group(office):
    assert office.say(NOT_STATED, "-5/5", private=False).step is None


def test_a_stranger_with_the_token(office):
    got = office.asked()
    stranger = Coordinator(name="Mallory", email="mallory@example.net")
    assert office.reply("You are rejected.", got[CORA.email], stranger).state == "ignored"
    assert office.persons("5") == []
    assert office.texts("mallory@example.net") == []
    for to in (CORA.email, DIRK.email, GROUP):
        assert "mallory@example.net" in office.texts(to)[-1]
        assert "You are rejected." in office.texts(to)[-1]
    office.reply("You are not rejected.", office.to(CORA.email)[-1])
    assert office.persons("5") == ["You are not rejected."]


def test_a_member_of_the_group_who_is_unknown(office):
    got = office.asked()
    office.reply("I know it!", got[GROUP], Coordinator(name="Eve", telegram=79))
    assert office.persons("5") == []
    assert "Your Telegram number is 79" in office.texts(f"{GROUP}/79")[-1]
    assert office.state == "waiting"


def test_a_coordinators_number_in_another_group_is_nobodys(office):
    got = office.asked()
    elsewhere = {"context": {"answered": got[GROUP].number, "chat": "-99"}}
    office.settle(office.receive("No, there is none.", "-99/71", private=False, **elsewhere))
    assert office.persons("5") == []


@pytest.mark.parametrize("by", [CORA.email, GROUP])
def test_an_empty_answer(office, by):
    got = office.asked()
    office.reply("", got[by])
    assert "no words of its own" in office.texts(by)[-1]
    assert (office.persons("5"), office.state) == ([], "waiting")


def test_attachments_stay_behind(office):
    office.reply("See the form.", office.asked()[CORA.email], attachments=("form.pdf",))
    assert "without your attachments (form.pdf)" in office.texts(CORA.email)[-1]


@pytest.mark.parametrize(("first", "second"), [(CORA.email, DIRK.email), (GROUP, DIRK.email), (CORA.email, GROUP)])
def test_whoever_did_not_see_the_others_answer_is_shown_it(office, first, second):
    got = office.asked()
    office.reply("No, there is none.", got[first], CORA)
    office.reply("Yes, 30 years.", got[second], DIRK)
    assert office.persons("5") == ["No, there is none."]
    shown = office.to(second)[-1]
    assert "Cora has answered" in shown.text
    assert "No, there is none." in shown.text
    office.reply("Yes, 30 years, all the same.", shown, DIRK)
    assert office.persons("5") == ["No, there is none.", "Yes, 30 years, all the same."]


def test_two_answers_received_at_once(office):
    got = office.asked()
    office.now += timedelta(minutes=5)
    office.answer("No, there is none.", got[CORA.email], CORA)
    office.answer("Yes, 30 years.", got[DIRK.email], DIRK)
    for received in office.store.inbox.unanswered(5):
        office.settle(received)
    assert office.persons("5") == ["No, there is none."]


def test_ones_own_second_answer_is_no_surprise(office):
    got = office.asked()
    office.reply("No, there is none.", got[CORA.email])
    office.reply("I mean: none at all.", got[GROUP])
    assert office.persons("5") == ["No, there is none.", "I mean: none at all."]


def test_an_absence_note_without_a_mark_is_not_passed_on(office):
    got = office.asked()
    office.now -= timedelta(seconds=30)  # `receive` takes half a minute
    note = office.answer("I am out of office until Monday.", got[CORA.email])
    assert note.incoming.received - got[CORA.email].reply.planned < PROMPT + timedelta(seconds=1)
    assert office.settle(note).reason == "prompt reaction"
    assert (office.persons("5"), office.state) == ([], "waiting")


def test_a_coordinators_letter_without_a_token(office):
    office.asked()
    context = {"subject": "AW: [Callboard 1] an age limit - IDEAS PhD call"}
    office.settle(office.receive("No, there is none.", CORA.email, context=context))
    assert office.persons("5") == []
    assert "cannot tell which request" in office.texts(CORA.email)[-1]


def test_such_a_subject_is_nothing_special_in_an_applicants_letter(office):
    office.asked()
    office.settle(office.receive(STATED, ANN, context={"subject": "Re: [Callboard 1] an age limit"}))
    assert "Speidel" in office.texts(ANN)[-1]


@pytest.mark.parametrize("form", ["photo", "file", "voice", "sticker"])
def test_what_is_no_text_while_a_person_writes(office, form):
    office.reply("Please send it here.", office.asked()[GROUP])
    assert office.say("", form=form).state == "relayed"
    assert all(f"something that is not text: {form}" in one.text for one in office.told())


def test_a_button_while_a_person_writes(office):
    office.say("Who supervises the project?")
    asked = office.to("5")[-1]
    place = [choice.label for choice in asked.body.choices].index("TrustSeg")
    office.reply("Hello, here I am.", office.asked()[GROUP])
    assert office.say(f"{asked.reply.id}:{place}", form="choice").state == "relayed"
    told = office.told()
    assert all("TrustSeg" in one.text and f"{asked.reply.id}:{place}" not in one.text for one in told)


@pytest.mark.parametrize("form", ["photo", "choice"])
def test_what_was_no_text_before_the_request(office, form):
    office.say("" if form == "photo" else "99:99", form=form)
    assert all(f"something that is not text: {form}" in one.text for one in office.asked().values())


@pytest.mark.parametrize("word", ["/mydata", "/privacy", "/help"])
def test_the_bot_itself_answers_requests_while_a_person_writes(office, word):
    office.reply("Hello, here I am.", office.asked()[GROUP])
    assert office.say(word).state == "answered"


def test_a_word_for_a_person_goes_to_the_person_who_writes(office):
    office.reply("Hello, here I am.", office.asked()[GROUP])
    assert office.say("/human").state == "relayed"


def test_mydata_shows_what_was_passed_on_and_answered(office):
    office.reply("No, there is none.", office.asked()[GROUP])
    office.say("/mydata")
    file = office.to("5")[-1].body.file
    assert '"passed-on": true' in file.content
    assert "No, there is none." in file.content


def test_a_long_conversation_is_cut(office):
    for place in range(12):
        office.say(f"Who supervises TrustSeg? {'word ' * 300}{'abcdefghijkl'[place]}")
    text = office.asked()[CORA.email].text
    assert "[...]" in text
    assert len(text) < 8000
    assert NOT_STATED in text


@pytest.mark.parametrize("outcome", [Refused("blocked", gone=True), Refused("no"), Unknown("lost")])
def test_an_answer_that_did_not_arrive_is_reported_once(office, outcome):
    got = office.asked()
    office.refusing["5"] = outcome
    office.reply("No, there is none.", got[CORA.email])
    for _ in range(5):
        office.later(minutes=2)
    for to in (CORA.email, DIRK.email, GROUP):
        found = [text for text in office.texts(to) if "Cora's answer to request 1" in text]
        assert len(found) == 1
        assert ("may not have arrived" in found[0]) == isinstance(outcome, Unknown)


def test_another_request_that_asks_the_same_is_counted(office):
    office.asked()
    second = office.asked(address="6")
    assert "1 other request asks the same" in second[CORA.email].text
    office.reply("No, there is none.", second[CORA.email])
    assert office.persons("5") == []
    assert "1 other request asks the same; nobody else has got your words" in office.texts(CORA.email)[-1]


def test_the_coordinators_language(open_office):
    cora = Coordinator(name="Cora", email=CORA.email, language="de")
    office = open_office(cora, DIRK)
    got = office.asked()
    assert "Jemand braucht einen Menschen" in got[CORA.email].text
    assert "An applicant needs a person" in got[DIRK.email].text
    office.reply("Nein.", got[CORA.email])
    assert "From Cora, a person" in office.to("5")[-1].body.notice  # in the applicant's


def test_nothing_is_told_twice(office):
    office.asked()
    count = len(office.left)
    for _ in range(3):
        office.later(seconds=GATHER.total_seconds())
    assert len(office.left) == count


@pytest.mark.parametrize("by", ["letter", "group"])
def test_an_answer_to_a_forgotten_conversation(brain, tmp_path, by):
    store = open_store(f"sqlite:///{tmp_path / 'record.db'}")
    office = Office(store, brain)
    got = office.asked("Is there an age limit for IDEAS? My name is Xanthippe.")
    office.reply("No, dear Zerubabel.", got[GROUP])
    _forget(office)
    to = got[CORA.email if by == "letter" else GROUP]
    office.reply("Dear Quirinius, yes.", to)
    assert "had everything erased" in office.texts(to.to)[-1]
    assert office.persons("5") == ["No, dear Zerubabel."]
    assert office.state == "erased"
    office.later(hours=30)
    store.people.erase_finished(office.now)
    store.close()
    kept = _bytes(tmp_path)
    assert [word for word in (b"Xanthippe", b"Zerubabel", b"Quirinius") if word in kept] == []


def test_forgotten_before_coordinators_knew(office):
    office.say(NOT_STATED)
    _forget(office)
    assert office.told() == []


def test_forgotten_after_the_answer_was_received(office):
    answer = office.answer("No, there is none.", office.asked()[CORA.email])
    _forget(office, also=answer.id)
    assert office.persons("5") == []


def _forget(office: Office, also: int = 0) -> None:
    """The applicant has everything erased, before what is still unanswered is dealt with."""
    office.receive("/forget", "5")
    for received in office.store.inbox.unanswered(9):
        if received.id != also:
            office.settle(received)
    command = office.to("5")[-1].body.choices[0].says
    office.receive(command, "5")
    for received in office.store.inbox.unanswered(9):
        if received.id != also:
            office.settle(received)
    for received in office.store.inbox.unanswered(9):
        office.settle(received)
    office.store.people.erase_finished(office.now)


def _bytes(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.iterdir())
