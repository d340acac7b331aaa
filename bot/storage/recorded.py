"""Questions of the record, to be asked again: each with the earlier turns that were read with it.

Reads only, and only what is still kept. What an earlier turn is, is told in inbox.
"""

from collections import defaultdict

import sqlalchemy as sa

from bot.model.draft import Recorded
from bot.model.hand_over import Request
from bot.storage.engine import reading
from bot.storage.inbox import CHAT_MEMORY, TURNS
from bot.storage.schema import messages


class RecordedQuestions:
    """Messages that the bot answered."""

    def __init__(self, engine: sa.Engine) -> None:
        self._reading = reading(engine)

    def all(self) -> list[Recorded]:
        """Every question that is kept, oldest first."""
        return self._read(messages.c.conversation.is_not(None))

    def of(self, request: Request) -> list[Recorded]:
        """The applicant's own questions that belong to a request to a person, the last first."""
        if request.conversation is None:
            return []
        found = self._read(messages.c.conversation == request.conversation, request.id)
        return found[::-1]

    def _read(self, whose: sa.ColumnElement[bool], request: int | None = None) -> list[Recorded]:
        chosen = sa.select(messages).where(whose, messages.c.turn.is_not(None), messages.c.turn != "")
        before: dict[int, list[sa.Row[tuple[object, ...]]]] = defaultdict(list)
        found = []
        with self._reading.connect() as connection:
            for row in connection.execute(chosen.order_by(messages.c.id)):
                known = before[row.conversation]
                if row.state == "answered" and (request is None or row.hand_over == request):
                    turns = tuple(one.turn for one in known if _read_with(row, one))[-TURNS:]
                    found.append(Recorded(row.id, row.conversation, row.channel, row.received, row.turn, turns))
                known.append(row)
        return found


def _read_with(row: sa.Row[tuple[object, ...]], earlier: sa.Row[tuple[object, ...]]) -> bool:
    """Whether an earlier message of the same person was a turn of the same conversation."""
    now, then = row._mapping, earlier._mapping
    if now["channel"] == "email":
        return bool(now["thread"] == then["thread"])
    return bool(then["received"] >= now["received"] - CHAT_MEMORY)
