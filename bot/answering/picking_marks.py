"""A message as sentences of marks: its signs, those that say one thing together made one ("15 March 2027", "half past ten").

Knows where a sentence ends, also in letters whose lines are broken. Knows no slots, and not what a mark is said of (`picking_wishes.py`).
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from bot.answering import picking_words as known
from bot.answering.picking_tokens import TOKEN, Mark, dated, goes_on, kind_of, mark_of, timed
from bot.answering.words import clean, fold

LONGEST = 6000
"""Characters of a message that are read."""


@dataclass(slots=True)
class Sentence:
    """The marks between two ends; `asks` if it ends with a question mark, `runs_on` if only the end of its line ends it."""

    marks: list[Mark] = field(default_factory=list)
    asks: bool = False
    runs_on: bool = False

    def words(self) -> list[str]:
        """Its words alone."""
        return [mark.word for mark in self.marks if mark.kind == "word"]


def sentences(text: str) -> list[Sentence]:
    """The sentences of a message that have a mark."""
    plain = "".join(_digit(char) for char in clean(text)[:LONGEST])
    plain = re.sub(r"(?<=\d)T(?=\d\d:\d\d)", " ", plain)
    plain = re.sub(r"\b(slot|termin|option|nr|no)(?=\d)", r"\1 ", plain, flags=re.IGNORECASE)
    plain = re.sub(r"\A\s*/(slot)(?:@\w+)?", r"\1", plain, flags=re.IGNORECASE)
    tokens = list(TOKEN.finditer(plain))
    found, current = [], Sentence()
    for place, token in enumerate(tokens):
        following = tokens[place + 1] if place + 1 < len(tokens) else None
        kind = kind_of(token)
        if kind in ("lines", "line", "ask", "stop"):
            if kind == "stop" and _no_end(plain, token, following):
                if current.marks and current.marks[-1].word in known.ABBREVIATIONS:
                    current.marks[-1] = Mark("word", "nr")
                continue
            current.asks = kind == "ask"
            current.runs_on = kind == "line"
            found.append(current)
            current = Sentence()
        else:
            current.marks.append(mark_of(kind, token, following))
    found.append(current)
    kept = [Sentence(_composed(one.marks), one.asks, one.runs_on) for one in found if one.marks]
    return list(_joined(kept))


def _digit(char: str) -> str:
    return str(unicodedata.decimal(char)) if char.isdecimal() else char


def _no_end(text: str, stop: re.Match[str], following: re.Match[str] | None) -> bool:
    """Whether a full stop ends no sentence: "Nr. 3", "Tue. 10:00", "der 3. Termin", "15. März"."""
    if stop[0] != "." or following is None or "\n" in text[stop.end() : following.start()]:
        return False
    before = fold(re.findall(r"\w+|$", text[: stop.start()][-12:])[-2:][0])
    named = before in known.WEEK_ABBREVIATIONS or before in known.MONTHS
    if before in known.ABBREVIATIONS or named:
        numbers = ("number", "clock", "date", "ordinal")
        return kind_of(following) in numbers or (named and kind_of(following) in ("word", "comma"))
    return before.isdecimal() and kind_of(following) == "word" and goes_on(following[0])


def _composed(marks: Sequence[Mark]) -> list[Mark]:
    """The marks, with what several of them say together as one: "15 March 2027", "half past ten", "at 10", "10 to 11 Uhr"."""
    moves = any(mark.word in known.CHANGES for mark in marks)  # from 10:00 to 11:00 is then no length of time
    found: list[Mark] = []
    place = 0
    while place < len(marks):
        mark, size = _one(marks[place:], found, moves=moves)
        found += [mark] if mark is not None else []
        place += size
    return found


def _one(ahead: Sequence[Mark], found: Sequence[Mark], *, moves: bool) -> tuple[Mark | None, int]:
    """The next mark, and how many it is made of; None for the end of a time that began."""
    before = next((mark for mark in reversed(found) if mark.word != ","), Mark("word"))
    for read in (_day_of_month, _spoken):
        if (made := read(ahead)) is not None:
            return made
    first = ahead[0]
    ranged = len(ahead) > 1 and ahead[1].kind in ("clock", "number") and not moves
    if ranged and before.kind == "clock" and first.word in known.TO:
        return None, 2
    if first.kind == "number":
        if before.word in known.AT and 0 <= first.number <= 24:
            return timed(first.number, 0), 1
        until = len(ahead) > 2 and ahead[1].word in known.TO and first.number < 24 and not moves
        if until and (ahead[2].kind == "clock" or (before.of_time and ahead[2].kind == "number")):
            return timed(first.number, 0), 3
    if first.kind == "date" and before.word in known.AT and (clock := _as_clock(first)) is not None:
        return clock, 1
    return first, 1


def _as_clock(mark: Mark) -> Mark | None:
    """At 10.10: a time, though it could be a day; "am" is no such word, "um" is."""
    ((year, month, day), *others) = mark.dates or {(0, 0, 0)}
    return timed(day, month) if not (others or year) and month >= 10 else None


def _number(mark: Mark) -> int:
    if mark.kind in ("number", "ordinal"):
        return mark.number
    return known.NUMBERS.get(mark.word, -1) if mark.kind == "word" else -1


def _day_of_month(ahead: Sequence[Mark]) -> tuple[Mark, int] | None:
    """15 March, the 15th of March 2027, 15 de marzo, March 15th."""
    if ahead[0].kind in ("number", "ordinal") and 1 <= ahead[0].number <= 31:
        size = 2 if len(ahead) > 2 and ahead[1].word in ("of", "de", "di") else 1
        month = known.MONTHS.get(ahead[size].word) if len(ahead) > size and ahead[size].kind == "word" else None
        return _with_year(ahead, size + 1, month, ahead[0].number) if month else None
    month = known.MONTHS.get(ahead[0].word) if ahead[0].kind == "word" else None
    size = 2 if len(ahead) > 2 and ahead[1].word == "the" else 1
    if month and len(ahead) > size and ahead[size].kind in ("number", "ordinal") and 1 <= ahead[size].number <= 31:
        return _with_year(ahead, size + 1, month, ahead[size].number)
    return None


def _with_year(ahead: Sequence[Mark], size: int, month: int, day: int) -> tuple[Mark, int]:
    for skip in (0, 1):
        rest = ahead[size + skip : size + skip + 1]
        comma = not skip or (len(ahead) > size and ahead[size].kind == "comma")
        if comma and rest and rest[0].kind == "number" and 2000 <= rest[0].number <= 2199:
            return dated(rest[0].number, month, day), size + skip + 1
    return dated(0, month, day), size


def _spoken(ahead: Sequence[Mark]) -> tuple[Mark, int] | None:
    """Half past ten, halb elf, quarter past ten, Viertel vor zehn; an hour in words behind "at"."""
    words = tuple(mark.word for mark in ahead[:2])
    for spoken, shift in known.PARTS_OF_HOUR.items():
        size = len(spoken)
        if words[:size] == spoken and len(ahead) > size:
            hour = _hour(ahead[size])
            if 1 <= hour <= 12:
                return timed(hour - (shift < 0), shift % 60), size + 1
    if ahead[0].word in known.AT and len(ahead) > 1 and ahead[1].kind == "word" and 1 <= _hour(ahead[1]) <= 12:
        return timed(_hour(ahead[1]), 0), 2
    return None


def _hour(mark: Mark) -> int:
    return mark.number if mark.kind == "clock" else _number(mark)


def _joined(parts: Sequence[Sentence]) -> Iterator[Sentence]:
    """Two lines without a full stop between them are one sentence, if both hold nothing but words of picking."""
    held: Sentence | None = None
    for part in parts:
        if held is not None and held.runs_on and _plain(held) and _plain(part):
            held = Sentence(_composed([*held.marks, *part.marks]), part.asks, part.runs_on)
            continue
        if held is not None:
            yield held
        held = part
    if held is not None:
        yield held


def _plain(sentence: Sentence) -> bool:
    return all(word in known.KNOWN for word in sentence.words())
