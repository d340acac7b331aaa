"""What stands in the headers of a letter: words, addresses and ids, none of which can end a header (RFC 5322, RFC 2047).

Does not know what the headers of a letter say of it: that is told in mail and automatic.
"""

import binascii
import re
from collections.abc import Mapping, Sequence
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses

from bot.correspondence.texts import decoded

HEADER, PARAMETERS = 20_000, 1_000
"""Characters kept of a header, and of one with parameters, which the email package reads in quadratic time."""

Headers = Mapping[str, Sequence[str]]
"""Values by lower-case name."""

_ADDRESS = re.compile(
    r"[a-z0-9!#$%&'*+/=?^_`{|}~-][a-z0-9.!#$%&'*+/=?^_`{|}~-]{0,63}@(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}",
    re.IGNORECASE,
)
_ID = re.compile(r"<([!-;=?-~]{1,200}@[!-;=?-~]{1,200})>")


def read_headers(message: Message) -> dict[str, list[str]]:
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


def address_in(values: Sequence[str]) -> str:
    """The one usable address of a header, "" if there is none or several (RFC 5322, 3.4).

    Encoded words are not decoded before: an address never holds any (RFC 2047, 5), so what they spell is no address.
    """
    if not values or len(values[0]) > PARAMETERS:
        return ""
    try:
        found = {normal_address(address) for _, address in getaddresses([values[0]]) if address}
    except (ValueError, IndexError, RecursionError):
        return ""
    return found.pop() if len(found) == 1 else ""


def normal_address(address: str) -> str:
    """With its domain in lower case and ASCII (RFC 5890); "" if it is none that mail goes to."""
    local, _, domain = address.rpartition("@")
    try:
        domain = domain if domain.isascii() else domain[:253].encode("idna").decode()
    except ValueError:
        return ""
    written = f"{local}@{domain.lower()}"
    return written if _ADDRESS.fullmatch(written) and ".." not in written else ""


def ids_in(headers: Headers, name: str) -> list[str]:
    """The ids that the headers of this name hold, without < and >, in order."""
    return [found for value in headers.get(name, ()) for found in _ID.findall(value)]
