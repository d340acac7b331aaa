"""The fact of a call that a question's own words point at: a retrieval index over the structured content.

Knows the words of each fact (its sentences in every language, quotes, items), weighed by how few facts of the call hold
them. It orders facts that a subject has; whether one is told is decided in choose.py.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.answering.grounds import Ground
from bot.answering.words import fold, stems, tokens
from bot.model.knowledge import Call, Cited, Fact, Project, Requirement


@dataclass(frozen=True, slots=True)
class Hit:
    """A fact with the share of the question's weight that its words cover, how many of them, and their weight."""

    ground: Ground
    coverage: float
    words: int
    weight: float


UNKNOWN = 1.2
"""Rarity of a word that no fact of the call holds: it tells little about which fact is meant."""


class Passages:
    """Orders the facts of a subject by a question's words."""

    def __init__(self, common: Mapping[str, float], ignored: frozenset[str]) -> None:
        self._common = common
        self._ignored = ignored
        self._bags: dict[tuple[str, str], list[tuple[Ground, frozenset[str]]]] = {}
        self._rarity: dict[str, Mapping[str, float]] = {}

    def _index(self, call: Call) -> None:
        """Index a call's facts when it is first asked about."""
        spread: Counter[str] = Counter()
        total = 0
        for owner in (None, *call.projects):
            bags = [(Ground(call, owner, entry), self._bag(entry)) for entry in _entries(call, owner)]
            self._bags[call.id, owner.id if owner else ""] = bags
            spread.update(stem for _, bag in bags for stem in bag)
            total += len(bags)
        self._rarity[call.id] = {stem: math.log((1 + total) / count) for stem, count in spread.items()}

    def _bag(self, entry: Cited) -> frozenset[str]:
        texts = list(entry.quotes)
        if isinstance(entry, Fact):
            texts += [
                *entry.say.values(),
                *(text for item in entry.items for text in item.values()),
                entry.term or "",
                *entry.also,
            ]
        if isinstance(entry, Requirement):
            texts += entry.say.values()
        words = {token.folded for text in texts for token in tokens(text) if token.folded not in self._ignored}
        return frozenset(stem for word in words for stem in stems(word))

    def find(self, words: Iterable[str], call: Call, project: Project | None) -> list[Hit]:
        """The facts of the project (of the call without one) that hold any of the folded `words`, best first."""
        if call.id not in self._rarity:
            self._index(call)
        rarity = self._rarity[call.id]
        told = [stems(fold(word)) for word in dict.fromkeys(words) if len(word) > 1 and word not in self._ignored]
        weights = [self._weight(forms, rarity) for forms in told]
        total = sum(weights)
        hits = []
        for ground, bag in self._bags[call.id, project.id if project else ""]:
            held = [weight for forms, weight in zip(told, weights, strict=True) if forms & bag]
            if held:
                hits.append(Hit(ground, sum(held) / total, len(held), sum(held)))
        return sorted(hits, key=lambda hit: -hit.coverage)

    def _weight(self, forms: frozenset[str], rarity: Mapping[str, float]) -> float:
        """Squared rarity, less for words of questions as such: "enzyme" says far more than "focus"."""
        common = max(self._common.get(stem, 0.0) for stem in forms)
        return (max((rarity[stem] for stem in forms if stem in rarity), default=UNKNOWN) * (1 - common)) ** 2


def _entries(call: Call, owner: Project | None) -> Sequence[Cited]:
    source = owner or call
    return (*(fact for fact in source.facts if not fact.broken), *source.requirements)
