"""Times of interviews as their people choose them: which are free, a pick read and confirmed, and what is too late.

Prepares a booking, with its entry for the calendar; it is claimed when the message is settled (`Settled.booking`). Tells free times only,
never who holds one: taken, withdrawn and unknown times sound the same.
"""

import datetime as dt
import secrets
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from bot.answering.picking import Offered, Pick, picked
from bot.mailing.invitation import entry
from bot.mailing.writing import Mailbox
from bot.model.campaign import CHOOSING
from bot.model.message import Choice, File
from bot.model.own_mail import Booking, OwnMail
from bot.model.slot import Invitation, Slot
from bot.usecases.own_mail_ports import Slots
from bot.usecases.own_mail_words import OwnMailWords, lines, paragraphs

ENTRY = "interview.ics"


@dataclass(frozen=True, slots=True)
class OwnReply:
    """What somebody hears about their mail, with the buttons to choose by. `person` is why somebody must see the message ("" if nobody
    needs to); `booking` what it books, `file` the entry for the calendar.
    """

    text: str
    choices: tuple[Choice, ...] = ()
    person: str = ""
    booking: Booking | None = None
    file: File | None = None


@dataclass(frozen=True, slots=True)
class OwnBooking:
    """Books times; moves them until `move_hours` before the interview."""

    words: OwnMailWords
    slots: Slots
    organizer: Mailbox
    move_hours: int

    def unchosen(self, mail: OwnMail) -> bool:
        """Whether the person is to choose a time, and has none."""
        return mail.kind == CHOOSING and not _stands(mail)

    def when(self, mail: OwnMail, language: str, now: dt.datetime) -> OwnReply:
        """When the interview is; the free times, if none is chosen yet."""
        known = self.words.appointment(mail, language, now)
        if self.unchosen(mail):
            return self._open(mail, lines(known, self.words.say(language, "appointment", "unchosen")), language, now)
        return OwnReply(known or self.words.say(language, "appointment", "unnamed"))

    def move(self, mail: OwnMail, language: str, now: dt.datetime) -> OwnReply:
        """How another time is chosen; by a person, where the mail lets nobody choose or it is too late."""
        known = self.words.appointment(mail, language, now)
        if mail.kind == CHOOSING and not self._closed(mail, now):
            if not _stands(mail):
                return self.when(mail, language, now)
            until = self._until(mail, self._starts(mail), language)
            return self._open(mail, known, language, now, self.words.say(language, "move", "yourself", until=until))
        meeting, stands = self.words.meeting_of(mail)
        ahead = meeting is not None and stands and meeting.starts > now
        reason = self._closed(mail, now) if mail.kind == CHOOSING else "person" if ahead else "unset"
        said = self.words.say(language, "move", reason, hours=self.move_hours)
        return OwnReply(paragraphs(known, said), person="move")

    def book(self, mail: OwnMail, text: str, language: str, now: dt.datetime) -> OwnReply | None:
        """The time that a text picks; None if it picks none, or the mail lets nobody choose."""
        if mail.kind != CHOOSING or mail.superseded or mail.recorded or mail.call not in self.words.knowledge.calls:
            return None
        every = self.slots.slots(mail.call)
        own = _own(mail)
        shown = {
            slot.id: slot for slot in every if slot.id == own or (not slot.withdrawn and slot.meeting.starts > now)
        }
        pick = picked(text, [self._offered(mail, slot) for slot in shown.values()])
        if not pick:
            return None
        if pick.slots == (own,):
            return self._already(mail, language, now)
        if reason := self._closed(mail, now):
            said = self.words.say(language, "move", reason, hours=self.move_hours)
            return OwnReply(paragraphs(self.words.appointment(mail, language, now), said), person="move")
        return self._answered(mail, pick, shown, language, now)

    def picks(self, mail: OwnMail, text: str) -> bool:
        """Whether a text picks a time, or several that may be meant."""
        return bool(picked(text, [self._offered(mail, slot) for slot in self.slots.slots(mail.call)]))

    def _answered(self, mail: OwnMail, pick: Pick, shown: dict[int, Slot], language: str, now: dt.datetime) -> OwnReply:
        meant = [shown[number] for number in pick.slots if shown[number].free(now)]
        if pick.one is not None and meant:
            return self._confirmed(mail, meant[0], language, now)
        if not meant:
            return self._open(mail, self.words.say(language, "not-free"), language, now)
        text = lines(
            self.words.say(language, "which", count=len(meant)),
            self.words.listed(mail, meant, language),
            self.words.say(language, "answer-number"),
        )
        return OwnReply(text, self.words.choices(mail, meant, language))

    def _open(self, mail: OwnMail, before: str, language: str, now: dt.datetime, how: str = "") -> OwnReply:
        """The times that can be booked, behind what is said before them; a person, if there are none."""
        if not _stands(mail) and (reason := self._closed(mail, now)):
            return OwnReply(paragraphs(before, self.words.say(language, "move", reason)), person="move")
        free = [slot for slot in self.slots.slots(mail.call) if slot.free(now)]
        if not free:
            return OwnReply(paragraphs(before, self.words.say(language, "free", "none")), person="move")
        text = paragraphs(before, how, self.words.free(mail, free, language))
        return OwnReply(text, self.words.choices(mail, free, language))

    def _confirmed(self, mail: OwnMail, slot: Slot, language: str, now: dt.datetime) -> OwnReply:
        uid, sequence = self.slots.entry(mail.call, mail.person)
        uid = uid or f"{secrets.token_hex(16)}.interview@{self.organizer.address.rpartition('@')[2]}"
        meeting = self.words.meeting(mail, slot.meeting, language)
        change = self._change(mail, slot.meeting.starts, language, now)
        text = paragraphs(
            lines(self.words.say(language, "booked", "moved" if _stands(mail) else "first"), meeting),
            lines(self.words.say(language, "booked", "entry"), change),
        )
        name = self.words.call_name(mail, language)
        content = entry(
            Invitation(uid, sequence, "REQUEST", slot.meeting, slot.id),
            summary=self.words.say(language, "entry", "summary", call=name),
            description=self.words.say(language, "entry", "description", call=name, meeting=meeting, change=change),
            organizer=self.organizer,
            attendee=Mailbox(mail.address, mail.name),
            stamp=now,
            language=language,
        )
        file = File(ENTRY, content.decode(), "text/calendar", "REQUEST")
        return OwnReply(text, booking=Booking(mail, slot, uid, sequence), file=file)

    def _already(self, mail: OwnMail, language: str, now: dt.datetime) -> OwnReply:
        meeting, _ = self.words.meeting_of(mail)
        if meeting is None or not _stands(mail):
            return self.when(mail, language, now)
        told = lines(self.words.say(language, "booked", "already"), self.words.meeting(mail, meeting, language))
        return OwnReply(paragraphs(told, self._change(mail, meeting.starts, language, now)))

    def _change(self, mail: OwnMail, starts: dt.datetime, language: str, now: dt.datetime) -> str:
        """How a time that is booked can be changed."""
        if self._last(starts) <= now:
            return self.words.say(language, "booked", "change-late")
        return self.words.say(language, "booked", "change", until=self._until(mail, starts, language))

    def _closed(self, mail: OwnMail, now: dt.datetime) -> str:
        """Why no time can be chosen any more: too late to move, or the day to choose by is over; "" if it can."""
        if mail.recorded:
            return "unset"
        if _stands(mail):
            return "late" if self._last(self._starts(mail)) <= now else ""
        ends = self.words.ends(mail, "reply_by")
        return "closed" if ends is not None and ends <= now else ""

    def _starts(self, mail: OwnMail) -> dt.datetime:
        meeting, _ = self.words.meeting_of(mail)
        assert meeting is not None  # an appointment stands
        return meeting.starts

    def _last(self, starts: dt.datetime) -> dt.datetime:
        """Until when a time can be changed; in UTC, for a clock may be changed in these hours."""
        return starts.astimezone(dt.UTC) - dt.timedelta(hours=self.move_hours)

    def _until(self, mail: OwnMail, starts: dt.datetime, language: str) -> str:
        return str(self.words.time(mail, self._last(starts), language))

    def _offered(self, mail: OwnMail, slot: Slot) -> Offered:
        here = self.words.time(mail, slot.meeting.starts, "en").value
        return Offered(slot.id, here, here.astimezone(ZoneInfo(mail.zone)) if mail.zone else here)


def _stands(mail: OwnMail) -> bool:
    return mail.appointment is not None and mail.appointment.stands


def _own(mail: OwnMail) -> int:
    """The slot that the person holds; 0 if none."""
    return (mail.appointment.invitation.slot or 0) if mail.appointment is not None and mail.appointment.stands else 0
