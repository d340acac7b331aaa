"""Replies sent as letters, one after another over one connection, no faster than the relay allows."""

import asyncio
from contextlib import suppress

from bot.channels.email.smtp import SmtpConnection
from bot.correspondence.composing import Layout, Letterhead, compose, written
from bot.model.message import Outcome, Refused, Reply
from bot.usecases.campaign_ports import Begin

IDLE = 20.0
"""Seconds after which a connection without letters is given up; servers do not like idle ones."""


class EmailSender:
    """Sends replies."""

    def __init__(self, connection: SmtpConnection, head: Letterhead, layout: Layout, per_minute: int) -> None:
        self._connection = connection
        self._head = head
        self._layout = layout
        self._interval = 60 / max(1, per_minute)
        self._free = 0.0
        self._turn = asyncio.Lock()
        self._leave: asyncio.Task[None] | None = None

    async def send(self, reply: Reply, begin: Begin) -> Outcome | None:
        """Send one letter when its turn has come."""
        try:
            letter, recipient = compose(reply, self._head, self._layout), written(reply.address)
        except ValueError:
            return Refused("the letter cannot be written to this address")
        async with self._turn:
            if self._leave is not None:
                self._leave.cancel()
            loop = asyncio.get_running_loop()
            await asyncio.sleep(self._free - loop.time())
            self._free = loop.time() + self._interval
            try:
                return await self._connection.send(recipient, letter, begin)
            finally:
                self._leave = asyncio.create_task(self._take_leave())

    async def close(self) -> None:
        """Take leave of the server."""
        if self._leave is not None:
            self._leave.cancel()
            with suppress(asyncio.CancelledError):
                await self._leave
        await self._connection.quit()

    async def _take_leave(self) -> None:
        await asyncio.sleep(IDLE)
        async with self._turn:
            await self._connection.quit()
