"""One brain: the same question gets the same reply in the terminal, on Telegram and by email, whatever carries it."""

import html
import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from bot.channels.email.receiving import as_incoming
from bot.channels.telegram.pages import as_html, pages
from bot.channels.terminal import Conversation
from bot.correspondence.composing import Letterhead, compose
from bot.files.question_files import load_questions
from bot.files.template_files import load_layout
from bot.model.message import Incoming, Outgoing, Received, Reply
from bot.storage.store import open_store
from bot.usecases.answer_question import AnswerQuestion
from bot.usecases.desk import Desk
from bot.usecases.evaluate import DEFAULT_NOW
from bot.usecases.manners import Manners
from bot.usecases.relay import Relay
from bot.usecases.requests import Requests
from bot.usecases.respond import Respond
from bot.wiring.folders import Folders

QUESTIONS = Path(__file__).parent / "questions" / "development"
MANY = 100


@pytest.fixture
def respond(brain: AnswerQuestion) -> Iterator[Respond]:
    store = open_store("sqlite://")
    requests = Requests(brain.knowledge, brain.templates, store.people)
    relay = Relay(Desk(store.hand_overs, brain.templates, brain.knowledge))
    yield Respond(brain, brain.templates, store.outbox, Manners(store.inbox, store.outbox), requests, relay)
    store.close()


def replies(respond: Respond, incoming: Incoming) -> tuple[Outgoing, ...]:
    received = Received(1, 1, incoming, first=False, language="")
    return respond(received, (), DEFAULT_NOW).replies


def through_telegram(respond: Respond, question: str) -> str:
    (outgoing,) = replies(respond, Incoming("telegram", "k", "5", question, DEFAULT_NOW, context={"chat": "5"}))
    shown = [as_html(page) for page in pages(outgoing)]
    return "\n".join(html.unescape(re.sub(r"</?i>", "", page)) for page in shown)


def through_email(respond: Respond, folders: Folders, question: str) -> str:
    letter = EmailMessage(policy=policy.SMTP)
    letter["From"], letter["To"], letter["Subject"] = "ann@example.org", "call@example.org", "A question"
    letter["Message-ID"] = "<1@example.org>"
    letter.set_content(question)
    incoming = as_incoming(letter.as_bytes(), frozenset({"call@example.org"}), "1:1", DEFAULT_NOW)
    (outgoing,) = replies(respond, incoming)
    reply = Reply(1, "email", incoming.address, incoming.context or {}, "0" * 32, outgoing, DEFAULT_NOW, 0)
    data = compose(reply, Letterhead("call@example.org"), load_layout(folders.templates))
    body = message_from_bytes(data, policy=policy.default).get_body(("plain",))
    assert body is not None
    return re.split(r"\r?\n-- \r?\n", body.get_content())[0]


def squeezed(text: str) -> str:
    return " ".join(text.split())


def test_a_hundred_questions_get_the_same_reply_on_every_channel(brain, respond, folders):
    asked = [gold.question for file in sorted(QUESTIONS.glob("*.yaml")) for gold in load_questions([file])][:MANY]
    assert len(asked) == MANY
    differing = []
    for question in asked:
        terminal = squeezed(Conversation(brain, lambda: DEFAULT_NOW).say(question))
        carried = {squeezed(through_telegram(respond, question)), squeezed(through_email(respond, folders, question))}
        if carried != {terminal}:
            differing.append((question, terminal, carried))
    assert not differing, "\n\n".join(map(str, differing))
