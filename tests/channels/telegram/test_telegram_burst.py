"""Five hundred people at once: all are answered, none twice, within the flood limits and without growing."""

import gc
import os
from pathlib import Path

from tests.channels.harness import StubBrain
from tests.channels.telegram.conftest import Start
from tests.telegram_server import TelegramServer

MOST_GROWTH = 25_000_000
"""Bytes by which the process may grow in the second half, in which the fake remembers what was said and sent."""


def resident() -> int:
    """The bytes of memory that this process holds."""
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def burst(server: TelegramServer, chats: range) -> None:
    """Everybody writes at once, and all are answered."""
    sent = server.calls["sendMessage"]
    server.many([["say", {"text": f"question of {chat}", "chat": chat}] for chat in chats])
    server.wait_for(lambda fake: fake.calls["sendMessage"] >= sent + len(chats), 90)


def test_a_burst(server: TelegramServer, stub: StubBrain, start: Start) -> None:
    halves = range(3001, 3251), range(3251, 3501)
    start(server, stub)
    burst(server, halves[0])
    after_first = resident()
    burst(server, halves[1])
    assert resident() - after_first < MOST_GROWTH
    for chat in (*halves[0], *halves[1]):
        (reply,) = server.replies(chat)
        assert reply.endswith(f"answer to: question of {chat}")
    assert server.figures["most_per_second"] <= 30
    assert server.figures["refusals_429"] == 0
    assert not server.violations
    assert not server.pending
