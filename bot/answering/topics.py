"""Topics ordered for a question: the linear reader, with rank-bm25's statistics beside it.

Knows the fitted weights and the postings of the phrasings. Where no weights are fitted yet (a phrasing was just written), BM25 alone orders
topics, by each topic's best phrasing.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from bot.answering import linear
from bot.answering.parts import Ranked, mask
from bot.answering.search import Postings
from bot.answering.subjects import vocabulary_gazetteer
from bot.answering.words import grams, tokens
from bot.model.knowledge import Knowledge, Phrasing, Topic

BM25_SHARE = 0.2
"""Weight of BM25 beside the linear reader; DESIGN.md 3: a small lexical share is best."""

UNFRAMED = 0.67
"""Share of the phrasings on which the reader practises only as they are written."""

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
        self._by_owner = np.argsort(index.owners, kind="stable")
        self._owning, self._starts = np.unique(index.owners[self._by_owner], return_index=True)

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
        if len(scores):
            best[self._owning] = np.maximum.reduceat(scores[self._by_owner], self._starts)
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
    frames: Mapping[str, Sequence[str]] | None = None,
    kinds: Mapping[str, frozenset[str]] | None = None,
    fitted: bool = True,
) -> Index:
    """Postings of all phrasings, and the weights of the linear reader unless `fitted` is False.

    The linear reader also practises on phrasings put into `frames` of their language (vocabulary/frames.yaml), so that what
    stands around a question does not distract it; `kinds` are the words for kinds of calls.
    """
    gazetteer = vocabulary_gazetteer(knowledge)
    topics = tuple(sorted(knowledge.topics))
    place = {topic: index for index, topic in enumerate(topics)}

    def masked(text: str) -> list[str]:
        words = tokens(text)
        return mask(words, gazetteer.find(words), kinds or {})

    documents = [masked(phrasing.text) for phrasing in phrasings]
    owners = np.array([place[phrasing.topic] for phrasing in phrasings], np.int32)
    model = None
    if fitted and documents:
        framed = _framed(knowledge, phrasings, frames or {})
        features = [grams(document) for document in [*documents, *(masked(phrasing.text) for phrasing in framed)]]
        classes = [place[phrasing.topic] for phrasing in [*phrasings, *framed]]
        model = linear.fit(features, classes, len(topics), progress=progress)
    return Index(topics, Postings.build(documents), owners, model)


def _framed(knowledge: Knowledge, phrasings: Sequence[Phrasing], frames: Mapping[str, Sequence[str]]) -> list[Phrasing]:
    """One in three of the phrasings that ask for facts, in a frame drawn with a fixed seed; selections in none that names a project."""
    draw = random.Random(1)  # no secret: the same frames in every fit
    framed = []
    for phrasing in phrasings:
        topic = knowledge.topics[phrasing.topic]
        if topic.kind not in ("fact", "refusal") or not frames.get(phrasing.language) or draw.random() < UNFRAMED:
            continue
        frame = draw.choice(frames[phrasing.language])
        if not (topic.by and ("{project}" in frame or "{theme}" in frame)):
            framed.append(replace(phrasing, text=frame.replace("...", phrasing.text)))
    return framed
