"""Changed knowledge taken up by the serving program: whole, or not at all."""

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor

import pytest

from bot.usecases import watch
from bot.usecases.runtime import Runtime
from bot.usecases.watch import Watch


@pytest.fixture(autouse=True)
def short(monkeypatch):
    monkeypatch.setattr(watch, "PAUSE", 0.01)


def watching(states: list[str], build):
    """The watch after it has looked as often as there are states, and a little longer if it goes on looking."""

    async def look() -> Watch:
        with ThreadPoolExecutor(1) as executor:
            runtime = Runtime(lambda: None, logging.getLogger("bot"), executor)
            seen = Watch(lambda: states.pop(0) if len(states) > 1 else states[0], build, runtime, "a")
            running = asyncio.create_task(seen.run())
            while len(states) > 1 and not running.done():
                await asyncio.sleep(0.01)
            for _ in range(20):
                await asyncio.sleep(0.01)
            await asyncio.wait([running], timeout=10 if seen.fresh else 0)
            running.cancel()
            return seen

    return asyncio.run(look())


def test_unchanged_files_change_nothing():
    seen = watching(["a", "a", "a", "a"], lambda: "fresh")
    assert (seen.fresh, seen.changed.is_set()) == (None, False)


def test_changed_files_are_taken_up():
    seen = watching(["a", "b"], lambda: "fresh")
    assert (seen.fresh, seen.changed.is_set()) == ("fresh", True)


def test_files_in_the_middle_of_being_written_are_left_until_they_rest():
    built = []
    watching(["a", "b", "c", "c"], lambda: built.append(1) or "fresh")
    assert built == [1]


def test_files_with_mistakes_leave_the_bot_as_it_is_and_are_read_once(caplog):
    built = []

    def build():
        built.append(1)
        raise ValueError("ann@example.org wrote nonsense")

    seen = watching(["a", "b", "b", "b", "b"], build)
    assert (seen.fresh, built) == (None, [1])
    assert "callboard check" in caplog.text
    assert "ann@" not in caplog.text
