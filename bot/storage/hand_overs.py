"""The book of requests to a person: opened with the message that asks, told to coordinators, answered, ended.

What a message changes is committed with the message itself (`step`); what coordinators are told is planned in the same transaction
that notes how far they were told. So a kill at any moment loses no request and tells none of them twice.
"""

import secrets
from collections.abc import Sequence
from dataclasses import astuple, fields
from datetime import datetime

import msgspec
import sqlalchemy as sa

from bot.model.conversation import Matter
from bot.model.hand_over import STEPS, Line, Request, RequestState, Step
from bot.model.message import Incoming, Outgoing, Received
from bot.storage.engine import reading
from bot.storage.outbox import plan, plan_to
from bot.storage.schema import conversations, hand_overs, messages, replies

OPEN = ("waiting", "taken")
HISTORY = 10
"""Messages of the conversation before the request that coordinators are shown."""


class HandOvers:
    """Requests to a person."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._reading = reading(engine)

    def open_of(self, conversation: int) -> Request | None:
        """The conversation's open request; if a late answer opened an older one again, the one in which a person writes."""
        found = [request for request, _ in self._all(*_open_of(conversation))]
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

    def untold(self, before: datetime) -> list[Request]:
        """Requests of which coordinators do not know the last message, if that came before then."""
        newest = sa.select(messages.c.received).where(messages.c.id == hand_overs.c.message).scalar_subquery()
        unknown = (hand_overs.c.state.in_(OPEN), hand_overs.c.told < hand_overs.c.message)
        return [request for request, _ in self._all(*unknown, newest <= before)]

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
            shown = earlier.where(messages.c.id > after).order_by(messages.c.id.desc()).limit(2 * HISTORY)
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

    def close(self, request: int, now: datetime) -> None:
        """End a request whose matters are answered for everybody."""
        with self._engine.begin() as connection:
            _move(connection, request, "closed", closed=now, news=None)

    def undelivered(self) -> list[tuple[int, int, str, str]]:
        """(reply, request, state, author) of persons' words that did not or may not have arrived, which nobody was told yet."""
        chosen = sa.select(replies.c.id, replies.c.hand_over, replies.c.state, replies.c.body).where(
            replies.c.kind == "person",
            replies.c.state.in_(("refused", "unknown")),
            replies.c.reported.is_(False),
            replies.c.hand_over.is_not(None),
        )
        with self._reading.connect() as connection:
            rows = connection.execute(chosen).all()
        return [
            (row.id, row.hand_over, row.state, msgspec.json.decode(row.body, type=Outgoing).author if row.body else "")
            for row in rows
        ]

    def report(self, reply: int, request: Request, outgoing: Sequence[Outgoing], now: datetime) -> None:
        """Tell coordinators that a person's words did not arrive, once."""
        mine = replies.update().where(replies.c.id == reply, replies.c.reported.is_(False))
        with self._engine.begin() as connection:
            if connection.execute(mine.values(reported=True)).rowcount == 1:
                for one in outgoing:
                    plan_to(connection, request.message, one, "", now)

    def _one(self, *which: sa.ColumnElement[bool]) -> Request | None:
        found = self._all(*which)
        return found[-1][0] if found else None

    def _all(self, *which: sa.ColumnElement[bool]) -> list[tuple[Request, datetime | None]]:
        chosen = (
            sa.select(hand_overs, conversations.c.channel, conversations.c.address)
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


def named_by(connection: sa.Connection, incoming: Incoming) -> tuple[int | None, int | None]:
    """(request, the letter to coordinators that is answered) which a message names: by token, or on Telegram as an answer in place."""
    if incoming.channel == "email":
        mine = hand_overs.c.token == incoming.thread
        found = connection.scalar(sa.select(hand_overs.c.id).where(mine)) if incoming.thread else None
        return found, incoming.reacts_to
    context = incoming.context or {}
    if not context.get("answered"):
        return None, None
    sent = (
        sa.select(replies.c.id, replies.c.hand_over)
        .join(conversations, conversations.c.id == replies.c.conversation)
        .where(
            conversations.c.channel == "telegram",
            conversations.c.address == context.get("chat", ""),
            replies.c.kind == "to-coordinator",
            replies.c.outcome == context["answered"],
        )
    )
    row = connection.execute(sent.order_by(replies.c.id.desc())).first()
    return (row.hand_over, row.id) if row else (None, None)


def take_step(connection: sa.Connection, received: Received, step: Step, language: str, now: datetime) -> None:
    """Commit what a message changes about a request."""
    request = _ask(connection, received, step, language, now) if step.kind == "ask" else step.request
    if request is None:
        return
    if step.kind == "add":
        news = sa.func.coalesce(hand_overs.c.news, now)
        mine = hand_overs.update().where(hand_overs.c.id == request)
        connection.execute(mine.values(message=received.id, news=news))
    elif step.kind == "answer":
        values = {"by": step.by[:200], "written": now, "news": _unseen(now), "reminded": 0, "closed": None}
        _move(connection, request, "taken", **values)
    elif step.kind == "close":
        _close(connection, request, step, now)
    connection.execute(messages.update().where(messages.c.id == received.id).values(hand_over=request))


def _close(connection: sa.Connection, request: int, step: Step, now: datetime) -> None:
    """End a request; one in which a message came that its coordinator does not know waits again instead."""
    unseen = (hand_overs.c.id == request, hand_overs.c.told < hand_overs.c.message)
    if step.by and connection.scalar(sa.select(hand_overs.c.id).where(*unseen, hand_overs.c.state.in_(OPEN))):
        _move(connection, request, "waiting", by=step.by[:200], written=now, news=_unseen(now), reminded=0)
    else:
        _move(connection, request, "closed", closed=now, news=None)


def _unseen(now: datetime) -> sa.Case[datetime | None]:
    """Since when something waits for a person after an answer: what came while it was written was not answered by it."""
    return sa.case((hand_overs.c.told < hand_overs.c.message, sa.func.coalesce(hand_overs.c.news, now)), else_=None)


def _open_of(conversation: int) -> tuple[sa.ColumnElement[bool], sa.ColumnElement[bool]]:
    return hand_overs.c.conversation == conversation, hand_overs.c.state.in_(OPEN)


def plan_answer(connection: sa.Connection, outgoing: Outgoing, now: datetime) -> None:
    """Write down a person's words for the applicant of a request, in answer to their last message; nothing if they were forgotten."""
    chosen = (
        sa.select(hand_overs.c.conversation, hand_overs.c.message, conversations.c.channel)
        .join(conversations, conversations.c.id == hand_overs.c.conversation)
        .where(hand_overs.c.id == outgoing.hand_over)
    )
    row = connection.execute(chosen).one_or_none()
    if row is not None:
        plan(connection, row.message, (row.channel, row.conversation), outgoing, "", now)


def _ask(connection: sa.Connection, received: Received, step: Step, language: str, now: datetime) -> int:
    chosen = sa.select(hand_overs.c.id, hand_overs.c.matters).where(*_open_of(received.conversation))
    known = connection.execute(chosen.order_by(hand_overs.c.state, hand_overs.c.id)).first()  # "taken" before "waiting"
    if known is None:
        inserted = hand_overs.insert().values(
            token=secrets.token_hex(16),
            conversation=received.conversation,
            state="waiting",
            language=language,
            opened=now,
            matters=_encoded(step.matters),
            message=received.id,
            news=now,
        )
        return int(connection.execute(inserted.returning(hand_overs.c.id)).scalar_one())
    matters = tuple(dict.fromkeys((*_decoded(known.matters), *step.matters)))
    changed = {"matters": _encoded(matters), "message": received.id, "news": sa.func.coalesce(hand_overs.c.news, now)}
    connection.execute(hand_overs.update().where(hand_overs.c.id == known.id).values(**changed))
    return int(known.id)


def _move(connection: sa.Connection, request: int, state: RequestState, **values: object) -> None:
    """Bring a request into another state, if the table of steps permits it."""
    before = [one for one, following in STEPS.items() if state in following]
    mine = hand_overs.update().where(hand_overs.c.id == request, hand_overs.c.state.in_(before))
    connection.execute(mine.values(state=state, **values))


def erase_requests(connection: sa.Connection, theirs: Sequence[int]) -> list[int]:
    """Erase the requests of these conversations; their numbers. Their tokens stay, so that a late answer is known as one."""
    found = list(connection.scalars(sa.select(hand_overs.c.id).where(hand_overs.c.conversation.in_(theirs))))
    changed = hand_overs.update().where(hand_overs.c.id.in_(found))
    connection.execute(changed.values(state="erased", conversation=None, matters="[]", news=None))
    return found


def _encoded(matters: Sequence[Matter]) -> str:
    return msgspec.json.encode([list(astuple(matter)) for matter in matters]).decode()


def _decoded(matters: str) -> tuple[Matter, ...]:
    return tuple(Matter(*values) for values in msgspec.json.decode(matters))


def _request(row: sa.Row[tuple[object, ...]]) -> Request:
    known = {one.name: row._mapping[one.name] for one in fields(Request)}
    whose = {"channel": known["channel"] or "", "address": known["address"] or ""}
    return Request(**known | whose | {"matters": _decoded(known["matters"])})
