"""A fake Telegram and the program on it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from bot.usecases.answer_question import AnswerQuestion
from bot.wiring.folders import Folders
from tests.channels.harness import SHORT, Program, StubBrain, running
from tests.telegram_server import Limits, TelegramServer

GENEROUS = Limits(overall_per_second=1000, private_per_second=1000, group_per_minute=1000)


@pytest.fixture
def server() -> Iterator[TelegramServer]:
    """A Telegram that holds its limits."""
    with TelegramServer() as server:
        yield server


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """No patience and no pacing: for tests that are about neither."""
    for name, seconds in SHORT.items():
        monkeypatch.setattr(name, seconds)
    for pace in ("ALL", "CHAT", "GROUP"):
        monkeypatch.setattr(f"bot.channels.telegram.pacing.{pace}", 0.0)


@pytest.fixture
def easy(quick: None) -> Iterator[TelegramServer]:
    """A Telegram that takes any number of messages."""
    with TelegramServer(limits=GENEROUS) as server:
        yield server


@pytest.fixture
def stub(brain: AnswerQuestion) -> StubBrain:
    return StubBrain(brain)


Start = Callable[..., Program]


@pytest.fixture
def start(tmp_path: Path, folders: Folders) -> Iterator[Start]:
    """`start(server, brain)` starts the program on this test's record; it is stopped when the test ends."""
    with ExitStack() as stack:

        def started(server: TelegramServer, brain: Any, **more: Any) -> Program:
            return stack.enter_context(running(server, tmp_path / "record.db", brain, folders, **more))

        yield started
