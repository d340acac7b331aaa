"""The rows that a report is made of, counted nowhere else: what was asked, what waits for a person, what did not arrive.

Erased rows count as long as they stand: of their person only is unknown who it was. No address leaves this book.
"""

from datetime import datetime

import sqlalchemy as sa

from bot.model.conversation import Matter
from bot.model.report import AskedRow, RequestRow, UndeliveredRow
from bot.storage.engine import reading
from bot.storage.matters import decoded
from bot.storage.schema import conversations, hand_overs, messages, replies

ANSWERS = ("answer", "clarify", "abstain", "smalltalk")
COORDINATORS = ("a coordinator", "unmatched", "unknown-member", "not from a coordinator", "prompt reaction")
"""Why a message was settled as none of an applicant (usecases/relay.py)."""


class Reports:
    """Rows for reports."""

    def __init__(self, engine: sa.Engine) -> None:
        self._reading = reading(engine)

    def asked(self, since: datetime, until: datetime) -> list[AskedRow]:
        """Settled messages of applicants received between then and then, oldest first."""
        within = (messages.c.received >= since, messages.c.received <= until)
        theirs = (*within, messages.c.state != "received", messages.c.reason.not_in(COORDINATORS))
        chosen = (
            sa.select(messages, conversations.c.address)
            .outerjoin(conversations, conversations.c.id == messages.c.conversation)
            .where(*theirs)
            .order_by(messages.c.received, messages.c.id)
        )
        answered = (
            sa.select(replies.c.message, replies.c.language, replies.c.matters)
            .join(messages, messages.c.id == replies.c.message)
            .where(*theirs, replies.c.kind.in_(ANSWERS))
            .order_by(replies.c.id)
        )
        with self._reading.connect() as connection:
            found: dict[int, tuple[str, list[Matter]]] = {}
            for row in connection.execute(answered):
                found.setdefault(row.message, (row.language, []))[1].extend(decoded(row.matters))
            persons: dict[tuple[str, str], int] = {}
            rows: list[AskedRow] = []
            for row in connection.execute(chosen):
                language, matters = found.get(row.id, ("", []))
                person = None
                if row.address is not None:
                    # on Telegram, what somebody says in a group is theirs, too
                    who = row.address.rpartition("/")[2] if row.channel == "telegram" else row.address
                    person = persons.setdefault((row.channel, who), len(persons) + 1)
                text = row.turn if row.form == "choice" else row.text
                rows.append(AskedRow(row.received, row.channel, row.state, person, language, tuple(matters), text))
        return rows

    def requests(self, since: datetime) -> list[RequestRow]:
        """Requests to a person that are open, or were opened, answered or closed since then; oldest first."""
        first = (
            sa.select(replies.c.hand_over, sa.func.min(replies.c.planned).label("answered"))
            .where(replies.c.kind == "person", replies.c.hand_over.is_not(None))
            .group_by(replies.c.hand_over)
            .subquery()
        )
        concerned = sa.or_(
            hand_overs.c.state.in_(("waiting", "taken")),
            hand_overs.c.opened >= since,
            hand_overs.c.closed >= since,
            first.c.answered >= since,
        )
        chosen = (
            sa.select(hand_overs, first.c.answered)
            .outerjoin(first, first.c.hand_over == hand_overs.c.id)
            .where(concerned)
            .order_by(hand_overs.c.opened, hand_overs.c.id)
        )
        with self._reading.connect() as connection:
            return [
                RequestRow(
                    id=row.id,
                    state=row.state,
                    opened=row.opened,
                    matters=decoded(row.matters),
                    by=row.by,
                    answered=row.answered,
                    news=row.news,
                    closed=row.closed,
                )
                for row in connection.execute(chosen)
            ]

    def undelivered(self, since: datetime, until: datetime) -> list[UndeliveredRow]:
        """Replies planned between then and then that did not, or may not, have arrived."""
        chosen = (
            sa.select(replies.c.planned, replies.c.channel, replies.c.state, replies.c.kind)
            .where(replies.c.planned >= since, replies.c.planned <= until)
            .where(replies.c.state.in_(("refused", "unknown")))
            .order_by(replies.c.id)
        )
        with self._reading.connect() as connection:
            return [UndeliveredRow(*row) for row in connection.execute(chosen)]
