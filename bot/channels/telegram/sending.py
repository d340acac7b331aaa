"""Replies sent through the Bot API, and what its answers mean.

BadRequest and TimedOut are kinds of NetworkError in python-telegram-bot: they are told apart first. A request that timed out
may have been carried out.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta

import httpx
import telegram
from telegram.constants import ParseMode
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from bot.channels.telegram.pacing import Pacing
from bot.channels.telegram.pages import as_html, as_text
from bot.model.message import Outcome, Refused, Reply, Sent, TryLater, Unknown

CONNECTING = 5.0
"""Seconds that a reply waits for the connection at the start."""
NOT_CONNECTED = 2.0
UNREACHABLE = 10.0
BAD_TOKEN = 300.0
_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_GONE = (
    "chat not found",
    "user is deactivated",
    "peer_id_invalid",
    "have no rights",
    "not enough rights",
    "chat_write_forbidden",
)
_QUOTED = re.compile(r'".*"|@\w+|-?\d{4,}', re.DOTALL)
"""What may be somebody's words or number in an error."""


class TelegramSender:
    """Sends replies, once the channel is connected."""

    def __init__(self) -> None:
        self._bot: telegram.Bot | None = None
        self._connected = asyncio.Event()
        self._pacing = Pacing()
        self._turn = asyncio.Lock()

    def connect(self, bot: telegram.Bot | None) -> None:
        """Send through this bot from now on; None ends that."""
        self._bot = bot
        if bot is None:
            self._connected.clear()
        else:
            self._connected.set()

    async def send(self, reply: Reply, begin: Callable[[], Awaitable[bool]]) -> Outcome | None:
        """Send one message when its turn has come."""
        with suppress(TimeoutError):
            async with asyncio.timeout(CONNECTING):
                await self._connected.wait()
        bot = self._bot
        if bot is None:
            return TryLater(NOT_CONNECTED, "not connected", all=True)
        chat = reply.address.partition("/")[0]
        now = asyncio.get_running_loop().time
        await asyncio.sleep(self._pacing.in_chat(chat, now()))
        async with self._turn:  # marked one by one, each when its turn has come: what only waits is in no doubt
            await asyncio.sleep(self._pacing.among_all(chat, now()))
            if not await begin():
                return None
        try:
            return await self._sent(bot, reply, chat)
        except ChatMigrated as moved:  # a group became a supergroup: nothing was sent
            return await self._outcome(bot, reply, str(moved.new_chat_id))
        except TelegramError as error:
            return outcome_of(error)

    async def _outcome(self, bot: telegram.Bot, reply: Reply, chat: str) -> Outcome:
        try:
            return await self._sent(bot, reply, chat)
        except TelegramError as error:
            return outcome_of(error)

    async def _sent(self, bot: telegram.Bot, reply: Reply, chat: str) -> Sent:
        try:
            message = await _message(bot, reply, chat, html=True)
        except BadRequest as error:
            if "parse entities" not in str(error):
                raise
            message = await _message(bot, reply, chat, html=False)  # an answer without italics is better than none
        return Sent(str(message.id))


async def _message(bot: telegram.Bot, reply: Reply, chat: str, *, html: bool) -> telegram.Message:
    body, context = reply.body, reply.context
    text = as_html(body) if html else as_text(body)
    mode = ParseMode.HTML if html else None
    topic = int(context["topic"]) if context.get("topic") else None
    answered = (
        telegram.ReplyParameters(int(context["message"]), allow_sending_without_reply=True)
        if context.get("answers")
        else None
    )
    if body.file is not None:
        file = telegram.InputFile(body.file.content.encode(), filename=body.file.name)
        return await bot.send_document(chat, file, caption=text, parse_mode=mode, message_thread_id=topic)
    rows = [
        [telegram.InlineKeyboardButton(choice.label[:60], callback_data=f"{reply.id}:{place}")]
        for place, choice in enumerate(body.choices)
    ]
    return await bot.send_message(
        chat,
        text,
        parse_mode=mode,
        message_thread_id=topic,
        reply_parameters=answered,
        reply_markup=telegram.InlineKeyboardMarkup(rows) if rows else None,
        link_preview_options=telegram.LinkPreviewOptions(is_disabled=True),
    )


def outcome_of(error: TelegramError) -> Outcome:
    """What an error of the Bot API means for a message."""
    if isinstance(error.__cause__, TelegramError) and not isinstance(error, InvalidToken):
        return Unknown(
            "an answer that is not Telegram's"
        )  # a proxy's page; whatever its status, the request may have got through
    if isinstance(error, RetryAfter):
        return TryLater(pause_of(error), "flood limit", all=True)
    if isinstance(error, Forbidden):
        return Refused("blocked", gone=True)
    if isinstance(error, InvalidToken):
        return TryLater(BAD_TOKEN, "the token is not accepted; run callboard doctor", all=True)
    if isinstance(error, BadRequest):
        gone = any(sign in str(error).casefold() for sign in _GONE)
        return Refused(f"bad request: {_QUOTED.sub('...', str(error))}"[:150], gone=gone)
    if isinstance(error, NetworkError) and isinstance(error.__cause__, _NEVER_SENT):
        return TryLater(UNREACHABLE, "Telegram cannot be reached", all=True)
    return Unknown("timed out" if isinstance(error, TimedOut) else type(error).__name__)


def pause_of(error: RetryAfter) -> float:
    """The seconds that Telegram asks to wait, and a little more."""
    pause = error.retry_after
    return (pause.total_seconds() if isinstance(pause, timedelta) else float(pause)) + 0.5
