"""A lock that one process holds while it lives, beside the database's own: for who serves, and for who sends.

SQLite's is a second file that stays locked; PostgreSQL's is advisory, and falls with its connection.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import sqlalchemy as sa

Held = Callable[[], bool]
"""Whether the lock is held still; waits for the database."""

_HOLDS = sa.text(
    "select exists(select 1 from pg_locks where locktype = 'advisory' and objsubid = 1 and granted"
    " and pid = pg_backend_pid() and (classid::bigint << 32) + objid::bigint = :key)"
)
"""A key of 64 bits stands in `classid` and `objid` (https://www.postgresql.org/docs/current/view-pg-locks.html)."""


@contextmanager
def exclusive(engine: sa.Engine, suffix: str, key: int, error: type[Exception]) -> Iterator[Held]:
    """Hold a lock: SQLite's on the file of this suffix, PostgreSQL's of this key (positive); `error` while another has it."""
    with (
        _sqlite_lock(engine, suffix, error)
        if engine.dialect.name == "sqlite"
        else _postgres_lock(engine, key, error) as held
    ):
        yield held


@contextmanager
def _sqlite_lock(engine: sa.Engine, suffix: str, error: type[Exception]) -> Iterator[Held]:
    file = engine.url.database
    name = f"{Path(file).resolve()}.{suffix}" if file and file != ":memory:" else ":memory:"
    connection = sqlite3.connect(name, timeout=0, isolation_level=None, check_same_thread=False)
    with closing(connection):
        try:
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as cause:
            if cause.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise
            raise error from cause
        yield lambda: True  # the system's own lock on a file that is open


@contextmanager
def _postgres_lock(engine: sa.Engine, key: int, error: type[Exception]) -> Iterator[Held]:
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.detach()  # the lock is the session's: it must end here, not go back to the pool
        if not connection.scalar(sa.select(sa.func.pg_try_advisory_lock(key))):
            raise error
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
