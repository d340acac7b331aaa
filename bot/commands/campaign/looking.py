"""`campaign list | show | preview | status | people | export | verify`: what is planned, what became of it."""

import argparse
import os
from datetime import datetime
from pathlib import Path

from bot.commands.campaign.opening import Steps, add_by, console, named, office, show_table, step, visible, who
from bot.commands.campaign.tables import call_of
from bot.commands.campaign.telling import attention, counts, head, people
from bot.files.campaign_page import Sheet, write_campaign_page
from bot.files.eml_folder import write_eml
from bot.files.mail_templates import wordings_of
from bot.model.campaign import Campaign
from bot.usecases.approve_campaign import PREVIEWED
from bot.usecases.campaign_diff import people_against_last
from bot.usecases.campaign_log import as_table, export, verify
from bot.usecases.campaign_ports import NotAllowedError
from bot.usecases.standings import next_waiting, places_taken, standings
from bot.wiring.campaigns import CampaignOffice
from bot.wiring.clock import clock


def add_to(steps: Steps) -> None:
    """Add the sub-commands."""
    step(steps, "list", "all campaigns", list_all, campaign=False)
    step(steps, "show", "what a campaign does, what was found, who is set aside", show)
    preview = step(steps, "preview", "every mail as it will go: one sheet to read, and .eml files", look)
    add_by(preview)
    preview.add_argument("--to", type=Path, metavar="DIR", help="where to write them (default: campaign-N)")
    status = step(steps, "status", "what became of the mails", tell_status)
    status.add_argument("--people", action="store_true", help="every mail")
    people = step(steps, "people", "where the people of a call stand, and the places", tell_people, campaign=False)
    people.add_argument("call", metavar="CALL", help="the call's id")
    log = step(steps, "export", "the committee's log: who, when, exact bytes, the server's replies", write_log)
    log.add_argument("file", type=Path, metavar="FILE", help="where to write it; .csv writes a table without the bytes")
    add_by(log)
    check = step(steps, "verify", "whether a log was changed since it was exported", check_log, campaign=False)
    check.add_argument("file", type=Path, metavar="FILE", help="a file that `export` wrote")
    check.add_argument("--seal", default="", metavar="SEAL", help="the seal of the minutes")


def list_all(options: argparse.Namespace) -> int:
    """List the campaigns."""
    with office(options) as opened:
        rows = [
            (
                one.id,
                one.plan.call,
                one.plan.kind,
                one.total,
                one.state,
                one.plan.by,
                f"{one.planned:%Y-%m-%d %H:%M}",
                one.mark,
            )
            for one in opened.store.campaigns.campaigns()
        ]
        if not rows:
            console().print("No campaigns so far: callboard campaign plan --help")
            return 0
        show_table(("N", "call", "kind", "mails", "state", "by", "planned (UTC)", "mark"), rows)
    return 0


def show(options: argparse.Namespace) -> int:
    """Show a campaign."""
    with office(options) as opened:
        campaign = named(opened, options)
        plan = campaign.plan
        head(opened, campaign)
        facts = [
            ("table", plan.source),
            ("places", plan.places if plan.places is not None else "not stated"),
            ("for everybody", ", ".join(f"{name} = {value}" for name, value in plan.shared.items()) or "-"),
            ("overrides", "; ".join(f"{one.shown}: {one.reason}" for one in plan.overrides) or "-"),
            ("first looked at (UTC)", f"{campaign.previewed:%Y-%m-%d %H:%M}" if campaign.previewed else "not yet"),
            ("approved by", ", ".join(one.by for one in opened.approvals.valid(campaign)) or "nobody"),
            ("yes still missing", opened.approvals.missing(campaign)),
        ]
        show_table(("what", "how"), facts, "How it was planned")
        if plan.aside:
            aside = [(one.row, one.name, one.address, one.reason) for one in plan.aside]
            show_table(("row", "name", "address", "why"), aside, "Set aside")
        for finding in plan.findings:
            console().print(visible(f"look  {finding} [{finding.code}]"), markup=False)
        actions = [
            (f"{one.at:%Y-%m-%d %H:%M}", one.by, one.what, one.detail)
            for one in opened.store.campaigns.actions(campaign.id)
        ]
        show_table(("when (UTC)", "who", "what", ""), actions, "Who did what")
        if broken := opened.store.campaigns.broken_chain():
            console().print(f"The log was changed afterwards, from entry {broken} on.", style="bold red")
    return 0


def look(options: argparse.Namespace) -> int:
    """Write the preview."""
    with office(options) as opened:
        campaign, by = named(opened, options), who(opened, options)
        folder = options.to or Path(f"campaign-{campaign.id}")
        opened.approvals.check_unchanged(campaign)
        book, now = opened.store.campaigns, clock()
        count = write_eml(folder, ((one, body) for one, _, body in book.letters(campaign.id)))
        file = folder / f"campaign-{campaign.id}.html"
        with open(file, "w", encoding="utf-8", opener=_private) as out:
            mails = ((one, text) for one, text, _ in book.letters(campaign.id))
            write_campaign_page(out, opened.folders.templates, _sheet(opened, campaign, now), mails)
        book.previewed(campaign.id, now)
        book.note(by.name, PREVIEWED, campaign.id, campaign.mark, now)
        console().print(f"{count} mails, and all of them on one sheet, oddest first: {file}", markup=False)
        console().print(f"Then: callboard campaign test {campaign.id}; callboard campaign approve {campaign.id}")
    return 0


def _sheet(opened: CampaignOffice, campaign: Campaign, now: datetime) -> Sheet:
    book, plan = opened.store.campaigns, campaign.plan
    last = book.last_of(plan.call, plan.kind, before=campaign.id)
    shared = people_against_last(book.deliveries(campaign.id), book.deliveries(last.id)) if last else None
    return Sheet(
        campaign=campaign,
        name=opened.call_name(campaign),
        texts=wordings_of(plan.template),
        when=now,
        last=last,
        last_texts=wordings_of(last.plan.template) if last else {},
        shared=shared,
    )


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def tell_status(options: argparse.Namespace) -> int:
    """Tell what became of the mails."""
    with office(options) as opened:
        campaign = named(opened, options)
        opened.recover(campaign)
        head(opened, campaign)
        counts(opened, campaign)
        if options.people:
            people(opened.store.campaigns.deliveries(campaign.id), "Every mail")
        attention(opened, campaign)
    return 0


def tell_people(options: argparse.Namespace) -> int:
    """Tell where the people of a call stand."""
    with office(options) as opened:
        call = call_of(opened, options.call)
        known = standings(opened.store.campaigns.told(call.id))
        rows = [
            (one.number, one.last.name, one.address, one.standing, f"{one.last.when:%Y-%m-%d}", one.last.state)
            for one in known
        ]
        show_table(("number", "name", "address", "stands at", "since", "mail"), rows)
        of = f" of {call.places}" if call.places is not None else ""
        console().print(f"Places taken (offered or accepted): {places_taken(known)}{of}")
        if waiting := next_waiting(known):
            console().print(
                visible(
                    f"Next on the waiting list, as the committee ordered it: {waiting.last.name} <{waiting.address}>"
                ),
                markup=False,
            )
    return 0


def write_log(options: argparse.Namespace) -> int:
    """Write the committee's log."""
    with office(options) as opened:
        campaign, by, now = named(opened, options), who(opened, options, "prepare"), clock()
        book = opened.store.campaigns
        if options.file.suffix == ".csv":
            lines = as_table(book.deliveries(campaign.id))
        else:
            letters = ((one, body) for one, _, body in book.letters(campaign.id))
            lines = (f"{line}\n" for line in export(campaign, letters, book.actions(campaign.id), by.name, now))
        try:
            with open(options.file, "x", encoding="utf-8", newline="", opener=_private) as out:
                out.writelines(lines)
        except FileExistsError:
            raise NotAllowedError(f"{options.file} is there already: name a new file, so that no log is lost") from None
        console().print(f"Written to {options.file}", markup=False)
        if options.file.suffix != ".csv":
            with options.file.open(encoding="utf-8") as written:
                seal = verify(written).seal
            book.note(by.name, "exported", campaign.id, seal, now)
            console().print(f"Its seal, for the minutes: {seal}", markup=False)
    return 0


def check_log(options: argparse.Namespace) -> int:
    """Check a log."""
    try:
        with options.file.open(encoding="utf-8") as lines:
            verdict = verify(lines, options.seal)
    except (OSError, UnicodeDecodeError) as error:
        raise NotAllowedError(f"{options.file} cannot be read: {error}") from None
    if not verdict.whole:
        console().print(f"{options.file}, line {verdict.line}: {verdict.what}", markup=False, style="bold red")
        return 1
    known = (
        "It stands as it was written" if options.seal else "It fits in itself (--seal, from the minutes, tells more)"
    )
    console().print(f"{known}; its seal is {verdict.seal} {verdict.remark}".strip(), markup=False)
    return 0
