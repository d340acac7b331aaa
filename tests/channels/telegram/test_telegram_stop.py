"""The program ends when it is told to, whatever happens at that moment."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from bot.channels.telegram.sending import TelegramSender
from bot.storage.store import open_store
from bot.usecases.deliver import Deliver
from bot.usecases.ports import silent_log
from bot.usecases.runtime import Runtime
from bot.wiring.folders import Folders
from tests.channels.harness import StubBrain, ask, running, states, until
from tests.channels.telegram.conftest import Start
from tests.telegram_server import TelegramServer


def test_a_reply_that_comes_in_the_moment_of_the_end(tmp_path: Path) -> None:
    async def told_to_end_and_woken(deliver: Deliver) -> bool:
        loop = asyncio.create_task(deliver.run())
        await asyncio.sleep(0.2)
        deliver.wake()
        loop.cancel()
        done, _ = await asyncio.wait([loop], timeout=2)
        loop.cancel()
        await asyncio.wait([loop], timeout=2)
        return bool(done)

    store = open_store(f"sqlite:///{tmp_path / 'record.db'}")
    with ThreadPoolExecutor(1) as executor:
        runtime = Runtime(lambda: datetime.now(UTC), silent_log(), executor)
        ended = asyncio.run(told_to_end_and_woken(Deliver("telegram", store.outbox, TelegramSender(), runtime)))
    store.close()
    assert ended


def test_what_is_under_way_is_brought_to_its_end(
    easy: TelegramServer, stub: StubBrain, start: Start, tmp_path: Path
) -> None:
    easy.fault("sendMessage", "slow", seconds=1.0)
    program = start(easy, stub)
    easy.say("question")
    until(lambda: "sending" in states(tmp_path / "record.db"))
    program.stop()
    assert states(tmp_path / "record.db") == ["sent"]
    assert len(easy.replies()) == 1


def test_what_comes_meanwhile_waits_for_the_next_start(
    easy: TelegramServer, stub: StubBrain, folders: Folders, tmp_path: Path
) -> None:
    for day in range(3):
        with running(easy, tmp_path / "record.db", stub, folders):
            easy.wait_for(lambda fake: len(fake.replies()) == 2 * day)  # noqa: B023 - waited for within its round
            assert ask(easy, f"day {day}").endswith(f"answer to: day {day}")
        easy.say(f"night {day}")
    assert [reply.rpartition(": ")[2] for reply in easy.replies()] == ["day 0", "night 0", "day 1", "night 1", "day 2"]
