"""Logins are asked for before they happen, one a connection; one that must not happen leaves the server without a password."""

import asyncio

import pytest
from smtp_line import LETTER, PASSWORD, Certificates, settings_of
from smtp_server import SmtpServer

from bot.channels.email.smtp import SmtpConnection
from bot.model.message import Outcome, Sent, TryLater

DENIED = TryLater(60.0, "no login left", all=True, stop=True)


async def yes() -> bool:
    return True


def sent(connection: SmtpConnection, times: int) -> list[Outcome | None]:
    async def work() -> list[Outcome | None]:
        came = [await connection.send("ann@example.org", LETTER % number, yes) for number in range(times)]
        await connection.quit()
        await asyncio.sleep(0.05)  # transports close in the loop
        return came

    return asyncio.run(work())


def test_one_login_carries_many_letters(server: SmtpServer, certificates: Certificates) -> None:
    asked: list[int] = []

    async def login() -> TryLater | None:
        asked.append(len(server.letters))
        return None

    came = sent(SmtpConnection(settings_of(server, certificates), PASSWORD, login), 3)
    assert all(isinstance(one, Sent) for one in came)
    assert asked == [0]


def test_a_login_that_is_denied_does_not_happen(server: SmtpServer, certificates: Certificates) -> None:
    async def login() -> TryLater | None:
        return DENIED

    assert sent(SmtpConnection(settings_of(server, certificates), PASSWORD, login), 2) == [DENIED, DENIED]
    assert "AUTH" not in [command.verb for command in server.commands]
    assert not server.letters


def test_a_login_that_cannot_be_asked_for_does_not_happen(server: SmtpServer, certificates: Certificates) -> None:
    async def login() -> TryLater | None:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        sent(SmtpConnection(settings_of(server, certificates), PASSWORD, login), 1)
    assert "AUTH" not in [command.verb for command in server.commands]


def test_without_a_user_no_login_is_asked_for(certificates: Certificates) -> None:
    async def login() -> TryLater | None:
        return DENIED

    with SmtpServer() as server:
        (came,) = sent(SmtpConnection(settings_of(server, certificates), None, login), 1)
    assert isinstance(came, Sent)
