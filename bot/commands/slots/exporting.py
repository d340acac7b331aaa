"""`callboard slots export`: one calendar for the interviewers, to look at; nobody is invited by it."""

import argparse
from pathlib import Path

from bot.answering.wording import name_of
from bot.commands.campaign.opening import Steps, console, office, step
from bot.commands.campaign.tables import call_of
from bot.commands.slots.calls import panel_of
from bot.files.slot_files import write_private
from bot.mailing.invitation import calendar
from bot.mailing.writing import Mailbox
from bot.model.knowledge import Call
from bot.model.slot import Appointment, Invitation, Meeting, Slot
from bot.usecases.campaign_ports import NotAllowedError
from bot.wiring.clock import clock

Entry = tuple[Invitation, str, str]


def add_to(steps: Steps) -> None:
    """Add the sub-command."""
    write = step(steps, "export", "write the interviews as one calendar (.ics)", export, campaign=False)
    write.add_argument("call", metavar="CALL", help="the call's id")
    write.add_argument("file", type=Path, metavar="FILE.ics", help="where to write it")
    write.add_argument(
        "--interviewer", default="", metavar="NAME", help="only those of one: name, part of it, or address"
    )
    write.add_argument("--free", action="store_true", help="also the slots that nobody has booked")


def export(options: argparse.Namespace) -> int:
    """Write the calendar."""
    with office(options) as opened:
        call = call_of(opened, options.call)
        slots, appointments = opened.store.slots.slots(call.id), opened.store.slots.appointments(call.id)
        now = clock()
        booked = [_booked(one, call) for one in appointments if one.stands]
        free = [_free(one, call) for one in slots if options.free and one.free(now)]
        found = [one for one in (*booked, *free) if _takes_part(one[0].meeting, options.interviewer)]
        if options.interviewer and not found:
            meetings = [one.meeting for one in slots] + [one.invitation.meeting for one in appointments]
            names = sorted({each.name for meeting in meetings for each in meeting.panel})
            who = f": interviewers are {'; '.join(names)}" if names else ""
            raise NotAllowedError(f"nothing to write for `{options.interviewer}`{who}")
        found.sort(key=lambda one: one[0].meeting.starts)
        smtp = opened.config.smtp
        own = Mailbox(smtp.address, smtp.name) if smtp is not None else None
        title = f"Interviews: {name_of(call, 'en')}"
        write_private(options.file, calendar(found, name=title, stamp=now, organizer=own))
        console().print(f"{len(found)} entries, with names of applicants: {options.file}", markup=False)
    return 0


def _takes_part(meeting: Meeting, wanted: str) -> bool:
    """Whether somebody of that name, part of a name or address interviews; everybody where none is wanted."""
    plain = " ".join(wanted.split()).casefold()
    return not plain or any(plain in one.name.casefold() or plain == one.address.casefold() for one in meeting.panel)


def _booked(one: Appointment, call: Call) -> Entry:
    meeting = one.invitation.meeting
    return one.invitation, f"Interview: {one.name} ({name_of(call, 'en')})", _about(meeting, f"Applicant: {one.name}")


def _free(slot: Slot, call: Call) -> Entry:
    entry = Invitation(f"slot-{slot.id}-{call.id}@free.callboard.invalid", 0, "REQUEST", slot.meeting, slot.id)
    return entry, f"free (slot {slot.id}, {name_of(call, 'en')})", _about(slot.meeting, "Nobody has booked it so far.")


def _about(meeting: Meeting, first: str) -> str:
    lines = [first]
    if meeting.panel:
        lines.append(f"Interviewers: {panel_of(meeting)}")
    if meeting.link:
        lines.append(meeting.link)
    return "\n".join(lines)
