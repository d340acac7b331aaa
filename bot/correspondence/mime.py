"""The parts of a letter: which of them is its text, and what else is attached.

Knows MIME (RFC 2045 to 2049, 2183, 2231) and which parts sign or encrypt (RFC 1847, 3156, 8551). Does not know headers
other than MIME's, whose words a text holds, nor who wrote it.

Whatever the bytes, work is bounded: at most 2 MB, 50,000 lines and 100 parts are looked at, 120,000 characters of HTML
and 100,000 of text. A person's letter is far below each; a letter made to cost time ends there.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.errors import MessageError
from email.message import Message
from email.parser import BytesParser
from email.policy import Compat32
from itertools import islice

from bot.correspondence.headers import HEADER, PARAMETERS, header_text
from bot.correspondence.html_text import HTML, html_text
from bot.correspondence.texts import TEXT, decoded, flowed

BYTES, LINES, PARTS, DEPTH = 2_000_000, 50_000, 100, 20
_MALFORMED = (ValueError, LookupError, TypeError, AttributeError)
"""What the email package raises on a part that keeps to no standard."""

_STUB = re.compile(r"\bhtml\b", re.IGNORECASE)
_SIGNED = re.compile(
    r"-----BEGIN PGP SIGNED MESSAGE-----\n(?:[A-Za-z]+: .*\n)*\n?|-----BEGIN PGP SIGNATURE-----[^-]*(?:-----END PGP SIGNATURE-----)?"
)
_SEALS = frozenset({
    "application/pgp-signature", "application/pgp-keys", "application/pgp-encrypted",
    "application/pkcs7-signature", "application/x-pkcs7-signature", "application/pkcs7-mime", "application/x-pkcs7-mime",
})  # fmt: skip
_SEALED = re.compile(r"^-----BEGIN PGP MESSAGE-----", re.MULTILINE)


class _Bounded(Compat32):
    """The policy whose headers are raw text: the newer one parses some in quadratic time and raises on others."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        if name.lower() == "references":
            return name, value[-HEADER:]
        return name, value[: PARAMETERS if name.lower().startswith("content-") else HEADER]


@dataclass(frozen=True, slots=True)
class Content:
    """The text with whatever it quotes (None if no part is text), the names of attachments, whether it is sealed, a calendar's method."""

    text: str | None
    attachments: tuple[str, ...] = ()
    encrypted: bool = False
    calendar: str = ""


def parse(data: bytes) -> Message:
    """The tree of parts; of one too deeply nested only the headers."""
    lines = data[:BYTES].replace(b"\r\n", b"\n").split(b"\n", LINES)[:LINES]
    parser = BytesParser(policy=_Bounded())
    try:
        return parser.parsebytes(b"\n".join(lines))
    except (RecursionError, MessageError, *_MALFORMED):
        return parser.parsebytes(b"\n".join(lines), headersonly=True)


def _leaves(message: Message, depth: int = 0) -> Iterator[Message]:
    """The parts that are no containers, in order; a letter inside a letter is one of them."""
    if message.get_content_maintype() == "multipart" and message.is_multipart():
        for part in _children(message) if depth < DEPTH else ():
            yield from _leaves(part, depth + 1)
    else:
        yield message


def content(message: Message) -> Content:
    """What a letter holds."""
    parts = list(islice(_leaves(message), PARTS))
    share = HTML // max(1, sum(part.get_content_type() == "text/html" for part in parts))
    texts = list(_texts(message, share))
    whole = _SIGNED.sub("", "\n\n".join(filter(str.strip, texts))[:TEXT]) if texts else None
    names = dict.fromkeys(name for part in parts if (name := _attachment(part)))
    encrypted = message.get_content_type() == "multipart/encrypted" or any(map(_is_sealed, parts))
    calendars = [_calendar_method(part) for part in parts if part.get_content_type() == "text/calendar"]
    sealed = encrypted or bool(whole and _SEALED.search(whole))
    return Content(whole, tuple(names), sealed, next(iter(calendars), ""))


def parameter(part: Message, name: str) -> str:
    """A parameter of Content-Type in lower case, "" if absent or malformed."""
    try:
        return str(part.get_param(name, "")).lower()
    except _MALFORMED:
        return ""


def _calendar_method(part: Message) -> str:
    """What a calendar part does (RFC 5546, 1.4); some clients say so only inside."""
    written = re.search(r"^METHOD:(\w+)", _text(part), re.IGNORECASE | re.MULTILINE)
    return parameter(part, "method") or (written[1].lower() if written else "")


def _children(message: Message) -> list[Message]:
    payload = message.get_payload()
    return [part for part in payload[:PARTS] if isinstance(part, Message)] if isinstance(payload, list) else []


def _texts(message: Message, share: int, depth: int = 0) -> Iterator[str]:
    """The texts to be read, in order: of alternatives one, of related parts the first (RFC 2046, 5.1.4; RFC 2387)."""
    kind = message.get_content_type()
    if kind.startswith("multipart/") and message.is_multipart():
        if depth == DEPTH:
            return
        parts = _children(message)
        if kind == "multipart/alternative":
            yield from _alternative(parts, share, depth + 1)
        else:
            for part in parts[:1] if kind == "multipart/related" else parts:
                yield from _texts(part, share, depth + 1)
    elif _is_text(message):
        text = _text(message)
        yield html_text(text, share) if kind == "text/html" else text


def _alternative(parts: list[Message], share: int, depth: int) -> Iterator[str]:
    """The plain one, unless it is empty or only says that the letter is HTML."""
    plain = [text for part in parts if part.get_content_type() == "text/plain" for text in _texts(part, share, depth)]
    text = "\n\n".join(plain)
    if text.strip() and not (len(text) < 300 and _STUB.search(text)):
        yield text
        return
    others = (part for part in reversed(parts) if part.get_content_type() != "text/plain")
    yield next((rich for part in others if (rich := "\n\n".join(_texts(part, share, depth))).strip()), text)


def _is_text(part: Message) -> bool:
    return (
        part.get_content_type() in {"text/plain", "text/html"}
        and not part.is_multipart()
        and part.get_content_disposition() != "attachment"
        and not _file_name(part)
    )


def _is_sealed(part: Message) -> bool:
    """Whether S/MIME encrypts it (RFC 8551, 3.2); a file without its kind of S/MIME counts as encrypted too."""
    if part.get_content_type() not in {"application/pkcs7-mime", "application/x-pkcs7-mime"}:
        return False
    return parameter(part, "smime-type") in {"enveloped-data", "authenveloped-data", ""}


def _attachment(part: Message) -> str:
    """The name to tell of it, "" for text of the letter, a signature, what a report tells, an image shown in the text."""
    kind = part.get_content_type()
    name = _file_name(part)
    shown = part.get_content_maintype() == "image" and not (name and part.get_content_disposition() == "attachment")
    told = part.get_content_maintype() == "message" and kind != "message/rfc822"
    if kind in _SEALS or shown or told or _is_text(part):
        return ""
    return name or header_text(kind)


def _file_name(part: Message) -> str:
    """As the sender calls it, without any folder."""
    try:
        name = part.get_filename() or ""
    except _MALFORMED:
        return ""
    plain = decoded(str(name).encode("utf-8", "surrogateescape"), None)
    return re.split(r"[/\\]", header_text(plain))[-1].strip()[:150]


def _text(part: Message) -> str:
    payload = part.get_payload(decode=True)
    text = decoded(payload if isinstance(payload, bytes) else b"", _charset(part))
    if parameter(part, "format") == "flowed":
        return flowed(text[:TEXT], delete_space=parameter(part, "delsp") == "yes")
    return text if part.get_content_type() == "text/html" else text[:TEXT]


def _charset(part: Message) -> str | None:
    try:
        return part.get_content_charset()
    except _MALFORMED:
        return None
