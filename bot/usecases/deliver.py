"""Replies sent, while the program serves: each conversation's in order, several conversations at once.

The mark that sending begins is committed before the first byte of the text can leave; what came back decides (DESIGN.md 4).
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

from bot.model.message import Channel, Outcome, Reply, TryLater, Unknown
from bot.usecases.ports import Outbox, Sender
from bot.usecases.runtime import Runtime, trace

IDLE = 60.0
"""Seconds after which the record is looked into though nothing woke the loop."""
AGAIN = 30.0
"""Seconds until a reply is tried again whose sending failed before it began."""
WIDTH = 16
"""Replies under way at once."""
LAST = 30.0
"""Seconds that what is under way has to end when the program stops; what takes longer is unknown to the next start."""


class Deliver:
    """Sends one channel's replies."""

    def __init__(
        self,
        channel: Channel,
        outbox: Outbox,
        sender: Sender,
        runtime: Runtime,
        on_sent: Callable[[], None] = lambda: None,
    ) -> None:
        self._channel = channel
        self._outbox = outbox
        self._sender = sender
        self._runtime = runtime
        self._on_sent = on_sent
        self._under_way: dict[str, asyncio.Task[None]] = {}
        self._closed_until = runtime.clock()
        self._wake = asyncio.Event()

    def wake(self) -> None:
        """Look for replies now."""
        self._wake.set()

    async def run(self) -> None:
        """Send what is due and what becomes due, until cancelled; what is under way is then brought to its end."""
        try:
            while True:
                self._wake.clear()
                pause = await self._start_due()
                with suppress(TimeoutError):
                    async with asyncio.timeout(
                        pause
                    ):  # wait_for of Python 3.11 may swallow a cancellation (cpython #86296)
                        await self._wake.wait()
        finally:
            if self._under_way:
                await asyncio.wait(self._under_way.values(), timeout=LAST)

    async def _start_due(self) -> float:
        """Start what is due; the seconds until something else will be."""
        now = self._runtime.clock()
        free = WIDTH - len(self._under_way)
        if free <= 0:
            return IDLE
        if now < self._closed_until:
            return (self._closed_until - now).total_seconds()
        for reply in await self._runtime.run(self._outbox.due, self._channel, now, WIDTH + free):
            if reply.address not in self._under_way and len(self._under_way) < WIDTH:
                self._under_way[reply.address] = asyncio.create_task(self._send(reply))
        later = await self._runtime.run(self._outbox.next_due, self._channel, now)
        return IDLE if later is None else min(IDLE, (later - now).total_seconds())

    async def _send(self, reply: Reply) -> None:
        began = False

        async def begin() -> bool:
            nonlocal began
            began = await self._runtime.run(self._outbox.begin, reply)
            return began

        try:
            outcome = await self._sender.send(reply, begin)
        except Exception as error:
            self._runtime.log.warning("reply %d: %s", reply.id, trace(error))
            outcome = Unknown(type(error).__name__) if began else TryLater(AGAIN, type(error).__name__)
        try:
            if outcome is not None:
                await self._finish(reply, outcome)
        finally:
            del self._under_way[reply.address]
            self._wake.set()

    async def _finish(self, reply: Reply, outcome: Outcome) -> None:
        log = self._runtime.log
        if isinstance(outcome, TryLater) and outcome.all:
            self._closed_until = self._runtime.clock() + timedelta(seconds=outcome.seconds)
            log.warning("%s takes nothing for %.0f s: %s", self._channel, outcome.seconds, outcome.reason)
        else:
            log.info("reply %d: %s %s", reply.id, type(outcome).__name__, getattr(outcome, "reason", ""))
        now = self._runtime.clock()
        await self._runtime.insist(self._outbox.finish, reply, outcome, now)
        self._on_sent()
