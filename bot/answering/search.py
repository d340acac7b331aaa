"""rank-bm25's statistics as postings: the same scores without visiting every phrasing.

Knows idf, lengths, k1 and b of a rank_bm25.BM25Okapi (https://github.com/dorianbrown/rank_bm25, 0.2.2, pinned) and lays them out by
word. Does not know topics. Scores are identical to `get_scores`, addition by addition; DESIGN.md 3 has the measurements.
"""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from rank_bm25 import BM25Okapi

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]


class Postings:
    """For each word, the documents that hold it and what the word adds to their score."""

    def __init__(self, words: dict[str, int], starts: Ints, documents: Ints, gains: Floats, size: int) -> None:
        self.words = words
        self.starts = starts
        self.documents = documents
        self.gains = gains
        self.size = size

    @classmethod
    def build(cls, corpus: Sequence[Sequence[str]]) -> "Postings":
        """From documents as lists of words. An empty corpus, which rank_bm25 divides by, gives empty postings."""
        if not any(corpus):
            return cls({}, np.zeros(1, np.int32), np.zeros(0, np.int32), np.zeros(0), len(corpus))
        statistics = BM25Okapi(list(corpus))
        found: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for document, frequencies in enumerate(statistics.doc_freqs):
            length = statistics.doc_len[document]
            for word, frequency in frequencies.items():
                gain = (statistics.idf.get(word) or 0) * (
                    frequency
                    * (statistics.k1 + 1)
                    / (frequency + statistics.k1 * (1 - statistics.b + statistics.b * length / statistics.avgdl))
                )
                found[word].append((document, gain))
        words = {word: index for index, word in enumerate(found)}
        starts = np.cumsum([0, *map(len, found.values())], dtype=np.int32)
        flat = [posting for listed in found.values() for posting in listed]
        documents = np.array([document for document, _ in flat], np.int32)
        return cls(words, starts, documents, np.array([gain for _, gain in flat]), len(corpus))

    def scores(self, query: Sequence[str]) -> Floats:
        """The BM25 score of every document, in the order in which rank_bm25 adds it up."""
        scores = np.zeros(self.size)
        for word in query:
            index = self.words.get(word)
            if index is not None:
                here = slice(self.starts[index], self.starts[index + 1])
                scores[self.documents[here]] += self.gains[here]
        return scores
