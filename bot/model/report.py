"""What a report tells coordinators: what was asked, what was not stated, what waits for a person, what did not arrive.

Knows rows of the record and the counts made of them. Topics, calls and projects are ids here. Names no applicant.
"""

import datetime as dt
from dataclasses import dataclass

from bot.model.conversation import Matter
from bot.model.hand_over import RequestState
from bot.model.message import Channel, MessageState, ReplyState


@dataclass(frozen=True, slots=True)
class AskedRow:
    """A settled message. `person` is a number that tells people apart, None once they were erased; so is `text` then.

    `language` is that of the reply, "" if there is none.
    """

    received: dt.datetime
    channel: Channel
    state: MessageState
    person: int | None
    language: str = ""
    matters: tuple[Matter, ...] = ()
    text: str | None = None


@dataclass(frozen=True, slots=True)
class RequestRow:
    """A request to a person: who wrote last (`by`), when a person first answered, since when something waits (`news`)."""

    id: int
    state: RequestState
    opened: dt.datetime
    matters: tuple[Matter, ...] = ()
    by: str = ""
    answered: dt.datetime | None = None
    news: dt.datetime | None = None
    closed: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class UndeliveredRow:
    """A reply of which it is known that it did not arrive ("refused"), or not known that it did."""

    planned: dt.datetime
    channel: Channel
    state: ReplyState
    kind: str


@dataclass(frozen=True, slots=True)
class People:
    """How many different people; at least so many if some of them were erased."""

    count: int
    exact: bool = True


@dataclass(frozen=True, slots=True)
class Count:
    """How many of something, by its id."""

    name: str
    count: int


@dataclass(frozen=True, slots=True)
class Asked:
    """A topic (or the form of reply, where it has none): in how many messages, of how many people, by call ("": none named)."""

    topic: str
    count: int
    people: People
    calls: tuple[Count, ...]


@dataclass(frozen=True, slots=True)
class Gap:
    """What was asked and is not stated: what the call's page should say. `project` is "" for the call as a whole."""

    topic: str
    call: str
    project: str
    count: int
    people: People


@dataclass(frozen=True, slots=True)
class Waiting:
    """An open request: its age, what it asks, and who wrote last (`by`, "": nobody yet). `unanswered` since the applicant's last news."""

    id: int
    matters: tuple[Matter, ...]
    age: dt.timedelta
    by: str
    unanswered: dt.timedelta | None


@dataclass(frozen=True, slots=True)
class HandedOver:
    """Requests to a person: all that are open, oldest first; opened, closed and first answered within the days of the report."""

    open: tuple[Waiting, ...]
    opened: int
    closed: int
    answered: int
    median: dt.timedelta | None


@dataclass(frozen=True, slots=True)
class Undelivered:
    """Replies of one kind that did not, or may not, have arrived."""

    channel: Channel
    state: ReplyState
    kind: str
    count: int


@dataclass(frozen=True, slots=True)
class Report:
    """The days from `first` to `last`, both included.

    `messages` were answered or passed to a person, `ignored` left alone (automatic mail). `outcomes` count messages by what
    came of them; a message that asks several things may count in several. `texts` are filled only where they are wanted;
    `erased` messages that were not understood have no text any more.
    """

    made: dt.datetime
    first: dt.date
    last: dt.date
    messages: int
    ignored: int
    people: People
    outcomes: tuple[Count, ...]
    asked: tuple[Asked, ...]
    gaps: tuple[Gap, ...]
    refused: tuple[Asked, ...]
    not_understood: int
    erased: int
    texts: tuple[str, ...]
    handed_over: HandedOver
    channels: tuple[Count, ...]
    languages: tuple[Count, ...]
    days: tuple[tuple[dt.date, int], ...]
    undelivered: tuple[Undelivered, ...]

    def outcome(self, name: str) -> int:
        """In how many messages something came of that kind."""
        return next((entry.count for entry in self.outcomes if entry.name == name), 0)
