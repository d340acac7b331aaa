"""From a message of the record to the replies: requests, choices, forms without text, subjects of letters."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest

from bot.model.message import Incoming, Outgoing, Sent, Settled
from bot.storage.store import Store, open_store
from bot.usecases.answer_question import AnswerQuestion
from bot.usecases.desk import Desk
from bot.usecases.manners import Manners
from bot.usecases.relay import Relay
from bot.usecases.requests import Requests, read_request
from bot.usecases.respond import Respond

NOON = datetime.fromisoformat("2026-01-15T12:00:00+01:00")


class Talk:
    """What somebody says, and what comes back."""

    def __init__(self, store: Store, brain: AnswerQuestion, cap: int = 10) -> None:
        self.store = store
        requests = Requests(brain.knowledge, brain.templates, store.people, ["Anna <anna@example.org>"])
        manners = Manners(store.inbox, store.outbox, cap)
        relay = Relay(Desk(store.hand_overs, brain.templates, brain.knowledge))
        self.respond = Respond(brain, brain.templates, store.outbox, manners, requests, relay, "anna@example.org")
        self.count = 0

    def settled(self, text: str, address: str = "5", channel: str = "telegram", **more) -> Settled:
        self.count += 1
        context = more.pop("context", {})
        now = NOON + timedelta(minutes=self.count)
        incoming = Incoming(channel, f"k{self.count}", address, text, now, context=context, **more)
        assert self.store.inbox.receive(incoming)
        (received,) = self.store.inbox.unanswered(5)
        settled = self.respond(received, self.store.inbox.earlier(received), now)
        self.store.inbox.settle(received, settled, now)
        for reply in self.store.outbox.due(channel, now, 5):
            self.store.outbox.begin(reply)
            self.store.outbox.finish(reply, Sent(), now)
        return settled

    def __call__(self, text: str, address: str = "5", **more) -> Outgoing:
        (reply,) = self.settled(text, address, **more).replies
        return reply


@pytest.fixture
def talk(brain: AnswerQuestion) -> Iterator[Callable[..., Outgoing]]:
    store = open_store("sqlite://")
    yield Talk(store, brain)
    store.close()


@pytest.mark.parametrize(
    ("text", "request_"),
    [
        ("/help", ("help", "")),
        ("/Forget 12AB34\n\nBest regards", ("forget", "12AB34")),
        ("/start@callboard_bot ideas-2026", ("start", "ideas-2026")),
        ("  /help  ", ("help", "")),
        ("/help me please with the documents", None),
        ("What does /help do?", None),
        ("/", None),
        ("/home/ann/cv.pdf", None),
    ],
)
def test_requests_begin_with_a_slash_and_stand_alone(text, request_):
    assert read_request(text) == request_


def test_the_first_message_of_a_chat_says_that_a_bot_answers(talk):
    assert "bot" in talk("When is the IDEAS deadline?").notice
    assert talk("And the interviews?").notice == ""
    assert talk("When is the IDEAS deadline?", address="6").notice != ""


def test_every_letter_says_so(talk):
    for text in ("When is the IDEAS deadline?", "Who supervises TrustSeg?"):
        assert "bot" in talk(text, "ann@example.org", channel="email").notice


def test_a_deep_link_tells_what_the_chat_is_about(talk):
    assert "TrustSeg" in talk("/start ideas-2026__trustseg").text
    assert "Speidel" in talk("Who supervises it?").text
    assert "TrustSeg" not in talk("/start nowhere__trustseg", address="6").text


def test_a_button_says_what_it_shows_to_whom_it_was_shown(talk):
    asked = talk("Who supervises the project?")
    assert "TrustSeg" in [choice.label for choice in asked.choices]
    place = [choice.label for choice in asked.choices].index("TrustSeg")
    assert "no longer valid" in talk(f"1:{place}", address="6", form="choice").text
    assert "Speidel" in talk(f"1:{place}", form="choice").text


@pytest.mark.parametrize(
    "forged", ["", "1", "1:", "1:99", "x:0", "1:-1", "99:0", "1:0:0", "⁵:0", "1:²", "9" * 30 + ":0"]
)
def test_a_forged_button_changes_nothing(talk, forged):
    talk("Who supervises the project?")
    assert "no longer valid" in talk(forged, form="choice").text


def test_what_is_not_stated_offers_a_person(talk):
    assert [choice.says for choice in talk("Is there an age limit for IDEAS?").choices] == ["/human"]
    human = talk("/human")
    assert "anna@example.org" in human.text
    assert human.choices == ()


@pytest.mark.parametrize("form", ["photo", "file", "voice", "sticker", "other", "unreadable"])
@pytest.mark.parametrize("language", ["en", "de", "xx"])
def test_forms_without_text_are_declined(talk, form, language):
    reply = talk("", form=form, language=language)
    assert reply.kind == "service"
    assert reply.language == ("de" if language == "de" else "en")


def test_a_caption_is_answered_and_the_file_declined(talk):
    text = talk("When is the IDEAS deadline?", form="file").text
    assert "22 February 2026" in text
    assert "cannot open files" in text


def test_attachments_are_named(talk):
    attachments = ("CV <b>.pdf", "zeugnis.docx")
    text = talk("When is the IDEAS deadline?", "ann@example.org", channel="email", attachments=attachments).text
    assert "CV <b>.pdf and zeugnis.docx" in text


def test_an_edit_without_a_change_is_left(talk):
    talk("When is the IDEAS deadline?")
    assert talk.settled("When is the IDEAS deadline?", form="edited").state == "ignored"
    assert "Speidel" in talk("Who supervises TrustSeg?", form="edited").text


def test_what_only_the_subject_asks_is_answered(talk):
    context = {"asks": "Deadline of the IDEAS PhD call", "subject": "Deadline of the IDEAS PhD call"}
    reply = talk("Dear all,\n\nplease help me.\n\nAnn", "ann@example.org", channel="email", context=context)
    assert "22 February 2026" in reply.text


def test_mydata_holds_this_person_only(talk):
    talk("When is the IDEAS deadline?", address="6")
    talk("Who supervises TrustSeg?")
    file = talk("/mydata").file
    assert file is not None
    content = json.loads(file.content)
    assert content["address"] == "5"
    assert "TrustSeg" in file.content
    assert "deadline" not in file.content


def test_being_forgotten_needs_the_code_that_was_sent(talk):
    talk("When is the IDEAS deadline?")
    asked = talk("/forget")
    command = asked.choices[0].says
    assert command in asked.text
    assert "not or no longer valid" in talk("/forget 0000000000").text
    assert "not or no longer valid" in talk(command, address="6").text
    done = talk(command)
    assert done.kind == "erased"
    assert "not or no longer valid" in talk(command).text


def test_a_wish_can_be_taken_back(talk):
    command = talk("/forget").choices[0].says
    assert "nothing was erased" in talk("/cancel").text
    assert "not or no longer valid" in talk(command).text
    assert "nothing to stop" in talk("/cancel").text


@pytest.mark.parametrize("request_", ["/mydata", "/forget", "/cancel"])
def test_nothing_personal_in_a_group(talk, request_):
    reply = talk(request_, "-7/5", private=False)
    assert reply.file is None
    assert reply.choices == ()
    assert "private" in reply.text


def test_what_is_over_the_cap_goes_to_a_coordinator_once(talk):
    for place in range(10):
        talk(f"When is the IDEAS deadline? {'abcdefghij'[place]}x", "ann@example.org", channel="email")
    context = {"subject": "Again\r\nBcc: all@example.org"}
    settled = talk.settled("Who supervises TrustSeg?", "ann@example.org", channel="email", context=context)
    assert settled.state == "ignored"
    (forward,) = settled.replies
    assert (forward.to, forward.reply_to, forward.kind) == ("anna@example.org", "ann@example.org", "to-coordinator")
    assert talk.settled("Who supervises EXACT?", "ann@example.org", channel="email").replies == ()
