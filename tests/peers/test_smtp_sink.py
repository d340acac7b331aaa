"""The sink keeps what it takes, and fails as it is told to: in the tests' process and in its own."""

import contextlib
import smtplib
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from certificates import Certificates
from daemons import wait_for
from smtp_faults import Fault, mixed
from smtp_server import SmtpServer
from smtp_sink import SmtpSink

LETTER = b"Message-ID: <1@test.invalid>\r\nSubject: x\r\n\r\nfirst\r\n.dot\r\n"
GONE = smtplib.SMTPServerDisconnected


@contextlib.contextmanager
def client(port: int, timeout: float = 30) -> Iterator[smtplib.SMTP]:
    session = smtplib.SMTP("127.0.0.1", port, timeout=timeout)
    try:
        yield session
    finally:
        session.close()


def send(port: int, to: str = "anna@test.invalid", timeout: float = 30) -> None:
    with client(port, timeout) as session:
        session.sendmail("bot@test.invalid", [to], LETTER)


def test_keeps_envelope_and_bytes() -> None:
    with SmtpServer() as server:
        send(server.port)
        (letter,) = server.letters
        assert (letter.sender, letter.recipients) == ("bot@test.invalid", ("anna@test.invalid",))
        assert letter.text == LETTER
        assert letter.message_id == "<1@test.invalid>"
        assert [command.verb for command in server.commands] == ["EHLO", "MAIL", "RCPT", "DATA"]


def test_the_journal_outlives_the_process(sink: SmtpSink) -> None:
    send(sink.port)
    sink.kill()
    assert sink.message_ids() == ["<1@test.invalid>"]
    with pytest.raises(ConnectionRefusedError):
        send(sink.port)
    with sink.journal.open("ab") as journal:
        journal.write(b'{"sender": "cut sh')
    sink.start()
    send(sink.port)
    assert [letter.text for letter in sink.letters()] == [LETTER, LETTER]


@pytest.mark.parametrize("step", ["ehlo", "mail", "rcpt", "data", "dot"])
def test_refuses(sink: SmtpSink, step: str) -> None:
    sink.fail(Fault(step, code=452, times=2))  # twice: smtplib tries HELO after EHLO
    with pytest.raises(smtplib.SMTPException, match="452"):
        send(sink.port)
    sink.fail()
    send(sink.port)
    assert len(sink.letters()) == 1


def test_refuses_the_connection(sink: SmtpSink) -> None:
    sink.fail(Fault("connect", code=554), Fault("connect", code=421))
    with pytest.raises(smtplib.SMTPConnectError, match="554"):
        send(sink.port)


def test_hangs_up_with_421(sink: SmtpSink) -> None:
    sink.fail(Fault("rcpt", code=421))
    with client(sink.port) as session:
        session.ehlo()
        session.mail("bot@test.invalid")
        assert session.rcpt("anna@test.invalid")[0] == 421
        with pytest.raises(GONE):
            session.noop()


@pytest.mark.parametrize("step", ["connect", "ehlo", "mail", "rcpt", "data", "body", "dot"])
def test_drops_the_connection(sink: SmtpSink, step: str) -> None:
    sink.fail(Fault(step, "drop"))
    with pytest.raises((GONE, ConnectionError)):
        send(sink.port)
    assert sink.letters() == []


def test_loses_the_answer(sink: SmtpSink) -> None:
    sink.fail(Fault("dot", "lost", times=1))
    with pytest.raises(GONE):
        send(sink.port)
    assert sink.message_ids() == ["<1@test.invalid>"]
    send(sink.port)
    assert len(sink.letters()) == 2


@pytest.mark.parametrize("step", ["connect", "mail", "rcpt", "data", "body", "dot"])
def test_is_slow(sink: SmtpSink, step: str) -> None:
    sink.fail(Fault(step, "slow"))
    with pytest.raises((GONE, TimeoutError)):
        send(sink.port, timeout=1)
    assert sink.letters() == []
    sink.fail(Fault(step, "slow", seconds=0.1))
    send(sink.port)
    assert len(sink.letters()) == 1


def test_is_late(sink: SmtpSink) -> None:
    sink.fail(Fault("dot", "late"))
    with pytest.raises((GONE, TimeoutError)):
        send(sink.port, timeout=1)
    assert len(sink.letters()) == 1


def test_answers_garbage(sink: SmtpSink) -> None:
    sink.fail(Fault("mail", "garbage"))
    with client(sink.port) as session:
        session.ehlo()
        assert session.mail("bot@test.invalid")[0] == -1


def test_fails_for_some_recipients_only(sink: SmtpSink) -> None:
    sink.fail(Fault("rcpt", code=550, match="gone@"))
    send(sink.port)
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        send(sink.port, "gone@test.invalid")


def test_a_mix_by_chance_is_the_same_for_a_seed() -> None:
    def outcome(seed: int) -> list[str]:
        with SmtpServer(seed=seed) as server:
            server.faults = mixed(0.05)
            return [_outcome(lambda: send(server.port)) for _ in range(40)]

    assert outcome(1) == outcome(1)
    assert outcome(1) != outcome(2)
    assert len(set(outcome(1))) > 1


def _outcome(does: Callable[[], None]) -> str:
    try:
        does()
    except (smtplib.SMTPException, OSError) as error:
        return str(error)
    return "sent"


def test_frozen_and_thawed(sink: SmtpSink) -> None:
    sink.freeze()
    with pytest.raises((GONE, TimeoutError)):
        send(sink.port, timeout=1)
    sink.thaw()
    send(sink.port)
    wait_for(sink.letters)


def test_starttls_and_auth(tmp_path: Path, certificates: Certificates) -> None:
    with (
        SmtpSink(tmp_path / "sink", tls=certificates.pair(), users={"bot": "secret"}) as sink,
        client(sink.port) as session,
    ):
        session.ehlo()
        assert session.mail("bot@test.invalid")[0] == 530
        session.starttls(context=certificates.client_context())
        with pytest.raises(smtplib.SMTPAuthenticationError):
            session.login("bot", "wrong")
        assert session.mail("bot@test.invalid")[0] == 530
        session.login("bot", "secret")
        session.sendmail("bot@test.invalid", ["anna@test.invalid"], LETTER)
        (letter,) = sink.letters()
        assert (letter.tls, letter.login) == (True, "bot")


def test_refused_and_dropped_auth(tmp_path: Path, certificates: Certificates) -> None:
    with SmtpSink(tmp_path / "sink", tls=certificates.pair(), users={"bot": "secret"}) as sink:
        for fault, told in ((Fault("auth", code=454), smtplib.SMTPAuthenticationError), (Fault("auth", "drop"), GONE)):
            sink.fail(fault)
            with client(sink.port) as session:
                session.starttls(context=certificates.client_context())
                with pytest.raises(told):
                    session.login("bot", "secret")


@pytest.mark.parametrize("kind", ["stranger", "elsewhere", "expired"])
@pytest.mark.parametrize("implicit", [False, True])
def test_a_wrong_certificate(certificates: Certificates, kind: str, implicit: bool) -> None:
    wrong = certificates.server_context(kind)
    with SmtpServer(tls=wrong, implicit_tls=implicit) as server, pytest.raises(ssl.SSLCertVerificationError):
        _over_tls(server, certificates.client_context())


@pytest.mark.parametrize("implicit", [False, True])
def test_a_good_certificate(certificates: Certificates, implicit: bool) -> None:
    with SmtpServer(tls=certificates.server_context(), implicit_tls=implicit, users={"bot": "secret"}) as server:
        _over_tls(server, certificates.client_context())
        assert server.letters[0].tls


def _over_tls(server: SmtpServer, context: ssl.SSLContext) -> None:
    if server.implicit_tls:
        session = smtplib.SMTP_SSL("127.0.0.1", server.port, timeout=30, context=context)
    else:
        session = smtplib.SMTP("127.0.0.1", server.port, timeout=30)
    with contextlib.closing(session):
        if not server.implicit_tls:
            session.starttls(context=context)
        session.login("bot", "secret")
        session.sendmail("bot@test.invalid", ["anna@test.invalid"], LETTER)
