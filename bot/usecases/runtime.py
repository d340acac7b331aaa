"""What the loops of a serving program run with: the clock, the log, and one thread beside the network.

Reading a question and writing the record would hold up the channels; both happen in that one thread, one after another.
"""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from typing import ParamSpec, TypeVar

from bot.usecases.ports import Clock, Log

P = ParamSpec("P")
T = TypeVar("T")

RETRY = 5.0
"""Seconds until the record is asked again after it could not be reached."""
LONGEST_PAUSE = 60.0


@dataclass(frozen=True, slots=True)
class Runtime:
    """Clock, log and thread of a serving program."""

    clock: Clock
    log: Log
    executor: Executor

    async def run(self, work: Callable[P, T], *values: P.args, **named: P.kwargs) -> T:
        """Do `work` in the thread."""
        return await asyncio.get_running_loop().run_in_executor(self.executor, partial(work, *values, **named))

    async def insist(self, work: Callable[P, T], *values: P.args, **named: P.kwargs) -> T:
        """Do `work` in the thread, again and again until the record takes it: what is known must not get lost."""
        while True:
            try:
                return await self.run(work, *values, **named)
            except Exception as error:
                self.log.warning("the record cannot be used, trying again: %s", trace(error))
                await asyncio.sleep(RETRY)

    async def supervise(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        """Keep a loop running: one that fails is started anew, after a pause that grows while it fails at once."""
        pause = 1.0
        while True:
            began = self.clock()
            try:
                await work()
            except Exception as error:
                pause = 1.0 if (self.clock() - began).total_seconds() > LONGEST_PAUSE else pause
                self.log.warning(
                    "%s failed and starts anew in %.0f s (callboard doctor tells more): %s", name, pause, trace(error)
                )
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE)
            else:
                return


def trace(error: BaseException) -> str:
    """Where an error arose: its type and the innermost places in the code; never its words, which may be personal data."""
    places: list[str] = []
    step = error.__traceback__
    while step is not None:
        places.append(f"{step.tb_frame.f_code.co_filename.rpartition('/')[2]}:{step.tb_lineno}")
        step = step.tb_next
    return f"{type(error).__name__} at {' < '.join(reversed(places[-4:]))}"
