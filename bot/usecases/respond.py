"""A message of the record answered: from what was received to the replies to send. The same on every channel.

Knows the order: what must not be answered, what carries no text, requests to the bot itself, what concerns a mail that its writer
got, questions. Does not send.
"""

import re
from dataclasses import dataclass, replace
from datetime import datetime

from bot.answering.wording import Templates, name_of
from bot.model.conversation import Answer, Matter, Question
from bot.model.hand_over import Request, Step
from bot.model.message import Choice, Incoming, Outgoing, Received, Settled
from bot.usecases.answer_question import AnswerQuestion
from bot.usecases.desk import Desk
from bot.usecases.manners import Manners
from bot.usecases.own_talk import LINK, OWN_MAIL, OwnTalk
from bot.usecases.ports import Outbox
from bot.usecases.relay import Relay
from bot.usecases.remind import WISH
from bot.usecases.requests import Requests, read_request

TRIES = 3
"""A message at which answering fails so often is met with an apology."""
HUMAN = "/human"
OWN = ("start", "help", "privacy", "mydata", "forget", "cancel", "done", "remind", "slot")
"""Requests that the bot answers also while a person writes."""
_PRESSED = re.compile(r"([0-9]{1,15}):([0-9]{1,3})")
"""A button: the reply it stands under, and its place."""


@dataclass(frozen=True, slots=True)
class Respond:
    """Answers messages of the record."""

    answer: AnswerQuestion
    templates: Templates
    outbox: Outbox
    manners: Manners
    requests: Requests
    relay: Relay
    coordinator: str = ""
    own: OwnTalk | None = None

    def __call__(self, received: Received, earlier: tuple[str, ...], now: datetime) -> Settled:
        """What to do with a message; `earlier` are the person's earlier turns."""
        incoming = received.incoming
        if self.relay.concerns(received):
            return self.relay(received, now)
        known = self._desk.hand_overs.open_of(received.conversation)
        if known is not None and known.silent(now) and not self._asks_the_bot(received):
            return self._to_person(received, known)
        if reason := self.manners.before(received):
            return self._left(received, reason)
        if incoming.form == "choice":
            return self._chosen(received, earlier, now)
        if incoming.form == "edited" and incoming.text in earlier:
            return Settled("ignored", "edited without a change")
        if not incoming.text.strip():
            return self._formless(received)
        if request := read_request(incoming.text):
            return self._requested(received, request, earlier, now)
        return self._own(received, incoming.text, earlier, now) or self._answered(received, incoming.text, earlier, now)

    @property
    def _desk(self) -> Desk:
        return self.relay.desk

    def _said(self, received: Received) -> str:
        """What a message says: its text, or what its button stands for ("" for a button that is no longer valid)."""
        incoming = received.incoming
        if incoming.form != "choice":
            return incoming.text
        pressed = _PRESSED.fullmatch(incoming.text)
        says = self.outbox.choices(int(pressed[1]), received.conversation) if pressed else ()
        return says[int(pressed[2])] if pressed is not None and int(pressed[2]) < len(says) else ""

    def _asks_the_bot(self, received: Received) -> bool:
        """Whether a message asks the bot for something of its own, also while a person writes."""
        request = read_request(self._said(received))
        return request is not None and request[0] in OWN

    def _to_person(self, received: Received, known: Request) -> Settled:
        """The message goes to the person who writes there; the bot is silent."""
        return Settled("relayed", "a person writes", self._said(received), step=Step("add", known.id))

    def _ended(self, received: Received, known: Request, language: str, now: datetime) -> Settled:
        """The applicant ends a request, or takes it back; coordinators who know of it are told."""
        waiting = known.state == "waiting"
        text = self._say(language, "hand-over", "taken-back" if waiting else "ended")
        ended = self._desk.outcome("ended", number=known.id, waiting=waiting)
        told = self._desk.to_coordinators(known, ended, now) if known.told else []
        settled = self._settled(received, [Outgoing(text, "service", language), *told], language)
        return replace(settled, step=Step("close", known.id))

    def apology(self, received: Received) -> Settled:
        """What is said when answering failed."""
        language = self._language(received)
        text = self._say(language, "failed", contact=self.requests.contacts(language))
        return self._settled(received, [Outgoing(text, "service", language)], language, reason="failed")

    def _chosen(self, received: Received, earlier: tuple[str, ...], now: datetime) -> Settled:
        said = self._said(received)
        if not said:
            language = self._language(received)
            text = self._say(language, "stale-button")
            return self._settled(received, [Outgoing(text, "service", language)], language)
        if request := read_request(said):
            return self._requested(received, request, earlier, now)
        return self._own(received, said, earlier, now) or self._answered(received, said, earlier, now)

    def _own(self, received: Received, text: str, earlier: tuple[str, ...], now: datetime) -> Settled | None:
        """What a message about a mail that its writer got comes to; None if it is answered as anybody's."""
        mail = self.own.mail_of(received) if self.own is not None else None
        if self.own is None or mail is None:
            return None
        settled, turn = self.own.picked(received, mail, text, now), text
        if settled is None:
            answer, turn = self._read(received.incoming, text, earlier, now)
            settled = self.own.said(received, mail, turn, answer, earlier, now)
        return self._with_notice(received, replace(settled, turn=turn), "footer-own") if settled is not None else None

    def _requested(
        self, received: Received, request: tuple[str, str], earlier: tuple[str, ...], now: datetime
    ) -> Settled:
        name, word = request
        if self.own is not None and name == "start" and word.startswith(LINK):
            return self._with_notice(received, self.own.opened(received, word, now), "footer-own")
        if self.own is not None and name == "slot":
            said = f"/slot {word}" if word.isdecimal() else ""
            picked = self.own.picked(received, self.own.mail_of(received), said, now)
            return self._with_notice(received, picked or self.own.unpicked(received, now), "footer-own")
        language = self._language(received)
        if question := self.requests.question(request[0], language):
            settled = self._answered(received, question, earlier, now)
            passed_on = settled.step is not None and settled.step.kind == "ask"
            if request[0] == "human" and not passed_on and (contacts := self.requests.contacts(language)):
                first = replace(settled.replies[0], text=f"{contacts}\n\n{settled.replies[0].text}")
                settled = replace(settled, replies=(first, *settled.replies[1:]))
            return settled
        known = self._desk.hand_overs.open_of(received.conversation)
        ends = request[0] == "done" or (request[0] == "cancel" and not self.requests.awaits_code(received, now))
        if known is not None and ends:
            return self._ended(received, known, language, now)
        replies, turn = self.requests.handle(received, request, language, now)
        return self._settled(received, [replies], language, turn=turn, greeted=request[0] in ("start", "help"))

    def _answered(self, received: Received, text: str, earlier: tuple[str, ...], now: datetime) -> Settled:
        answer, turn = self._read(received.incoming, text, earlier, now)
        known = self._desk.hand_overs.open_of(received.conversation)
        more = Step("add", known.id) if known is not None and not _settles(answer) else None
        if reason := self.manners.after(received, answer):
            left = self._left(received, reason)
            return replace(left, step=left.step or more)
        choices = [Choice(choice, choice) for choice in answer.choices]
        if WISH in answer.topics and self.requests.remind is not None:
            agreed = self.requests.remind.by_words(received, text, answer, now)
            answer = replace(answer, reply=agreed.text)
            choices += agreed.choices
        matters = self._desk.matters(answer) if self._desk.reachable and received.incoming.private else ()
        if self._desk.reachable and not matters and answer.kind != "answer" and _answers_mail(received.incoming):
            matters = (Matter("hand-over", OWN_MAIL),)  # whether there is such a mail is a person's to look into
        if answer.kind == "abstain" and "human" not in answer.topics and not matters:
            choices.append(Choice(self._say(answer.language, "human-button"), HUMAN))
        parts = [answer.reply, self._attachments(received.incoming, answer.language)]
        if matters:
            parts.append(self._desk.expectation(answer.language, matters, known, now))
        outgoing = Outgoing(
            "\n\n".join(filter(None, parts)),
            answer.kind,
            answer.language,
            choices=tuple(choices),
            sources=answer.sources,
            citations=answer.citations,
            topics=answer.topics,
            matters=answer.matters,
            told=answer.told,
        )
        settled = self._settled(received, [outgoing], answer.language, turn=turn)
        return replace(settled, step=Step("ask", matters=matters) if matters else more)

    def _read(self, incoming: Incoming, text: str, earlier: tuple[str, ...], now: datetime) -> tuple[Answer, str]:
        """The answer to a text, and the text as a turn; what only a letter's subject asks is read from there."""
        subject = (incoming.context or {}).get("asks", "")
        turn = f"Subject: {subject}\n\n{text}" if subject else text
        answer = self.answer(Question(turn, now, earlier))
        asks_nothing = answer.kind == "smalltalk" or (answer.kind == "clarify" and not answer.choices)
        if subject and (asks_nothing or not answer.understood):
            asked = self.answer(Question(subject, now, earlier))
            if asked.kind == "answer":
                return asked, f"{subject}\n\n{text}"
        return answer, turn

    def _attachments(self, incoming: Incoming, language: str) -> str:
        if incoming.attachments:
            return self._say(language, "attachments", names=list(incoming.attachments))
        return self._say(language, "form", incoming.form) if incoming.form in ("photo", "file", "voice") else ""

    def _formless(self, received: Received) -> Settled:
        language = self._language(received)
        form = "unreadable" if received.incoming.form in ("text", "edited") else received.incoming.form
        calls = [name_of(call, language) for call in self.answer.knowledge.calls.values()]
        text = self._say(language, "form", form, calls=calls)
        return self._settled(received, [Outgoing(text, "service", language)], language)

    def _left(self, received: Received, reason: str) -> Settled:
        """Not answered; the first letter of an address that reaches the cap goes to a coordinator.

        What answers a mail that told a result reaches a person in any case: it may be "I accept", in words that a machine might use.
        """
        incoming = received.incoming
        if _answers_mail(incoming) and reason != "repeated" and self._desk.reachable:
            step = Step("ask", matters=(Matter("hand-over", OWN_MAIL),))
            return Settled("relayed", reason, incoming.text, received.language, step=step)
        if reason != "cap" or not self.coordinator:
            return Settled("ignored", reason)
        said = self._say("en", "to-coordinator", "reason", reason, cap=self.manners.cap)
        text = self._say("en", "to-coordinator", "text", address=incoming.address, reason=said, text=incoming.text)
        subject = self._say("en", "to-coordinator", "subject", subject=(incoming.context or {}).get("subject", ""))
        forward = Outgoing(
            text, "to-coordinator", "en", subject=subject, to=self.coordinator, reply_to=incoming.address
        )
        return Settled("ignored", reason, replies=(forward,))

    def _settled(
        self,
        received: Received,
        replies: list[Outgoing],
        language: str,
        *,
        turn: str = "",
        reason: str = "",
        greeted: bool = False,
    ) -> Settled:
        """The replies with the notice that a bot writes: on each letter, and on the first message of a chat."""
        version = self.answer.knowledge.version
        settled = Settled("answered", reason, turn, language, tuple(replies), version)
        return settled if greeted and received.incoming.channel != "email" else self._with_notice(received, settled)

    def _with_notice(self, received: Received, settled: Settled, footer: str = "footer") -> Settled:
        email = received.incoming.channel == "email"
        if not email and not received.first:
            return settled
        notice = self._say(settled.language, footer if email else "notice")
        return replace(settled, replies=(replace(settled.replies[0], notice=notice), *settled.replies[1:]))

    def _language(self, received: Received) -> str:
        wanted = received.language or received.incoming.language
        return wanted if wanted in self.templates.languages else "en"

    def _say(self, language: str, *path: str, **values: object) -> str:
        return self.templates.say(language, "service", *path, **values)


def _settles(answer: Answer) -> bool:
    """Whether the bot's own answer is all that a message needs, although a person was asked before."""
    return answer.kind == "answer" or (answer.kind == "clarify" and bool(answer.choices)) or WISH in answer.topics


def _answers_mail(incoming: Incoming) -> bool:
    """Whether a letter says that it answers a mail that told somebody their result, whoever wrote it and if there is one or not."""
    return incoming.returned is not None and incoming.returned.kind == "reply"
