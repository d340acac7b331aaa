"""The fields of a template, and how what people type into a table or after `--set` is read as a value of a field's type.

Knows the ways of writing days, times and links, and refuses what could be read in two ways. Knows no table, no file and no clock: a
day that has passed is a day.
"""

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from zoneinfo import ZoneInfo

from msgspec import Struct

from bot.mailing.values import Chosen, Day, People, Time, Type, Value
from bot.model.knowledge import Call

LONGEST_LINE, LONGEST_TEXT, LONGEST_LINK = 300, 20_000, 1000
_DATE = re.compile(
    r"(?:(?P<y>\d{4})-(?P<m>\d\d?)-(?P<d>\d\d?)|(?P<D>\d\d?)\. ?(?P<M>\d\d?)\. ?(?P<Y>\d{4}))(?=[T ,]|$)", re.ASCII
)
_CLOCK = re.compile(
    r"(?P<h>\d\d?):(?P<min>\d\d)(?P<s>:\d\d(?:\.\d+)?)?(?: ?Uhr)?(?: ?(?P<off>Z|[+-][01]\d:?[0-5]\d))?", re.ASCII
)
_LINK = re.compile(r"https://[\w-]+(?:\.[\w-]+)+(?::\d{1,5})?(?:[/?#][^\s<>\"'`\\^{}|]*)?")
_SPACES = re.compile(" {2,}")
_SLASHES = re.compile(r"(?:0?\d|1[0-2])/(?:0?\d|1[0-2])/\d\d")
_WHOLE = re.compile(r"(\d{1,9})(?:\.0)?", re.ASCII)
_UNSEEN = re.compile("[\\x00-\\x09\\x0b-\\x1f\\x7f-\\x9f\\u200b\\u2028-\\u202e\\u2066-\\u2069\\ufeff\\ud800-\\udfff]")
"""Characters that nobody sees and that change what is read: controls, separators, marks of order, the byte order mark, halves."""
_DAY_CURE = "write it as 2026-03-12 (year, month, day) or 12.03.2026"
_TIME_CURE = "write it as 2026-03-12 14:00 or 12.03.2026 14:00, on the call's clock ({zone})"


class Field(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A field of a template: its type, whether a letter can do without it, whether its day may have gone by (`past`), and what to
    give, for coordinators.
    """

    type: Type
    en: str
    de: str
    optional: bool = False
    past: bool = False


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A field whose text cannot be taken: what is wrong with it, and what to do."""

    field: str
    what: str
    cure: str

    def __str__(self) -> str:
        return f"{self.field} {self.what}: {self.cure}"


class UnreadableError(ValueError):
    """A text that is no value of its type: what is wrong, and the cure."""

    def __init__(self, what: str, cure: str) -> None:
        self.what, self.cure = what, cure
        super().__init__(f"{what}: {cure}")


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads the letter and about what: the call, the person's zone ("" if unknown), the language."""

    call: Call
    zone: str
    language: str


def read_value(kind: Type, text: str, reader: Reader) -> Value:
    """`text` as a value of a type; raises UnreadableError. An empty one is "": whether that will do is the template's matter."""
    plain = text.replace("\r\n", "\n").strip()
    if kind != "text":
        plain = _SPACES.sub(" ", plain)
    _check_characters(plain, lines=kind == "text")
    return _READERS[kind](plain, reader) if plain else ""


def _check_characters(text: str, *, lines: bool) -> None:
    if not lines and ("\n" in text or "\r" in text):
        raise UnreadableError("holds a line break", "write it in one line")
    if found := _UNSEEN.search(text):
        near = "".join(filter(str.isprintable, text[max(0, found.start() - 15) : found.start()]))
        where = f' after "{near}"' if near else " at its beginning"
        what = f"holds a character that cannot be seen (U+{ord(found[0]):04X}){where}"
        raise UnreadableError(what, "delete it, or type the text anew instead of pasting it")


def _at_most(text: str, longest: int) -> str:
    if len(text) > longest:
        raise UnreadableError(f"has {len(text)} characters, more than {longest}", "shorten it")
    return text


def is_link(text: str) -> bool:
    """Whether a text is one address of a page, with nothing that hides where it leads."""
    return len(text) <= LONGEST_LINK and _LINK.fullmatch(text) is not None


def _link(text: str) -> str:
    if not is_link(text):
        raise UnreadableError(
            f'is no link that can be sent ("{text[:60]}")', "give one address that starts with https://"
        )
    return text


def _number(text: str) -> int:
    if not (found := _WHOLE.fullmatch(text)):
        raise UnreadableError(f'is no whole number ("{text[:40]}")', "write digits only, as in 45")
    return int(found[1])


def _people(text: str, reader: Reader) -> People:
    names = tuple(" ".join(name.split()) for name in text.split(";"))
    if not all(names):
        raise UnreadableError(
            "names nobody between two semicolons, or at an end", "write names as: Ada Muster; Bo Beispiel"
        )
    return People(names, reader.language)


def _project(text: str, reader: Reader) -> Chosen:
    wanted = _same(text)
    found = [one for one in reader.call.projects if wanted in (_same(one.id), _same(one.name), _same(one.title))]
    if len(found) != 1:
        names = "; ".join(one.name for one in reader.call.projects)
        what = f'names {"no" if not found else "more than one"} project of the call ("{text[:60]}")'
        raise UnreadableError(what, f"write one of: {names}" if names else "the call has no projects, leave it empty")
    return Chosen(found[0].id, found[0].name, found[0].title if _same(found[0].title) != _same(found[0].name) else "")


def _same(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _day(text: str, reader: Reader) -> Day:
    day, rest = _parted(text, _DAY_CURE)
    clock = _CLOCK.fullmatch(rest) if rest else None
    if rest and (clock is None or int(clock["h"]) or int(clock["min"])):  # a spreadsheet's day comes with 00:00:00
        raise UnreadableError(f'is more than a day ("{text[:40]}")', _DAY_CURE)
    return Day(day, reader.language)


def _time(text: str, reader: Reader) -> Time:
    moment = _moment(text, reader.call.zone)
    return Time(moment, reader.zone, reader.language)


@lru_cache(maxsize=4096)
def _moment(text: str, zone: str) -> dt.datetime:
    cure = _TIME_CURE.format(zone=zone)
    day, rest = _parted(text, cure)
    clock = _CLOCK.fullmatch(rest)
    if clock is None:
        raise UnreadableError(
            "has no time of day" if not rest else f'has no time that can be read ("{rest[:20]}")', cure
        )
    hour, minute = int(clock["h"]), int(clock["min"])
    if hour > 23 or minute > 59 or (clock["s"] or "").strip(":0."):
        raise UnreadableError(f'has no time in hours and minutes ("{rest[:20]}")', cure)
    if hour == minute == 0:
        what = "is midnight, as spreadsheets write a day without a time"
        raise UnreadableError(what, f"{cure}; for midnight itself write 23:59 or 00:01")
    if offset := clock["off"]:
        given = dt.datetime.fromisoformat(f"{day} {hour:02}:{minute:02}{offset.replace(':', '')}")
        return given.astimezone(ZoneInfo(zone))
    return _on_clock(dt.datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZoneInfo(zone)), zone)


def _on_clock(moment: dt.datetime, zone: str) -> dt.datetime:
    """A time that a clock shows exactly once; at a change to or from summer time there are others."""
    later = moment.replace(fold=1)
    if moment.utcoffset() == later.utcoffset():
        return moment
    if moment.astimezone(dt.UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) != moment.replace(tzinfo=None):
        raise UnreadableError(f"does not exist in {zone}: the clocks are put forward over it", "choose another time")
    first, second = (f"{one:%Y-%m-%d %H:%M}{one.isoformat()[-6:]}" for one in (moment, later))
    raise UnreadableError(f"comes twice in {zone}: the clocks are put back", f"write {first} or {second}")


def _parted(text: str, cure: str) -> tuple[dt.date, str]:
    """The day a text starts with, and what follows it."""
    found = _DATE.match(text)
    if found is None:
        odd = "can be read as two different days" if _SLASHES.match(text) else "is no day that can be read"
        raise UnreadableError(f'{odd} ("{text[:40]}")', cure)
    year, month, day = (int(found[small] or found[small.upper()]) for small in "ymd")
    if not 2000 <= year <= 2199:
        raise UnreadableError(f"is in the year {year}", cure)
    try:
        return dt.date(year, month, day), text[found.end() :].lstrip("T, ")
    except ValueError:
        raise UnreadableError(f"is a day that does not exist ({found[0]})", cure) from None


_READERS: Mapping[Type, Callable[[str, Reader], Value]] = {
    "line": lambda text, reader: _at_most(text, LONGEST_LINE),
    "text": lambda text, reader: _at_most(text, LONGEST_TEXT),
    "date": _day,
    "time": _time,
    "link": lambda text, reader: _link(text),
    "project": _project,
    "number": lambda text, reader: _number(text),
    "people": _people,
}
