"""A reply as a letter: plain text with an HTML part, in the thread it answers, marked as automatic.

RFC 5322 (Message-ID, In-Reply-To, References: section 3.6.4), RFC 3834 section 3.1 (Auto-Submitted), RFC 2046 section 5.1.4
(the plain part first), RFC 6047 section 2.4 (a calendar entry: as a part and as a file). Rendering it again gives the same Message-ID and Date, so that a repeated letter can be recognised.

Headers that hold words of the letter answered are folded here, not by the email package: that decodes encoded words in
what it is given, line ends among them, and encodes ids that are longer than a line, which then name no letter any more.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from email.errors import MessageError
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, Policy
from email.utils import format_datetime

from bot.model.message import File, Outgoing, Reply

_ANSWERS = re.compile(r"^\s*(?:re|aw|antw|sv|odp|rif|res)\s*(?:\[\d+\])?:", re.IGNORECASE)
_OURS = re.compile(r"\b([0-9a-f]{32})\.(\d{1,18})@")
_RETURNED = re.compile(rb"\b([0-9a-f]{32})\.(\d{1,18})@")
_ID = re.compile(r"[!-;=?-~]{1,400}")
SUBJECT, REFERENCES = 200, 20
GENERATED = ("to-coordinator", "correction", "reminder", "interviewer")
"""Kinds of letter that answer none."""

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
        return written(self.address).rpartition("@")[2]


class _Folded(str):
    """A header's value with its lines folded already, which the email package then takes as it is (EmailPolicy)."""

    name: str

    def __new__(cls, name: str, value: str) -> "_Folded":
        made = super().__new__(cls, value)
        made.name = name
        return made

    def fold(self, *, policy: Policy) -> str:
        """The header as it stands in the letter."""
        return f"{self.name}: {self}{policy.linesep}"


def written(address: str) -> str:
    """The address as SMTP takes it, its domain in ASCII (RFC 5890); ValueError if it cannot be written so."""
    local, _, domain = address.rpartition("@")
    try:
        spec = f"{local}@{domain if domain.isascii() else domain.encode('idna').decode()}"
        read = Address(addr_spec=spec).addr_spec
    except (MessageError, IndexError) as error:
        raise ValueError("no address") from error
    if read != spec:
        raise ValueError("more than an address")
    return spec


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
    letter = EmailMessage(policy=SMTP)
    forward = body.kind == "to-coordinator"
    person = body.kind == "person"
    name = f"{body.author} ({head.name})" if person and head.name else body.author or head.name
    letter["From"] = Address(name, addr_spec=written(head.address))
    letter["To"] = Address(addr_spec=written(reply.address))
    opens = forward or body.kind == "interviewer"
    letter["Subject"] = _encoded("Subject", _line(body.subject) if opens else _subject(context.get("subject", "")))
    letter["Date"] = format_datetime(reply.planned)
    letter["Message-ID"] = _ids("Message-ID", [message_id(reply, head.domain)])
    if body.reply_to:
        letter["Reply-To"] = Address(addr_spec=written(body.reply_to))
    answered = context.get("message_id", "")
    if not opens and _ID.fullmatch(answered):
        letter["In-Reply-To"] = _ids("In-Reply-To", [answered])
        known = [one for one in context.get("references", "").split() if one != answered and _ID.fullmatch(one)]
        letter["References"] = _ids("References", [*known[-REFERENCES:], answered])
    if forward and body.hand_over is not None:  # one thread a request; its first letter is nobody's
        letter["References"] = _ids("References", [f"{reply.thread}.0@{head.domain}"])
    if not person:  # a person's words are no automatic reply, although a program brings them (RFC 3834, section 5)
        letter["Auto-Submitted"] = "auto-generated" if body.kind in GENERATED else "auto-replied"
        letter["X-Auto-Response-Suppress"] = "OOF, AutoReply"  # Exchange's own way to be asked for silence
    signature = f"\n\n-- \n{body.notice}" if body.notice else ""
    letter.set_content(f"{body.text}{signature}\n", cte="quoted-printable")
    if not forward:
        letter.add_alternative(_html(body, layout), subtype="html", cte="quoted-printable")
    if body.file is not None:
        _attach(letter, body.file)
    letter["Content-Language"] = body.language  # last, or it would move into the first part
    return letter.as_bytes()


def _attach(letter: EmailMessage, file: File) -> None:
    """A file with the letter; a calendar entry also stands among its parts, as what calendars offer to take over."""
    content = file.content.encode()
    if file.type == "text/calendar" and file.method:
        if f"METHOD:{file.method}" not in file.content.splitlines():  # clients then take neither
            raise ValueError(f"the calendar entry is not of the method {file.method}")
        letter.add_alternative(file.content, subtype="calendar", cte="base64", params={"method": file.method})
        letter.add_attachment(
            content, maintype="application", subtype="ics", filename=file.name, params={"name": file.name}
        )
        return
    main, _, sub = file.type.partition("/")
    letter.add_attachment(content, maintype=main, subtype=sub, filename=file.name)


def _html(body: Outgoing, layout: Layout) -> str:
    paragraphs = [paragraph.split("\n") for paragraph in body.text.split("\n\n")]
    return layout(language=body.language, paragraphs=paragraphs, sources=body.sources, notice=body.notice)


def _subject(subject: str) -> str:
    """The subject of an answer: the letter's own, with one Re: before it."""
    kept = _line(subject)
    return kept if _ANSWERS.match(kept) else f"Re: {kept}".strip()


def _line(text: str) -> str:
    return "".join(filter(str.isprintable, " ".join(text.split())))[:SUBJECT]


def _encoded(name: str, line: str) -> _Folded:
    """Words as a header; what looks like an encoded word is encoded itself, so that it is read as it stands."""
    charset = "us-ascii" if line.isascii() and "=?" not in line else "utf-8"
    return _Folded(name, Header(line, charset, header_name=name).encode(linesep="\r\n"))


def _ids(name: str, ids: Sequence[str]) -> _Folded:
    """Message ids, one a line: they must not be broken nor encoded (RFC 5322, 3.6.4)."""
    return _Folded(name, "\r\n ".join(f"<{one}>" for one in ids))
