"""Excel workbooks (.xlsx) as rows of text.

Knows the container (which kinds of file are zip archives, how large one may unfold), sheets, and the values of cells (ECMA-376).
Does not know heads. Rows are taken from openpyxl's parser itself: its read-only sheets drop rows and cells that stand out of order,
and those beyond the size that a file claims, in silence.
"""

import datetime as dt
import io
import re
import warnings
import zipfile
from collections.abc import Iterator
from typing import Any

import openpyxl
from openpyxl.styles.numbers import BUILTIN_FORMATS
from openpyxl.worksheet._read_only import ReadOnlyWorksheet
from openpyxl.worksheet._reader import WorkSheetParser

from bot.files.table_rows import MOST_COLUMNS, RawRow, kept
from bot.mailing.table import TableError, column_letters
from bot.model.campaign import Finding

LARGEST_UNFOLDED = 256 * 1024 * 1024
"""Bytes of a workbook without its compression."""
SHOWN_PLACES = 10
DIGITS = 15
"""More digits of a number are lost in a spreadsheet."""
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_KINDS = (
    ("mimetype", "an OpenDocument file (.ods, .odt)"),
    ("xl/workbook.bin", "a binary workbook (.xlsb)"),
    ("Index/Document.iwa", "a Numbers file"),
    ("Index.zip", "a Numbers file"),
    ("word/document.xml", "a Word document"),
)
_TYPED = "copy the column and paste it as values only"
Marks = tuple[str, str, str]


def read_spreadsheet(name: str, data: bytes, sheet: str | None) -> tuple[list[RawRow], list[Finding]]:
    """The rows of the one sheet that holds something, or of the one named; and what is odd about the sheet."""
    _check_container(name, data)
    try:
        with warnings.catch_warnings():  # openpyxl warns of styles and extensions that do not touch values
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, keep_links=False)
            try:
                chosen = _sheet(name, book, sheet)
                return _rows(name, chosen)
            finally:
                book.close()
    except TableError:
        raise
    except Exception as error:  # a broken workbook makes openpyxl raise anything
        raise TableError(
            f"{name} is no sound workbook ({type(error).__name__}): open it in the spreadsheet program and save it again as .xlsx"
        ) from None


def _check_container(name: str, data: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = {info.filename: info.file_size for info in archive.infolist()}
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        raise TableError(f"{name} is damaged or only partly copied: fetch it again") from None
    for member, kind in _KINDS:
        if member in members and "xl/workbook.xml" not in members:
            raise TableError(f"{name} is {kind}: save it as Excel workbook (.xlsx) or as CSV UTF-8")
    if "xl/workbook.xml" not in members:
        raise TableError(f"{name} is an archive, not a workbook: unpack it, and name the table in it")
    if sum(members.values()) > LARGEST_UNFOLDED:
        raise TableError(
            f"{name} unfolds to more than {LARGEST_UNFOLDED // 1024 // 1024} MB: copy the table into a new workbook"
        )


def _sheet(name: str, book: Any, wanted: str | None) -> ReadOnlyWorksheet:
    sheets = {sheet.title: sheet for sheet in book.worksheets}
    if wanted is not None:
        if wanted in sheets:
            return sheets[wanted]  # type: ignore[no-any-return] # a workbook opened read-only holds no other
        raise TableError(f"{name} has no sheet `{wanted}`: say --sheet with one of {_listed(sheets)}")
    held = {title: sheet for title, sheet in sheets.items() if _holds_something(sheet)}
    if len(held) > 1:
        raise TableError(f"{name} has several sheets that hold something: say --sheet with one of {_listed(held)}")
    if not held:
        raise TableError(
            f"{name} holds no row: save the table as Excel workbook (.xlsx, not the strict kind) or CSV UTF-8"
        )
    return next(iter(held.values()))  # type: ignore[no-any-return] # as above


def _listed(sheets: dict[str, Any]) -> str:
    return ", ".join(
        f'"{title}"{"" if sheet.sheet_state == "visible" else " (hidden)"}' for title, sheet in sheets.items()
    )


def _parser(sheet: Any, source: Any) -> WorkSheetParser:
    book = sheet.parent
    return WorkSheetParser(
        source,
        sheet._shared_strings,
        epoch=book.epoch,
        date_formats=book._date_formats,
        timedelta_formats=book._timedelta_formats,
    )


def _holds_something(sheet: Any) -> bool:
    with sheet._get_source() as source:
        return any(cell["value"] not in (None, "") for _, cells in _parser(sheet, source).parse() for cell in cells)


def _rows(name: str, sheet: Any) -> tuple[list[RawRow], list[Finding]]:
    with sheet._get_source() as source:
        parser = _parser(sheet, source)
        rows = kept(_parsed(name, sheet, parser), name)
    seen = {row.number for row in rows}
    hidden = [int(number) for number, about in parser.row_dimensions.items() if _true(about.get("hidden"))]
    columns = [
        column_letters(index - 1)
        for about in parser.column_dimensions.values()
        if _true(about.get("hidden"))
        for index in range(int(about["min"]), min(int(about["max"]), MOST_COLUMNS) + 1)
    ]
    merged = [str(cells) for cells in getattr(parser.merged_cells, "mergeCell", ())]
    return rows, [
        *_places("hidden-rows", "rows that are hidden or filtered out", [str(n) for n in sorted(hidden) if n in seen]),
        *_places("hidden-columns", "hidden columns", columns),
        *_places("merged", "merged cells", merged),
    ]


def _true(text: object) -> bool:
    return text in ("1", "true", True)


_CURES = {
    "hidden-rows": "they are read like the others: show them all and look at them, or delete them",
    "hidden-columns": "they are read like the others: show them and look at them",
    "merged": "only the first cell of each holds the value: part them and fill in the others",
}


def _places(code: str, what: str, places: list[str]) -> Iterator[Finding]:
    if places:
        more = f" and {len(places) - SHOWN_PLACES} more" if len(places) > SHOWN_PLACES else ""
        listed = f"{', '.join(places[:SHOWN_PLACES])}{more}"
        yield Finding("orange", code, f"the sheet has {what}: {listed}", _CURES[code])


def _parsed(name: str, sheet: Any, parser: WorkSheetParser) -> Iterator[RawRow]:
    last = 0
    for number, cells in parser.parse():
        if number <= last:
            raise TableError(f"{name}, row {number}: stands out of order: open it and save it again as .xlsx")
        last = number
        row = RawRow(number, [])
        for cell in cells:
            index = cell["column"] - 1
            if cell["value"] in (None, "") and cell["data_type"] != "f":
                continue
            if index >= MOST_COLUMNS:
                place = f"row {number}, column {column_letters(index)}"
                raise TableError(f"{name}, {place}: holds something so far right: delete it")
            row.cells.extend([""] * (index + 1 - len(row.cells)))
            row.cells[index], mark = _value(sheet, cell)
            if mark:
                row.odd[index] = mark
        yield row


def _value(sheet: Any, cell: dict[str, Any]) -> tuple[str, Marks | None]:
    value, kind = cell["value"], cell["data_type"]
    if kind == "f":
        text = value if isinstance(value, str) else str(getattr(value, "text", None) or "=")
        return text, ("formula", "holds a formula, not a value", _TYPED)
    if kind == "e":
        return str(value), (
            "error-value",
            f"holds the error {value}",
            "mend the formula it came from, or type the value",
        )
    if isinstance(value, bool):
        return "yes" if value else "no", None
    if isinstance(value, dt.datetime | dt.date | dt.time | dt.timedelta):
        return _moment(value, _format(sheet, cell["style_id"])), None
    if isinstance(value, int | float):
        return _number(value, _format(sheet, cell["style_id"]))
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), str(value)), None


def _format(sheet: Any, style: int) -> str:
    book = sheet.parent
    number = book._cell_styles[style].numFmtId
    return BUILTIN_FORMATS.get(number, "General") if number < 164 else str(book._number_formats[number - 164])


def _number(value: float, form: str) -> tuple[str, Marks | None]:
    text = str(int(value)) if value == int(value) and abs(value) < 10**21 else f"{value:.15g}"
    if len(text.lstrip("-")) > DIGITS and "." not in text:
        cure = f"type it anew in a cell formatted as text; spreadsheets keep {DIGITS} digits of a number"
        return text, ("rounded", f"holds the number {text}, whose last digits are lost", cure)
    if form and set(form) == {"0"}:  # 0017 as its cell shows it
        text = text.zfill(len(form))
    return text, None


def _moment(value: dt.datetime | dt.date | dt.time | dt.timedelta, form: str) -> str:
    """A date or time as ISO text, with the time only where the cell shows one."""
    if isinstance(value, dt.timedelta):
        minutes, seconds = divmod(round(value.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02}{f':{seconds:02}' if seconds else ''}"
    if isinstance(value, dt.datetime):
        value = (value + dt.timedelta(microseconds=500_000)).replace(microsecond=0)
        if value.time() == dt.time() and "h" not in form.lower():
            return value.date().isoformat()
        return value.strftime("%Y-%m-%d %H:%M:%S" if value.second else "%Y-%m-%d %H:%M")
    if isinstance(value, dt.time):
        return value.strftime("%H:%M:%S" if value.second else "%H:%M")
    return value.isoformat()
