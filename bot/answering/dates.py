"""What day it is, seen from a call: states, days left, and a deadline on the asker's clock.

Knows time zones (IANA data through zoneinfo and tzdata) and how dates are written (Unicode CLDR through Babel). Has no clock:
`now` is given.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Literal, Protocol
from zoneinfo import ZoneInfo

from babel.dates import format_date

State = Literal["open", "closing", "closed"]
CLOSING_DAYS = 7
"""A call is closing in its last seven days."""


@dataclass(frozen=True, slots=True)
class Left:
    """The way from now to an instant: its state, whole calendar days in the call's zone, and hours and minutes."""

    state: State
    days: int
    hours: int
    minutes: int

    @classmethod
    def until(cls, moment: dt.datetime, now: dt.datetime) -> "Left":
        """How far `moment` is away, or how long ago; the last minute named still counts."""
        # in UTC: Python subtracts times of one zone by their clocks, an hour off across the change to summer time
        end, current = moment.astimezone(dt.UTC), now.astimezone(dt.UTC)
        closed = current >= end + dt.timedelta(minutes=1)
        span = current - end if closed else end - current
        minutes = max(int(span.total_seconds() // 60), 0)
        days = abs((now.astimezone(moment.tzinfo).date() - moment.date()).days)
        state: State = "closed" if closed else "closing" if days < CLOSING_DAYS else "open"
        return cls(state, days, minutes // 60, minutes % 60)


class Places(Protocol):
    """Cities and countries with their time zones."""

    def zones(self, text: str) -> list[tuple[str, list[str]]]:
        """Each place named in `text`, as written there, with its IANA zones (a large country has several)."""
        ...


def date_words(day: dt.date, language: str, *, weekday: bool = False) -> str:
    """22 February 2026 or 22. Februar 2026."""
    pattern = "d. MMMM y" if language == "de" else "d MMMM y"
    return format_date(day, f"EEEE, {pattern}" if weekday else pattern, locale=language)


def moment_words(moment: dt.datetime, language: str) -> str:
    """Sunday, 22 February 2026, 23:59 CET."""
    clock = moment.strftime("%H:%M")
    hour = f"{clock} Uhr" if language == "de" else clock
    return f"{date_words(moment.date(), language, weekday=True)}, {hour} {zone_words(moment, language)}"


def zone_words(moment: dt.datetime, language: str) -> str:
    """The zone's abbreviation at that moment, in German for Central European Time too."""
    short = moment.strftime("%Z")
    if language == "de":
        short = {"CET": "MEZ (CET)", "CEST": "MESZ (CEST)"}.get(short, short)
    return f"UTC{short}" if short[:1] in "+-" else short


def window_words(first: dt.date, last: dt.date, language: str) -> str:
    """11 to 20 March 2026."""
    joint = "bis" if language == "de" else "to"
    if (first.year, first.month) == (last.year, last.month):
        start = f"{first.day}." if language == "de" else str(first.day)
    else:
        start = date_words(first, language)
    return f"{start} {joint} {date_words(last, language)}"


def elsewhere(moment: dt.datetime, zone: str) -> dt.datetime:
    """The same instant on another clock."""
    return moment.astimezone(ZoneInfo(zone))
