"""A letter as it arrived, read for answering: who wrote it, what in their own words, and whether a machine did.

Knows what the headers of a letter say together (RFC 5322, 3834). Does not know MIME's parts, where a person's own words
end, topics, the network or the clock.
"""

from collections.abc import Collection
from dataclasses import dataclass
from email.message import Message

from bot.correspondence import mime
from bot.correspondence.automatic import absent, automatic, told_by_addresses, told_by_headers, told_by_type
from bot.correspondence.bounces import failed_recipients
from bot.correspondence.headers import Headers, address_in, header_text, ids_in, normal_address, read_headers
from bot.correspondence.own_words import own_words

SUBJECT, REFERENCES = 200, 50


@dataclass(frozen=True, slots=True)
class Mail:
    """A letter as it arrived, read for answering."""

    sender: str
    """The address a reply goes to: Reply-To if it holds exactly one that is not ours, else From; "" if none is usable."""
    author: str
    """The address of From; "" if unusable."""
    subject: str
    """One line of at most 200 characters, all of which print."""
    message_id: str
    """Without < and >; "" if absent or malformed."""
    references: tuple[str, ...]
    """What References and In-Reply-To name, oldest first, the last 50 of them."""
    text: str
    """The person's own words; "" if there are none."""
    attachments: tuple[str, ...]
    """Names, or the type of what is nameless; never read."""
    automatic: str | None
    """Why this must never be answered automatically; None for a person's letter."""
    bounced: tuple[str, ...]
    """Addresses that a delivery report says failed for good. Anybody can write such a report."""
    unreadable: bool
    """A person's, but encrypted or without any text."""
    by_words: bool = False
    """Whether only its words tell that it is automatic: no header does, and a person may write such words."""


def read_mail(data: bytes, own: Collection[str] = ()) -> Mail:
    """Read whatever arrived; never raises. `own` are our own addresses."""
    message = mime.parse(data)
    headers = read_headers(message)
    try:
        content = mime.content(message)
    except Exception:  # the email package raises much on malformed parts, all of which are only unreadable
        content = mime.Content(None)
    ours = {address.lower() for address in own}
    author, reply_to = address_in(headers.get("from", ())), _reply_to(headers, ours)
    subject = header_text(next(iter(headers.get("subject", ())), ""))[:SUBJECT].strip()
    text = own_words(content.text or "").partition("-----BEGIN PGP MESSAGE-----")[0].strip()
    told = _reason(message, content, headers, ours)
    reason = told or ("absence note" if absent(subject, text) else automatic(text))
    reason = "bounce" if reason == "delivery report" else reason
    bounced = failed_recipients(message) if reason == "bounce" else ()
    references = list(dict.fromkeys(ids_in(headers, "references") + ids_in(headers, "in-reply-to")))
    return Mail(
        sender=reply_to or author,
        author=author,
        subject=subject,
        message_id=next(iter(ids_in(headers, "message-id")), ""),
        references=tuple(references[-REFERENCES:]),
        text=text,
        attachments=content.attachments,
        automatic=reason,
        bounced=tuple(dict.fromkeys(address for failed in bounced if (address := normal_address(failed)))),
        by_words=told is None and reason is not None and not absent(subject, ""),
        unreadable=reason is None and (content.encrypted or content.text is None),
    )


def _reply_to(headers: Headers, ours: Collection[str]) -> str:
    """The one address, not of ours, that answers are asked to go to; "" without."""
    address = address_in(headers.get("reply-to", ()))
    return "" if address.lower() in ours else address


def _reason(message: Message, content: mime.Content, headers: Headers, ours: Collection[str]) -> str | None:
    """Why no answer may follow, as far as type and headers say.

    What tells of a bounce comes before what a bounce shares with other automatic mail.
    """
    author, reply_to = address_in(headers.get("from", ())), _reply_to(headers, ours)
    if author.lower() in ours:
        return "own mail"
    senders = [author, reply_to, address_in(headers.get("sender", ()))]
    bulk = "list-unsubscribe" in headers  # a newsletter that nobody is to answer often names a desk in Reply-To
    return (
        told_by_type(message.get_content_type(), mime.parameter(message, "report-type"), content.calendar)
        or told_by_addresses([address for address in senders if address], "" if bulk else reply_to)
        or ("own mail" if _is_echo(headers, ours) else None)
        or told_by_headers(headers, author)
    )


def _is_echo(headers: Headers, ours: Collection[str]) -> bool:
    """Whether a letter of ours came back to us: by its X-Loop, or sent by a machine with an id of our own domain."""
    if any(address in value.lower() for value in headers.get("x-loop", ()) for address in ours):
        return True
    domains = {address.rpartition("@")[2] for address in ours}
    sent_by_machine = any(value.strip().lower() not in {"", "no"} for value in headers.get("auto-submitted", ()))
    return sent_by_machine and any(name.rpartition("@")[2].lower() in domains for name in ids_in(headers, "message-id"))
