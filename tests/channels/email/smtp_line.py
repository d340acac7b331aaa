"""A client of the tests' mail server, the server's certificates, and a look at `begin`."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import trustme
from smtp_server import SmtpServer

from bot.channels.email.settings import SmtpSettings
from bot.channels.email.smtp import SmtpConnection
from bot.model.message import Outcome

LETTER = b"Message-ID: <%d@test.invalid>\r\nSubject: x\r\n\r\nfirst\r\n.dot\r\n..dots\r\n.\r\nlast\r\n"
USER, PASSWORD = "bot", "secret"


class Certificates:
    """An authority, and server contexts with a good certificate or one that is wrong in some way."""

    def __init__(self, folder: Path) -> None:
        authority = trustme.CA()
        self.ca = folder / "ca.pem"
        authority.cert_pem.write_to_path(self.ca)
        yesterday = datetime.now(UTC) - timedelta(days=1)
        self._issued = {
            "good": authority.issue_cert("localhost"),
            "stranger": trustme.CA().issue_cert("localhost"),
            "elsewhere": authority.issue_cert("elsewhere.test"),
            "expired": authority.issue_cert("localhost", not_before=yesterday - timedelta(days=9), not_after=yesterday),
        }

    def context(self, kind: str = "good") -> ssl.SSLContext:
        made = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self._issued[kind].configure_cert(made)
        return made


class Line:
    """A connection under test. `begun` holds the ids of letters at which sending was marked as begun."""

    def __init__(self, server: SmtpServer, connection: SmtpConnection) -> None:
        self.server = server
        self.connection = connection
        self.begun: list[int] = []
        self.answer = True

    async def send(
        self, number: int = 1, to: str = "anna@example.org", begin: Callable[[], Awaitable[bool]] | None = None
    ) -> Outcome | None:
        """Send a letter; unless told otherwise `begin` sees to it that nothing of it has left."""

        async def marked() -> bool:
            said = [command.verb for command in self.server.commands]
            assert said[-1] == "DATA"
            assert not any(letter.message_id == f"<{number}@test.invalid>" for letter in self.server.letters)
            self.begun.append(number)
            return self.answer

        return await self.connection.send(to, LETTER % number, begin or marked)

    def kept(self) -> list[str]:
        return [letter.message_id.partition("@")[0].strip("<") for letter in self.server.letters]


def settings_of(server: SmtpServer, certificates: Certificates, **values: object) -> SmtpSettings:
    known = {"security": "none", "user": None}
    if server.tls is not None:
        known = {"security": "tls" if server.implicit_tls else "starttls", "user": USER}
    fixed = {"host": "localhost", "port": server.port, "address": "bot@test.invalid", "ca_file": str(certificates.ca)}
    return SmtpSettings(**{**fixed, **known, **values})


@asynccontextmanager
async def line_to(
    server: SmtpServer, certificates: Certificates, password: str = PASSWORD, **values: object
) -> AsyncIterator[Line]:
    """A connection to a server, as the server wants it unless `values` say otherwise."""
    connection = SmtpConnection(settings_of(server, certificates, **values), password)
    try:
        yield Line(server, connection)
    finally:
        await connection.quit()
        await asyncio.sleep(0.05)  # transports close in the loop


async def until(predicate: Callable[[], object]) -> None:
    """Wait until something is so, ten seconds at most."""
    end = asyncio.get_running_loop().time() + 10
    while not predicate():
        assert asyncio.get_running_loop().time() < end
        await asyncio.sleep(0.01)
