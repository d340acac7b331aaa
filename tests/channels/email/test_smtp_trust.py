"""With whom a connection is made: certificates, STARTTLS and logins that must be as they should."""

import asyncio

import pytest
from smtp_line import PASSWORD, USER, Certificates, line_to
from smtp_server import Fault, SmtpServer

from bot.channels.email import smtp
from bot.model.message import Outcome, Sent, TryLater


@pytest.fixture(params=["starttls", "tls"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def serving(certificates: Certificates, kind: str, wrong: str = "good", **values: object) -> SmtpServer:
    users = {USER: PASSWORD}
    return SmtpServer(tls=certificates.context(wrong), implicit_tls=kind == "tls", users=users, **values)


def sent_over(server: SmtpServer, certificates: Certificates, **values: object) -> Outcome | None:
    async def work() -> Outcome | None:
        async with line_to(server, certificates, **values) as line:
            came = await line.send()
            assert line.begun == ([1] if isinstance(came, Sent) else [])
            return came

    return asyncio.run(work())


def waits(outcome: Outcome | None) -> float:
    assert isinstance(outcome, TryLater), outcome
    assert outcome.all
    return outcome.seconds


def passwords_said(server: SmtpServer) -> list[str]:
    return [command.verb for command in server.commands if command.verb == "AUTH"]


def test_sends_over_tls_and_logged_in(certificates: Certificates, kind: str) -> None:
    with serving(certificates, kind) as server:
        assert isinstance(sent_over(server, certificates), Sent)
        assert (server.letters[0].tls, server.letters[0].login) == (True, USER)


@pytest.mark.parametrize("wrong", ["stranger", "elsewhere", "expired"])
def test_a_wrong_certificate_is_refused(certificates: Certificates, kind: str, wrong: str) -> None:
    with serving(certificates, kind, wrong) as server:
        assert waits(sent_over(server, certificates)) == smtp.STOPPED
        assert (server.letters, passwords_said(server)) == ([], [])


def test_without_a_ca_file_the_systems_authorities_count(certificates: Certificates, kind: str) -> None:
    with serving(certificates, kind) as server:
        assert waits(sent_over(server, certificates, ca_file=None)) == smtp.STOPPED
        assert passwords_said(server) == []


def test_starttls_stripped_on_the_way_is_refused(certificates: Certificates) -> None:
    with SmtpServer(users={USER: PASSWORD}) as server:
        waits(sent_over(server, certificates, security="starttls", user=USER))
        assert (server.letters, passwords_said(server)) == ([], [])


@pytest.mark.parametrize(("offered", "wanted"), [("tls", "starttls"), ("starttls", "tls"), ("none", "tls")])
@pytest.mark.usefixtures("impatient")
def test_the_wrong_kind_of_port_is_no_reason_to_go_on(certificates: Certificates, offered: str, wanted: str) -> None:
    made = SmtpServer(users={USER: PASSWORD}) if offered == "none" else serving(certificates, offered)
    with made as server:
        waits(sent_over(server, certificates, security=wanted, user=USER))
        assert (server.letters, passwords_said(server)) == ([], [])


@pytest.mark.parametrize("password", ["wrong", "", "sécret"])
def test_a_wrong_password_stops_the_channel(server: SmtpServer, certificates: Certificates, password: str) -> None:
    assert waits(sent_over(server, certificates, password=password)) == smtp.STOPPED
    assert server.letters == []


def test_454_at_auth_passes(server: SmtpServer, certificates: Certificates) -> None:
    server.faults = [Fault("auth", "refuse", code=454)]
    assert waits(sent_over(server, certificates)) == smtp.SOON


def test_no_auth_offered_though_a_user_is_set(certificates: Certificates) -> None:
    with SmtpServer(tls=certificates.context()) as server:
        outcome = sent_over(server, certificates)
        assert isinstance(outcome, Sent) or waits(outcome)


def test_without_a_user_nobody_logs_in(certificates: Certificates) -> None:
    with SmtpServer() as server:
        assert isinstance(sent_over(server, certificates), Sent)
        assert passwords_said(server) == []


def test_nobody_listens(certificates: Certificates) -> None:
    with SmtpServer() as server:
        pass
    assert waits(sent_over(server, certificates)) == smtp.SOON


def test_a_name_that_does_not_resolve(certificates: Certificates) -> None:
    with SmtpServer() as server:
        assert waits(sent_over(server, certificates, host="smtp.nowhere.invalid")) == smtp.SOON
