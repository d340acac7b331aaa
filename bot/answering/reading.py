"""A sentence as parts, each a single question: its names, and the topics it may be about.

Knows how a sentence is cut at commas and joints when its pieces ask different things. Does not decide what is
answered (choose.py), nor who the subject of an ellipsis is (context.py).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.answering.subjects import Gazetteer, Mention, Name
from bot.answering.words import Token, fold, grams, tokens
from bot.model.knowledge import Knowledge, Topic

SURE = 0.5
"""From this probability on, a piece of a sentence counts as a question of its own."""

_NAMES_ONLY = frozenset({"project", "person", "org", "call"})
LONGEST_SENTENCE = 120
"""Words of a sentence that are read; longer ones are read up to there."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """A topic and the probability with which the ranker names it."""

    topic: Topic
    probability: float


class Ranker(Protocol):
    """Orders topics for a question; it never sees a call's facts and never writes a word of a reply."""

    def rank(self, features: Sequence[str], words: Sequence[str]) -> list[Ranked]:
        """Topics, most probable first. `words` are folded words and {placeholders}; `features` their n-grams."""
        ...


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Words by which a message is read, from vocabulary/reading.yaml, folded, all languages together."""

    project_words: frozenset[str]
    titles: frozenset[str]
    call_kinds: Mapping[str, frozenset[str]]
    other: frozenset[str]
    pronouns: frozenset[str]
    ordinals: Mapping[str, int]
    both: frozenset[str]
    question_starts: frozenset[str]
    joints: frozenset[str]
    function_words: frozenset[str]
    filler: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Part:
    """One question of a message, or one sentence that asks nothing.

    `ranking` is ordered, most probable first; `content` are its words that neither name something nor are mere function words.
    """

    text: str
    words: tuple[Token, ...]
    mentions: tuple[Mention, ...]
    ranking: tuple[Ranked, ...]
    content: tuple[str, ...]

    def names(self, *kinds: str) -> tuple[Name, ...]:
        """The names of these kinds, in the order of mention, each once."""
        found = (name for mention in self.mentions for name in mention.names if name.kind in kinds)
        return tuple(dict.fromkeys(found))

    def has(self, vocabulary: frozenset[str]) -> bool:
        """Whether a word of `vocabulary` stands in the part."""
        return any(word.folded in vocabulary for word in self.words)

    @property
    def best(self) -> Ranked:
        """The most probable topic."""
        return self.ranking[0]


class Reader:
    """Reads sentences with the names of one knowledge and a ranker of its topics."""

    def __init__(self, knowledge: Knowledge, gazetteer: Gazetteer, ranker: Ranker, lexicon: Lexicon) -> None:
        self.knowledge = knowledge
        self.gazetteer = gazetteer
        self.ranker = ranker
        self.lexicon = lexicon

    def read(self, sentence: str) -> list[Part]:
        """The parts of a sentence; one, unless pieces at its joints surely ask different things."""
        words = tokens(sentence)[:LONGEST_SENTENCE]
        whole = self._part(sentence, words)
        pieces = self._pieces(sentence, words)
        if len(pieces) < 2:
            return [whole]
        parts: list[Part] = []
        for piece in pieces:
            part = self._part(sentence[piece[0].start : piece[-1].end], piece)
            if parts and not self._stands_alone(part):
                joined = [*parts[-1].words, *piece]
                parts[-1] = self._part(sentence[joined[0].start : joined[-1].end], joined)
            else:
                parts.append(part)
        topics = [part.best.topic.id for part in parts]
        sure = all(self._stands_alone(part) for part in parts)
        return parts if sure and len(set(topics)) > 1 else [whole]

    def _stands_alone(self, part: Part) -> bool:
        return part.best.probability >= SURE and bool(part.content)

    def _pieces(self, sentence: str, words: Sequence[Token]) -> list[list[Token]]:
        """The words between joints and commas, where the next piece opens like a question or the piece before did."""
        pieces: list[list[Token]] = [[]]
        for index, word in enumerate(words):
            gap = sentence[words[index - 1].end : word.start] if index else ""
            joint = word.folded in self.lexicon.joints
            if index and (joint or any(mark in gap for mark in ",;:+&/–—")) and self._opens(words, index + joint):
                pieces.append([])
                if joint:
                    continue
            pieces[-1].append(word)
        return [piece for piece in pieces if piece]

    def _opens(self, words: Sequence[Token], index: int) -> bool:
        return index < len(words)

    def _part(self, text: str, words: Sequence[Token]) -> Part:
        mentions = self.gazetteer.find(words, self.lexicon.titles)
        masked = mask(words, mentions)
        content = tuple(
            word
            for word in masked
            if not word.startswith("{") and word not in self.lexicon.function_words and not word.isdigit()
        )
        ranking = self.ranker.rank(grams(masked), masked)
        return Part(text.strip(), tuple(words), tuple(mentions), tuple(ranking), content)


def mask(words: Sequence[Token], mentions: Iterable[Mention]) -> list[str]:
    """The folded words with {kind} in place of names; words of the vocabulary (skills, fields, themes) stay beside their {kind}."""
    masked: list[str] = []
    starts = {mention.first: mention for mention in mentions}
    position = 0
    while position < len(words):
        mention = starts.get(position)
        if mention is None:
            masked.append(words[position].folded)
            position += 1
            continue
        kinds = list(dict.fromkeys(name.kind for name in mention.names))
        firm = [kind for kind in kinds if kind in _NAMES_ONLY]
        if firm:
            if masked[-1:] != [f"{{{firm[0]}}}"]:
                masked.append(f"{{{firm[0]}}}")
        else:
            masked += [f"{{{kind}}}" for kind in kinds]
            masked += [word.folded for word in words[position : mention.last]]
        position = mention.last
    return masked


def lexicon_from(values: Mapping[str, Mapping[str, object]]) -> Lexicon:
    """The lexicon from the parsed vocabulary/reading.yaml: purpose -> language -> words."""

    def flat(purpose: str) -> frozenset[str]:
        listed = (words for words in values.get(purpose, {}).values() if isinstance(words, list))
        return frozenset(" ".join(fold(part) for part in str(word).split()) for words in listed for word in words)

    kinds = {
        kind: frozenset(" ".join(fold(part) for part in str(word).split()) for words in listed.values() for word in words)
        for kind, listed in values.get("call_kinds", {}).items()
        if isinstance(listed, dict)
    }
    ordinals = {
        fold(str(word)): int(place)
        for places in values.get("ordinals", {}).values()
        if isinstance(places, dict)
        for word, place in places.items()
    }
    return Lexicon(
        project_words=flat("project_words"),
        titles=flat("titles"),
        call_kinds=kinds,
        other=flat("other"),
        pronouns=flat("pronouns"),
        ordinals=ordinals,
        both=flat("both"),
        question_starts=flat("question_starts"),
        joints=flat("joints"),
        function_words=flat("function_words") | flat("pronouns") | flat("joints") | flat("other") | flat("question_starts"),
    )


def function_words(values: Mapping[str, Mapping[str, object]]) -> dict[str, frozenset[str]]:
    """The function words of each language, from the parsed vocabulary/reading.yaml."""
    listed = values.get("function_words", {})
    return {language: frozenset(fold(str(word)) for word in words) for language, words in listed.items() if isinstance(words, list)}
