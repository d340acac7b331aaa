"""Requests to a person attended to, while the program serves: told, reminded of, ended when nobody writes.

Takes everything from the record, so that nothing depends on what was in memory when the process ended.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.model.hand_over import SILENCE, Request
from bot.model.message import Outgoing
from bot.usecases.converse import Pages
from bot.usecases.desk import Desk
from bot.usecases.runtime import Runtime

PAUSE = 10.0
"""Seconds between looks into the record, if nothing wakes the loop."""
GATHER = timedelta(seconds=20)
"""So long after an applicant's message coordinators are told of it: people write in several messages."""


@dataclass(frozen=True, slots=True)
class Attend:
    """Attends to requests. Reminders come every `remind_hours` while nobody answers, at most `reminders` of them."""

    desk: Desk
    pages: Pages
    runtime: Runtime
    remind_hours: int
    reminders: int
    on_planned: Callable[[], None]
    _woken: asyncio.Event = field(default_factory=asyncio.Event)

    def wake(self) -> None:
        """Look into the record now."""
        self._woken.set()

    async def run(self) -> None:
        """Attend, until cancelled."""
        while True:
            self._woken.clear()
            if await self.runtime.run(self.look, self.runtime.clock()):
                self.on_planned()
            with suppress(TimeoutError):
                async with asyncio.timeout(PAUSE):
                    await self._woken.wait()
            await asyncio.sleep(min(1.0, PAUSE))  # woken by every message: no oftener than this

    def look(self, now: datetime) -> int:
        """Do what is due; how many messages were planned."""
        return self._tell(now) + self._remind(now) + self._lapse(now) + self._report(now)

    def _tell(self, now: datetime) -> int:
        count = 0
        for request in self.desk.hand_overs.untold(now - GATHER):
            text = self.desk.news(request) if request.told else self.desk.asked(request)
            outgoing = self._paged(self.desk.to_writer(request, text, now))
            self.desk.hand_overs.tell(request, outgoing, now)
            count += len(outgoing)
        return count

    def _remind(self, now: datetime) -> int:
        count = 0
        step = timedelta(hours=self.remind_hours)
        for request, since in self.desk.hand_overs.unanswered(now - step):
            due = since is not None and now - since >= step * (request.reminded + 1)
            if not due or since is None or request.reminded >= self.reminders or request.told < request.message:
                continue
            text = self.desk.asked(request, reminded_after=max(1, (now - since).days))
            outgoing = self._paged(self.desk.to_coordinators(request, text, now))
            self.desk.hand_overs.tell(request, outgoing, now, reminder=True)
            count += len(outgoing)
        return count

    def _lapse(self, now: datetime) -> int:
        for request in self.desk.hand_overs.lapsed(now - SILENCE):
            self.desk.hand_overs.lapse(request, now)
            self.runtime.log.info("request %d: no person wrote for a day; the bot answers again", request.id)
        return 0

    def _report(self, now: datetime) -> int:
        count = 0
        for reply, number, state, author in self.desk.hand_overs.undelivered():
            request: Request | None = self.desk.hand_overs.get(number)
            if request is not None:
                text = self.desk.outcome("undelivered", author=author, number=number, unknown=state == "unknown")
                outgoing = self._paged(self.desk.to_coordinators(request, text, now))
                self.desk.hand_overs.report(reply, request, outgoing, now)
                count += len(outgoing)
        return count

    def _paged(self, outgoing: Sequence[Outgoing]) -> list[Outgoing]:
        return [page for one in outgoing for page in self.pages[one.via](one)]
