"""A coordinator's file as a table: CSV or XLSX, told by its content, never by its name (which at most says what a damaged one was).

Knows CSV (RFC 4180 and what spreadsheets make of it) and the encodings that can be told for certain; spreadsheets are read by
`spreadsheets.py`. Does not know what a column means. Nothing is guessed: what cannot be told is a TableError with its cure.
"""

import codecs
import csv
import hashlib
import io
import re
from collections.abc import Iterator
from pathlib import Path

from bot.files.spreadsheets import read_spreadsheet
from bot.files.table_rows import RawRow, table_of
from bot.mailing.table import Table, TableError

LARGEST = 64 * 1024 * 1024
"""Bytes of a file."""
DELIMITERS = ";,\t"
SAVE = "save it as CSV UTF-8 or as Excel workbook (.xlsx)"
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_WORKBOOKS = (".xlsx", ".xlsm", ".xltx", ".xls")
_AGAIN = f"it is damaged or only partly copied; fetch it again, open it and {SAVE}"
_SEPARATOR_LINE = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)
_OTHER_FORMATS = (
    (b"\xd0\xcf\x11\xe0", "is an old Excel file (.xls) or protected by a password"),
    (b"%PDF", "is a PDF"),
    (b"{\\rtf", "is a text document"),
    (b"<", "is a page (HTML or XML), whatever its name says"),
)


def read_table(file: Path, *, sheet: str | None = None, encoding: str | None = None) -> Table:
    """Read a table; `sheet` names one of a workbook's, `encoding` that of a CSV that is not UTF-8. Raises TableError."""
    data = _bytes(file)
    digest = hashlib.sha256(data).hexdigest()
    if data.startswith(b"PK"):
        raw, findings = read_spreadsheet(file.name, data, sheet)
        return table_of(file.name, digest, raw, strict=False, findings=findings)
    if sheet is not None:
        raise TableError(f"{file.name} is a CSV and has no sheets: leave out --sheet")
    try:
        text = _decoded(file.name, data, encoding)
    except TableError:
        if encoding is None and file.suffix.casefold() in _WORKBOOKS:
            raise TableError(f"{file.name} is no workbook, whatever its name says, nor a CSV: {_AGAIN}") from None
        raise
    return table_of(file.name, digest, _rows(file.name, text), strict=True)


def _bytes(file: Path) -> bytes:
    try:
        if file.stat().st_size > LARGEST:
            raise TableError(
                f"{file.name} is larger than {LARGEST // 1024 // 1024} MB: keep the table only, without pictures"
            )
        data = file.read_bytes()
    except OSError as error:
        raise TableError(f"{file} cannot be read ({error.strerror}): check its name and its rights") from None
    if not data.strip():
        raise TableError(f"{file.name} is empty: {SAVE}")
    for begin, what in _OTHER_FORMATS:
        if data.lstrip().startswith(begin):
            raise TableError(f"{file.name} {what}: open it and {SAVE}, without a password")
    return data


def _decoded(name: str, data: bytes, encoding: str | None) -> str:
    marked = next((codec for mark, codec in _BOMS if data.startswith(mark)), None)
    if data.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise TableError(f"{name} is UTF-32: {SAVE}")
    codec = marked or encoding or "utf-8"
    try:
        text = data.decode(codec)
    except LookupError:
        raise TableError(f"there is no encoding `{encoding}`: say for instance --encoding cp1252") from None
    except UnicodeDecodeError as error:
        raise TableError(_not_text(name, data, error, codec, given=bool(encoding))) from None
    except (UnicodeError, ValueError, TypeError):
        raise TableError(f"{name} cannot be read as {codec}: {SAVE}, or say --encoding cp1252") from None
    if text.count("\0") > len(text) // 4:
        raise TableError(f"{name} looks like UTF-16 without its mark: {SAVE}, or say --encoding utf-16-le")
    return text


def _not_text(name: str, data: bytes, error: UnicodeDecodeError, codec: str, *, given: bool) -> str:
    """Where the first byte that is no text stands, by the row of a spreadsheet, with the readable text before it."""
    before = data[: error.start].decode("latin-1")
    row = max(1, len(re.findall(r"\r\n|\r|\n", _outside_quotes(before))) + 1)
    what = f"{name}, row {row}: byte 0x{data[error.start]:02X} after `{before[-20:].splitlines()[-1] if before.strip() else ''}`"
    cure = SAVE if given else f"{SAVE}, or say --encoding cp1252 (Excel in western Europe)"
    return f"{what} is not {codec}: {cure}"


def _outside_quotes(text: str) -> str:
    return re.sub(r'"[^"]*"', "q", text)


def _rows(name: str, text: str) -> Iterator[RawRow]:
    """The records of a CSV, numbered as a spreadsheet does; a line `sep=;` is Excel's and no row."""
    if separator := _SEPARATOR_LINE.match(text):
        delimiter = separator[1]
        text = text[separator.end() :]
    else:
        delimiter = _delimiter(name, text)
    number = 0
    try:
        for number, cells in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True), 1):
            yield RawRow(number, cells)
    except csv.Error as error:
        raise TableError(
            f"{name}, row {number + 1}: {error}: check the quotes there; a quote inside a cell is written twice"
        ) from None


def _delimiter(name: str, text: str) -> str:
    """What parts the cells of the head, the first line that holds something."""
    head = next((line for line in _outside_quotes(text[:100_000]).splitlines() if line.strip(f" {DELIMITERS}")), "")
    counts = sorted(((head.count(delimiter), delimiter) for delimiter in DELIMITERS), reverse=True)
    if counts[0][0] and counts[0][0] == counts[1][0]:
        raise TableError(
            f"{name}: its head holds as many `{counts[0][1]}` as `{counts[1][1]}`, so what parts its cells cannot be told: "
            "put a line sep=; above the head"
        )
    return counts[0][1] if counts[0][0] else ","
