"""Interviews in time: slots that can be booked, and entries in people's calendars.

Knows what a slot and a calendar entry are. Does not know who may book, iCalendar's format (`mailing/invitation.py`), or storage.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Literal

Method = Literal["REQUEST", "CANCEL"]
"""What a calendar is told about an entry (RFC 5546, section 1.4)."""


@dataclass(frozen=True, slots=True)
class Interviewer:
    """Somebody who takes part for the call; without an address they get no calendar entry."""

    name: str
    address: str = ""


@dataclass(frozen=True, slots=True)
class Meeting:
    """When and where an interview takes place. `starts` carries a zone or offset; `minutes` is None where nobody said how long."""

    starts: dt.datetime
    minutes: int | None = None
    place: str = ""
    link: str = ""
    panel: tuple[Interviewer, ...] = ()

    @property
    def ends(self) -> dt.datetime:
        """When it ends, in UTC, since clocks may change meanwhile; when it starts, if nobody said how long."""
        return self.starts.astimezone(dt.UTC) + dt.timedelta(minutes=self.minutes or 0)

    def meets(self, other: "Meeting") -> bool:
        """Whether both take place at some moment."""
        return self.starts.astimezone(dt.UTC) < other.ends and other.starts.astimezone(dt.UTC) < self.ends


@dataclass(frozen=True, slots=True)
class Slot:
    """A time that interviewers offer. `holder` is the person (`Recipient.key`) who booked it, or has another interview that stands in
    its way; "" if it is free; `name` theirs.

    A withdrawn slot is offered to nobody; whoever holds it still has to be told.
    """

    id: int
    call: str
    meeting: Meeting
    holder: str = ""
    name: str = ""
    withdrawn: bool = False

    def free(self, now: dt.datetime) -> bool:
        """Whether it can be booked."""
        return not self.holder and not self.withdrawn and self.meeting.starts > now


@dataclass(frozen=True, slots=True)
class Invitation:
    """One revision of a person's calendar entry: the same `uid` all along, `sequence` raised with each (RFC 5545, section 3.8.7.4).

    `slot` is the slot that was booked, None where a coordinator named the time.
    """

    uid: str
    sequence: int
    method: Method
    meeting: Meeting
    slot: int | None = None


@dataclass(frozen=True, slots=True)
class Appointment:
    """Where a person's interview stands: the last revision that was sent or booked; `told` is the mail it came by, None if booked.

    `unclear`: that mail left and did not arrive. What the person believes is over, and their earlier time may be somebody else's.
    """

    call: str
    person: str
    name: str
    address: str
    invitation: Invitation
    told: int | None = None
    unclear: bool = False

    @property
    def stands(self) -> bool:
        """Whether it takes place."""
        return self.invitation.method == "REQUEST" and not self.unclear


@dataclass(frozen=True, slots=True)
class PanelEntry:
    """An interviewer's calendar entry as it was last sent: the appointment's `uid`, whose it is, its call."""

    uid: str
    address: str
    name: str
    call: str
    sequence: int
    method: Method
    meeting: Meeting
