"""Replies on their way: to whom, how fast, and over how many connections."""

import asyncio
from dataclasses import replace
from datetime import datetime

import pytest
from smtp_line import Certificates, settings_of, until
from smtp_server import Fault, SmtpServer

from bot.channels.email import sending
from bot.channels.email.sending import EmailSender
from bot.channels.email.smtp import SmtpConnection
from bot.correspondence.composing import Letterhead
from bot.model.message import Outcome, Outgoing, Refused, Reply, Sent

PLANNED = datetime.fromisoformat("2026-01-15T12:00:00+01:00")
REPLY = Reply(1, "email", "anna@example.org", {}, "0" * 32, Outgoing("Yes.", "answer", "en"), PLANNED, 0)


def layout(**words: object) -> str:
    return "<p>Yes.</p>"


async def begin() -> bool:
    return True


async def sender_to(server: SmtpServer, certificates: Certificates, per_minute: int = 60_000) -> EmailSender:
    connection = SmtpConnection(settings_of(server, certificates), "secret")
    return EmailSender(connection, Letterhead("bot@test.invalid"), layout, per_minute)


def outcome_of(server: SmtpServer, certificates: Certificates, reply: Reply) -> Outcome | None:
    async def work() -> Outcome | None:
        sender = await sender_to(server, certificates)
        came = await sender.send(reply, begin)
        await sender.close()
        return came

    return asyncio.run(work())


@pytest.mark.parametrize(
    "address", ["", "anna", "@example.org", "anna@example.org\r\nRCPT TO:<eve@example.org>", "a b@c.d"]
)
def test_what_is_no_address_is_refused_before_anybody_hears_of_it(
    server: SmtpServer, certificates: Certificates, address: str
) -> None:
    assert isinstance(outcome_of(server, certificates, replace(REPLY, address=address)), Refused)
    assert server.connections == 0


@pytest.mark.parametrize(
    ("address", "recipient"),
    [("anna@bücher.example", "anna@xn--bcher-kva.example"), ('"a b"@example.org', '"a b"@example.org')],
)
def test_an_address_is_written_in_ascii(
    server: SmtpServer, certificates: Certificates, address: str, recipient: str
) -> None:
    assert isinstance(outcome_of(server, certificates, replace(REPLY, address=address)), Sent)
    assert server.letters[0].recipients == (recipient,)
    assert server.letters[0].message["To"] == recipient


def test_our_own_address_is_written_in_ascii_too(server: SmtpServer, certificates: Certificates) -> None:
    async def work() -> Outcome | None:
        settings = settings_of(server, certificates, address="bot@bücher.example")
        sender = EmailSender(SmtpConnection(settings, "secret"), Letterhead(settings.address), layout, 60_000)
        came = await sender.send(REPLY, begin)
        await sender.close()
        return came

    assert isinstance(asyncio.run(work()), Sent)
    assert server.letters[0].sender == "bot@xn--bcher-kva.example" == server.letters[0].message["From"]


def test_our_own_address_that_cannot_be_written_is_told_at_once(server: SmtpServer, certificates: Certificates) -> None:
    """Found out letter by letter, every reply would be refused."""
    with pytest.raises(ValueError, match="local-part"):
        SmtpConnection(settings_of(server, certificates, address="bött@example.org"), "secret")


def test_several_at_once_share_one_connection(server: SmtpServer, certificates: Certificates) -> None:
    async def work() -> list[Outcome | None]:
        sender = await sender_to(server, certificates)
        server.faults = [Fault("rcpt", "refuse", code=550, match="3@")]
        replies = [replace(REPLY, id=number, address=f"{number}@example.org") for number in range(6)]
        came = await asyncio.gather(*[sender.send(reply, begin) for reply in replies])
        await sender.close()
        return came

    assert [type(one) for one in asyncio.run(work())] == [Sent, Sent, Sent, Refused, Sent, Sent]
    assert [letter.recipients[0][0] for letter in server.letters] == list("01245")
    assert server.connections == 2


def test_no_faster_than_the_relay_allows(server: SmtpServer, certificates: Certificates) -> None:
    async def work() -> float:
        sender = await sender_to(server, certificates, per_minute=200)
        loop = asyncio.get_running_loop()
        began = loop.time()
        for _ in range(4):
            await sender.send(REPLY, begin)
        await sender.close()
        return loop.time() - began

    assert asyncio.run(work()) >= 0.9


def test_a_connection_nobody_needs_is_given_up(
    server: SmtpServer, certificates: Certificates, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "IDLE", 0.1)

    async def work() -> None:
        sender = await sender_to(server, certificates)
        for _ in range(2):
            assert isinstance(await sender.send(REPLY, begin), Sent)
            await until(lambda: not server.open)
        await sender.close()

    asyncio.run(work())
    assert [command.verb for command in server.commands].count("QUIT") == 2


def test_a_cancelled_letter_leaves_the_next_its_turn(server: SmtpServer, certificates: Certificates) -> None:
    async def work() -> None:
        sender = await sender_to(server, certificates)
        server.faults = [Fault("dot", "slow", seconds=0.5, times=1)]
        first = asyncio.create_task(sender.send(REPLY, begin))
        await until(lambda: "DATA" in [command.verb for command in server.commands])
        second = asyncio.create_task(sender.send(replace(REPLY, id=2), begin))
        first.cancel()
        assert isinstance(await second, Sent)
        await sender.close()

    asyncio.run(work())
    assert server.letters[-1].message_id.startswith(f"<{'0' * 32}.2@")
