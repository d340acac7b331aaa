"""`campaign plan | record`: a table checked, its mails written down, or what its people know already; nothing leaves."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from bot.commands.asking import agreed
from bot.commands.campaign.opening import Steps, add_by, console, office, show_table, step, who
from bot.commands.campaign.tables import (
    SHOWN,
    add_repeated,
    add_table,
    call_of,
    kept_of,
    overrides_of,
    pairs,
    show_columns,
    show_findings,
    table_of,
)
from bot.model.campaign import DECISIONS, KINDS, Campaign
from bot.usecases import record_told
from bot.usecases.campaign_draft import Draft, Wish
from bot.usecases.campaign_ports import NotAllowedError
from bot.wiring.campaigns import CampaignOffice
from bot.wiring.clock import clock

LONG = 1000
"""Mails from which on planning shows its progress."""
_REPEATED = {
    "--set": ("NAME=VALUE", "a template's field, for everybody"),
    "--set-file": ("NAME=FILE", "the same, from a text file"),
    "--only": ("CLASS", "classes that a notice goes to, or `all`"),
}


def add_to(steps: Steps) -> None:
    """Add the sub-commands."""
    parser = step(steps, "plan", "check a table of recipients and write down their mails", plan, campaign=False)
    add_table(parser, KINDS)
    add_repeated(parser, _REPEATED)
    parser.add_argument("--language", choices=("en", "de"), default="en", help="where the table names none")
    parser.add_argument(
        "--instead-of", type=int, metavar="N", help="only for those whose mail of campaign N bounced or was refused"
    )
    parser.add_argument("--check", action="store_true", help="check only; write nothing down")
    add_by(parser)
    summary = "record what the people of a table were told before Callboard; sends nothing"
    known = step(steps, "record", summary, record, campaign=False)
    add_table(known, DECISIONS)
    known.add_argument("--yes", action="store_true", help="do not ask")
    add_by(known)


def plan(options: argparse.Namespace) -> int:
    """Plan."""
    with office(options) as opened:
        wish = _wish(opened, options)
        draft = opened.plans.draft(wish, _progress("Rendering"), now=clock())
        _show(draft)
        if show_findings(draft.findings):
            return 1
        if options.check:
            console().print("\nNothing was written down (--check).")
            return 0
        now = clock()
        campaign = opened.plans.write(draft, now, _progress("Writing"))
        instead = f" instead of {wish.instead_of}" if wish.instead_of is not None else ""
        detail = f"{campaign.phrase} {campaign.digest}{instead}"
        opened.store.campaigns.note(wish.by, "planned", campaign.id, detail, now)
        _next(campaign)
    return 0


def record(options: argparse.Namespace) -> int:
    """Record what was told by other means."""
    with office(options) as opened:
        by, call, book = who(opened, options, "prepare"), call_of(opened, options.call), opened.store.campaigns
        told = record_told.elsewhere(
            book,
            opened.plans.heads,
            call,
            options.kind,
            table_of(options),
            kept=kept_of(options),
            expected=options.count,
            places=options.places,
            overrides=overrides_of(options),
        )
        if show_findings(told.findings):
            return 1
        console().print(
            f"{len(told.people)} people are to stand at “{options.kind}” from now on; nothing is sent to them."
        )
        if not agreed(options, "Were they told so?"):
            console().print("Nothing was written down.")
            return 1
        record_told.record(book, told, by.name, clock())
        console().print(f"Recorded: callboard campaign people {call.id}")
    return 0


def _wish(opened: CampaignOffice, options: argparse.Namespace) -> Wish:
    by = who(opened, options, "prepare")
    shared = pairs(options.set, "--set")
    for name, file in pairs(options.set_file, "--set-file").items():
        try:
            shared[name] = Path(file).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise NotAllowedError(f"--set-file {name}: {file} cannot be read: {error}") from None
    return Wish(
        call=call_of(opened, options.call),
        kind=options.kind,
        table=table_of(options),
        by=by.name,
        address=by.email,
        shared=shared,
        kept=kept_of(options),
        only=[word for one in options.only for word in one.split(",")],
        places=options.places,
        expected=options.count,
        overrides=overrides_of(options),
        language=options.language,
        instead_of=options.instead_of,
    )


def _show(draft: Draft) -> None:
    wish, rows = draft.wish, len(draft.wish.table.rows)
    aside, to = len(draft.aside), len(draft.recipients)
    console().print(
        f"{wish.table.name}: {rows} rows; {to} get the mail “{wish.kind}”, {aside} are set aside", markup=False
    )
    show_columns(draft.columns)
    if draft.aside:
        shown = [(one.row, one.name, one.address, one.reason) for one in draft.aside[:SHOWN]]
        show_table(("row", "name", "address", "why"), shown, f"Set aside ({aside})")


def _next(campaign: Campaign) -> None:
    console().print(
        f"\nCampaign {campaign.id}: {campaign.phrase}\nNothing has left. Next: callboard campaign preview {campaign.id}",
        markup=False,
    )


def _progress(what: str) -> Callable[[int, int], None]:
    """A line on standard error where it takes long."""

    def show(done: int, total: int) -> None:
        if total >= LONG:
            end = "\n" if done == total else ""
            print(f"\r{what} {done} of {total}", end=end, file=sys.stderr, flush=True)

    return show
