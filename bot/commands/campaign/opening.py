"""What the steps of a campaign share: the office opened, the campaign named, who works, tables and progress on the screen."""

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bot.commands.asking import folders
from bot.config import load_config, load_secrets
from bot.model.campaign import Campaign, Right
from bot.model.hand_over import Coordinator
from bot.usecases.approve_campaign import coordinator
from bot.usecases.campaign_ports import NotAllowedError
from bot.wiring.campaigns import CampaignOffice, campaign_office

WIDTH = 140
"""Columns where the output is no terminal."""
VARIABLE = "CALLBOARD_COORDINATOR"


class Steps(Protocol):
    """What sub-commands are added to."""

    def add_parser(self, name: str, *, help: str, description: str) -> argparse.ArgumentParser:  # noqa: A002 - argparse's name
        """Add one."""
        ...


@contextmanager
def office(options: argparse.Namespace) -> Iterator[CampaignOffice]:
    """The office, until the block ends."""
    with campaign_office(load_config(options.config), load_secrets(), folders(options)) as opened:
        yield opened


def step(steps: Steps, name: str, summary: str, work: object, *, campaign: bool = True) -> argparse.ArgumentParser:
    """Add a sub-command, with the number of a campaign."""
    parser = steps.add_parser(name, help=summary, description=summary)
    parser.set_defaults(work=work)
    if campaign:
        parser.add_argument("campaign", type=int, metavar="N", help="the campaign's number")
    return parser


def add_by(parser: argparse.ArgumentParser) -> None:
    """Add the option that tells who works."""
    what = f"who you are: a coordinator's name or address (default: {VARIABLE}, or the only coordinator)"
    parser.add_argument("--by", metavar="NAME", default="", help=what)


def who(opened: CampaignOffice, options: argparse.Namespace, right: Right | None = None) -> Coordinator:
    """The coordinator who works, with that right if one is needed."""
    return coordinator(opened.coordinators, options.by or os.environ.get(VARIABLE, ""), right)


def named(opened: CampaignOffice, options: argparse.Namespace) -> Campaign:
    """The campaign that the options name."""
    found = opened.store.campaigns.campaign(options.campaign)
    if found is None:
        raise NotAllowedError(f"there is no campaign {options.campaign}; `callboard campaign list` shows them")
    return found


def console() -> Console:
    """The screen; wide where it is none."""
    return Console(width=None if sys.stdout.isatty() else WIDTH, highlight=False, emoji=False)


def show_table(heads: Sequence[str], rows: Sequence[Sequence[object]], title: str = "") -> None:
    """A table; cells are data, never markup."""
    table = Table(title=title or None, title_justify="left", header_style="bold")
    for head in heads:
        table.add_column(head, overflow="fold")
    for row in rows:
        table.add_row(*[escape(visible(str(cell))) for cell in row])
    console().print(table)


def visible(text: str) -> str:
    """Text without what would drive a terminal."""
    return "".join(letter if letter.isprintable() else "�" for letter in text)
