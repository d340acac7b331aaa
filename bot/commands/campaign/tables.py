"""What the steps that read a table share: their options, what these mean, and how findings are shown."""

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path

from bot.commands.campaign.opening import console, show_table, visible
from bot.files.tables import read_table
from bot.mailing.columns import CLASS_PREFIX, NO_COLUMN, NO_DECISION
from bot.mailing.table import Table
from bot.model.campaign import DECISIONS, Finding, Override
from bot.model.knowledge import Call
from bot.usecases.campaign_ports import NotAllowedError
from bot.wiring.campaigns import CampaignOffice

SHOWN = 30
"""Findings and rows of a sort that are shown; the preview has all."""
_REPEATED = {
    "--column": ("FIELD=HEAD", "which column holds a field"),
    "--class": ("WORD=KIND", "what a class column's word means"),
    "--override": ("ADDRESS[:CODE]=REASON", "let one kind of contradiction pass for one person"),
}


def add_table(parser: argparse.ArgumentParser, kinds: Sequence[str]) -> None:
    """Add the options about a table of people."""
    parser.add_argument("table", type=Path, metavar="TABLE", help="CSV (UTF-8) or XLSX, one person a row")
    parser.add_argument("--call", required=True, metavar="CALL", help="the call's id")
    parser.add_argument("--kind", required=True, choices=kinds, help="what people are told")
    add_repeated(parser, _REPEATED)
    parser.add_argument("--count", type=int, metavar="N", help="how many people it should be, from your minutes")
    parser.add_argument("--places", type=int, metavar="N", help="places to offer, if the call states none")
    parser.add_argument("--sheet", metavar="NAME", help="the sheet of a workbook")
    parser.add_argument("--encoding", metavar="NAME", help="of a CSV file that is not UTF-8, for instance cp1252")


def add_repeated(parser: argparse.ArgumentParser, options: Mapping[str, tuple[str, str]]) -> None:
    """Add options that may be given several times."""
    for name, (form, summary) in options.items():
        what = f"{summary} (repeatable)"
        parser.add_argument(name, action="append", default=[], metavar=form, help=what)


def table_of(options: argparse.Namespace) -> Table:
    """The table that the options name."""
    return read_table(options.table, sheet=options.sheet, encoding=options.encoding)


def call_of(opened: CampaignOffice, name: str) -> Call:
    """The call of that id."""
    if name not in opened.knowledge.calls:
        raise NotAllowedError(f"no call `{name}`: known are {', '.join(opened.knowledge.calls)}")
    return opened.knowledge.calls[name]


def kept_of(options: argparse.Namespace) -> dict[str, str]:
    """What heads and classes mean, as the options say."""
    kept = pairs(options.column, "--column")
    for word, meant in pairs(getattr(options, "class"), "--class").items():
        if meant not in (*DECISIONS, NO_DECISION, NO_COLUMN):
            known = ", ".join((*DECISIONS, NO_DECISION))
            raise NotAllowedError(
                f"--class {word}={meant}: a class is one of {known}; {NO_COLUMN} forgets what was said"
            )
        kept[f"{CLASS_PREFIX}{word}"] = meant
    return kept


def overrides_of(options: argparse.Namespace) -> list[Override]:
    """The contradictions that are let pass, each with its reason."""
    found: list[Override] = []
    for who, reason in pairs(options.override, "--override").items():
        local, at, rest = who.rpartition("@")
        domain, _, code = rest.partition(":")  # ADDRESS:CODE, where a row has several findings
        found.append(Override(f"{local}{at}{domain}".strip(), reason, code.strip()))
    if empty := [one.address for one in found if not one.reason.strip()]:
        raise NotAllowedError(f"--override {empty[0]}: give the reason after the =")
    return found


def pairs(given: Sequence[str], option: str) -> dict[str, str]:
    """NAME=VALUE, each name once."""
    found: dict[str, str] = {}
    for one in given:
        name, sign, value = one.partition("=")
        if not sign or not name.strip():
            raise NotAllowedError(f"{option} {one}: write it as NAME=VALUE")
        if name.strip() in found:
            raise NotAllowedError(f"{option} {name.strip()}: given twice")
        found[name.strip()] = value
    return found


def show_columns(columns: Mapping[str, str]) -> None:
    """Show how the columns are read."""
    show_table(("field", "column"), sorted(columns.items()), "Columns as they are read")


def show_findings(findings: Sequence[Finding]) -> int:
    """Show what was found, what blocks first; how many block."""
    for level, style in (("red", "bold red"), ("orange", "yellow")):
        found = [finding for finding in findings if finding.level == level]
        for finding in found[:SHOWN]:
            word = "STOP" if level == "red" else "look"
            console().print(visible(f"{word}  {finding} [{finding.code}]"), style=style, markup=False)
        if len(found) > SHOWN:
            console().print(f"and {len(found) - SHOWN} more of this sort", style=style)
    red = sum(finding.level == "red" for finding in findings)
    if red:
        console().print(f"\n{red} finding{'s block' if red != 1 else ' blocks'} it: nothing was written down.")
    return red
