"""Bytes as text: in the characters that were meant, with plain line ends, and flowed lines joined (RFC 3676).

Knows how senders misname their charsets. Does not know which part of a letter a text is, nor whose words it holds.
"""

import codecs
import re
from contextlib import suppress

TEXT = 100_000
"""Characters of the longest text that is read; a person's letter is far below."""

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


def decoded(data: bytes, charset: str | None) -> str:
    """The characters: as declared, else UTF-8, else Windows-1252. A western charset yields to UTF-8 where that fits."""
    codec = _codec(charset)
    for name in ("utf-8", codec) if codec in _WESTERN or codec is None else (codec, "utf-8"):
        try:
            return clean(data.decode(name or "utf-8"))
        except ValueError:
            continue
    if codec is None or codec in _WESTERN or codec == "utf-8":
        return clean(_cut_utf8(data) or data.decode("cp1252", "replace"))
    return clean(data.decode(codec, "replace"))


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


def clean(text: str) -> str:
    """Without characters that do not print or turn the direction of writing; every line ends with a line feed."""
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
