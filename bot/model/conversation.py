"""What passes between an asker and Callboard.

Knows questions, the kinds of answer and their citations. Does not know channels: an answer is the same everywhere.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

AnswerKind = Literal["answer", "clarify", "abstain", "smalltalk"]
"""`abstain` covers not stated, off topic, refusal and hand-over (DESIGN.md 6)."""


@dataclass(frozen=True, slots=True)
class Question:
    """A message as the asker wrote it, with the asker's earlier messages, oldest first.

    `now` carries an offset from UTC; what is asked on the topics `without` is answered elsewhere.
    """

    text: str
    now: datetime
    conversation: tuple[str, ...] = ()
    without: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if self.now.tzinfo is None:
            raise ValueError("`now` needs an offset from UTC, as in 2026-01-15T12:00:00+01:00")


@dataclass(frozen=True, slots=True)
class Citation:
    """Words of a call on which a reply rests, and where they stand; or a statement by a named person."""

    call: str
    section: str
    quote: str


@dataclass(frozen=True, slots=True)
class Matter:
    """What a part of a message was about, and the form of the reply to it (answering/decisions.py); what others may ask, too.

    `topic`, `call` and `project` are ids, "" where there is none.
    """

    form: str
    topic: str = ""
    call: str = ""
    project: str = ""

    def same(self, other: "Matter") -> bool:
        """Whether both ask the same: topic, subject and call."""
        return (self.topic, self.call, self.project) == (other.topic, other.call, other.project)


@dataclass(frozen=True, slots=True)
class Told:
    """A fact that a reply told: whose it is, a digest of its value, and the words in which it was told.

    `topic` is that of a fact, or "requirement KIND"; `project` is "" for a fact of the call itself.
    """

    call: str
    project: str
    topic: str
    digest: str
    said: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What the asker reads, whole, and what it rests on.

    `choices` are what an asker may send to answer a reply that asks back (an edge that has buttons shows them as such),
    `sources` the lines of the reply that name its sources, `topics` the ids of what it is about, part by part told in
    `matters`; `told` are the facts in it; `understood` is false if nothing of the message was.
    """

    kind: AnswerKind
    reply: str
    language: str
    citations: tuple[Citation, ...] = ()
    choices: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    matters: tuple[Matter, ...] = ()
    told: tuple[Told, ...] = ()
    understood: bool = True
