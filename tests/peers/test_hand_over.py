"""The whole way of a request to a person, with real mail servers and the fake Telegram: asked, answered, brought back."""

import email_program
import hand_over_program
import pytest
from daemons import wait_for
from email_program import House, html, plain
from hand_over_program import CLIENTS, DIRK, GROUP, OWN_WORDS, Bureau

from tests.telegram_server import ANN

house, telegram, bureau = email_program.house, hand_over_program.telegram, hand_over_program.bureau

NOT_STATED = "Is there an age limit for IDEAS?"
STATED = "Who supervises TrustSeg?"
BOB = 1002


@pytest.mark.parametrize("client", CLIENTS)
def test_asked_in_a_chat_answered_by_letter(bureau: Bureau, client: str) -> None:
    assert "passed this on to Cora and Dirk" in bureau.chat(NOT_STATED)
    asked = bureau.got(bureau.cora, NOT_STATED)
    assert "An applicant needs a person" in plain(asked)
    assert asked["Subject"].startswith("[Callboard 1]")
    assert asked["Auto-Submitted"] == "auto-generated"
    bureau.send(CLIENTS[client](asked, bureau.cora, OWN_WORDS), bureau.cora)
    notice, _, words = bureau.heard(ANN, 2)[1].partition("\n\n")
    assert words == OWN_WORDS
    assert "From Cora, a person and not the bot" in notice
    assert "goes to the applicant" in plain(bureau.got(bureau.cora, "Your answer"))
    assert OWN_WORDS in plain(bureau.got(bureau.dirk, "Cora hat geantwortet")).replace("\r\n", "\n")
    assert OWN_WORDS in bureau.posted("Cora answered")["text"]
    assert bureau.failures == []


def test_asked_by_letter_answered_in_the_group(bureau: Bureau, house: House) -> None:
    ann = house.person("ann")
    first = house.ask(ann, NOT_STATED, Subject="My application")
    assert first["Auto-Submitted"] == "auto-replied"
    assert "passed this on" in plain(first)
    bureau.answer_in_group(bureau.posted(NOT_STATED), OWN_WORDS, DIRK)
    answer = house.replies(ann, 2)[1]
    assert plain(answer).replace("\r\n", "\n").startswith(f"{OWN_WORDS}\n\n-- \n")
    assert "From Dirk, a person and not the bot" in plain(answer)
    assert "age limit" in html(answer)
    assert (answer["Auto-Submitted"], answer["X-Auto-Response-Suppress"]) == (None, None)
    assert answer["In-Reply-To"] == first["In-Reply-To"]
    assert answer["Subject"] == "Re: My application"
    assert "Dirk" in answer["From"]
    assert house.bot.address in answer["From"]
    assert not any(word in answer.as_string() for word in ("[Callboard", bureau.dirk.address, str(DIRK)))


def test_a_talk_between_two_people_by_letter(bureau: Bureau, house: House) -> None:
    ann = house.person("ann")
    house.ask(ann, NOT_STATED, Subject="My application")
    bureau.send(CLIENTS["gmail"](bureau.got(bureau.cora, NOT_STATED), bureau.cora, OWN_WORDS), bureau.cora)
    answer = house.replies(ann, 2)[1]
    bureau.send(house.answer_to(answer, ann, "Thank you! Who supervises TrustSeg?"), ann)
    news = bureau.got(bureau.cora, "Thank you! Who supervises TrustSeg?")
    assert "The applicant wrote again" in plain(news)
    assert news["References"] == bureau.got(bureau.cora, NOT_STATED)["References"]
    bureau.send(CLIENTS["outlook"](news, bureau.cora, "That is Stefanie Speidel."), bureau.cora)
    last = house.replies(ann, 3)[2]
    assert plain(last).startswith("That is Stefanie Speidel.")
    bureau.send(CLIENTS["outlook"](news, bureau.cora, "/done"), bureau.cora)
    bureau.got(bureau.cora, "Request 1 is closed")
    bureau.send(house.answer_to(last, ann, "And who supervises EXACT?"), ann)
    assert house.replies(ann, 4)[3]["Auto-Submitted"] == "auto-replied"
    assert ("relayed", "a person writes") in bureau.states()


@pytest.mark.parametrize(
    "text", ["Yes.\n/done", "Yes.\n\n/done\n\nBest regards\nCora", "Yes.\n\nBest regards\nCora\n\n/done"]
)
@pytest.mark.parametrize("client", ["gmail", "german"])
def test_answered_and_ended_in_one_letter(bureau: Bureau, client: str, text: str) -> None:
    bureau.chat(NOT_STATED)
    bureau.send(CLIENTS[client](bureau.got(bureau.cora, NOT_STATED), bureau.cora, text), bureau.cora)
    assert bureau.heard(ANN, 2)[1].endswith("\n\nYes.")
    assert bureau.record("select state from hand_overs") == [("closed",)]


def test_a_talk_between_two_people_in_chats(bureau: Bureau) -> None:
    bureau.chat(NOT_STATED)
    bureau.answer_in_group(bureau.posted(NOT_STATED), OWN_WORDS)
    bureau.heard(ANN, 2)
    bureau.telegram.say("Thank you! Who supervises TrustSeg?", ANN)
    bureau.answer_in_group(bureau.posted("Thank you!"), "Stefanie Speidel.")
    assert bureau.heard(ANN, 3)[2].endswith("Stefanie Speidel.")
    bureau.telegram.say("/done", ANN)
    assert "the bot, answer here again" in bureau.heard(ANN, 4)[3]
    assert "ended request 1" in bureau.posted("ended request")["text"]
    assert "Speidel" in bureau.chat(STATED)


def test_the_bot_answers_again_after_a_day(bureau: Bureau) -> None:
    bureau.chat(NOT_STATED)
    bureau.answer_in_group(bureau.posted(NOT_STATED), OWN_WORDS)
    bureau.heard(ANN, 2)
    bureau.later(hours=25)
    wait_for(lambda: bureau.record("select state from hand_overs") == [("closed",)])
    assert "Speidel" in bureau.chat(STATED)


def test_two_coordinators_answer_at_once(bureau: Bureau) -> None:
    bureau.chat(NOT_STATED)
    coras, dirks = bureau.got(bureau.cora, NOT_STATED), bureau.got(bureau.dirk, NOT_STATED)
    bureau.send(CLIENTS["gmail"](coras, bureau.cora, "No, says Cora."), bureau.cora)
    bureau.send(CLIENTS["thunderbird"](dirks, bureau.dirk, "Yes, says Dirk."), bureau.dirk)
    first = bureau.heard(ANN, 2)[1].rpartition("\n")[2]
    assert first in ("No, says Cora.", "Yes, says Dirk.")
    late, mark = (bureau.dirk, "NICHT weitergegeben") if "Cora" in first else (bureau.cora, "NOT passed on")
    shown = bureau.got(late, mark)
    assert first in plain(shown)
    bureau.dealt_with(3)
    assert len(bureau.heard(ANN, 2)) == 2
    bureau.send(CLIENTS["apple_mail"](shown, late, "All the same."), late)
    assert bureau.heard(ANN, 3)[2].endswith("All the same.")


@pytest.mark.parametrize("by", ["letter", "group"])
def test_an_answer_to_a_forgotten_conversation(bureau: Bureau, by: str) -> None:
    bureau.chat("Is there an age limit for IDEAS? I am Xanthippe.")
    letter, posted = bureau.got(bureau.cora, "Xanthippe"), bureau.posted("Xanthippe")
    bureau.chat("/forget")
    bureau.telegram.press(bureau.telegram.last(ANN), "Yes, erase everything")
    assert "erased" in bureau.heard(ANN, 3)[2]
    if by == "letter":
        bureau.send(CLIENTS["gmail"](letter, bureau.cora, "Dear Quirinius, no."), bureau.cora)
        bureau.got(bureau.cora, "had everything erased")
    else:
        bureau.answer_in_group(posted, "Dear Quirinius, no.")
        bureau.posted("had everything erased")
    assert len(bureau.heard(ANN, 3)) == 3
    bureau.stop()
    kept = b"".join(file.read_bytes() for file in bureau.database.parent.glob("callboard.db*"))
    assert b"Quirinius" not in kept


def test_a_stranger_who_was_sent_the_request_on(bureau: Bureau, house: House) -> None:
    bureau.chat(NOT_STATED)
    mallory = house.person("mallory")
    bureau.send(CLIENTS["gmail"](bureau.got(bureau.cora, NOT_STATED), mallory, "You are rejected."), mallory)
    assert mallory.address in plain(bureau.got(bureau.cora, "You are rejected."))
    bureau.dealt_with(2)
    assert len(bureau.heard(ANN, 1)) == 1
    assert house.dovecot.letters(mallory) == []


def test_an_absence_note_is_no_answer(bureau: Bureau) -> None:
    bureau.chat(NOT_STATED)
    note = CLIENTS["gmail"](bureau.got(bureau.cora, NOT_STATED), bureau.cora, "I am away until Monday.")
    note["Auto-Submitted"] = "auto-replied"
    bureau.send(note, bureau.cora)
    bureau.dealt_with(2)
    assert len(bureau.heard(ANN, 1)) == 1


def test_nobody_hears_of_another(bureau: Bureau, house: House) -> None:
    ann, eve = house.person("ann"), house.person("eve")
    bureau.telegram.person(BOB)
    bureau.chat(f"{NOT_STATED} Alpha.")
    bureau.chat(f"{NOT_STATED} Beta.", BOB)
    house.ask(ann, f"{NOT_STATED} Gamma.")
    house.ask(eve, f"{NOT_STATED} Delta.")
    for word, client in zip(("Gamma", "Alpha", "Delta", "Beta"), CLIENTS, strict=False):
        bureau.send(CLIENTS[client](bureau.got(bureau.cora, word), bureau.cora, f"Answer to {word}."), bureau.cora)
    told = {
        "Alpha": "\n".join(bureau.heard(ANN, 2)),
        "Beta": "\n".join(bureau.heard(BOB, 2)),
        "Gamma": "\n".join(letter.as_string() for letter in house.replies(ann, 2)),
        "Delta": "\n".join(letter.as_string() for letter in house.replies(eve, 2)),
    }
    for word, text in told.items():
        assert f"Answer to {word}." in text
        assert [other for other in told if other != word and other in text] == []


def test_reminded_and_then_answered(bureau: Bureau) -> None:
    bureau.chat(NOT_STATED)
    bureau.got(bureau.cora, NOT_STATED)
    bureau.later(hours=49)
    reminder = bureau.got(bureau.cora, "Nobody has answered this request for 2 days")
    bureau.send(CLIENTS["outlook"](reminder, bureau.cora, OWN_WORDS), bureau.cora)
    assert bureau.heard(ANN, 2)[1].endswith(OWN_WORDS)


def test_a_kill_between_tells_nobody_twice(bureau: Bureau) -> None:
    bureau.chat(NOT_STATED)
    bureau.got(bureau.cora, NOT_STATED)
    bureau.posted(NOT_STATED)
    bureau.stop()
    bureau.start()
    assert "Speidel" in bureau.chat(STATED)
    assert len([one for one in bureau.telegram.replies(GROUP) if NOT_STATED in one]) == 1
    assert len(bureau.house.dovecot.letters(bureau.cora)) == 1


def test_an_applicant_who_blocked_the_bot(bureau: Bureau) -> None:
    bureau.chat(NOT_STATED)
    letter = bureau.got(bureau.cora, NOT_STATED)
    bureau.telegram.block(ANN)
    bureau.send(CLIENTS["gmail"](letter, bureau.cora, OWN_WORDS), bureau.cora)
    assert "Cora's answer to request 1 did not arrive" in plain(bureau.got(bureau.cora, "did not arrive"))
