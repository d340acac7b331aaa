"""The book of messages received: each once, and what was done with it."""

import hashlib
import hmac
import json
import secrets
from dataclasses import replace
from datetime import datetime, timedelta

import msgspec
import sqlalchemy as sa

from bot.model.message import Incoming, Outgoing, Received, Settled
from bot.model.returned import Returned
from bot.storage.bookings import claim_slot
from bot.storage.campaign_schema import deliveries
from bot.storage.engine import reading, storable
from bot.storage.hand_over_steps import named_by, plan_answer, take_step
from bot.storage.outbox import conversation_of, plan, plan_to
from bot.storage.return_matching import bounce_mail, find_mail, write_return
from bot.storage.return_schema import returns
from bot.storage.same_person import STILL_THEIRS
from bot.storage.schema import conversations, messages, replies

BOT = "Callboard"
"""Who handled a reply that the bot answered alone."""
CHAT_MEMORY = timedelta(hours=24)
"""Turns of a chat that are older are not read again; letters are read again by their thread, whatever its age."""
TURNS = 20
LONGEST_ADDRESS = 400


class Inbox:
    """Messages received."""

    def __init__(self, engine: sa.Engine, secret: str) -> None:
        self._engine = engine
        self._reading = reading(engine)
        self._secret = secret

    def digest(self, *words: str) -> str:
        """A keyed digest (RFC 2104) by which something is known again without being kept."""
        written = "\0".join(words).encode("utf-8", "surrogatepass")
        return hmac.new(self._secret.encode(), written, hashlib.sha256).hexdigest()

    def receive(self, incoming: Incoming) -> bool:
        """Commit a message; False if it is known already. Of one that must not be answered only the reason is kept."""
        incoming = _storable(incoming)
        try:
            return self._receive(incoming)
        except sa.exc.IntegrityError:  # another reader was faster: with this message, or with this person's first
            return self._receive(incoming)

    def _receive(self, incoming: Incoming) -> bool:
        key = self.digest(incoming.key)
        known = sa.select(messages.c.id).where(messages.c.channel == incoming.channel, messages.c.key == key)
        with self._engine.begin() as connection:
            if connection.scalar(known) is not None:
                return False
            match = find_mail(connection, incoming)
            bounced = bounce_mail(connection, incoming, match)  # first: deliveries are locked before conversations
            row = _row(connection, incoming, key, match.about if match else None)
            number = connection.execute(messages.insert().values(row).returning(messages.c.id)).scalar_one()
            if not row.get("hand_over") or (match is not None and match.proven):  # else an answer that quotes the mail
                write_return(connection, number, incoming, match, bounced=bounced)
        return True

    def unanswered(self, limit: int) -> list[Received]:
        """The oldest messages that await an answer."""
        spoken = sa.select(replies.c.kind).where(replies.c.conversation == messages.c.conversation)
        last = spoken.order_by(replies.c.id.desc()).limit(1).correlate(messages).scalar_subquery().label("last")
        chosen = (
            sa.select(messages, conversations.c.language, last)
            .join(conversations, conversations.c.id == messages.c.conversation)
            .where(messages.c.state == "received")
            .order_by(messages.c.id)
            .limit(limit)
        )
        with self._reading.connect() as connection:
            return [_received(row) for row in connection.execute(chosen)]

    def begin(self, received: Received) -> int:
        """Commit that answering begins; which time it is. A message that kills the process must not do so for ever."""
        mine = messages.c.id == received.id
        with self._engine.begin() as connection:
            connection.execute(messages.update().where(mine).values(tries=messages.c.tries + 1))
            return int(connection.scalar(sa.select(messages.c.tries).where(mine)) or 0)

    def earlier(self, received: Received) -> tuple[str, ...]:
        """The person's earlier turns, oldest first: those of the same thread, or of the same chat within CHAT_MEMORY."""
        incoming = received.incoming
        same = [messages.c.conversation == received.conversation, messages.c.id < received.id, messages.c.turn != ""]
        if incoming.channel == "email":
            same.append(messages.c.thread == incoming.thread)
        else:
            same.append(messages.c.received >= incoming.received - CHAT_MEMORY)
        chosen = sa.select(messages.c.turn).where(*same).order_by(messages.c.id.desc()).limit(TURNS)
        with self._reading.connect() as connection:
            return tuple(reversed(connection.scalars(chosen).all()))

    def recent(self, received: Received, since: datetime) -> list[str]:
        """Texts of the conversation's earlier messages that were answered since then."""
        same = (messages.c.conversation == received.conversation, messages.c.id < received.id)
        told = (messages.c.received >= since, messages.c.state == "answered", messages.c.text.is_not(None))
        chosen = sa.select(messages.c.text).where(*same, *told).order_by(messages.c.id)
        with self._reading.connect() as connection:
            return list(connection.scalars(chosen).all())

    def reasons(self, received: Received, since: datetime) -> list[str]:
        """Why messages of the conversation were left unanswered since then."""
        chosen = sa.select(messages.c.reason).where(
            messages.c.conversation == received.conversation,
            messages.c.received >= since,
            messages.c.state == "ignored",
        )
        with self._reading.connect() as connection:
            return list(connection.scalars(chosen))

    def settle(self, received: Received, settled: Settled, now: datetime) -> None:
        """Commit what answering came to, with the replies to send; nothing if the message was erased meanwhile.

        Raises SlotTakenError, and leaves the message as it was, if the slot that it picks is gone.
        """
        with self._engine.begin() as connection:
            changed = connection.execute(
                messages.update()
                .where(messages.c.id == received.id, messages.c.state == "received")
                .values(state=settled.state, reason=settled.reason[:80], turn=storable(settled.turn))
            )
            if changed.rowcount != 1:
                return
            if settled.language:
                spoken = conversations.update().where(conversations.c.id == received.conversation)
                connection.execute(spoken.values(language=settled.language))
            if settled.blank:
                connection.execute(messages.update().where(messages.c.id == received.id).values(text=None, turn=None))
            if settled.step is not None:
                take_step(connection, received, settled.step, settled.language, now)
            elif received.about is not None and settled.state == "answered":  # nothing of it waits for a person
                seen = returns.update().where(returns.c.message == received.id, returns.c.handled.is_(None))
                connection.execute(seen.values(handled=now, by=BOT))
            if settled.booking is not None:
                claim_slot(connection, settled.booking, now)
            for outgoing in settled.replies:
                self._plan(connection, received, outgoing, settled.knowledge, now)

    def _plan(
        self, connection: sa.Connection, received: Received, outgoing: Outgoing, knowledge: str, now: datetime
    ) -> None:
        if outgoing.kind == "person" and outgoing.hand_over is not None:
            plan_answer(connection, outgoing, now)
        elif outgoing.to:
            plan_to(connection, received.id, outgoing, knowledge, now)
        else:
            to = (received.incoming.channel, received.conversation)
            plan(connection, received.id, to, outgoing, knowledge, now)


def _conversation_with(connection: sa.Connection, channel: str, address: str) -> int:
    """The conversation with whoever writes; they can be written to again."""
    found = conversation_of(connection, channel, address)
    gone = (conversations.c.id == found, conversations.c.gone.is_(True))
    connection.execute(conversations.update().where(*gone).values(gone=False))
    return found


def _thread(connection: sa.Connection, conversation: int, token: str) -> str:
    """The thread that a message belongs to: the one it names if that is this person's own, else a new one."""
    known = sa.select(messages.c.id).where(messages.c.conversation == conversation, messages.c.thread == token)
    return token if token and connection.scalar(known.limit(1)) is not None else secrets.token_hex(16)


def _about(connection: sa.Connection, conversation: int, incoming: Incoming, thread: str) -> int | None:
    """The mail that an earlier letter of the same thread and the same person proved to know."""
    if incoming.channel != "email":
        return None
    same = (messages.c.conversation == conversation, messages.c.thread == thread, messages.c.about.is_not(None))
    theirs = sa.select(messages.c.about).join(deliveries, deliveries.c.id == messages.c.about).where(STILL_THEIRS)
    return connection.scalar(theirs.where(*same).order_by(messages.c.id.desc()).limit(1))


def _row(connection: sa.Connection, incoming: Incoming, key: str, about: int | None) -> dict[str, object]:
    row: dict[str, object] = {
        "channel": incoming.channel,
        "key": key,
        "place": incoming.place,
        "received": incoming.received,
        "form": incoming.form,
        "filed": not incoming.place,
    }
    if incoming.stop:
        return row | {"state": "ignored", "reason": incoming.stop[:80]}
    conversation = _conversation_with(connection, incoming.channel, incoming.address)
    request, answered = named_by(connection, incoming)
    back = Returned(incoming.returned.kind) if incoming.returned is not None else None
    bare = replace(incoming, key="", text="", place="", thread="", reacts_to=answered, returned=back)
    thread = _thread(connection, conversation, incoming.thread)
    return row | {
        "state": "received",
        "conversation": conversation,
        "hand_over": request,
        "thread": thread,
        "about": about if about is not None else _about(connection, conversation, incoming, thread),
        "text": incoming.text,
        "context": msgspec.json.encode(bare).decode(),
    }


def _storable(incoming: Incoming) -> Incoming:
    """The message as every database takes it; no address that anybody has is longer than the column."""
    return replace(
        incoming,
        address=storable(incoming.address),
        text=storable(incoming.text),
        context={name: storable(value) for name, value in (incoming.context or {}).items()} or None,
        attachments=tuple(map(storable, incoming.attachments)),
        thread=storable(incoming.thread),
        stop=storable(incoming.stop or ("address too long" if len(incoming.address) > LONGEST_ADDRESS else "")),
    )


def _received(row: sa.Row[tuple[object, ...]]) -> Received:
    values = row._mapping
    bare = msgspec.convert(json.loads(values["context"]), Incoming)
    return Received(
        id=values["id"],
        conversation=values["conversation"],
        incoming=replace(bare, text=values["text"], place=values["place"], thread=values["thread"]),
        first=values["last"] in (None, "person"),
        language=values["language"],
        request=values["hand_over"],
        about=values["about"],
    )
