"""Time that leaps: whatever waits, waits no real time. Nothing runs beside the loop, neither threads nor networks."""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor, Future
from datetime import datetime, timedelta
from typing import Any, TypeVar

from bot.usecases.ports import silent_log
from bot.usecases.runtime import Runtime

T = TypeVar("T")


class _Loop(asyncio.SelectorEventLoop):
    """A loop whose time leaps to the next thing that is due."""

    def __init__(self) -> None:
        super().__init__()
        self._leapt = 0.0
        self._real_select = self._selector.select
        self._selector.select = self._select

    def time(self) -> float:
        return super().time() + self._leapt

    def _select(self, timeout: float | None = None) -> list[Any]:
        events = self._real_select(0)
        if not events:
            assert timeout is not None, "everything waits, and nothing would ever happen"
            self._leapt += timeout
        return events


class AtOnce(Executor):
    """Does the work where it is asked for."""

    def submit(self, work: Callable[..., Any], /, *values: Any, **named: Any) -> "Future[Any]":
        future: Future[Any] = Future()
        try:
            future.set_result(work(*values, **named))
        except BaseException as error:
            future.set_exception(error)
        return future


def leap(work: Coroutine[Any, Any, T]) -> T:
    """Run `work` in leaping time."""
    with asyncio.Runner(loop_factory=_Loop) as runner:
        return runner.run(work)


def runtime(start: datetime) -> Runtime:
    """Clock and thread of leaping time, from inside of the loop."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    return Runtime(lambda: start + timedelta(seconds=loop.time() - began), silent_log(), AtOnce())
