"""An answer to be learned: a general wording with who stated it, ways of asking for it, and the question that tests it.

Knows what a draft holds and what knowledge becomes with it. Does not know files, the record or how answers are made.
"""

import datetime as dt
import re
from dataclasses import dataclass

import msgspec
from msgspec import Struct

from bot.model.knowledge import Call, Fact, Knowledge

_ID = re.compile(r"[a-z0-9][a-z0-9-]{1,79}")
_WORD = re.compile(r"[^\W_][\w.@:/+-]*[^\W_]")
DISTINCTIVE = 5
"""Words of the wording that the test question asks for."""


class Proof(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The test question of a learned answer; fields as in tests/questions/README.md."""

    question: str
    kind: str = "answer"
    must: tuple[str, ...] = ()
    must_not: tuple[str, ...] = ()
    lang: str = "en"
    conversation: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.question.strip():
            raise ValueError("`question:` is empty: write what somebody may ask, in general words")
        for pattern in (*self.must, *self.must_not):
            try:
                re.compile(pattern)
            except re.error as error:
                raise ValueError(f"`{pattern}` is no pattern ({error}): write plain words") from None


class Entry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A learned answer as it stands in a call's answers.yaml; `published` is when, as ISO text."""

    id: str
    fact: Fact
    question: Proof
    project: str = ""
    published: str = ""

    def __post_init__(self) -> None:
        if not _ID.fullmatch(self.id):
            raise ValueError(f"`id: {self.id}` must be small letters, digits and hyphens only")
        if self.fact.statement is None:
            raise ValueError("a learned answer needs `statement:` (by, on, text): who stated it, and when")
        if not self.fact.say:
            raise ValueError("a learned answer needs `say:` with the sentence that applicants read")


_LANGUAGE = re.compile(r"[a-z]{2}")


class Draft(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An entry on its way: which call it is for, further ways of asking, and the requests that gave rise to it."""

    id: str
    call: str
    fact: Fact
    question: Proof
    project: str = ""
    phrasings: dict[str, tuple[str, ...]] = {}
    requests: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        _ = self.entry
        for language in self.phrasings:  # it becomes the name of a folder
            if not _LANGUAGE.fullmatch(language):
                raise ValueError(f"`phrasings: {language}` is no language: write its two letters, as in `en:`")

    @property
    def entry(self) -> Entry:
        """What goes into answers.yaml."""
        return Entry(id=self.id, fact=self.fact, question=self.question, project=self.project)


@dataclass(frozen=True, slots=True)
class Recorded:
    """A question of the record: the message as a turn, with the person's earlier turns as they were read with it."""

    message: int
    conversation: int
    channel: str
    when: dt.datetime
    text: str
    earlier: tuple[str, ...]


def applied(knowledge: Knowledge, draft: Draft) -> Knowledge:
    """The knowledge as it is with the draft's fact; KeyError if the call or project is unknown."""
    call = with_fact(knowledge.calls[draft.call], draft.project, draft.fact)
    return msgspec.structs.replace(knowledge, calls={**knowledge.calls, call.id: call})


def with_fact(call: Call, project_id: str, fact: Fact) -> Call:
    """The call with one more fact, of its own ("") or of a project; KeyError if there is no such project."""
    if not project_id:
        return msgspec.structs.replace(call, facts=(*call.facts, fact))
    old = call.project(project_id)
    new = msgspec.structs.replace(old, facts=(*old.facts, fact))
    return msgspec.structs.replace(call, projects=tuple(new if one is old else one for one in call.projects))


def distinctive(wording: str) -> tuple[str, ...]:
    """Patterns for the words by which a wording is known again: those with figures, then the longest."""
    every = list(dict.fromkeys(_WORD.findall(wording)))
    words = [word for word in every if len(word) > 2 or any(sign.isdigit() for sign in word)] or every
    words.sort(key=lambda word: (not any(sign.isdigit() for sign in word), -len(word)))
    kept = set(words[:DISTINCTIVE])
    return tuple(re.escape(word) for word in every if word in kept)
