"""The book of requests to a person: opened with the message that asks, told to coordinators, answered, ended.

What a message changes is committed with the message itself (`step`); what coordinators are told is planned in the same transaction
that notes how far they were told. So a kill at any moment loses no request and tells none of them twice.
"""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime

import msgspec
import sqlalchemy as sa

from bot.model.conversation import Matter
from bot.model.hand_over import Line, Request, Undelivered
from bot.model.message import Outgoing, Received
from bot.storage.engine import reading
from bot.storage.hand_over_steps import OPEN, open_of
from bot.storage.matters import decoded
from bot.storage.outbox import plan_to
from bot.storage.return_schema import returns
from bot.storage.schema import conversations, hand_overs, messages, replies

HISTORY = 10
"""Messages of the conversation before the request that coordinators are shown."""
NEWS = 200
"""The most messages that they are shown at once of what came since."""


_of_request = (messages.c.hand_over == hand_overs.c.id, messages.c.conversation == hand_overs.c.conversation)
_ABOUT = (
    sa.select(sa.func.max(messages.c.about)).where(*_of_request).correlate(hand_overs).scalar_subquery().label("about")
)
_CLAIMED = (
    sa.select(sa.func.max(returns.c.delivery))
    .join(messages, messages.c.id == returns.c.message)
    .where(*_of_request, returns.c.proven.is_(False))
    .correlate(hand_overs)
    .scalar_subquery()
    .label("claimed")
)


class HandOvers:
    """Requests to a person."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._reading = reading(engine)

    def open_of(self, conversation: int) -> Request | None:
        """The conversation's open request; if a late answer opened an older one again, the one in which a person writes."""
        found = [request for request, _ in self._all(*open_of(conversation))]
        return next((one for one in found if one.state == "taken"), found[0] if found else None)

    def get(self, request: int) -> Request | None:
        """The request of that number."""
        return self._one(hand_overs.c.id == request)

    def open(self) -> list[tuple[Request, datetime | None]]:
        """All open requests, oldest first, with since when something waits for a person in each."""
        return self._all(hand_overs.c.state.in_(OPEN))

    def waiting_for(self, matter: Matter) -> list[Request]:
        """Requests that still wait for a person, and ask this."""
        waiting = (request for request, _ in self._all(hand_overs.c.state == "waiting"))
        return [one for one in waiting if any(matter.same(other) for other in one.matters)]

    def untold(self, before: datetime, pending: datetime, told_before: datetime) -> list[Request]:
        """Requests of which coordinators do not know the last message.

        It came before `before`, or the first that they do not know before `pending`; and while nobody has answered, they were last
        told before `told_before`.
        """
        mine = (messages.c.hand_over == hand_overs.c.id, messages.c.conversation == hand_overs.c.conversation)
        newest = sa.select(messages.c.received).where(messages.c.id == hand_overs.c.message).scalar_subquery()
        first = (
            sa.select(sa.func.min(messages.c.received))
            .where(*mine, messages.c.id > hand_overs.c.told)
            .scalar_subquery()
        )
        letters = (replies.c.hand_over == hand_overs.c.id, replies.c.kind == "to-coordinator")
        last = sa.select(sa.func.max(replies.c.planned)).where(*letters).scalar_subquery()
        answered = hand_overs.c.written.is_not(None)
        calm = sa.or_(answered, hand_overs.c.told == 0, last.is_(None), last <= told_before)
        unknown = (hand_overs.c.state.in_(OPEN), hand_overs.c.told < hand_overs.c.message)
        return [request for request, _ in self._all(*unknown, sa.or_(newest <= before, first <= pending), calm)]

    def unanswered(self, before: datetime) -> list[tuple[Request, datetime | None]]:
        """Open requests in which something waits for a person since before then, with since when."""
        return self._all(hand_overs.c.state.in_(OPEN), hand_overs.c.news <= before)

    def lapsed(self, before: datetime) -> list[Request]:
        """Taken requests in which the person wrote nothing since then."""
        return [request for request, _ in self._all(hand_overs.c.state == "taken", hand_overs.c.written <= before)]

    def lines(self, request: Request, after: int) -> list[Line]:
        """The conversation after a message (0: from a little before the request), oldest first."""
        if request.conversation is None:
            return []
        of_person = messages.c.conversation == request.conversation
        with self._reading.connect() as connection:
            said = sa.or_(messages.c.text != "", messages.c.form.not_in(("text", "edited", "choice")))
            earlier = sa.select(messages.c.id).where(of_person, messages.c.id <= request.message, said)
            most = NEWS if after else 2 * HISTORY
            shown = earlier.where(messages.c.id > after).order_by(messages.c.id.desc()).limit(most)
            ids = list(connection.scalars(shown))
            asked = sa.select(messages).where(messages.c.id.in_(ids))
            found = [(row.id, 0, _asked(row)) for row in connection.execute(asked)]
            told = sa.select(replies.c.id, replies.c.message, replies.c.planned, replies.c.body).where(
                replies.c.message.in_(ids),
                replies.c.conversation == request.conversation,
                replies.c.body.is_not(None),
            )
            for row in connection.execute(told):
                body = msgspec.json.decode(row.body, type=Outgoing)
                found.append((row.message, row.id, Line(row.id, row.planned, body.author or "bot", body.text)))
        return [line for *_, line in sorted(found, key=lambda entry: entry[:2])]

    def answers(self, request: Request) -> list[Line]:
        """What persons wrote to the applicant, oldest first."""
        said = sa.select(replies.c.id, replies.c.planned, replies.c.body).where(
            replies.c.hand_over == request.id, replies.c.kind == "person", replies.c.body.is_not(None)
        )
        with self._reading.connect() as connection:
            rows = connection.execute(said.order_by(replies.c.id)).all()
        bodies = ((row, msgspec.json.decode(row.body, type=Outgoing)) for row in rows)
        return [Line(row.id, row.planned, body.author, body.text) for row, body in bodies]

    def overtaken(self, request: int, notice: int | None, author: str) -> str:
        """Who else has answered after `notice`, the letter to coordinators that is answered now, was written; "" if nobody has."""
        later = (replies.c.hand_over == request, replies.c.kind == "person", replies.c.id > (notice or 0))
        with self._reading.connect() as connection:
            bodies = connection.scalars(sa.select(replies.c.body).where(*later, replies.c.body.is_not(None)))
            authors = [msgspec.json.decode(body, type=Outgoing).author for body in bodies]
        return next((one for one in reversed(authors) if one != author), "")

    def said_about(self, request: int, received: Received, since: datetime) -> list[tuple[str, str]]:
        """(reason, text) of what the writer of a message wrote about a request before, since then."""
        mine = (messages.c.hand_over == request, messages.c.conversation == received.conversation)
        earlier = (messages.c.id < received.id, messages.c.received >= since)
        with self._reading.connect() as connection:
            rows = connection.execute(sa.select(messages.c.reason, messages.c.text).where(*mine, *earlier)).all()
        return [(row.reason, row.text or "") for row in rows]

    def told_at(self, reply: int) -> datetime | None:
        """When a letter to coordinators left."""
        with self._reading.connect() as connection:
            found: datetime | None = connection.scalar(sa.select(replies.c.finished).where(replies.c.id == reply))
        return found

    def tell(self, request: Request, outgoing: Sequence[Outgoing], now: datetime, *, reminder: bool = False) -> None:
        """Plan what coordinators are told; it is noted up to which message they know."""
        values: dict[str, object] = {"told": request.message}
        if reminder:
            values = {"reminded": hand_overs.c.reminded + 1}
        with self._engine.begin() as connection:
            changed = connection.execute(
                hand_overs.update()
                .where(hand_overs.c.id == request.id, hand_overs.c.told == request.told)
                .where(hand_overs.c.reminded == request.reminded)
                .values(**values)
            )
            for one in outgoing if changed.rowcount == 1 else ():
                plan_to(connection, request.message, one, "", now)

    def lapse(self, request: Request, now: datetime) -> None:
        """End a person's silence: what is unanswered waits again, else the request ends."""
        mine = hand_overs.update().where(hand_overs.c.id == request.id, hand_overs.c.state == "taken")
        mine = mine.where(hand_overs.c.written == request.written)
        with self._engine.begin() as connection:
            connection.execute(mine.where(hand_overs.c.news.is_not(None)).values(state="waiting"))
            connection.execute(mine.where(hand_overs.c.news.is_(None)).values(state="closed", closed=now))

    def undelivered(self) -> list[Undelivered]:
        """Persons' words, and letters about requests, that did not or may not have arrived, which nobody was told yet."""
        chosen = (
            sa.select(replies, conversations.c.address)
            .outerjoin(conversations, conversations.c.id == replies.c.conversation)
            .where(
                replies.c.kind.in_(("person", "to-coordinator")),
                replies.c.state.in_(("refused", "unknown")),
                replies.c.reported.is_(False),
                replies.c.hand_over.is_not(None),
            )
            .order_by(replies.c.id)
        )
        with self._reading.connect() as connection:
            rows = connection.execute(chosen).all()
        return [
            Undelivered(
                row.id,
                row.hand_over,
                row.state == "unknown",
                msgspec.json.decode(row.body, type=Outgoing).author if row.body else "",
                row.address or "" if row.kind == "to-coordinator" else "",
            )
            for row in rows
        ]

    def report(self, reply: int, request: Request, outgoing: Sequence[Outgoing], now: datetime) -> None:
        """Tell coordinators that something did not arrive, once; of these letters themselves nobody is told in turn."""
        mine = replies.update().where(replies.c.id == reply, replies.c.reported.is_(False))
        with self._engine.begin() as connection:
            if connection.execute(mine.values(reported=True)).rowcount == 1:
                told = [plan_to(connection, request.message, one, "", now) for one in outgoing]
                connection.execute(replies.update().where(replies.c.id.in_(told)).values(reported=True))

    def _one(self, *which: sa.ColumnElement[bool]) -> Request | None:
        found = self._all(*which)
        return found[-1][0] if found else None

    def _all(self, *which: sa.ColumnElement[bool]) -> list[tuple[Request, datetime | None]]:
        chosen = (
            sa.select(hand_overs, conversations.c.channel, conversations.c.address, _ABOUT, _CLAIMED)
            .outerjoin(conversations, conversations.c.id == hand_overs.c.conversation)
            .where(*which)
            .order_by(hand_overs.c.id)
        )
        with self._reading.connect() as connection:
            return [(_request(row), row.news) for row in connection.execute(chosen)]


def _asked(row: sa.Row[tuple[object, ...]]) -> Line:
    values = row._mapping
    words = values["turn"] if values["form"] == "choice" else values["text"]
    return Line(values["id"], values["received"], "applicant", words or "", "" if words else values["form"])


def _request(row: sa.Row[tuple[object, ...]]) -> Request:
    known = {one.name: row._mapping[one.name] for one in fields(Request)}
    whose = {"channel": known["channel"] or "", "address": known["address"] or ""}
    return Request(**known | whose | {"matters": decoded(known["matters"])})
