"""Telegram's flood limits: https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this.

About one message a second to a chat, twenty a minute to a group, thirty a second over all; whoever sends faster is refused.
"""

ALL = 1 / 25
CHAT = 1.05
GROUP = 3.1
MANY = 2_000
"""Chats remembered before those whose time has passed are forgotten."""


class Pacing:
    """Gives each message its turn, first in its chat, then among all. Times are seconds of any steady clock."""

    def __init__(self) -> None:
        self._next = 0.0
        self._chats: dict[str, float] = {}

    def in_chat(self, chat: str, now: float) -> float:
        """The seconds until a message may go to `chat`, whose turn is taken with it."""
        if len(self._chats) > MANY:
            self._chats = {chat: free for chat, free in self._chats.items() if free > now}
        turn = max(now, self._chats.get(chat, 0.0))
        self._chats[chat] = turn + _gap(chat)
        return turn - now

    def among_all(self, chat: str, now: float) -> float:
        """The seconds until it may go at all; asked when nothing else holds it up, so that its turn is when it leaves."""
        turn = max(now, self._next)
        self._next = turn + ALL
        self._chats[chat] = max(self._chats.get(chat, 0.0), turn + _gap(chat))
        return turn - now


def _gap(chat: str) -> float:
    return GROUP if chat.startswith("-") else CHAT
