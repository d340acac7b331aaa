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

    `now` carries an offset from UTC.
    """

    text: str
    now: datetime
    conversation: tuple[str, ...] = ()

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
class Answer:
    """What the asker reads, whole, and what it rests on.

    `choices` are what an asker may send to answer a reply that asks back (an edge that has buttons shows them as such),
    `sources` the lines of the reply that name its sources, `topics` the ids of what it is about; `understood` is false if
    nothing of the message was.
    """

    kind: AnswerKind
    reply: str
    language: str
    citations: tuple[Citation, ...] = ()
    choices: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    understood: bool = True
