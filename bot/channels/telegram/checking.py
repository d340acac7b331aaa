"""Whether the Bot API takes the token, and how messages come."""

import telegram
from telegram.error import BadRequest, Forbidden, InvalidToken, TelegramError

from bot.channels.telegram.receiving import new_bot
from bot.channels.telegram.settings import TelegramSettings
from bot.usecases.diagnose import AilmentError, unreachable


async def check_telegram(settings: TelegramSettings, token: str) -> str:
    """Who the bot is and how many messages wait; raises AilmentError."""
    bot = new_bot(settings, token)
    try:
        await bot.initialize()
        info = await bot.get_webhook_info()
        group = await _group(bot, settings.coordinators_chat)
    except InvalidToken:
        raise AilmentError(
            "the token is not accepted", "get it from @BotFather and set CALLBOARD_TELEGRAM_TOKEN to it"
        ) from None
    except TelegramError as error:
        raise unreachable(error, settings.api_url, "telegram.api_url") from None
    finally:
        await bot.shutdown()
    if settings.name and settings.name.casefold() != (bot.username or "").casefold():
        raise AilmentError(
            f"the bot is @{bot.username}, and links in mails would lead to @{settings.name}",
            f"set telegram.name to {bot.username}",
        )
    return f"@{bot.username}; {_ways(settings, info)}; {info.pending_update_count} messages wait{group}"


async def _group(bot: telegram.Bot, chat: int | None) -> str:
    """The coordinators' group, in words."""
    if chat is None:
        return ""
    try:
        found = await bot.get_chat(chat)
    except (BadRequest, Forbidden):
        raise AilmentError(
            f"the bot is not in the coordinators' group {chat}",
            "add the bot to the group, and set telegram.coordinators_chat to the group's number",
        ) from None
    return f"; requests are posted in {found.title or chat}"


def _ways(settings: TelegramSettings, info: telegram.WebhookInfo) -> str:
    if settings.webhook is None:
        return "a webhook is set, which serve will take away" if info.url else "messages are asked for"
    if info.url and info.last_error_message:
        raise AilmentError(
            f"Telegram cannot deliver to the webhook: {info.last_error_message}",
            "check telegram.webhook.url, the proxy before it and its certificate",
        )
    return "messages come by webhook"
