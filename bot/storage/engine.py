"""The database: SQLite in one file by default, PostgreSQL by its URL.

SQLite runs in WAL mode with synchronous=FULL: NORMAL forgets every commit since the last checkpoint on power loss
(https://sqlite.org/pragma.html#pragma_synchronous), and a forgotten mark would send a reply again. secure_delete overwrites what
is erased (https://sqlite.org/pragma.html#pragma_secure_delete).
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.pool import StaticPool

BUSY = 30.0
"""Seconds to wait for another process that writes (backup, doctor)."""
ADVISORY_LOCK = 0x63616C6C
"""Key of PostgreSQL's advisory lock for the one serving process ("call")."""


class AlreadyServingError(Exception):
    """Another process serves from the same store."""


class Moment(sa.types.TypeDecorator[datetime]):
    """An aware time, kept in UTC; SQLite has no zones."""

    impl = sa.DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        """To naive UTC."""
        return value.astimezone(UTC).replace(tzinfo=None) if value is not None else None

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        """From naive UTC."""
        return value.replace(tzinfo=UTC) if value is not None else None


def open_engine(url: str) -> sa.Engine:
    """The engine of `url` (SQLAlchemy's form); an SQLite file that is missing is made, for its owner alone."""
    parsed = sa.make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return sa.create_engine(parsed, pool_pre_ping=True)
    options: dict[str, Any] = {"connect_args": {"timeout": BUSY, "check_same_thread": False}}
    if parsed.database in (None, "", ":memory:"):
        options["poolclass"] = StaticPool
    else:
        file = Path(str(parsed.database)).expanduser()
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)  # it holds personal data; SQLite gives its log the same rights
    engine = sa.create_engine(parsed, **options)
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)
    return engine


def reading(engine: sa.Engine) -> sa.Engine:
    """The same engine for transactions that only read, which wait for nobody."""
    return engine.execution_options(reading=True)


def _on_connect(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # transactions begin where _on_begin says, not where the driver guesses
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}").close()


def _on_begin(connection: sa.Connection) -> None:
    # A transaction that reads first and writes later would fail at the write if another came between: take the lock at once.
    only_reads = connection.get_execution_options().get("reading", False)
    connection.exec_driver_sql("BEGIN" if only_reads else "BEGIN IMMEDIATE")


def checkpoint(engine: sa.Engine) -> None:
    """Move what was written (and erased) from SQLite's log into its file, and empty the log."""
    if engine.dialect.name == "sqlite":
        with reading(engine).connect() as connection:
            raw = connection.connection.driver_connection
            assert raw is not None
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").close()


@contextmanager
def serving(engine: sa.Engine) -> Iterator[None]:
    """Hold the lock of the one process that serves from this store; it falls when the process ends, however it ends.

    Raises AlreadyServingError while another holds it.
    """
    taken = _sqlite_lock(engine) if engine.dialect.name == "sqlite" else _postgres_lock(engine)
    try:
        yield
    finally:
        taken.close()


def _sqlite_lock(engine: sa.Engine) -> sqlite3.Connection:
    file = engine.url.database
    name = f"{Path(file).expanduser()}.serving" if file and file != ":memory:" else ":memory:"
    connection = sqlite3.connect(name, timeout=0, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        connection.close()
        raise AlreadyServingError from error
    return connection


def _postgres_lock(engine: sa.Engine) -> sa.Connection:
    connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    if not connection.scalar(sa.select(sa.func.pg_try_advisory_lock(ADVISORY_LOCK))):
        connection.close()
        raise AlreadyServingError
    return connection
