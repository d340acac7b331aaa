"""Applicants, the bot and coordinators without any server: what is said goes into the record, what leaves is written down.

A letter leaves for an address, a chat message for a chat. Coordinators answer what they got, by letter or in their group.
"""

import itertools
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from bot.model.hand_over import Coordinator, Request
from bot.model.message import Incoming, Outcome, Outgoing, Received, Reply, Sent, Settled
from bot.storage.store import Store
from bot.usecases.attend import GATHER, Attend
from bot.usecases.desk import Desk
from bot.usecases.manners import Manners
from bot.usecases.own_talk import OwnTalk
from bot.usecases.ports import silent_log
from bot.usecases.relay import Relay
from bot.usecases.requests import Requests
from bot.usecases.respond import Respond
from bot.usecases.runtime import Runtime
from bot.wiring.serving import PAGES

NOON = datetime.fromisoformat("2026-01-15T12:00:00+01:00")
GROUP = "-1007"
CORA = Coordinator(name="Cora", email="cora@example.org", telegram=71)
DIRK = Coordinator(name="Dirk", email="dirk@example.org", telegram=72)
NOT_STATED = "Is there an age limit for IDEAS?"
STATED = "Who supervises TrustSeg?"


@dataclass(frozen=True)
class Left:
    """What left: where to, under which number there, and the reply."""

    to: str
    number: str
    reply: Reply

    @property
    def body(self) -> Outgoing:
        return self.reply.body

    @property
    def text(self) -> str:
        return self.reply.body.text


class Office:
    """The program's own parts on a record, with a clock that stands still until `later`."""

    def __init__(
        self, store: Store, brain: Any, coordinators: Sequence[Coordinator] = (CORA, DIRK), **more: Any
    ) -> None:
        self.store, self.now = store, NOON
        self.left: list[Left] = []
        self.refusing: dict[str, Outcome] = {}
        self._count = itertools.count(1)
        settings: dict[str, Any] = {"letters": True, "group": GROUP, "answer_days": 3}
        reminders = {"remind_hours": 24, "reminders": 3}
        for name, value in more.items():
            (reminders if name in reminders else settings)[name] = value
        self.desk = Desk(store.hand_overs, brain.templates, brain.knowledge, coordinators, **settings)
        self.respond = Respond(
            answer=brain,
            templates=brain.templates,
            outbox=store.outbox,
            manners=Manners(store.inbox, store.outbox, 100),
            requests=Requests(knowledge=brain.knowledge, templates=brain.templates, people=store.people),
            relay=Relay(self.desk),
        )
        runtime = Runtime(lambda: self.now, silent_log(), ThreadPoolExecutor(1))
        self.attend = Attend(self.desk, PAGES, runtime, **reminders, on_planned=lambda: None)

    def answer_about(self, own: OwnTalk) -> None:
        """Answer recipients about the mails that told them their result."""
        self.respond = replace(self.respond, own=own)

    def later(self, **time: float) -> None:
        """Put the clock forward and do what is due then."""
        self.now += timedelta(**time)
        self.attend.look(self.now)
        self.deliver()

    def told(self) -> list[Left]:
        """What coordinators are told once a message has waited for others."""
        before = len(self.left)
        self.later(seconds=GATHER.total_seconds() + 1)
        return self.left[before:]

    def receive(self, text: str, address: str, **more: Any) -> Received:
        """A message in the record; a letter if `address` has an @."""
        number = next(self._count)
        self.now += timedelta(seconds=30)
        channel = "email" if "@" in address else "telegram"
        context = {"chat": address.partition("/")[0], "message": str(number), "subject": "Question"}
        context |= more.pop("context", {})
        incoming = Incoming(channel, f"k{number}", address, text, self.now, context=context, **more)
        assert self.store.inbox.receive(incoming)
        return self.store.inbox.unanswered(100)[-1]

    def settle(self, received: Received) -> Settled:
        """A message answered, and what was planned sent."""
        settled = self.respond(received, self.store.inbox.earlier(received), self.now)
        own = received.incoming.channel
        replies = [
            page for one in settled.replies for page in PAGES[one.via if one.to or one.kind == "person" else own](one)
        ]
        self.store.inbox.settle(received, replace(settled, replies=tuple(replies)), self.now)
        self.deliver()
        return settled

    def say(self, text: str, address: str = "5", **more: Any) -> Settled:
        """A message of an applicant."""
        return self.settle(self.receive(text, address, **more))

    def reply(self, text: str, to: Left, by: Coordinator = CORA, **more: Any) -> Settled:
        """A coordinator's answer to what left for them: a letter, or a message of the group."""
        self.now += timedelta(minutes=1)
        return self.settle(self.answer(text, to, by, **more))

    def answer(self, text: str, to: Left, by: Coordinator = CORA, **more: Any) -> Received:
        """The same, received but not yet dealt with."""
        if to.reply.channel == "telegram":
            known = {"context": {"answered": to.number}, "private": False}
            return self.receive(text, f"{to.to}/{by.telegram}", **known | more)
        known = {"thread": to.reply.thread, "reacts_to": to.reply.id, "context": {"subject": f"Re: {to.body.subject}"}}
        return self.receive(text, by.email, **known | more)

    def deliver(self) -> None:
        """Everything that is due leaves; to whom `refusing` names it comes to that outcome."""
        for channel in ("telegram", "email"):
            while due := self.store.outbox.due(channel, self.now, 50):
                for reply in due:
                    assert self.store.outbox.begin(reply)
                    number = str(next(self._count))
                    outcome = self.refusing.get(reply.address, Sent(number if channel == "telegram" else ""))
                    self.store.outbox.finish(reply, outcome, self.now)
                    if isinstance(outcome, Sent):
                        self.left.append(Left(reply.address, number, reply))

    def to(self, address: str) -> list[Left]:
        """What left for an address or a chat so far."""
        return [one for one in self.left if one.to == address]

    def texts(self, address: str) -> list[str]:
        return [one.text for one in self.to(address)]

    def persons(self, address: str) -> list[str]:
        """What persons wrote to an applicant."""
        return [one.text for one in self.to(address) if one.body.kind == "person"]

    def asked(self, text: str = NOT_STATED, address: str = "5", **more: Any) -> dict[str, Left]:
        """A request that coordinators were told of: what each of them got, by address or chat."""
        assert self.say(text, address, **more).step is not None
        return {one.to: one for one in self.told() if one.body.kind == "to-coordinator"}

    def request(self, number: int = 1) -> Request:
        found = self.store.hand_overs.get(number)
        assert found is not None
        return found

    @property
    def state(self) -> str:
        return self.request().state
