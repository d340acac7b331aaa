"""A request to a person from the question to the answer, and every way in which it may end."""

import pytest

from tests.usecases.office import CORA, DIRK, GROUP, NOT_STATED, STATED

ANN = "ann@applicants.example"


@pytest.mark.parametrize("applicant", ["5", ANN])
@pytest.mark.parametrize("by", [CORA.email, GROUP])
def test_the_answer_comes_back_where_it_was_asked(office, applicant, by):
    got = office.asked(address=applicant, context={"message_id": "asked@anna.test"})
    assert set(got) == {CORA.email, DIRK.email, GROUP}
    assert all(NOT_STATED in one.text for one in got.values())
    assert "passed this on to Cora and Dirk" in office.texts(applicant)[0]
    assert "within 3 working days" in office.texts(applicant)[0]
    office.reply("No, there is none.", got[by])
    (answer,) = [one for one in office.to(applicant) if one.body.kind == "person"]
    assert (answer.text, answer.body.author) == ("No, there is none.", "Cora")
    assert "From Cora, a person and not the bot" in answer.body.notice
    asked = office.to(applicant)[0].reply
    assert (answer.reply.thread, answer.reply.context) == (asked.thread, asked.context)
    assert office.state == "taken"


def test_the_others_learn_what_was_answered(office):
    office.reply("No, there is none.", office.asked()[CORA.email])
    assert "Cora answered the applicant:\n\nNo, there is none." in office.texts(DIRK.email)[-1]
    assert "Cora answered the applicant:\n\nNo, there is none." in office.texts(GROUP)[-1]
    assert "goes to the applicant" in office.texts(CORA.email)[-1]
    assert "[Callboard 1]" in office.to(GROUP)[-1].body.notice


def test_an_answer_in_the_group_is_not_repeated_there(office):
    office.reply("No, there is none.", office.asked()[GROUP])
    assert not any("Cora answered" in text for text in office.texts(GROUP))
    assert "goes to the applicant" in office.texts(GROUP)[-1]
    assert "Cora answered" in office.texts(DIRK.email)[-1]


def test_the_bot_answers_until_a_person_writes_and_is_silent_then(office):
    got = office.asked()
    office.say(STATED)
    assert "Speidel" in office.texts("5")[-1]
    office.reply("No, there is none.", got[GROUP])
    before = len(office.left)
    assert office.say("Thank you. Who supervises TrustSeg?").state == "relayed"
    assert office.left[before:] == []
    told = office.told()
    assert {one.to for one in told} == {CORA.email, GROUP}  # to her who writes, and where all can read it
    assert all("Thank you. Who supervises TrustSeg?" in one.text and NOT_STATED not in one.text for one in told)
    office.reply("Professor Speidel.", told[0], DIRK)
    assert office.persons("5") == ["No, there is none.", "Professor Speidel."]


def test_others_are_answered_by_the_bot_meanwhile(office):
    office.reply("No, there is none.", office.asked()[GROUP])
    office.say(STATED, "6")
    assert "Speidel" in office.texts("6")[-1]


def test_messages_of_one_breath_are_told_together(office):
    office.say(NOT_STATED)
    office.attend.look(office.now)
    office.say("I want to speak to a person.")
    assert office.state == "waiting"
    told = office.told()
    assert len(told) == 3
    assert all("speak to a person" in one.text and NOT_STATED in one.text for one in told)
    assert "added" in office.texts("5")[-1]


@pytest.mark.parametrize("word", ["/cancel", "/done"])
def test_taken_back_before_anybody_knew(office, word):
    office.say(NOT_STATED)
    office.say(word)
    assert "taken it back" in office.texts("5")[-1]
    assert office.state == "closed"
    assert office.told() == []


def test_taken_back_when_coordinators_know(office):
    office.asked()
    office.say("/cancel")
    assert office.state == "closed"
    for to in (CORA.email, DIRK.email, GROUP):
        assert "before anybody answered" in office.texts(to)[-1]


def test_the_applicant_ends_it(office):
    office.reply("No, there is none.", office.asked()[GROUP])
    office.say("/done")
    assert "the bot, answer here again" in office.texts("5")[-1]
    assert office.state == "closed"
    assert "ended request 1" in office.texts(CORA.email)[-1]
    office.say(STATED)
    assert "Speidel" in office.texts("5")[-1]


@pytest.mark.parametrize("text", ["/done", "/DONE.", "  /done  "])
@pytest.mark.parametrize("by", [CORA.email, GROUP])
def test_a_coordinator_ends_it(office, by, text):
    got = office.asked()
    office.reply("No, there is none.", got[by])
    office.reply(text, got[by])
    assert office.persons("5") == ["No, there is none."]
    assert "Request 1 is closed" in office.texts(by)[-1]
    office.say(STATED)
    assert "Speidel" in office.texts("5")[-1]


def test_answered_and_ended_at_once(office):
    office.reply("No, there is none.\n\n/done", office.asked()[CORA.email])
    assert office.persons("5") == ["No, there is none."]
    assert office.state == "closed"


def test_ended_without_an_answer(office):
    office.reply("/done", office.asked()[CORA.email])
    assert office.persons("5") == []
    assert office.state == "closed"
    office.later(hours=100)
    assert not any("Nobody has answered" in one.text for one in office.left)


def test_a_late_answer_is_an_answer(office):
    got = office.asked()
    office.reply("/done", got[CORA.email])
    office.reply("After all: no, there is none.", got[CORA.email])
    assert office.persons("5") == ["After all: no, there is none."]
    assert office.say(STATED).state == "relayed"


def test_a_late_answer_beside_a_new_request(office):
    first = office.asked()
    office.reply("/done", first[CORA.email])
    second = office.asked("I want to speak to a person.")
    office.reply("After all: no, there is none.", first[CORA.email])
    assert (office.request(1).state, office.request(2).state) == ("taken", "waiting")
    assert office.say(STATED).state == "relayed"
    assert any("Who supervises TrustSeg?" in one.text for one in office.told())
    office.reply("Here I am.", second[CORA.email])
    assert office.persons("5") == ["After all: no, there is none.", "Here I am."]


def test_after_a_day_without_a_word_of_the_person_the_bot_answers_again(office):
    office.reply("No, there is none.", office.asked()[GROUP])
    office.later(hours=23)
    assert office.say("Thanks.").state == "relayed"
    office.told()
    office.later(hours=1)
    assert office.state == "waiting"  # the thanks wait for a person
    office.say(STATED)
    assert "Speidel" in office.texts("5")[-1]


def test_nothing_unanswered_ends_after_a_day(office):
    office.reply("No, there is none.", office.asked()[GROUP])
    office.later(hours=25)
    assert office.state == "closed"
    office.say(STATED)
    assert "Speidel" in office.texts("5")[-1]


def test_the_day_counts_from_the_persons_last_message(office):
    got = office.asked()
    office.reply("No, there is none.", got[GROUP])
    office.later(hours=23)
    office.reply("And no upper limit either.", got[GROUP])
    office.later(hours=23)
    assert office.say("Thanks.").state == "relayed"


def test_what_came_while_the_answer_was_written_waits(office):
    got = office.asked()
    office.reply("No, there is none.", got[CORA.email])
    office.say("And is there a limit for postdocs?")
    office.reply("Have a look at the page.", got[CORA.email])  # written before the news was told
    assert any("limit for postdocs" in one.text for one in office.told())
    office.later(hours=25)
    assert office.state == "waiting"
    assert any("Nobody has answered" in one.text for one in office.left)


@pytest.mark.parametrize("last", ["Bye.\n/done", "/done"])
def test_what_came_while_it_was_ended_is_told(office, last):
    got = office.asked()
    office.reply("No, there is none.", got[CORA.email])
    office.say("And is there a limit for postdocs?")
    office.reply(last, got[CORA.email])
    assert office.state == "waiting"
    assert any("limit for postdocs" in one.text for one in office.told())
    office.say(STATED)
    assert "Speidel" in office.texts("5")[-1]


def test_reminders_are_counted_and_stop(open_office):
    office = open_office(remind_hours=24, reminders=2)
    office.asked()
    found = []
    for _ in range(6):
        office.later(hours=24)
        found.append(sum("Nobody has answered" in text for text in office.texts(CORA.email)))
    assert found == [1, 2, 2, 2, 2, 2]
    assert "for 2 days" in office.texts(CORA.email)[-1]
    office.reply("Sorry! No.", office.to(CORA.email)[-1])
    assert office.persons("5") == ["Sorry! No."]


def test_no_reminder_of_what_was_answered(office):
    office.reply("No, there is none.", office.asked()[GROUP])
    office.later(hours=23)
    office.later(hours=50)
    assert not any("Nobody has answered" in one.text for one in office.left)


def test_reminders_start_anew_with_each_answer(open_office):
    office = open_office(remind_hours=2, reminders=1)
    got = office.asked()
    office.later(hours=3)
    office.reply("No, there is none.", got[GROUP])
    office.say("And for postdocs?")
    office.told()
    office.later(hours=3)
    assert sum("Nobody has answered" in text for text in office.texts(CORA.email)) == 2
