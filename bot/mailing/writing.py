"""A letter's final bytes, as they are previewed, approved and sent: plain text with an HTML part, marked as automatic.

RFC 5322 (headers, Message-ID), RFC 2047 (words in headers), RFC 2045 section 6.7 (quoted-printable), RFC 2046 section 5.1.4 (the plain
part first), RFC 3834 section 5 (Auto-Submitted), RFC 6047 (a calendar entry: as a part, which calendars offer to take over, and as a
file for everybody else). Out-of-office notes are wanted, so nothing asks to suppress them. Writes the bytes itself:
the email package needs longer than the rest of the work together, and decodes what looks encoded in a subject. Lines end with CRLF;
dots are not stuffed, that is the sender's matter. Has no clock: the date is given.
"""

import binascii
import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from email.errors import MessageError
from email.headerregistry import Address
from email.utils import format_datetime

import idna

from bot.mailing.template import Rendered
from bot.model.slot import Method

Signer = Callable[[bytes], bytes]
"""Signs a letter: its bytes with a signature before them (`mailing/signing.py`)."""

_LINE, _WORD = 76, 45
"""Bytes of a line of a header; bytes in one encoded word, before base64 (75 characters with its marks: RFC 2047, section 2)."""
_TOKEN = re.compile(r"[0-9a-f]{32}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?: [A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_DOMAIN = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)*[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?")
_LOCAL = re.compile(r"[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*")
"""What stands before the @ of nearly all addresses: no parser is asked about it."""
_CONTROL = re.compile("[\\x00-\\x1f\\x7f-\\x9f\\u2028\\u2029\\ud800-\\udfff]")
_CONTROL_IN_TEXT = re.compile("[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\\u2028\\u2029\\ud800-\\udfff]")
_SPECIAL = re.compile(r'(["\\])')


@dataclass(frozen=True, slots=True)
class Mailbox:
    """An address and the name shown with it."""

    address: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Calendar:
    """A calendar entry that goes with a letter: a file of RFC 5545, and the method that it names (`mailing/invitation.py`)."""

    method: Method
    data: bytes


class LetterWriter:
    """Writes the letters of one sender. ValueError for a sender that cannot be written down."""

    def __init__(self, sender: Mailbox, signer: Signer | None = None) -> None:
        address = written(sender.address)
        self._from = _mailbox("From", sender.name, address)
        self.domain = address.rpartition("@")[2]
        self._signer = signer

    def write(
        self,
        to: Mailbox,
        rendered: Rendered,
        *,
        token: str,
        date: dt.datetime,
        language: str,
        calendar: Calendar | None = None,
    ) -> bytes:
        """The bytes of a letter, of plain text alone if there is nothing else; ValueError for what cannot stand in one.

        `token` (32 hex digits, unguessable) names the letter; the same arguments give the same bytes.
        """
        if not _TOKEN.fullmatch(token) or not _LANGUAGE.fullmatch(language) or date.tzinfo is None:
            raise ValueError("a letter needs a token of 32 hex digits, a language and a date with its zone")
        head = (
            f"{self._from}"
            f"{_mailbox('To', to.name, written(to.address))}"
            f"Subject: {_words(rendered.subject, len('Subject: '))}\r\n"
            f"Date: {format_datetime(date)}\r\n"
            f"Message-ID: <{token}.mail@{self.domain}>\r\n"
            "MIME-Version: 1.0\r\n"
            "Auto-Submitted: auto-generated\r\n"
            f"Content-Language: {language}\r\n"
        ).encode("ascii")
        parts = [_part("plain", rendered.text)]
        if rendered.html:
            parts.append(_part("html", rendered.html))
        if calendar:
            parts.append(_entry(calendar))
        body = parts[0] if len(parts) == 1 else _multipart("alternative", f"=_{token}", parts)
        if calendar:
            body = _multipart("mixed", f"=_m{token}", [body, _attached(calendar)])
        letter = head + body
        return self._signer(letter) if self._signer else letter


def written(address: str) -> str:
    """The address as every mail server takes it, its domain in ASCII (RFC 5890); ValueError if it cannot be written so."""
    _check(address)
    local, _, domain = address.rpartition("@")
    spec = ""
    try:
        spec = f"{local}@{domain if domain.isascii() else idna.encode(domain, uts46=True).decode('ascii')}"
        sound = _LOCAL.fullmatch(local) or Address(addr_spec=spec).addr_spec == spec
    except (MessageError, IndexError, ValueError):  # IDNAError is a ValueError
        sound = False
    if not sound or not spec.isascii() or " " in spec or not _DOMAIN.fullmatch(spec.rpartition("@")[2]):
        raise ValueError(f'"{address}" is no address that mail can be sent to')
    return spec


def _mailbox(header: str, name: str, address: str) -> str:
    """A header with one address (RFC 5322, section 3.4)."""
    if not name:
        return f"{header}: {address}\r\n"
    if name.isascii() and len(name) <= _LINE - 2 * len(header) and "=?" not in name:
        _check(name)
        quoted = _SPECIAL.sub(r"\\\1", name)
        shown = name if _ATOMS.fullmatch(name) else f'"{quoted}"'
    else:
        shown = _encoded(name, len(header) + 2)
    end = len(header) + 2 + len(shown) if "\r\n" not in shown else len(shown) - shown.rindex("\n") - 1
    return f"{header}: {shown}{' ' if end + len(address) + 3 <= _LINE else chr(13) + chr(10) + ' '}<{address}>\r\n"


def _words(text: str, taken: int) -> str:
    """Text of a header, folded after `taken` characters; what could be read in another way is encoded."""
    if text.isascii() and "=?" not in text and "  " not in text and text == text.strip():
        _check(text)
        return _folded(text, taken)
    return _encoded(text, taken)


def _folded(text: str, taken: int) -> str:
    """ASCII words in lines; a word that is longer than a line is encoded with the rest."""
    if taken + len(text) <= _LINE:
        return text
    words = text.split(" ")
    if max(map(len, words)) > _LINE - taken:
        return _encoded(text, taken)
    lines, line = [], words[0]
    for word in words[1:]:
        if taken + len(line) + 1 + len(word) > _LINE:
            lines.append(line)
            line, taken = word, 1
        else:
            line += f" {word}"
    return "\r\n ".join([*lines, line])


def _encoded(text: str, taken: int) -> str:
    """Encoded words (RFC 2047), each of whole characters, one a line."""
    _check(text)
    words, word, room = [], b"", _WORD - taken
    for character in text:
        data = character.encode("utf-8")
        if len(word) + len(data) > room:
            words.append(word)
            word, room = b"", _WORD
        word += data
    return "\r\n ".join(
        f"=?utf-8?b?{binascii.b2a_base64(one, newline=False).decode('ascii')}?=" for one in (*words, word) if one
    )


def _part(kind: str, text: str) -> bytes:
    """A part of text, or the whole of a letter that has no other, its lines in quoted-printable."""
    _check(text, lines=True)
    head = f'Content-Type: text/{kind}; charset="utf-8"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n'
    return head.encode("ascii") + binascii.b2a_qp(text.encode("utf-8")).replace(b"\n", b"\r\n")


def _multipart(kind: str, boundary: str, parts: Sequence[bytes]) -> bytes:
    """Parts as one; no part holds the boundary: quoted-printable never writes "=_", and base64 has no "_"."""
    mark = boundary.encode("ascii")
    head = f'Content-Type: multipart/{kind};\r\n boundary="{boundary}"\r\n\r\n'.encode("ascii")
    return b"".join((head, *(b"--%b\r\n%b\r\n" % (mark, part) for part in parts), b"--", mark, b"--\r\n"))


def _entry(calendar: Calendar) -> bytes:
    """A calendar entry as a part; its method is that of the file, or clients take neither (RFC 6047, section 2.4)."""
    if b"\r\nMETHOD:%b\r\n" % calendar.method.encode("ascii") not in calendar.data:
        raise ValueError(f"the calendar entry is not of the method {calendar.method}")
    return _file(f'text/calendar; charset="utf-8"; method={calendar.method}', "", calendar.data)


def _attached(calendar: Calendar) -> bytes:
    disposition = 'Content-Disposition: attachment; filename="invite.ics"\r\n'
    return _file('application/ics; name="invite.ics"', disposition, calendar.data)


def _file(kind: str, disposition: str, data: bytes) -> bytes:
    """A part whose bytes come back as they are: base64, in lines of 76 characters."""
    head = f"Content-Type: {kind}\r\n{disposition}Content-Transfer-Encoding: base64\r\n\r\n".encode("ascii")
    lines = (binascii.b2a_base64(data[place : place + 57], newline=False) for place in range(0, len(data), 57))
    return head + b"\r\n".join(lines)


def _check(text: str, *, lines: bool = False) -> None:
    """ValueError for a character that could end a header or a line of it, or that no letter holds."""
    if found := (_CONTROL_IN_TEXT if lines else _CONTROL).search(text):
        raise ValueError(f"a control character (U+{ord(found[0]):04X}) cannot stand in a letter")
