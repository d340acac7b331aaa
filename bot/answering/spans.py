"""How long before a date: "a week before", "drei Tage vorher", "提前三天", as days.

Knows the words of vocabulary/spans.yaml (numbers, units, what stands beside a span), digits, and that hours fill whole days.
Does not know dates, topics or calls, nor whether a reminder was asked for.
"""

import re
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import Any

from bot.answering.words import clean, tokens

LONGEST = 365
"""Days; a longer span is none."""
GAP = 2
"""Words that may stand between a span and the word that makes it one before a date ("a week or so before")."""
UNITS = {"hour": Fraction(1, 24), "day": Fraction(1), "week": Fraction(7), "month": Fraction(30)}
_BESIDE = ("followed_by", "led_by", "not_followed_by", "not_led_by", "refused")
_LISTS = ("joints", *UNITS, *(f"{unit}s" for unit in UNITS), *_BESIDE)
_COUNTS = ("numbers", "spans")
_SENTENCE_END = re.compile(r"[!?;\n]|\.(?!\d)")
_DIGITS = re.compile(r"(\d+(?:[.,]\d{1,2})?(?!\d))")
_MOST_DIGITS = 6
_PHRASE = 6
_HALF = Fraction(1, 2)

Words = tuple[str, ...]


class SpansError(ValueError):
    """A mistake in the vocabulary of spans, and the path of the entry that holds it."""

    def __init__(self, path: tuple[str, ...], what: str) -> None:
        self.path = path
        super().__init__(what)


@dataclass(frozen=True, slots=True)
class Span:
    """A time before a date: where it stands in its sentence (first word, word after the last), whether it is said to be before."""

    days: int
    start: int
    end: int
    before: bool


@dataclass(frozen=True, slots=True)
class Measures:
    """Numbers and units of one language: units that mean one when alone, those that a number may lead, spans in one phrase."""

    numbers: Mapping[Words, Fraction]
    joints: frozenset[Words]
    alone: Mapping[Words, Fraction]
    counted: Mapping[Words, Fraction]
    spans: Mapping[Words, Fraction]

    def length(self, words: Words, place: int) -> tuple[Fraction, int]:
        """The days that the words at a place name, and where these words end; none if they name no span."""
        number, end = self._number(words, place)
        size = _match(words, end, self.counted)
        if end == place or not size:
            size = _match(words, place, self.spans)
            return (self.spans[words[place : place + size]] if size else Fraction(0)), place + size
        unit = self.counted[words[end : end + size]]
        half = self._half(words, end + size)
        return (number + (_HALF if half else 0)) * unit, end + size + half

    def _number(self, words: Words, place: int) -> tuple[Fraction, int]:
        """A number in digits or words, and where it ends."""
        if place < len(words) and words[place][0].isdecimal():
            written = words[place].replace(",", ".")
            return Fraction(written if len(written) <= _MOST_DIGITS else 0), place + 1
        number, end = Fraction(0), place
        while True:
            joint = _match(words, end, self.joints) if end > place else 0
            size = _match(words, end + joint, self.numbers)
            part = self.numbers[words[end + joint : end + joint + size]] if size else Fraction(0)
            whole = _joined(number, part, linked=joint > 0) if size else None
            if whole is None:
                return number, end
            number, end = whole, end + joint + size

    def _half(self, words: Words, place: int) -> int:
        """How many words "and a half" has, where it follows a unit."""
        joint = _match(words, place, self.joints)
        size = _match(words, place + joint, self.numbers) if joint else 0
        return joint + size if size and self.numbers[words[place + joint : place + joint + size]] == _HALF else 0


@dataclass(frozen=True, slots=True)
class SpanReader:
    """Reads how many days before a date a message names; `beside` holds words of all languages, by purpose."""

    languages: Mapping[str, Measures]
    beside: Mapping[str, frozenset[Words]]

    def read(self, text: str) -> int | None:
        """The days before; None if the message names no span, or one of nothing or of more than a year.

        Of several the first said to be before wins, and the longer of two that begin together.
        """
        sentences = map(_words, _SENTENCE_END.split(clean(text)))
        found = [
            (not span.before, number, span.start, -span.end, span.days)
            for number, words in enumerate(sentences)
            for measures in self.languages.values()
            for span in self._spans(words, measures)
        ]
        days = min(found)[-1] if found else 0
        return days if 0 < days <= LONGEST else None

    def refuses(self, text: str) -> bool:
        """Whether the message says that there shall be no reminder."""
        words = _words(clean(text))
        return any(_match(words, place, self.beside["refused"]) for place in range(len(words)))

    def _spans(self, words: Words, measures: Measures) -> Iterator[Span]:
        place = 0
        while place < len(words):
            span = self._span(words, place, measures)
            if span:
                yield span
            place = span.end if span else place + 1

    def _span(self, words: Words, place: int, measures: Measures) -> Span | None:
        days, end = measures.length(words, place)
        alone = end == place
        if alone and (size := _match(words, place, measures.alone)):
            days, end = measures.alone[words[place : place + size]], place + size
        if end == place:
            return None
        before = self._beside(words, place, end, "", 0 if alone else GAP)
        if not before and (alone or self._beside(words, place, end, "not_", 0)):
            return None
        return Span(ceil(days), place, end, before)

    def _beside(self, words: Words, start: int, end: int, denied: str, gap: int) -> bool:
        """Whether the span from `start` to `end` has one of these words right before it, or after it at most `gap` words on."""
        leading, following = self.beside[f"{denied}led_by"], self.beside[f"{denied}followed_by"]
        led = any(words[first:start] in leading for first in range(max(start - _PHRASE, 0), start))
        return led or any(_match(words, place, following) for place in range(end, end + gap + 1))


def spans_from(data: Mapping[str, Any]) -> SpanReader:
    """The reader from the parsed vocabulary/spans.yaml; raises SpansError naming the entry that is no good."""
    _check(data)
    listed = {purpose: _by_language(data, purpose) for purpose in (*_LISTS, *_COUNTS)}
    languages = {
        language: Measures(
            numbers=listed["numbers"].get(language, {}),
            joints=frozenset(listed["joints"].get(language, {})),
            alone={words: days for unit, days in UNITS.items() for words in listed[unit].get(language, {})},
            counted={
                words: days
                for unit, days in UNITS.items()
                for form in (unit, f"{unit}s")
                for words in listed[form].get(language, {})
            },
            spans=listed["spans"].get(language, {}),
        )
        for language in dict.fromkeys(language for purpose in listed.values() for language in purpose)
    }
    beside = {purpose: frozenset(words for found in listed[purpose].values() for words in found) for purpose in _BESIDE}
    return SpanReader(languages, beside)


def _check(data: Mapping[str, Any]) -> None:
    purposes = (*_COUNTS, *_LISTS)
    if not isinstance(data, Mapping):
        raise SpansError((), f"expected {', '.join(purposes)}, each with one list a language")
    for purpose in data:
        if purpose not in purposes:
            raise SpansError((purpose,), f"`{purpose}` is no purpose of words here: use one of {', '.join(purposes)}")
    for purpose in purposes:
        languages = data.get(purpose)
        if not isinstance(languages, Mapping) or not languages:
            raise SpansError(
                (purpose,), f"`{purpose}` is missing or empty: give one list a language, as in `en: [...]`"
            )
        for language, entries in languages.items():
            if not isinstance(entries, Mapping if purpose in _COUNTS else list):
                form = "{word: number, ...}" if purpose in _COUNTS else "[word, ...]"
                raise SpansError((purpose, language), f"`{purpose}` of `{language}`: expected {form}")
            for entry in entries:
                _check_entry((purpose, language), entry, entries[entry] if isinstance(entries, Mapping) else 1)


def _check_entry(path: tuple[str, ...], entry: object, value: object) -> None:
    if not isinstance(entry, str) or not _words(entry):
        raise SpansError(path, f"`{entry}` is not read as a word: put it in double quotes")
    if len(_words(entry)) > _PHRASE:
        raise SpansError(path, f"`{entry}` has more than {_PHRASE} words: shorten it")
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= LONGEST:
        raise SpansError((*path, entry), f"`{entry}: {value}`: expected a number above 0, at most {LONGEST}")


def _by_language(data: Mapping[str, Any], purpose: str) -> dict[str, dict[Words, Fraction]]:
    return {
        language: {_words(entry): Fraction(entries[entry] if isinstance(entries, Mapping) else 1) for entry in entries}
        for language, entries in data[purpose].items()
    }


def _words(text: str) -> Words:
    """The folded words; digits stand for themselves even where letters follow (48h), with their decimals (1.5)."""
    found: list[str] = []
    for place, piece in enumerate(_DIGITS.split(text)):
        found += [piece] if place % 2 else [token.folded for token in tokens(piece) if token.folded]
    return tuple(found)


def _match(words: Words, place: int, phrases: Container[Words]) -> int:
    """How many words the longest of the phrases that begins at a place has; 0 if none does."""
    sizes = range(min(_PHRASE, len(words) - place), 0, -1)
    return next((size for size in sizes if words[place : place + size] in phrases), 0)


def _joined(number: Fraction, part: Fraction, *, linked: bool) -> Fraction | None:
    """The number that a number's next part makes of it (twenty + one, two + hundred, two and a half); None if they are apart."""
    if number == 0:
        return part
    if part == 100 and number < 10:
        return number * 100
    if linked and part == _HALF and number.denominator == 1:
        return number + part
    fits = (number % 100 == 0 and part < 100) or (number % 10 == 0 and part < 10)
    return number + part if fits and part.denominator == 1 else None
