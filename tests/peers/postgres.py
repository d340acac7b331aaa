"""A throw-away PostgreSQL: trust on loopback, run as the user postgres (it refuses root).

What was committed is kept over `kill` and `start`, as by a real one; a loss of power it would not survive (fsync is off).
"""

import itertools
import os
import shutil
import signal
from pathlib import Path

import psycopg
from daemons import Daemon, free_port, require, require_root, run

PACKAGE = "postgresql"


def _newest_programs() -> str:
    """Return the folder of the server's programs, which Debian keeps out of the PATH."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name))
    return str(versions[-1]) if versions else ""


class Postgres(Daemon):
    """One server; `fresh_database()` is an empty database in it."""

    stop_signal = signal.SIGQUIT  # "immediate": waits for no client

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        require_root("PostgreSQL")
        self.port = free_port()
        self._programs = _newest_programs()
        self._names = (f"test_{number}" for number in itertools.count(1))
        self._data = folder / "data"
        if not self._data.exists():
            self._create()

    def command(self) -> list[str]:
        options = {
            "listen_addresses": "127.0.0.1",
            "port": self.port,
            "unix_socket_directories": "",
            "fsync": "off",
            "full_page_writes": "off",
            "shared_buffers": "64MB",
        }
        settings = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        return [*self._as_postgres("postgres"), "-D", str(self._data), *settings]

    def ready(self) -> bool:
        try:
            psycopg.connect(self.dsn(), connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True

    def dsn(self, database: str = "postgres") -> str:
        """Return the address for psycopg itself."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    def url(self, database: str = "postgres") -> str:
        """Return the address for SQLAlchemy."""
        return self.dsn(database).replace("postgresql://", "postgresql+psycopg://")

    def fresh_database(self) -> str:
        """Create an empty database; return its SQLAlchemy address."""
        name = next(self._names)
        with psycopg.connect(self.dsn(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return self.url(name)

    def environment(self) -> dict[str, str]:
        """PG* of the developer's shell is not ours."""
        return {name: value for name, value in os.environ.items() if not name.startswith("PG")}

    def _as_postgres(self, program: str) -> list[str]:
        found = require(program, PACKAGE, self._programs)
        return [require("setpriv", "util-linux"), "--reuid=postgres", "--regid=postgres", "--clear-groups", found]

    def _create(self) -> None:
        self.folder.chmod(0o755)
        self._data.mkdir()
        shutil.chown(self._data, "postgres")
        initdb = [*self._as_postgres("initdb"), "-D", str(self._data)]
        run([*initdb, "-A", "trust", "-U", "postgres", "--no-sync", "--locale=C.UTF-8", "-E", "UTF8"], self.folder)
