"""Messages received from Telegram, by asking for them or by webhook; each is committed before Telegram hears that it arrived.

python-telegram-bot's updater confirms updates that are only in memory: it puts them into a queue and asks for the next
ones. Here the queue's `put` commits first, so that the next request, or the answer to the webhook, confirms what is kept.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import telegram
from telegram.error import Conflict, TelegramError
from telegram.ext import Updater
from telegram.request import HTTPXRequest

from bot.channels.telegram.sending import TelegramSender
from bot.channels.telegram.settings import TelegramSettings
from bot.channels.telegram.updates import KINDS, incoming
from bot.model.message import Incoming
from bot.usecases.ports import Clock, Log

LONG_POLL = 25
"""Seconds that a request for updates waits for one."""
POOL = 32
"""Connections at once: replies under way, and signs of typing."""


@dataclass(frozen=True, slots=True)
class Profile:
    """What Telegram shows of the bot in one language: its commands with what they do, and what it is for."""

    language: str
    commands: tuple[tuple[str, str], ...]
    about: str


class CommittingQueue(asyncio.Queue[Any]):
    """A queue whose `put` hands the update over and returns when it is committed; nothing is ever got from it."""

    def __init__(self, commit: Callable[[telegram.Update], Awaitable[None]]) -> None:
        super().__init__()
        self._commit = commit

    async def put(self, item: Any) -> None:
        """Commit an update."""
        await self._commit(item)


class TelegramReceiver:
    """Connects to the Bot API and receives until cancelled."""

    def __init__(
        self,
        settings: TelegramSettings,
        secrets: tuple[str, str],
        profiles: tuple[Profile, ...],
        sender: TelegramSender,
        runtime: tuple[Clock, Log],
    ) -> None:
        """`secrets` are the bot's token and the webhook's secret token; English is the profile shown by default."""
        self._settings = settings
        self._token, self._secret = secrets
        self._profiles = profiles
        self._sender = sender
        self._clock, self._log = runtime
        self._receive: Callable[[Incoming], Awaitable[bool]] | None = None
        self._background: set[asyncio.Task[Any]] = set()

    async def run(self, receive: Callable[[Incoming], Awaitable[bool]]) -> None:
        """Receive, until cancelled. The bot stays connected for replies until `close`."""
        self._receive = receive
        if self._sender.bot is None:
            bot = new_bot(self._settings, self._token)
            await bot.initialize()
            self._sender.bot = bot
        bot = self._sender.bot
        await self._introduce(bot)
        updater = Updater(bot, CommittingQueue(self._take))
        async with updater:
            try:
                await self._start(updater)
                self._log.info("telegram: connected as @%s", bot.username)
                await asyncio.Event().wait()
            finally:
                if updater.running:
                    await updater.stop()

    async def close(self) -> None:
        """Let go of the connections."""
        for task in self._background:
            task.cancel()
        if self._sender.bot is not None:
            await self._sender.bot.shutdown()
            self._sender.bot = None

    async def _start(self, updater: Updater) -> None:
        webhook = self._settings.webhook
        if webhook is None:
            await updater.start_polling(timeout=LONG_POLL, allowed_updates=KINDS, error_callback=self._failed)
            return
        path = webhook.url.partition("://")[2].partition("/")[2]
        await updater.start_webhook(
            listen=webhook.listen,
            port=webhook.port,
            url_path=path,
            webhook_url=webhook.url,
            secret_token=self._secret,
            allowed_updates=KINDS,
        )

    async def _take(self, update: telegram.Update) -> None:
        assert self._receive is not None
        bot = self._sender.bot
        assert bot is not None
        message = incoming(update, bot.bot, self._clock())
        if message is None:
            return
        new = await self._receive(message)
        if update.callback_query is not None:
            self._aside(bot.answer_callback_query(update.callback_query.id))
        if new and message.context:
            self._aside(bot.send_chat_action(message.context["chat"], telegram.constants.ChatAction.TYPING))

    def _aside(self, courtesy: Awaitable[Any]) -> None:
        """A courtesy that may fail: a sign of typing, the end of a button's hourglass."""

        async def attempt() -> None:
            with suppress(TelegramError):
                await courtesy

        if len(self._background) < POOL // 2:
            task = asyncio.create_task(attempt())
            self._background.add(task)
            task.add_done_callback(self._background.discard)
        elif asyncio.iscoroutine(courtesy):
            courtesy.close()

    def _failed(self, error: TelegramError) -> None:
        if isinstance(error, Conflict):
            self._log.warning("telegram: another program asks for this bot's messages, or a webhook is set: stop it")
        else:
            self._log.warning("telegram: asking for messages failed (%s), trying again", type(error).__name__)

    async def _introduce(self, bot: telegram.Bot) -> None:
        """Register the commands and what the bot is for, in every language."""
        try:
            for profile in self._profiles:
                code = None if profile.language == "en" else profile.language
                await bot.set_my_commands(profile.commands, language_code=code)
                await bot.set_my_short_description(profile.about[:120], language_code=code)
        except TelegramError as error:
            self._log.warning("telegram: the commands could not be registered (%s)", type(error).__name__)


def new_bot(settings: TelegramSettings, token: str) -> telegram.Bot:
    """The Bot API's client, not yet connected."""
    return telegram.Bot(
        token,
        base_url=f"{settings.api_url.rstrip('/')}/bot",
        base_file_url=f"{settings.api_url.rstrip('/')}/file/bot",
        request=HTTPXRequest(connection_pool_size=POOL, read_timeout=20, pool_timeout=20),
        get_updates_request=HTTPXRequest(connection_pool_size=2, read_timeout=LONG_POLL),
    )
