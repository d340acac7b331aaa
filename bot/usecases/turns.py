"""Whose turn it is to hand over a letter: as fast as the relay allows, not while it takes nothing, and never after the end.

Every mail that may have left (counted with its mark) and every login is in the record before it happens, so that a sender that starts anew
keeps the pace. What other senders use is read every so often.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime, timedelta

from bot.mailing.pacing import DAY, Limits, Pace
from bot.model.message import TryLater
from bot.usecases.campaign_ports import Ledger
from bot.usecases.runtime import Runtime

IDLE = 120.0
"""Seconds of waiting before which the server is taken leave of: it would hang up after five minutes (RFC 5321, 4.5.3.2.7)."""
LONG = 5.0
"""Seconds of waiting that are worth telling."""


class Turns:
    """The turns of all connections of one sender; `refresh` comes first, and every so often."""

    def __init__(self, limits: Limits, ledger: Ledger, runtime: Runtime) -> None:
        self._limits = limits
        self._ledger = ledger
        self._runtime = runtime
        self._mails = Pace(limits.mails)
        self._login = asyncio.Lock()
        self._held_until, self._reason = 0.0, ""
        self._over = False
        self._moved = asyncio.Event()

    async def refresh(self) -> None:
        """Read what was used, by whomever."""
        if self._limits.mails:
            since = self._runtime.clock() - self._mails.longest
            self._mails.know(await self._runtime.run(self._ledger.used, "mail", since))
            self._move()

    @property
    def uses(self) -> tuple[datetime, ...]:
        """The mails that count still, oldest first."""
        return tuple(self._mails.times)

    async def take(self, leave: Callable[[], Awaitable[None]]) -> bool:
        """Wait for a turn; False if there is none any more. `leave` is awaited before a long wait."""
        left = False
        while not self._over:
            seconds = self._wait()
            if seconds <= 0:
                self._mails.take()
                return True
            if seconds > IDLE and not left:
                await leave()
                left = True
            else:
                await self._pause(seconds)
        return False

    def begun(self) -> None:
        """The mail whose turn it was may leave from now on: the mark with which it is counted stands."""
        self._mails.begun(self._runtime.clock())
        self._move()

    def drop(self) -> None:
        """The mail whose turn it was did not leave."""
        self._mails.drop()
        self._move()

    def hold(self, seconds: float, reason: str) -> bool:
        """Let nothing more be handed over for so long; False if that was said already."""
        new = self.held() <= 0
        self._held_until = max(self._held_until, asyncio.get_running_loop().time() + seconds)
        self._reason = reason
        return new

    def held(self) -> float:
        """Seconds for which nothing may be handed over, by the server's word."""
        return self._held_until - asyncio.get_running_loop().time()

    @property
    def note(self) -> str:
        """What is waited for, if for long."""
        if (held := self.held()) > LONG:
            return f"the server takes nothing for {held:.0f} s: {self._reason}"
        if LONG < (seconds := self._mails.wait(self._runtime.clock())) <= DAY.total_seconds():
            return f"the relay takes the next at {self._runtime.clock() + timedelta(seconds=seconds):%H:%M:%S}"
        return ""

    def close(self) -> None:
        """No more turns."""
        self._over = True
        self._move()

    async def login(self) -> TryLater | None:
        """Note a login that is about to happen; why not, and when, if the relay allows no more now."""
        async with self._login:
            now = self._runtime.clock()
            logins = Pace(self._limits.logins)
            if self._limits.logins:
                logins.know(await self._runtime.run(self._ledger.used, "login", now - logins.longest))
            if (seconds := min(logins.wait(now), DAY.total_seconds())) > 0:
                when = f"{now + timedelta(seconds=seconds):%Y-%m-%d %H:%M}"
                reason = f"the relay allows {self._limits.logins_per_day} logins a day; the next at {when}"
                return TryLater(seconds, reason, all=True, stop=True)
            await self._runtime.run(self._ledger.use, "login", 1, now)
            return None

    async def _pause(self, seconds: float) -> None:
        moved = self._moved
        with suppress(TimeoutError):
            async with asyncio.timeout(min(seconds, DAY.total_seconds())):
                await moved.wait()

    def _wait(self) -> float:
        return max(self.held(), self._mails.wait(self._runtime.clock()))

    def _move(self) -> None:
        if self._limits.mails or self._over:
            moved, self._moved = self._moved, asyncio.Event()
            moved.set()
