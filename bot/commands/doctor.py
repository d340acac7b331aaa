"""`callboard doctor`: settings, knowledge, record, Telegram, mailbox and mail server, each with what to do about a failure."""

import argparse
import asyncio
from collections.abc import Callable

from bot.commands.asking import folders
from bot.config import Config, Secrets, load_config, load_secrets
from bot.usecases.diagnose import Check, Finding, diagnose
from bot.wiring.checking import checks


def add_to(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""


def run(options: argparse.Namespace) -> int:
    """Look at everything; 1 if something does not work."""
    config: Config = load_config(options.config)
    secrets: Secrets = load_secrets()
    file = (
        str(options.config) if options.config else "none; the defaults are used (config.example.yaml explains the keys)"
    )
    print(f"settings   ok    {file}", flush=True)
    return asyncio.run(_show(checks(config, secrets, folders(options)), _print))


async def _show(found: list[Check], show: Callable[[Finding], None]) -> int:
    ill = 0
    async for finding in diagnose(found):
        show(finding)
        ill += not finding.well
    return 1 if ill else 0


def _print(finding: Finding) -> None:
    print(f"{finding.name:<10} {'ok  ' if finding.well else 'FAIL'}  {finding.what}", flush=True)
    if finding.cure:
        print(f"{'':<16} -> {finding.cure}", flush=True)
