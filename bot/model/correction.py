"""A correction: who was told something that a call no longer states, and what became of telling them the new.

Knows the law by which tellings become changes and who of a change is still to be told. Does not know words or the record.
"""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.model.conversation import Told
from bot.model.message import Channel, Outgoing, ReplyState

Matter = tuple[str, str, str]
"""Call, project and topic of what was told."""
Standing = Literal["open", "knows", "dismissed", "planned", "sending", "sent", "unknown", "refused", "erased"]
"""How a person stands to a change: to be told, told the new already, left by a coordinator's word, or the state of the correction."""
AGAIN: tuple[Standing, ...] = ("unknown", "refused")
"""Standings in which a correction may be sent once more, on a coordinator's word."""


@dataclass(frozen=True, slots=True)
class Telling:
    """A reply in which a person was told facts, or is about to be; `when` it left, or was planned."""

    reply: int
    message: int
    conversation: int
    channel: Channel
    address: str
    language: str
    when: datetime
    state: ReplyState
    kind: str
    told: tuple[Told, ...]

    @property
    def arrived(self) -> bool:
        """Whether the person has it, or may have it."""
        return self.state in ("sent", "unknown")

    @property
    def counts(self) -> bool:
        """Whether it spares the person a correction; a correction in doubt does, for none is sent twice."""
        return self.state in ("planned", "sending", "sent") or (self.kind == "correction" and self.state == "unknown")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a coordinator decided on a change: for a conversation the correction and its state, or None: nobody is to be told."""

    change: str
    conversation: int | None
    reply: int | None
    state: ReplyState
    by: str
    decided: datetime


@dataclass(frozen=True, slots=True)
class Concerned:
    """A person who was told the old value: last in `telling`, in the words `said`.

    `correction` is the last reply that corrected this change for them, also one before the telling; `seen` the last reply of the
    conversation that told anything, so that what is told meanwhile is noticed.
    """

    telling: Telling
    said: str
    standing: Standing
    correction: int | None
    seen: int


@dataclass(frozen=True, slots=True)
class Change:
    """A value that was told and is no longer stated; `people` in the order of their tellings, oldest first."""

    call: str
    project: str
    topic: str
    digest: str
    people: tuple[Concerned, ...]

    @property
    def key(self) -> str:
        """Its name in the record."""
        return f"{prefix((self.call, self.project, self.topic))}{self.digest}"

    @property
    def said(self) -> str:
        """The words in which it was told last."""
        return self.people[-1].said

    def standing(self, *wanted: Standing) -> list[Concerned]:
        """The people who stand so."""
        return [one for one in self.people if one.standing in wanted]


@dataclass(frozen=True, slots=True)
class Letter:
    """A correction to plan: for whom, and what it says."""

    person: Concerned
    body: Outgoing


def prefix(matter: Matter) -> str:
    """How the names of a matter's changes begin in the record."""
    return f"{'/'.join(matter)}@"


def changes(
    tellings: Iterable[Telling],
    decided: Sequence[Verdict],
    current: Mapping[Matter, AbstractSet[str]],
    calls: AbstractSet[str],
) -> list[Change]:
    """What was told and is stated no more, the value told first first; `current` are the digests of what is stated now.

    A call that is not among `calls` is not compared: its folder is away, which changes nothing that it says.
    """
    of_person: dict[int, list[Telling]] = {}
    for telling in sorted(tellings, key=lambda telling: telling.reply):
        of_person.setdefault(telling.conversation, []).append(telling)
    of_conversation: dict[int, list[Verdict]] = {}
    for one in decided:
        if one.conversation is not None:
            of_conversation.setdefault(one.conversation, []).append(one)
    corrected = {(one.change, one.conversation): one for one in decided if one.conversation is not None}
    dismissed = {
        one.change: one.decided for one in sorted(decided, key=lambda one: one.decided) if one.conversation is None
    }
    found: dict[Matter, dict[str, list[Concerned]]] = {}
    for conversation, mine in of_person.items():
        for (matter, digest), (telling, said) in _stale(mine, current, calls).items():
            key = Change(*matter, digest, ()).key
            correction = corrected.get((key, conversation))
            about = [one for one in of_conversation.get(conversation, ()) if one.change.startswith(prefix(matter))]
            known = _knows(telling, mine, matter, current.get(matter, frozenset())) or (
                matter not in current and _knows_of_nothing(telling, mine, matter, about)
            )
            standing = _standing(telling, correction, dismissed.get(key), known=known)
            reply = correction.reply if correction else None
            person = Concerned(telling, said, standing, reply, mine[-1].reply)
            found.setdefault(matter, {}).setdefault(digest, []).append(person)
    made = [
        Change(*matter, digest, tuple(sorted(people, key=lambda one: one.telling.reply)))
        for matter, values in found.items()
        for digest, people in values.items()
    ]
    return sorted(made, key=lambda change: (change.people[0].telling.reply, change.key))


def _stale(
    mine: Sequence[Telling], current: Mapping[Matter, AbstractSet[str]], calls: AbstractSet[str]
) -> dict[tuple[Matter, str], tuple[Telling, str]]:
    """What a person was told that is stated no more, each with its last telling and words."""
    found: dict[tuple[Matter, str], tuple[Telling, str]] = {}
    for telling in mine:
        for told in telling.told if telling.arrived else ():
            matter = (told.call, told.project, told.topic)
            if told.call in calls and told.digest not in current.get(matter, frozenset()):
                found[matter, told.digest] = (telling, told.said)
    return found


def _standing(telling: Telling, correction: Verdict | None, dismissed: datetime | None, *, known: bool) -> Standing:
    if correction is not None and correction.reply is not None and correction.reply > telling.reply:
        return correction.state
    if known:
        return "knows"
    return "dismissed" if dismissed is not None and dismissed >= telling.when else "open"


def _of(telling: Telling, matter: Matter) -> set[str]:
    return {told.digest for told in telling.told if (told.call, told.project, told.topic) == matter}


def _knows(telling: Telling, mine: Sequence[Telling], matter: Matter, stated: AbstractSet[str]) -> bool:
    """Whether the person was told since then all that is stated now, but for what they were told beside the old value."""
    later = {digest for one in mine if one.reply > telling.reply and one.counts for digest in _of(one, matter)}
    return bool(later & stated) and stated <= later | _of(telling, matter)


def _knows_of_nothing(telling: Telling, mine: Sequence[Telling], matter: Matter, about: Sequence[Verdict]) -> bool:
    """Whether a correction since then said that nothing is stated any more."""
    telling_it = {one.reply for one in mine if _of(one, matter)}
    return any(
        one.reply is not None
        and one.reply > telling.reply
        and one.reply not in telling_it
        and one.state in ("planned", "sending", "sent", "unknown")
        for one in about
    )
