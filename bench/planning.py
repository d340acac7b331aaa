"""What planning a campaign costs: from a table of 10,000 people to letters in the record, and to their preview."""

import csv
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from openpyxl import Workbook

from bench.tables import table

PEOPLE = 10_000
_FIRST = (
    "Ada",
    "Bo",
    "Chidi",
    "Dalia",
    "Emre",
    "Fatima",
    "Goran",
    "Hanna",
    "Ines",
    "Jun",
    "Kamal",
    "Lena",
    "Mei",
    "Nils",
)
_LAST = (
    "Abel",
    "Brandt",
    "Celik",
    "Diaz",
    "Eriksen",
    "Fischer",
    "Gupta",
    "Haddad",
    "Ito",
    "Jansen",
    "Kowalski",
    "Lopez",
)
_PLAN = ("--call", "ideas-2026", "--kind", "rejection", "--count", str(PEOPLE))


def tables() -> Iterator[str]:
    """One table: from CSV, from XLSX, and the preview."""
    rows = []
    for ending, write in (("csv", _csv), ("xlsx", _xlsx)):
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / f"people.{ending}"
            write(file)
            rows.append([f"campaign plan, {ending}", *_run(Path(folder), "plan", str(file), *_PLAN)])
            if ending == "xlsx":
                rows.append(["campaign preview", *_run(Path(folder), "preview", "1")])
    yield table(f"Planning {PEOPLE:,} mails, start to end of a process", ["", "s", "peak MB"], rows)


def _people() -> Iterator[tuple[str, str, str]]:
    for number in range(PEOPLE):
        first, last = _FIRST[number % len(_FIRST)], _LAST[number // len(_FIRST) % len(_LAST)]
        yield f"A-{number:05d}", f"{first} {last}", f"{first}.{last}.{number}@example.org".lower()


def _csv(file: Path) -> None:
    with file.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([("Application no.", "Name", "Email"), *_people()])


def _xlsx(file: Path) -> None:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("People")
    for row in (("Application no.", "Name", "Email"), *_people()):
        sheet.append(row)
    book.save(file)


def _run(folder: Path, *arguments: str) -> tuple[str, str]:
    """Seconds and peak memory of a step, on a record of its own."""
    environment = {**os.environ, "CALLBOARD_STORE_URL": f"sqlite:///{folder}/record.db", "HOME": str(folder)}
    command = [sys.executable, "-m", "bot", "campaign", *arguments]
    environment["PYTHONPATH"] = str(Path(__file__).parents[1])
    started = time.perf_counter()
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        stdin=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    unit = 1 if sys.platform == "darwin" else 1024
    return f"{time.perf_counter() - started:.1f}", f"{usage.ru_maxrss * unit / 1e6:.0f}"
