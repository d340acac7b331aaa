"""What ranking costs: bot.answering.search beside rank_bm25's own get_scores, on growing corpora, with identical scores.

The corpora are the catalogue's phrasings, and past their number recombinations of them: the first words of one with the
last words of another, drawn with a fixed seed, so that lengths and frequencies of words stay those of real questions.
"""

import gc
import random
import statistics
import time
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from rank_bm25 import BM25Okapi

from bench.tables import milliseconds, table
from bot.answering.parts import mask
from bot.answering.search import Postings
from bot.answering.subjects import vocabulary_gazetteer
from bot.answering.words import tokens
from bot.config import Config
from bot.files.knowledge_files import load_knowledge
from bot.files.phrasing_files import load_phrasings
from bot.wiring.folders import Folders

Document = list[str]
SIZES = (200, 10_000, 100_000, 1_000_000)
QUERIES = {200: 200, 10_000: 50, 100_000: 10, 1_000_000: 5}
REPEATS = 5
"""Rankings of each query by Callboard; rank_bm25 ranks it once."""
_SEED = 20260222


def tables() -> Iterator[str]:
    """One table, a row a size."""
    phrasings = _phrasings()
    rows = [_row(phrasings, size) for size in SIZES]
    heads = ["phrasings", "queries", "words a query", "rank_bm25 p50 ms", "callboard p50 ms", "times faster", "scores"]
    yield table("Ranking: rank_bm25.BM25Okapi.get_scores and bot.answering.search.Postings.scores", heads, rows)


def _phrasings() -> list[Document]:
    """The catalogue's phrasings as the index has them."""
    folder = Folders.of(Config()).knowledge
    knowledge = load_knowledge(folder)
    gazetteer = vocabulary_gazetteer(knowledge)
    documents = []
    for phrasing in load_phrasings(folder, knowledge.topics):
        words = tokens(phrasing.text)
        documents.append(mask(words, gazetteer.find(words), {}))
    return [document for document in documents if document]


def _recombined(phrasings: Sequence[Document], number: int, chance: random.Random) -> list[Document]:
    """So many documents: phrasings in random order while they last, then halves of two put together."""
    documents = chance.sample(phrasings, min(number, len(phrasings)))
    while len(documents) < number:
        head, tail = chance.choice(phrasings), chance.choice(phrasings)
        documents.append(head[: (len(head) + 1) // 2] + tail[len(tail) // 2 :])
    return documents


def _row(phrasings: Sequence[Document], size: int) -> list[str]:
    chance = random.Random(_SEED + size)
    corpus = _recombined(phrasings, size, chance)
    queries = [_query(phrasings, chance) for _ in range(QUERIES[size])]
    postings = Postings.build(corpus)
    reference = BM25Okapi(corpus)
    gc.collect()
    theirs = [_timed(reference.get_scores, query) for query in queries]
    ours = [_timed(postings.scores, query) for _ in range(REPEATS) for query in queries]
    same = all(np.array_equal(reference.get_scores(query), postings.scores(query)) for query in queries)
    slow, fast = statistics.median(theirs), statistics.median(ours)
    words = statistics.mean(map(len, queries))
    figures = [milliseconds(slow), milliseconds(fast), f"{slow / fast:,.0f}"]
    return [f"{size:,}", str(len(queries)), f"{words:.1f}", *figures, "identical" if same else "DIFFER"]


def _query(phrasings: Sequence[Document], chance: random.Random) -> Document:
    """A question of which no corpus need hold a copy."""
    head, tail = chance.choice(phrasings), chance.choice(phrasings)
    return head[: (len(head) + 1) // 2] + tail[len(tail) // 2 :]


def _timed(rank: Callable[[Document], object], query: Document) -> float:
    started = time.perf_counter()
    rank(query)
    return time.perf_counter() - started
