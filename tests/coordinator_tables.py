"""Coordinators' tables for tests: files as spreadsheets write them, and the way from one to a vetted plan."""

import csv
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl

from bot.files.column_files import load_heads
from bot.files.tables import read_table
from bot.mailing.audience import Audience, audience
from bot.mailing.columns import Columns, decisions_of, match_columns
from bot.mailing.vetting import Vetted, vet
from bot.model.campaign import Finding, Kind, Override, Recipient, Told

COLUMNS = Path(__file__).parent.parent / "knowledge" / "vocabulary" / "columns.yaml"
DAY = dt.datetime(2026, 3, 2, 10, tzinfo=dt.UTC)
FIRST = ("Anna", "Ben", "Chiara", "Deniz", "Elif", "Farid", "Greta", "Hiroshi", "Ines", "Jonas", "Katja", "Luca")
LAST = ("Albrecht", "Baumann", "Castelli", "Demir", "Ertas", "Farahani", "Gruber", "Hayashi", "Ibarra", "Jansen")


def person(index: int) -> tuple[str, str, str]:
    """An applicant's number, name and address; all differ."""
    first = FIRST[index % len(FIRST)]
    last = LAST[(index // len(FIRST)) % len(LAST)] + ("" if index < 120 else chr(97 + index // 120 % 26))
    return f"A-{1000 + index}", f"{first} {last}", f"{first}.{last}{'' if index < 120 else index}@example.org".lower()


def csv_file(folder: Path, rows: Sequence[Sequence[str]], name: str = "table.csv", delimiter: str = ";") -> Path:
    """A CSV as Excel writes it: UTF-8 with a mark."""
    file = folder / name
    with file.open("w", encoding="utf-8-sig", newline="") as written:
        csv.writer(written, delimiter=delimiter).writerows(rows)
    return file


def xlsx_file(folder: Path, rows: Sequence[Sequence[Any]], name: str = "table.xlsx") -> Path:
    """A workbook of one sheet."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append([*row])
    book.save(folder / name)
    return folder / name


def told(entries: Sequence[tuple[int, str]], *, state: str = "sent", campaign: int = 1) -> list[Told]:
    """A record in which people (by index) were told something, or did it, in this order."""
    return [
        Told(
            number, *_track(index), what, DAY, campaign, "" if what in ("accepted", "declined", "withdrawn") else state
        )
        for number, (index, what) in enumerate(entries, 1)
    ]


def _track(index: int) -> tuple[str, str, str]:
    number, name, address = person(index)
    return number, address, name


@dataclass(frozen=True, slots=True)
class Planned:
    """All that planning found."""

    columns: Columns
    audience: Audience
    vetted: Vetted

    @property
    def findings(self) -> list[Finding]:
        return [*self.columns.findings, *self.audience.findings, *self.vetted.findings]

    @property
    def red(self) -> set[str]:
        return {each.code for each in self.findings if each.level == "red"}

    @property
    def orange(self) -> set[str]:
        return {each.code for each in self.findings if each.level == "orange"}

    @property
    def recipients(self) -> tuple[Recipient, ...]:
        return self.audience.recipients


def plan(
    file: Path,
    kind: Kind,
    record: Sequence[Told] = (),
    *,
    places: int | None = None,
    count: int | None = None,
    overrides: Sequence[Override] = (),
    kept: Mapping[str, str] | None = None,
    required: Mapping[str, bool] | None = None,
    only: Sequence[str] = (),
) -> Planned:
    """From a file to a vetted plan, as `campaign plan` does it."""
    heads = load_heads(COLUMNS)
    table = read_table(file)
    fields = required or {}
    columns = match_columns(table.head, heads, fields, kept or {})
    people = audience(
        table,
        columns,
        kind,
        required=fields,
        decisions=decisions_of(heads, kept or {}),
        languages=heads.languages,
        default_language="en",
        only=only,
    )
    rows = {row.number for row in table.rows}
    assert {one.row for one in people.recipients} | {one.row for one in people.aside} | people.red_rows == rows
    assert len(people.recipients) + len(people.aside) + len(people.red_rows) == len(rows)
    vetted = vet(
        kind,
        people.recipients,
        record,
        places=places,
        overrides=overrides,
        expected=count,
        classes=people.classes,
        placed=people.placed,
    )
    return Planned(columns, people, vetted)
