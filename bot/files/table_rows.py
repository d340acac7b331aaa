"""From cells as a file holds them to a table: where its head is, which rows count, what does not fit.

Knows heads and widths. Does not know formats of files, nor what a column means.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from bot.mailing.cells import cell_findings, shown
from bot.mailing.table import Row, Table, TableError, column_letters
from bot.model.campaign import Finding

MOST_ROWS = 200_000
MOST_COLUMNS = 300
LONGEST_HEAD = 200
LOST = ("?", "\ufffd", "ï»¿", "\xff\xfe", "\xfe\xff")
"""What a mark of order at the beginning of a file becomes when the file was read in another encoding."""
_ENCODING = "save the table again as CSV UTF-8 or XLSX, look at letters like ä and é"


@dataclass(slots=True)
class RawRow:
    """A row of a file; `odd` are its cells that are no plain values, by index: code, what, cure."""

    number: int
    cells: list[str]
    odd: dict[int, tuple[str, str, str]] = field(default_factory=dict)

    @property
    def blank(self) -> bool:
        """Whether nothing stands in it."""
        return not self.odd and not any(cell and not cell.isspace() for cell in self.cells)


def table_of(name: str, digest: str, raw: Iterable[RawRow], *, strict: bool, findings: Iterable[Finding] = ()) -> Table:
    """The table; `strict` where a cell is known by its place in the row only (CSV), so that a missing one shifts the others."""
    rows = kept(raw, name)
    if not rows:
        raise TableError(
            f"{name} holds no row: save the sheet that holds the table (as CSV UTF-8 or Excel workbook .xlsx)"
        )
    first, body = rows[0], rows[1:]
    width = len(first.cells) if strict else max(len(row.cells) for row in rows)
    used = {index for row in rows for index, cell in enumerate(row.cells[:width]) if cell.strip()}
    width = max(used, default=-1) + 1
    head = tuple(_head(first, index) for index in range(width))
    found = [*_of_head(first, head, used), *_ragged(body, first, width, strict=strict)]
    found += [
        Finding("red", code, what, cure, row.number, head[index])
        for row in rows
        for index, (code, what, cure) in row.odd.items()
        if index < width
    ]
    filled = tuple(Row(row.number, (*row.cells[:width], *[""] * (width - len(row.cells)))) for row in body)
    marked = {(finding.row, finding.column) for finding in found}
    found += [each for each in cell_findings(head, filled) if (each.row, each.column) not in marked]
    found.sort(key=lambda finding: finding.row)
    return Table(name, digest, head, filled, (*findings, *found))


def kept(raw: Iterable[RawRow], name: str) -> list[RawRow]:
    """The rows that are not blank; TableError if they are more than any call has applicants."""
    rows: list[RawRow] = []
    for row in raw:
        if row.blank:
            continue
        if len(rows) > MOST_ROWS:
            raise TableError(f"{name} has more than {MOST_ROWS:,} rows: keep the rows of this call only")
        if len(row.cells) > MOST_COLUMNS:
            filled = max(index for index, cell in enumerate(row.cells) if index >= MOST_COLUMNS or cell)
            place = f"row {row.number}, column {column_letters(filled)}"
            raise TableError(
                f"{name}, {place}: the table is wider than {MOST_COLUMNS} columns: delete what stands so far right"
            )
        rows.append(row)
    return rows


def _head(first: RawRow, index: int) -> str:
    text = " ".join(first.cells[index].split()) if index < len(first.cells) else ""
    return shown(text, LONGEST_HEAD) or f"column {column_letters(index)}"


def _of_head(first: RawRow, head: tuple[str, ...], used: set[int]) -> Iterable[Finding]:
    if first.cells and first.cells[0].strip().startswith(LOST):
        what = f"`{shown(head[0])}` begins with a sign that stands where another was lost"
        yield Finding("orange", "head-misread", what, f"{_ENCODING}, and write the head anew", first.number, head[0])
    for text, count in Counter(cell.casefold() for cell in head).items():
        if count > 1:
            twice = [index for index, cell in enumerate(head) if cell.casefold() == text]
            where = " and ".join(column_letters(index) for index in twice)
            what = f"`{shown(head[twice[0]])}` heads {count} columns ({where})"
            yield Finding("orange", "head-twice", what, "give each its own head", first.number, head[twice[0]])
    for index in range(len(head)):
        if index in used and not (index < len(first.cells) and first.cells[index].strip()):
            what = "holds values but has no head"
            yield Finding("orange", "no-head", what, "write a head, or empty the column", first.number, head[index])


def _ragged(body: list[RawRow], first: RawRow, width: int, *, strict: bool) -> Iterable[Finding]:
    for row in body:
        if any(cell.strip() for cell in row.cells[width:]):
            what = f"has {len(row.cells)} cells, the head {len(first.cells)}"
            cure = "look for a separator inside a cell, or an unclosed quote; put such cells in quotes"
            yield Finding("red", "ragged", what, cure, row.number)
        elif strict and len(row.cells) < min(width, len(first.cells)):
            what = f"has {len(row.cells)} cells, the head {len(first.cells)}"
            yield Finding(
                "red", "ragged", what, "write out every separator; what is missing may shift the others", row.number
            )
