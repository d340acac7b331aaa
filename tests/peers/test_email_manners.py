"""What must not be answered, and when it is enough: automatic mail, bounces, loops, the cap. And what people may ask."""

import json
import re

import email_program
import pytest
from daemons import wait_for
from dovecot import User
from email_program import QUESTION, Callboard, House, plain

house, callboard = email_program.house, email_program.callboard

AUTOMATIC = {
    "vacation": {"Auto_Submitted": "auto-replied", "Subject": "Away"},
    "generated": {"Auto_Submitted": "auto-generated"},
    "exchange": {"X_Auto_Response_Suppress": "All"},
    "precedence": {"Precedence": "bulk"},
    "list": {"List_Id": "<phd.lists.test.invalid>", "List_Post": "<mailto:phd@lists.test.invalid>"},
    "subject": {"Subject": "Automatic reply: Question"},
    "daemon": {"From": "MAILER-DAEMON@test.invalid"},
    "no-reply": {"From": "no-reply@test.invalid"},
    "our own": {"From": "{bot}"},
}


@pytest.mark.parametrize("kind", AUTOMATIC)
def test_machines_get_no_answer(house: House, callboard: Callboard, kind: str) -> None:
    anna = house.person()
    headers = {name: value.replace("{bot}", house.bot.address) for name, value in AUTOMATIC[kind].items()}
    house.deliver(house.write(anna, QUESTION, **headers), anna.address)
    ((state, reason),) = callboard.settled(1)
    assert (state, bool(reason)) == ("ignored", True)
    assert callboard.record("select count(*) from replies") == [(0,)]
    assert callboard.record("select text, conversation from messages") == [(None, None)]
    assert house.flags() == [set()]
    assert house.dovecot.letters(anna) == []


def test_the_null_sender_gets_no_answer(house: House, callboard: Callboard) -> None:
    anna = house.person()
    house.deliver(house.write(anna, QUESTION), "")
    assert callboard.settled(1) == [("ignored", "null sender")]
    assert house.dovecot.letters(anna) == []


def test_a_bounce_finds_its_reply_and_is_not_answered(house: House, callboard: Callboard) -> None:
    nobody = User("nobody-here@test.invalid", "", "")
    house.deliver(house.write(nobody, QUESTION))
    wait_for(lambda: callboard.record("select state, outcome from replies") == [("refused", "bounced")])
    assert callboard.settled(2) == [("answered", ""), ("ignored", "bounce")]
    assert callboard.record("select gone from conversations") == [(1,)]
    assert house.flags()[1] == set()


def test_an_absence_note_is_no_bounce(house: House, callboard: Callboard) -> None:
    """A reply that was met by "I am away until Monday" has arrived."""
    anna = house.person()
    letter = house.ask(anna)
    callboard.settled(1)
    note = house.answer_to(letter, anna, "I am away until Monday.", Auto_Submitted="auto-replied", Subject="Away")
    house.deliver(note)
    assert callboard.settled(2)[1][0] == "ignored"
    assert callboard.record("select state from replies") == [("sent",)]
    assert callboard.record("select gone from conversations") == [(0,)]


def test_a_delay_is_no_bounce(house: House, callboard: Callboard) -> None:
    slow = User("anna@slow.invalid", "", "")
    house.deliver(house.write(slow, QUESTION))
    assert callboard.settled(2) == [("answered", ""), ("ignored", "bounce")]
    assert callboard.record("select state from replies") == [("sent",)]


def test_thanks_end_the_exchange(house: House, callboard: Callboard) -> None:
    anna = house.person()
    letter = house.ask(anna)
    callboard.later(minutes=5)
    house.deliver(house.answer_to(letter, anna, "Thank you very much, that helps a lot!"))
    assert callboard.settled(2)[1] == ("ignored", "asks nothing")
    assert len(house.dovecot.letters(anna)) == 1
    wait_for(lambda: house.flags() == [{r"\Seen", r"\Answered"}, set()])


def test_machines_that_answer_at_once_get_one_reply(house: House, callboard: Callboard) -> None:
    """For a thousand rounds and other machines see tests/channels/email/test_loops.py."""
    vacation, changing, echo = (house.person(name) for name in ("vacation", "changing", "echo"))
    first = {person: house.ask(person) for person in (vacation, changing, echo)}
    for number in range(3):
        house.deliver(house.answer_to(first[vacation], vacation, "I am away.", Auto_Submitted="auto-replied"))
        house.deliver(house.answer_to(first[changing], changing, f"Ticket {number}: we shall answer, {'x' * number}."))
        house.deliver(house.answer_to(first[echo], echo, f"{number}{plain(first[echo])}"))
    states = callboard.settled(12)
    assert [state for state, _ in states] == ["answered"] * 3 + ["ignored"] * 9
    assert {reason for _, reason in states[3:]} == {"auto-submitted", "prompt reaction"}
    assert [len(house.dovecot.letters(person)) for person in first] == [1, 1, 1]


def test_the_eleventh_letter_of_a_day_goes_to_a_coordinator(house: House, callboard: Callboard) -> None:
    anna, carla = house.person(), house.dovecot.add_user("carla")
    before = len(house.dovecot.letters(carla))
    topics = ["deadline", "visa", "salary", "duration", "housing", "fees", "documents", "start date", "language", "age"]
    for number, topic in enumerate(topics, start=1):
        house.deliver(house.write(anna, f"What about the {topic} of the IDEAS PhD positions?", Subject=f"Q{number}"))
        house.replies(anna, number)
        callboard.later(minutes=1)
    for number in (11, 12, 13):
        house.deliver(house.write(anna, f"And may I ask question {'x' * number}?", Subject=f"Q{number}"))
        callboard.settled(number)
    assert [reason for _, reason in callboard.states()][10:] == ["cap", "over the cap", "over the cap"]
    assert len(house.dovecot.letters(anna)) == 10
    (notice,) = [one for one in house.dovecot.letters(carla)[before:] if "[Callboard" not in one["Subject"]]
    assert notice["Reply-To"].addresses[0].addr_spec == anna.address
    assert "Q11" in notice["Subject"]
    assert notice["Auto-Submitted"] == "auto-generated"
    assert "xxxxxxxxxxx?" in plain(notice)
    wait_for(lambda: house.flags() == [{r"\Seen", r"\Answered"}] * 10 + [set()] * 3)
    callboard.later(hours=25)
    house.deliver(house.write(anna, QUESTION, Subject="The next day"))
    house.replies(anna, 11)


def code_in(letter: str) -> str:
    return re.search(r"/forget ([0-9A-F]{10})", letter)[1]


def test_privacy_and_mydata(house: House, callboard: Callboard) -> None:
    anna, bo = house.person(), house.person("bo")
    house.ask(bo, "Who supervises the first project? My secret is Bo's.")
    assert "kept for 30 days" in plain(house.ask(anna, "/privacy"))
    house.ask(anna, QUESTION)
    reply = house.ask(anna, "/mydata")
    (file,) = reply.iter_attachments()
    assert (file.get_filename(), file.get_content_type()) == ("mydata.json", "application/json")
    kept = json.loads(file.get_content())
    assert (kept["channel"], kept["address"]) == ("email", anna.address)
    assert [message["text"].strip() for message in kept["messages"]] == ["/privacy", QUESTION, "/mydata"]
    assert "Bo's" not in file.get_content().decode()
    assert callboard.settled(4)
    assert "mydata.json" in plain(reply)
    assert 'mydata.json","content' not in str(callboard.record("select body from replies"))


def test_forget_with_the_code_that_was_mailed(house: House, callboard: Callboard) -> None:
    anna, eve = house.person(), house.person("eve")
    house.ask(anna, QUESTION)
    asked = house.ask(anna, "/forget")
    code = code_in(plain(asked))
    wrong = house.ask(anna, "/forget 0123456789")
    assert "not or no longer valid" in plain(wrong)
    assert "not or no longer valid" in plain(house.ask(eve, f"/forget {code}"))
    assert callboard.record("select count(*) from messages where text like ?", f"%{QUESTION}%") == [(1,)]
    callboard.later(minutes=5)
    house.deliver(house.answer_to(asked, anna, f"/forget {code.lower()}"))
    assert "is erased" in plain(house.replies(anna, 4)[-1])
    erased = "select count(*) from messages where conversation is not null"
    wait_for(lambda: callboard.record(erased) == [(1,)])  # Eve's
    assert anna.address not in "".join(map(str, callboard.record("select * from conversations")))
    assert not [row for row in callboard.record("select body from replies") if row[0] and QUESTION in row[0]]


def test_a_code_asked_for_in_anothers_name_goes_to_the_other(house: House, callboard: Callboard) -> None:
    """Anybody can write any From; only who reads that mailbox sees the code."""
    anna, eve = house.person(), house.person("eve")
    house.ask(anna, QUESTION)
    forged = house.write(anna, "/forget", Sender=eve.address)
    house.deliver(forged, eve.address)
    assert code_in(plain(house.replies(anna, 2)[-1]))
    assert house.dovecot.letters(eve) == []
    assert callboard.record("select count(*) from messages where state = 'erased'") == [(0,)]
