"""`python -m tests.telegram_server --port N --journal FILE`: prints its port, serves until SIGTERM or Ctrl-C."""

import argparse
import signal
import threading
from pathlib import Path

from tests.telegram_server.floods import Limits
from tests.telegram_server.server import TOKEN, TelegramServer


def main() -> None:
    given = argparse.ArgumentParser(description="A Telegram for tests.")
    given.add_argument("--port", type=int, default=0)
    given.add_argument("--journal", type=Path)
    given.add_argument("--token", default=TOKEN)
    given.add_argument("--private-per-second", type=int, default=Limits.private_per_second)
    given.add_argument("--overall-per-second", type=int, default=Limits.overall_per_second)
    given.add_argument("--group-per-minute", type=int, default=Limits.group_per_minute)
    asked = given.parse_args()
    limits = Limits(asked.overall_per_second, asked.private_per_second, asked.group_per_minute)
    ended = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: ended.set())
    with TelegramServer(asked.port, asked.token, asked.journal, limits) as server:
        print(server.port, flush=True)
        ended.wait()


if __name__ == "__main__":
    main()
