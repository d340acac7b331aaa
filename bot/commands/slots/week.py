"""A call's interviews as weeks: days across, times down, in each cell what takes place then. Pure: slots in, texts out."""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from zoneinfo import ZoneInfo

from bot.model.slot import Appointment, Meeting, Slot

State = Literal["free", "booked", "withdrawn", "told", "named", "past"]
"""What a line of a cell is: `told` was withdrawn, and who holds it must be told; `named` was set by a campaign, without a slot."""
WORKING_DAYS = 5


@dataclass(frozen=True, slots=True)
class Item:
    """One slot or interview: its state, and what stands in the cell, line by line."""

    state: State
    meeting: Meeting
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Week:
    """A week from its Monday: its days, and for each time the items of each day."""

    days: tuple[dt.date, ...]
    rows: tuple[tuple[str, tuple[tuple[Item, ...], ...]], ...]


def items(slots: Sequence[Slot], appointments: Sequence[Appointment], now: dt.datetime) -> list[Item]:
    """Every slot, and every interview that a campaign set without one, by time."""
    usual = usual_minutes(slots)
    found = [_of_slot(slot, now, usual) for slot in slots]
    for one in appointments:
        if one.stands and one.invitation.slot is None:
            meeting = one.invitation.meeting
            found.append(Item("named", meeting, (f"set: {one.name}", *_about(meeting, usual))))
    return sorted(found, key=lambda item: item.meeting.starts)


def usual_minutes(slots: Sequence[Slot]) -> int | None:
    """The length that most slots have."""
    counted = Counter(slot.meeting.minutes for slot in slots)
    return counted.most_common(1)[0][0] if counted else None


def _of_slot(slot: Slot, now: dt.datetime, usual: int | None) -> Item:
    holder = slot.name or slot.holder
    state: State
    if slot.withdrawn:
        state, word = ("told", f"WITHDRAWN, tell {holder}") if slot.holder else ("withdrawn", "withdrawn")
    elif slot.holder:
        state, word = "booked", holder
    else:
        state, word = ("free", "free") if slot.free(now) else ("past", "not booked")
    return Item(state, slot.meeting, (f"{slot.id} {word}", *_about(slot.meeting, usual)))


def _about(meeting: Meeting, usual: int | None) -> list[str]:
    long = f"{meeting.minutes} min" if meeting.minutes and meeting.minutes != usual else ""
    return [line for line in (long, "; ".join(one.name for one in meeting.panel)) if line]


def weeks(found: Sequence[Item], zone: ZoneInfo) -> list[Week]:
    """The weeks in which anything takes place, Monday to Friday and other days where they are needed."""
    placed = [(item.meeting.starts.astimezone(zone), item) for item in found]
    mondays = sorted({at.date() - dt.timedelta(days=at.weekday()) for at, _ in placed})
    return [_week(monday, placed) for monday in mondays]


def _week(monday: dt.date, placed: Sequence[tuple[dt.datetime, Item]]) -> Week:
    here = [(at, item) for at, item in placed if 0 <= (at.date() - monday).days < 7]
    last = max(WORKING_DAYS - 1, *(at.weekday() for at, _ in here))
    days = tuple(monday + dt.timedelta(days=number) for number in range(last + 1))
    times = list(dict.fromkeys(_time(at) for at in sorted((at for at, _ in here), key=_place)))
    cells = {
        (day, time): tuple(item for at, item in here if at.date() == day and _time(at) == time)
        for day in days
        for time in times
    }
    return Week(days, tuple((time, tuple(cells[day, time] for day in days)) for time in times))


def is_twice(at: dt.datetime) -> bool:
    """Whether the clock shows this time twice on that day, as it is turned back."""
    return at.replace(fold=0).utcoffset() != at.replace(fold=1).utcoffset()


def _time(at: dt.datetime) -> str:
    """09:00; with the zone's abbreviation where the day has two of that time."""
    return f"{at:%H:%M %Z}" if is_twice(at) else f"{at:%H:%M}"


def _place(at: dt.datetime) -> tuple[int, int, int]:
    """Where a time stands in a day's order: an hour's second run after its first."""
    return at.hour, at.fold if is_twice(at) else 0, at.minute
