"""The sheet of interview slots: a row is a time, or a window that is cut into slots.

Knows its columns. Does not know how a row is read (`slot_rows.py`), which slots stand already, nor whether two slots can be at the same
time (`slot_findings.py`), nor files. Has no clock: it is given `now`.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.mailing.cells import shown
from bot.mailing.columns import NO_COLUMN, STANDARD, Columns, Heads, match_columns
from bot.mailing.slot_rows import Defaults, Offer, read_row
from bot.mailing.table import Table
from bot.model.campaign import Finding
from bot.model.knowledge import Call

FIELDS = ("day", "from", "until", "begin", "minutes", "gap", "interviewers", "addresses", "where", "link")
MOST = 500
"""Slots of one sheet."""
NONE_SAID = Defaults()


@dataclass(frozen=True, slots=True)
class SlotSheet:
    """A sheet as it was read: the slots by row, the columns as they are understood, what was found."""

    offers: tuple[Offer, ...]
    columns: dict[str, str]
    findings: tuple[Finding, ...]


def slot_columns(head: tuple[str, ...], vocabulary: Heads, kept: Mapping[str, str]) -> Columns:
    """Which column holds what; red where a person must say, or where no time can be read."""
    strange = [name for name in kept if name not in FIELDS]
    wanted = {name: head for name, head in kept.items() if name in FIELDS}
    found = match_columns(head, vocabulary, FIELDS, {**dict.fromkeys(STANDARD, NO_COLUMN), **wanted})
    findings = [each for each in found.findings if each.code not in ("column-missing", "column-unused")]
    findings += [
        Finding("red", "column-unknown", f"a sheet of slots has no field `{shown(name)}`", f"use {', '.join(FIELDS)}")
        for name in strange
    ]
    unclear = {each.column for each in findings if each.code == "column-unclear"}
    twice = any(each.code == "column-twice" for each in findings)
    if "begin" not in found.of and not {"day", "from"} <= {*found.of} and not unclear and not twice:
        missing = " and ".join(f"`{name}`" for name in ("day", "from") if name not in found.of)
        cure = 'say --column day="HEAD" and --column from="HEAD", or --column begin="HEAD" for one with day and time'
        findings.append(Finding("red", "column-missing", f"no column holds {missing}", cure))
    used = {*found.of.values()}
    if left := [text for index, text in enumerate(head) if index not in used and text and text not in unclear]:
        listed = ", ".join(f"`{shown(text)}`" for text in left)
        cure = 'if one is meant, say --column FIELD="HEAD"'
        findings.append(Finding("orange", "column-unused", f"nothing is read from {listed}", cure))
    return replace(found, findings=tuple(findings))


def read_sheet(
    table: Table, columns: Columns, call: Call, now: dt.datetime, defaults: Defaults = NONE_SAID
) -> SlotSheet:
    """The slots of a sheet, as far as it can be read. Nothing is cut where a column is missing."""
    findings = [each for each in table.findings if not each.row or not each.column or _used(each.column, columns)]
    findings += columns.findings
    offers: list[Offer] = []
    if any(each.level == "red" and not each.row for each in findings):
        return SlotSheet((), columns.chosen, tuple(findings))
    red = {each.row for each in findings if each.level == "red"}
    for row in table.rows:
        if row.number in red:
            continue
        cut, found = read_row(row, columns, call, now, defaults)
        offers += cut
        findings += found
        if len(offers) > MOST:
            what = f"it makes more than {MOST} slots up to this row"
            cure = "check length and times, or offer them in several sheets"
            findings.append(Finding("red", "too-many", what, cure, row.number))
            return SlotSheet(tuple(offers[:MOST]), columns.chosen, tuple(findings))
    if not table.rows:
        findings.append(Finding("red", "no-rows", "the sheet has a head and no row", "write one window or slot a row"))
    return SlotSheet(tuple(offers), columns.chosen, tuple(findings))


def _used(column: str, columns: Columns) -> bool:
    return column in columns.chosen.values()
