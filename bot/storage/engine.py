"""The database: SQLite in one file by default, PostgreSQL by its URL.

SQLite runs in WAL mode with synchronous=FULL: NORMAL forgets every commit since the last checkpoint on power loss
(https://sqlite.org/pragma.html#pragma_synchronous), and a forgotten mark would send a reply again. secure_delete overwrites what
is erased (https://sqlite.org/pragma.html#pragma_secure_delete), but not the copies that moving rows between pages leaves behind
(seen: one text of 400): after erasing, VACUUM writes the file anew.
"""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.pool import StaticPool

from bot.storage.locks import Held, exclusive

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
    if parsed.drivername in ("postgresql", "postgres"):
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.get_backend_name() != "sqlite":
        return sa.create_engine(parsed, pool_pre_ping=True)
    options: dict[str, Any] = {"connect_args": {"timeout": BUSY, "check_same_thread": False}}
    if parsed.database in (None, "", ":memory:"):
        options["poolclass"] = StaticPool
    else:
        file = Path(str(parsed.database)).expanduser()
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)  # it holds personal data; SQLite gives its log the same rights
        parsed = parsed.set(database=str(file))
    engine = sa.create_engine(parsed, **options)
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)
    return engine


def storable(text: str) -> str:
    """The text without what a database may refuse: NUL (PostgreSQL), halves of surrogate pairs (UTF-8)."""
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


def reading(engine: sa.Engine) -> sa.Engine:
    """The same engine for transactions that only read, which wait for nobody."""
    return engine.execution_options(reading=True)


def _on_connect(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # transactions begin where _on_begin says, not where the driver guesses
    _use_log(connection)
    for pragma in ("synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}").close()


def _use_log(connection: sqlite3.Connection) -> None:
    """Write to a log (https://sqlite.org/wal.html); several that open a new file at once do so one after another.

    SQLite itself does not wait here: two that both read and want to change the mode would wait for each other.
    """
    until = time.monotonic() + BUSY
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL").close()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(0.02)
        else:
            return


def _on_begin(connection: sa.Connection) -> None:
    # A transaction that reads first and writes later would fail at the write if another came between: take the lock at once.
    only_reads = connection.get_execution_options().get("reading", False)
    connection.exec_driver_sql("BEGIN" if only_reads else "BEGIN IMMEDIATE")


def scrub(engine: sa.Engine) -> bool:
    """Leave no byte of what was erased in SQLite's file and log; False if somebody else uses them too long."""
    if engine.dialect.name != "sqlite":
        return True
    with reading(engine).connect() as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        try:
            raw.execute("VACUUM").close()
            blocked = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        except sqlite3.OperationalError:  # locked, or no room for a second file
            return False
    return not blocked


@contextmanager
def migrating(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A transaction to change tables in, while no other process does.

    SQLite's tables are changed by making them anew, and dropping the old one would delete what refers to it: its foreign keys are
    checked at the end (https://sqlite.org/lang_altertable.html#otheralter).
    """
    lite = engine.dialect.name == "sqlite"
    with engine.connect() as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        if lite:
            raw.execute("PRAGMA foreign_keys=OFF").close()
        try:
            with connection.begin():
                if not lite:
                    connection.execute(sa.select(sa.func.pg_advisory_xact_lock(ADVISORY_LOCK, 1)))
                yield connection
                if lite and (torn := connection.exec_driver_sql("PRAGMA foreign_key_check").all()):
                    raise sa.exc.IntegrityError("migration", None, ValueError(f"{len(torn)} rows refer to nothing"))
        finally:
            if lite:
                raw.execute("PRAGMA foreign_keys=ON").close()


@contextmanager
def serving(engine: sa.Engine) -> Iterator[Held]:
    """Hold the lock of the one process that serves from this store; it falls when the process ends, however it ends.

    Raises AlreadyServingError while another holds it. What it gives tells whether the lock is held still: PostgreSQL's falls with
    its connection, as when the server is restarted, and another process may have taken it then.
    """
    with exclusive(engine, "serving", ADVISORY_LOCK, AlreadyServingError) as held:
        yield held
