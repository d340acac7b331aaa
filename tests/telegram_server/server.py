"""The fake as one thing: started, driven and looked at by a test."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Self

from tests.telegram_server.control import control
from tests.telegram_server.delivery import Poster
from tests.telegram_server.faults import MIXED, Fault, Faults, Kind
from tests.telegram_server.floods import Floods, Limits
from tests.telegram_server.methods import Methods
from tests.telegram_server.people import ANN, People
from tests.telegram_server.serving import Answer, Listener
from tests.telegram_server.state import ApiError, Json, World

TOKEN = "123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw1"
ME = {
    "id": 123456789,
    "is_bot": True,
    "first_name": "Callboard",
    "username": "callboard_bot",
    "can_join_groups": True,
    "can_read_all_group_messages": False,
    "supports_inline_queries": False,
}


class TelegramServer(People):
    """A Telegram for one bot on 127.0.0.1; `with TelegramServer() as server:` starts and stops it.

    `base_url` and `base_file_url` are for python-telegram-bot. What is to be looked at: `sent` (what took effect),
    `violations` (requests of a wrong shape), `refused` (all refusals by Telegram's rules), `met` (faults met),
    `updates` (all there were), `pending` (not yet confirmed), `calls` (how often each method was called), `figures`.
    """

    def __init__(
        self, port: int = 0, token: str = TOKEN, journal: Path | None = None, limits: Limits | None = None
    ) -> None:
        self.token = token
        self.world = World(dict(ME), Floods(limits or Limits()), journal)
        self.faults = Faults()
        self.mistakes: list[str] = []  # of the fake itself
        self._methods = Methods(self.world)
        self._poster = Poster(self.world)
        self._listener = Listener(port, token, self._call, lambda name, given: control(self, name, given))
        self._thread = threading.Thread(target=self._listener.serve_forever, args=(0.05,), name="telegram", daemon=True)
        self.port: int = self._listener.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.base_url, self.base_file_url = f"{self.url}/bot", f"{self.url}/file/bot"
        self.met = self.faults.met
        self.sent, self.violations, self.refused = self.world.sent, self.world.violations, self.world.refused
        self.updates, self.calls = self.world.updates, self.world.calls

    def start(self) -> Self:
        self._thread.start()
        self._poster.start()
        return self

    def stop(self) -> None:
        """Ends all connections; a mistake of the fake itself is raised here."""
        with self.world.changed:
            self.world.stopping = True
            self.world.changed.notify_all()
        self._listener.shutdown()
        self._listener.server_close()
        self._listener.hang_up()
        self._poster.hang_up()
        self._thread.join()
        self._poster.join()
        if self.mistakes:
            raise RuntimeError(f"the fake Telegram itself: {self.mistakes}")

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def pending(self) -> list[Json]:
        with self.world.changed:
            return list(self.world.pending)

    @property
    def figures(self) -> Json:
        """The most per second over all and per chat, and the number of 429s."""
        with self.world.changed:
            told = sum(fault["kind"] == "refuse" and fault["code"] == 429 for fault in self.met)
            figures = self.world.floods.figures()
            return figures | {"refusals_429": figures["floods"] + told}

    def replies(self, chat: int = ANN) -> list[str]:
        """The texts the bot sent to a chat, in order."""
        with self.world.changed:
            effects = [effect for effect in self.sent if effect["chat_id"] == chat]
            return [
                effect["text"] or ""
                for effect in effects
                if effect["method"].startswith("send") and effect["message_id"]
            ]

    def last(self, chat: int = ANN) -> Json:
        """The last message the bot sent to a chat, as it is now: for `press`."""
        with self.world.changed:
            return next(
                self.message(effect)
                for effect in reversed(self.sent)
                if effect["chat_id"] == chat and effect["message_id"]
            )

    def wait_for(self, predicate: Callable[["TelegramServer"], Any], timeout: float = 10) -> Any:
        """What the predicate gives as soon as it is true; it is asked whenever something changes.

        It blocks: from a coroutine, `await server.until(...)`.
        """
        with self.world.changed:
            found = self.world.changed.wait_for(lambda: predicate(self), timeout)
        if not found:
            raise TimeoutError(f"not so within {timeout} s; sent: {self.sent[-5:]}, refused: {self.refused[-5:]}")
        return found

    async def until(self, predicate: Callable[["TelegramServer"], Any], seconds: float = 10) -> Any:
        return await asyncio.to_thread(self.wait_for, predicate, seconds)

    def fault(self, method: str, kind: Kind, times: int | None = 1, **options: Any) -> None:
        """The next `times` calls of the method (None: all, method *: any) go wrong; faults.Fault tells how."""
        self.faults.add(method, Fault(kind, **options), times)

    def mix(
        self, rate: float, seed: int, methods: Sequence[str] = ("*",), faults: Iterable[Fault | Json] = MIXED
    ) -> None:
        """Calls go wrong at random."""
        self.faults.mix(rate, seed, methods, [Fault(**one) if isinstance(one, dict) else one for one in faults])

    def heal(self) -> None:
        """No more faults."""
        self.faults.clear()

    def many(self, acts: Iterable[Sequence[Any]]) -> list[Any]:
        """Many acts with nothing between them: [["say", {"text": ...}], ...]."""
        with self.world.changed:
            return [getattr(self, name)(**given) for name, given in acts]

    def _call(self, method: str, raw: Json) -> Answer | None:
        """One call of the bot, with the fault it meets; None closes the connection."""
        fault = self.faults.take(method, _chat(raw))
        if fault is not None and fault.kind == "slow":
            with self.world.changed:
                self.world.changed.wait_for(lambda: self.world.stopping, fault.seconds)
        if fault is None or fault.takes_effect:
            answer = self._answer(method, raw)
            if fault is None or fault.kind == "slow":
                return answer
        if fault.hold and fault.retry_after:
            self.world.floods.silence(fault.chat, fault.retry_after, time.monotonic())
        return fault.answer()

    def _answer(self, method: str, raw: Json) -> Answer:
        try:
            with self.world.changed:
                return 200, {"ok": True, "result": self._methods.call(method, raw)}
        except ApiError as refusal:
            return refusal.code, refusal.answer()
        except Exception as mistake:
            self.mistakes.append(f"{method}: {mistake!r}")
            return 500, ApiError(500, "Internal Server Error").answer()


def _chat(raw: Json) -> object:
    chat = raw.get("chat_id")
    return int(chat) if isinstance(chat, str) and chat.removeprefix("-").isdigit() else chat
