"""What stands in a letter where its template names a field: a day, a time, a project, people; and how each is written there.

Knows nothing of tables and how people type such things (`mailing/fields.py`). Each prints itself in the letter's language; the
attributes are those a template may name (`ATTRIBUTES`).
"""

import datetime as dt
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Literal
from zoneinfo import ZoneInfo

from babel.dates import get_timezone_location

from bot.model.moments import date_words, moment_words, zone_words

Type = Literal["line", "text", "date", "time", "link", "project", "number", "people"]
"""What a field holds; how it is typed in: `mailing/fields.py`."""

ATTRIBUTES: dict[Type, frozenset[str]] = {
    "line": frozenset(),
    "text": frozenset(),
    "date": frozenset({"day"}),
    "time": frozenset({"day", "here", "there"}),
    "link": frozenset(),
    "project": frozenset({"name", "title"}),
    "number": frozenset(),
    "people": frozenset(),
}
"""What a template may name of a field, as in `interview.day`, by its type."""

_THERE = {"en": " ({there} in your time zone, {city})", "de": ", das ist {there} in Ihrer Zeitzone ({city})"}
_CLOCK = {"en": "%H:%M", "de": "%H:%M Uhr"}
_AND = {"en": " and ", "de": " und "}


@dataclass(frozen=True, slots=True)
class Day:
    """A day: with its weekday in the text, without it (`.day`) in a subject."""

    value: dt.date
    language: str

    @property
    def day(self) -> str:
        """12 March 2026."""
        return date_words(self.value, self.language)

    def __str__(self) -> str:
        return date_words(self.value, self.language, weekday=True)


@dataclass(frozen=True, slots=True)
class Time:
    """A time on the call's clock; `zone` is the reader's own, "" if it is not known."""

    value: dt.datetime
    zone: str
    language: str

    @property
    def day(self) -> str:
        """12 March 2026: the day at the call's place, without its weekday."""
        return date_words(self.value.date(), self.language)

    @property
    def here(self) -> str:
        """On the call's clock: Thursday, 12 March 2026, 14:00 CET."""
        return moment_words(self.value, self.language)

    @property
    def there(self) -> str:
        """On the reader's: Thursday, 12 March 2026, 18:30 (Kolkata). "" where that clock is unknown or shows the same."""
        if (own := self._own()) is None:
            return ""
        return f"{self._weekday(own)}, {own.strftime(_CLOCK[self.language])} ({self._city(own)})"

    def __str__(self) -> str:
        if (own := self._own()) is None:
            return self.here
        clock = own.strftime(_CLOCK[self.language])
        there = clock if own.date() == self.value.date() else f"{self._weekday(own)}, {clock}"
        return self.here + _THERE[self.language].format(there=there, city=self._city(own))

    def _own(self) -> dt.datetime | None:
        if not self.zone:
            return None
        own = self.value.astimezone(ZoneInfo(self.zone))
        return own if own.utcoffset() != self.value.utcoffset() else None

    def _weekday(self, own: dt.datetime) -> str:
        return date_words(own.date(), self.language, weekday=True)

    def _city(self, own: dt.datetime) -> str:
        if "/" not in self.zone or self.zone.startswith("Etc/"):  # Etc/GMT+5 is five hours behind: its name misleads
            return zone_words(own, self.language)
        named: str = get_timezone_location(own, locale=self.language, return_city=True)
        return named.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Chosen:
    """A project of the call; `title` is "" where it says no more than the name."""

    id: str
    name: str
    title: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class People:
    """People by name, in the order given."""

    names: tuple[str, ...]
    language: str

    def __str__(self) -> str:
        *first, last = self.names
        return _AND[self.language].join([", ".join(first), last] if first else [last])


@dataclass(frozen=True, slots=True)
class CallWords:
    """A call as a template names it: `call.name`, and `call.facts.TOPIC` with the words of what it states."""

    name: str
    facts: SimpleNamespace


Value = str | int | Day | Time | Chosen | People | CallWords
"""What a template is filled with; "" is an optional field that was not given."""
