"""What is wrong with the text of a cell, whatever its column means: formulas, lost letters, characters nobody sees.

Knows characters (Unicode categories), and texts decoded with the wrong encoding. Does not know columns, people or files.
"""

import re
import unicodedata
from collections.abc import Iterator

from bot.mailing.table import Row, formula_like
from bot.model.campaign import Finding

LONGEST_SHOWN = 60
"""Characters of a cell that a finding quotes."""
_ODD = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffd\ud800-\udfff\u202a-\u202e\u2066-\u2069]|[\u0080-\uffff]{2}|^[\\W_]"
)
"""A cheap look: only what matches is looked at closely."""
_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")
_MISREAD = re.compile("[\u0080-\uffff]{2,}")
_CODECS = ("cp1252", "mac_roman", "cp850")
_HOLES = frozenset("\x81\x8d\x8f\x90\x9d")
"""Bytes that cp1252 leaves open; what reads it keeps them as they are."""


def shown(text: str, longest: int = LONGEST_SHOWN) -> str:
    """A cell as a finding quotes it: short, on one line, with what is invisible written out."""
    short = text if len(text) <= longest else f"{text[:longest]}…"
    return "".join(
        char
        if char == " " or unicodedata.category(char)[0] not in "CZ"
        else char.encode("unicode_escape", "surrogatepass").decode("ascii")
        for char in short
    )


def misread(text: str) -> bool:
    """Whether UTF-8 was read in another encoding, once or more often: `MÃ¼ller`."""
    return any(_reads_as_utf8(run) for run in _MISREAD.findall(text))


def _reads_as_utf8(run: str) -> bool:
    """Whether the bytes of a run of letters beyond ASCII are UTF-8 in their turn; sound text is so by chance only."""
    for codec in _CODECS:
        for start in range(len(run) - 1):
            try:
                data = _encoded(run[start : start + 4], codec)
            except UnicodeEncodeError:
                continue
            if _leads_utf8(data):
                return True
    return False


def _encoded(text: str, codec: str) -> bytes:
    return b"".join(bytes([ord(char)]) if codec == "cp1252" and char in _HOLES else char.encode(codec) for char in text)


def _leads_utf8(data: bytes) -> bool:
    for length, first, last in ((2, 0xC3, 0xC5), (3, 0xE2, 0xE2), (4, 0xF0, 0xF0)):
        if len(data) >= length and first <= data[0] <= last:
            try:
                data[:length].decode("utf-8")
            except UnicodeDecodeError:
                continue
            return True
    return False


def cell_findings(head: tuple[str, ...], rows: tuple[Row, ...]) -> Iterator[Finding]:
    """What is wrong with cells, row by row."""
    for row in rows:
        for column, text in zip(head, row.cells, strict=True):
            if text and _ODD.search(text):
                yield from _of_cell(row.number, column, text)


def _of_cell(row: int, column: str, text: str) -> Iterator[Finding]:
    if formula_like(text):
        yield Finding(
            "red",
            "formula",
            f"`{shown(text)}` would be taken for a formula by a spreadsheet",
            "delete the leading sign, or the cell if somebody tampered with it",
            row,
            column,
        )
    if "\ufffd" in text or misread(text):
        yield Finding(
            "red",
            "misread",
            f"`{shown(text)}` has letters that were lost when the table was saved or read",
            "export the table again and save it as CSV UTF-8 or XLSX",
            row,
            column,
        )
    if _UNSEEN.search(text):
        yield Finding(
            "red",
            "unseen",
            f"`{shown(text)}` holds a character that nobody sees and that may turn the text about",
            "type the cell anew",
            row,
            column,
        )
