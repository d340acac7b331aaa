"""How much a word belongs to questions as such, whatever they are about ("kind", "focus", "covered").

Knows how often words stand in the phrasings of the catalogue. Does not know calls.
"""

import math
from collections.abc import Mapping

from bot.answering.words import stems

MOST = 0.9
"""Commonness of the most frequent words."""


def commonness(counts: Mapping[str, int]) -> dict[str, float]:
    """By stem: 0 for a word that no phrasing holds, towards MOST for the most frequent. `counts` are phrasings by folded word."""
    common: dict[str, float] = {}
    for word, count in counts.items():
        for stem in stems(word):
            common[stem] = max(common.get(stem, 0.0), min(MOST, math.log1p(count) / 8))
    return common
