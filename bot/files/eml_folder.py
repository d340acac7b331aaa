"""A campaign's mails as .eml files in a folder, to be opened by any mail program before anything is sent.

File names are safe on every system: the row of the recipients' table, then letters, digits and hyphens of the name. Does not know what
the mails say.
"""

import os
import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path

from bot.model.delivery import Delivery

MARKER = ".callboard-preview"
"""Lies in a folder that was filled by this module: only what lies beside it may be replaced."""
_OWN = re.compile(r"[0-9]{4,}-[a-z0-9-]+\.eml")
_OF_SYSTEMS = frozenset({".DS_Store", "Thumbs.db", "desktop.ini"})
_LONGEST = 40
_SPELLED = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"}
)
_ELSEWHERE = "name a new folder, or an empty one"


class EmlFolderError(Exception):
    """A folder that mails are not written to: why, and what to do."""


def write_eml(folder: Path, mails: Iterable[tuple[Delivery, bytes]]) -> int:
    """Write each mail to a file of its own, readable by its owner only; how many.

    The folder is made, or must be empty or hold an earlier preview, which is replaced; raises EmlFolderError.
    """
    try:
        _prepare(folder)
        used: set[str] = set()
        for delivery, letter in mails:
            _write(folder / _free(file_stem(delivery), used), letter)
    except OSError as error:
        raise EmlFolderError(f"{error.filename or folder}: {error.strerror}; {_ELSEWHERE}") from None
    return len(used)


def file_stem(delivery: Delivery) -> str:
    """The name of a mail's file without its ending, as `0017-ada-lovelace`."""
    slug = _slug(delivery.name) or _slug(delivery.address.partition("@")[0]) or "mail"
    return f"{delivery.row:04d}-{slug}"


def _slug(words: str) -> str:
    spelled = unicodedata.normalize("NFC", words).casefold().translate(_SPELLED)
    plain = unicodedata.normalize("NFKD", spelled).encode("ascii", "ignore").decode("ascii").lower()
    return re.sub(r"[^a-z0-9]+", "-", plain)[:_LONGEST].strip("-")


def _free(stem: str, used: set[str]) -> str:
    name, count = f"{stem}.eml", 1
    while name in used:
        count += 1
        name = f"{stem}-{count}.eml"
    used.add(name)
    return name


def _prepare(folder: Path) -> None:
    """An empty folder that only its owner can look into."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = [each for each in folder.iterdir() if each.name not in _OF_SYSTEMS]
    marked = any(each.name == MARKER for each in found)
    foreign = [each.name for each in found if not (marked and _own(each))]
    if foreign:
        raise EmlFolderError(f"{folder}: holds other files ({min(foreign)}); {_ELSEWHERE}")
    folder.chmod(0o700)
    for each in found:
        if each.name != MARKER:
            each.unlink()
    if not marked:
        _write(folder / MARKER, b"")


def _own(file: Path) -> bool:
    return not file.is_symlink() and file.is_file() and (file.name == MARKER or bool(_OWN.fullmatch(file.name)))


def _write(file: Path, content: bytes) -> None:
    """A new file; never through a link, never over another file."""
    with os.fdopen(
        os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600), "wb"
    ) as out:
        out.write(content)
