"""What the fake Telegram knows: chats, messages, updates not yet confirmed, and everything that took effect."""

import json
import random
import threading
import time
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from tests.telegram_server.floods import Floods
from tests.telegram_server.shapes import SHAPES, Upload

Json = dict[str, Any]
ASKED_FOR = {"chat_member", "message_reaction", "message_reaction_count"}  # come only if allowed_updates names them
SHARED_NUMBERS = ("private", "group")  # messages of these chats are numbered together, as they are one account's


class ApiError(Exception):
    """An answer that is not ok."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code = code
        self.parameters = parameters

    def answer(self) -> Json:
        answer = {"ok": False, "error_code": self.code, "description": str(self)}
        return answer | ({"parameters": self.parameters} if self.parameters else {})


@dataclass
class Webhook:
    """Where updates are posted, if anywhere."""

    url: str = ""
    secret_token: str | None = None
    has_custom_certificate: bool = False
    max_connections: int = 40
    ip_address: str | None = None
    last_error_date: int | None = None
    last_error_message: str | None = None


@dataclass
class World:
    """The state, one lock over it all; `changed` is told whenever something is."""

    me: Json
    floods: Floods = field(default_factory=Floods)
    journal: Path | None = None
    changed: threading.Condition = field(default_factory=threading.Condition)
    stopping: bool = False
    people: dict[int, Json] = field(default_factory=dict)
    chats: dict[int, Json] = field(default_factory=dict)
    messages: dict[tuple[int, int], Json] = field(default_factory=dict)
    files: dict[str, Upload] = field(default_factory=dict)
    left: dict[int, str] = field(default_factory=dict)  # chat -> how the bot lost it: blocked, kicked
    migrated: dict[int, int] = field(default_factory=dict)
    queries: dict[str, Json] = field(default_factory=dict)
    commands: dict[str, list[Json]] = field(default_factory=dict)
    webhook: Webhook = field(default_factory=Webhook)
    allowed: list[str] = field(default_factory=list)
    updates: list[Json] = field(default_factory=list)
    pending: deque[Json] = field(default_factory=deque)
    polls: int = 0
    sent: list[Json] = field(default_factory=list)
    violations: list[Json] = field(default_factory=list)
    refused: list[Json] = field(default_factory=list)
    calls: Counter[str] = field(default_factory=Counter)
    update_ids: count = field(default_factory=lambda: count(random.randint(10**8, 9 * 10**8)))
    numbers: dict[int | str, count] = field(default_factory=dict)

    def known_chat(self, chat_id: int | str) -> Json:
        """The chat of a request, if the bot may write there."""
        if isinstance(chat_id, str):
            named = [chat for chat in self.chats.values() if f"@{chat.get('username')}" == chat_id]
            chat_id = named[0]["id"] if named else 0
        if chat_id not in self.chats:
            if chat_id in self.people:
                raise ApiError(403, "Forbidden: bot can't initiate conversation with a user")
            raise ApiError(400, "Bad Request: chat not found")
        chat = self.chats[chat_id]
        if chat_id in self.migrated:
            description = "Bad Request: group chat was upgraded to a supergroup chat"
            raise ApiError(400, description, migrate_to_chat_id=self.migrated[chat_id])
        if chat_id in self.left:
            where = "by the user" if chat["type"] == "private" else f"from the {chat['type']} chat"
            raise ApiError(403, f"Forbidden: bot was {self.left[chat_id]} {where}")
        return chat

    def own_message(self, chat_id: int | str, message_id: int) -> Json:
        """A message that the bot may edit."""
        chat = self.known_chat(chat_id)
        message = self.messages.get((chat["id"], message_id))
        if message is None:
            raise ApiError(400, "Bad Request: message to edit not found")
        if message.get("from", {}).get("id") != self.me["id"] and chat["type"] != "channel":
            raise ApiError(400, "Bad Request: message can't be edited")
        return message

    def number(self, chat: Json) -> int:
        key = "account" if chat["type"] in SHARED_NUMBERS else chat["id"]
        return next(self.numbers.setdefault(key, count(1)))

    def put(self, chat: Json, fields: Mapping[str, object]) -> Json:
        """A new message of the chat; a message is never changed, only replaced."""
        message = {"message_id": self.number(chat), "date": int(time.time()), "chat": chat, **fields}
        return self.keep(message)

    def keep(self, message: Json) -> Json:
        SHAPES.value(message, ["Message"], "message of the fake")
        self.messages[message["chat"]["id"], message["message_id"]] = message
        return message

    def update(self, kind: str, body: Json) -> Json:
        """Something the bot is told, if it wants this kind."""
        update = {"update_id": next(self.update_ids), kind: body}
        SHAPES.value(update, ["Update"], "update of the fake")
        wanted = kind in self.allowed if self.allowed else kind not in ASKED_FOR
        if wanted:
            self.updates.append(update)
            self.pending.append(update)
            self.changed.notify_all()
        return update

    def confirm(self, offset: int) -> None:
        """All updates below the offset are confirmed; a negative one counts from the end."""
        if offset < 0:
            offset = self.pending[max(offset, -len(self.pending))]["update_id"] if self.pending else 0
        while self.pending and self.pending[0]["update_id"] < offset:
            self.pending.popleft()
        self.changed.notify_all()

    def effect(self, method: str, params: Mapping[str, Any], result: object) -> None:
        """Something took effect: listed, and in the journal before anybody is answered."""
        message = result if isinstance(result, dict) else {}
        effect = {
            "number": len(self.sent),
            "method": method,
            "params": {name: _plain(value) for name, value in params.items()},
            "chat_id": message["chat"]["id"] if "chat" in message else params.get("chat_id"),
            "message_id": message.get("message_id"),
            "text": message.get("text", message.get("caption")),
            "at": time.monotonic(),
            "time": time.time(),
        }
        self.sent.append(effect)
        if self.journal is not None:
            with self.journal.open("a", encoding="utf-8") as lines:
                lines.write(json.dumps(effect) + "\n")
        self.changed.notify_all()


def _plain(value: object) -> object:
    """A value as the journal holds it, a file with its text."""
    return value.told() | {"text": value.content.decode(errors="replace")} if isinstance(value, Upload) else value
