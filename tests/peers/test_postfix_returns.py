"""What a real Postfix sends back for a decision mail finds its delivery: at once, after a delay, and when it gives up."""

import secrets
import smtplib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from certificates import Certificates
from daemons import PATIENCE, wait_for
from dovecot import Dovecot, User
from postfix import Postfix

from bot.channels.email.receiving import as_incoming
from bot.mailing.template import Rendered
from bot.mailing.writing import LetterWriter, Mailbox
from bot.model.returned import Returned


@pytest.fixture
def own_postfix(stand: Path, dovecot: Dovecot, certificates: Certificates, tmp_path: Path) -> Iterator[Postfix]:
    """A Postfix of this test's own, whose patience it may end."""
    with Postfix(stand / f"postfix-{tmp_path.name}", dovecot, certificates, queue_lifetime="1d") as server:
        yield server


def give_up(postfix: Postfix) -> None:
    """Let it lose its patience with what waits in the queue."""
    postfix.stop()
    settings = postfix.folder / "etc" / "main.cf"
    settings.write_text(settings.read_text().replace("queue_lifetime = 1d", "queue_lifetime = 1s"))
    postfix.start()


def decide(postfix: Postfix, certificates: Certificates, user: User, to: str) -> str:
    """Send a decision mail as a campaign does, through the relay; return its token."""
    token = secrets.token_hex(16)
    writer = LetterWriter(Mailbox(user.address, "PhD office"))
    words = Rendered("Your application", "Dear Noor,\n\nwe offer you a position.\n", "<p>Dear Noor,</p>")
    letter = writer.write(Mailbox(to, "Noor Haddad"), words, token=token, date=datetime.now(UTC), language="en")
    with smtplib.SMTP("localhost", postfix.submission_port, timeout=PATIENCE) as session:
        session.starttls(context=certificates.client_context())
        session.login(user.login, user.password)
        session.sendmail(user.address, [to], letter)
    return token


def came_back(dovecot: Dovecot, user: User) -> list[Returned | None]:
    """What lies in the mailbox, read as the program reads it."""
    own, now = frozenset({user.address}), datetime.now(UTC)
    incoming = [as_incoming(stored.text, own, str(stored.uid), now) for stored in dovecot.stored(user)]
    assert all(one.stop == "bounce" and one.reacts_to is None for one in incoming)
    return [one.returned for one in incoming]


def test_an_unknown_user_bounces(dovecot: Dovecot, postfix: Postfix, certificates: Certificates, user: User) -> None:
    token = decide(postfix, certificates, user, "nobody@test.invalid")
    (found,) = wait_for(lambda: came_back(dovecot, user), what="a bounce")
    assert found is not None
    assert (found.kind, found.token, found.addresses) == ("failed", token, ("nobody@test.invalid",))
    assert found.status == "5.1.1"
    assert "User doesn't exist" in found.detail


def test_a_domain_that_does_not_answer_warns_then_bounces(
    dovecot: Dovecot, own_postfix: Postfix, certificates: Certificates, user: User
) -> None:
    token = decide(own_postfix, certificates, user, "anna@slow.invalid")
    (delayed,) = wait_for(lambda: came_back(dovecot, user), what="a warning")
    assert delayed is not None
    assert (delayed.kind, delayed.token, delayed.addresses) == ("delayed", token, ("anna@slow.invalid",))
    assert delayed.status == "4.4.1"
    assert "Connection refused" in delayed.detail
    give_up(own_postfix)
    wait_for(lambda: len(dovecot.stored(user)) > 1, what="the end of the queue's patience")
    first, failed = came_back(dovecot, user)
    assert first == delayed
    assert failed is not None
    assert (failed.kind, failed.token, failed.addresses) == ("failed", token, ("anna@slow.invalid",))
    assert failed.status == "4.4.1"
    wait_for(lambda: not own_postfix.queue(), what="an empty queue")
