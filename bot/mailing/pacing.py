"""How fast a relay may be given mails: its limits, when the next may leave, and when the last will have left.

Windows slide: at no moment do more mails lie within the last minute, hour or day than the relay takes, whichever way it counts. Knows no
clock and no record: it is given the time and the uses so far, so that a pace survives a restart.
"""

import math
from bisect import insort
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta

from bot.mailing.settings import RelaySettings

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
SLACK = timedelta(seconds=1)
"""What a window is longer here than at the relay, which counts a mail a little after it left, and not always equally late."""
FEW = 4
"""Connections at once to a relay that does not say how many it takes."""
Windows = tuple[tuple[timedelta, int], ...]
"""Sliding windows: how long, and how many uses at most within."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a relay takes; 0: it does not say."""

    per_minute: int = 0
    per_hour: int = 0
    per_day: int = 0
    connections: int = 0
    logins_per_day: int = 0

    @property
    def lanes(self) -> int:
        """How many connections to use."""
        return self.connections or FEW

    @property
    def mails(self) -> Windows:
        """The windows for mails."""
        windows = ((MINUTE, self.per_minute), (HOUR, self.per_hour), (DAY, self.per_day))
        return tuple((length + SLACK, most) for length, most in windows if most)

    @property
    def logins(self) -> Windows:
        """The window for logins."""
        return ((DAY + SLACK, self.logins_per_day),) if self.logins_per_day else ()


PROFILES: dict[str, Limits] = {
    "none": Limits(),
    # https://learn.microsoft.com/en-us/exchange/troubleshoot/send-emails/smtp-submission-improvements
    "exchange-online": Limits(per_minute=30, per_day=10_000, connections=3),
    # https://luis.uni-hannover.de/en/services/kommunikation/e-mail/dokumentation/limits-fuer-den-mail-versand
    "hannover": Limits(per_hour=400, per_day=1_000),
    # https://www.it.physik.uni-muenchen.de/dienste/kommunikation/e-mail/richtlinien/versand/index.html
    "lmu-physics": Limits(per_day=250),
    # https://www.uni-due.de/zim/en/spam: more than 150 logins or 900 recipients within a day lock the account
    "duisburg-essen": Limits(per_day=900, logins_per_day=150),
}
"""Relays whose limits are published (read in 2026), by the name that `campaigns.relay.profile` takes."""


def profile(settings: RelaySettings) -> Limits:
    """The relay's limits: those of its profile, with what the settings say themselves; ValueError for an unknown profile."""
    known = PROFILES.get(settings.profile or "none")
    if known is None:
        raise ValueError(f"no relay profile `{settings.profile}`: choose from {', '.join(PROFILES)}")
    values: dict[str, int] = {}
    for field in fields(Limits):
        own: int | None = getattr(settings, field.name)
        values[field.name] = getattr(known, field.name) if own is None else own
        if values[field.name] < 0:
            raise ValueError(f"`{field.name}` of a relay must not be below 0 (0: the relay does not say)")
    return Limits(**values)


class Pace:
    """Uses of the relay within the longest window, and those about to happen.

    A use is announced (`take`) before its moment is known, and counts as one of that moment until it has happened (`begun`) or has
    not (`drop`): the uses of every window, with the announced ones, never exceed its limit.
    """

    def __init__(self, windows: Windows, uses: Iterable[tuple[datetime, int]] = ()) -> None:
        self._windows = windows
        self._times: deque[datetime] = deque(maxlen=max((most for _, most in windows), default=0))
        self._announced = 0
        self.know(uses)

    def know(self, uses: Iterable[tuple[datetime, int]]) -> None:
        """All uses that have happened, with their counts, instead of those known before; what is announced stays so."""
        self._times.clear()
        for at, count in sorted(uses):
            self._times.extend([at] * min(count, self._times.maxlen or 0))

    def wait(self, now: datetime) -> float:
        """Seconds until another use may be announced, 0 for now; infinity if that depends on the announced ones."""
        longest = 0.0
        for length, most in self._windows:
            left = most - self._announced
            if left <= 0:
                return math.inf
            if len(self._times) >= left:
                longest = max(longest, (self._times[-left] + length - now).total_seconds())
        return longest

    def take(self) -> None:
        """Announce a use."""
        self._announced += 1

    def begun(self, now: datetime) -> None:
        """An announced use happens now."""
        self._announced -= 1
        if self._times and self._times[-1] > now:  # the clock was put back
            times = [*self._times]
            self._times.clear()
            insort(times, now)
            self._times.extend(times)
        else:
            self._times.append(now)

    def drop(self) -> None:
        """An announced use did not happen."""
        self._announced -= 1

    @property
    def longest(self) -> timedelta:
        """How far back uses matter."""
        return max((length for length, _ in self._windows), default=timedelta(0))

    @property
    def times(self) -> Sequence[datetime]:
        """The uses that matter, oldest first."""
        return tuple(self._times)


def expected_end(
    left: int, now: datetime, limits: Limits, rate: float | None, uses: Sequence[datetime] = ()
) -> datetime | None:
    """When the last of `left` mails will leave, at `rate` a second (None: not known yet) within the limits, after these uses.

    None if nothing is known that bounds it.
    """
    windows = limits.mails
    if left <= 0:
        return now
    if not windows and not rate:
        return None
    step = 1 / rate if rate else 0.0
    if not windows:
        return now + timedelta(seconds=left * step)
    start = now.timestamp()
    bounds = [(length.total_seconds(), most) for length, most in windows]
    times = [use.timestamp() for use in uses]
    at = start
    for _ in range(left):
        at += step
        for length, most in bounds:
            if len(times) >= most:
                at = max(at, times[-most] + length)
        times.append(at)
    return now + timedelta(seconds=at - start)
