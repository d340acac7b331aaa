"""Interviews as calendar entries: what a calendar is told so that it holds, moves or drops an appointment.

RFC 5545 (the format), RFC 5546 (REQUEST, CANCEL, PUBLISH), RFC 6868 (quotes in names), RFC 7986 (a calendar's name). How an entry goes
with a letter (RFC 6047) is the matter of `mailing/writing.py`. Instants are written in UTC: zones written out are read wrong by some
calendars, and each shows its own zone anyway. Has no clock: the stamp is given. Does not know who was invited by whom, or slots.
"""

import datetime as dt
import re
from collections.abc import Sequence

from icalendar import Calendar, Event, vCalAddress

from bot.mailing.writing import Mailbox, written
from bot.model.slot import Invitation, Meeting

PRODUCT = "-//Callboard//Callboard//EN"
STATUS = {"REQUEST": "CONFIRMED", "CANCEL": "CANCELLED"}
_UID = re.compile(r"[!-~]{1,255}")
_URL = re.compile(r"https?://[!#-;=?-Z\[\]_a-z~]+", re.IGNORECASE)
"""An address of the web with nothing in it that would have to be escaped: URL is the one field that is written as it stands."""
_LINE_END = re.compile("\r\n|[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_RESERVED = re.compile(r"[^A-Za-z0-9!$'*+._~@-]")
"""What a mailto address holds as its number only (RFC 6068, section 2)."""


def entry(
    invitation: Invitation,
    *,
    summary: str,
    description: str,
    organizer: Mailbox,
    attendee: Mailbox,
    stamp: dt.datetime,
    language: str,
) -> bytes:
    """The file that goes with a letter to `attendee`; `description` is the letter's text, which Outlook shows in its place.

    ValueError for an address that no mail goes to, a time without its zone, or a uid that no calendar holds.
    """
    made = _calendar(invitation.method)
    event = _event(invitation, summary, description, stamp, language)
    event.add("organizer", _person(organizer))
    asked = invitation.method == "REQUEST"
    event.add(
        "attendee",
        _person(attendee, ROLE="REQ-PARTICIPANT", PARTSTAT="NEEDS-ACTION", **({"RSVP": "TRUE"} if asked else {})),
    )
    made.add_component(event)
    data: bytes = made.to_ical()
    return data


def calendar(
    appointments: Sequence[tuple[Invitation, str, str]],
    *,
    name: str,
    stamp: dt.datetime,
    organizer: Mailbox | None = None,
) -> bytes:
    """A calendar to be looked at, of entries with their summary and description; whoever opens it is not invited to anything.

    RFC 5546 wants an organizer in each entry, calendars do without.
    """
    made = _calendar("PUBLISH")
    made.add("name", _line(name))
    made.add("x-wr-calname", _line(name))  # what calendars older than RFC 7986 read
    for invitation, summary, description in appointments:
        event = _event(invitation, summary, description, stamp)
        if organizer is not None:
            event.add("organizer", _person(organizer))
        made.add_component(event)
    data: bytes = made.to_ical()
    return data


def _calendar(method: str) -> Calendar:
    made = Calendar()
    made.add("prodid", PRODUCT)
    made.add("version", "2.0")
    made.add("calscale", "GREGORIAN")
    made.add("method", method)
    return made


def _event(invitation: Invitation, summary: str, description: str, stamp: dt.datetime, language: str = "") -> Event:
    meeting, spoken = invitation.meeting, {"LANGUAGE": _line(language)} if language else {}
    if not _UID.fullmatch(invitation.uid) or invitation.sequence < 0:
        raise ValueError("a calendar entry needs a uid of printable ASCII, and a sequence that is not below 0")
    event, starts = Event(), _utc(meeting.starts)
    event.add("uid", invitation.uid)
    event.add("sequence", invitation.sequence)
    event.add("dtstamp", _utc(stamp))
    event.add("dtstart", starts)
    if meeting.minutes:
        event.add("dtend", starts + dt.timedelta(minutes=meeting.minutes))  # in UTC: a clock may be changed meanwhile
    event.add("summary", _line(summary), parameters=spoken)
    event.add("description", _text(description), parameters=spoken)
    if where := _where(meeting):
        event.add("location", where)
    if _URL.fullmatch(meeting.link):
        event.add("url", meeting.link)
    event.add("status", STATUS[invitation.method])
    event.add("transp", "OPAQUE")
    return event


def _utc(moment: dt.datetime) -> dt.datetime:
    if moment.tzinfo is None:
        raise ValueError("a time in a calendar needs its zone")
    return moment.astimezone(dt.UTC).replace(microsecond=0)


def _where(meeting: Meeting) -> str:
    return ", ".join(filter(None, (_line(meeting.place), _line(meeting.link))))


def _person(mailbox: Mailbox, **parameters: str) -> vCalAddress:
    address = _RESERVED.sub(lambda found: f"%{ord(found[0]):02X}", written(mailbox.address))
    person = vCalAddress(f"mailto:{address}")
    if name := _line(mailbox.name).replace("\\", "/"):  # some readers take it for an escape of what ends the name
        person.params["CN"] = name
    for key, value in parameters.items():
        person.params[key] = value
    return person


def _text(text: str) -> str:
    """Text whose lines end in one way, without what no calendar holds; icalendar escapes the rest."""
    return _CONTROL.sub("", _LINE_END.sub("\n", text))


def _line(text: str) -> str:
    return " ".join(_text(text).split())
