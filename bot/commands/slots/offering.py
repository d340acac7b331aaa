"""`callboard slots add`: a sheet read, shown as the slots that it makes, and offered on a coordinator's yes."""

import argparse
from pathlib import Path

from bot.commands.asking import agreed
from bot.commands.campaign.opening import Steps, add_by, console, office, show_table, step, who
from bot.commands.campaign.tables import add_repeated, call_of, pairs, show_columns, show_findings, table_of
from bot.commands.slots.calls import panel_of, place_of, time_of
from bot.files.column_files import load_heads
from bot.mailing.slot_rows import LONGEST, Defaults
from bot.usecases.offer_slots import OfferSlots
from bot.wiring.campaigns import CampaignOffice
from bot.wiring.clock import clock


def add_to(steps: Steps) -> None:
    """Add the sub-command."""
    add = step(steps, "add", "offer the slots of a sheet (one window or slot a row)", offer, campaign=False)
    add.add_argument("call", metavar="CALL", help="the call's id")
    what = "CSV (UTF-8) or XLSX with columns day, from, until, minutes, gap, interviewers, addresses, where, link"
    add.add_argument("table", type=Path, metavar="TABLE", help=what)
    add.add_argument("--minutes", type=_length, metavar="N", help="length of a slot, for rows that do not say it")
    add.add_argument(
        "--gap", type=_gap, default=0, metavar="N", help="minutes between two, for rows that do not say it"
    )
    add_repeated(add, {"--column": ("FIELD=HEAD", "which column holds a field")})
    add.add_argument("--sheet", metavar="NAME", help="the sheet of a workbook")
    add.add_argument("--encoding", metavar="NAME", help="of a CSV file that is not UTF-8, for instance cp1252")
    add.add_argument("--yes", action="store_true", help="do not ask")
    add_by(add)


def _length(text: str) -> int:
    return _between(text, 1, LONGEST)


def _gap(text: str) -> int:
    return _between(text, 0, 24 * 60)


def _between(text: str, least: int, most: int) -> int:
    if not text.isascii() or not text.isdecimal() or not least <= int(text[:9]) <= most:
        raise argparse.ArgumentTypeError(f"{least} to {most} minutes, not `{text[:20]}`")
    return int(text)


def office_of_slots(opened: CampaignOffice) -> OfferSlots:
    """The use case, with the vocabulary of sheets."""
    return OfferSlots(opened.store.slots, load_heads(opened.folders.knowledge / "vocabulary" / "slots.yaml"))


def offer(options: argparse.Namespace) -> int:
    """Read, show, ask, offer."""
    with office(options) as opened:
        call, by = call_of(opened, options.call), who(opened, options, "prepare")
        work = office_of_slots(opened)
        kept = pairs(options.column, "--column")
        sheet = work.read(table_of(options), call, clock(), kept, Defaults(options.minutes, options.gap))
        show_columns(sheet.columns)
        if sheet.offers:
            meetings = [(one.row, one.meeting) for one in sheet.offers]
            rows = [(row, time_of(each, call), each.minutes, panel_of(each), place_of(each)) for row, each in meetings]
            title = f"{len(rows)} slot{'s' if len(rows) != 1 else ''} on the clock of {call.zone}"
            show_table(("row", "time", "min", "interviewers", "where"), rows, title)
        if show_findings(sheet.findings):
            return 1
        if not agreed(options, f"Offer {len(sheet.offers)} slots for {call.id}?"):
            return 1
        added = work.offer(sheet, call.id, by.name, clock())
        numbers = f"{added[0].id} to {added[-1].id}" if len(added) > 1 else str(added[0].id)
        console().print(f"Offered: {len(added)}, numbers {numbers}. Nobody was told: callboard slots {call.id}")
        console().print("Who shall choose one is invited by: callboard campaign plan --kind interview-booking")
    return 0
