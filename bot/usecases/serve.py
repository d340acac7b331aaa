"""The program at work: every channel receives, messages are answered, replies leave, until it is told to stop.

Stopping goes in the order of the work: nothing more is taken in, the message being answered is answered, what is being sent is
brought to its end. Whatever else is left stays in the record for the next start.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.model.message import Channel, Incoming
from bot.usecases.answer_question import AnswerQuestion
from bot.usecases.converse import Converse
from bot.usecases.deliver import LAST, Deliver
from bot.usecases.hold import Hold
from bot.usecases.ports import Outbox
from bot.usecases.runtime import Runtime
from bot.usecases.watch import Watch


class Receiver(Protocol):
    """An edge that receives messages."""

    async def run(self, receive: Callable[[Incoming], Awaitable[bool]]) -> None:
        """Receive until cancelled."""
        ...


@dataclass(frozen=True, slots=True)
class ChannelParts:
    """A channel: its receiver, the loop that sends its replies, and what lets go of its connections."""

    name: Channel
    receiver: Receiver
    deliver: Deliver
    close: Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Serve:
    """All loops of a serving program; `errands` are those that belong to no channel, by name."""

    channels: Sequence[ChannelParts]
    converse: Converse
    errands: Mapping[str, Callable[[], Awaitable[None]]]
    outbox: Outbox
    runtime: Runtime
    watch: Watch | None = None
    hold: Hold | None = None

    async def run(self, stop: asyncio.Event) -> AnswerQuestion | None:
        """Serve until `stop` is set, the knowledge has changed or the lock is lost, then end in order; the brain to go on with, if any."""
        if taken_back := await self.runtime.run(self.outbox.recover, self.runtime.clock()):
            self.runtime.log.warning(
                "%d replies were under way when the last run ended; they may arrive twice", taken_back
            )
        receiving = [self._start(f"{one.name}: receiving", self._receiver(one)) for one in self.channels]
        working = [self._start("answering", self.converse.run)]
        working += [self._start(name, work) for name, work in self.errands.items()]
        sending = [self._start(f"{one.name}: sending", one.deliver.run) for one in self.channels]
        try:
            await self._until(stop)
        finally:
            for loops in (receiving, working, sending):
                await _end(loops)
            for channel in self.channels:
                await channel.close()
        return self.watch.fresh if self.watch is not None and not stop.is_set() and not self.lost else None

    @property
    def lost(self) -> bool:
        """Whether it ended because another process may serve from the same store."""
        return self.hold is not None and self.hold.lost.is_set()

    async def _until(self, stop: asyncio.Event) -> None:
        events = [stop, *([self.watch.changed] if self.watch is not None else [])]
        events += [self.hold.lost] if self.hold is not None else []
        waiting = [asyncio.create_task(event.wait()) for event in events]
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in waiting:
                one.cancel()

    def _receiver(self, channel: ChannelParts) -> Callable[[], Awaitable[None]]:
        return lambda: channel.receiver.run(self.converse.receive)

    def _start(self, name: str, work: Callable[[], Awaitable[None]]) -> asyncio.Task[None]:
        return asyncio.create_task(self.runtime.supervise(name, work), name=name)


async def _end(tasks: Sequence[asyncio.Task[None]]) -> None:
    """Cancel, again if need be: a library below may swallow a cancellation that comes in an unlucky moment."""
    open_tasks = set(tasks)
    while open_tasks:
        for task in open_tasks:
            task.cancel()
        _, open_tasks = await asyncio.wait(open_tasks, timeout=LAST + 5)
