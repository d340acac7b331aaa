"""Mails that came back told to coordinators at once, while the program serves; what follows within the hour, after it.

Takes everything from the record. What else waits for a person is told once a day (`wiring/routines.py`).
"""

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.answering.wording import Templates
from bot.model.hand_over import Coordinator, on_duty
from bot.model.knowledge import Knowledge
from bot.model.message import Outgoing
from bot.usecases.morning import Case, Morning
from bot.usecases.morning_words import MorningWords
from bot.usecases.own_mail_ports import Returns
from bot.usecases.ports import Routines
from bot.usecases.runtime import Runtime

PAUSE = 60.0
CALM = timedelta(hours=1)
"""Coordinators get such a letter at most so often."""
NAME = "bounces"
"""Under which the book of routines keeps when the last one was planned."""


@dataclass(frozen=True, slots=True)
class TellBounces:
    """Settles failures of mails that were still on their way, and tells the coordinators on duty of mails that came back.

    The letters and their hour are one transaction, that coordinators were told another: killed between them, the same letters are
    planned once more, after the hour; none is lost.
    """

    returns: Returns
    book: Routines
    knowledge: Knowledge
    templates: Templates
    coordinators: Sequence[Coordinator]
    runtime: Runtime
    on_planned: Callable[[], None]
    _woken: asyncio.Event = field(default_factory=asyncio.Event)

    def wake(self) -> None:
        """Look into the record now."""
        self._woken.set()

    async def run(self) -> None:
        """Settle and tell, until cancelled."""
        while True:
            self._woken.clear()
            if await self.runtime.run(self.look, self.runtime.clock()):
                self.on_planned()
            with suppress(TimeoutError):
                async with asyncio.timeout(PAUSE):
                    await self._woken.wait()
            await asyncio.sleep(min(1.0, PAUSE))  # woken by every letter that comes: no oftener than this

    def look(self, now: datetime) -> int:
        """Do what is due; how many letters were planned."""
        self.returns.settle(now)
        untold = self.returns.untold()
        last = self.book.last(NAME)
        if not untold or (last is not None and now - last[0] < CALM):
            return 0
        cases = {  # two servers may report the same mail
            mail.id: Case("missed", call, back.at, mail, kind, back, mail.outcome or back.detail)
            for back, mail, call, kind in untold
        }
        letters = self._letters(list(cases.values()), now)
        if not letters:
            return 0  # nobody has an address: they stay untold
        numbers = [back.id for back, *_ in untold]
        self.book.done(NAME, hashlib.sha256(repr(numbers).encode()).hexdigest()[:16], letters, now)
        self.returns.told(numbers, now)
        return len(letters)

    def _letters(self, cases: Sequence[Case], now: datetime) -> list[Outgoing]:
        """A letter to each coordinator whom one of these reaches, about those that do."""
        reachable = [one for one in self.coordinators if one.email]
        theirs: dict[str, list[Case]] = {}
        for case in cases:
            for one in on_duty(reachable, [case.call], now.date()):
                theirs.setdefault(one.name, []).append(case)
        found: list[Outgoing] = []
        for one in reachable:
            if mine := theirs.get(one.name):
                words = MorningWords(self.knowledge, self.templates, one.language)
                subject, text = words.at_once(Morning(now, tuple(mine)))
                found.append(Outgoing(text, "to-coordinator", one.language, subject=subject, to=one.email))
        return found
