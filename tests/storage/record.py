"""What the tests of the record share: messages and replies to put into it, and a look at its rows."""

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bot.model.message import Channel, Choice, Incoming, MessageState, Outgoing, Received, Reply, Sent, Settled
from bot.storage.schema import metadata
from bot.storage.store import Store

NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)
LATER = NOW + timedelta(minutes=1)
EVER = NOW + timedelta(days=400)
ANN, BOB, CLEO = "ann@example.org", "bob@example.org", "cleo@example.org"

_numbers = itertools.count(1)


def letter(text: str = "When is the deadline?", sender: str = ANN, **more: Any) -> Incoming:
    """A letter; each has a key of its own unless one is given."""
    known: dict[str, Any] = {"key": f"letter {next(_numbers)}", "received": NOW}
    return Incoming(channel="email", address=sender, text=text, **known | more)


def chat(text: str = "When is the deadline?", sender: str = "100", **more: Any) -> Incoming:
    """A message of a Telegram chat."""
    known: dict[str, Any] = {"key": f"update {next(_numbers)}", "received": NOW}
    return Incoming(channel="telegram", address=sender, text=text, **known | more)


def says(text: str = "On 1 March.", kind: str = "answer", **more: Any) -> Outgoing:
    """A reply; `buttons` are the labels of its buttons."""
    buttons = more.pop("buttons", ())
    return Outgoing(text, kind, "en", choices=tuple(Choice(label, label) for label in buttons), **more)


def take(store: Store, incoming: Incoming) -> Received:
    """The message received, as it is handed over for answering."""
    assert store.inbox.receive(incoming)
    return store.inbox.unanswered(10_000)[-1]


def settle(
    store: Store, received: Received, *replies: Outgoing, state: MessageState = "answered", now: datetime = NOW
) -> None:
    """The message answered; it is a turn of its conversation."""
    turn = received.incoming.text if state == "answered" else ""
    store.inbox.settle(received, Settled(state, "", turn, "en", replies, "v1"), now)


def answer(store: Store, incoming: Incoming, *replies: Outgoing, now: datetime = NOW) -> Received:
    """The message received and answered with `replies`, or one that says anything."""
    received = take(store, incoming)
    settle(store, received, *(replies or (says(),)), now=now)
    return received


def due(store: Store, channel: Channel = "email", now: datetime = EVER) -> list[Reply]:
    """What may be sent, at the end of all waiting unless a time is given."""
    return store.outbox.due(channel, now, 1000)


def send(store: Store, channel: Channel = "email", now: datetime = EVER) -> list[str]:
    """Everything that is due sent, until nothing is; the texts in the order of sending."""
    texts: list[str] = []
    while replies := due(store, channel, now):
        for reply in replies:
            assert store.outbox.begin(reply)
            store.outbox.finish(reply, Sent(), now)
            texts.append(reply.body.text)
    return texts


def rows(store: Store, table: str, *columns: str) -> list[Any]:
    """The table's rows by their ids: whole as tuples by name, or one column's values."""
    chosen = metadata.tables[table]
    with store.engine.connect() as connection:
        found = connection.execute(sa.select(chosen).order_by(*chosen.primary_key.columns)).all()
    return [getattr(row, columns[0]) if len(columns) == 1 else row for row in found]


def empty(store: Store) -> None:
    """Take everything out of the record but its settings."""
    with store.engine.begin() as connection:
        for table in reversed(metadata.sorted_tables):
            if table.name != "settings":
                connection.execute(table.delete())
