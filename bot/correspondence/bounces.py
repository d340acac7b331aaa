"""What a delivery report says of whom: failed for good, delayed, or neither.

Knows the fields of RFC 3464, where they stand and where they are only pasted; the many servers that keep to no RFC are known by
flufl.bounce. Does not know whether a letter is such a report, nor what it says in words.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from itertools import islice

from flufl.bounce import scan_message

from bot.correspondence.headers import normal_address
from bot.correspondence.returned_parts import PARTS, decoded_against_rules, encoding_of, inner_of, text_of
from bot.correspondence.returned_words import Fate, fate_in, report_lines

STATUS_PARTS = ("message/delivery-status", "message/global-delivery-status")
RETURNED_PARTS = frozenset({"message/rfc822", "message/global", "text/rfc822-headers", "message/global-headers"})
_FIELD = re.compile(r"[> \t]*([A-Za-z][A-Za-z-]{0,40})[ \t]*:[ \t]*(.*)")
_KNOWN = frozenset(
    {"original-recipient", "final-recipient", "x-actual-recipient", "action", "status", "diagnostic-code"}
)
_ADDRESSES = ("original-recipient", "final-recipient", "x-actual-recipient")
_TYPE = re.compile(r"^\s*[A-Za-z0-9-]{1,20}\s*;\s*")


@dataclass(frozen=True, slots=True)
class Told:
    """What a report says of one recipient (RFC 3464, 2.3): `fate` is None if the letter was delivered or passed on."""

    fate: Fate | None
    addresses: tuple[str, ...] = ()
    status: str = ""
    diagnostic: str = ""


def recipients(report: Message) -> list[Told]:
    """What the fields of a report say of each recipient; empty if no action is told."""
    return [told for text in islice(_fields(report), PARTS) for told in _told(text)]


def failed_recipients(message: Message) -> tuple[str, ...]:
    """The addresses that a delivery report says failed for good, as it writes them; call it for reports only.

    The letter is cut down for it: the library reads text by dozens of expressions, some quadratic in a line. 30 kB are
    left, no line beyond 300 characters, and nothing of the letter that came back.
    """
    try:
        told = recipients(message)
        if told and all(one.fate != "failed" for one in told):
            return ()
        if not told and fate_in(str(message.get("subject", ""))[:1000], report_lines(_plain(message))) == "delayed":
            return ()
        _cut_down(message)
        found = scan_message(message)
    except Exception:  # each of its eighteen detectors stumbles over malformed reports in its own way
        return ()
    return tuple(sorted(address.decode("ascii", "ignore") for address in found))


def report_parts(message: Message) -> Iterator[Message]:
    """The parts of a report without those of the letter that it returns."""
    if message.get_content_type() in RETURNED_PARTS:
        return
    yield message
    if message.get_content_maintype() == "multipart":
        payload = message.get_payload()
        for part in payload[:PARTS] if isinstance(payload, list) else ():
            if isinstance(part, Message):
                yield from report_parts(part)


def _fields(report: Message) -> Iterator[str]:
    """The texts in which fields about recipients stand."""
    for part in islice(report_parts(report), PARTS):
        if part.get_content_type() in STATUS_PARTS:
            inner = inner_of(part)
            yield decoded_against_rules(inner, encoding_of(part)) or inner
        elif part.get_content_type() == "text/plain":
            text = "\n".join(report_lines(text_of(part)))
            if "final-recipient" in text.lower():
                yield text


def _told(text: str) -> Iterator[Told]:
    for block in re.split(r"\n[ \t\r]*\n", text[:60_000])[:PARTS]:
        fields = _block(block)
        action = fields.get("action", "").lower()
        if not action:
            continue
        written = [_TYPE.sub("", fields[name]) for name in _ADDRESSES if name in fields]
        usable = [found for one in written if (found := normal_address(one.strip(" <>\"'")))]
        fate: Fate | None = "failed" if action.startswith(("fail", "error")) else None
        fate = "delayed" if action.startswith("delay") else fate
        diagnostic = _TYPE.sub("", fields.get("diagnostic-code", ""))
        yield Told(fate, tuple(dict.fromkeys(usable)), fields.get("status", ""), diagnostic)


def _block(block: str) -> dict[str, str]:
    """The fields of one recipient, by lower-case name; a line that begins with a space goes on with the last."""
    fields: dict[str, str] = {}
    last = ""
    for line in (line[:1000] for line in block.split("\n")[:100]):
        found = _FIELD.match(line)
        name = found[1].lower() if found else ""
        if found and name in _KNOWN:
            last = "" if name in fields else name
            fields.setdefault(name, found[2].strip())
        elif last and line[:1] in {" ", "\t"}:
            fields[last] = f"{fields[last]} {line.strip()}"[:2000]
        else:
            last = ""
    return fields


def _plain(message: Message) -> str:
    parts = (part for part in islice(report_parts(message), PARTS) if part.get_content_type() == "text/plain")
    return "\n\n".join(text_of(part)[:30_000] for part in parts)


def _cut_down(report: Message) -> None:
    left = 30_000
    for part in report.walk():
        payload = part.get_payload()
        if part.get_content_type() in {"message/rfc822", "text/rfc822-headers", "text/html"}:
            part.set_payload("")
        elif isinstance(payload, str):
            text = "\n".join(line[:300] for line in payload[:left].split("\n"))
            part.set_payload(text)
            left -= len(text)
