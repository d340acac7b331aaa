"""The signs of a message: words, numbers, days and times of day, in the spellings that people use for them.

Knows how dates and times are written ("15.3.", "3/15", "10 Uhr", "2 pm", "10h30", "3月15日"). Knows no sentences and no slots.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from bot.answering import picking_words as known
from bot.answering.words import fold

_APM = r"(?:am(?!\s+(?:\w*tags?\b|mittwoch|(?:mo|di|mi|do|fr|sa|so)\b|\d))|pm|a\. ?m\.?|p\. ?m\.?)(?!\w)"
TOKEN = re.compile(
    rf"""
      (?P<junk>\S+@\S+|https?://\S+|\+\d[\d ()/-]*|\d{{5,}}|\d+[.,]\d{{3,}})
    | (?P<iso>(?P<iy>\d{{4}})-(?P<im>\d\d?)-(?P<id>\d\d?)(?!\d))
    | (?P<cjkdate>(?P<cm>\d\d?)月(?P<cd>\d\d?)[日号號]?)
    | (?P<cjkclock>(?P<ch>\d\d?)[点點时時](?:(?P<cmin>\d\d?)分?|(?P<half>半))?)
    | (?P<cjkday>(?:周|星期|礼拜)(?P<cw>[一二三四五六日天]))
    | (?P<clock>(?P<h>\d\d?)(?:
          [:.](?P<m1>\d\d)(?::\d\d)?[ ]?(?:(?P<apm1>{_APM})|(?P<uhr1>uhr|h)(?!\w))
        | [:](?P<m2>\d\d)(?::\d\d)?(?!\d)
        | [ ]?(?P<uhr2>uhr)(?:[ ](?P<m3>[0-5]\d)(?![\d.:]))?(?!\w)
        | [ ]?h(?P<m4>\d\d)?(?!\w)
        | [ ]?(?P<apm2>{_APM})
        | [ ]o['’ ]?clock ))
    | (?P<date>(?P<d>\d\d?)(?:
          \.[ ]?(?P<mo1>\d\d?)\.(?:[ ]?(?P<y1>\d{{4}})|(?P<y2>\d\d)(?!\d))?
        | (?P<sep>[./])(?P<mo2>\d\d?)(?:(?P=sep)(?P<y3>\d{{4}}|\d\d))?(?!\d) ))
    | (?P<ordinal>(?P<o>\d\d?)(?:st|nd|rd|th|ere?|e|eme|ème|o|a)(?!\w))
    | (?P<cjkordinal>第(?P<co>\d\d?))
    | (?P<mixed>\d+[^\W\d_\u3400-\u9fff]\w*|[^\W\d_\u3400-\u9fff]+\d\w*)
    | (?P<number>\d+)
    | (?P<word>[\u3400-\u9fff]|(?:(?![\u3400-\u9fff])[^\W\d_])+|\#)
    | (?P<lines>\n\s*\n) | (?P<line>\n)
    | (?P<ask>\?) | (?P<stop>[.!;…]) | (?P<comma>[,:()\[\]"–—/-])
    """,
    re.VERBOSE | re.IGNORECASE,
)
Kind = Literal["word", "number", "ordinal", "clock", "date", "weekday", "part", "comma"]
Hour = tuple[int, int]
Following = re.Match[str] | None
"""The token behind one."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A word (folded), a number of a slot or an hour, an ordinal, or what is said of a time: each as far as it is told.

    `clocks` are the times of day it can mean; `dates` the days (year and month 0 where they are not told).
    """

    kind: Kind
    word: str = ""
    number: int = -1
    clocks: frozenset[Hour] = frozenset()
    dates: frozenset[tuple[int, int, int]] = frozenset()

    @property
    def of_time(self) -> bool:
        """Whether it says something of a time."""
        return self.kind in ("clock", "date", "weekday", "part")


def kind_of(token: re.Match[str]) -> str:
    """Which of the alternatives of TOKEN it is."""
    return next(kind for kind in _KINDS if token[kind] is not None)


def mark_of(kind: str, token: re.Match[str], following: Following) -> Mark:
    """What a token says; what is neither a known sign nor a word is a word that nobody knows."""
    read = _READERS.get(kind)
    return read(token, following) if read is not None else Mark("word", f"?{token[0]}")


def goes_on(word: str) -> bool:
    """Whether a word behind "3." makes it an ordinal within a sentence: "der 3. Termin", "15. März", "am 15. um"."""
    return word[0].islower() or fold(word) in known.MONTHS or fold(word) in known.SLOT_NOUNS


def _chinese_clock(token: re.Match[str], _: Following) -> Mark:
    return timed(int(token["ch"]), 30 if token["half"] else int(token["cmin"] or 0))


def _clock(token: re.Match[str], _: Following) -> Mark:
    minute = next((token[name] for name in ("m1", "m2", "m3", "m4") if token[name]), "0")
    return timed(int(token["h"]), int(minute), (token["apm1"] or token["apm2"] or "")[:1].lower())


def _ordinal(token: re.Match[str], _: Following) -> Mark:
    return Mark("ordinal", number=int(token["o"] or token["co"]))


def _number(token: re.Match[str], _: Following) -> Mark:
    ahead = re.match(r"\.[ ]?([^\W\d_]\w*)", token.string[token.end() :])
    ordinal = ahead is not None and goes_on(ahead[1]) and len(token[0]) <= 2
    return Mark("ordinal" if ordinal else "number", number=int(token[0]))


def _date(token: re.Match[str], _: Following) -> Mark:
    """15.3., 15.03.2027, 15/3 or 3/15; 10.30 is a time, as is 10.00."""
    first, second = int(token["d"]), int(token["mo1"] or token["mo2"])
    year = int(token["y1"] or token["y2"] or token["y3"] or 0)
    year += 2000 if 0 < year < 100 else 0
    if token["sep"] == "." and not year and not 1 <= second <= 12 and len(token["mo2"]) == 2:
        return timed(first, second)
    days = {(year, second, first)} | ({(year, first, second)} if token["sep"] == "/" else set())
    return Mark("date", dates=frozenset((y, m, d) for y, m, d in days if 1 <= m <= 12 and 1 <= d <= 31))


def _word(token: re.Match[str], following: Following) -> Mark:
    word, folded = token[0], fold(token[0])
    if word in known.SHORT_DAYS and following is not None and kind_of(following) in _AFTER_SHORT[word in ("Do", "So")]:
        return Mark("weekday", folded, known.SHORT_DAYS[word])
    if folded in known.WEEKDAYS:
        return Mark("weekday", folded, known.WEEKDAYS[folded])
    if folded in known.ORDINALS:
        return Mark("ordinal", folded, known.ORDINALS[folded])
    if folded in known.HOURS:
        return Mark("part", folded)
    return Mark("word", "nr" if word == "#" else folded)


def dated(year: int, month: int, day: int) -> Mark:
    """A day; 0 for what is not told."""
    return Mark("date", dates=frozenset({(year, month, day)}))


def timed(hour: int, minute: int, half: str = "") -> Mark:
    """A time of day; an early hour without its half of the day can be one of the afternoon."""
    if hour > 24 or minute > 59:
        return Mark("word", "?time")
    hours = {hour % 12 + (12 if half == "p" else 0)} if half and hour <= 12 else {hour % 24}
    if not half and 1 <= hour <= 7:
        hours.add(hour + 12)
    return Mark("clock", number=hour, clocks=frozenset((one, minute) for one in hours))


_KINDS = (
    *("junk", "iso", "cjkdate", "cjkclock", "cjkday", "clock", "date", "ordinal", "cjkordinal", "mixed", "number"),
    *("word", "lines", "line", "ask", "stop", "comma"),
)
_AFTER_SHORT = (frozenset({"clock", "date", "number", "comma", "stop"}), frozenset({"clock", "date", "comma", "stop"}))
_READERS: Mapping[str, Callable[[re.Match[str], Following], Mark]] = {
    "iso": lambda token, following: dated(int(token["iy"]), int(token["im"]), int(token["id"])),
    "cjkdate": lambda token, following: dated(0, int(token["cm"]), int(token["cd"])),
    "cjkday": lambda token, following: Mark("weekday", number=known.CHINESE_DAYS[token["cw"]]),
    "cjkclock": _chinese_clock,
    "clock": _clock,
    "date": _date,
    "ordinal": _ordinal,
    "cjkordinal": _ordinal,
    "number": _number,
    "comma": lambda token, following: Mark("comma", token[0]),
    "word": _word,
}
