"""A connection over its life: used again, closed by the server meanwhile, cancelled at each step, given up."""

import asyncio
from contextlib import suppress

import pytest
from smtp_line import Certificates, Line, line_to, until
from smtp_server import Fault, SmtpServer

from bot.model.message import Refused, Sent


def test_one_connection_for_many_letters(server: SmtpServer, certificates: Certificates) -> None:
    async def work() -> None:
        async with line_to(server, certificates) as line:
            for number in range(5):
                assert isinstance(await line.send(number), Sent)
            assert server.connections == 1
            await line.connection.quit()
            assert isinstance(await line.send(5), Sent)
            assert (server.connections, line.kept()) == (2, list("012345"))

    asyncio.run(work())


@pytest.mark.parametrize("noticed", [True, False])
def test_closed_by_the_server_meanwhile(server: SmtpServer, certificates: Certificates, noticed: bool) -> None:
    async def work() -> None:
        async with line_to(server, certificates) as line:
            await line.send(1)
            server.hang_up()  # blocks this loop: the client has not read the end of the connection when it goes on
            if noticed:
                await asyncio.sleep(0.2)
            assert isinstance(await line.send(2), Sent)
            assert (line.kept(), line.begun) == (["1", "2"], [1, 2])

    asyncio.run(work())


def test_opened_anew_once_only(server: SmtpServer, certificates: Certificates) -> None:
    async def work() -> None:
        async with line_to(server, certificates) as line:
            await line.send(1)
            server.faults = [Fault("mail", "drop")]
            assert not isinstance(await line.send(2), Sent)
            assert server.connections == 2

    asyncio.run(work())


@pytest.mark.parametrize(
    "step", ["connect", "ehlo", "starttls", "auth", "mail", "rcpt", "data", "body", "dot", "dot late"]
)
@pytest.mark.parametrize("used", [False, True])
def test_cancelled_at_each_step(server: SmtpServer, certificates: Certificates, step: str, used: bool) -> None:
    if used and step in {"connect", "ehlo", "starttls", "auth"}:
        return
    name, _, late = step.partition(" ")

    async def work() -> None:
        async with line_to(server, certificates) as line:
            if used:
                await line.send(9)
            fault = Fault(name, "late" if late else "slow", seconds=0.5)
            server.faults = [fault]
            await cancelled_at(line, name)
            server.faults = [Fault("rcpt", "refuse", code=550, match="gone@")]
            assert await line.send(2, "gone@example.org") == Refused("550 at RCPT")
            assert isinstance(await line.send(3), Sent)
            await asyncio.sleep(0.7)  # what the server still had to say to the first letter is said
            assert isinstance(await line.send(4), Sent)
            assert line.kept()[-2:] == ["3", "4"]
            assert set(line.kept()) <= {"9", "1", "3", "4"}
            assert ("1" in line.kept()) <= (1 in line.begun)

    asyncio.run(work())


async def cancelled_at(line: Line, step: str) -> None:
    sending = asyncio.create_task(line.send(1))
    if step in {"body", "dot"}:
        await until(lambda: 1 in line.begun)
        await asyncio.sleep(0.2)
    elif step == "connect":
        await until(lambda: line.server.connections)
    else:
        await until(lambda: step.upper() in [command.verb for command in line.server.commands[-1:]])
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending


def test_cancelled_while_it_is_noted_that_sending_begins(server: SmtpServer, certificates: Certificates) -> None:
    async def work() -> None:
        async with line_to(server, certificates) as line:
            noting = asyncio.Event()

            async def begin() -> bool:
                noting.set()
                await asyncio.sleep(3600)
                return True

            sending = asyncio.create_task(line.send(1, begin=begin))
            await noting.wait()
            sending.cancel()
            with suppress(asyncio.CancelledError):
                await sending
            assert isinstance(await line.send(2), Sent)
            assert line.kept() == ["2"]

    asyncio.run(work())


def test_taking_leave_of_a_server_that_is_gone(server: SmtpServer, certificates: Certificates) -> None:
    async def work() -> None:
        async with line_to(server, certificates) as line:
            await line.connection.quit()
            await line.send(1)
            server.faults = [Fault("quit", "drop")]
            await line.connection.quit()
            server.faults = []
            await line.send(2)
            server.hang_up()
            await line.connection.quit()
            assert line.kept() == ["1", "2"]

    asyncio.run(work())


def test_no_connection_is_left_open(server: SmtpServer, certificates: Certificates) -> None:
    async def work() -> None:
        for step in ("ehlo", "starttls", "auth", "mail", "rcpt", "data", "dot"):
            async with line_to(server, certificates) as line:
                server.faults = [Fault(step, "refuse", code=554)]
                await line.send(1)
                await until(lambda: not server.open)

    asyncio.run(work())
