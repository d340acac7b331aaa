"""The ids of our own letters in whatever came back: in its headers, its parts, and the letter that it quotes or returns.

Knows how letters are returned: whole, as headers, encoded though they must not be (RFC 2046, 5.2.1), as HTML, in plain text, or by an
id of the envelope. Does not know what a letter that came back says.

All work is linear in the letter, which `mime.parse` bounds.
"""

import binascii
import quopri
import re
from collections.abc import Iterator
from email.message import Message
from itertools import islice
from typing import NamedTuple

from bot.correspondence.texts import decoded

PARTS = 300
_OWN = re.compile(r"([0-9a-f]{32})(?:\.|&#0*46;|&#x0*2e;|&period;)(mail|\d{1,18})(?:@|%40|&#0*64;|&#x0*40;|&commat;)")
_ANSWERED = re.compile(r"^([> |\t]*)(?:references|in-reply-to)[ \t]*:[^\n]*(?:\n\1[ \t]+[^\n]*)*", re.MULTILINE)
"""Headers of a returned letter that name other letters than itself."""
_BREAK = re.compile(r"</?(?:br|p|div|tr|td|th|li|pre|h\d)\b[^<>]{0,300}>")
_TAG = re.compile(r"<[^<>]{1,300}>")
_HEADS = ("references", "in-reply-to", "message-id")


class OwnId(NamedTuple):
    """An id of ours: of a mail that told a result, or of another letter."""

    token: str
    decision: bool


def named(references: tuple[str, ...]) -> list[OwnId]:
    """Our ids among those that a letter names as answered, the last first."""
    return [
        OwnId(found[1], found[2] == "mail")
        for one in reversed(references)
        if (found := _OWN.match(one.strip().lower()))
    ]


def quoted(message: Message, *, answered: bool = False) -> Iterator[OwnId]:
    """Our ids in what a letter holds, in order, without (unless `answered`) the letters that a returned one answers itself."""
    for text in _texts(message):
        lower = text.lower()
        for found in _OWN.finditer(_ANSWERED.sub("", lower) if "@" in lower and not answered else lower):
            yield OwnId(found[1], found[2] == "mail")


def _texts(message: Message) -> Iterator[str]:
    for number, part in enumerate(islice(message.walk(), PARTS)):
        yield "\n".join(f"{name}: {value}" for name, value in part.raw_items() if number or name.lower() not in _HEADS)
        text = text_of(part)
        yield text
        if part.get_content_type() == "text/html" and "<" in text:
            yield _TAG.sub("", _BREAK.sub("\n", text.lower()))


def text_of(part: Message) -> str:
    """A part's text; of a part of type message/* only if it was encoded against the rules."""
    payload = part.get_payload()
    if isinstance(payload, list):
        return (
            decoded_against_rules(inner_of(part), encoding_of(part)) if part.get_content_maintype() == "message" else ""
        )
    data = part.get_payload(decode=True)
    if not isinstance(data, bytes):
        return ""
    if part.get_content_maintype() == "text":
        return decoded(data, _charset(part))
    return data.replace(b"\0", b"").decode("latin-1")  # without zeros UTF-16 reads as what it spells


def encoding_of(part: Message) -> str:
    """Content-Transfer-Encoding in lower case."""
    return str(part.get("content-transfer-encoding", "")).strip().lower()


def inner_of(part: Message) -> str:
    """What stands in a part of type message/*, as written: its blocks of fields, and what is below them."""
    payload = part.get_payload()
    blocks = payload[:PARTS] if isinstance(payload, list) else [part]
    return "\n".join(_block(one) for one in blocks if isinstance(one, Message))


def _block(block: Message) -> str:
    payload = block.get_payload()
    below = payload if isinstance(payload, str) else ""
    return "\n".join([*(f"{name}: {value}" for name, value in block.raw_items()), below])


def decoded_against_rules(text: str, encoding: str) -> str:
    """What an encoding hides in a part that must have none; "" for another."""
    data = text.encode("utf-8", "surrogateescape")
    try:
        if encoding == "base64":
            bare = re.sub(rb"[^A-Za-z0-9+/]", b"", data)
            bare = bare[:-1] if len(bare) % 4 == 1 else bare
            return decoded(binascii.a2b_base64(bare + b"=" * (-len(bare) % 4)), None)
        return decoded(quopri.decodestring(data), None) if encoding == "quoted-printable" else ""
    except ValueError:
        return ""


def _charset(part: Message) -> str | None:
    try:
        return part.get_content_charset()
    except (ValueError, LookupError, TypeError, AttributeError):
        return None
