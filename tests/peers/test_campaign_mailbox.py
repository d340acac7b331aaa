"""What a real mailbox says of mails whose arrival is unknown: bounces and answers that quote them, letters of the same sender since."""

from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

from dovecot import Dovecot, User

from bot.channels.email.searching import traces
from bot.channels.email.settings import ImapSettings
from bot.model.delivery import Delivery

TOKEN, OTHER = "0123456789abcdef" * 2, "fedcba9876543210" * 2


def delivery(number: int, address: str, token: str) -> Delivery:
    began = datetime.now(UTC) - timedelta(hours=1)
    return Delivery(
        id=number,
        campaign=1,
        row=number,
        person=address,
        address=address,
        name="Noor Haddad",
        language="en",
        token=token,
        revision=1,
        subject="Decision",
        state="unknown",
        began=began,
    )


def letter(sender: str, subject: str, text: str, **headers: str) -> EmailMessage:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = sender, "office@school.example", subject
    for name, value in headers.items():
        made[name.replace("_", "-")] = value
    made.set_content(text)
    return made


def bounce(token: str) -> bytes:
    """A report as Postfix writes it (RFC 3464), with the head of what came back."""
    return (
        "From: MAILER-DAEMON@relay.example\r\nSubject: Undelivered Mail Returned to Sender\r\nTo: office@school.example\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\nMIME-Version: 1.0\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nI am sorry.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        "Reporting-MTA: dns; relay.example\r\n\r\nFinal-Recipient: rfc822; noor@example.org\r\nAction: failed\r\nStatus: 5.1.1\r\n"
        f"\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <{token}.mail@school.example>\r\n\r\n--b--\r\n"
    ).encode()


def test_the_mailbox_is_asked(dovecot: Dovecot, user: User) -> None:
    settings = ImapSettings(host="127.0.0.1", port=dovecot.imap_port, user=user.login, security="none")
    dovecot.put(user, bounce(TOKEN))
    answer = letter("li.wei@example.org", "Re: Decision", "I accept!", In_Reply_To=f"<{OTHER}.mail@school.example>")
    dovecot.put(user, answer.as_bytes())
    dovecot.put(user, letter("ines@example.org", "A question", "When does it start?").as_bytes())
    dovecot.put(user, letter("somebody@example.org", "Hello", "Nothing to do with it.").as_bytes())
    asked = [delivery(1, "noor@example.org", TOKEN), delivery(2, "li.wei@example.org", OTHER)]
    asked += [delivery(3, "ines@example.org", "0" * 32), delivery(4, "silent@example.org", "1" * 32)]
    found = {one.id: said for one, said in traces(settings, user.password, asked)}
    assert [(one.report, one.quotes) for one in found[1]] == [(True, True)]
    assert [(one.sender, one.quotes) for one in found[2]] == [("li.wei@example.org", True)]
    assert [(one.subject, one.quotes) for one in found[3]] == [("A question", False)]
    assert found[4] == []
    assert [sorted(one.flags) for one in dovecot.stored(user)] == [[], [], [], []]  # nothing is marked as read
