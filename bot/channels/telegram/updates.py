"""What Telegram delivers, read as messages: https://core.telegram.org/bots/api#update.

Knows which updates are a person's message to the bot. Group messages that do not address the bot are nobody's business: they
are not even recorded, and neither are service messages, channels' posts and other bots.
"""

import re
from datetime import datetime

import telegram
from telegram.constants import ChatType

from bot.model.message import Form, Incoming

KINDS = ["message", "edited_message", "callback_query"]
"""The kinds of update that are asked for."""
GROUPS = (ChatType.GROUP, ChatType.SUPERGROUP)


def incoming(update: telegram.Update, me: telegram.User, now: datetime) -> Incoming | None:
    """The message to the bot that an update carries, or None."""
    if update.callback_query is not None:
        return _pressed(update.update_id, update.callback_query, me, now)
    message = update.message or update.edited_message
    sender = message.from_user if message else None
    if message is None or sender is None or sender.is_bot or message.sender_chat is not None:
        return None
    edited = update.edited_message is not None
    group = message.chat.type in GROUPS
    text = _words_to(me, message.text or message.caption or "")
    form = form_of(message) if not edited else "edited" if text else None  # a live place is edited every few seconds
    if form is None or (group and not _addressed(message, me)):
        return None
    album = f"{me.id}:album:{message.media_group_id}" if message.media_group_id and not edited else ""
    # An update's id starts anew at random after a quiet week: with the message's own id and time it stays unique.
    own = f"{me.id}:{update.update_id}:{message.id}:{_stamp(message)}"
    return Incoming(
        channel="telegram",
        key=own if text or not album else album,
        address=_address(message.chat, sender),
        text=text,
        received=now,
        form="other" if form == "text" and not text else form,  # nothing but the bot's name
        context={
            "chat": str(message.chat.id),
            "message": str(message.id),
            "topic": _topic(message),
            "answers": "1" if group or form == "edited" else "",
            "album": album,
            "answered": _answered(message, me),
        },
        private=not group,
        language=_language(sender),
    )


def form_of(message: telegram.Message) -> Form | None:
    """The form of a message; None for a service message ("joined the group")."""
    if message.text:
        return "text"
    if message.photo:
        return "photo"
    if message.document or message.animation:
        return "file"
    if message.voice or message.audio or message.video or message.video_note:
        return "voice"
    if message.sticker:
        return "sticker"
    return "other" if message.effective_attachment is not None else None


def _pressed(update_id: int, query: telegram.CallbackQuery, me: telegram.User, now: datetime) -> Incoming | None:
    message = query.message
    if message is None or query.from_user.is_bot or message.chat.type == ChatType.CHANNEL:
        return None
    return Incoming(
        channel="telegram",
        key=f"{me.id}:{update_id}:{query.id}",
        address=_address(message.chat, query.from_user),
        text=query.data or "",
        received=now,
        form="choice",
        context={
            "chat": str(message.chat.id),
            "message": str(message.message_id),
            "topic": _topic(message) if isinstance(message, telegram.Message) else "",
            "answers": "",
        },
        private=message.chat.type not in GROUPS,
        language=_language(query.from_user),
    )


def _address(chat: telegram.Chat, sender: telegram.User) -> str:
    """The chat; in a group each person has a conversation of their own, so that nobody's questions colour another's."""
    return f"{chat.id}/{sender.id}" if chat.type in GROUPS else str(chat.id)


def _topic(message: telegram.Message) -> str:
    return str(message.message_thread_id or "") if message.is_topic_message else ""


def _answered(message: telegram.Message, me: telegram.User) -> str:
    """The message of ours that this one answers."""
    answered = message.reply_to_message
    mine = answered is not None and answered.from_user is not None and answered.from_user.id == me.id
    return str(answered.id) if answered is not None and mine else ""


def _language(sender: telegram.User) -> str:
    return (sender.language_code or "").partition("-")[0]


def _stamp(message: telegram.Message) -> int:
    return int((message.edit_date or message.date).timestamp())


def _words_to(me: telegram.User, text: str) -> str:
    """What is said to the bot, without its name: neither "@callboard_bot when ...?" nor "/help@callboard_bot" means that."""
    name = re.compile(rf"(?<!\w)(/\w+)?@{re.escape(me.username or '')}(?!\w)[ \t]?", re.IGNORECASE)
    return name.sub(lambda found: f"{found[1] or ''} ", text).strip() if name.search(text) else text


def _addressed(message: telegram.Message, me: telegram.User) -> bool:
    """Whether a group message speaks to the bot: names it, or answers it without a command for another one."""
    mine = f"@{me.username}".casefold()
    kinds: list[str | None] = [telegram.MessageEntity.MENTION, telegram.MessageEntity.BOT_COMMAND]
    named = {**message.parse_entities(kinds), **message.parse_caption_entities(kinds)}
    if any(text.casefold().endswith(mine) for text in named.values()):
        return True
    answered = message.reply_to_message
    if answered is None or answered.from_user is None or answered.from_user.id != me.id:
        return False
    return not any(text.startswith("/") and "@" in text for text in named.values())
