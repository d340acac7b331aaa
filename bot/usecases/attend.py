"""Requests to a person attended to, while the program serves: told, reminded of, ended when nobody writes.

Takes everything from the record, so that nothing depends on what was in memory when the process ended.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import ParamSpec

from bot.model.hand_over import SILENCE, Request, Undelivered
from bot.model.message import Outgoing
from bot.usecases.converse import Pages
from bot.usecases.desk import Desk
from bot.usecases.runtime import Runtime, trace

P = ParamSpec("P")

PAUSE = 10.0
"""Seconds between looks into the record, if nothing wakes the loop."""
GATHER = timedelta(seconds=20)
"""So long after an applicant's message coordinators are told of it: people write in several messages."""
LONGEST = timedelta(minutes=3)
"""Whoever writes on and on is told of all the same."""
CALM = timedelta(minutes=15)
"""While nobody has answered, coordinators get what comes later at most so often: a flood is theirs to read, not to be woken by."""


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
        """Do what is due; how many messages were planned. What fails for one request is tried again, and stops no other."""
        book, count = self.desk.hand_overs, 0
        for request in book.untold(now - GATHER, now - LONGEST, now - CALM):
            count += self._try(request.id, self._tell, request, now)
        for waiting, since in book.unanswered(now - timedelta(hours=self.remind_hours)):
            count += self._try(waiting.id, self._remind, waiting, since or now, now)
        for taken in book.lapsed(now - SILENCE):
            count += self._try(taken.id, self._lapse, taken, now)
        for lost in book.undelivered():
            count += self._try(lost.request, self._report, lost, now)
        return count

    def _try(self, request: int, work: Callable[P, int], *values: P.args, **named: P.kwargs) -> int:
        try:
            return work(*values, **named)
        except Exception as error:
            self.runtime.log.warning("request %d could not be attended to: %s", request, trace(error))
            return 0

    def _tell(self, request: Request, now: datetime) -> int:
        text = self.desk.news(request) if request.told else self.desk.asked(request)
        outgoing = self._paged(self.desk.to_writer(request, text, now))
        self.desk.hand_overs.tell(request, outgoing, now)
        return len(outgoing)

    def _remind(self, request: Request, since: datetime, now: datetime) -> int:
        due = now - since >= timedelta(hours=self.remind_hours) * (request.reminded + 1)
        if not due or request.reminded >= self.reminders or request.told < request.message:
            return 0
        text = self.desk.asked(request, reminded_after=max(1, (now - since).days))
        outgoing = self._paged(self.desk.to_coordinators(request, text, now))
        self.desk.hand_overs.tell(request, outgoing, now, reminder=True)
        return len(outgoing)

    def _lapse(self, request: Request, now: datetime) -> int:
        self.desk.hand_overs.lapse(request, now)
        self.runtime.log.info("request %d: no person wrote for a day; the bot answers again", request.id)
        return 0

    def _report(self, lost: Undelivered, now: datetime) -> int:
        request = self.desk.hand_overs.get(lost.request)
        if request is None:
            return 0
        name, but = ("unreached", self.desk.named(lost.address)) if lost.address else ("undelivered", "")
        values = {"number": lost.request, "unknown": lost.unknown, "author": lost.author, "address": lost.address}
        outgoing = self._paged(self.desk.to_coordinators(request, self.desk.outcome(name, **values), now, but=but))
        if not outgoing:
            self.runtime.log.warning(
                "request %d: reply %d did not arrive, and nobody can be told", request.id, lost.reply
            )
        self.desk.hand_overs.report(lost.reply, request, outgoing, now)
        return len(outgoing)

    def _paged(self, outgoing: Sequence[Outgoing]) -> list[Outgoing]:
        return [page for one in outgoing for page in self.pages[one.via](one)]
