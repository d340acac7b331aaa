"""`campaign list | show | preview | status | people | export | verify`: what is planned, what became of it."""

import argparse
import os
from datetime import datetime
from pathlib import Path

from bot.commands.campaign.opening import Steps, add_by, console, named, office, show_table, step, visible, who
from bot.files.campaign_page import Sheet, write_campaign_page
from bot.files.eml_folder import write_eml
from bot.files.mail_templates import wordings_of
from bot.mailing.pacing import expected_end
from bot.model.campaign import Campaign
from bot.model.delivery import STATES, Delivery
from bot.usecases.campaign_diff import people_against_last
from bot.usecases.campaign_log import as_table, export, verify
from bot.usecases.campaign_ports import NotAllowedError
from bot.usecases.standings import next_waiting, places_taken, standings
from bot.wiring.campaigns import CampaignOffice
from bot.wiring.clock import clock

SHOWN = 20
"""Mails that are listed without --people."""


def add_to(steps: Steps) -> None:
    """Add the sub-commands."""
    step(steps, "list", "all campaigns", list_all, campaign=False)
    step(steps, "show", "what a campaign does, what was found, who is set aside", show)
    preview = step(steps, "preview", "every mail as it will go: one sheet to read, and .eml files", look)
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
            ("overrides", "; ".join(f"{one.address}: {one.reason}" for one in plan.overrides) or "-"),
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
        campaign = named(opened, options)
        folder = options.to or Path(f"campaign-{campaign.id}")
        opened.approvals.check_unchanged(campaign)
        book, now = opened.store.campaigns, clock()
        count = write_eml(folder, ((one, body) for one, _, body in book.letters(campaign.id)))
        file = folder / f"campaign-{campaign.id}.html"
        with open(file, "w", encoding="utf-8", opener=_private) as out:
            mails = ((one, text) for one, text, _ in book.letters(campaign.id))
            write_campaign_page(out, opened.folders.templates, _sheet(opened, campaign, now), mails)
        book.previewed(campaign.id, now)
        console().print(f"{count} mails, and all of them on one sheet, oddest first: {file}", markup=False)
        console().print(f"Then: callboard campaign test {campaign.id}; callboard campaign approve {campaign.id}")
    return 0


def _sheet(opened: CampaignOffice, campaign: Campaign, now: datetime) -> Sheet:
    book, plan = opened.store.campaigns, campaign.plan
    waves = [one for one in book.campaigns(plan.call) if one.plan.kind == plan.kind and one.id < campaign.id]
    last = next((one for one in reversed(waves) if one.state not in ("planning", "cancelled")), None)
    people = people_against_last(book.deliveries(campaign.id), book.deliveries(last.id)) if last else None
    return Sheet(
        campaign=campaign,
        name=opened.call_name(campaign),
        texts=wordings_of(plan.template),
        when=now,
        last=last,
        last_texts=wordings_of(last.plan.template) if last else {},
        shared=people,
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
        book = opened.store.campaigns
        told = (
            book.deliveries(campaign.id)
            if options.people
            else book.deliveries(campaign.id, ("unknown", "refused", "bounced", "waiting"))
        )
        rows = [_row(one) for one in (told if options.people else told[:SHOWN])]
        if rows:
            title = "Every mail" if options.people else "What a person should look at (all: --people)"
            show_table(("row", "name", "address", "state", "when (UTC)", "outcome"), rows, title)
    return 0


def _row(one: Delivery) -> tuple[object, ...]:
    when = one.finished or one.began or one.due
    return (one.row, one.name, one.address, one.state, f"{when:%Y-%m-%d %H:%M}" if when else "", one.outcome)


def head(opened: CampaignOffice, campaign: Campaign) -> None:
    """Say which campaign it is."""
    note = f" ({campaign.note})" if campaign.note else ""
    does = f"{campaign.total} × {campaign.plan.kind}, {opened.call_name(campaign)}"
    line = f"Campaign {campaign.id}: {does}; {campaign.state}{note}; planned by {campaign.plan.by}; {campaign.phrase}"
    console().print(visible(line), markup=False)


def counts(opened: CampaignOffice, campaign: Campaign) -> None:
    """The numbers, which add up to the plan."""
    found = opened.store.campaigns.counts(campaign.id)
    assert sum(found.values()) == campaign.total, "the report adds up to the plan"
    rows = [(state, found.get(state, 0)) for state in STATES if found.get(state, 0)]
    show_table(("state", "mails"), [*rows, ("all", campaign.total)])
    left = sum(found.get(state, 0) for state in ("planned", "claimed", "sending", "waiting"))
    end = expected_end(left, clock(), opened.limits, 0.0) if left and campaign.state == "sending" else None
    if end is not None:
        console().print(f"At the relay's pace it ends at the earliest {end.astimezone():%Y-%m-%d %H:%M}.")
    if found.get("unknown"):
        console().print(
            f"{found['unknown']} may have arrived or not: callboard campaign resolve {campaign.id}", style="yellow"
        )


def tell_people(options: argparse.Namespace) -> int:
    """Tell where the people of a call stand."""
    with office(options) as opened:
        call = opened.knowledge.calls.get(options.call)
        if call is None:
            raise NotAllowedError(f"no call `{options.call}`: known are {', '.join(opened.knowledge.calls)}")
        people = standings(opened.store.campaigns.told(call.id))
        rows = [
            (one.number, one.last.name, one.last.address, one.standing, f"{one.last.when:%Y-%m-%d}", one.last.state)
            for one in people
        ]
        show_table(("number", "name", "address", "stands at", "since", "mail"), rows)
        of = f" of {call.places}" if call.places is not None else ""
        console().print(f"Places taken (offered or accepted): {places_taken(people)}{of}")
        if waiting := next_waiting(people):
            console().print(
                visible(
                    f"Next on the waiting list, as the committee ordered it: {waiting.last.name} <{waiting.last.address}>"
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
    console().print(f"It stands as it was written; its seal is {verdict.seal} {verdict.remark}".strip(), markup=False)
    return 0
