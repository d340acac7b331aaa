"""Who sends: a lock that a sender holds while it lives, so that others can tell that it is gone.

SQLite has one sender at a time, PostgreSQL any number, each with a lock of its own name. Take it before recovering or claiming.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import sqlalchemy as sa

from bot.storage.campaign_rows import lock_key
from bot.storage.engine import Held


class AlreadySendingError(Exception):
    """Another process sends campaigns from the same store (SQLite), or a sender of this name lives (PostgreSQL)."""


@contextmanager
def sending(engine: sa.Engine, worker: str) -> Iterator[Held]:
    """Hold a sender's lock; it falls when the process ends, however it ends. Raises AlreadySendingError.

    What it gives tells whether the lock is held still, and waits for the database: PostgreSQL's falls with its connection, and
    another sender may have taken the deliveries then.
    """
    with _sqlite_lock(engine) if engine.dialect.name == "sqlite" else _postgres_lock(engine, worker) as held:
        yield held


def is_gone(connection: sa.Connection, worker: str) -> bool:
    """Whether a sender does not live any more; until the transaction ends, none of its name begins."""
    if connection.dialect.name == "sqlite":
        return True  # whoever asks holds the one lock
    return bool(connection.scalar(sa.select(sa.func.pg_try_advisory_xact_lock(_key(worker)))))


def _key(worker: str) -> int:
    return lock_key(f"sender {worker}")


@contextmanager
def _sqlite_lock(engine: sa.Engine) -> Iterator[Held]:
    file = engine.url.database
    name = f"{Path(file).resolve()}.sending" if file and file != ":memory:" else ":memory:"
    connection = sqlite3.connect(name, timeout=0, isolation_level=None, check_same_thread=False)
    with closing(connection):
        try:
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise
            raise AlreadySendingError from error
        yield lambda: True  # the system's own lock on a file that is open


_HOLDS = sa.text(
    "select exists(select 1 from pg_locks where locktype = 'advisory' and objsubid = 1 and granted"
    " and pid = pg_backend_pid() and (classid::bigint << 32) + objid::bigint = :key)"
)
"""A key of 64 bits stands in `classid` and `objid` (https://www.postgresql.org/docs/current/view-pg-locks.html)."""


@contextmanager
def _postgres_lock(engine: sa.Engine, worker: str) -> Iterator[Held]:
    key = _key(worker)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.detach()  # the lock is the session's: it must end here, not go back to the pool
        if not connection.scalar(sa.select(sa.func.pg_try_advisory_lock(key))):
            raise AlreadySendingError
        lost = False

        def held() -> bool:
            nonlocal lost
            try:  # once lost it stays so: the same words on a new connection would ask about another session
                lost = lost or not connection.scalar(_HOLDS, {"key": key})
            except sa.exc.DBAPIError:
                lost = True
            return not lost

        try:
            yield held
        finally:
            if held():
                with suppress(sa.exc.DBAPIError):  # the server went away, and the lock with it
                    connection.scalar(sa.select(sa.func.pg_advisory_unlock(key)))
