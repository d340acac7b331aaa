"""How much each letter of a campaign differs from the others, and in what: a person looks at the oddest first.

Knows texts, names and addresses of all letters. It blocks nothing. Does not know templates, nor the record.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from statistics import median

from rapidfuzz.distance import Levenshtein

from bot.mailing.people import affinity, parts

_DIGITS = re.compile(r"\d+")
_LEFTOVER = re.compile(r"\{\{|\}\}|\{%|%\}|\b(?:None|nan|NaN|null|undefined|TODO|FIXME|XXX)\b|#N/A|#REF!|lorem ipsum")
_PLACEHOLDER = re.compile(
    r"\{\{[^{}]*\}\}|\{\{|\{%|%\}|\}\}|<<\s*\w[\w ]*>>|«\w+»|\[(?:NAME|DATE|DATUM|NACHNAME|VORNAME)\]|\$\{\w+\}"
)
"""Jinja2's, Word's, and what people type where something is to stand."""
_SPARE = re.compile(r"\S[ \t]+(?:,|\.(?![.\w]))|\(\s*\)|(?<!\.)\.\.(?!\.)|,,|\S  +\S")
_GAP = "a gap or a doubled sign, as where something is missing"
_RARE = 0.02
"""A line, a language or a zone that so few letters have is rare."""
_USUAL = 0.9
"""What so many have, one that lacks it is missing."""
_FEW = 5
"""Fewer letters than these tell nothing of what is usual."""


@dataclass(frozen=True, slots=True)
class Rated:
    """A letter as it is compared."""

    row: int
    name: str
    address: str
    subject: str
    text: str
    language: str = ""
    zone: str = ""


Reason = tuple[float, str]


def rate(items: Sequence[Rated]) -> dict[int, tuple[float, tuple[str, ...]]]:
    """For each row how odd its letter is (0: like the others), and why, the weightiest reason first."""
    reasons: dict[int, list[Reason]] = {item.row: [*_of_name(item), *_of_text(item)] for item in items}
    for group in _by_language(items).values():
        if len(group) >= _FEW:
            _compare(group, reasons)
    if len(items) >= _FEW:
        _compare_domains(items, reasons)
        _compare_words([(item.row, item.language) for item in items], "language", reasons)
        _compare_words([(item.row, item.zone) for item in items], "time zone", reasons)
    common = _common(reasons)
    return {row: _summed([each for each in found if each[1] not in common]) for row, found in reasons.items()}


def _common(reasons: dict[int, list[Reason]]) -> set[str]:
    """What most letters have is the template's way, and not odd."""
    counts = Counter(text for found in reasons.values() for text in {text for _, text in found})
    return {text for text, count in counts.items() if len(reasons) >= _FEW and count > len(reasons) / 2}


def _summed(found: list[Reason]) -> tuple[float, tuple[str, ...]]:
    ordered = sorted(found, key=lambda reason: (-reason[0], reason[1]))
    return round(sum(weight for weight, _ in ordered), 3), tuple(dict.fromkeys(text for _, text in ordered))


def _of_name(item: Rated) -> Iterator[Reason]:
    name = item.name
    letters = [char for char in name if char.isalpha()]
    cased = [char for char in letters if char.lower() != char.upper()]
    if len(cased) > 3 and all(char.isupper() for char in cased):
        yield 1.0, "name in capitals"
    if cased and not any(char.isupper() for char in cased):
        yield 1.0, "name without capitals"
    if any(char.isdigit() for char in name):
        yield 2.0, "digits in the name"
    if any(not (char.isalpha() or char in " .'’-,‘`" or ord(char) > 127) for char in _DIGITS.sub("", name)):
        yield 2.0, "signs in the name that names do not have"
    words = name.split()
    if len(words) < 2 and letters and ord(letters[0]) < 0x2E80:
        yield 0.5, "name of one word"
    if len(words) > 5 or len(name) > 40:
        yield 1.0, "long name"
    if len(words) > 1 and len({word.casefold() for word in words}) < len(words):
        yield 1.0, "a part of the name stands twice"
    if parts(name) and "".join(parts(name)).isascii() and not affinity(item.address, name):
        yield 0.7, "address unlike the name"


def placeholder(text: str) -> str:
    """A placeholder that nobody filled in, of this or another program's mail merge; "" without one."""
    found = _PLACEHOLDER.search(text)
    return found[0] if found else ""


def _of_text(item: Rated) -> Iterator[Reason]:
    signs = {sign for line in (item.subject, *item.text.splitlines()) for sign in _signs(line)}
    for sign in sorted(signs - {_GAP}):
        yield 4.0, f"`{sign}` stands in the letter"
    if _GAP in signs:
        yield 1.0, _GAP
    if not item.subject.strip():
        yield 4.0, "no subject"


@lru_cache(maxsize=8192)
def _signs(line: str) -> tuple[str, ...]:
    """What in a line no letter should hold; most lines stand in every letter, so that each is looked at once."""
    leftover = _LEFTOVER.search(line)
    return (*((leftover[0],) if leftover else ()), *((_GAP,) if _SPARE.search(line.strip()) else ()))


def _by_language(items: Sequence[Rated]) -> dict[str, list[Rated]]:
    groups: dict[str, list[Rated]] = defaultdict(list)
    for item in items:
        groups[item.language].append(item)
    return groups


def _compare(group: list[Rated], reasons: dict[int, list[Reason]]) -> None:
    """Length and lines against those of the letters in the same language."""
    for what, lengths in (
        ("", [len(item.text) for item in group]),
        (" subject", [len(item.subject) for item in group]),
    ):
        middle = median(lengths)
        spread = max(median(abs(length - middle) for length in lengths) * 1.5, middle * 0.05, 1.0)
        for item, length in zip(group, lengths, strict=True):
            far = (length - middle) / spread
            if abs(far) > 4:
                how = "longer" if far > 0 else "shorter"
                reasons[item.row].append((min(abs(far) / 4, 4.0), f"much {how}{what} than the others"))
    lines = [_lines(item) for item in group]
    known = Counter(chain.from_iterable(lines))
    many = len(group)
    usual = {line for line, count in known.items() if count >= _USUAL * many}
    rare_lines = {line for line, count in known.items() if count <= max(1, _RARE * many)}
    alone = [len(each & rare_lines) for each in lines]
    most = median(alone)
    for item, each, rare in zip(group, lines, alone, strict=True):
        if lacking := len(usual - each):
            reasons[item.row].append((min(lacking * 0.5, 3.0), f"lacks {_lines_said(lacking)} that the others have"))
        if rare > most:
            more = int(rare - most) or 1
            reasons[item.row].append((min(more * 0.5, 3.0), f"has {_lines_said(more)} that few others have"))


def _lines_said(count: int) -> str:
    return "a line" if count == 1 else f"{count} lines"


def _lines(item: Rated) -> frozenset[str]:
    """The lines of a letter without what is the person's own: names and numbers."""
    text = item.text.replace(item.name, "…") if item.name else item.text
    return frozenset(filter(None, map(str.strip, _DIGITS.sub("0", text).splitlines())))


def _compare_domains(items: Sequence[Rated], reasons: dict[int, list[Reason]]) -> None:
    """A domain of one letter that is a slip away from a frequent one: gmial.com."""
    domains = Counter(_domain(item) for item in items)
    frequent = [domain for domain, count in domains.most_common(50) if count >= _FEW]
    for item in items:
        own = _domain(item)
        if domains[own] > 1:
            continue
        for domain in frequent:
            if 0 < Levenshtein.distance(own, domain, score_cutoff=2) <= (2 if len(domain) > 6 else 1):
                reasons[item.row].append((3.0, f"{own} is a slip away from {domain}"))
                break


def _domain(item: Rated) -> str:
    return item.address.rpartition("@")[2].casefold()


def _compare_words(words: Sequence[tuple[int, str]], what: str, reasons: dict[int, list[Reason]]) -> None:
    counts = Counter(word for _, word in words)
    rare = max(1, _RARE * len(words))
    if len(counts) < 2 or max(counts.values()) < len(words) / 2:
        return
    for row, word in words:
        if counts[word] <= rare:
            reasons[row].append((0.5, f"unusual {what}" if word else f"no {what}"))
