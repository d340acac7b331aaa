"""What goes wrong between a bot and Telegram, on the test's word."""

import random
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["refuse", "slow", "garbage", "drop", "lost"]
DESCRIPTIONS = {
    400: "Bad Request: the fake was told to refuse",
    401: "Unauthorized",
    403: "Forbidden: bot was blocked by the user",
    404: "Not Found",
    409: "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
    429: "Too Many Requests: retry after {retry_after}",
    500: "Internal Server Error",
    502: "Bad Gateway",
}
GARBAGE = {
    "text": b"upstream timed out",
    "html": b"<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>",
    "truncated": b'{"ok":true,"result":{"mess',
    "empty": b"",
}


@dataclass(frozen=True)
class Fault:
    """One way to go wrong.

    refuse: an error answer with code, description and parameters; with `hold`, its retry_after is then enforced
    slow: the answer comes `seconds` late
    garbage: an answer that is no JSON, in one of the forms of GARBAGE, with an HTTP status
    drop: the connection is closed and nothing took effect
    lost: it took effect and the connection is closed without an answer

    With `effect`, refuse and garbage take effect all the same. With `chat`, only calls to that chat go wrong.
    """

    kind: Kind
    code: int = 500
    description: str | None = None
    retry_after: int | None = None
    migrate_to_chat_id: int | None = None
    hold: bool = False
    seconds: float = 1.0
    form: str = "html"
    status: int = 200
    effect: bool = False
    chat: int | None = None

    @property
    def takes_effect(self) -> bool:
        return self.effect or self.kind in ("slow", "lost")

    def answer(self) -> tuple[int, dict[str, Any] | bytes] | None:
        """The status and what is answered instead of the truth; None closes the connection."""
        if self.kind != "refuse":
            return (self.status, GARBAGE[self.form]) if self.kind == "garbage" else None
        given = {"retry_after": self.retry_after, "migrate_to_chat_id": self.migrate_to_chat_id}
        parameters = {name: value for name, value in given.items() if value is not None}
        description = self.description or DESCRIPTIONS.get(self.code, f"Error {self.code}")
        said = description.replace("{retry_after}", str(self.retry_after))
        answer = {"ok": False, "error_code": self.code, "description": said}
        return self.code, answer | ({"parameters": parameters} if parameters else {})


MIXED = (
    Fault("refuse", code=429, retry_after=1),
    Fault("refuse", code=500),
    Fault("refuse", code=502),
    Fault("refuse", code=502, effect=True),
    Fault("slow", seconds=0.2),
    Fault("garbage", form="html"),
    Fault("garbage", form="html", status=502, effect=True),
    Fault("garbage", form="truncated", effect=True),
    Fault("drop"),
    Fault("lost"),
)


@dataclass
class _Waiting:
    """A fault that waits for its calls; None is without end."""

    method: str
    fault: Fault
    times: int | None


@dataclass
class _Mix:
    """Faults at random, at a rate."""

    rate: float
    chance: random.Random
    methods: Sequence[str]
    faults: Sequence[Fault]


@dataclass
class Faults:
    """The faults to come, first set first met; the method * is any."""

    waiting: list[_Waiting] = field(default_factory=list)
    mixed: _Mix | None = None
    met: list[dict[str, Any]] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, method: str, fault: Fault, times: int | None = 1) -> None:
        with self._lock:
            self.waiting.append(_Waiting(method, fault, times))

    def mix(self, rate: float, seed: int, methods: Sequence[str], faults: Sequence[Fault] = MIXED) -> None:
        with self._lock:
            self.mixed = _Mix(rate, random.Random(seed), methods, faults)

    def clear(self) -> None:
        with self._lock:
            self.waiting.clear()
            self.mixed = None

    def take(self, method: str, chat: object) -> Fault | None:
        """The fault this call meets, if any."""
        with self._lock:
            fault = self._waiting(method, chat) or self._drawn(method)
            if fault is not None:
                self.met.append(
                    {"method": method, "kind": fault.kind, "code": fault.code, "effect": fault.takes_effect}
                )
            return fault

    def _waiting(self, method: str, chat: object) -> Fault | None:
        for waiting in self.waiting:
            if waiting.method in (method, "*") and waiting.fault.chat in (None, chat):
                if waiting.times is not None:
                    waiting.times -= 1
                    if waiting.times <= 0:
                        self.waiting.remove(waiting)
                return waiting.fault
        return None

    def _drawn(self, method: str) -> Fault | None:
        mix = self.mixed
        if mix is None or not ({method, "*"} & set(mix.methods)) or mix.chance.random() >= mix.rate:
            return None
        return mix.chance.choice(mix.faults)
