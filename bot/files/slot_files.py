"""Files that `callboard slots` writes: a table of those who must be told, a calendar. Private, and never in place of another.

Knows CSV and rights of files. Does not know slots or iCalendar.
"""

import csv
import io
import os
from collections.abc import Sequence
from pathlib import Path

from bot.mailing.table import plain_cell


class FileStandsError(Exception):
    """A file cannot be written, and what to do about it."""


def write_private(file: Path, data: bytes) -> None:
    """Write a file that only its owner reads; FileStandsError if there is one of that name, or none can be written."""
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    except FileExistsError:
        raise FileStandsError(f"{file} stands already: name another file, or take that one away") from None
    except OSError as error:
        raise FileStandsError(f"{file} cannot be written ({error.strerror}): name another file") from None
    with os.fdopen(handle, "wb") as out:
        out.write(data)


def unused(file: Path) -> Path:
    """That name, or the first with a number that no file has."""
    number, found = 1, file
    while found.exists() or found.is_symlink():
        number += 1
        found = file.with_stem(f"{file.stem}-{number}")
    return found


def table_bytes(head: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    """A table as CSV (UTF-8 with its mark, which spreadsheets read right); no cell is taken for a formula."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";")
    writer.writerow(head)
    writer.writerows([[plain_cell(cell) for cell in row] for row in rows])
    return text.getvalue().encode("utf-8-sig")
