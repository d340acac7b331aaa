"""Messages received and answered, one after another, while the program serves.

Receiving commits first, so that a message counts as received only once the record has it. Answering takes what the record
holds, so that nothing depends on what was in memory when the process ended.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from bot.model.message import Channel, Incoming, Outgoing, Received, Settled
from bot.usecases.own_mail_ports import SlotTakenError
from bot.usecases.ports import Inbox, Outbox
from bot.usecases.respond import TRIES, Respond
from bot.usecases.runtime import Runtime, trace

Pages = Mapping[Channel, Callable[[Outgoing], Sequence[Outgoing]]]
"""Cuts a reply into messages that its channel takes."""


class Converse:
    """Takes messages in and answers them."""

    def __init__(
        self,
        books: tuple[Inbox, Outbox],
        respond: Respond,
        pages: Pages,
        runtime: Runtime,
        on_answered: Callable[[], None],
    ) -> None:
        self._inbox, self._outbox = books
        self._respond = respond
        self._pages = pages
        self._runtime = runtime
        self._on_answered = on_answered
        self._arrived = asyncio.Event()

    async def receive(self, incoming: Incoming) -> bool:
        """Commit a message, however long it takes to reach the record; False if it was known."""
        new = await self._runtime.insist(self._inbox.receive, incoming)
        if new and incoming.stop and incoming.reacts_to is not None:
            await self._runtime.insist(self._outbox.returned, incoming.thread, incoming.reacts_to)
        self._arrived.set()
        return new

    async def run(self) -> None:
        """Answer what the record holds and what comes, until cancelled."""
        while True:
            self._arrived.clear()
            while received := await self._runtime.run(self._inbox.unanswered, 1):
                await self._runtime.run(self._settle, received[0])
                self._on_answered()
            await self._arrived.wait()

    def _answered(self, received: Received, now: datetime) -> Settled:
        return self._respond(received, self._inbox.earlier(received), now)

    def _settle(self, received: Received) -> None:
        now = self._runtime.clock()
        tries = self._inbox.begin(received)
        try:
            settled = self._respond.apology(received) if tries > TRIES else self._answered(received, now)
        except Exception as error:
            self._runtime.log.warning("message %d could not be answered: %s", received.id, trace(error))
            return
        own = received.incoming.channel
        pages = [page for reply in settled.replies for page in self._pages[_channel(reply, own)](reply)]
        try:
            self._inbox.settle(received, replace(settled, replies=tuple(pages)), now)
        except SlotTakenError:  # it is answered anew, from what stands now
            self._runtime.log.info("message %d: the slot was taken meanwhile", received.id)
            return
        self._runtime.log.info("message %d: %s %s", received.id, settled.state, settled.reason)


def _channel(reply: Outgoing, own: Channel) -> Channel:
    """Where a reply goes: to another address, to the applicant of a request, or where the message came from."""
    return reply.via if reply.to or reply.kind == "person" else own
