"""The free times of a call's interviews, as a letter lists them: each with its number, on the call's clock and on the reader's.

Knows slots and how moments are written. Has no clock and does not know who may book: what is now is given.
"""

import datetime as dt
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from bot.mailing.values import Time
from bot.model.slot import Slot

MOST = 40
"""Times that one letter lists; the bot knows the others."""


def free_slots(slots: Sequence[Slot], now: dt.datetime) -> list[Slot]:
    """Those that can be booked, by time."""
    return sorted((slot for slot in slots if slot.free(now)), key=lambda slot: (slot.meeting.starts, slot.id))


def time_lines(free: Sequence[Slot], call_zone: str, zone: str, language: str) -> list[str]:
    """A line for each of the first free slots; `zone` is the reader's own (IANA), "" if it is not known."""
    return [_line(slot, ZoneInfo(call_zone), zone, language) for slot in free[:MOST]]


def _line(slot: Slot, clock: ZoneInfo, zone: str, language: str) -> str:
    time = Time(slot.meeting.starts.astimezone(clock), zone, language)
    return " | ".join(filter(None, (str(slot.id), time.here, time.there)))
