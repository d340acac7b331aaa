"""What the steps share: which call is meant, and how a slot is written in a line."""

import datetime as dt
from zoneinfo import ZoneInfo

from bot.commands.slots.week import is_twice
from bot.model.knowledge import Call
from bot.model.slot import Meeting
from bot.usecases.campaign_ports import NotAllowedError
from bot.wiring.campaigns import CampaignOffice


def call_with_slots(opened: CampaignOffice, name: str) -> Call:
    """The call of that id; without one, the only one that has slots or interviews."""
    known = opened.knowledge.calls
    if name:
        if name not in known:
            raise NotAllowedError(f"no call `{name}`: known are {', '.join(known)}")
        return known[name]
    book = opened.store.slots
    found = [call for call in known.values() if book.slots(call.id) or book.appointments(call.id)]
    if len(found) == 1:
        return found[0]
    if len(known) == 1:
        return next(iter(known.values()))
    if found:
        raise NotAllowedError(f"which call? Slots have {', '.join(call.id for call in found)}: callboard slots CALL")
    raise NotAllowedError("no call has slots so far: callboard slots add --help")


def time_of(meeting: Meeting, call: Call) -> str:
    """Mon 2026-11-30 14:00-14:30, on the call's clock; with the zone's abbreviations where the clock is turned back."""
    zone = ZoneInfo(call.zone)
    begin, end = meeting.starts.astimezone(zone), meeting.ends.astimezone(zone)
    told = "%H:%M %Z" if is_twice(begin) or is_twice(end) else "%H:%M"
    return f"{begin:%a %Y-%m-%d} {begin:{told}}{f'-{end:{told}}' if meeting.minutes else ''}"


def typed_time(moment: dt.datetime, call: Call) -> str:
    """A time as a coordinator's table has it; with its offset in the hour that a clock shows twice."""
    there = moment.astimezone(ZoneInfo(call.zone))
    return f"{there:%Y-%m-%d %H:%M}{there.isoformat()[-6:] if is_twice(there) else ''}"


def place_of(meeting: Meeting) -> str:
    """Room and link."""
    return ", ".join(filter(None, (meeting.place, meeting.link)))


def panel_of(meeting: Meeting) -> str:
    """The interviewers' names."""
    return "; ".join(one.name for one in meeting.panel)
