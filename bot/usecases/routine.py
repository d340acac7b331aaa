"""What the program does by itself every day or week while it serves: telling coordinators what was asked, and where the call's page
has moved away from what the bot knows.

Knows when something is due, and that the same finding is not told twice. What is found comes from elsewhere.
"""

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.model.hand_over import Coordinator
from bot.model.message import Outgoing
from bot.usecases.ports import Routines
from bot.usecases.runtime import Runtime, trace

PAUSE = 600.0
HOUR = 7
"""The hour of the machine's day from which routines are done: read with the first coffee."""
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

KEPT = 5
"""Findings remembered, lest one that comes and goes is told again and again."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What is to be told, in a language; `key` is the same for the same finding, "" if there is nothing to tell."""

    subject: str
    text: str
    key: str


@dataclass(frozen=True, slots=True)
class Routine:
    """Something done once a day, or on one day of the week; `repeats` says that the same finding is told again.

    `find` gets the language, the moment, and the calls of whom it is told (none: all).
    """

    name: str
    find: Callable[[str, datetime, Sequence[str]], Finding]
    weekday: str = ""
    repeats: bool = False

    def due(self, last: datetime | None, now: datetime) -> bool:
        """Whether it is to be done now: on its day, from HOUR on, and not yet on that day; what was missed is done later."""
        ready = now.replace(hour=HOUR, minute=0, second=0, microsecond=0)
        if self.weekday:
            ready -= timedelta(days=(now.weekday() - WEEKDAYS.index(self.weekday)) % 7)
        if ready > now:
            ready -= timedelta(days=7 if self.weekday else 1)
        return last is None or last < ready


@dataclass(frozen=True, slots=True)
class DoRoutines:
    """Does what is due, until cancelled."""

    routines: Sequence[Routine]
    book: Routines
    coordinators: Sequence[Coordinator]
    runtime: Runtime
    on_planned: Callable[[], None]

    async def run(self) -> None:
        """Look, until cancelled."""
        while True:
            await self.look(self.runtime.clock())
            await asyncio.sleep(PAUSE)

    async def look(self, now: datetime) -> None:
        """Do what is due now."""
        for routine in self.routines:
            await self._do(routine, now)

    async def _do(self, routine: Routine, now: datetime) -> None:
        known = await self.runtime.run(self.book.last, routine.name)
        if not routine.due(known[0] if known else None, now):
            return
        try:
            told = {
                (language, calls): await asyncio.to_thread(routine.find, language, now, calls)
                for language, calls in dict.fromkeys(
                    (one.language, one.calls) for one in self.coordinators if one.email
                )
            }
        except Exception as error:
            self.runtime.log.warning("%s failed, trying again later: %s", routine.name, trace(error))
            return
        key = "\n".join(dict.fromkeys(finding.key for finding in told.values() if finding.key))
        found = hashlib.sha256(key.encode()).hexdigest()[:16] if key else ""
        before = known[1].split() if known else []
        new = bool(found) and (routine.repeats or found not in before)
        letters = [
            Outgoing(found_for.text, "to-coordinator", one.language, subject=found_for.subject, to=one.email)
            for one in self.coordinators
            if new and one.email and (found_for := told[one.language, one.calls]).key
        ]
        history = " ".join(dict.fromkeys(filter(None, [found, *before])).keys() if not routine.repeats else [found])
        await self.runtime.run(self.book.done, routine.name, " ".join(history.split()[:KEPT]), letters, now)
        self.on_planned()
