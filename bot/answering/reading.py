"""A sentence as parts, each a single question: its names, and the topics it may be about.

Knows how a sentence is cut at commas and joints when its pieces ask different things. Does not decide what is
answered (choose.py), nor who the subject of an ellipsis is (context.py).
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Protocol

from bot.answering.lexicon import Lexicon, kind_of_call
from bot.answering.mending import Mender
from bot.answering.paraphrase import Paraphrases
from bot.answering.parts import NAMES_ONLY, Part, Ranked, mask
from bot.answering.subjects import Gazetteer, Mention, Name
from bot.answering.words import Token, grams, tokens

SURE = 0.7
"""From this probability on, a piece of a sentence counts as a question of its own,"""
SURE_QUESTION = 0.3
"""or from this one if it opens like a question;"""
SURE_WHOLE = 0.5
"""and a whole sentence from this one is cut only before pieces that open like questions."""

SHORT = 12
"""Words up to which a sentence may be a question without the form of one ("duration and pay")."""
LONGEST_SENTENCE = 120
"""Words of a sentence that are read; longer ones are read up to there."""


class Ranker(Protocol):
    """Orders topics for a question; it never sees a call's facts and never writes a word of a reply."""

    def rank(self, features: Sequence[str], words: Sequence[str]) -> list[Ranked]:
        """Topics, most probable first. `words` are folded words and {placeholders}; `features` their n-grams."""
        ...


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
        pieces = self._pieces(sentence, words) if self._may_ask(sentence, words) else []
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

    def _may_ask(self, sentence: str, words: Sequence[Token]) -> bool:
        """Whether the sentence may hold questions; a plain statement is not cut."""
        asking = self.lexicon.question_starts | self.lexicon.requests
        return "?" in sentence or len(words) <= SHORT or any(word.folded in asking for word in words)

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
        firm = [mention for mention in mentions if any(name.kind in NAMES_ONLY for name in mention.names)]
        if any(mention.of("person") for mention in firm):
            return mentions, ()
        taken = [index for mention in firm for index in range(mention.first, mention.last)]
        if self._several(words):
            return mentions, ()
        kinds = {kind_of_call(word.folded, self.lexicon.call_kinds).strip("{}") for word in words}
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
