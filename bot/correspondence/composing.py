"""A reply as a letter: plain text with an HTML part, in the thread it answers, marked as automatic.

RFC 5322 (Message-ID, In-Reply-To, References: section 3.6.4), RFC 3834 section 3.1 (Auto-Submitted), RFC 2046 section 5.1.4
(the plain part first). Rendering it again gives the same Message-ID and Date, so that a repeated letter can be recognised.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime

from bot.model.message import Outgoing, Reply

_ANSWERS = re.compile(r"^\s*(?:re|aw|antw|sv|odp|rif|res)\s*(?:\[\d+\])?:", re.IGNORECASE)
_OURS = re.compile(r"\b([0-9a-f]{32})\.(\d{1,18})@")
_RETURNED = re.compile(rb"\b([0-9a-f]{32})\.(\d{1,18})@")
SUBJECT = 200

Layout = Callable[..., str]
"""Renders the HTML part from language, paragraphs (lists of lines), sources (lines) and notice."""


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Who writes: the mailbox's address and the name shown with it."""

    address: str
    name: str = ""

    @property
    def domain(self) -> str:
        """The part after the @."""
        return self.address.rpartition("@")[2]


def message_id(reply: Reply, domain: str) -> str:
    """The id of a reply's letter: the thread's unguessable token, and the reply."""
    return f"{reply.thread}.{reply.id}@{domain}"


def thread_in(references: tuple[str, ...]) -> tuple[str, int | None]:
    """The token of ours that a letter's references carry, and the reply of ours it answers; ("", None) without."""
    for reference in reversed(references):
        if found := _OURS.match(reference):
            return found[1], int(found[2])
    return "", None


def returned_in(data: bytes) -> tuple[str, int | None]:
    """The same, of a letter of ours that a delivery report quotes somewhere."""
    found = _RETURNED.search(data)
    return (found[1].decode(), int(found[2])) if found else ("", None)


def compose(reply: Reply, head: Letterhead, layout: Layout) -> bytes:
    """The letter, ready for DATA (lines end with CRLF). ValueError for an address that cannot be written down."""
    body, context = reply.body, reply.context
    letter = EmailMessage(policy=SMTP if reply.address.isascii() else SMTPUTF8)
    forward = body.kind == "to-coordinator"
    letter["From"] = Address(head.name, addr_spec=head.address)
    letter["To"] = Address(addr_spec=reply.address)
    letter["Subject"] = _line(body.subject) if forward else _subject(context.get("subject", ""))
    letter["Date"] = format_datetime(reply.planned)
    letter["Message-ID"] = f"<{message_id(reply, head.domain)}>"
    if body.reply_to:
        letter["Reply-To"] = Address(addr_spec=body.reply_to)
    if not forward and context.get("message_id"):
        known = [reference for reference in context.get("references", "").split() if reference][-20:]
        letter["In-Reply-To"] = f"<{context['message_id']}>"
        letter["References"] = " ".join(f"<{one}>" for one in [*known, context["message_id"]])
    letter["Auto-Submitted"] = "auto-generated" if forward else "auto-replied"
    letter["X-Auto-Response-Suppress"] = "OOF, AutoReply"  # Exchange's own way to be asked for silence
    letter["Content-Language"] = body.language
    signature = f"\n\n-- \n{body.notice}" if body.notice else ""
    letter.set_content(f"{body.text}{signature}\n", cte="quoted-printable")
    if not forward:
        letter.add_alternative(_html(body, layout), subtype="html", cte="quoted-printable")
    if body.file is not None:
        letter.add_attachment(
            body.file.content.encode(), maintype="application", subtype="json", filename=body.file.name
        )
    return letter.as_bytes()


def _html(body: Outgoing, layout: Layout) -> str:
    paragraphs = [paragraph.split("\n") for paragraph in body.text.split("\n\n")]
    return layout(language=body.language, paragraphs=paragraphs, sources=body.sources, notice=body.notice)


def _subject(subject: str) -> str:
    """The subject of an answer: the letter's own, with one Re: before it."""
    kept = _line(subject)
    return kept if _ANSWERS.match(kept) else f"Re: {kept}".strip()


def _line(text: str) -> str:
    return " ".join(text.split())[:SUBJECT]
