"""`callboard report`: what was asked, what was not stated, what waits for a person; in the terminal, or as a page."""

import argparse
import sys
from pathlib import Path

from bot.commands.asking import folders
from bot.config import load_config, load_secrets, store_url
from bot.files.knowledge_files import load_knowledge
from bot.files.report_page import report_page
from bot.files.template_files import load_templates
from bot.model.report import Report
from bot.storage.store import open_store
from bot.usecases.report import report
from bot.usecases.report_words import ReportWords, Table
from bot.wiring.clock import clock

MOST_DAYS = 3660
MOST_ROWS = 15
"""Rows of a table that the terminal shows; the page has all."""


def add_to(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument("--since", metavar="DAYS", type=_days, default=7, help="so many days, with today (default: 7)")
    parser.add_argument("--language", choices=("en", "de"), default="en", help="language of the report (default: en)")
    parser.add_argument("--html", metavar="FILE", type=Path, help="write a page, readable by you alone, instead")
    parser.add_argument(
        "--texts", action="store_true", help="with the words that were not understood: these are personal data"
    )


def run(options: argparse.Namespace) -> int:
    """Report."""
    found = folders(options)
    words = ReportWords(load_knowledge(found.knowledge), load_templates(found.templates), options.language)
    store = open_store(store_url(load_config(options.config), load_secrets()))
    try:
        made = report(store.reports, clock(), options.since, texts=options.texts)
    finally:
        store.close()
    if options.html is None:
        print("\n".join(_lines(made, words)))
        return 0
    page = report_page(found.templates, made, words)
    try:
        _write(options.html, page)
    except OSError as error:
        print(f"callboard report: {options.html}: {error.strerror}; nothing was written", file=sys.stderr)
        return 1
    print(f"{words.title(made)}: {options.html}")
    return 0


def _days(text: str) -> int:
    days = int(text) if text.isdecimal() else 0
    if not 1 <= days <= MOST_DAYS:
        raise argparse.ArgumentTypeError(f"`{text}` is no number of days: write 1 to {MOST_DAYS}")
    return days


def _write(file: Path, page: str) -> None:
    file.touch(mode=0o600)
    file.chmod(0o600)  # it may hold applicants' own words
    file.write_text(page, encoding="utf-8")


def _lines(made: Report, words: ReportWords) -> list[str]:
    lines = [words.title(made), words.made(made), ""]
    figures = words.figures(made)
    width = max(len(figure) for figure, _ in figures)
    lines += [f"{figure:>{width}}  {what}" for figure, what in figures]
    for table in words.tables(made):
        lines += ["", *_table(table, words)]
        if table.name == "asked":
            lines += ["", words.say("texts", "title").upper(), words.not_understood(made)]
            lines += [f"- {text}" for text in words.texts(made)]
    return lines


def _table(table: Table, words: ReportWords) -> list[str]:
    """The table in columns of equal width; of many rows, the first."""
    head = [table.title.upper(), *([table.note] if table.note and table.rows else [])]
    if not table.rows:
        return [*head, table.empty]
    kept = table.rows if table.name == "days" else table.rows[:MOST_ROWS]
    grid = [table.columns, *kept]
    widths = [max(len(row[place]) for row in grid) for place in range(len(table.columns))]
    laid = [
        "  ".join(
            cell.rjust(width) if place in table.numbers else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in grid
    ]
    more = len(table.rows) - len(kept)
    return [*head, laid[0], "-" * max(map(len, laid)), *laid[1:], *([words.say("more", count=more)] if more else [])]
