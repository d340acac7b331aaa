"""The serving program in this process, put together as `callboard serve` does, on a fake Telegram.

with running(server, tmp_path / "record.db", brain, folders) as program:
    server.say("/start")
    server.wait_for(lambda fake: fake.replies())
"""

import asyncio
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.channels.telegram.settings import TelegramSettings, WebhookSettings
from bot.config import Config, Secrets
from bot.model.conversation import Answer, Question
from bot.model.hand_over import Coordinator
from bot.storage.settings import StoreSettings
from bot.usecases.answer_question import AnswerQuestion
from bot.usecases.serve import Serve
from bot.wiring.folders import Folders
from bot.wiring.serving import serving_program
from tests.telegram_server import ANN, TelegramServer

COORDINATOR = Coordinator(name="Cora", email="cora@example.org")
SHORT: dict[str, Any] = {
    "bot.storage.outbox.AFTER_DOUBT": timedelta(seconds=0.1),
    "bot.usecases.deliver.AGAIN": 0.2,
    "bot.usecases.runtime.RETRY": 0.1,
    "bot.usecases.upkeep.PAUSE": 0.2,
    "bot.channels.telegram.sending.NOT_CONNECTED": 0.1,
    "bot.channels.telegram.sending.UNREACHABLE": 0.2,
    "bot.channels.telegram.receiving.PAUSE": 0.1,
    "bot.channels.telegram.receiving.BAD_TOKEN": 0.2,
}
"""The program's patience, so short that a test need not wait; what it paces by stays."""


class StubBrain:
    """Answers with what it is told; everything else is the real brain's."""

    def __init__(self, real: AnswerQuestion, reply: Callable[[str], str] = "answer to: {}".format) -> None:
        self.reply = reply
        self._real = real
        plain = real(Question("When is the deadline?", datetime.now(UTC)))
        self._answer = replace(plain, kind="answer", choices=(), sources=(), citations=())

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def warm_up(self, now: datetime) -> None:
        """Is warm."""

    def __call__(self, question: Question) -> Answer:
        return replace(self._answer, reply=self.reply(question.text))


class Program(threading.Thread):
    """Runs the loops in a thread of its own; `stop` is SIGTERM's way to end them."""

    def __init__(self, serve: Serve) -> None:
        super().__init__(name="callboard", daemon=True)
        self.serve = serve
        self._ready: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = Future()
        self._failed: BaseException | None = None

    def run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:
            self._failed = error

    def stop(self) -> None:
        loop, stop = self._ready.result(10)
        if self.is_alive():
            loop.call_soon_threadsafe(stop.set)
            self.join(60)
        assert not self.is_alive()
        if self._failed is not None:
            raise self._failed

    async def _serve(self) -> None:
        stop = asyncio.Event()
        self._ready.set_result((asyncio.get_running_loop(), stop))
        await self.serve.run(stop)


@contextmanager
def running(
    server: TelegramServer,
    record: Path,
    brain: Any,
    folders: Folders,
    *,
    webhook: WebhookSettings | None = None,
    token: str = "",
    secret: str = "",
) -> Iterator[Program]:
    """The program at work, until the block ends."""
    config = Config(
        store=StoreSettings(url=f"sqlite:///{record}"),
        telegram=TelegramSettings(api_url=server.url, webhook=webhook),
        coordinators=(COORDINATOR,),
    )
    secrets = Secrets(telegram_token=token or server.token, telegram_secret=secret)
    with serving_program(config, secrets, folders, lambda: brain) as serve:
        program = Program(serve)
        program.start()
        try:
            yield program
        finally:
            program.stop()


def then(server: TelegramServer, act: Callable[[], object], chat: int = ANN) -> str:
    """The next reply to a chat after an act."""
    before = len(server.replies(chat))
    act()
    server.wait_for(lambda fake: len(fake.replies(chat)) > before, 20)
    return server.replies(chat)[before]


def ask(server: TelegramServer, text: str, chat: int = ANN, **more: Any) -> str:
    """What the bot replies to a text."""
    return then(server, lambda: server.say(text, chat, **more), chat)


def buttons(server: TelegramServer, chat: int = ANN) -> dict[str, str]:
    """The buttons of the last message to a chat, with what they send back."""
    rows = server.last(chat).get("reply_markup", {}).get("inline_keyboard", [])
    return {cell["text"]: cell["callback_data"] for row in rows for cell in row}


def until(holds: Callable[[], Any], seconds: float = 20) -> None:
    """Wait for what no server tells of: the record, the log."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f"not so within {seconds} s"
        time.sleep(0.02)


def states(record: Path) -> list[str]:
    """What became of the replies, in their order."""
    with closing(sqlite3.connect(record)) as connection:
        return [row[0] for row in connection.execute("SELECT state FROM replies ORDER BY id")]
