"""What people do in Telegram: write, press, edit, share, block, add and remove the bot."""

import time
from collections.abc import Mapping
from itertools import count
from typing import Any

from tests.telegram_server.entities import as_typed
from tests.telegram_server.media import CAPTIONED, shared
from tests.telegram_server.state import Json, World

ANN = 1001  # who speaks if nobody is named
User = int | Mapping[str, Any] | None


class People:
    """Acts on a world; every act is at once an update for the bot. A chat or user is an id, or fields with an id."""

    world: World
    _queries = count(1)

    def person(self, user: int | Mapping[str, Any] = ANN) -> Json:
        """A user who has started the bot: their private chat exists."""
        with self.world.changed:
            person = self._user(user)
            looks = {name: person[name] for name in ("first_name", "last_name", "username") if name in person}
            self.world.chats[person["id"]] = {"id": person["id"], "type": "private", **looks}
        return person

    def group(self, chat: int = -2001, kind: str = "group", **fields: object) -> Json:
        """A group (kind supergroup: its id begins with -100) or channel with the bot in it."""
        with self.world.changed:
            self.world.chats[chat] = {"id": chat, "type": kind, "title": f"Chat {-chat}", **fields}
            return self.world.chats[chat]

    def say(
        self,
        text: str,
        chat: int | None = None,
        user: User = None,
        reply_to: Json | None = None,
        **fields: Any,
    ) -> Json:
        """A person writes; commands and mentions are marked as by their client. Gives the message."""
        marked = fields.pop("entities", None) or as_typed(text)
        return self._write(chat, user, reply_to, {"text": text} | ({"entities": marked} if marked else {}) | fields)

    def share(
        self,
        kind: str,
        chat: int | None = None,
        user: User = None,
        caption: str | None = None,
        value: Mapping[str, Any] | None = None,
        reply_to: Json | None = None,
        **fields: Any,
    ) -> Json:
        """A person shares a photo, document, voice, sticker, location, contact, poll, video_note, ... of media.MEDIA.

        The parts of an album share a `media_group_id`.
        """
        if caption is not None:
            if kind not in CAPTIONED:
                raise ValueError(f"a {kind} has no caption")
            marked = as_typed(caption)
            fields |= {"caption": caption} | ({"caption_entities": marked} if marked else {})
        return self._write(chat, user, reply_to, shared(kind, value) | fields)

    def edit(self, message: Json, new_text: str) -> Json:
        """A person changes a message of theirs."""
        marked = as_typed(new_text)
        name = "caption" if "caption" in message else "text"
        changed = {name: new_text, "edit_date": int(time.time())}
        entities = "caption_entities" if name == "caption" else "entities"
        with self.world.changed:
            kept = {key: value for key, value in self.message(message).items() if key != entities}
            edited = self.world.keep(kept | changed | ({entities: marked} if marked else {}))
            self.world.update(
                "edited_channel_post" if edited["chat"]["type"] == "channel" else "edited_message", edited
            )
        return edited

    def delete(self, message: Json) -> None:
        """A message disappears; bots are not told."""
        with self.world.changed:
            known = self.message(message)
            del self.world.messages[known["chat"]["id"], known["message_id"]]

    def press(
        self,
        message: Json,
        button: str | None = None,
        *,
        data: str | None = None,
        user: int | None = None,
        old: bool = False,
    ) -> Json:
        """A person presses a button, named by its words, under a message or an entry of `sent`. Gives the query.

        `data` presses a button that is not there (any more); an `old` message is told without its content.
        """
        with self.world.changed:
            known = self.message(message)
            chat = known["chat"]
            rows = known.get("reply_markup", {}).get("inline_keyboard", [])
            buttons = {cell["text"]: cell.get("callback_data") for row in rows for cell in row}
            if button is not None:
                data = buttons.get(button)
            if data is None:
                raise ValueError(f"no button {button!r} to press among {sorted(buttons)}")
            person = self._user(user or (chat["id"] if chat["type"] == "private" else ANN))
            shown = {"chat": chat, "message_id": known["message_id"], "date": 0} if old else known
            query = {
                "id": f"{next(self._queries)}",
                "from": person,
                "message": shown,
                "chat_instance": f"instance-{chat['id']}",
                "data": data,
            }
            self.world.queries[query["id"]] = query
            self.world.update("callback_query", query)
        return query

    def block(self, chat: int = ANN) -> Json:
        """A person blocks the bot, or members put it out of a group: sending there is forbidden from now on."""
        with self.world.changed:
            private = self.world.chats[chat]["type"] == "private"
            self.world.left[chat] = "blocked" if private else "kicked"
            return self._membership(chat, {"status": "member"}, {"status": "kicked", "until_date": 0})

    def unblock(self, chat: int = ANN) -> Json:
        with self.world.changed:
            self.world.left.pop(chat, None)
            return self._membership(chat, {"status": "kicked", "until_date": 0}, {"status": "member"})

    def join(self, chat: int = -2001, user: int = ANN) -> Json:
        """The bot is added to a group."""
        with self.world.changed:
            self.world.left.pop(chat, None)
            self._membership(chat, {"status": "left"}, {"status": "member"})
            return self._write(chat, user, None, {"new_chat_members": [self.world.me]})

    def migrate(self, chat: int, supergroup: int | None = None) -> Json:
        """A group becomes a supergroup of another id; both say so. Gives the supergroup."""
        with self.world.changed:
            old = self.world.chats[chat]
            new = self.group(supergroup or int(f"-100{-chat:010d}"), "supergroup", title=old["title"])
            self._write(chat, None, None, {"migrate_to_chat_id": new["id"]})
            self._write(new["id"], None, None, {"migrate_from_chat_id": chat})
            self.world.migrated[chat] = new["id"]
        return new

    def message(self, message: Json) -> Json:
        """The message as it is now, of a message, an entry of `sent` or {"chat_id", "message_id"}."""
        chat = message["chat"]["id"] if "chat" in message else message["chat_id"]
        return self.world.messages[chat, message["message_id"]]

    def _write(self, chat_id: int | None, user: User, reply_to: Json | None, content: Mapping[str, Any]) -> Json:
        with self.world.changed:
            if chat_id is None or chat_id > 0:  # a private chat has the id of its user
                person = self.person(user or chat_id or ANN)
                chat, kind = self.world.chats[person["id"]], "message"
                fields = {"from": person}
            elif self.world.chats[chat_id]["type"] == "channel":
                chat, kind = self.world.chats[chat_id], "channel_post"
                fields = {"sender_chat": chat}
            else:
                chat, kind = self.world.chats[chat_id], "message"
                fields = {"from": self._user(user or ANN)}
            if reply_to is not None:
                answered = self.message(reply_to)
                fields["reply_to_message"] = {key: answered[key] for key in answered if key != "reply_to_message"}
            message = self.world.put(chat, fields | dict(content))
            self.world.update(kind, message)
        return message

    def _user(self, user: int | Mapping[str, Any]) -> Json:
        """A user by id or by fields; what was once told of a user stays."""
        given = {"id": user} if isinstance(user, int) else dict(user)
        plain = {"id": given["id"], "is_bot": False, "first_name": f"Person {given['id']}", "language_code": "en"}
        person = plain | self.world.people.get(given["id"], {}) | given
        self.world.people[person["id"]] = person
        return person

    def _membership(self, chat: int, old: Json, new: Json) -> Json:
        where = self.world.chats[chat]
        body = {
            "chat": where,
            "from": self._user(chat if where["type"] == "private" else ANN),
            "date": int(time.time()),
            "old_chat_member": {"user": self.world.me} | old,
            "new_chat_member": {"user": self.world.me} | new,
        }
        return self.world.update("my_chat_member", body)
