"""A part of a message: one question, or one sentence that asks nothing, with its names and ranked topics.

Knows what can be told from its own words. Does not know how it was cut (reading.py), or what it is about when it does
not say so (context.py).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from bot.answering.lexicon import Lexicon, kind_of_call
from bot.answering.subjects import Mention, Name
from bot.answering.words import Token
from bot.model.knowledge import Topic

NAMES_ONLY = frozenset({"project", "person", "org", "call"})
"""Kinds of names whose words say nothing else; the words of skills, fields and themes stay beside their {kind}."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """A topic and the probability with which the ranker names it."""

    topic: Topic
    probability: float


@dataclass(frozen=True, slots=True)
class Part:
    """One question of a message, or one sentence that asks nothing.

    `ranking` is ordered, most probable first; `content` are its words that neither name something nor are mere function words,
    `familiar` the share of them that questions are known to hold; `doubtful` are projects of which one may be meant;
    `several` says that it speaks of several projects, `question` that its sentence ends with a question mark;
    `borrowed` are fields and skills told in the sentence before.
    """

    text: str
    words: tuple[Token, ...]
    mentions: tuple[Mention, ...]
    ranking: tuple[Ranked, ...]
    content: tuple[str, ...]
    doubtful: tuple[Name, ...] = ()
    familiar: float = 1.0
    several: bool = False
    question: bool = False
    borrowed: tuple[Name, ...] = ()

    def asks(self, lexicon: Lexicon) -> bool:
        """Whether the part has the form of a question or a request."""
        first = next((word.folded for word in self.words if word.folded not in lexicon.joints), "")
        to_know = any(one.folded == "to" and two.folded == "know" for one, two in pairwise(self.words))
        return self.question or first in lexicon.question_starts or self.has(lexicon.requests) or to_know

    def names(self, *kinds: str) -> tuple[Name, ...]:
        """The names of these kinds, in the order of mention, each once."""
        found = [name for mention in self.mentions for name in mention.names if name.kind in kinds]
        return tuple(dict.fromkeys(found or (name for name in self.borrowed if name.kind in kinds)))

    @property
    def told(self) -> tuple[str, ...]:
        """Its words that tell of a matter: the content words and those of themes, skills, fields and terms."""
        kinds = {"theme", "skill", "field", "term"}
        named = {index: mention for mention in self.mentions for index in range(mention.first, mention.last)}
        return tuple(
            word.folded
            for index, word in enumerate(self.words)
            if (index not in named and word.folded in self.content) or (index in named and _tells(named[index], kinds))
        )

    def has(self, vocabulary: frozenset[str]) -> bool:
        """Whether a word of `vocabulary` stands in the part."""
        return any(word.folded in vocabulary for word in self.words)

    @property
    def best(self) -> Ranked:
        """The most probable topic."""
        return self.ranking[0]


def _tells(mention: Mention, kinds: set[str]) -> bool:
    """Whether the words of a mention tell of a matter: those of themes and the like."""
    return not mention.of("project") and any(name.kind in kinds for name in mention.names)


def unknown_people(part: Part, lexicon: Lexicon) -> list[str]:
    """Names after a title ("Prof. Curie") that the knowledge does not hold, as written."""
    named = {index for mention in part.mentions for index in range(mention.first, mention.last)}
    names: list[str] = []
    for index in range(1, len(part.words)):
        word, before = part.words[index], part.words[index - 1]
        titled = before.folded in lexicon.titles and word.folded not in lexicon.titles
        if titled and index not in named and word.text[:1].isupper():
            after = [other.text for other in part.words[index + 1 : index + 2] if other.text[:1].isupper()]
            names.append(" ".join([word.text, *after]))
    return names


def joined(before: Part, part: Part) -> Part:
    """Two parts as one: the words and names of both, and the ranking of the first."""
    offset = len(before.words)
    moved = (replace(mention, first=mention.first + offset, last=mention.last + offset) for mention in part.mentions)
    return replace(
        before,
        text=f"{before.text} {part.text}",
        words=(*before.words, *part.words),
        mentions=(*before.mentions, *moved),
        content=(*before.content, *part.content),
        question=part.question,
    )


def mask(words: Sequence[Token], mentions: Iterable[Mention], kinds: Mapping[str, frozenset[str]]) -> list[str]:
    """The folded words with {kind} in place of names; words of the vocabulary (skills, fields, themes) stay beside their {kind}.

    `kinds` are the words for kinds of calls (PhD, doctoral, Promotionsstelle): one {phd} for all.
    """
    masked: list[str] = []
    starts = {mention.first: mention for mention in mentions}
    position = 0
    while position < len(words):
        mention = starts.get(position)
        if mention is None:
            masked.append(kind_of_call(words[position].folded, kinds))
            position += 1
            continue
        named = list(dict.fromkeys(name.kind for name in mention.names))
        firm = [kind for kind in named if kind in NAMES_ONLY] if not mention.weak else []
        if firm:
            if masked[-1:] != [f"{{{firm[0]}}}"]:
                masked.append(f"{{{firm[0]}}}")
        else:
            masked += [f"{{{kind}}}" for kind in named if not mention.weak]
            masked += [word.folded for word in words[position : mention.last]]
        position = mention.last
    return masked
