"""Interviewers' calendars: each interviewer with an address has exactly the entries of the interviews that stand.

`reconcile` says what is due from where the interviews stand and what was sent. Does not know how an entry is sent, nor applicants' entries.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bot.answering.wording import Templates, name_of
from bot.mailing.invitation import entry
from bot.mailing.writing import Mailbox
from bot.model.knowledge import Call
from bot.model.message import File, Outgoing
from bot.model.moments import moment_words
from bot.model.slot import Appointment, Invitation, Meeting, PanelEntry
from bot.usecases.own_mail_ports import Panel, Slots

KIND = "interviewer"
FILE, TYPE = "invite.ics", "text/calendar"


Known = Mapping[tuple[str, str], tuple[int, str, Meeting]]
"""(uid, address) to (sequence, method, meeting) as last sent: `Panel.known`."""


@dataclass(frozen=True, slots=True)
class Due:
    """An entry to be sent, and whether it changes one that stands; `applicant` is "" if nobody knows any more who it was.

    The entry of an interview that is not listed any more names no call, and a cancelled one no interviewer.
    """

    entry: PanelEntry
    applicant: str
    change: bool


def reconcile(appointments: Iterable[Appointment], known: Known, now: datetime) -> list[Due]:
    """What must be sent. `appointments` are those of every call that has any; what has gone by is left alone.

    Addresses are one whatever their capitals. Cancellations come first: nobody sees two interviews at one time.
    """
    listed = {one.invitation.uid: one for one in appointments}
    sent = {_key(*key): (key[1], *told) for key, told in known.items()}
    wanted = {_key(one.uid, one.address): one for one in _wanted(listed.values(), now)}
    cancelled: list[Due] = []
    for key, (address, sequence, method, meeting) in sent.items():
        if method == "REQUEST" and meeting.starts > now and key not in wanted:
            about = listed.get(key[0])
            call, name = (about.call, about.name) if about is not None else ("", "")
            entry = PanelEntry(key[0], address, "", call, sequence + 1, "CANCEL", meeting)
            cancelled.append(Due(entry, name, change=True))
    asked: list[Due] = []
    for key, one in wanted.items():
        name = listed[one.uid].name
        if key not in sent:
            asked.append(Due(one, name, change=False))
            continue
        address, sequence, method, meeting = sent[key]
        if method != "REQUEST" or meeting != one.meeting:
            later = replace(one, address=address, sequence=max(one.sequence, sequence + 1))
            asked.append(Due(later, name, change=method == "REQUEST"))
    return cancelled + asked


def _key(uid: str, address: str) -> tuple[str, str]:
    return uid, address.casefold()


def _wanted(appointments: Iterable[Appointment], now: datetime) -> Iterable[PanelEntry]:
    """The entries of the interviews that stand and are to come."""
    for one in appointments:
        invitation = one.invitation
        if not one.stands or invitation.meeting.starts <= now:
            continue
        meeting = replace(invitation.meeting, panel=())
        for person in invitation.meeting.panel:
            if person.address:
                yield PanelEntry(
                    invitation.uid, person.address, person.name, one.call, invitation.sequence, "REQUEST", meeting
                )


@dataclass(frozen=True, slots=True)
class TellInterviewers:
    """Plans the letters that are due. `calls` gives the calls as the knowledge has them now; `own` is the mailbox that invites."""

    slots: Slots
    panel: Panel
    words: Templates
    calls: Callable[[], Mapping[str, Call]]
    own: Mailbox
    language: str = "en"

    def due(self, now: datetime) -> list[Due]:
        """What is to be sent now; what belongs to no call any more is left out, as everything about it was erased."""
        appointments = [one for call in self.panel.calls() for one in self.slots.appointments(call)]
        found = reconcile(appointments, self.panel.known(), now)
        if not any(one.entry.method == "CANCEL" for one in found):
            return found
        calls = self._calls_of(one.entry.uid for one in found if not one.entry.call)
        whole = [self._named(one, one.entry.call or calls.get(one.entry.uid, "")) for one in found]
        return [one for one in whole if one.entry.call]

    def _calls_of(self, uids: Iterable[str]) -> dict[str, str]:
        """The calls of interviews of which no appointment is left, by uid."""
        wanted = {*uids}
        listed = self.panel.calls() if wanted else []
        return {uid: call for call in listed for uid, _ in self.slots.entries(call).values() if uid in wanted}

    def _named(self, due: Due, call: str) -> Due:
        """With its call, and the interviewer's name as slots and interviews have it; the address where they have none."""
        if due.entry.name or not call:
            return due
        meetings = [one.meeting for one in self.slots.slots(call)]
        meetings += [one.invitation.meeting for one in self.slots.appointments(call)]
        people = {each.address.casefold(): each.name for meeting in meetings for each in meeting.panel if each.address}
        name = people.get(due.entry.address.casefold(), due.entry.address)
        return replace(due, entry=replace(due.entry, call=call, name=name))

    def look(self, now: datetime) -> int:
        """Plan what is due, and note it as sent, in one transaction; how many letters."""
        found = self.due(now)
        if not found:
            return 0
        calls = self.calls()
        letters = [self.letter(one, calls.get(one.entry.call), now) for one in found]
        return self.panel.tell([one.entry for one in found], letters, now)

    def letter(self, due: Due, call: Call | None, now: datetime) -> Outgoing:
        """The letter of an entry, which carries it."""
        sent, meeting = due.entry, due.entry.meeting
        zone = ZoneInfo(call.zone) if call is not None else UTC
        values = {
            "interviewer": sent.name,
            "applicant": due.applicant,
            "call": name_of(call, self.language) if call is not None else sent.call,
            "time": moment_words(meeting.starts.astimezone(zone), self.language),
            "minutes": meeting.minutes,
            "place": meeting.place,
            "link": meeting.link,
        }
        what = "cancelled" if sent.method == "CANCEL" else "changed" if due.change else "new"
        text = self._say("letter", what, **values)
        data = entry(
            Invitation(sent.uid, sent.sequence, sent.method, meeting),
            summary=self._say("summary", **values),
            description=text,
            organizer=self.own,
            attendee=Mailbox(sent.address, sent.name),
            stamp=now,
            language=self.language,
        )
        file = File(FILE, data.decode(), TYPE, sent.method)
        return Outgoing(
            text, KIND, self.language, subject=self._say("subject", what, **values), to=sent.address, file=file
        )

    def _say(self, *path: str, **values: object) -> str:
        return self.words.say(self.language, "coordinators", "slots", *path, **values)
