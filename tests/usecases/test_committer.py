"""What piled up is committed at once; nobody waits for ever, whatever fails, and nothing is committed for somebody who left."""

import asyncio
import functools
from collections.abc import Callable, Coroutine, Iterator, Sequence
from concurrent.futures import Executor, Future
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.model.message import Outcome, Sent
from bot.usecases.committer import Committer, CommitterStoppedError
from bot.usecases.ports import silent_log
from bot.usecases.runtime import Runtime

NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)


def in_loop(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    """Runs a test in a loop of its own, ten seconds at most: a waiter left alone is a failure, not a hang."""

    @functools.wraps(test)
    def run(**fixtures: Any) -> None:
        async def limited() -> None:
            async with asyncio.timeout(10):
                await test(**fixtures)

        asyncio.run(limited())

    return run


class ByHand(Executor):
    """Work that waits until the test lets it be done."""

    def __init__(self) -> None:
        self.waiting: list[tuple[Future[Any], Callable[[], Any]]] = []

    def submit(self, work: Callable[..., Any], /, *values: Any, **named: Any) -> "Future[Any]":
        future: Future[Any] = Future()
        self.waiting.append((future, lambda: work(*values, **named)))
        return future

    def do(self) -> None:
        future, work = self.waiting.pop(0)
        try:
            future.set_result(work())
        except Exception as error:
            future.set_exception(error)


class Books:
    """Takes commits; `refused` deliveries may not begin."""

    def __init__(self) -> None:
        self.commits: list[tuple[list[int], list[int]]] = []
        self.refused: set[int] = set()
        self.error: Exception | None = None

    def record(
        self, worker: str, marks: Sequence[tuple[int, datetime]], outcomes: Sequence[tuple[int, Outcome, datetime]]
    ) -> set[int]:
        assert worker == "me"
        assert all(at == NOW for _, at in marks)
        if self.error is not None:
            raise self.error
        self.commits.append(([number for number, _ in marks], [number for number, *_ in outcomes]))
        return {number for number, _ in marks} - self.refused


class Desk:
    def __init__(self) -> None:
        self.books, self.hand = Books(), ByHand()
        self.committer = Committer(self.books, "me", Runtime(lambda: NOW, silent_log(), self.hand))

    async def ready(self) -> None:
        """Until a commit waits to be done."""
        while not self.hand.waiting:
            await asyncio.sleep(0)

    async def commit(self) -> None:
        await self.ready()
        self.hand.do()
        for _ in range(5):
            await asyncio.sleep(0)

    def mark(self, number: int) -> "asyncio.Task[bool]":
        return asyncio.create_task(self.committer.mark(number))


@pytest.fixture
def desk() -> Iterator[Desk]:
    desk = Desk()
    yield desk
    assert desk.hand.waiting == []


@in_loop
async def test_what_piled_up_is_one_commit(desk: Desk) -> None:
    first = desk.mark(1)
    await desk.ready()
    others = [desk.mark(2), desk.mark(3)]
    await asyncio.sleep(0)
    settled = desk.committer.settle(1, Sent())
    await desk.commit()
    assert await first
    await desk.commit()
    assert await asyncio.gather(*others) == [True, True]
    await settled
    assert desk.books.commits == [([1], []), ([2, 3], [1])]


@in_loop
async def test_a_mark_that_may_not_begin_is_told_so(desk: Desk) -> None:
    desk.books.refused = {2}
    marks = [desk.mark(1), desk.mark(2)]
    await desk.commit()
    assert await asyncio.gather(*marks) == [True, False]


@in_loop
async def test_a_commit_that_fails_fails_for_all_of_it_and_the_next_goes_on(desk: Desk) -> None:
    mark, settled = desk.mark(1), None
    await asyncio.sleep(0)
    settled = desk.committer.settle(2, Sent())
    desk.books.error = OSError("full")
    await desk.ready()
    later = desk.mark(3)
    await asyncio.sleep(0)
    await desk.commit()
    with pytest.raises(OSError, match="full"):
        await mark
    with pytest.raises(OSError, match="full"):
        await settled
    desk.books.error = None
    await desk.commit()
    assert await later
    assert desk.books.commits == [([3], [])]


@in_loop
async def test_a_mark_whose_asker_left_before_its_commit_is_not_made(desk: Desk) -> None:
    first = desk.mark(1)
    await desk.ready()
    gone, stays = desk.mark(2), desk.mark(3)
    await asyncio.sleep(0)
    gone.cancel()
    await desk.commit()
    await desk.commit()
    assert await first
    assert await stays
    assert gone.cancelled()
    assert desk.books.commits == [([1], []), ([3], [])]


@in_loop
async def test_only_marks_whose_askers_left_are_no_commit(desk: Desk) -> None:
    first = desk.mark(1)
    await desk.ready()
    gone = desk.mark(2)
    await asyncio.sleep(0)
    gone.cancel()
    await desk.commit()
    await desk.committer.drain()
    assert await first
    assert desk.books.commits == [([1], [])]


@in_loop
async def test_an_asker_who_leaves_during_the_commit_holds_up_nobody(desk: Desk) -> None:
    gone, stays = desk.mark(1), desk.mark(2)
    await desk.ready()
    gone.cancel()
    await desk.commit()
    assert await stays
    assert gone.cancelled()


@pytest.mark.parametrize("error", [None, OSError("full")])
@in_loop
async def test_an_outcome_is_committed_though_nobody_waits(desk: Desk, error: Exception | None) -> None:
    desk.books.error = error
    desk.committer.settle(1, Sent())
    await desk.commit()
    await desk.committer.drain()
    assert desk.books.commits == ([] if error else [([], [1])])


@in_loop
async def test_stopped_it_fails_all_who_wait(desk: Desk) -> None:
    mark = desk.mark(1)
    await desk.ready()
    later = desk.mark(2)
    await asyncio.sleep(0)
    settled = desk.committer.settle(3, Sent())
    assert desk.committer._work is not None
    desk.committer._work.cancel()
    for waiting in (mark, later, settled):
        with pytest.raises(CommitterStoppedError):
            await waiting
    desk.hand.waiting.clear()
    again = desk.mark(4)
    await desk.commit()
    assert await again


@in_loop
async def test_drained_nothing_is_left(desk: Desk) -> None:
    await desk.committer.drain()
    settled = desk.committer.settle(1, Sent())
    drained = asyncio.create_task(desk.committer.drain())
    await desk.commit()
    await drained
    assert settled.done()
