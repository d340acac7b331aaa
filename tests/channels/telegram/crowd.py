"""People who write where no server runs: their updates as python-telegram-bot hands them over."""

from datetime import UTC, datetime
from typing import Any

import telegram

from bot.channels.telegram.updates import incoming
from bot.model.message import Incoming
from tests.telegram_server.people import People
from tests.telegram_server.server import ME
from tests.telegram_server.state import World

NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)
BOT = telegram.User(123456789, "Callboard", is_bot=True, username="callboard_bot")
GROUP, SUPERGROUP, CHANNEL = -2001, -1002002, -1003003


class Crowd(People):
    """Everybody; what they do stands in `world.updates`."""

    def __init__(self) -> None:
        self.world = World(dict(ME))
        self.group(GROUP)
        self.group(SUPERGROUP, "supergroup", is_forum=True)
        self.group(CHANNEL, "channel")

    def from_bot(self, text: str, chat: int = GROUP) -> dict[str, Any]:
        """A message of the bot itself."""
        return self.world.put(self.world.chats[chat], {"from": self.world.me, "text": text})

    def again(self, kind: str, message: dict[str, Any], **changed: Any) -> None:
        """An update that no ordinary act makes."""
        with self.world.changed:
            self.world.update(kind, message | changed)

    def read(self, number: int = -1) -> Incoming | None:
        """What the last update (or another) carries."""
        return incoming(telegram.Update.de_json(self.world.updates[number], None), BOT, NOW)

    def heard(self, number: int = -1) -> Incoming:
        """The same where it must carry a message."""
        message = self.read(number)
        assert message is not None
        return message

    def context(self) -> dict[str, str]:
        """Where the last update would be answered."""
        return self.heard().context or {}
