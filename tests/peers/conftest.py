"""Real peers for the tests of this folder, started once a session as private instances on loopback.

Run with `python -m pytest tests/peers`, as root, on Debian with dovecot-imapd, dovecot-lmtpd, postfix and postgresql.
"""

import itertools
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from certificates import Certificates
from dovecot import Dovecot, User
from postfix import Postfix
from postgres import Postgres
from smtp_sink import SmtpSink

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def stand() -> Iterator[Path]:
    """A folder that the servers' users may enter (pytest's own are closed to them), with a short name for sockets."""
    folder = Path(tempfile.mkdtemp(prefix="callboard-peers-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def certificates(stand: Path) -> Certificates:
    return Certificates(stand / "certificates")


@pytest.fixture(scope="session")
def _dovecot(stand: Path, certificates: Certificates) -> Iterator[Dovecot]:
    with Dovecot(stand / "dovecot", certificates) as server:
        yield server


@pytest.fixture
def dovecot(_dovecot: Dovecot) -> Iterator[Dovecot]:
    """The session's Dovecot, up and awake after each test, whatever the test did to it."""
    yield _dovecot
    _dovecot.thaw()
    _dovecot.start()


@pytest.fixture(scope="session")
def _postfix(stand: Path, _dovecot: Dovecot, certificates: Certificates) -> Iterator[Postfix]:
    with Postfix(stand / "postfix", _dovecot, certificates) as server:
        yield server


@pytest.fixture
def postfix(_postfix: Postfix, dovecot: Dovecot) -> Iterator[Postfix]:
    """The session's Postfix, up and awake after each test."""
    yield _postfix
    _postfix.thaw()
    _postfix.start()


@pytest.fixture(scope="session")
def _postgres(stand: Path) -> Iterator[Postgres]:
    with Postgres(stand / "postgres") as server:
        yield server


@pytest.fixture
def postgres(_postgres: Postgres) -> Iterator[Postgres]:
    """The session's PostgreSQL, up and awake after each test; `fresh_database()` is the test's own."""
    yield _postgres
    _postgres.thaw()
    _postgres.start()


@pytest.fixture
def user(dovecot: Dovecot) -> User:
    """A person with an empty mailbox; for a second one ask `dovecot.add_user`."""
    return dovecot.add_user(f"user{next(_numbers)}")


@pytest.fixture
def sink(tmp_path: Path) -> Iterator[SmtpSink]:
    """A mail server in its own process, without TLS and AUTH; for another kind make a `SmtpSink`."""
    with SmtpSink(tmp_path / "sink") as server:
        yield server
