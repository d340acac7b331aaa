"""What the tests of letters on the wire share."""

from collections.abc import Iterator

import pytest
from smtp_line import PASSWORD, USER, Certificates
from smtp_server import SmtpServer

from bot.channels.email import smtp


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return Certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def server(certificates: Certificates) -> Iterator[SmtpServer]:
    """A server that insists on STARTTLS and AUTH."""
    with SmtpServer(tls=certificates.context(), users={USER: PASSWORD}) as running:
        yield running


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The client waits a second for anything."""
    for limit in ("COMMAND", "CONNECT", "AFTER_DOT"):
        monkeypatch.setattr(smtp, limit, 1.0)
