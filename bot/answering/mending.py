"""Typos of ordinary words, mended against the words that questions are known to hold.

Knows edit distance with transpositions (OSA; DESIGN.md 3: wins back nearly all that typos cost and does not harm clean text). Does not
know names: the gazetteer mends those.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

from bot.answering.words import Token


class Mender:
    """Mends unknown lower-case words; of equally near ones the more frequent is meant."""

    def __init__(self, frequency: Mapping[str, int], names: Iterable[str]) -> None:
        self._frequency = frequency
        self._known = {*frequency, *names}
        self._by_length: dict[int, list[str]] = defaultdict(list)
        for word in self._known:
            if len(word) >= 4 and word.isalpha() and (frequency.get(word, 0) >= 3 or word not in frequency):
                self._by_length[len(word)].append(word)
        self._nearest = lru_cache(maxsize=8192)(self._search)

    def mended(self, words: Sequence[Token]) -> list[Token]:
        """The words with unknown ones replaced by the nearest known ones, where one is near enough."""
        return [self._one(word, first=index == 0) for index, word in enumerate(words)]

    def _one(self, word: Token, *, first: bool) -> Token:
        plain = word.text.islower() or (first and word.text[1:].islower())
        if not plain or len(word.folded) < 4 or not word.folded.isalpha() or word.folded in self._known:
            return word
        nearest = self._nearest(word.folded)
        return replace(word, folded=nearest) if nearest else word

    def _search(self, word: str) -> str | None:
        allowed = 2 if len(word) >= 8 else 1
        pool = [
            known
            for length in range(len(word) - allowed, len(word) + allowed + 1)
            for known in self._by_length.get(length, ())
        ]
        near = extract(word, pool, scorer=OSA.distance, score_cutoff=allowed, limit=5)
        if not near:
            return None
        return str(min(near, key=lambda found: (found[1], -self._frequency.get(found[0], 0)))[0])
