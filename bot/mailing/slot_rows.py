"""A row of the sheet of interview slots: one time, or a window cut into slots of one length, with a gap between two.

Knows how days, times and lengths are written (`fields.py`); reads times on the call's clock and reckons in UTC, so that a change to or
from summer time shifts nothing. Does not know other rows.
"""

import datetime as dt
from dataclasses import dataclass, field, replace
from typing import Literal
from zoneinfo import ZoneInfo

from bot.mailing.columns import Columns
from bot.mailing.fields import Reader, UnreadableError, read_value
from bot.mailing.slot_people import read_link, read_panel
from bot.mailing.table import Row
from bot.mailing.values import Day, Time, Type, Value
from bot.model.campaign import Finding
from bot.model.knowledge import Call
from bot.model.slot import Meeting

LONGEST = 8 * 60
"""Minutes of one slot."""
LONG = 120
"""Minutes from which a window that nobody cut is looked at twice."""
LONGEST_PLACE = 300


@dataclass(frozen=True, slots=True)
class Offer:
    """A slot to be offered, and the row it comes from. Times are in UTC."""

    row: int
    meeting: Meeting


@dataclass(frozen=True, slots=True)
class Defaults:
    """What holds for rows that do not say it themselves: a slot's minutes, and those between two."""

    minutes: int | None = None
    gap: int = 0


def read_row(
    row: Row, columns: Columns, call: Call, now: dt.datetime, defaults: Defaults
) -> tuple[list[Offer], list[Finding]]:
    """The slots of a row (none if it has a red finding), and what was found."""
    reading = _RowReading(row, columns, call, now, defaults)
    return reading.offers(), reading.findings


class _BlockedError(Exception):
    """The row has a red finding: nothing can be cut from it."""


@dataclass(slots=True)
class _RowReading:
    """One row on its way to slots, with what was found in it."""

    row: Row
    columns: Columns
    call: Call
    now: dt.datetime
    defaults: Defaults
    findings: list[Finding] = field(default_factory=list)

    def offers(self) -> list[Offer]:
        try:
            begin, end = self._window()
            length, gap = self._length(), self._number("gap") if self._text("gap") else self.defaults.gap
        except _BlockedError:
            return []
        meeting = self._where(begin)
        times = self._cut(begin, end, length, gap)
        if any(each.level == "red" for each in self.findings):
            return []
        return [Offer(self.row.number, replace(meeting, starts=start, minutes=long)) for start, long in times]

    def _text(self, name: str) -> str:
        index = self.columns.of.get(name)
        return self.row.cells[index].strip() if index is not None else ""

    def _say(self, level: Literal["red", "orange"], code: str, what: str, cure: str, name: str = "") -> None:
        self.findings.append(Finding(level, code, what, cure, self.row.number, self.columns.chosen.get(name, "")))

    def _stop(self, code: str, what: str, cure: str, name: str = "") -> _BlockedError:
        self._say("red", code, what, cure, name)
        return _BlockedError()

    def _window(self) -> tuple[dt.datetime, dt.datetime | None]:
        """When it begins and ends, in UTC; no end where the row gives none."""
        if self._text("begin"):
            name = "begin"
            if self._text("day") or self._text("from"):
                raise self._stop("time-twice", "says when it begins twice", "empty `begin`, or `day` and `from`", name)
            begin = self._time(name, self._text(name))
        elif self._text("day") and self._text("from"):
            name = "from"
            begin = self._time(name, self._on_day(self._day(), self._text(name)))
        else:
            name = next((one for one in ("day", "from", "begin") if one in self.columns.of and not self._text(one)), "")
            raise self._stop("no-time", "says no time", "write the day and the time it begins", name)
        if begin <= self.now:
            there = begin.astimezone(ZoneInfo(self.call.zone))
            raise self._stop("past", f"{there:%Y-%m-%d %H:%M} has gone by", "correct it, or delete the row", name)
        if not self._text("until"):
            return begin, None
        day = begin.astimezone(ZoneInfo(self.call.zone)).date()
        end = self._time("until", self._on_day(day, self._text("until")))
        if end <= begin:
            raise self._stop("until-before", "ends before it begins", "correct one of both times", "until")
        if end - begin > dt.timedelta(hours=24):
            raise self._stop("long-window", "is longer than a day", "write one row a day", "until")
        return begin, end

    def _day(self) -> dt.date:
        value = self._value("date", "day", self._text("day"))
        assert isinstance(value, Day)
        return value.value

    def _on_day(self, day: dt.date, text: str) -> str:
        """A time of day with its day; a text that has a day keeps its own."""
        return text if "-" in text[:5] or text.count(".") >= 2 else f"{day.isoformat()} {text}"

    def _time(self, name: str, text: str) -> dt.datetime:
        value = self._value("time", name, text)
        assert isinstance(value, Time)
        return value.value.astimezone(dt.UTC)

    def _value(self, kind: Type, name: str, text: str) -> Value:
        try:
            return read_value(kind, text, Reader(self.call, "", "en"))
        except UnreadableError as error:
            raise self._stop("unreadable", error.what, error.cure, name) from None

    def _number(self, name: str) -> int:
        value = self._value("number", name, self._text(name))
        assert isinstance(value, int)
        return value

    def _length(self) -> int | None:
        length = self._number("minutes") if self._text("minutes") else self.defaults.minutes
        if length is not None and not 0 < length <= LONGEST:
            what = f"an interview of {length} minutes is none"
            raise self._stop("length", what, f"give 1 to {LONGEST} minutes", "minutes")
        return length

    def _where(self, begin: dt.datetime) -> Meeting:
        """Place, link and panel, at the begin of the row."""
        place = " ".join(self._text("where").split())
        if len(place) > LONGEST_PLACE:
            self._say("red", "place", f"has more than {LONGEST_PLACE} characters", "shorten it", "where")
        if not place.isprintable():
            self._say("red", "unseen", "holds a character that nobody sees", "type the cell anew", "where")
        link, found = read_link(self._text("link"), self.row.number, self.columns.chosen.get("link", ""))
        self.findings += found
        if not place and not self._text("link"):
            what = "says neither a room nor a link"
            self._say("orange", "no-place", what, "add `where` or `link`, or tell people where another way")
        panel, odd = read_panel(
            self._text("interviewers"), self._text("addresses"), self.row.number, self.columns.chosen
        )
        self.findings += odd
        return Meeting(begin, None, place, link, panel)

    def _cut(
        self, begin: dt.datetime, end: dt.datetime | None, length: int | None, gap: int
    ) -> list[tuple[dt.datetime, int]]:
        """Begins and lengths: a window cut with gaps, or a single one."""
        if end is None and length is None:
            self._say("red", "no-length", "says no length", "add `minutes` or `until`, or say --minutes N", "minutes")
            return []
        if end is None:
            return [(begin, length or 0)]
        window = int((end - begin).total_seconds() // 60)
        if length is None:
            if window > LONG:
                what = f"is one slot of {window} minutes"
                self._say("orange", "uncut", what, "to cut it, add a column `minutes` or say --minutes N", "until")
            if window > LONGEST:
                self._say("red", "length", f"an interview of {window} minutes is none", "say --minutes N", "until")
            return [(begin, window)]
        count = (window + gap) // (length + gap)
        if not count:
            what = f"{length} minutes are longer than the window of {window}"
            self._say("red", "longer-than-window", what, "correct the length or the times", "minutes")
            return []
        if rest := window - count * length - (count - 1) * gap:
            minutes = f"the last {rest} minutes" if rest != 1 else "the last minute"
            cure = "change the length, the gap or the end if they should be"
            verb = "are" if rest != 1 else "is"
            self._say("orange", "rest", f"{minutes} {verb} not used", cure)
        return [(begin + dt.timedelta(minutes=number * (length + gap)), length) for number in range(count)]
