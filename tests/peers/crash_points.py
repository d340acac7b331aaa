"""`callboard` that kills itself at a named moment, or is broken on purpose: `python crash_points.py SETTINGS serve ...`.

SETTINGS is a JSON object. `moment`: the class, its method, and "commit" (all is written, the commit comes next) or "after"
(the method has returned). `armed`: the file without which the moment passes by. `broken`: names of BROKEN.
"""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import event

from bot.commands.main import main
from bot.model.message import Incoming, Reply
from bot.storage.inbox import Inbox
from bot.storage.mailboxes import Mailboxes
from bot.storage.outbox import Outbox
from bot.usecases.converse import Converse

BOOKS = {book.__name__: book for book in (Inbox, Outbox, Mailboxes)}
NEVER = 3600.0


def die(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def kill_at(book: str, name: str, when: str, armed: Path) -> None:
    """Patch a method of the record so that the process ends there."""
    owner = BOOKS[book]
    original: Callable[..., Any] = getattr(owner, name)

    def deadly(self: Any, *values: Any) -> Any:
        now = armed.exists()
        if now and when == "commit":
            event.listen(self._engine, "commit", die)  # SQLAlchemy tells before it commits
        returned = original(self, *values)
        if now:
            die()
        return returned

    setattr(owner, name, deadly)


def _recover_nothing() -> None:
    """What was under way when the last process was killed stays so."""
    Outbox.recover = lambda self, now: 0


def _begin_unmarked() -> None:
    """The text leaves without a mark in the record."""

    def begin(self: Outbox, reply: Reply) -> bool:
        return True

    Outbox.begin = begin


def _receive_before_commit() -> None:
    """Telegram and the mailbox are told at once that a message arrived; it is committed some other time."""
    commit = Converse.receive

    async def receive(self: Converse, incoming: Incoming) -> bool:
        asyncio.get_running_loop().call_later(NEVER, lambda: asyncio.ensure_future(commit(self, incoming)))
        return True

    Converse.receive = receive


BROKEN = {
    "recover nothing": _recover_nothing,
    "begin unmarked": _begin_unmarked,
    "receive before commit": _receive_before_commit,
}

if __name__ == "__main__":
    given = json.loads(sys.argv[1])
    for one in given["broken"]:
        BROKEN[one]()
    if given["moment"]:
        kill_at(*given["moment"], Path(given["armed"]))
    sys.exit(main(sys.argv[2:]))
