"""A linear reader: logistic regression from a question's n-grams to topics, in numpy.

Knows features and classes as numbers. Does not know what a topic is. Fitting is deterministic: the same phrasings give the same weights.

Multinomial logistic regression, fitted by mini-batches with per-weight step sizes (AdaGrad: Duchi, Hazan, Singer, JMLR 12, 2011);
features weigh by idf with sublinear counts and unit length, as usual for text (Manning et al., Introduction to
Information Retrieval, ch. 6.4).
"""

import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class LinearModel:
    """Weights of shape (features, classes) with the sorted hashes of the features and their idf.

    `bias` has shape (classes,). Weights may be stored as float16 to halve the file.
    """

    hashes: NDArray[np.uint32]
    idf: Floats
    weights: NDArray[np.float16]
    bias: Floats

    def probabilities(self, features: Sequence[str]) -> Floats:
        """The probability of each class, shape (classes,); the prior if no feature is known."""
        rows, values = _vector(Counter(map(_hash, features)), self.hashes, self.idf)
        scores = self.bias + values @ self.weights[rows].astype(np.float32) if len(rows) else self.bias
        scores = np.exp(scores - scores.max())
        return np.asarray(scores / scores.sum(), np.float32)


def _hash(feature: str) -> int:
    return zlib.crc32(feature.encode())


def _vector(counts: Counter[int], hashes: NDArray[np.uint32], idf: Floats) -> tuple[Ints, Floats]:
    """Rows of the known features and their weights in a vector of unit length."""
    if not counts or not len(hashes):
        return np.zeros(0, np.int64), np.zeros(0, np.float32)
    wanted = np.fromiter(counts.keys(), np.uint32, len(counts))
    times = np.fromiter(counts.values(), np.float32, len(counts))
    rows = np.minimum(np.searchsorted(hashes, wanted), len(hashes) - 1)
    known = hashes[rows] == wanted
    rows, times = rows[known], times[known]
    values = (1 + np.log(times)) * idf[rows]
    norm = np.sqrt((values**2).sum())
    return rows, np.asarray(values / norm, np.float32) if norm else np.asarray(values, np.float32)


def fit(
    documents: Sequence[Sequence[str]],
    classes: Sequence[int],
    size: int,
    *,
    samples: Floats | None = None,
    epochs: int = 8,
    rate: float = 0.7,
    decay: float = 1e-6,
    batch: int = 384,
    least: int = 3,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> LinearModel:
    """Fit to `documents` (lists of features) of the given `classes` (0 to size - 1).

    `least` is the number of documents in which a feature must stand; `samples` weighs the documents, shape (documents,).
    """
    counted = [Counter(map(_hash, document)) for document in documents]
    frequency = Counter(feature for counts in counted for feature in counts)
    hashes = np.array(sorted(feature for feature, times in frequency.items() if times >= least), np.uint32)
    times = np.array([frequency[int(feature)] for feature in hashes], np.float32)
    idf = np.asarray(np.log((1 + len(documents)) / (1 + times)) + 1, np.float32)
    vectors = [_vector(counts, hashes, idf) for counts in counted]
    weights = np.zeros((len(hashes), size), np.float32)
    squares = np.full((len(hashes), size), 1e-2, np.float32)
    bias, bias_squares = np.zeros(size, np.float32), np.full(size, 1e-2, np.float32)
    labels = np.asarray(classes)
    trust = np.ones(len(labels), np.float32) if samples is None else samples
    order_of = np.random.default_rng(20260222)
    for epoch in range(epochs):
        progress(epoch, epochs)
        for chosen in _batches(order_of.permutation(len(labels)), batch):
            rows = np.concatenate([vectors[index][0] for index in chosen])
            values = np.concatenate([vectors[index][1] for index in chosen])
            owner = np.repeat(np.arange(len(chosen)), [len(vectors[index][0]) for index in chosen])
            used, place = np.unique(rows, return_inverse=True)
            inputs = np.zeros((len(chosen), len(used)), np.float32)
            inputs[owner, place] = values
            here = weights[used]
            scores = inputs @ here + bias
            scores = np.exp(scores - scores.max(axis=1, keepdims=True))
            error = scores / scores.sum(axis=1, keepdims=True)
            error[np.arange(len(chosen)), labels[chosen]] -= 1
            error *= trust[chosen][:, None]
            slope = inputs.T @ error + decay * len(chosen) * here
            squares[used] += slope**2
            weights[used] = here - rate * slope / np.sqrt(squares[used])
            bias_slope = error.sum(axis=0)
            bias_squares += bias_slope**2
            bias -= rate * 0.1 * bias_slope / np.sqrt(bias_squares)
    progress(epochs, epochs)
    return LinearModel(hashes, idf, weights.astype(np.float16), bias)


def _batches(order: Ints, size: int) -> Iterator[Ints]:
    for start in range(0, len(order), size):
        yield order[start : start + size]
