"""Postings give the scores of rank_bm25, to the last bit, and bear what it does not."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from rank_bm25 import BM25Okapi

from bot.answering.search import Postings

WORD = st.sampled_from(["deadline", "pay", "phd", "visa", "the", "is", "when", "löck"])
CORPUS = st.lists(st.lists(WORD, max_size=8), min_size=1, max_size=25).filter(any)
QUERY = st.lists(st.one_of(WORD, st.sampled_from(["unknown", ""])), max_size=8)


@settings(max_examples=200, deadline=None)
@given(corpus=CORPUS, query=QUERY)
def test_scores_are_those_of_rank_bm25(corpus, query):
    assert np.array_equal(Postings.build(corpus).scores(query), BM25Okapi(corpus).get_scores(query))


@given(query=QUERY)
def test_an_empty_corpus_has_no_scores(query):
    assert Postings.build([]).scores(query).shape == (0,)


@given(query=QUERY, size=st.integers(1, 5))
def test_documents_without_words_score_nothing(query, size):
    assert Postings.build([[]] * size).scores(query).tolist() == [0.0] * size


@given(corpus=CORPUS)
def test_unknown_words_score_nothing(corpus):
    assert not Postings.build(corpus).scores(["unknown", "words"]).any()
