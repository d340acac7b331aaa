"""Topics ordered for a question: the linear reader, with rank-bm25's statistics beside it.

Knows the fitted weights and the postings of the phrasings. Where no weights are fitted yet (a phrasing was just written), BM25 alone orders
topics, by each topic's best phrasing.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.answering import linear
from bot.answering.reading import Ranked, mask
from bot.answering.search import Postings
from bot.answering.subjects import vocabulary_gazetteer
from bot.answering.words import grams, tokens
from bot.model.knowledge import Knowledge, Phrasing, Topic

BM25_SHARE = 0.2
"""Weight of BM25 beside the linear reader; DESIGN.md 3: a small lexical share is best."""

KEPT = 12
"""Topics of a ranking that are kept."""


@dataclass(frozen=True, slots=True)
class Index:
    """What is fitted from the phrasings: topics in order, weights, postings of phrasings and each phrasing's topic."""

    topics: tuple[str, ...]
    postings: Postings
    owners: NDArray[np.int32]
    model: linear.LinearModel | None = None


class TopicRanker:
    """Orders topics by an index. Implements reading.Ranker."""

    def __init__(self, topics: Mapping[str, Topic], index: Index) -> None:
        self._topics = [topics[topic] for topic in index.topics]
        self._index = index

    def rank(self, features: Sequence[str], words: Sequence[str]) -> list[Ranked]:
        """Topics, most probable first, with probabilities."""
        lexical = self._lexical(words)
        if self._index.model is None:
            mixed = lexical
        else:
            mixed = (1 - BM25_SHARE) * self._index.model.probabilities(features) + BM25_SHARE * lexical
        order = np.argsort(-mixed, kind="stable")[:KEPT]
        return [Ranked(self._topics[topic], float(mixed[topic])) for topic in order]

    def _lexical(self, words: Sequence[str]) -> NDArray[np.float64]:
        """BM25 of each topic's best phrasing as shares of one; zeros if no word is known."""
        best = np.zeros(len(self._topics))
        scores = self._index.postings.scores(words)
        np.maximum.at(best, self._index.owners, scores)
        top = best.max(initial=0.0)
        if top <= 0:
            return best
        sharp = np.where(best > 0, np.exp((best - top) / max(top, 1e-9) * 12), 0.0)
        return np.asarray(sharp / sharp.sum())


def build_index(
    knowledge: Knowledge,
    phrasings: Sequence[Phrasing],
    progress: Callable[[int, int], None] = lambda done, total: None,
    *,
    fitted: bool = True,
) -> Index:
    """Postings of all phrasings, and the weights of the linear reader unless `fitted` is False."""
    gazetteer = vocabulary_gazetteer(knowledge)
    topics = tuple(sorted(knowledge.topics))
    place = {topic: index for index, topic in enumerate(topics)}
    documents = []
    for phrasing in phrasings:
        words = tokens(phrasing.text)
        documents.append(mask(words, gazetteer.find(words)))
    owners = np.array([place[phrasing.topic] for phrasing in phrasings], np.int32)
    model = None
    if fitted and documents:
        features = [grams(document) for document in documents]
        model = linear.fit(features, owners.tolist(), len(topics), progress=progress)
    return Index(topics, Postings.build(documents), owners, model)
