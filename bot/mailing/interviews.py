"""What a mail's values say of an interview: when, where and with whom; and whether the free times do for the people invited to choose.

Knows values and slots. Does not know who was told what, letters or storage.
"""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from zoneinfo import ZoneInfo

from bot.mailing.values import Day, People, Value
from bot.model.campaign import Finding
from bot.model.slot import Appointment, Interviewer, Meeting, Slot

_ADD = "offer more first: callboard slots add"


def meeting_of(
    values: Mapping[str, Value], starts: dt.datetime, before: Meeting | None, known: Mapping[str, Interviewer]
) -> Meeting:
    """The meeting that a mail announces; what a change leaves unsaid, how long and with whom, stays as it was `before`.

    `known` are interviewers by name, of whom more may be known than the mail says.
    """
    panel, minutes = values.get("panel"), values.get("minutes")
    named = tuple(known.get(name, Interviewer(name)) for name in panel.names) if isinstance(panel, People) else None
    long = minutes if isinstance(minutes, int) else None
    return Meeting(
        starts=starts,
        minutes=long if long is not None else before.minutes if before else None,
        place=str(values.get("where", "")),
        link=str(values.get("link", "")),
        panel=named if named is not None else before.panel if before else (),
    )


def same_place(one: Meeting, other: Meeting) -> bool:
    """Whether two would meet: by the link where both have one, else by the place."""
    if one.link and other.link:
        return one.link == other.link
    return bool(one.place) and _plain(one.place) == _plain(other.place)


def cannot_both(one: Meeting, other: Meeting) -> bool:
    """Whether two take place at one time, and at one place or with the same interviewer."""
    at_once = one.starts == other.starts or one.meets(other)
    return at_once and (same_place(one, other) or bool(_addresses(one) & _addresses(other)))


def _addresses(meeting: Meeting) -> set[str]:
    return {each.address.casefold() for each in meeting.panel if each.address}


def _plain(place: str) -> str:
    return " ".join(place.split()).casefold()


def booked_by(appointments: Sequence[Appointment], keys: Collection[str]) -> Appointment | None:
    """The appointment of somebody known by one of these keys, if it stands."""
    return next((each for each in appointments if each.stands and each.person in keys), None)


def entry_of(appointments: Sequence[Appointment], keys: Collection[str]) -> Appointment | None:
    """What somebody known by one of these keys may have in their calendar: what stands, or what did not arrive and left it unclear."""
    return next((each for each in appointments if (each.stands or each.unclear) and each.person in keys), None)


def last_day(values: Mapping[str, Value]) -> dt.date | None:
    """Until when a time may be chosen, as a mail says."""
    day = values.get("reply_by")
    return day.value if isinstance(day, Day) else None


def too_few(free: Sequence[Slot], waiting: int, days: Collection[dt.date], zone: str) -> list[Finding]:
    """What is wrong with the free times for so many people, who choose until the last of `days` on the call's clock."""
    if not free:
        return [Finding("red", "no-free-slot", "no interview time is free", _ADD)]
    found: list[Finding] = []
    if len(free) < waiting:
        what = f"{len(free)} times are free, and {waiting} people are invited to choose one and have none"
        found.append(Finding("orange", "few-slots", what, _ADD))
    first, last = free[0].meeting.starts.astimezone(ZoneInfo(zone)), max(days, default=None)
    if last is not None and first.date() <= last:
        what = f"people choose until the end of {last.isoformat()}, and the first free time is {first:%Y-%m-%d %H:%M}"
        found.append(Finding("orange", "late-choice", what, "let them choose before that, in reply_by"))
    return found
