"""A correction: who was told something that a call no longer states, and what became of telling them the new.

Knows the law by which tellings become changes and who of a change is still to be told. Does not know words or the record.
"""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.model.conversation import Told
from bot.model.message import Channel, ReplyState

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
class Decision:
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
        return f"{self.call}/{self.project}/{self.topic}@{self.digest}"

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
    body: object


def changes(
    tellings: Iterable[Telling], decided: Sequence[Decision], current: Mapping[Matter, AbstractSet[str]], calls: AbstractSet[str]
) -> list[Change]:
    """What was told and is stated no more, the value told first first; `current` are the digests of what is stated now.

    A call that is not among `calls` is not compared: its folder is away, which changes nothing that it says.
    """
    of_person: dict[int, list[Telling]] = {}
    for telling in sorted(tellings, key=lambda telling: telling.reply):
        of_person.setdefault(telling.conversation, []).append(telling)
    corrected = {(one.change, one.conversation): one for one in decided if one.conversation is not None}
    dismissed = {one.change: one.decided for one in sorted(decided, key=lambda one: one.decided) if one.reply is None}
    found: dict[Matter, dict[str, list[Concerned]]] = {}
    for conversation, mine in of_person.items():
        for (matter, digest), (telling, said) in _stale(mine, current, calls).items():
            key = Change(*matter, digest, ()).key
            correction = corrected.get((key, conversation))
            standing = _standing(telling, correction, dismissed.get(key), mine, (matter, current.get(matter, frozenset())))
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


def _standing(
    telling: Telling,
    correction: Decision | None,
    dismissed: datetime | None,
    mine: Sequence[Telling],
    stated: tuple[Matter, AbstractSet[str]],
) -> Standing:
    if correction is not None and correction.reply is not None and correction.reply > telling.reply:
        return correction.state
    if _knows(telling, mine, *stated):
        return "knows"
    return "dismissed" if dismissed is not None and dismissed >= telling.when else "open"


def _knows(telling: Telling, mine: Sequence[Telling], matter: Matter, stated: AbstractSet[str]) -> bool:
    """Whether the person was told since then all that is stated now, but for what they were told beside the old value."""

    def digests(one: Telling) -> set[str]:
        return {told.digest for told in one.told if (told.call, told.project, told.topic) == matter}

    later = {digest for one in mine if one.reply > telling.reply and one.counts for digest in digests(one)} & stated
    return bool(later) and stated <= later | digests(telling)
