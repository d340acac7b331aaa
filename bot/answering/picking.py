"""Which of the times that were offered a message picks: by its number, or by its day and time of day.

Sure only of what can be read in one way and is said to be wanted; anything else is asked back, or is no pick. Knows no bookings and
no reply's words; how dates are written: `picking_marks.py`, what is wanted: `picking_wishes.py`.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from bot.answering import picking_words as known
from bot.answering.picking_marks import Sentence, sentences
from bot.answering.picking_tokens import Mark
from bot.answering.picking_wishes import Wish, negates, wishes
from bot.answering.words import fold

SHORT = 6
"""Words of a sentence that may refuse what the one beside it names."""
Reading = Literal["here", "there", "both"]


@dataclass(frozen=True, slots=True)
class Offered:
    """A slot that can be meant: its number, and its start on the call's clock and on the person's own."""

    number: int
    here: dt.datetime
    there: dt.datetime

    def clocks(self, reading: Reading) -> tuple[dt.datetime, ...]:
        """Its start on each clock that may be meant."""
        if reading == "both":
            return self.here, self.there
        return (self.here,) if reading == "here" else (self.there,)


@dataclass(frozen=True, slots=True)
class Pick:
    """What a message picks: one slot of which it is `sure`, or what it may mean, to be asked back; in order of time.

    `missing` says that it names a number or a time that is not offered.
    """

    slots: tuple[int, ...] = ()
    sure: bool = False
    missing: bool = False

    def __bool__(self) -> bool:
        return bool(self.slots) or self.missing

    @property
    def one(self) -> int | None:
        """The slot, if there is no doubt."""
        return self.slots[0] if self.sure else None


@dataclass(frozen=True, slots=True)
class _Found:
    """What a wish or a sentence comes to."""

    wanted: frozenset[int] = frozenset()
    refused: frozenset[int] = frozenset()
    certain: bool = True
    missing: bool = False


def picked(text: str, slots: Sequence[Offered]) -> Pick:
    """Which of the slots a message picks."""
    offered = sorted(slots, key=lambda one: (one.here, one.number))
    parts = sentences(text)
    found = [_sum(_match(wish, offered, reading) for wish in listed) for listed, reading in _wished(parts, offered)]
    total = _sum(found)
    left = tuple(one.number for one in offered if one.number in total.wanted - total.refused)
    doubted = any(
        negates(part) and len(part.words()) <= SHORT and found[place] == _Found() and _mentions(found, place)
        for place, part in enumerate(parts)
    )
    certain = total.certain and not doubted and not total.wanted & total.refused
    return Pick(left, certain and not total.missing and len(left) == 1, total.missing)


def _wished(parts: Sequence[Sentence], offered: Sequence[Offered]) -> Iterable[tuple[list[Wish], Reading]]:
    here, there = _clock_words(one.here for one in offered), _clock_words(one.there for one in offered)
    for part in parts:
        yield wishes(part, here | there), _reading(part.words(), here - there, there - here)


def _mentions(found: Sequence[_Found], place: int) -> bool:
    """Whether a sentence beside this one wants something."""
    return any(one.wanted for one in [*found[max(place - 1, 0) : place], *found[place + 1 : place + 2]])


def _sum(found: Iterable[_Found]) -> _Found:
    every = list(found)
    return _Found(
        frozenset[int]().union(*(one.wanted for one in every)),
        frozenset[int]().union(*(one.refused for one in every)),
        all(one.certain for one in every),
        any(one.missing for one in every),
    )


def _clock_words(starts: Iterable[dt.datetime]) -> frozenset[str]:
    """By what a clock is named: its zone's abbreviations and city."""
    words: set[str] = set()
    for start in starts:
        short = fold(start.tzname() or "")
        words |= {short, *known.ZONES.get(short, ())}
        words |= {fold(word) for word in str(start.tzinfo).rpartition("/")[2].split("_")}
    return frozenset(words)


def _reading(words: Sequence[str], here: frozenset[str], there: frozenset[str]) -> Reading:
    pairs = set(pairwise(words))
    mine = bool(pairs & known.MINE) or any(word in there for word in words)
    yours = bool(pairs & known.YOURS) or any(word in here for word in words)
    if mine == yours:
        return "both"
    return "there" if mine else "here"


def _match(wish: Wish, offered: Sequence[Offered], reading: Reading) -> _Found:
    if wish.number is None:
        slots, certain = _fitting(wish.times, offered, reading), True
    elif wish.number.kind == "ordinal" and not wish.introduced:
        slots, certain = _counted(wish, wish.number.number, offered, reading)
    else:
        slots, certain = _numbered(wish, wish.number.number, offered, reading)
    if wish.refused:
        return _Found(refused=slots)
    return _Found(slots, certain=certain and wish.certain, missing=not slots and wish.plain)


def _numbered(wish: Wish, number: int, offered: Sequence[Offered], reading: Reading) -> tuple[frozenset[int], bool]:
    """The slots that a number can mean: its own, or an hour of a day that stands beside it."""
    own = frozenset(one.number for one in offered if one.number == number)
    kinds = {mark.kind for mark in wish.times}
    fitting = _fitting(wish.times, offered, reading) if wish.times else own
    if wish.introduced or "clock" in kinds:
        return (own, True) if own and own <= fitting else (own | (fitting if wish.times else own), False)
    if not kinds:
        return own, True
    return _fitting([*wish.times, _hour(number)], offered, reading) | (own & fitting), True


def _counted(wish: Wish, number: int, offered: Sequence[Offered], reading: Reading) -> tuple[frozenset[int], bool]:
    """The slots that an ordinal can mean: one of the list, that number, or a day of the month."""
    place = frozenset(one.number for one in offered[number - 1 : number]) if number else frozenset[int]()
    own = frozenset(one.number for one in offered if one.number == number)
    day = Mark("date", dates=frozenset({(0, 0, number)}))
    days = _fitting([*(mark for mark in wish.times if mark.kind != "date"), day], offered, reading)
    if wish.noun:
        fitting = _fitting(wish.times, offered, reading) if wish.times else own | place
        return (own | place) & fitting, bool(own)
    if wish.times or wish.on:
        return days, True
    return own | place | days, bool(own)


def _hour(number: int) -> Mark:
    hours = {number, number + 12} if 1 <= number <= 7 else {number}
    return Mark("clock", clocks=frozenset((hour, 0) for hour in hours))


def _fitting(times: Sequence[Mark], offered: Sequence[Offered], reading: Reading) -> frozenset[int]:
    """The slots of which all is true on one clock."""
    return frozenset(
        one.number for one in offered if any(all(_fits(mark, clock) for mark in times) for clock in one.clocks(reading))
    )


def _fits(mark: Mark, start: dt.datetime) -> bool:
    match mark.kind:
        case "weekday":
            return start.weekday() == mark.number
        case "clock":
            return (start.hour, start.minute) in mark.clocks
        case "date":
            day = (start.year, start.month, start.day)
            return any(all(told in (0, is_) for told, is_ in zip(date, day, strict=True)) for date in mark.dates)
        case _:
            first, last = known.HOURS[mark.word]
            return first <= start.hour < last
