"""The interviews of a campaign that is planned: free times to choose from, entries for calendars, and times that somebody else has.

Knows slots and appointments as they stand at planning. Does not know letters' formats, nor storage.
"""

import datetime as dt
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.mailing.free_times import MOST, free_slots, time_lines
from bot.mailing.interviews import booked_by, cannot_both, entry_of, last_day, meeting_of, same_place, too_few
from bot.mailing.overriding import way
from bot.mailing.standing import Track, Tracks
from bot.mailing.values import Time, Value
from bot.mailing.writing import Mailbox
from bot.model.campaign import CHOOSING, INVITING, Finding, Kind, Recipient
from bot.model.knowledge import Call
from bot.model.slot import Appointment, Invitation, Slot
from bot.usecases.own_mail_ports import Slots

STAND_IN = "your-own-link-comes-here"
"""Stands in the words of a mail for the unguessable word of its link: as long as that."""


def new_word() -> str:
    """An unguessable word for a link."""
    return secrets.token_urlsafe(18)


@dataclass(frozen=True, slots=True)
class PlanInvitations:
    """Looks up what a campaign's interviews are planned with.

    `organizer` is the mailbox that calendars answer; `bot` the Telegram bot's name, "" for letters without a link to it.
    """

    book: Slots
    organizer: Mailbox
    bot: str = ""

    def of(self, call: Call, kind: Kind, tracks: Tracks, now: dt.datetime) -> "Interviews":
        """The interviews of a campaign of that kind, before any mail of it is written."""
        if kind != CHOOSING and kind not in INVITING:
            return Interviews(call, kind, tracks, now)
        slots, appointments = self.book.slots(call.id), self.book.appointments(call.id)
        entries = self.book.entries(call.id) if kind in INVITING else {}
        domain = self.organizer.address.rpartition("@")[2]
        return Interviews(call, kind, tracks, now, slots, appointments, entries, domain, self.bot)


@dataclass(slots=True)
class Interviews:
    """The interviews of one campaign, mail by mail."""

    call: Call
    kind: Kind
    tracks: Tracks
    now: dt.datetime
    slots: Sequence[Slot] = ()
    appointments: Sequence[Appointment] = ()
    entries: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    domain: str = ""
    bot: str = ""
    invitations: dict[int, Invitation] = field(default_factory=dict)
    free: list[Slot] = field(init=False)
    _rows: dict[int, Recipient] = field(default_factory=dict)
    _odd: list[Finding] = field(default_factory=list)
    _unknown: list[str] = field(default_factory=list)
    _last_days: set[dt.date] = field(default_factory=set)
    _lines: dict[tuple[str, str], str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.free = free_slots(self.slots, self.now)

    @property
    def good_until(self) -> dt.datetime | None:
        """When the first of the times to choose from has gone by."""
        return self.free[0].meeting.starts if self.kind == CHOOSING and self.free else None

    def given(self, zone: str, language: str) -> dict[str, Value]:
        """What the program itself gives to the template of a letter (`template_names.CHOICES`)."""
        if self.kind != CHOOSING:
            return {}
        lines = self._lines.get((zone, language))
        if lines is None:
            lines = self._lines[zone, language] = "\n".join(time_lines(self.free, self.call.zone, zone, language))
        link = f"https://t.me/{self.bot}?start=m-{STAND_IN}" if self.bot else ""
        return {"times": lines, "more": str(max(len(self.free) - MOST, 0) or ""), "telegram": link}

    def add(self, one: Recipient, values: Mapping[str, Value]) -> None:
        """Take one mail's values."""
        self._rows[one.row] = one
        if self.kind == CHOOSING:
            self._last_days |= {day for day in (last_day(values),) if day}
        elif self.kind in INVITING and isinstance(time := values.get("interview"), Time):
            self._invite(one, values, time)

    def findings(self) -> list[Finding]:
        """What is to be seen about the campaign as a whole."""
        if self.kind == CHOOSING:
            keys = {self.tracks.key(one) for one in self._rows.values()}
            waiting = keys | {track.key for track in self.tracks.people.values() if self._waits(track)}
            return too_few(self.free, len(waiting), self._last_days, self.call.zone)
        found = [*self._odd]
        if self._unknown:
            named = ", ".join(self._unknown[:5]) + (f" and {len(self._unknown) - 5} more" if self._unknown[5:] else "")
            what = f"no calendar entry is known of {named}: their mail cancels it in words only"
            found.append(Finding("orange", "no-entry", what, "look whether they were invited by other means"))
        if any(each.method == "REQUEST" and each.meeting.minutes is None for each in self.invitations.values()):
            what = "nobody says how long an interview takes: the calendar entry has no end"
            found.append(Finding("orange", "no-end", what, "give the field minutes, as in --set minutes=45"))
        return found

    def taken(self) -> dict[int, list[Finding]]:
        """By row: times that somebody else has, at the same place or with the same interviewer, who gets no mail of this campaign."""
        mine = {key for one in self._rows.values() for key in self._keys(one)}
        others = [each for each in self.appointments if each.stands and each.person not in mine]
        found: dict[int, list[Finding]] = {}
        for row, invitation in self.invitations.items():
            one = self._rows[row]
            clash = next((each for each in others if cannot_both(invitation.meeting, each.invitation.meeting)), None)
            if clash is not None and invitation.method == "REQUEST":
                starts = clash.invitation.meeting.starts.astimezone(invitation.meeting.starts.tzinfo)
                there = same_place(invitation.meeting, clash.invitation.meeting)
                shared = "at the same place" if there else "with the same interviewer"
                what = f"{clash.name or clash.address} has an interview at {starts:%Y-%m-%d %H:%M}, {shared}"
                cure = f"choose another time; if they are meant to meet, say {way(one.address)}"
                found[row] = [Finding("red", "slot-taken", what, cure, row, "interview")]
        return found

    def _invite(self, one: Recipient, values: Mapping[str, Value], time: Time) -> None:
        keys = self._keys(one)
        before = entry_of(self.appointments, keys)
        uid, sequence = next((self.entries[key] for key in keys if key in self.entries), ("", 0))
        if self.kind != "interview-cancellation":
            names = {each.name: each for slot in self.slots for each in slot.meeting.panel}
            kept = before.invitation.meeting if before and self.kind == "interview-change" else None
            meeting = meeting_of(values, time.value, kept, names)
            uid = uid or f"{secrets.token_hex(16)}.interview@{self.domain}"
            self.invitations[one.row] = Invitation(uid, sequence, "REQUEST", meeting)
        elif before is None or not uid:
            self._unknown.append(one.name)
        else:
            meeting = before.invitation.meeting
            last = before.invitation
            raised = max(sequence if uid == last.uid else 0, last.sequence + 1)
            self.invitations[one.row] = Invitation(last.uid, raised, "CANCEL", meeting)
            if meeting.starts != time.value:
                stands = meeting.starts.astimezone(time.value.tzinfo)
                what = f"the mail cancels {time.value:%Y-%m-%d %H:%M}, and the interview is at {stands:%Y-%m-%d %H:%M}"
                self._odd.append(Finding("orange", "other-time", what, "look which is meant", one.row, "interview"))

    def _keys(self, one: Recipient) -> tuple[str, ...]:
        return tuple(dict.fromkeys((self.tracks.key(one), *self.tracks.track(one.person, one.address).keys, one.key)))

    def _waits(self, track: Track) -> bool:
        """Whether somebody was invited to choose before, and has not."""
        last = track.last
        return last is not None and last.what == CHOOSING and booked_by(self.appointments, track.keys) is None
