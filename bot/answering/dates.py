"""What day it is, seen from a call: states, days left, and a deadline on the asker's clock.

Knows time zones (IANA data through zoneinfo and tzdata). Has no clock: `now` is given. How dates are written: `model/moments.py`.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Literal, Protocol
from zoneinfo import ZoneInfo

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


def elsewhere(moment: dt.datetime, zone: str) -> dt.datetime:
    """The same instant on another clock."""
    return moment.astimezone(ZoneInfo(zone))
