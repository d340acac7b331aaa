"""Marks and outcomes of many senders, committed together: whatever piled up while one commit ran is the next one.

A commit waits for the disk; 16 connections that waited for one each would wait most of the time. What was asked first is committed first
or in the same transaction: an outcome is never later in the record than a mark asked for after it.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from bot.model.message import Outcome
from bot.usecases.campaign_ports import Ledger
from bot.usecases.runtime import Runtime

Marks = list[tuple[int, datetime, "asyncio.Future[bool]"]]
Outcomes = list[tuple[int, Outcome, datetime, "asyncio.Future[None]"]]


class CommitterStoppedError(Exception):
    """The program ends before the commit: whether it stands is not known."""


class Committer:
    """The only one that writes what a sender does; a commit that fails fails for all who wait for it, and the next is tried anew."""

    def __init__(self, ledger: Ledger, worker: str, runtime: Runtime) -> None:
        self._ledger = ledger
        self._worker = worker
        self._runtime = runtime
        self._marks: Marks = []
        self._outcomes: Outcomes = []
        self._work: asyncio.Task[None] | None = None

    async def mark(self, delivery: int) -> bool:
        """Commit that sending begins; False if it must not. Cancelled before its commit began, nothing is marked."""
        future: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._marks.append((delivery, self._runtime.clock(), future))
        self._start()
        return await future

    def settle(self, delivery: int, outcome: Outcome) -> "asyncio.Future[None]":
        """Commit what became of a delivery, whoever waits for it; done when it stands."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._outcomes.append((delivery, outcome, self._runtime.clock(), future))
        self._start()
        return future

    async def drain(self) -> None:
        """Wait until nothing is left to commit."""
        while self._work is not None:
            await asyncio.wait([self._work])

    def _start(self) -> None:
        if self._work is None:
            self._work = asyncio.create_task(self._commit_all(), name="committer")

    async def _commit_all(self) -> None:
        marks: Marks = []
        outcomes: Outcomes = []
        try:
            while self._marks or self._outcomes:
                marks, self._marks = [mark for mark in self._marks if not mark[2].cancelled()], []
                outcomes, self._outcomes = self._outcomes, []
                await self._commit(marks, outcomes)
        except BaseException:  # cancelled, with the program: nobody must wait for ever
            _fail([*marks, *self._marks, *outcomes, *self._outcomes], CommitterStoppedError())
            self._marks, self._outcomes = [], []
            raise
        finally:
            self._work = None

    async def _commit(self, marks: Marks, outcomes: Outcomes) -> None:
        if not marks and not outcomes:
            return
        begun = [(delivery, at) for delivery, at, _ in marks]
        ended = [(delivery, outcome, at) for delivery, outcome, at, _ in outcomes]
        try:
            stand = await self._runtime.run(self._ledger.record, self._worker, begun, ended)
        except Exception as error:
            _fail([*marks, *outcomes], error)
            return
        for delivery, _, mark in marks:
            if not mark.done():
                mark.set_result(delivery in stand)
        for *_, settled in outcomes:
            if not settled.done():
                settled.set_result(None)


def _fail(waiting: Sequence[tuple[object, ...]], error: Exception) -> None:
    for *_, future in waiting:
        assert isinstance(future, asyncio.Future)
        if not future.done():
            future.set_exception(error)
            future.exception()  # seen: nobody may be waiting any more
