"""What systemd wants to hear of a service: that it is ready, and that it still answers (sd_notify(3)).

Without systemd nothing is said. A program whose thread hangs stops answering, and is started anew.
"""

import asyncio
import os
import socket

from bot.usecases.runtime import Runtime

EVERY = 20.0
"""Seconds between signs of life; the unit's WatchdogSec is several times that."""


def notify(state: str) -> None:
    """Tell systemd, if it listens."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    if address.startswith("@"):
        address = "\0" + address[1:]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sock:
        sock.sendto(state.encode(), address)


async def signs_of_life(runtime: Runtime) -> None:
    """Give signs of life while the thread that reads and records answers, until cancelled."""
    while True:
        await runtime.run(lambda: None)
        notify("WATCHDOG=1")
        await asyncio.sleep(EVERY)
