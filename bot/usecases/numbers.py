"""The numbers that a sentence tells, in digits or in English and German words.

Knows number words up to twelve, months, clock times, and how thousands and decimals are written. Has no opinion on what
is counted: `told` are numbers that a sentence states, `allowed` all that its words can stand for ("a", "both", "first").
"""

import re
from collections.abc import Iterator
from functools import cache

from babel.dates import get_month_names

_ONES = ("a", "an", "single", "first", "once", "ein", "eine", "einem", "einen", "einer", "eines", "eins")
_WORDS: tuple[tuple[str, str], ...] = (
    ("one", "ein"),
    ("two", "zwei"),
    ("three", "drei"),
    ("four", "vier"),
    ("five", "fünf"),
    ("six", "sechs"),
    ("seven", "sieben"),
    ("eight", "acht"),
    ("nine", "neun"),
    ("ten", "zehn"),
    ("eleven", "elf"),
    ("twelve", "zwölf"),
)
_TOLD = {word: str(number) for number, words in enumerate(_WORDS, start=1) for word in words if number > 1}
_COUNTED = {"one": "1", **dict.fromkeys(("ein", "eine", "einen", "eins"), "1"), **_TOLD}
_LOOSE = {
    **dict.fromkeys(_ONES, "1"),
    **dict.fromkeys(("both", "second", "twice", "pair", "couple", "beide", "beiden", "beider", "beides", "paar"), "2"),
    "third": "3",
    "dritte": "3",
    "dozen": "12",
}
_POINTING = re.compile(
    "the|these|those|its|their|our|your|d(?:er|ie|as|en|em|es)|diese[rnms]?|ihre[rnms]?|unsere[rnms]?"
)
_PREFIXES = tuple((german, str(number)) for number, (_, german) in enumerate(_WORDS, start=1) if number > 1)
_PARTS = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+")
_GROUPED = re.compile(r"(?<![\d.,])(\d{1,3})((?:[\s'’]\d{3})+)(?![\d.,]?\d)")
_THOUSANDS = re.compile(r"\d{1,3}(?:[.,]\d{3})+")
_DAY = re.compile(r"\d{1,2}\.\d{1,2}(?:\.(?:\d{4}|\d{2}))?")


def told(sentence: str) -> frozenset[str]:
    """The numbers that a sentence states.

    "one" is not among them, which is an article or a pronoun as often, nor the word after "the", which points at what was
    counted elsewhere ("the two sites").
    """
    return frozenset(_read(sentence, _TOLD, pointing=_POINTING))


def counted(sentence: str) -> frozenset[str]:
    """The numbers that a sentence on a count states, "one" among them."""
    return frozenset(_read(sentence, _COUNTED))


def allowed(sentence: str) -> frozenset[str]:
    """Every number that words of the sentence can stand for: of a date the day, month and year, of "one ... and one" 2."""
    ones = len(re.findall(r"\bone\b", sentence, re.IGNORECASE))
    found = {*counted(sentence), str(ones)} if ones else set(counted(sentence))
    for part in _PARTS.findall(_joined(sentence)):
        if part[0].isdigit():
            found |= _pieces(part) if _DAY.fullmatch(part) else set()
            continue
        word = part.casefold()
        found |= {number for prefix, number in _PREFIXES if word.startswith(prefix)}
        if other := _LOOSE.get(word) or _months().get(word):
            found.add(other)
    return frozenset(found)


def unsupported(sentence: str, support: frozenset[str]) -> tuple[str, ...]:
    """The numbers that the sentence states and `support` lacks, by size; a short date counts by its day and month."""
    return _lacking(told(sentence), support)


def untranslated(sentence: str, other: str) -> tuple[str, ...]:
    """The numbers of a sentence, "the two" among them, for which its translation has no word."""
    return _lacking(frozenset(_read(sentence, _TOLD)), allowed(other))


def _lacking(numbers: frozenset[str], support: frozenset[str]) -> tuple[str, ...]:
    return tuple(
        number
        for number in sorted(numbers, key=by_size)
        if number not in support and not (_DAY.fullmatch(number) and _pieces(number) <= support)
    )


def by_size(number: str) -> tuple[int, str]:
    """The sorting key of numbers."""
    return len(number), number


def _read(sentence: str, words: dict[str, str], pointing: re.Pattern[str] | None = None) -> Iterator[str]:
    before = ""
    for part in _PARTS.findall(_joined(sentence)):
        last, before = before, part.casefold()
        if not part[0].isdigit():
            if (number := words.get(before)) and not (pointing and pointing.fullmatch(last)):
                yield number
        elif _THOUSANDS.fullmatch(part) and not part.startswith("0"):
            yield re.sub(r"[.,]", "", part)
        elif len(re.findall(r"[.,]", part)) == 1:
            yield part.replace(",", ".")
        elif part.isdigit():
            yield _plain(part)
        else:
            yield from _pieces(part)


def _joined(sentence: str) -> str:
    """The sentence with thousands that are set apart by a space or an apostrophe drawn together."""
    return _GROUPED.sub(lambda found: found[1] + re.sub(r"\D", "", found[2]), sentence)


def _pieces(part: str) -> set[str]:
    return {_plain(piece) for piece in re.split(r"[.,]", part)}


def _plain(digits: str) -> str:
    return digits.lstrip("0") or "0"


@cache
def _months() -> dict[str, str]:
    return {
        name.casefold().rstrip("."): str(number)
        for language in ("en", "de")
        for width in ("wide", "abbreviated")
        for number, name in get_month_names(width, locale=language).items()
    }
