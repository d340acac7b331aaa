"""What use cases need from outside: floor 3 implements these."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any, Protocol

from bot.model.conversation import Matter
from bot.model.hand_over import Line, Request, Undelivered
from bot.model.message import Channel, Incoming, Outcome, Outgoing, Received, Reply, Settled
from bot.model.reminder import Reminder


class Log(Protocol):
    """Takes notes without personal data: ids and reasons, never texts or addresses."""

    def info(self, message: str, *values: object) -> None:
        """Note what happened."""
        ...

    def warning(self, message: str, *values: object) -> None:
        """Note something that a person should look at."""
        ...


def silent_log() -> Log:
    """The library's own log, silent until the program configures it."""
    return logging.getLogger("bot")


Clock = Callable[[], datetime]
"""Gives the time, with its offset from UTC."""


class Inbox(Protocol):
    """The book of messages received."""

    def receive(self, incoming: Incoming) -> bool:
        """Commit a message; False if it is known already."""
        ...

    def unanswered(self, limit: int) -> list[Received]:
        """The oldest messages that await an answer."""
        ...

    def begin(self, received: Received) -> int:
        """Commit that answering begins; which time it is."""
        ...

    def earlier(self, received: Received) -> tuple[str, ...]:
        """The person's earlier turns, oldest first."""
        ...

    def recent(self, received: Received, since: datetime) -> list[str]:
        """Texts of the conversation's earlier messages that were answered since then."""
        ...

    def reasons(self, received: Received, since: datetime) -> list[str]:
        """Why messages of the conversation were left unanswered since then."""
        ...

    def settle(self, received: Received, settled: Settled, now: datetime) -> None:
        """Commit what answering came to, with the replies to send."""
        ...


class Outbox(Protocol):
    """The book of replies."""

    def recover(self, now: datetime) -> int:
        """Take back what a process that is gone had begun to send."""
        ...

    def due(self, channel: Channel, now: datetime, limit: int) -> list[Reply]:
        """Replies that may be sent now, at most one a conversation."""
        ...

    def next_due(self, channel: Channel, after: datetime) -> datetime | None:
        """When the next reply is due that is not yet."""
        ...

    def begin(self, reply: Reply) -> bool:
        """Commit that sending begins; False if the reply is no longer to be sent."""
        ...

    def finish(self, reply: Reply, outcome: Outcome, now: datetime) -> None:
        """Commit what became of a sending."""
        ...

    def returned(self, thread: str, reply: int) -> None:
        """Note that a sent reply came back undelivered; `thread` proves that the report knows it."""
        ...

    def answered_since(self, conversation: int, since: datetime) -> list[tuple[int, datetime]]:
        """(id, when) of the replies that went to a conversation since then."""
        ...

    def texts_since(self, conversation: int, since: datetime) -> list[str]:
        """Texts of the replies that went to a conversation since then."""
        ...

    def choices(self, reply: int, conversation: int) -> tuple[str, ...]:
        """What the buttons of a reply say, for the conversation it went to."""
        ...


class People(Protocol):
    """The book of people."""

    def export(self, conversation: int) -> list[dict[str, Any]]:
        """Everything kept of a conversation."""
        ...

    def ask_erasure(self, conversation: int, code: str, until: datetime) -> None:
        """Await a code that confirms the wish to be forgotten; "" takes the wish back."""
        ...

    def awaited_code(self, conversation: int, now: datetime) -> str:
        """The code that would confirm, "" if none is awaited."""
        ...

    def erase(self, received: Received, now: datetime) -> int:
        """Erase everything of a person but the message that asks for it; how many messages."""
        ...

    def erase_finished(self, now: datetime) -> None:
        """Erase the last words to people who had everything erased, once these are sent."""
        ...

    def expire(self, before: datetime) -> int:
        """Erase what was received before then; how many messages."""
        ...


class HandOvers(Protocol):
    """The book of requests to a person."""

    def open_of(self, conversation: int) -> Request | None:
        """The conversation's open request."""
        ...

    def get(self, request: int) -> Request | None:
        """The request of that number."""
        ...

    def waiting_for(self, matter: Matter) -> list[Request]:
        """Requests that still wait for a person, and ask this."""
        ...

    def untold(self, before: datetime, pending: datetime, told_before: datetime) -> list[Request]:
        """Requests of which coordinators do not know the last message.

        It came before `before`, or the first that they do not know before `pending`; and while nobody has answered, they were last
        told before `told_before`.
        """
        ...

    def unanswered(self, before: datetime) -> list[tuple[Request, datetime | None]]:
        """Open requests in which something waits for a person since before then, with since when."""
        ...

    def lapsed(self, before: datetime) -> list[Request]:
        """Taken requests in which the person wrote nothing since then."""
        ...

    def lines(self, request: Request, after: int) -> list[Line]:
        """The conversation after a message (0: from a little before the request), oldest first."""
        ...

    def overtaken(self, request: int, notice: int | None, author: str) -> str:
        """Who else has answered since `notice`, the letter that is answered, was written; "" if nobody has."""
        ...

    def said_about(self, request: int, received: Received, since: datetime) -> list[tuple[str, str]]:
        """(reason, text) of what the writer of a message wrote about a request before, since then."""
        ...

    def told_at(self, reply: int) -> datetime | None:
        """When a letter to coordinators left."""
        ...

    def tell(self, request: Request, outgoing: Sequence[Outgoing], now: datetime, *, reminder: bool = False) -> None:
        """Plan what coordinators are told; it is noted up to which message they know."""
        ...

    def lapse(self, request: Request, now: datetime) -> None:
        """End a person's silence: what is unanswered waits again, else the request ends."""
        ...

    def undelivered(self) -> list[Undelivered]:
        """Persons' words, and letters about requests, that did not or may not have arrived, which nobody was told yet."""
        ...

    def report(self, reply: int, request: Request, outgoing: Sequence[Outgoing], now: datetime) -> None:
        """Tell coordinators that something did not arrive, once."""
        ...


class Reminders(Protocol):
    """The book of reminders that applicants asked for."""

    def ask(self, received: Received, call: str, days: int, language: str) -> None:
        """Note a reminder, instead of an earlier one of the same person for the same call."""
        ...

    def withdraw(self, conversation: int) -> int:
        """Take back a person's reminders; how many."""
        ...

    def waiting(self, conversation: int | None = None) -> list[Reminder]:
        """Reminders not yet sent, of everybody or of one person."""
        ...

    def channel(self, reminder: Reminder) -> Channel | None:
        """By which channel the person is reached; None if they were forgotten."""
        ...

    def send(self, reminder: Reminder, channel: Channel, outgoing: Outgoing, knowledge: str, now: datetime) -> bool:
        """Plan its message, in the transaction that ends the reminder; False if it was taken back meanwhile."""
        ...

    def drop(self, reminder: Reminder) -> None:
        """Note that its time passed unused."""
        ...


class Routines(Protocol):
    """The book of what is done every day or week."""

    def last(self, name: str) -> tuple[datetime, str] | None:
        """(When it was last done, what was found then); None if never."""
        ...

    def done(self, name: str, found: str, letters: Sequence[Outgoing], now: datetime) -> None:
        """Note that it was done, with the letters that tell of it."""
        ...


class Sender(Protocol):
    """An edge that sends replies."""

    async def send(self, reply: Reply, begin: Callable[[], Awaitable[bool]]) -> Outcome | None:
        """Send one reply; await `begin` before the first byte of its text can leave, and if it says no, leave it: None."""
        ...
