"""`campaign send | resume | pause | cancel`: mails on their way, with a bar, and stopped at any time."""

import argparse
import asyncio
import logging
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
from rich.progress import Progress as Bar
from sqlalchemy.exc import SQLAlchemyError

from bot.commands.asking import agreed
from bot.commands.campaign.opening import Steps, add_by, console, named, office, step, who
from bot.commands.campaign.telling import attention, counts, head
from bot.model.campaign import Campaign, CampaignState
from bot.storage.senders import sending
from bot.usecases.approve_campaign import check_dates
from bot.usecases.campaign_ports import NotAllowedError
from bot.usecases.runtime import Runtime
from bot.usecases.send_campaign import Ended, SendCampaign
from bot.usecases.sending_tally import Progress
from bot.wiring.campaigns import CampaignOffice, sender_name
from bot.wiring.clock import clock

MAY_SEND: tuple[CampaignState, ...] = ("approved", "paused", "sending")


def add_to(steps: Steps) -> None:
    """Add the sub-commands."""
    for name, summary in (
        ("send", "send an approved campaign; Ctrl-C stops it, and says what was sent and what was not"),
        ("resume", "go on with a campaign that was paused or stopped"),
        ("pause", "let a campaign rest: what is under way ends, nothing new begins"),
        ("cancel", "cancel what has not left"),
    ):
        parser = step(steps, name, summary, {"send": send, "resume": send, "pause": pause, "cancel": cancel}[name])
        add_by(parser)
        if name in ("pause", "cancel"):
            parser.add_argument("--reason", default="", metavar="WHY", help="for the log")
        if name == "cancel":
            parser.add_argument("--yes", action="store_true", help="do not ask")


def send(options: argparse.Namespace) -> int:
    """Send."""
    with office(options) as opened:
        campaign, by = named(opened, options), who(opened, options, "send")
        book = opened.store.campaigns
        if campaign.state not in MAY_SEND:
            first = f": callboard campaign approve {campaign.id}" if campaign.state == "planned" else ""
            raise NotAllowedError(f"campaign {campaign.id} is {campaign.state}, it cannot be sent now{first}")
        opened.approvals.check_unchanged(campaign)
        opened.check_places(campaign)
        check_dates(campaign, clock())
        if missing := opened.approvals.missing(campaign):
            raise NotAllowedError(f"{missing} more must agree first: callboard campaign approve {campaign.id}")
        worker = sender_name()
        with sending(opened.store.engine, worker) as held:
            book.move(campaign.id, ("approved", "paused"), "sending")
            if campaign.state == "paused":
                book.wake(campaign.id)
            book.note(by.name, "sending began", campaign.id, worker, clock())
            try:
                ended = asyncio.run(_sent(opened, campaign, worker, held))
            except SQLAlchemyError as error:  # what is under way is of unknown outcome; it is seen by the next start
                ended = Ended("lost", type(error).__name__)
            else:
                _move_on(opened, campaign, ended)
                found = book.counts(campaign.id)
                said = ", ".join(f"{count} {state}" for state, count in found.items() if count)
                book.note(by.name, "sending ended", campaign.id, f"{worker}: {ended.reason}; {said}", clock())
        return _say(opened, campaign, ended)


def _move_on(opened: CampaignOffice, campaign: Campaign, ended: Ended) -> None:
    if ended.reason == "done":
        opened.store.campaigns.move(campaign.id, ("sending",), "finished")
    elif ended.reason == "paused":
        opened.store.campaigns.move(campaign.id, ("sending",), "paused", ended.note)


async def _sent(opened: CampaignOffice, campaign: Campaign, worker: str, held: Callable[[], bool]) -> Ended:
    stop = asyncio.Event()
    for sign in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):  # a terminal that is closed ends it in order, too
        asyncio.get_running_loop().add_signal_handler(sign, stop.set)
    ledger = opened.store.ledger
    with ThreadPoolExecutor(1, "record") as executor, _bar() as bar:
        runtime = Runtime(clock, logging.getLogger("bot"), executor)
        planned, unknown = await runtime.run(ledger.recover, worker, clock())
        if planned or unknown:
            bar.console.print(
                f"A sender was gone: {planned} of its mails had not begun and go now, of {unknown} it is unknown whether they arrived."
            )
        task = bar.add_task("", total=campaign.total)

        def show(progress: Progress) -> None:
            done = campaign.total - progress.open
            with suppress(OSError):  # a terminal that is gone stops no mail
                bar.update(task, completed=done, description=_described(progress))

        sender = SendCampaign(ledger, opened.courier, opened.limits, runtime, opened.config.campaigns.failures, show)
        return await sender.run(campaign.id, worker, stop, held)


def _bar() -> Bar:
    return Bar(
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.description}"),
        console=console(),
        refresh_per_second=4,
    )


def _described(progress: Progress) -> str:
    """The line beside the bar: what went wrong, the rate, when it ends."""
    parts = [f"{progress.sent} sent", f"{60 * progress.rate:.0f} a minute"]
    parts += [
        f"{number} {word}"
        for number, word in (
            (progress.waiting, "put off"),
            (progress.refused, "refused"),
            (progress.unknown, "unknown"),
        )
        if number
    ]
    if progress.end is not None and progress.open:
        parts.append(f"ends {progress.end.astimezone():%d %b %H:%M:%S}")
    return ", ".join(parts) + (f" ({progress.note})" if progress.note else "")


def _say(opened: CampaignOffice, campaign: Campaign, ended: Ended) -> int:
    """Say how it ended; the exit code: 0 only if everybody has their mail, or has it on the way back to a person."""
    said = {
        "done": "Nothing is left to send.",
        "stopped": f"Stopped. Go on with: callboard campaign resume {campaign.id}",
        "paused": f"Paused: {ended.note}. Go on with: callboard campaign resume {campaign.id}",
        "halted": f"Somebody else ended or rests it: the campaign is {ended.note}.",
        "lost": f"The record cannot be used any more ({ended.note or 'its lock was lost'}): what was under way may have arrived or not."
        f" When it is back: callboard campaign status {campaign.id}",
    }
    console().print(said[ended.reason], markup=False)
    if ended.reason == "lost":
        return 1
    fresh = opened.store.campaigns.campaign(campaign.id) or campaign
    head(opened, fresh)
    counts(opened, fresh)
    left = attention(opened, fresh)
    return 0 if fresh.state == "finished" and not left else 1


def pause(options: argparse.Namespace) -> int:
    """Pause."""
    with office(options) as opened:
        campaign, by = named(opened, options), who(opened, options, "send")
        reason = options.reason or f"by {by.name}"
        if not opened.store.campaigns.move(campaign.id, ("sending",), "paused", reason):
            raise NotAllowedError(
                f"campaign {campaign.id} is {campaign.state}: only one that is being sent can be paused"
            )
        opened.store.campaigns.note(by.name, "paused", campaign.id, reason, clock())
        console().print(f"Paused; what is under way ends. Go on with: callboard campaign resume {campaign.id}")
    return 0


def cancel(options: argparse.Namespace) -> int:
    """Cancel what has not left."""
    with office(options) as opened:
        campaign, by = named(opened, options), who(opened, options, "prepare")
        if campaign.state in ("finished", "cancelled"):
            raise NotAllowedError(f"campaign {campaign.id} is {campaign.state} already")
        if not agreed(options, f"Cancel what has not left of campaign {campaign.id}?"):
            console().print("Nothing was changed.")
            return 1
        reason = options.reason or f"by {by.name}"
        opened.recover(campaign)
        count = opened.store.campaigns.cancel(campaign.id, reason, clock(), by.name)
        console().print(f"{count} mails cancelled; those people were told nothing by this campaign.")
        head(opened, opened.store.campaigns.campaign(campaign.id) or campaign)
        counts(opened, opened.store.campaigns.campaign(campaign.id) or campaign)
    return 0
