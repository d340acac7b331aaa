"""The book of people: what is kept of somebody, shown and erased; and erased by age.

Erasing blanks texts, contexts, addresses and bodies; rows that count stay, and with them the digests by which a message is
never answered twice.
"""

from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from bot.model.message import Outgoing, Received
from bot.storage.engine import reading, scrub
from bot.storage.hand_over_steps import OPEN, erase_requests
from bot.storage.inbox import Inbox
from bot.storage.return_schema import links, returns
from bot.storage.schema import conversations, erasures, hand_overs, messages, reminders, replies

_NUMBERED = (replies.c.kind == "to-coordinator", replies.c.channel == "telegram", replies.c.state == "sent")
"""Messages in the coordinators' own group: by its number there, a late answer to one is known. Only their words are erased."""


class People:
    """What is kept of people."""

    def __init__(self, engine: sa.Engine, inbox: Inbox) -> None:
        self._engine = engine
        self._reading = reading(engine)
        self._inbox = inbox
        self._traces = True  # what an earlier process erased may have left some

    def export(self, conversation: int) -> list[dict[str, Any]]:
        """Everything kept of a conversation's person, oldest first: messages with their replies."""
        with self._reading.connect() as connection:
            mine = list(_of_person(connection, conversation))
            asked = sa.select(messages).where(messages.c.conversation.in_(mine)).order_by(messages.c.id)
            answered = sa.select(replies).where(replies.c.conversation.in_(mine)).order_by(replies.c.id)
            bodies: dict[int, list[dict[str, str]]] = {}
            for row in connection.execute(answered):
                text = msgspec.json.decode(row.body, type=Outgoing).text if row.body else ""
                entry = {
                    "planned": row.planned.isoformat(),
                    "state": row.state,
                    "text": text,
                    "knowledge": row.knowledge,
                }
                bodies.setdefault(row.message, []).append(entry)
            return [
                {
                    "received": row.received.isoformat(),
                    "form": row.form,
                    "text": row.text or "",
                    "state": row.state,
                    "passed-on": row.hand_over is not None,
                    "replies": bodies.get(row.id, []),
                }
                for row in connection.execute(asked)
            ]

    def ask_erasure(self, conversation: int, code: str, until: datetime) -> None:
        """Await a code that confirms the wish to be forgotten; "" takes the wish back."""
        mine = conversations.update().where(conversations.c.id == conversation)
        with self._engine.begin() as connection:
            connection.execute(mine.values(erasing=code, erasing_until=until))

    def awaited_code(self, conversation: int, now: datetime) -> str:
        """The code that would confirm, "" if none is awaited."""
        chosen = sa.select(conversations.c.erasing).where(
            conversations.c.id == conversation, conversations.c.erasing_until > now
        )
        with self._reading.connect() as connection:
            return str(connection.scalar(chosen) or "")

    def erase(self, received: Received, now: datetime) -> int:
        """Erase everything of a person but the message that asks for it, which goes when it is answered; how many messages."""
        channel = received.incoming.channel
        with self._engine.begin() as connection:
            mine = _of_person(connection, received.conversation)
            digests = [self._inbox.digest(channel, address) for address in mine.values()]
            connection.execute(erasures.insert(), [{"digest": digest, "erased": now} for digest in digests])
            count = blank(connection, messages.c.conversation.in_(list(mine)), messages.c.id != received.id)
            requests = erase_requests(connection, list(mine))
            answers = (messages.c.hand_over.in_(requests), messages.c.conversation.not_in(list(mine)))
            blank(connection, *answers)  # what coordinators wrote to them
            _blank_replies(connection, replies.c.hand_over.in_(requests))
            waiting = reminders.c.conversation.in_(list(mine))
            connection.execute(reminders.update().where(waiting).values(state="erased", conversation=None))
            bound = links.update().where(links.c.conversation.in_(list(mine)))
            connection.execute(bound.values(conversation=None))  # and is used all the same: nobody else may use it
            theirs = sa.func.lower(returns.c.address).in_([address.lower() for address in mine.values()])
            _blank_returns(connection, theirs)
            cleared = conversations.update().where(conversations.c.id.in_(list(mine)))
            connection.execute(cleared.values(erasing="", erasing_until=None, language=""))
        self._traces = not scrub(self._engine)
        return count

    def erase_finished(self, now: datetime) -> None:
        """Erase the last words to people who had everything erased, once these are sent."""
        said = (
            sa.select(replies.c.message)
            .where(replies.c.kind == "erased", replies.c.state.not_in(("planned", "sending")))
            .where(replies.c.body.is_not(None))
        )
        with self._engine.begin() as connection:
            finished = list(connection.scalars(said))
            if finished:
                blank(connection, messages.c.id.in_(finished))
                _close_empty(connection)
        if finished:
            self._traces = not scrub(self._engine)

    def expire(self, before: datetime) -> int:
        """Erase what was received before then; how many messages."""
        with self._engine.begin() as connection:
            awaited = sa.select(reminders.c.message).where(reminders.c.state == "waiting")
            open_requests = sa.select(hand_overs.c.id).where(hand_overs.c.state.in_(OPEN))
            of_request = sa.and_(messages.c.hand_over.is_not(None), messages.c.hand_over.in_(open_requests))
            kept = (messages.c.id.not_in(awaited), ~of_request)  # what still waits is nobody's to forget in silence
            count = blank(connection, messages.c.received < before, messages.c.state != "erased", *kept)
            _blank_replies(connection, replies.c.message.is_(None), replies.c.planned < before)
            unmatched = _blank_returns(connection, returns.c.at < before)
            _close_empty(connection)
        if count or unmatched or self._traces:
            self._traces = not scrub(self._engine)
        return count


def _of_person(connection: sa.Connection, conversation: int) -> dict[int, str]:
    """The conversations of one's person, with their addresses: on Telegram, what they said in groups is theirs, too."""
    chosen = sa.select(conversations.c.channel, conversations.c.address).where(conversations.c.id == conversation)
    found = connection.execute(chosen).one_or_none()
    if found is None:
        return {}
    same = conversations.c.address == found.address
    if found.channel == "telegram":
        same |= conversations.c.address.endswith(f"/{found.address}", autoescape=True)
    mine = sa.select(conversations.c.id, conversations.c.address).where(conversations.c.channel == found.channel, same)
    return {row.id: row.address for row in connection.execute(mine)}


def blank(connection: sa.Connection, *which: sa.ColumnElement[bool]) -> int:
    """Erase what is personal of these messages and their replies; how many messages."""
    ids = sa.select(messages.c.id).where(*which, messages.c.conversation.is_not(None)).with_for_update()
    found = list(connection.scalars(ids))
    for start in range(0, len(found), 500):
        some = found[start : start + 500]
        _blank_replies(connection, replies.c.message.in_(some))
        mine = messages.update().where(messages.c.id.in_(some))
        connection.execute(
            mine.where(messages.c.state == "received").values(state="erased", reason="erased unanswered")
        )
        connection.execute(mine.values(text=None, turn=None, context=None, thread="", conversation=None, about=None))
        _blank_returns(connection, returns.c.message.in_(some))
    return len(found)


def _blank_replies(connection: sa.Connection, *which: sa.ColumnElement[bool]) -> None:
    theirs = replies.update().where(replies.c.body.is_not(None), *which)
    connection.execute(theirs.where(replies.c.state.in_(("planned", "sending"))).values(state="erased"))
    others = theirs.where(sa.not_(sa.and_(*_NUMBERED)))
    connection.execute(others.values(body=None, conversation=None, outcome=""))  # servers' words name the address
    connection.execute(theirs.where(*_NUMBERED).values(body=None))


def _blank_returns(connection: sa.Connection, *which: sa.ColumnElement[bool]) -> int:
    """Erase what is personal of what came back for no mail that is known, and how many; the rest goes with its campaign."""
    unmatched = (returns.c.delivery.is_(None), sa.or_(returns.c.address != "", returns.c.detail != ""), *which)
    return connection.execute(returns.update().where(*unmatched).values(address="", detail="")).rowcount


def _close_empty(connection: sa.Connection) -> None:
    """Forget the addresses of conversations of which nothing is left."""
    used = sa.union(
        sa.select(messages.c.conversation).where(messages.c.conversation.is_not(None)),
        sa.select(replies.c.conversation).where(replies.c.conversation.is_not(None)),
    )
    empty = sa.select(conversations.c.id).where(conversations.c.id.not_in(used))
    connection.execute(empty.with_for_update())  # waits for a message coming in,
    gone = list(connection.scalars(empty))  # after which it is not empty any more
    erase_requests(connection, gone)
    connection.execute(conversations.delete().where(conversations.c.id.in_(gone)))
