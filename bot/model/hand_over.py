"""A hand-over: what the bot leaves to a person, from the applicant's question to the person's answer; and who is on duty.

Knows the life of a request as a table, and whom it reaches on a day. Does not know channels or words.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from msgspec import Struct, field

from bot.model.campaign import RIGHTS, Right
from bot.model.conversation import Matter

RequestState = Literal["waiting", "taken", "closed", "erased"]
"""`waiting` for a person; `taken`: a person writes, and the bot is silent in the conversation; `erased` with its applicant."""

STEPS: dict[RequestState, frozenset[RequestState]] = {
    "waiting": frozenset({"waiting", "taken", "closed", "erased"}),
    "taken": frozenset({"taken", "waiting", "closed", "erased"}),
    "closed": frozenset({"taken", "erased"}),  # a late answer is an answer
    "erased": frozenset(),
}
"""Which state may follow which."""

SILENCE = dt.timedelta(hours=24)
"""So long after a person's last message the bot stays silent."""


@dataclass(frozen=True, slots=True)
class Step:
    """What a message changes about a request.

    "ask" opens one for the message's conversation or adds to the open one, with `matters`; "add" brings a message to the person
    who writes there; "answer" is a person's (`by`), "close" ends it, for `by` or the applicant. `request` is None for the
    conversation's own open one.
    """

    kind: Literal["ask", "add", "answer", "close"]
    request: int | None = None
    matters: tuple[Matter, ...] = ()
    by: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """A request in the record. `conversation` is None once its applicant was forgotten.

    `channel` and `address` are the applicant's; `message` their last message that belongs to it, `told` the last message that
    coordinators were told of; `by` wrote last, at `written`. `about` is the mail that told its applicant their result, if they proved
    to have it; `claimed` one whose token they carry without being where it was sent.
    """

    id: int
    state: RequestState
    conversation: int | None
    channel: str
    address: str
    language: str
    opened: dt.datetime
    matters: tuple[Matter, ...]
    message: int
    told: int
    by: str = ""
    written: dt.datetime | None = None
    reminded: int = 0
    about: int | None = None
    claimed: int | None = None

    def silent(self, now: dt.datetime) -> bool:
        """Whether a person is writing, so that the bot is silent."""
        return self.state == "taken" and self.written is not None and now - self.written < SILENCE


@dataclass(frozen=True, slots=True)
class Undelivered:
    """A person's words (by `author`), or a letter about a request to a coordinator's `address`, that did not or may not have arrived."""

    reply: int
    request: int
    unknown: bool
    author: str
    address: str


@dataclass(frozen=True, slots=True)
class Line:
    """One message of a conversation as a coordinator reads it: when, by whom ("applicant", "bot", or a person's name), what.

    `form` is that of a message without text, "" otherwise.
    """

    id: int
    when: dt.datetime
    who: str
    text: str
    form: str = ""


class Absence(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Days on which somebody is away, both included."""

    from_: dt.date = field(name="from")
    to: dt.date

    def __post_init__(self) -> None:
        if self.to < self.from_:
            raise ValueError("the absence ends before it starts: exchange `from` and `to`")


class Coordinator(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A person who looks after calls (all of them, or those named).

    `email` is shown to applicants who ask for a person, and gets their requests; `telegram` is the number of the person's
    Telegram account, by which they are known in the coordinators' group. While `absent`, the `deputy` (a name of this list)
    stands in. `rights` are what the person may do with campaigns: prepare, approve, send.
    """

    name: str
    email: str = ""
    telegram: int | None = None
    language: str = "en"
    calls: tuple[str, ...] = ()
    absent: tuple[Absence, ...] = ()
    deputy: str | None = None
    rights: tuple[Right, ...] = RIGHTS

    def away(self, day: dt.date) -> bool:
        """Whether the person is absent on that day."""
        return any(absence.from_ <= day <= absence.to for absence in self.absent)


def on_duty(coordinators: Sequence[Coordinator], calls: Iterable[str], day: dt.date) -> list[Coordinator]:
    """Whom a matter of these calls reaches on a day: those who look after them, deputies instead of who is away; all of them if
    everybody is away, since nothing may reach nobody.
    """
    by_name = {one.name: one for one in coordinators}
    wanted = set(calls)
    responsible = [one for one in coordinators if not one.calls or not wanted or wanted & set(one.calls)]
    found: dict[str, Coordinator] = {}
    for one in responsible or coordinators:
        seen: set[str] = set()
        person: Coordinator | None = one
        while person is not None and person.away(day) and person.name not in seen:
            seen.add(person.name)
            person = by_name.get(person.deputy or "")
        if person is not None and not person.away(day):
            found[person.name] = person
    return list(found.values()) or list(responsible or coordinators)
