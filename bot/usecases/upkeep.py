"""What the record forgets while the program serves: by age, and the last words to people who were forgotten."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.usecases.ports import People
from bot.usecases.runtime import Runtime

PAUSE = 10.0
"""Seconds between looks for last words that were sent."""
HOURLY = 3600.0


@dataclass(frozen=True, slots=True)
class Upkeep:
    """Erases what is to be erased."""

    people: People
    runtime: Runtime
    keep_days: int
    forget_decisions: Callable[[datetime], int] = lambda now: 0

    async def run(self) -> None:
        """Erase, until cancelled: by age every hour, last words soon after they were sent."""
        waited = HOURLY
        while True:
            now = self.runtime.clock()
            if waited >= HOURLY:
                waited = 0.0
                if count := await self.runtime.run(self.people.expire, now - timedelta(days=self.keep_days)):
                    self.runtime.log.info("erased by age: %d messages", count)
                if count := await self.runtime.run(self.forget_decisions, now):
                    self.runtime.log.info("erased by age: %d campaigns", count)
            await self.runtime.run(self.people.erase_finished, now)
            await asyncio.sleep(PAUSE)
            waited += PAUSE
