"""The parts of a letter: which of them is its text, in which characters, and what else is attached.

Knows MIME (RFC 2045 to 2049, 2183, 2231), format=flowed (RFC 3676), what HTML letters of the usual clients look like and
which parts sign or encrypt (RFC 1847, 3156, 8551). Does not know whose words a text holds, nor who wrote it.

Whatever the bytes, work is bounded: at most 2 MB, 50,000 lines and 100 parts are looked at, 120,000 characters of HTML
and 100,000 of text. A person's letter is far below each; a letter made to cost time ends there.
"""

import binascii
import codecs
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from email.errors import HeaderParseError, MessageError
from email.header import decode_header
from email.message import Message
from email.parser import BytesParser
from email.policy import Compat32
from itertools import islice

from bs4 import BeautifulSoup
from bs4.element import NavigableString, PreformattedString, Tag
from bs4.exceptions import ParserRejectedMarkup

BYTES, LINES, PARTS, DEPTH = 2_000_000, 50_000, 100, 20
HTML, TEXT = 120_000, 100_000
HEADER, PARAMETERS = 20_000, 1_000
"""Characters kept of a header, and of one with parameters, which the email package reads in quadratic time."""

QUOTE = ">"
HISTORY = "-----Original Message-----"
"""The lines that stand in the text of an HTML letter for a quoted passage, and for all that follows being history."""

_CONTROL = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f\u200b\u2060\ufeff\xad\u202a-\u202e\u2066-\u2069]")
_LINE_END = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_WESTERN = frozenset({"ascii", "iso8859-1", "iso8859-15", "cp1252"})
_WIDER = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
}
_NO_CHARSET = frozenset({"idna", "punycode", "undefined", "unicode_escape", "raw_unicode_escape"})
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
    except (RecursionError, MessageError, ValueError, LookupError, TypeError, AttributeError):
        return parser.parsebytes(b"\n".join(lines), headersonly=True)


def headers(message: Message) -> dict[str, list[str]]:
    """All headers by lower-case name, unfolded, not decoded; bytes beyond ASCII as UTF-8 or else Windows-1252."""
    found: dict[str, list[str]] = {}
    for name, value in message.raw_items():
        raw = str(value).encode("utf-8", "surrogateescape")
        found.setdefault(name.lower(), []).append(" ".join(decoded(raw, None).split()))
    return found


def header_text(value: str) -> str:
    """A header's words on one line, encoded words read (RFC 2047); nothing that does not print is left."""
    words = value[:PARAMETERS]
    try:
        pieces = decode_header(words)
    except (HeaderParseError, binascii.Error, ValueError):
        pieces = [(words, None)]
    text = "".join(piece if isinstance(piece, str) else decoded(piece, charset) for piece, charset in pieces)
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def leaves(message: Message, depth: int = 0) -> Iterator[Message]:
    """The parts that are no containers, in order; a letter inside a letter is one of them."""
    if message.get_content_maintype() == "multipart" and message.is_multipart():
        for part in _children(message) if depth < DEPTH else ():
            yield from leaves(part, depth + 1)
    else:
        yield message


def content(message: Message) -> Content:
    """What a letter holds."""
    parts = list(islice(leaves(message), PARTS))
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
    except (ValueError, LookupError, TypeError, AttributeError):
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
    except (ValueError, LookupError, TypeError, AttributeError):
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
    except (ValueError, LookupError, TypeError, AttributeError):
        return None


def decoded(data: bytes, charset: str | None) -> str:
    """The characters: as declared, else UTF-8, else Windows-1252. A western charset yields to UTF-8 where that fits."""
    codec = _codec(charset)
    for name in ("utf-8", codec) if codec in _WESTERN or codec is None else (codec, "utf-8"):
        try:
            return _clean(data.decode(name or "utf-8"))
        except ValueError:
            continue
    if codec is None or codec in _WESTERN or codec == "utf-8":
        return _clean(_cut_utf8(data) or data.decode("cp1252", "replace"))
    return _clean(data.decode(codec, "replace"))


def _cut_utf8(data: bytes) -> str | None:
    """UTF-8 of which the end is missing; None if it is none."""
    for missing in (1, 2, 3):
        with suppress(ValueError):
            text = data[:-missing].decode()
            return None if text.isascii() else text
    return None


def _codec(charset: str | None) -> str | None:
    """Python's name of a charset, the wider one that senders mean by it; None for what is none."""
    try:
        name = codecs.lookup(charset.strip().lower()).name if charset else ""
        b"....".decode(name or "utf-8", "replace")
    except (LookupError, ValueError):
        return None
    return _WIDER.get(name, name) if name and name not in _NO_CHARSET else None


def _clean(text: str) -> str:
    return _CONTROL.sub("", _LINE_END.sub("\n", text)).replace("\xa0", " ")


def flowed(text: str, *, delete_space: bool) -> str:
    """Lines that end in a space joined with the next of the same depth of quotes; stuffing removed (RFC 3676, 4)."""
    lines: list[list[str]] = []
    open_depth = -1
    for line in text.split("\n"):
        bare = line.lstrip(">")
        depth = len(line) - len(bare)
        bare = bare.removeprefix(" ")
        if depth == open_depth and bare and bare != "-- ":
            lines[-1].append(bare)
        else:
            lines.append([f"{'>' * depth} {bare}" if depth else bare])
        flows = bare.endswith(" ") and bare != "-- "
        if flows and delete_space:
            lines[-1][-1] = lines[-1][-1].removesuffix(" ")
        open_depth = depth if flows else -1
    return "\n".join("".join(pieces) for pieces in lines)


# What an HTML letter shows.

_DATA = re.compile(r"data:[\w/+.-]{1,60};base64,[A-Za-z0-9+/=]+")
_NO_TAG = re.compile(r"<(?:[!?][^<>]*>|(?![/a-zA-Z][^<>]{0,3000}>))")
_TAGS = re.compile(r"<[^<>]*>")
_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all|font-size\s*:\s*0(?:px|pt|em|%)?\s*(?:;|$)",
    re.IGNORECASE,
)
_INDENT = re.compile(r"border\s*:\s*(?:none|0)", re.IGNORECASE)
_LINE_BREAK, _PARAGRAPH_END = "\1", "\2"
_UNSEEN = frozenset({"head", "script", "style", "template", "title", "object", "svg", "noscript", "select"})
_PARAGRAPH = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table", "pre", "hr"})
_LINE = frozenset(
    {"div", "tr", "dt", "dd", "section", "article", "header", "footer", "center", "body", "blockquote", "li"}
)
_INTRODUCTIONS = frozenset({"gmail_attr", "moz-cite-prefix", "moz-email-headers-table", "reply-intro"})
_QUOTES = frozenset(
    {"yahoo_quoted", "protonmail_quote", "tutanota_quote", "zmail_extra", "ntes-mailmaster-quote", "isReplyContent"}
)
_HISTORY = frozenset({
    "divRplyFwdMsg", "appendonsend", "mail-editor-reference-message-container", "ms-outlook-mobile-reference-message",
    "moz-forward-container", "OutlookMessageHeader", "OLK_SRC_BODY_SECTION", "zwchr",
})  # fmt: skip
_OWN_SIGNATURES = frozenset({
    "gmail_signature", "moz-signature", "protonmail_signature_block", "Signature", "signature", "AppleMailSignature",
    "ms-outlook-mobile-signature", "yahoo-signature",
})  # fmt: skip


def html_text(html: str, limit: int = HTML) -> str:
    """What an HTML letter shows, as lines: quoted passages as one line `>`, history cut off at `HISTORY`."""
    try:
        soup = BeautifulSoup(_harmless(html, limit), "html.parser", multi_valued_attributes=None)
    except ParserRejectedMarkup:
        return _lines([_TAGS.sub(" ", html[:limit])])
    shown: list[str] = []
    open_tags: list[tuple[Tag, Iterator[object], int]] = [(soup, iter(soup.contents), -1)]
    length = preformatted = asked = 0
    while open_tags and length < TEXT:
        tag, children, signature = open_tags[-1]
        child = next(children, None)
        if child is None:
            open_tags.pop()
            if asked <= signature:  # nothing is asked in it
                del shown[signature:]
            shown.append(_break(tag))
            preformatted -= tag.name == "pre"
        elif isinstance(child, Tag):
            instead = "\n" if child.name == "br" else _instead(child)
            if instead is None:
                begin = len(shown) if _marks(child) & _OWN_SIGNATURES else -1
                open_tags.append((child, iter(child.contents), begin))
                preformatted += child.name == "pre"
            shown.extend([_break(child), "- " if child.name == "li" else ""] if instead is None else [instead])
            if instead == f"\n{HISTORY}\n":
                break
        elif isinstance(child, NavigableString) and not isinstance(child, PreformattedString):
            shown.append(str(child) if preformatted else re.sub(r"\s+", " ", child))
            length += len(shown[-1])
            asked = len(shown) if "?" in child else asked
    return _lines(shown)


def _harmless(html: str, limit: int) -> str:
    """The body, without comments and with every `<` that begins no tag escaped.

    Python's parser reads to the end of the text for each comment or tag that is never closed: without this, 50 kB cost 15 s.
    """
    begin = re.search(r"<body\b", html, re.IGNORECASE)
    first, *others = _DATA.sub("", html[begin.start() if begin else 0 :]).split("<!--")
    visible = first + "".join(other.partition("-->")[2] for other in others)
    whole, cut_off, begun_tag = visible[:limit].rpartition("<")
    if len(visible) <= limit or ">" in begun_tag:
        whole += cut_off + begun_tag
    return "<body>" + _NO_TAG.sub(lambda found: "" if found[0].endswith(">") else "&lt;", whole)


def _break(tag: Tag) -> str:
    if tag.name in {"td", "th"}:
        return " "
    return _PARAGRAPH_END if tag.name in _PARAGRAPH else _LINE_BREAK if tag.name in _LINE else ""


def _instead(tag: Tag) -> str | None:
    """What stands for an element that is not read; None if it is read."""
    style = str(tag.get("style", ""))
    if tag.name in _UNSEEN or tag.has_attr("hidden") or _HIDDEN.search(style[:PARAMETERS]):
        return ""
    marks = _marks(tag)
    if marks & _HISTORY:
        return f"\n{HISTORY}\n"
    if marks & _INTRODUCTIONS:
        return f"\n{HISTORY}\n" if "---" in _begins(tag) else ""
    indented = tag.name == "blockquote" and _INDENT.search(style[:PARAMETERS]) and not tag.has_attr("type")
    if (tag.name == "blockquote" and not indented) or marks & _QUOTES or tag.get("name") == "quote":
        return f"\n{QUOTE}\n"
    return None


def _marks(tag: Tag) -> set[str]:
    return {str(tag.get("id", "")), *str(tag.get("class", "")).split()}


def _begins(tag: Tag) -> str:
    """The first words in it, or near it."""
    near = islice(tag.next_elements, 10)
    return next((text for part in near if isinstance(part, NavigableString) and (text := part.strip())), "")


def _lines(pieces: Iterable[str]) -> str:
    """The pieces as lines; a line that is already ended is not ended again by an element, only by a line break."""
    lines: list[str] = []
    line = ""
    for piece in pieces:
        if piece in {_LINE_BREAK, _PARAGRAPH_END}:
            lines.extend([line] if line.strip() else [])
            lines.extend([""] if piece == _PARAGRAPH_END else [])
            line = ""
        else:
            first, *others = piece.split("\n")
            line += first
            if others:
                lines.extend([line, *others[:-1]])
                line = others[-1]
    text = "\n".join(" ".join(line.split()) for line in [*lines, line])
    return re.sub(r"\n{3,}", "\n\n", _clean(text))[:TEXT].strip("\n")
