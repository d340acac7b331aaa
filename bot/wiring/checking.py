"""What `callboard doctor` looks at, by what is configured."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

from bot.channels.email.checking import check_imap, check_smtp
from bot.channels.telegram.checking import check_telegram
from bot.config import VARIABLES, Config, Secrets, store_url
from bot.files.knowledge_files import load_knowledge
from bot.files.template_files import check_templates
from bot.model.hand_over import on_duty
from bot.storage.checking import check_store
from bot.usecases.diagnose import AilmentError, Check
from bot.wiring.campaigns import letter_signer
from bot.wiring.clock import clock
from bot.wiring.folders import Folders


def checks(config: Config, secrets: Secrets, folders: Folders) -> list[Check]:
    """The checks, in the order in which failures should be mended."""
    return [
        Check("knowledge", partial(_knowledge, folders)),
        Check("record", partial(check_store, store_url(config, secrets))),
        Check("telegram", _telegram(config, secrets)),
        Check("mailbox", _mailbox(config, secrets)),
        Check("sending", _sending(config, secrets)),
        Check("people", partial(_people, config, secrets, folders)),
        Check("campaigns", partial(_campaigns, config)),
    ]


async def _knowledge(folders: Folders) -> str:
    knowledge = await asyncio.to_thread(load_knowledge, folders.knowledge)
    templates = check_templates(folders.templates)
    return f"{', '.join(knowledge.calls)} ({folders.knowledge}); replies in {', '.join(templates.languages)}"


def _telegram(config: Config, secrets: Secrets) -> Callable[[], Awaitable[str]]:
    if not secrets.telegram_token:
        return partial(_unused, f"not used; set {VARIABLES['telegram_token']} to use it")
    return partial(check_telegram, config.telegram, secrets.telegram_token)


def _mailbox(config: Config, secrets: Secrets) -> Callable[[], Awaitable[str]]:
    if config.imap is None:
        return partial(_unused, "not used; add `imap` and `smtp` to the settings to answer letters")
    return partial(check_imap, config.imap, secrets.imap_password)


def _sending(config: Config, secrets: Secrets) -> Callable[[], Awaitable[str]]:
    if config.smtp is None:
        return partial(_unused, "not used")
    return partial(check_smtp, config.smtp, secrets.smtp_password)


async def _unused(why: str) -> str:
    return why


async def _campaigns(config: Config) -> str:
    if config.smtp is None:
        return "mails of campaigns go to a folder; add `smtp` to send them"
    signed = "" if letter_signer(config) is None else ", signed"
    needed = config.campaigns.approvals
    able = [one.name for one in config.coordinators if "approve" in one.rights and one.email]
    if len(config.coordinators) < needed or not able:  # no failure: not everybody tells results through Callboard
        return (
            f"not possible yet: {needed} must agree, and the settings name {len(config.coordinators)} coordinators,"
            f" of whom {len(able)} may approve; add some, or set campaigns.approvals: 1"
        )
    return f"{needed} must agree{signed}; may approve: {', '.join(able)}"


async def _people(config: Config, secrets: Secrets, folders: Folders) -> str:
    if not secrets.telegram_token and config.imap is None:
        return "not used"
    today = clock().date()
    reachable = [one.name for one in on_duty(config.coordinators, [], today) if one.email]
    if not reachable and config.telegram.coordinators_chat is None:
        raise AilmentError(
            "no coordinator with an address", "add `coordinators` to the settings: who asks for a person needs one"
        )
    calls = set((await asyncio.to_thread(load_knowledge, folders.knowledge)).calls)
    named = {call for one in config.coordinators for call in one.calls} | set(config.routines.pages)
    if unknown := sorted(named - calls):
        raise AilmentError(
            f"the settings name calls that the knowledge does not have: {', '.join(unknown)}",
            f"write them as in knowledge/calls: {', '.join(sorted(calls))}",
        )
    away = [one.name for one in config.coordinators if one.away(today)]
    absent = f"; away today: {', '.join(away)}" if away else ""
    return f"who asks for a person is sent to {', '.join(reachable) or 'the group'}{absent}"
