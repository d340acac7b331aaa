"""Text as words: folding, tokens, and the n-grams that the readers of a question count.

Knows Unicode (NFKC, case folding, UAX 44 decompositions) and German spelling (ä or ae). Does not know topics or names.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import Stemmer

_TOKEN = re.compile(
    r"\{[a-z]+\}|[\u3400-\u9fff]|(?:(?![\u3400-\u9fff])[^\W_]|[\u0900-\u0963\u0966-\u097f])+(?:\+\+|#)?"
)
"""Chinese is written without spaces: each character counts as a word. `re` knows no letters in Devanagari's vowel signs."""
_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "ø": "oe", "å": "aa"})
_MARKS = str.maketrans({"؟": "?", "；": ";", "。": ". ", "।": ". "})
_POSSESSIVE = re.compile(r"['’`´](?:s|S)?(?=\W|$)")
_CONTRACTION = re.compile(r"(?<=\w)['’`´](?=\w)")


@dataclass(frozen=True, slots=True)
class Token:
    """A word of a text: as written, folded, and where it stands (start and end in characters)."""

    text: str
    folded: str
    start: int
    end: int


def clean(text: str) -> str:
    """NFKC without control and format characters, marks that end a sentence as ? and ., white space but line breaks as a space."""
    text = unicodedata.normalize("NFKC", text).translate(_MARKS)
    kept = (
        char if char == "\n" else " " if char.isspace() else "" if unicodedata.category(char) in _UNSEEN else char
        for char in text
    )
    return "".join(kept)


_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


@lru_cache(maxsize=65536)
def fold(word: str) -> str:
    """Lower case without accents, umlauts spelled out: Gödel, GÖDEL and Goedel become goedel."""
    word = unicodedata.normalize("NFC", word.casefold()).translate(_GERMAN)
    if word.isascii():
        return word
    stripped = "".join(char for char in unicodedata.normalize("NFD", word) if not unicodedata.combining(char))
    return stripped.translate(_GERMAN)


@lru_cache(maxsize=65536)
def bare(word: str) -> str:
    """Lower case without accents, umlauts dropped: Gödel becomes godel, as keyboards without umlauts write it."""
    decomposed = unicodedata.normalize("NFD", word.casefold().replace("ß", "ss"))
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def tokens(text: str) -> list[Token]:
    """The words of a text in order; {placeholders} stay whole, C++ and C# too."""
    return [Token(m.group(), fold(m.group()), m.start(), m.end()) for m in _TOKEN.finditer(_open_apostrophes(text))]


def _open_apostrophes(text: str) -> str:
    """The same text, of the same length, in which an apostrophe no longer ties a possessive s to its name."""
    text = _POSSESSIVE.sub(lambda match: " " * len(match.group()), text)
    return _CONTRACTION.sub(" ", text)


@lru_cache(maxsize=65536)
def stems(word: str) -> frozenset[str]:
    """The English and the German stem of a folded word (Snowball, https://snowballstem.org)."""
    return frozenset(stemmer.stemWord(word) for stemmer in _STEMMERS)


def stemmed(words: tuple[str, ...]) -> tuple[str, ...]:
    """The words without endings, English ones first, then German ones."""
    return tuple(map(_stem, words))


@lru_cache(maxsize=65536)
def _stem(word: str) -> str:
    return str(_STEMMERS[1].stemWord(_STEMMERS[0].stemWord(word)))


_STEMMERS = (Stemmer.Stemmer("english"), Stemmer.Stemmer("german"))


def grams(words: list[str], low: int = 3, high: int = 5) -> list[str]:
    """Features of a question: its words, pairs of words, and character n-grams inside words.

    `words` are folded words or {placeholders}; `low` and `high` bound the length of the n-grams.
    """
    found = list(words)
    framed = ["^", *words, "$"]
    found += [f"{first} {second}" for first, second in pairwise(framed)]
    for word in words:
        if word.startswith("{") or len(word) < low:
            continue
        edged = f"<{word}>"
        for size in range(low, high + 1):
            found += ["#" + edged[start : start + size] for start in range(len(edged) - size + 1)]
    return found
