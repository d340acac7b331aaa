"""A sentence as parts, each a single question: its names, and the topics it may be about.

Knows how a sentence is cut at commas and joints when its pieces ask different things. Does not decide what is
answered (choose.py), nor who the subject of an ellipsis is (context.py).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Protocol

from bot.answering.mending import Mender
from bot.answering.paraphrase import Paraphrases
from bot.answering.subjects import Gazetteer, Mention, Name
from bot.answering.words import Token, fold, grams, tokens
from bot.model.knowledge import Topic

SURE = 0.7
"""From this probability on, a piece of a sentence counts as a question of its own,"""
SURE_QUESTION = 0.3
"""or from this one if it opens like a question;"""
SURE_WHOLE = 0.5
"""and a whole sentence from this one is cut only before pieces that open like questions."""

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
    plural_project_words: frozenset[str]
    pointers: frozenset[str]
    negations: frozenset[str]
    requests: frozenset[str]
    demands: frozenset[str]
    choosers: frozenset[str]
    living: frozenset[str]
    pair: frozenset[str]
    titles: frozenset[str]
    call_kinds: Mapping[str, frozenset[str]]
    other: frozenset[str]
    pronouns: frozenset[str]
    ordinals: Mapping[str, int]
    both: frozenset[str]
    question_starts: frozenset[str]
    joints: frozenset[str]
    function_words: frozenset[str]


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

    def asks(self, lexicon: "Lexicon") -> bool:
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


class Reader:
    """Reads sentences with the names of one knowledge and a ranker of its topics; `ordinary` are the words of known questions."""

    def __init__(
        self,
        gazetteer: Gazetteer,
        ranker: Ranker,
        lexicon: Lexicon,
        paraphrases: Paraphrases,
        mender: Mender,
        ordinary: frozenset[str],
    ) -> None:
        self.mender = mender
        self.gazetteer = gazetteer
        self.ranker = ranker
        self.lexicon = lexicon
        self.paraphrases = paraphrases
        self.ordinary = ordinary

    def read(self, sentence: str) -> list[Part]:
        """The parts of a sentence; one, unless pieces at its joints surely ask different things."""
        question = sentence.rstrip(" \t\n\"'”’)!").endswith("?")
        return [replace(part, question=question and self._matters(part)) for part in self._parts(sentence)]

    def _matters(self, part: Part) -> bool:
        """Whether the part is more than the name of what the rest of its sentence asks about."""
        return self._asks(part) or len(part.content) > 1 or not part.names("project", "call")

    def _parts(self, sentence: str) -> list[Part]:
        words = self._opened(self.mender.mended(tokens(sentence)[:LONGEST_SENTENCE]))
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
        if len(parts) > 1 and not self._stands_alone(parts[0]):
            joined = [*parts[0].words, *parts[1].words]
            parts[:2] = [self._part(sentence[joined[0].start : joined[-1].end], joined)]
        asking = [self._asks(part) for part in parts[1:]]
        if not all(asking) and whole.best.probability >= SURE_WHOLE:
            return [whole]
        sure = all(self._stands_alone(part) and len(part.words) > 1 for part in parts)
        return parts if sure and len({part.best.topic.id for part in parts}) > 1 else [whole]

    def _several(self, words: Sequence[Token]) -> bool:
        """Whether the words speak of several projects, or ask which project it is."""
        folded = [word.folded for word in words]
        which = any(one in self.lexicon.choosers and two in self.lexicon.project_words for one, two in pairwise(folded))
        return which or any(word in self.lexicon.plural_project_words for word in folded)

    def _opened(self, words: Sequence[Token]) -> list[Token]:
        """The words with compounds of a word for projects taken apart ("Klimaprojekt")."""
        opened: list[Token] = []
        for word in words:
            heads = [head for head in self.lexicon.project_words if len(head) >= 5 and word.folded.endswith(head)]
            length = max(map(len, heads), default=0)
            if not heads or len(word.folded) - length < 4 or word.folded in self.lexicon.project_words:
                opened.append(word)
                continue
            cut = word.end - length
            opened.append(Token(word.text[:-length], word.folded[:-length], word.start, cut))
            opened.append(Token(word.text[-length:], word.folded[-length:], cut, word.end))
        return opened

    def _asks(self, part: Part) -> bool:
        """Whether the part opens like a question."""
        first = next((word.folded for word in part.words if word.folded not in self.lexicon.joints), "")
        return first in self.lexicon.question_starts

    def _stands_alone(self, part: Part) -> bool:
        return part.best.probability >= (SURE_QUESTION if self._asks(part) else SURE) and bool(part.content)

    def _pieces(self, sentence: str, words: Sequence[Token]) -> list[list[Token]]:
        """The words between joints and commas, where the next piece opens like a question or the piece before did."""
        pieces: list[list[Token]] = [[]]
        for index, word in enumerate(words):
            gap = sentence[words[index - 1].end : word.start] if index else ""
            joint = word.folded in self.lexicon.joints
            opens = any(
                next_word.folded in self.lexicon.question_starts
                for next_word in words[index + joint : index + joint + 1]
            )
            if index and (joint or "+" in gap or (opens and any(mark in gap for mark in ",;:–—)("))):
                pieces.append([])
                if joint:
                    continue
            pieces[-1].append(word)
        return [piece for piece in pieces if piece]

    def _part(self, text: str, words: Sequence[Token]) -> Part:
        mentions = self.gazetteer.find(words, self.lexicon.titles)
        doubtful: tuple[Name, ...] = ()
        if not any(mention.of("project") for mention in mentions):
            mentions, doubtful = self._with_paraphrase(words, mentions)
        masked = mask(words, mentions, self.lexicon.call_kinds)
        named = {index for mention in mentions if not mention.weak for index in range(mention.first, mention.last)}
        content = tuple(
            word.folded
            for index, word in enumerate(words)
            if index not in named and word.folded not in self.lexicon.function_words and not word.folded.isdigit()
        )
        ranking = self.ranker.rank(grams(masked), masked)
        familiar = sum(word in self.ordinary for word in content) / len(content) if content else 1.0
        several = self._several(words)
        return Part(text.strip(), tuple(words), tuple(mentions), tuple(ranking), content, doubtful, familiar, several)

    def _with_paraphrase(
        self, words: Sequence[Token], mentions: list[Mention]
    ) -> tuple[list[Mention], tuple[Name, ...]]:
        """The mentions with that of a project told by its subject, or the projects between which it is doubtful."""
        firm = [mention for mention in mentions if any(name.kind in _NAMES_ONLY for name in mention.names)]
        if any(mention.of("person") for mention in firm):
            return mentions, ()
        taken = [index for mention in firm for index in range(mention.first, mention.last)]
        if self._several(words):
            return mentions, ()
        kinds = {_kind_of_call(word.folded, self.lexicon.call_kinds).strip("{}") for word in words}
        calls = {name.call for mention in mentions for name in mention.of("call")}
        calls = calls or {call for call, kind in self.paraphrases.kinds.items() if kind in kinds}
        match = self.paraphrases.find(words, taken, calls)
        if not match.projects:
            return mentions, ()
        told = [Mention(index, index + 1, match.projects) for index in match.words]
        kept = [mention for mention in mentions if not set(range(mention.first, mention.last)) & set(match.words)]
        if len(match.projects) > 1:
            return mentions, match.projects
        return sorted([*kept, *told], key=lambda mention: mention.first), ()


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
            masked.append(_kind_of_call(words[position].folded, kinds))
            position += 1
            continue
        named = list(dict.fromkeys(name.kind for name in mention.names))
        firm = [kind for kind in named if kind in _NAMES_ONLY] if not mention.weak else []
        if firm:
            if masked[-1:] != [f"{{{firm[0]}}}"]:
                masked.append(f"{{{firm[0]}}}")
        else:
            masked += [f"{{{kind}}}" for kind in named if not mention.weak]
            masked += [word.folded for word in words[position : mention.last]]
        position = mention.last
    return masked


def _kind_of_call(word: str, kinds: Mapping[str, frozenset[str]]) -> str:
    for kind, words in kinds.items():
        if word in words or any(len(known) >= COMPOUND and word.startswith(known) for known in words):
            return f"{{{kind}}}"
    return word


COMPOUND = 8
"""Words of this length and more also count as the beginning of a compound ("Promotionsbewerbung")."""


def lexicon_from(values: Mapping[str, Mapping[str, object]]) -> Lexicon:
    """The lexicon from the parsed vocabulary/reading.yaml: purpose -> language -> words."""

    def flat(purpose: str) -> frozenset[str]:
        listed = (words for words in values.get(purpose, {}).values() if isinstance(words, list))
        return frozenset(" ".join(fold(part) for part in str(word).split()) for words in listed for word in words)

    kinds = {
        kind: frozenset(
            " ".join(fold(part) for part in str(word).split()) for words in listed.values() for word in words
        )
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
        project_words=flat("project_words") | flat("plural_project_words"),
        plural_project_words=flat("plural_project_words"),
        pointers=flat("pointers"),
        negations=flat("negations"),
        requests=flat("requests"),
        demands=flat("demands"),
        choosers=flat("choosers"),
        living=flat("living"),
        pair=flat("pair"),
        titles=flat("titles"),
        call_kinds=kinds,
        other=flat("other"),
        pronouns=flat("pronouns"),
        ordinals=ordinals,
        both=flat("both"),
        question_starts=flat("question_starts"),
        joints=flat("joints"),
        function_words=flat("function_words")
        | flat("pronouns")
        | flat("joints")
        | flat("other")
        | flat("question_starts"),
    )


def function_words(values: Mapping[str, Mapping[str, object]]) -> dict[str, frozenset[str]]:
    """The function words of each language, from the parsed vocabulary/reading.yaml."""
    listed = values.get("function_words", {})
    return {
        language: frozenset(fold(str(word)) for word in words)
        for language, words in listed.items()
        if isinstance(words, list)
    }
