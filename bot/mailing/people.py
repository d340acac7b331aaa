"""Whether two names, or a name and an address, can be one person's.

Knows letters without accents, initials and short forms. Knows no table and no record: it compares two texts.
"""

import re
import unicodedata
from functools import lru_cache

from rapidfuzz import fuzz

_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "ı": "i", "þ": "th"})
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"})
_PARTS = re.compile(r"[^\W\d_]+")
SHORTEST = 3
"""Letters of a part of a name that say something when found in an address."""
ALIKE = 75
"""Likeness of two spellings (0 to 100) from which they may be one name."""


@lru_cache(maxsize=65_536)
def parts(name: str) -> tuple[str, ...]:
    """The parts of a name, without capitals and accents."""
    bare = unicodedata.normalize("NFKD", name[:200].casefold().translate(_LETTERS))
    return tuple(_PARTS.findall("".join(char for char in bare if not unicodedata.combining(char))))


@lru_cache(maxsize=65_536)
def _spellings(name: str) -> tuple[str, ...]:
    """The parts of a name as addresses spell them: müller is muller or mueller."""
    spelt = parts(unicodedata.normalize("NFC", name[:200]).casefold().translate(_UMLAUTS))
    return tuple(dict.fromkeys(part for part in (*parts(name), *spelt) if len(part) >= SHORTEST))


def names_agree(one: str, other: str) -> bool:
    """Whether two names may be one person's: a part in common, or nearly the same spelling; an empty name agrees with any."""
    mine, theirs = parts(one), parts(other)
    if not mine or not theirs or {part for part in mine if len(part) > 1} & {*theirs}:
        return True
    return fuzz.token_sort_ratio(" ".join(mine), " ".join(theirs)) >= ALIKE


@lru_cache(maxsize=65_536)
def local_parts(address: str) -> tuple[str, ...]:
    """The letters before the @, in runs."""
    return parts(address.partition("@")[0])


def affinity(address: str, name: str) -> int:
    """How many letters of an address speak for a name; 0 where nothing does."""
    local = local_parts(address)
    joined = "".join(local)
    found = sum({part: len(part) for part in _spellings(name) if part in joined}.values())
    if found or not local:
        return found
    initials = "".join(part[0] for part in parts(name))
    if len(initials) > 1 and initials in (joined, joined[::-1]):
        return len(initials)
    close = [
        len(mine)
        for mine in local
        for part in _spellings(name)
        if len(mine) >= SHORTEST + 1 and (part.startswith(mine) or fuzz.ratio(mine, part) >= ALIKE + 5)
    ]
    return max(close, default=0)
