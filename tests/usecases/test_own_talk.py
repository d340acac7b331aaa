"""Recipients of decision mails write to the bot, by letter and on Telegram; what they hear, what coordinators get, what is recorded."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from bot.model.message import Settled
from bot.model.returned import Returned
from bot.storage.campaign_schema import deliveries
from bot.storage.store import Store, open_store
from bot.usecases.answer_question import AnswerQuestion
from tests.own_mails import CALL, Recipient, own_office, tell, tell_one
from tests.usecases.office import GROUP, Left, Office


@pytest.fixture
def store() -> Iterator[Store]:
    store = open_store("sqlite://")
    yield store
    store.close()


@pytest.fixture
def office(store: Store, brain: AnswerQuestion) -> Office:
    return own_office(store, brain)


def write(office: Office, mail: Recipient, text: str, address: str = "", **more: Any) -> Settled:
    """A letter in answer to a mail."""
    return office.say(text, address or mail.address, returned=returned(mail, address or mail.address), **more)


def returned(mail: Recipient, address: str) -> Returned:
    return Returned("reply", mail.token, addresses=(address,))


def told(office: Office) -> list[Left]:
    return [one for one in office.told() if one.to != GROUP]


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("I accept the offer with great pleasure.", "accepted"),
        ("Leider muss ich die Stelle absagen.", "declined"),
        ("Hm, well. Greetings from Lisbon!", "accepted|declined"),
    ],
)
def test_an_answer_to_an_offer_is_recorded_by_nobody_but_the_coordinator_who_is_told_how(
    store: Store, office: Office, text: str, answer: str
) -> None:
    ann = tell_one(store, "ann", "offer")
    write(office, ann, text)
    first = told(office)[0]
    command = f"callboard campaign answer {CALL} {ann.address} {answer}"
    assert [line for line in first.text.splitlines() if line.endswith(command)]
    assert text.split(".", maxsplit=1)[0] in first.text
    assert {one.what for one in store.campaigns.told(CALL)} == {"offer"}


def test_an_answer_from_another_address_comes_with_a_warning(store: Store, office: Office) -> None:
    ann = tell_one(store, "ann", "offer")
    settled = write(office, ann, "I accept the offer.", "ann.private@mail.example")
    assert ann.subject not in settled.replies[0].text
    letter = told(office)[0]
    assert "CAREFUL" in letter.text
    assert "ann.private@mail.example" in letter.text
    assert ann.address in letter.text


def test_a_time_is_picked_moved_and_kept_in_the_calendar(store: Store, office: Office) -> None:
    ann = tell(store, ["ann"], ["interview-booking"], slots=3)["ann"]
    first, second, third = (one.id for one in store.slots.slots(CALL))
    files = []
    for number in (first, third):
        (reply,) = write(office, ann, str(number)).replies
        assert reply.file is not None
        assert reply.file.method == "REQUEST"
        files.append(reply.file.content)
    uids = {re.search(r"UID:(\S+)", one)[1] for one in files}
    assert len(uids) == 1
    assert [re.search(r"SEQUENCE:(\d+)", one)[1] for one in files] == ["0", "1"]
    assert [one.holder != "" for one in store.slots.slots(CALL)] == [False, False, True]
    assert second in [one.id for one in store.slots.slots(CALL) if one.free(office.now)]


def test_the_second_who_picks_a_time_is_told_which_are_left(store: Store, office: Office) -> None:
    people = tell(store, ["ann", "bob"], ["interview-booking"], slots=2)
    first, second = (one.id for one in store.slots.slots(CALL))
    write(office, people["ann"], str(first))
    (reply,) = write(office, people["bob"], f"number {first}, please").replies
    assert reply.file is None
    assert f"{second}: " in reply.text
    assert f"{first}: " not in reply.text
    assert "Ann" not in reply.text


def test_a_later_letter_of_the_thread_needs_no_token(store: Store, office: Office) -> None:
    ann = tell(store, ["ann"], ["interview-booking"], slots=2)["ann"]
    write(office, ann, "When is my interview?")
    thread = office.to(ann.address)[-1].reply.thread
    (number, *_) = (one.id for one in store.slots.slots(CALL))
    assert office.say(str(number), ann.address, thread=thread).booking is not None
    assert office.say(str(number), "bob@applicants.example", thread=thread).booking is None


def test_a_link_serves_the_first_chat_that_uses_it(store: Store, office: Office) -> None:
    ann = tell(store, ["ann"], ["interview-booking"], slots=2)["ann"]
    number = store.slots.slots(CALL)[1].id
    in_group = office.say(f"/start m-{ann.link}", "-7/5", private=False)
    assert ann.subject not in in_group.replies[0].text
    opened = office.say(f"/start m-{ann.link}", "501")
    assert ann.subject in opened.replies[0].text
    assert [one.says for one in opened.replies[0].choices] == [f"/slot {one.id}" for one in store.slots.slots(CALL)]
    other = office.say(f"/start m-{ann.link}", "502")
    nothing = office.say("/start m-nosuchlink", "503")
    assert other.replies[0].text == nothing.replies[0].text != opened.replies[0].text
    assert office.say(f"/slot {number}", "502").booking is None
    booked = office.say(f"/slot {number}", "501")
    assert booked.booking is not None
    assert booked.booking.slot.id == number
    assert "meet.example" in booked.replies[0].text


def test_a_time_can_be_chosen_while_a_person_writes(store: Store, office: Office) -> None:
    ann = tell(store, ["ann"], ["interview-booking"], slots=2)["ann"]
    office.say(f"/start m-{ann.link}", "501")
    office.say("I want to speak to a person.", "501")
    office.reply("What is it?", office.told()[0])
    assert office.say("3", "501").state == "relayed"
    assert office.say(f"/slot {store.slots.slots(CALL)[0].id}", "501").booking is not None


def test_who_was_told_something_later_books_nothing(store: Store, office: Office) -> None:
    ann = tell(store, ["ann"], ["interview-booking"], slots=2)["ann"]
    tell_one(store, "ann", "rejection")
    (reply,) = write(office, ann, str(store.slots.slots(CALL)[0].id)).replies
    assert reply.file is None
    assert "rejection" not in reply.text
    assert all(not one.holder for one in store.slots.slots(CALL))


def test_times_are_picked_back_and_forth(store: Store, office: Office) -> None:
    ann = tell(store, ["ann"], ["interview-booking"], slots=3)["ann"]
    first, second, _ = (str(one.id) for one in store.slots.slots(CALL))
    said = (first, f"{second} please", first)
    assert [write(office, ann, text).booking is not None for text in said] == [True, True, True]
    assert [one.id for one in store.slots.slots(CALL) if one.holder] == [int(first)]


@pytest.mark.parametrize(
    ("beside", "lost"),
    [
        ("But I need a room that can be reached with a wheelchair.", False),
        ("Unfortunately I have to withdraw my application.", False),
        ("What shall I prepare?", False),
        ("Kind regards\nAnn Lee", True),
        ("Thank you very much!", True),
    ],
)
def test_what_stands_beside_a_pick_reaches_a_person(store: Store, office: Office, beside: str, lost: bool) -> None:
    ann = tell(store, ["ann"], ["interview-booking"], slots=2)["ann"]
    settled = write(office, ann, f"Number {store.slots.slots(CALL)[1].id}, please.\n\n{beside}")
    assert settled.booking is not None
    assert (settled.step is None) == lost


def test_a_call_that_is_no_longer_known_is_a_persons_matter(store: Store, office: Office) -> None:
    ann = tell_one(store, "ann", "interview-booking", "long-gone")
    assert write(office, ann, "What does this mean for me?").state == "answered"
    assert office.say(f"/start m-{ann.link}", "501").state == "answered"


@pytest.mark.parametrize("word", ["-1", "x", "999999999999999999999", "1e3"])
def test_rubbish_is_no_slot(store: Store, office: Office, word: str) -> None:
    ann = tell(store, ["ann"], ["interview-booking"], slots=2)["ann"]
    office.say(f"/start m-{ann.link}", "501")
    assert office.say(f"/slot {word}", "501").booking is None


@pytest.mark.parametrize("text", ["I can't accept the offer.", "I will not be able to accept it, I fear."])
def test_an_act_that_is_denied_is_no_act(store: Store, office: Office, text: str) -> None:
    ann = tell_one(store, "ann", "offer")
    write(office, ann, text)
    lines = [line for line in told(office)[0].text.splitlines() if f"campaign answer {CALL} {ann.address} " in line]
    assert lines
    assert not any(line.endswith(" accepted") for line in lines)


@pytest.mark.parametrize(
    "text", ["I accept. When do I start?", "Yes!", "I'm in!", "No thank you, I found another one."]
)
def test_an_answer_to_an_offer_in_a_chat_reaches_a_person(store: Store, office: Office, text: str) -> None:
    ann = tell_one(store, "ann", "offer")
    office.say(f"/start m-{ann.link}", "501")
    office.told()
    office.say(text, "501")
    assert f"callboard campaign answer {CALL} {ann.address}" in told(office)[0].text


def test_a_greeting_in_a_chat_is_greeted(store: Store, office: Office) -> None:
    ann = tell_one(store, "ann", "offer")
    office.say(f"/start m-{ann.link}", "501")
    assert office.say("Hello!", "501").step is None


def test_who_has_accepted_is_told_so_and_what_the_offer_says(store: Store, office: Office) -> None:
    ann = tell_one(store, "ann", "offer")
    (known,) = store.campaigns.told(CALL)
    store.campaigns.react(CALL, known, "accepted", "Cora", office.now)
    (reply,) = write(office, ann, "What do I have to send you now?").replies
    assert "recorded that you have accepted" in reply.text
    assert ann.subject in reply.text


def test_what_the_bot_answered_alone_waits_for_nobody(store: Store, office: Office) -> None:
    people = tell(store, ["ann", "bob"], ["interview-booking"], slots=2)
    write(office, people["ann"], str(store.slots.slots(CALL)[0].id))
    write(office, people["bob"], "None of these times suits me.")
    waiting = [back for back, *_ in store.returns.listed(office.now.replace(year=2026)) if back.handled is None]
    assert [back.address for back in waiting] == [people["bob"].address]


@pytest.mark.parametrize("text", ["None of these times suits me.", "Keiner der Termine passt mir."])
@pytest.mark.parametrize("chat", [False, True])
def test_whom_no_time_suits_reaches_a_person(store: Store, office: Office, text: str, chat: bool) -> None:
    ann = tell(store, ["ann"], ["interview-booking"], slots=2)["ann"]
    office.say(f"/start m-{ann.link}", "501")
    settled = office.say(text, "501") if chat else write(office, ann, text)
    assert settled.step is not None


@pytest.mark.parametrize("text", ["Which times are free?", "Welche Termine sind noch frei?"])
@pytest.mark.parametrize("chat", [False, True])
def test_the_free_times_are_told(store: Store, office: Office, text: str, chat: bool) -> None:
    ann = tell(store, ["ann"], ["interview-booking"], slots=2)["ann"]
    office.say(f"/start m-{ann.link}", "501")
    settled = office.say(text, "501") if chat else write(office, ann, text)
    assert all(f"{one.id}: " in settled.replies[0].text for one in store.slots.slots(CALL))


@pytest.mark.parametrize(
    "text",
    [
        "I accept the offer. I am away until Monday, so please write by mail.",
        "Leider muss ich absagen, ich bin im Urlaub.",
    ],
)
def test_words_of_absence_hide_no_answer(store: Store, office: Office, text: str) -> None:
    ann = tell_one(store, "ann", "offer")
    settled = write(office, ann, text, context={"looks": "absence note", "author": ann.address})
    assert settled.step is not None
    assert not settled.replies  # it may be a machine
    assert text in told(office)[0].text


def test_what_only_a_person_can_know_goes_to_one(store: Store, office: Office) -> None:
    ann = tell(store, ["ann"], ["interview-booking"], slots=2)["ann"]
    with store.engine.begin() as connection:
        connection.execute(deliveries.update().values(state="bounced"))
    for text in ("When is my interview?", str(store.slots.slots(CALL)[0].id)):
        settled = write(office, ann, text)
        assert settled.step is not None
        assert settled.booking is None
