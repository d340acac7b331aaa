"""What messages change about requests to a person, within the transaction that settles the message; and how requests are known.

Knows the steps and their table. Does not know what coordinators or applicants are told of them.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from bot.model.hand_over import STEPS, RequestState, Step
from bot.model.message import Incoming, Outgoing, Received
from bot.storage.matters import decoded, encoded
from bot.storage.outbox import plan
from bot.storage.schema import conversations, hand_overs, messages, replies

OPEN = ("waiting", "taken")
MATTERS = 40
"""The most matters that a request is known by; what was asked stands in the conversation all the same."""


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
        mine = hand_overs.update().where(hand_overs.c.id == request, hand_overs.c.state.in_(OPEN))
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


def open_of(conversation: int) -> tuple[sa.ColumnElement[bool], sa.ColumnElement[bool]]:
    """What tells the open requests of a conversation."""
    return hand_overs.c.conversation == conversation, hand_overs.c.state.in_(OPEN)


def plan_answer(connection: sa.Connection, outgoing: Outgoing, now: datetime) -> None:
    """Write down a person's words for the applicant of a request, in answer to their last message; nothing if they were forgotten."""
    kept = messages.alias("kept")
    newest = sa.select(sa.func.max(kept.c.id)).where(kept.c.conversation == hand_overs.c.conversation).scalar_subquery()
    chosen = (
        sa.select(
            hand_overs.c.conversation, conversations.c.channel, newest.label("newest"), messages.c.id.label("named")
        )
        .join(conversations, conversations.c.id == hand_overs.c.conversation)
        .outerjoin(  # the message itself may be forgotten by age, and a reply to it would never be
            messages,
            sa.and_(messages.c.id == hand_overs.c.message, messages.c.conversation == hand_overs.c.conversation),
        )
        .where(hand_overs.c.id == outgoing.hand_over)
    )
    row = connection.execute(chosen).one_or_none()
    if row is not None and (row.named or row.newest):
        plan(connection, row.named or row.newest, (row.channel, row.conversation), outgoing, "", now)


def _ask(connection: sa.Connection, received: Received, step: Step, language: str, now: datetime) -> int:
    chosen = sa.select(hand_overs.c.id, hand_overs.c.matters).where(*open_of(received.conversation))
    in_order = chosen.order_by(hand_overs.c.state, hand_overs.c.id)  # "taken" before "waiting"
    known = connection.execute(in_order.with_for_update()).first()  # a published answer may close it in another process
    if known is None:
        inserted = hand_overs.insert().values(
            token=secrets.token_hex(16),
            conversation=received.conversation,
            state="waiting",
            language=language,
            opened=now,
            matters=encoded(step.matters),
            message=received.id,
            news=now,
        )
        return int(connection.execute(inserted.returning(hand_overs.c.id)).scalar_one())
    matters = tuple(dict.fromkeys((*decoded(known.matters), *step.matters)))[-MATTERS:]
    changed = {"matters": encoded(matters), "message": received.id, "news": sa.func.coalesce(hand_overs.c.news, now)}
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
