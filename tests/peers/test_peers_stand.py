"""Each peer really does what the tests of this folder lean on."""

import smtplib
import threading
from collections.abc import Iterator
from email.message import EmailMessage

import psycopg
import pytest
from certificates import Certificates
from daemons import descendants, require, wait_for
from dovecot import Dovecot, User
from imap_proxy import ImapProxy
from imap_tools import MailBox, MailBoxStartTls, MailBoxUnencrypted
from postfix import Postfix
from postgres import Postgres

LETTER = b"Message-ID: <1@test.invalid>\r\nSubject: x\r\n\r\nfirst\r\n.dot\r\n"
PATIENCE = 60


@pytest.fixture
def mailbox(dovecot: Dovecot, user: User) -> Iterator[MailBoxUnencrypted]:
    """The user's INBOX in imap-tools, with little patience."""
    box = MailBoxUnencrypted("127.0.0.1", dovecot.imap_port, timeout=2).login(user.login, user.password)
    yield box
    box.client.shutdown()


def submit(postfix: Postfix, certificates: Certificates, user: User, to: str) -> None:
    with smtplib.SMTP("localhost", postfix.submission_port, timeout=PATIENCE) as session:
        session.starttls(context=certificates.client_context())
        session.login(user.login, user.password)
        session.sendmail(user.address, [to], LETTER)


def test_delivers_and_reads_over_tls(dovecot: Dovecot, certificates: Certificates, user: User) -> None:
    dovecot.deliver(user.address, LETTER)
    trust = {"ssl_context": certificates.client_context(), "timeout": PATIENCE}
    for box in (
        MailBox("localhost", dovecot.imaps_port, **trust),
        MailBoxStartTls("localhost", dovecot.imap_port, **trust),
    ):
        with box.login(user.login, user.password):
            (letter,) = box.fetch(mark_seen=False)
            assert letter.subject == "x"
            assert letter.text == "first\r\n.dot\r\n"


def test_tells_flags_and_folders(dovecot: Dovecot, user: User, mailbox: MailBoxUnencrypted) -> None:
    dovecot.deliver(user.address.replace("@", "+tag@"), LETTER)
    mailbox.client.noop()
    (uid,) = mailbox.uids()
    mailbox.flag(uid, [r"\Seen", "$Answered"], value=True)
    (stored,) = dovecot.stored(user)
    assert stored.flags - {r"\Recent"} == {r"\Seen", "$Answered"}
    assert stored.text.endswith(LETTER)
    mailbox.folder.create("Done")
    mailbox.move(uid, "Done")
    assert dovecot.letters(user) == []
    assert [letter["Subject"] for letter in dovecot.letters(user, "Done")] == ["x"]
    assert {"INBOX", "Done"} <= dovecot.folders(user)


def test_pushes_to_idle(dovecot: Dovecot, user: User) -> None:
    with MailBoxUnencrypted("127.0.0.1", dovecot.imap_port, timeout=PATIENCE).login(user.login, user.password) as box:
        box.idle.start()
        dovecot.deliver(user.address, LETTER)
        assert wait_for(lambda: box.idle.poll(timeout=1), PATIENCE)
        box.idle.stop()


def test_keeps_mail_over_a_kill(dovecot: Dovecot, user: User, mailbox: MailBoxUnencrypted) -> None:
    dovecot.deliver(user.address, LETTER)
    dovecot.kill()
    with pytest.raises((OSError, mailbox.client.abort)):
        mailbox.client.noop()
    with pytest.raises(ConnectionRefusedError):
        dovecot.letters(user)
    dovecot.start()
    assert len(dovecot.letters(user)) == 1


def test_frozen_says_nothing(dovecot: Dovecot, mailbox: MailBoxUnencrypted) -> None:
    dovecot.freeze()
    with pytest.raises(TimeoutError):
        mailbox.client.noop()


def test_recreates_a_mailbox(dovecot: Dovecot, user: User, mailbox: MailBoxUnencrypted) -> None:
    for _ in range(2):
        dovecot.deliver(user.address, LETTER)
    mailbox.flag("1", [r"\Seen"], value=True)
    first = dovecot.uid_validity(user)
    old = dovecot.recreate_mailbox(user)
    second = dovecot.uid_validity(user)
    assert (len(old), dovecot.letters(user)) == (2, [])
    for stored in old[1:]:
        dovecot.put(user, stored.text, flags=stored.flags)
    dovecot.recreate_mailbox(user, keep=True)
    assert [stored.uid for stored in dovecot.stored(user)] == [1]
    assert len({first, second, dovecot.uid_validity(user)}) == 3


def test_loses_the_answer_to_a_move(dovecot: Dovecot, user: User) -> None:
    dovecot.deliver(user.address, LETTER)
    with ImapProxy(dovecot.imap_port) as proxy:
        box = MailBoxUnencrypted("127.0.0.1", proxy.port, timeout=PATIENCE).login(user.login, user.password)
        box.folder.create("Done")
        proxy.lose_answer(b"MOVE")
        with pytest.raises((OSError, box.client.abort)):
            box.client.uid("MOVE", "1", "Done")
        box.client.shutdown()
        assert proxy.lost == 1
    assert (len(dovecot.letters(user)), len(dovecot.letters(user, "Done"))) == (0, 1)


def test_cuts_holds_and_refuses(dovecot: Dovecot, user: User) -> None:
    with ImapProxy(dovecot.imap_port) as proxy:
        box = MailBoxUnencrypted("127.0.0.1", proxy.port, timeout=2).login(user.login, user.password)
        proxy.hold()
        with pytest.raises(TimeoutError):
            box.client.noop()
        proxy.release()
        box.client.shutdown()
        box = MailBoxUnencrypted("127.0.0.1", proxy.port, timeout=2).login(user.login, user.password)
        proxy.cut()
        with pytest.raises((OSError, box.client.abort)):
            box.client.noop()
        box.client.shutdown()
        proxy.refuse()
        with pytest.raises(ConnectionRefusedError):
            MailBoxUnencrypted("127.0.0.1", proxy.port, timeout=2)
        proxy.accept()
        MailBoxUnencrypted("127.0.0.1", proxy.port, timeout=2).login(user.login, user.password).logout()


def test_submits_with_starttls_and_auth(
    dovecot: Dovecot, postfix: Postfix, certificates: Certificates, user: User
) -> None:
    friend = dovecot.add_user(f"friend-of-{user.login}")
    submit(postfix, certificates, user, friend.address)
    (letter,) = wait_for(lambda: dovecot.letters(friend))
    assert letter["Message-ID"] == "<1@test.invalid>"
    with smtplib.SMTP_SSL(
        "localhost", postfix.smtps_port, timeout=PATIENCE, context=certificates.client_context()
    ) as session:
        assert session.mail(user.address)[0] == 250
        assert session.rcpt(friend.address)[0] == 554  # nobody logged in
        session.rset()
        with pytest.raises(smtplib.SMTPAuthenticationError):
            session.login(user.login, "wrong")


def test_bounces_for_an_unknown_user(
    dovecot: Dovecot, postfix: Postfix, certificates: Certificates, user: User
) -> None:
    submit(postfix, certificates, user, "nobody@test.invalid")
    (report,) = wait_for(lambda: dovecot.letters(user))
    assert report["Return-Path"] == "<>"
    assert report.get_content_type() == "multipart/report"
    assert _status(report)["Action"] == "failed"
    assert _status(report)["Status"] == "5.1.1"


def test_tells_of_a_delay(dovecot: Dovecot, postfix: Postfix, certificates: Certificates, user: User) -> None:
    submit(postfix, certificates, user, "anna@slow.invalid")
    (report,) = wait_for(lambda: dovecot.letters(user))
    assert _status(report)["Action"] == "delayed"


def _status(report: EmailMessage) -> EmailMessage:
    """Return the fields about the one recipient."""
    (part,) = (part for part in report.walk() if part.get_content_type() == "message/delivery-status")
    return part.get_payload()[1]


@pytest.mark.parametrize(("address", "code"), [("anna@busy.invalid", 450), ("anna@example.org", 550)])
def test_refuses_at_rcpt(postfix: Postfix, address: str, code: int) -> None:
    with smtplib.SMTP("127.0.0.1", postfix.mx_port, timeout=PATIENCE) as session:
        session.ehlo()
        session.mail("someone@outside.invalid")
        assert session.rcpt(address)[0] == code


def test_queues_while_dovecot_is_away_and_over_a_kill(dovecot: Dovecot, postfix: Postfix, user: User) -> None:
    dovecot.kill()
    with smtplib.SMTP("127.0.0.1", postfix.mx_port, timeout=PATIENCE) as session:
        session.sendmail("someone@outside.invalid", [user.address], LETTER)
    postfix.kill()
    assert postfix.queue()
    postfix.start()
    dovecot.start()
    assert len(wait_for(lambda: dovecot.letters(user))) == 1


def test_postfix_frozen_says_nothing(postfix: Postfix) -> None:
    postfix.freeze()
    with pytest.raises((TimeoutError, smtplib.SMTPServerDisconnected)):
        smtplib.SMTP("127.0.0.1", postfix.mx_port, timeout=2)


def test_postgres_answers_and_forgets_nothing(postgres: Postgres) -> None:
    url = postgres.fresh_database()
    assert url != postgres.fresh_database()
    dsn = url.replace("+psycopg", "")
    with psycopg.connect(dsn) as connection:
        connection.execute("create table kept as select 1 as one")
    with psycopg.connect(dsn) as connection:
        postgres.kill()
        with pytest.raises(psycopg.OperationalError):
            connection.execute("select 1")
    postgres.start()
    with psycopg.connect(dsn) as connection:
        assert connection.execute("select one from kept").fetchone() == (1,)


def test_freezes_all_of_a_family(postgres: Postgres) -> None:
    postgres.freeze()
    answered = threading.Event()
    asking = threading.Thread(target=lambda: (postgres.ready(), answered.set()))
    asking.start()
    assert not answered.wait(1)
    postgres.thaw()
    asking.join(PATIENCE)
    assert answered.is_set()
    assert len(descendants(postgres.pid)) > 1


def test_a_missing_program_is_told() -> None:
    with pytest.raises(RuntimeError, match="apt-get install --no-install-recommends no-such-package"):
        require("no-such-program", "no-such-package")
