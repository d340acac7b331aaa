"""The knowledge and templates watched while the program serves: when their files change, the program goes on with the new ones.

The new state is read whole before the old one is let go: one with mistakes is left aside, and the bot answers as before.
"""

import asyncio
from collections.abc import Callable

from bot.usecases.answer_question import AnswerQuestion
from bot.usecases.runtime import Runtime, trace

PAUSE = 15.0
"""Seconds between looks at the files."""


class Watch:
    """Looks for changed files; `fresh` is the brain on them, once there is one."""

    def __init__(
        self, state: Callable[[], str], build: Callable[[], AnswerQuestion], runtime: Runtime, known: str
    ) -> None:
        """`state` changes with the files; `build` reads them and raises if they hold mistakes; `known` was read already."""
        self._state = state
        self._build = build
        self._runtime = runtime
        self.known = known
        self.fresh: AnswerQuestion | None = None
        self.changed = asyncio.Event()

    async def run(self) -> None:
        """Look, until cancelled or until there is something new."""
        while self.fresh is None:
            await asyncio.sleep(PAUSE)
            state = await asyncio.to_thread(self._state)
            if state != self.known and state == await self._settled():
                self.known = state
                await self._take_up()

    async def _settled(self) -> str:
        """The state a moment later: somebody may be in the middle of writing."""
        await asyncio.sleep(min(1.0, PAUSE))
        return await asyncio.to_thread(self._state)

    async def _take_up(self) -> None:
        try:
            self.fresh = await asyncio.to_thread(self._build)
        except Exception as error:
            self._runtime.log.warning(
                "knowledge or templates changed, but hold mistakes (callboard check tells them); answering as before: %s",
                trace(error),
            )
            return
        self._runtime.log.info("knowledge or templates changed; going on with them")
        self.changed.set()
