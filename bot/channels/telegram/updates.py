"""What Telegram delivers, read as messages: https://core.telegram.org/bots/api#update.

Knows which updates are a person's message to the bot. Group messages that do not address the bot are nobody's business: they
are not even recorded, and neither are service messages, channels' posts and other bots.
"""

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
    form = "edited" if update.edited_message and message.text else form_of(message)
    text = message.text or message.caption or ""
    group = message.chat.type in GROUPS
    if form is None or (group and not _addressed(message, me)):
        return None
    if group:
        text = " ".join(text.replace(f"@{me.username}", " ").split(" ")).strip()
    album = message.media_group_id
    return Incoming(
        channel="telegram",
        # An update's id starts anew at random after a quiet week: with the message's own id and time it stays unique.
        key=f"{me.id}:album:{album}" if album else f"{me.id}:{update.update_id}:{message.id}:{_stamp(message)}",
        address=_address(message.chat, sender),
        text=text,
        received=now,
        form=form,
        context={
            "chat": str(message.chat.id),
            "message": str(message.id),
            "topic": str(message.message_thread_id or "") if message.is_topic_message else "",
            "answers": "1" if group or form == "edited" else "",
        },
        private=not group,
        language=(sender.language_code or "")[:2],
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
    if message is None or query.from_user.is_bot:
        return None
    group = message.chat.type in GROUPS
    return Incoming(
        channel="telegram",
        key=f"{me.id}:{update_id}:{query.id}",
        address=_address(message.chat, query.from_user),
        text=query.data or "",
        received=now,
        form="choice",
        context={"chat": str(message.chat.id), "message": str(message.message_id), "topic": "", "answers": ""},
        private=not group,
        language=(query.from_user.language_code or "")[:2],
    )


def _address(chat: telegram.Chat, sender: telegram.User) -> str:
    """The chat; in a group each person has a conversation of their own, so that nobody's questions colour another's."""
    return f"{chat.id}/{sender.id}" if chat.type in GROUPS else str(chat.id)


def _stamp(message: telegram.Message) -> int:
    return int((message.edit_date or message.date).timestamp())


def _addressed(message: telegram.Message, me: telegram.User) -> bool:
    """Whether a group message speaks to the bot: names it, answers it, or is a command for it."""
    answered = message.reply_to_message
    if answered is not None and answered.from_user is not None and answered.from_user.id == me.id:
        return True
    mine = f"@{me.username}".casefold()
    kinds: list[str | None] = [telegram.MessageEntity.MENTION, telegram.MessageEntity.BOT_COMMAND]
    named = {**message.parse_entities(kinds), **message.parse_caption_entities(kinds)}
    return any(text.casefold().endswith(mine) for text in named.values())
