"""The loops of a serving program: nothing is lost when the record, the brain or an edge fails for a while."""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from bot.model.message import Incoming, Outgoing, Received, Refused, Reply, Sent, Settled, TryLater, Unknown
from bot.storage.store import Store, open_store
from bot.usecases import deliver, runtime
from bot.usecases.converse import Converse
from bot.usecases.deliver import Deliver
from bot.usecases.ports import silent_log
from bot.usecases.runtime import Runtime, trace
from bot.usecases.serve import ChannelParts, Serve
from bot.usecases.upkeep import Upkeep


class Edge:
    """A channel of the test: messages put in by hand, outcomes as told."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.outcomes: list[object] = []
        self.arriving: asyncio.Queue[Incoming] = asyncio.Queue()
        self.closed = False

    async def run(self, receive: Callable) -> None:
        while True:
            await receive(await self.arriving.get())

    async def send(self, reply: Reply, begin: Callable) -> object:
        outcome = self.outcomes.pop(0) if self.outcomes else Sent()
        if isinstance(outcome, TryLater) or not await begin():
            return outcome
        if isinstance(outcome, Exception):
            raise outcome
        self.said.append(reply.body.text)
        return outcome

    async def close(self) -> None:
        self.closed = True


class Echo:
    """Answers with the message's own words; fails at the one it is told."""

    fails_at = ""

    def __call__(self, received: Received, earlier: tuple[str, ...], now: datetime) -> Settled:
        if received.incoming.text == self.fails_at:
            raise RuntimeError("text of a person: " + received.incoming.text)
        reply = Outgoing(received.incoming.text, "answer", "en")
        return Settled("answered", turn=received.incoming.text, replies=(reply,))

    def apology(self, received: Received) -> Settled:
        return Settled("answered", "failed", replies=(Outgoing("sorry", "service", "en"),))


class Stand:
    """A serving program with one channel, run until the test's part is done."""

    def __init__(self, store: Store) -> None:
        self.store, self.edge, self.echo = store, Edge(), Echo()

    def run(self, part: Callable) -> None:
        asyncio.run(self._run(part))

    async def _run(self, part: Callable) -> None:
        with ThreadPoolExecutor(1) as executor:
            running = Runtime(lambda: datetime.now(UTC), silent_log(), executor)
            sending = Deliver("telegram", self.store.outbox, self.edge, running)
            books = (self.store.inbox, self.store.outbox)
            converse = Converse(books, self.echo, {"telegram": lambda one: [one]}, running, sending.wake)
            channel = ChannelParts("telegram", self.edge, sending, self.edge.close)
            serve = Serve(
                [channel], converse, {"upkeep": Upkeep(self.store.people, running, 30).run}, self.store.outbox, running
            )
            stop = asyncio.Event()
            serving = asyncio.create_task(serve.run(stop))
            try:
                await asyncio.wait_for(part(self), 30)
            finally:
                stop.set()
                await serving
        assert self.edge.closed

    def say(self, *texts: str, chat: str = "5") -> None:
        for text in texts:
            self.edge.arriving.put_nowait(Incoming("telegram", text, chat, text, datetime.now(UTC), context={}))

    async def heard(self, *texts: str) -> None:
        while self.edge.said[: len(texts)] != list(texts):
            await asyncio.sleep(0.01)


@pytest.fixture
def stand(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stand]:
    monkeypatch.setattr(runtime, "RETRY", 0.05)
    monkeypatch.setattr(deliver, "AGAIN", 0.05)
    store = open_store("sqlite://")
    yield Stand(store)
    store.close()


def test_what_is_said_is_answered_in_order(stand):
    async def part(stand: Stand) -> None:
        stand.say("one", "two", "three")
        await stand.heard("one", "two", "three")

    stand.run(part)


def test_a_reply_put_off_holds_back_those_after_it(stand):
    stand.edge.outcomes = [TryLater(0.1, "busy")]

    async def part(stand: Stand) -> None:
        stand.say("one", "two")
        await stand.heard("one", "two")

    stand.run(part)


def test_a_channel_that_takes_nothing_is_left_in_peace_for_a_while(stand):
    stand.edge.outcomes = [TryLater(0.2, "flood", all=True)]

    async def part(stand: Stand) -> None:
        stand.say("one")
        stand.say("two", chat="6")
        while len(stand.edge.said) < 2:
            await asyncio.sleep(0.01)

    stand.run(part)


def test_a_refused_reply_does_not_hold_back_the_next(stand):
    stand.edge.outcomes = [Refused("no")]

    async def part(stand: Stand) -> None:
        stand.say("one", "two")
        await stand.heard("one", "two")

    stand.run(part)


def test_an_edge_that_breaks_after_the_mark_leaves_the_outcome_unknown(stand, monkeypatch):
    monkeypatch.setattr("bot.storage.outbox.AFTER_DOUBT", datetime.now(UTC) - datetime.now(UTC))
    stand.edge.outcomes = [ValueError("boom"), Unknown("lost")]

    async def part(stand: Stand) -> None:
        stand.say("one", "two")
        await stand.heard("one", "two")  # the first was in doubt twice: shown as unknown, not sent a third time

    stand.run(part)
    with stand.store.engine.connect() as connection:
        states = connection.exec_driver_sql("SELECT state, doubts FROM replies ORDER BY id").all()
    assert states == [("unknown", 2), ("sent", 0)]


def test_a_message_that_cannot_be_answered_gets_an_apology_and_stops_nobody(stand):
    stand.echo.fails_at = "one"

    async def part(stand: Stand) -> None:
        stand.say("one", "two")
        await stand.heard("sorry", "two")

    stand.run(part)


def test_a_record_that_fails_for_a_while_loses_nothing(stand, monkeypatch):
    healthy, failures = stand.store.inbox.receive, [OSError("disk full"), OSError("disk full")]

    def ailing(incoming: Incoming) -> bool:
        if failures:
            raise failures.pop()
        return healthy(incoming)

    monkeypatch.setattr(type(stand.store.inbox), "receive", lambda self, incoming: ailing(incoming))

    async def part(stand: Stand) -> None:
        stand.say("one")
        await stand.heard("one")

    stand.run(part)


def test_what_a_killed_process_left_is_taken_up(stand):
    now = datetime.now(UTC)
    stand.store.inbox.receive(Incoming("telegram", "k", "5", "unanswered", now, context={}))

    async def part(stand: Stand) -> None:
        await stand.heard("unanswered")

    stand.run(part)


def test_a_trace_tells_where_and_never_what():
    try:
        raise ValueError("ann@example.org asked something")
    except ValueError as error:
        told = trace(error)
    assert "ValueError at test_serve.py:" in told
    assert "ann" not in told
