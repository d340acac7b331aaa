"""The chat in the terminal: an edge that carries lines and decides nothing."""

from collections.abc import Callable, Iterable
from datetime import datetime

from bot.model.conversation import Answer, Question

KEPT_TURNS = 20


class Conversation:
    """One asker's turns, oldest first; the latest KEPT_TURNS are kept."""

    def __init__(self, answer: Callable[[Question], Answer], clock: Callable[[], datetime]) -> None:
        self._answer = answer
        self._clock = clock
        self._turns: list[str] = []

    def say(self, text: str) -> str:
        """The reply to the asker's next turn."""
        reply = self._answer(Question(text, self._clock(), tuple(self._turns)))
        self._turns = [*self._turns[-KEPT_TURNS + 1 :], text]
        return reply.reply


def run_lines(conversation: Conversation, lines: Iterable[str], show: Callable[[str], None]) -> None:
    """Answer line by line until the lines end."""
    for line in lines:
        if text := line.strip():
            show(conversation.say(text))
