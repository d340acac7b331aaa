"""Telegram's limits on sending, held in real time against sliding windows."""

import math
from collections import Counter, defaultdict, deque
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Limits:
    """How much may be sent; Telegram publishes one a second in a chat and lets short bursts pass."""

    overall_per_second: int = 30
    private_per_second: int = 3
    group_per_minute: int = 20
    penalty: int = 1  # seconds of silence that overdoing it costs at least


@dataclass
class Window:
    """How much happened in the last so many seconds, and the most there ever was."""

    seconds: float
    times: deque[float] = field(default_factory=deque)
    most: int = 0

    def count(self, now: float) -> int:
        while self.times and self.times[0] <= now - self.seconds:
            self.times.popleft()
        return len(self.times)

    def add(self, now: float) -> None:
        self.times.append(now)
        self.most = max(self.most, self.count(now))

    def left(self, now: float) -> float:
        """Seconds until the oldest leaves the window."""
        return self.times[0] + self.seconds - now if self.times else 0.0


def _seconds() -> defaultdict[int, Window]:
    return defaultdict(lambda: Window(1.0))


def _minutes() -> defaultdict[int, Window]:
    return defaultdict(lambda: Window(60.0))


@dataclass
class Floods:
    """What was sent when, and who has to be silent until when (the key None is everyone)."""

    limits: Limits = field(default_factory=Limits)
    overall: Window = field(default_factory=lambda: Window(1.0))
    chats: defaultdict[int, Window] = field(default_factory=_seconds)
    groups: defaultdict[int, Window] = field(default_factory=_minutes)
    silent_until: dict[int | None, float] = field(default_factory=dict)
    refusals: Counter[str] = field(default_factory=Counter)

    def silence(self, chat: int | None, seconds: float, now: float) -> None:
        self.silent_until[chat] = max(self.silent_until.get(chat, 0.0), now + seconds)

    def wait(self, chat: int, now: float, *, group: bool) -> int:
        """How many seconds a message to this chat has to wait: 0 if it may go now."""
        for key in (None, chat):
            if (left := self.silent_until.get(key, 0.0) - now) > 0:
                self.refusals["silence"] += 1
                return math.ceil(left)
        over: tuple[tuple[str, int | None, Window, int], ...] = (
            ("overall", None, self.overall, self.limits.overall_per_second),
            ("group", chat, self.groups[chat], self.limits.group_per_minute)
            if group
            else ("private", chat, self.chats[chat], self.limits.private_per_second),
        )
        for why, key, window, most in over:
            if window.count(now) >= most:
                seconds = max(self.limits.penalty, math.ceil(window.left(now)))
                self.silence(key, seconds, now)
                self.refusals[why] += 1
                return seconds
        return 0

    def sent(self, chat: int, now: float, *, group: bool) -> None:
        self.overall.add(now)
        self.chats[chat].add(now)
        if group:
            self.groups[chat].add(now)

    def figures(self) -> dict[str, Any]:
        """The most ever sent in one window, over all and in each chat, and how often the fake said 429 of itself."""
        return {
            "most_per_second": self.overall.most,
            "most_per_second_in_a_chat": max((window.most for window in self.chats.values()), default=0),
            "chats": {str(chat): window.most for chat, window in self.chats.items() if window.most},
            "groups_per_minute": {str(chat): window.most for chat, window in self.groups.items() if window.most},
            "floods": sum(self.refusals.values()),
            "floods_by_reason": dict(self.refusals),
        }
