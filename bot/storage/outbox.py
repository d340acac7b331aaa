"""The book of replies: what is to be sent, what was begun, what became of it."""

from dataclasses import astuple, replace
from datetime import datetime, timedelta

import msgspec
import sqlalchemy as sa

from bot.model.message import (
    CRASHES,
    DOUBTS,
    ONCE,
    Channel,
    Outcome,
    Outgoing,
    Refused,
    Reply,
    Sent,
    TryLater,
    Unknown,
)
from bot.storage.engine import reading, storable
from bot.storage.matters import encoded
from bot.storage.schema import conversations, hand_overs, messages, replies

NO_THREAD = "0" * 32
"""Stands for the thread in letters that belong to none."""
TO_COORDINATOR = "to-coordinator"
GONE = "the address takes no messages"
HIGHEST = 2**31 - 1
"""Numbers of replies that come from outside may be higher than any database counts."""
AFTER_DOUBT = timedelta(seconds=30)
"""An unknown reply is sent again so much later: the other side may be in trouble."""


def plan(
    connection: sa.Connection,
    message: int | None,
    to: tuple[Channel, int],
    outgoing: Outgoing,
    knowledge: str,
    now: datetime,
) -> int:
    """Write down one reply to send, `to` a conversation on a channel; its number."""
    channel, conversation = to
    gone = connection.scalar(sa.select(conversations.c.gone).where(conversations.c.id == conversation))
    citations = [[citation.call, citation.section, citation.quote] for citation in outgoing.citations]
    bare = replace(outgoing, text=storable(outgoing.text), citations=(), topics=(), matters=(), told=())
    planned = connection.execute(
        replies.insert()
        .values(
            message=message,
            conversation=conversation,
            channel=channel,
            planned=now,
            due=now,
            state="refused" if gone else "planned",
            outcome=GONE if gone else "",
            kind=outgoing.kind,
            language=outgoing.language,
            knowledge=knowledge,
            topics=msgspec.json.encode(outgoing.topics).decode(),
            citations=msgspec.json.encode(citations).decode(),
            matters=encoded(outgoing.matters),
            told=msgspec.json.encode([astuple(told) for told in outgoing.told]).decode(),
            hand_over=outgoing.hand_over,
            body=msgspec.json.encode(bare).decode(),
        )
        .returning(replies.c.id)
    )
    return int(planned.scalar_one())


def plan_to(connection: sa.Connection, message: int | None, outgoing: Outgoing, knowledge: str, now: datetime) -> int:
    """Write down one reply to send to the address that it names; its number."""
    to = (outgoing.via, conversation_of(connection, outgoing.via, outgoing.to))
    return plan(connection, message, to, outgoing, knowledge, now)


def conversation_of(connection: sa.Connection, channel: str, address: str) -> int:
    """The conversation with an address, opened if there is none."""
    mine = (conversations.c.channel == channel, conversations.c.address == address)
    found = connection.scalar(sa.select(conversations.c.id).where(*mine))
    if found is None:
        inserted = conversations.insert().values(channel=channel, address=address).returning(conversations.c.id)
        found = connection.execute(inserted).scalar_one()
    return int(found)


class Outbox:
    """Replies to send."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._reading = reading(engine)

    def recover(self, now: datetime) -> int:
        """Replies whose sending was begun by a process that is gone: planned once more, or shown as unknown. How many."""
        begun = replies.update().where(replies.c.state == "sending")
        with self._engine.begin() as connection:
            again = connection.execute(
                begun.where(replies.c.doubts < CRASHES - 1, replies.c.kind.not_in(ONCE)).values(
                    state="planned", doubts=replies.c.doubts + 1, due=now
                )
            )
            lost = connection.execute(
                begun.values(state="unknown", doubts=replies.c.doubts + 1, finished=now, outcome="killed while sending")
            )
        return again.rowcount + lost.rowcount

    def due(self, channel: Channel, now: datetime, limit: int) -> list[Reply]:
        """Replies that may be sent now: of each conversation the first that is open, so that none overtakes another."""
        before = replies.alias("before")
        open_before = sa.select(sa.literal(1)).where(
            before.c.conversation == replies.c.conversation,
            before.c.id < replies.c.id,
            before.c.state.in_(("planned", "sending")),
        )
        chosen = (
            sa.select(replies, conversations.c.address, messages.c.context, messages.c.thread, hand_overs.c.token)
            .join(conversations, conversations.c.id == replies.c.conversation)
            .outerjoin(messages, messages.c.id == replies.c.message)
            .outerjoin(hand_overs, hand_overs.c.id == replies.c.hand_over)
            .where(
                replies.c.channel == channel,
                replies.c.state == "planned",
                replies.c.due <= now,
                ~sa.exists(open_before.correlate(replies)),
            )
            .order_by(replies.c.due, replies.c.id)
            .limit(limit)
        )
        with self._reading.connect() as connection:
            return [_reply(row) for row in connection.execute(chosen)]

    def next_due(self, channel: Channel, after: datetime) -> datetime | None:
        """When the next reply is due that is not yet."""
        chosen = sa.select(sa.func.min(replies.c.due)).where(
            replies.c.channel == channel, replies.c.state == "planned", replies.c.due > after
        )
        with self._reading.connect() as connection:
            moment: datetime | None = connection.scalar(chosen)
        return moment

    def begin(self, reply: Reply) -> bool:
        """Commit that sending begins; False if the reply is no longer to be sent (its person was forgotten)."""
        with self._engine.begin() as connection:
            begun = connection.execute(
                replies.update()
                .where(replies.c.id == reply.id, replies.c.state == "planned")
                .values(state="sending", tries=replies.c.tries + 1)
            )
        return begun.rowcount == 1

    def finish(self, reply: Reply, outcome: Outcome, now: datetime) -> None:
        """Commit what became of a sending."""
        mine = replies.update().where(replies.c.id == reply.id, replies.c.state.in_(("planned", "sending")))
        with self._engine.begin() as connection:
            match outcome:
                case Sent(receipt):
                    connection.execute(mine.values(state="sent", outcome=_note(receipt), finished=now))
                case TryLater(seconds, reason):
                    due = now + timedelta(seconds=seconds)
                    connection.execute(mine.values(state="planned", outcome=_note(reason), due=due))
                case Refused(reason, gone):
                    connection.execute(mine.values(state="refused", outcome=_note(reason), finished=now))
                    if gone:
                        _mute(connection, reply.id)
                case Unknown(reason):
                    values = {"doubts": replies.c.doubts + 1, "outcome": _note(reason)}
                    again = mine.where(replies.c.doubts < DOUBTS - 1, replies.c.kind.not_in(ONCE))
                    connection.execute(again.values(state="planned", due=now + AFTER_DOUBT, **values))
                    connection.execute(
                        mine.where(replies.c.state == "sending").values(state="unknown", finished=now, **values)
                    )
            if reply.body.file is not None and not isinstance(outcome, TryLater):
                _forget_file(connection, reply)

    def returned(self, thread: str, reply: int) -> None:
        """Note that a sent reply came back undelivered; `thread` proves that the report knows it."""
        if reply > HIGHEST or not thread:
            return
        mine = (replies.c.id == reply, replies.c.state == "sent", replies.c.channel == "email")
        asked = (messages.c.thread == storable(thread), messages.c.conversation == replies.c.conversation)
        to_asker = sa.exists(sa.select(messages.c.id).where(messages.c.id == replies.c.message, *asked))
        named = (hand_overs.c.id == replies.c.hand_over, hand_overs.c.token == storable(thread))
        to_coordinator = sa.exists(sa.select(hand_overs.c.id).where(*named)) & (replies.c.kind == TO_COORDINATOR)
        bounced = replies.update().where(*mine, to_asker | to_coordinator).values(state="refused", outcome="bounced")
        with self._engine.begin() as connection:
            if connection.execute(bounced).rowcount == 1:
                _mute(connection, reply)

    def answered_since(self, conversation: int, since: datetime) -> list[tuple[int, datetime]]:
        """(id, when) of the replies that went to a conversation since then, or are about to."""
        chosen = (
            sa.select(replies.c.id, sa.func.coalesce(replies.c.finished, replies.c.planned))
            .where(
                replies.c.conversation == conversation,
                replies.c.planned >= since,
                replies.c.state.in_(("planned", "sending", "sent", "unknown")),
            )
            .order_by(replies.c.id)
        )
        with self._reading.connect() as connection:
            return [(row[0], row[1]) for row in connection.execute(chosen)]

    def texts_since(self, conversation: int, since: datetime) -> list[str]:
        """Texts of the replies that went to a conversation since then, or are about to."""
        chosen = (
            sa.select(replies.c.body)
            .where(
                replies.c.conversation == conversation,
                replies.c.planned >= since,
                replies.c.state.in_(("planned", "sending", "sent", "unknown")),
                replies.c.body.is_not(None),
            )
            .order_by(replies.c.id)
        )
        with self._reading.connect() as connection:
            return [msgspec.json.decode(body, type=Outgoing).text for body in connection.scalars(chosen)]

    def choices(self, reply: int, conversation: int) -> tuple[str, ...]:
        """What the buttons of a reply say, for the conversation it went to; () for anybody else."""
        if reply > HIGHEST:
            return ()
        chosen = sa.select(replies.c.body).where(replies.c.id == reply, replies.c.conversation == conversation)
        with self._reading.connect() as connection:
            body = connection.scalar(chosen)
        return tuple(choice.says for choice in msgspec.json.decode(body, type=Outgoing).choices) if body else ()


def _mute(connection: sa.Connection, reply: int) -> None:
    """Write no more to whom this reply went, until they write themselves."""
    to_asker = (
        replies.c.id == reply,
        replies.c.kind != TO_COORDINATOR,
    )  # coordinators are written to whatever happened
    conversation = connection.scalar(sa.select(replies.c.conversation).where(*to_asker))
    if conversation is None:
        return
    waiting = replies.update().where(replies.c.conversation == conversation, replies.c.state == "planned")
    connection.execute(waiting.values(state="refused", outcome=GONE))
    connection.execute(conversations.update().where(conversations.c.id == conversation).values(gone=True))


def _note(words: str) -> str:
    return storable(words)[:200]


def _forget_file(connection: sa.Connection, reply: Reply) -> None:
    """A file that was sent holds what stands in the record anyway: keep it once."""
    state = sa.select(replies.c.state).where(replies.c.id == reply.id)
    if connection.scalar(state) in ("sent", "refused", "unknown"):
        body = msgspec.json.encode(replace(reply.body, file=None)).decode()
        connection.execute(replies.update().where(replies.c.id == reply.id).values(body=body))


def _reply(row: sa.Row[tuple[object, ...]]) -> Reply:
    values = row._mapping
    body = msgspec.json.decode(values["body"], type=Outgoing)
    to_coordinator = (
        body.kind == "to-coordinator"
    )  # whose letters name the request, not the applicant's thread or message
    context = msgspec.json.decode(values["context"] or "{}") if not to_coordinator else {}
    return Reply(
        id=values["id"],
        channel=values["channel"],
        address=values["address"],
        context=context.get("context") or {},
        thread=(values["token"] if to_coordinator else "") or values["thread"] or NO_THREAD,
        body=body,
        planned=values["planned"],
        tries=values["tries"],
    )
