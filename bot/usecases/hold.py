"""The lock of the one serving process, looked at while it serves: PostgreSQL's falls with its connection, as when the server restarts."""

import asyncio
from collections.abc import Callable

from bot.usecases.runtime import Runtime

PAUSE = 30.0
"""Seconds between looks."""


class Hold:
    """Looks whether the lock is held still; `lost` is set once it is not, and another process may serve by then."""

    def __init__(self, held: Callable[[], bool], runtime: Runtime) -> None:
        self._held = held
        self._runtime = runtime
        self.lost = asyncio.Event()

    async def run(self) -> None:
        """Look, until cancelled or until it is lost."""
        while await self._runtime.run(self._held):  # noqa: ASYNC110 - the database tells when it is asked only
            await asyncio.sleep(PAUSE)
        self._runtime.log.warning(
            "the lock of the serving process was lost with its connection to the database; ending"
        )
        self.lost.set()
