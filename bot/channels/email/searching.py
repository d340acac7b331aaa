"""What a mailbox says of letters whose arrival is unknown: what quotes them (bounces, answers), and what their recipients wrote since.

Knows IMAP's SEARCH (RFC 3501, section 6.4.4), through `mailbox`. Marks nothing and judges nothing: a person does.
"""

from collections.abc import Iterator, Sequence
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from bot.channels.email.mailbox import Mailbox
from bot.channels.email.settings import ImapSettings
from bot.model.delivery import Delivery, Trace

MOST = 5
"""Letters told of each kind."""


def traces(
    settings: ImapSettings, password: str, deliveries: Sequence[Delivery]
) -> Iterator[tuple[Delivery, list[Trace]]]:
    """Each delivery with what the mailbox holds about it; waits for the server, and raises `mailbox.LOST`."""
    mailbox = Mailbox(settings, password)
    try:
        for delivery in deliveries:
            quoting = mailbox.mentioning(delivery.token)[:MOST]
            since = mailbox.sent_by(delivery.address, delivery.began)[:MOST] if delivery.began else []
            yield (
                delivery,
                [
                    _trace(letter, quotes=uid in quoting)
                    for uid in dict.fromkeys([*quoting, *since])
                    if (letter := mailbox.letter(uid)) is not None
                ],
            )
    finally:
        mailbox.close()


def _trace(letter: bytes, *, quotes: bool) -> Trace:
    message = message_from_bytes(letter, _class=EmailMessage, policy=default)

    def header(name: str) -> str:
        try:
            return " ".join(str(message[name] or "").split())[:200]
        except (ValueError, IndexError, AttributeError):  # the email package fails on some malformed headers
            return ""

    report = message.get_content_type() == "multipart/report"
    return Trace(header("Date"), header("From"), header("Subject"), quotes=quotes, report=report)
