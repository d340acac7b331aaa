"""`campaign test | approve`: mails to coordinators, and the yes without which nothing leaves."""

import argparse
import asyncio
import sys

from bot.commands.campaign.opening import Steps, add_by, console, named, office, step, visible, who
from bot.mailing.writing import written
from bot.model.campaign import Campaign
from bot.model.hand_over import Coordinator
from bot.model.message import Outcome, Sent
from bot.usecases.campaign_ports import NotAllowedError
from bot.wiring.campaigns import CampaignOffice
from bot.wiring.clock import clock


def add_to(steps: Steps) -> None:
    """Add the sub-commands."""
    add_by(step(steps, "test", "mail the three oddest mails to yourself", test))
    approve = step(
        steps, "approve", "agree that a campaign is sent: a code is mailed to you, and you type what it does", agree
    )
    approve.add_argument("--phrase", metavar="TEXT", help="what it does, typed (default: asked for)")
    approve.add_argument("--code", metavar="CODE", help="the mailed code (default: asked for)")
    approve.add_argument("--mail-code", action="store_true", help="only have a code mailed")
    add_by(approve)


def test(options: argparse.Namespace) -> int:
    """Mail the oddest mails to whoever asks."""
    with office(options) as opened:
        campaign, by = named(opened, options), who(opened, options, "prepare")
        opened.approvals.check_unchanged(campaign)
        for delivery, letter in opened.proofs.tests(campaign, by, clock()):
            _post(opened, by.email, letter)
            odd = "; ".join(delivery.oddities) or "nothing odd about it"
            console().print(
                visible(f"mailed to {by.email}: {delivery.name} <{delivery.address}> ({odd})"), markup=False
            )
        _where(opened)
    return 0


def agree(options: argparse.Namespace) -> int:
    """Mail a code, or take a yes."""
    with office(options) as opened:
        campaign, by = named(opened, options), who(opened, options, "approve")
        opened.check_places(campaign)
        if options.code is None:
            code = opened.approvals.ask(campaign, by, clock())
            letter = opened.proofs.code(campaign, opened.call_name(campaign, by.language), by, code, clock())
            _post(opened, by.email, letter)
            console().print(f"A code was mailed to {by.email}; it holds for 60 minutes.", markup=False)
            _tell_planner(opened, campaign, by)
            _where(opened)
            if options.mail_code or not sys.stdin.isatty():
                console().print(
                    f'Then: callboard campaign approve {campaign.id} --phrase "{campaign.phrase}" --code CODE',
                    markup=False,
                )
                return 0
        console().print(
            f"This sends {campaign.total} × {campaign.plan.kind}. Type: {campaign.phrase}",
            markup=False,
        )
        phrase = options.phrase if options.phrase is not None else _typed("> ")
        code = options.code if options.code is not None else _typed("Code: ")
        if opened.approvals.give(campaign, by, phrase, code, clock()):
            console().print(f"Approved by {by.name}. Next: callboard campaign send {campaign.id}", markup=False)
        else:
            missing = opened.approvals.missing(campaign)
            console().print(f"Noted. {missing} more person{'s' if missing != 1 else ''} must agree.")
    return 0


def _tell_planner(opened: CampaignOffice, campaign: Campaign, by: Coordinator) -> None:
    """Whoever planned learns who approves; a name that was only borrowed is noticed so."""
    planner = next((one for one in opened.coordinators if one.name == campaign.plan.by and one.email), None)
    if planner is not None and planner.name != by.name:
        letter = opened.proofs.asked(campaign, opened.call_name(campaign, planner.language), planner, by.name, clock())
        _post(opened, planner.email, letter)


def _typed(prompt: str) -> str:
    if not sys.stdin.isatty():
        raise NotAllowedError("type it in a terminal, or give --phrase and --code")
    return input(prompt)


def _post(opened: CampaignOffice, address: str, letter: bytes) -> None:
    """Send one letter now; NotAllowedError if it surely or perhaps did not leave."""
    outcome = asyncio.run(_sent(opened, address, letter))
    if not isinstance(outcome, Sent):
        raise NotAllowedError(f"the letter to {address} did not leave: {getattr(outcome, 'reason', outcome)}")


async def _sent(opened: CampaignOffice, address: str, letter: bytes) -> Outcome | None:
    async def begin() -> bool:
        return True

    courier = opened.courier()
    try:
        return await courier.send(written(address), letter, begin)
    finally:
        await courier.quit()


def _where(opened: CampaignOffice) -> None:
    if not opened.leaves:
        console().print(f"No mail server is configured: look into {opened.folder}", markup=False)
