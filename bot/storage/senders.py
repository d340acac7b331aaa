"""Who sends: a lock that a sender holds while it lives, so that others can tell that it is gone.

SQLite has one sender at a time, PostgreSQL any number, each with a lock of its own name. Take it before recovering or claiming.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from bot.storage.campaign_rows import lock_key
from bot.storage.locks import Held, exclusive


class AlreadySendingError(Exception):
    """Another process sends campaigns from the same store (SQLite), or a sender of this name lives (PostgreSQL)."""


@contextmanager
def sending(engine: sa.Engine, worker: str) -> Iterator[Held]:
    """Hold a sender's lock; it falls when the process ends, however it ends. Raises AlreadySendingError.

    What it gives tells whether the lock is held still, and waits for the database: PostgreSQL's falls with its connection, and
    another sender may have taken the deliveries then.
    """
    with exclusive(engine, "sending", _key(worker), AlreadySendingError) as held:
        yield held


def is_gone(connection: sa.Connection, worker: str) -> bool:
    """Whether a sender does not live any more; until the transaction ends, none of its name begins."""
    if connection.dialect.name == "sqlite":
        return True  # whoever asks holds the one lock
    return bool(connection.scalar(sa.select(sa.func.pg_try_advisory_xact_lock(_key(worker)))))


def _key(worker: str) -> int:
    return lock_key(f"sender {worker}")
