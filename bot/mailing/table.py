"""A coordinator's table as it was read: its head, its rows, and what is odd about its cells.

Knows rows by the numbers that a spreadsheet shows, and which texts a spreadsheet would take for a formula. Does not know files, nor
what a column means.
"""

import re
from dataclasses import dataclass

from bot.model.campaign import Finding

FORMULA_SIGNS = "=+-@\t\r\n＝＋－＠"
"""What a spreadsheet takes for the begin of a formula (OWASP, CSV injection), full-width signs included."""
_HARMLESS = re.compile(r"[+\-＋－]?[\d\s.,()/%:\-]*")
"""A number or a telephone number: nothing in it can call a function or name a cell."""


class TableError(Exception):
    """A table that cannot be read, and what to do about it."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row below the head, by its number in the spreadsheet; as many cells as the head has."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table of one person a row. `digest` is that of the file (SHA-256, hex); blank rows are not among the rows."""

    name: str
    digest: str
    head: tuple[str, ...]
    rows: tuple[Row, ...]
    findings: tuple[Finding, ...] = ()


def formula_like(text: str) -> bool:
    """Whether a spreadsheet could take a text for a formula; plain numbers and telephone numbers are harmless."""
    bare = text.lstrip(" \u00a0\u200b\ufeff")
    return bool(bare) and bare[0] in FORMULA_SIGNS and not _HARMLESS.fullmatch(bare.strip())


def plain_cell(text: str) -> str:
    """A text that every spreadsheet shows as it is: an apostrophe leads what could be taken for a formula."""
    return f"'{text}" if formula_like(text) else text


def column_letters(index: int) -> str:
    """How a spreadsheet names the column at an index: 0 is A, 26 is AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
