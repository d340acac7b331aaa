"""Messages received from Telegram, by asking for them or by webhook; each is committed before Telegram hears that it arrived.

python-telegram-bot's updater would confirm updates that are only in memory, and ends for good when something between here and
Telegram once answers 404. So the next request is made here, when the last answer is committed; for the webhook, which the
updater serves, the `put` of its queue commits, and what answers Telegram comes after it.
"""

import asyncio
import secrets
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import telegram
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError
from telegram.ext import Updater
from telegram.request import HTTPXRequest

from bot.channels.telegram.sending import TelegramSender, pause_of
from bot.channels.telegram.settings import TelegramSettings, WebhookSettings
from bot.channels.telegram.updates import KINDS, incoming
from bot.model.message import Incoming
from bot.usecases.ports import Clock, Log
from bot.usecases.runtime import trace

LONG_POLL = 25
"""Seconds that a request for updates waits for one."""
ANSWER = 20.0
"""Seconds that any other request waits for its answer."""
POOL = 32
"""Connections at once: replies under way, and signs of typing."""
PAUSE = 1.0
LONGEST_PAUSE = 30.0
"""Seconds until updates are asked for again after that failed, doubled while it fails."""
BAD_TOKEN = 60.0
ALBUMS = 100
"""Albums remembered whose words were taken already."""


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
        self._bot: telegram.Bot | None = None
        self._receive: Callable[[Incoming], Awaitable[bool]] | None = None
        self._albums: deque[str] = deque(maxlen=ALBUMS)
        self._background: set[asyncio.Task[Any]] = set()

    async def run(self, receive: Callable[[Incoming], Awaitable[bool]]) -> None:
        """Receive, until cancelled. The bot stays connected for replies until `close`."""
        self._receive = receive
        while True:
            try:
                await self._run()
            except InvalidToken:
                self._log.warning(
                    "telegram: the bot's token is not accepted; @BotFather tells it. Trying again in %.0f s", BAD_TOKEN
                )
                await asyncio.sleep(BAD_TOKEN)

    async def _run(self) -> None:
        bot = self._bot = self._bot or new_bot(self._settings, self._token)
        await bot.initialize()
        self._sender.connect(bot)
        await self._introduce(bot)
        if self._settings.webhook is None:
            await self._poll(bot)
        else:
            await self._listen(bot, self._settings.webhook)

    async def close(self) -> None:
        """Let go of the connections."""
        for task in self._background:
            task.cancel()
        if self._bot is not None:
            await self._bot.shutdown()
        self._bot = None
        self._sender.connect(None)

    async def _poll(self, bot: telegram.Bot) -> None:
        """Ask for updates; each request confirms those before it, which are committed by then."""
        await bot.delete_webhook()
        self._log.info("telegram: connected as @%s", bot.username)
        offset, pause = None, PAUSE
        while True:
            try:
                updates = await bot.get_updates(offset=offset, timeout=LONG_POLL, allowed_updates=KINDS)
            except InvalidToken:
                raise
            except TelegramError as error:
                self._failed(error)
                await asyncio.sleep(pause_of(error) if isinstance(error, RetryAfter) else pause)
                pause = min(2 * pause, LONGEST_PAUSE)
                continue
            pause = PAUSE
            read = [(update, self._read(update)) for update in updates]
            for update, message in read:
                if message is not None:
                    await self._take(update, message)
                offset = update.update_id + 1

    async def _listen(self, bot: telegram.Bot, webhook: WebhookSettings) -> None:
        async with Updater(bot, CommittingQueue(self._delivered)) as updater:
            try:
                await updater.start_webhook(
                    listen=webhook.listen,
                    port=webhook.port,
                    url_path=webhook.url.partition("://")[2].partition("/")[2],
                    webhook_url=webhook.url,
                    secret_token=self._secret or secrets.token_urlsafe(32),  # "" would refuse everything
                    allowed_updates=KINDS,
                )
                self._log.info("telegram: connected as @%s", bot.username)
                await asyncio.Event().wait()
            finally:
                if updater.running:
                    await updater.stop()

    async def _delivered(self, update: telegram.Update) -> None:
        """Take what the webhook brings, one by one."""
        if (message := self._read(update)) is not None:
            await self._take(update, message)

    def _read(self, update: telegram.Update) -> Incoming | None:
        """The message in an update; that its album has words is remembered."""
        assert self._bot is not None
        try:
            message = incoming(update, self._bot.bot, self._clock())
        except Exception as error:  # it would come again and again, and nothing after it
            self._log.warning("telegram: an update cannot be read and is left out: %s", trace(error))
            return None
        if message is not None and message.text and (album := (message.context or {}).get("album", "")):
            self._albums.append(album)
        return message

    async def _take(self, update: telegram.Update, message: Incoming) -> None:
        assert self._receive is not None
        assert self._bot is not None
        if self._told(message):
            return
        new = await self._receive(message)
        if update.callback_query is not None:
            self._aside(self._bot.answer_callback_query(update.callback_query.id))
        if new and message.context:
            chat, topic = message.context["chat"], int(message.context["topic"] or 0) or None
            typing = telegram.constants.ChatAction.TYPING
            self._aside(self._bot.send_chat_action(chat, typing, message_thread_id=topic))

    def _told(self, message: Incoming) -> bool:
        """Whether it is a part without words of an album that has words: they stand at its first or its last part."""
        return not message.text and (message.context or {}).get("album", "") in self._albums

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
        request=HTTPXRequest(connection_pool_size=POOL, read_timeout=ANSWER, pool_timeout=ANSWER),
        get_updates_request=HTTPXRequest(connection_pool_size=2, read_timeout=LONG_POLL),
    )
