"""Interviewers' calendars kept while the program serves: at once after a booking, and every minute for what campaigns changed."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from bot.usecases.interviewers import TellInterviewers
from bot.usecases.runtime import Runtime

PAUSE = 60.0


@dataclass(frozen=True, slots=True)
class KeepCalendars:
    """Looks whether an interviewer's entry is due."""

    tell: TellInterviewers
    runtime: Runtime
    on_planned: Callable[[], None]
    _woken: asyncio.Event = field(default_factory=asyncio.Event)

    def wake(self) -> None:
        """Look now."""
        self._woken.set()

    async def run(self) -> None:
        """Look, until cancelled."""
        while True:
            self._woken.clear()
            if await self.runtime.run(self.tell.look, self.runtime.clock()):
                self.on_planned()
            with suppress(TimeoutError):
                async with asyncio.timeout(PAUSE):
                    await self._woken.wait()
