"""The book of reminders that applicants asked for: one a person and call, sent at most once."""

from datetime import datetime

import sqlalchemy as sa

from bot.model.message import Channel, Outgoing, Received
from bot.model.reminder import Reminder
from bot.storage.engine import reading
from bot.storage.outbox import plan
from bot.storage.schema import conversations, reminders


class Reminders:
    """Reminders to send."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._reading = reading(engine)

    def ask(self, received: Received, call: str, days: int, language: str) -> None:
        """Note a reminder, instead of an earlier one of the same person for the same call."""
        mine = (reminders.c.conversation == received.conversation, reminders.c.call == call)
        with self._engine.begin() as connection:
            connection.execute(_waiting(*mine).values(state="withdrawn"))
            connection.execute(
                reminders.insert().values(
                    conversation=received.conversation,
                    message=received.id,
                    call=call,
                    days=days,
                    language=language,
                    asked=received.incoming.received,
                    state="waiting",
                )
            )

    def withdraw(self, conversation: int) -> int:
        """Take back a person's reminders; how many."""
        with self._engine.begin() as connection:
            changed = connection.execute(_waiting(reminders.c.conversation == conversation).values(state="withdrawn"))
        return changed.rowcount

    def waiting(self, conversation: int | None = None) -> list[Reminder]:
        """Reminders not yet sent, of everybody or of one person."""
        chosen = sa.select(reminders).where(reminders.c.state == "waiting", reminders.c.conversation.is_not(None))
        if conversation is not None:
            chosen = chosen.where(reminders.c.conversation == conversation)
        with self._reading.connect() as connection:
            return [
                Reminder(row.id, row.conversation, row.message, row.call, row.days, row.language)
                for row in connection.execute(chosen.order_by(reminders.c.id))
            ]

    def channel(self, reminder: Reminder) -> Channel | None:
        """By which channel the person is reached; None if they were forgotten."""
        chosen = sa.select(conversations.c.channel).where(conversations.c.id == reminder.conversation)
        with self._reading.connect() as connection:
            found: Channel | None = connection.scalar(chosen)
        return found

    def send(self, reminder: Reminder, channel: Channel, outgoing: Outgoing, knowledge: str, now: datetime) -> bool:
        """Plan its message, in the transaction that ends the reminder; False if it was taken back meanwhile."""
        with self._engine.begin() as connection:
            if connection.execute(_waiting(reminders.c.id == reminder.id).values(state="sent")).rowcount != 1:
                return False
            plan(connection, reminder.message, (channel, reminder.conversation), outgoing, knowledge, now)
        return True

    def drop(self, reminder: Reminder) -> None:
        """Note that its time passed unused: the deadline is over, or no longer stated."""
        with self._engine.begin() as connection:
            connection.execute(_waiting(reminders.c.id == reminder.id).values(state="late"))


def _waiting(*which: sa.ColumnElement[bool]) -> sa.Update:
    return reminders.update().where(reminders.c.state == "waiting", *which)
