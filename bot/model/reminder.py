"""A reminder that an applicant asked for: one message, some days before a call's deadline.

Knows when it is due. The deadline is the call's, whenever that is: if it moves, the reminder moves with it.
"""

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from bot.model.knowledge import Call

HOUR = dt.time(9)
"""The time of day, in the call's zone, at which a reminder is due: people are awake and offices open."""
DEADLINE = "deadline"
"""The topic of the catalogue whose date is meant."""


@dataclass(frozen=True, slots=True)
class Reminder:
    """A reminder in the record: `days` before the deadline of `call`, for the person of `conversation`."""

    id: int
    conversation: int
    message: int
    call: str
    days: int
    language: str


def deadline_of(call: Call) -> dt.datetime | None:
    """The instant of the call's deadline; None if it states none."""
    moments = (fact.moment(call.zone) for fact in call.facts if fact.topic == DEADLINE)
    return next((moment for moment in moments if moment is not None), None)


def due(call: Call, days: int) -> dt.datetime | None:
    """When a reminder so many days before the deadline is due."""
    deadline = deadline_of(call)
    if deadline is None:
        return None
    return dt.datetime.combine(deadline.date() - dt.timedelta(days=days), HOUR, ZoneInfo(call.zone))
