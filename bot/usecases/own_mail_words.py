"""The words in which a mail that told somebody their result is told again: its kind, its days, what it asks, where the interview stands.

Knows the fields of the templates of mails, and what is told of each kind; everything else stands in the mail alone. Judges nothing.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from bot.answering.wording import Templates, name_of
from bot.mailing.fields import Reader, UnreadableError, read_value
from bot.mailing.values import Day, People, Time, Type, Value
from bot.model.campaign import CHOOSING
from bot.model.knowledge import Call, Knowledge
from bot.model.message import Choice
from bot.model.moments import date_words
from bot.model.own_mail import OwnMail
from bot.model.slot import Interviewer, Meeting, Slot

DEADLINES, EVENTS = ("reply_by", "due"), ("until", "start")
"""Fields that hold a day: until when something is to be done, or when something happens."""
TASKS: tuple[tuple[str, Type], ...] = (
    ("message", "text"),
    ("task", "line"),
    ("project", "project"),
    ("people", "people"),
    ("documents", "text"),
    ("details", "text"),
    ("prepare", "text"),
    ("next", "text"),
    ("note", "text"),
)
"""Fields that are told as they were given, in this order."""
INTERVIEWS = frozenset({"interview", "interview-change", "interview-cancellation", "interview-booking"})
"""Kinds of mail that speak of an interview."""
BUTTONS, MOST = 24, 40
"""So many free times get a button; so many are listed."""


def lines(*parts: str) -> str:
    """One below the other."""
    return "\n".join(filter(None, parts))


def paragraphs(*parts: str) -> str:
    """One after the other, an empty line between them."""
    return "\n\n".join(filter(None, parts))


@dataclass(frozen=True, slots=True)
class OwnMailWords:
    """Words a mail in a language; raises KeyError for a mail of a call that is no longer known."""

    knowledge: Knowledge
    templates: Templates
    contacts: Callable[[str], str]

    def say(self, language: str, *path: str, **values: object) -> str:
        """The words of templates/service, section own-mail."""
        return self.templates.say(language, "service", "own-mail", *path, **values)

    def language(self, mail: OwnMail, wanted: str) -> str:
        """The language to answer in."""
        return next((one for one in (wanted, mail.language) if one in self.templates.languages), "en")

    def call(self, mail: OwnMail) -> Call:
        """The call that the mail is about."""
        return self.knowledge.calls[mail.call]

    def call_name(self, mail: OwnMail, language: str) -> str:
        """Its name."""
        return name_of(self.call(mail), language)

    def time(self, mail: OwnMail, moment: dt.datetime, language: str) -> Time:
        """A time on the call's clock and on the person's."""
        return Time(moment.astimezone(ZoneInfo(self.call(mail).zone)), mail.zone, language)

    def told(self, mail: OwnMail, language: str) -> str:
        """When it was sent, and its subject."""
        day = mail.told.astimezone(ZoneInfo(self.call(mail).zone)).date()
        return self.say(language, "told", on=date_words(day, language), subject=mail.subject)

    def meaning(self, mail: OwnMail, language: str) -> str:
        """What such a mail tells."""
        return self.say(language, "meaning", mail.kind)

    def counts(self, language: str) -> str:
        """That the mail itself is what counts."""
        return self.say(language, "counts", contact=self.contacts(language))

    def days(self, mail: OwnMail, language: str, now: dt.datetime, names: Sequence[str] = (*DEADLINES, *EVENTS)) -> str:
        """Its days, each with how far away it is."""
        today = now.astimezone(ZoneInfo(self.call(mail).zone)).date()
        said = []
        for name in names:
            form = name
            if mail.kind == CHOOSING and name == "reply_by":
                if mail.appointment is not None and mail.appointment.stands:
                    continue  # it was chosen
                form = "choose_by"
            day = self._value(mail, name, "date", language)
            if isinstance(day, Day):
                far = "deadline" if name in DEADLINES else "event"
                left = self.say(language, "left", far, days=(day.value - today).days)
                said.append(self.say(language, "date", form, day=str(day), left=left))
        return lines(*said)

    def asked(self, mail: OwnMail, language: str) -> str:
        """What it says is to be done or sent, as it was given, and how that is done."""
        reason = (("reason", "line"),) if mail.kind == "document-request" else ()
        link = (("link", "line"),) if mail.kind not in INTERVIEWS else ()
        said = []
        for name, kind in (*TASKS, *reason, *link):
            if value := str(self._value(mail, name, kind, language)):
                said.append(self.say(language, "field", name, value=value))
        given = {name: self._given(mail, name) for name in ("link", "reply_by")}
        return paragraphs(lines(*said), self.say(language, "do", mail.kind, **given))

    def about_interview(self, mail: OwnMail, language: str) -> str:
        """What it says on how to prepare."""
        value = str(self._value(mail, "prepare", "text", language))
        return self.say(language, "field", "prepare", value=value) if value else ""

    def appointment(self, mail: OwnMail, language: str, now: dt.datetime) -> str:
        """Where the interview stands now; "" if no time is known."""
        meeting, stands = self.meeting_of(mail)
        if meeting is None:
            return ""
        form = "cancelled" if not stands else "past" if meeting.starts <= now else "stands"
        told = replace(meeting, link="", place="", panel=(), minutes=None) if form == "cancelled" else meeting
        return lines(self.say(language, "appointment", form), self.meeting(mail, told, language))

    def meeting(self, mail: OwnMail, meeting: Meeting, language: str) -> str:
        """An interview, line by line."""
        time = self.time(mail, meeting.starts, language)
        return self.say(
            language,
            "meeting",
            here=time.here,
            there=time.there,
            minutes=meeting.minutes,
            place=meeting.place,
            link=meeting.link,
            panel=[one.name for one in meeting.panel],
        )

    def meeting_of(self, mail: OwnMail) -> tuple[Meeting | None, bool]:
        """When the interview is or should have been, and whether it takes place: as recorded, else as the mail says."""
        if mail.appointment is not None:
            return mail.appointment.invitation.meeting, mail.appointment.stands
        time = self._value(mail, "interview", "time", "en")
        if not isinstance(time, Time) or mail.kind not in INTERVIEWS:
            return None, False
        minutes = self._value(mail, "minutes", "number", "en")
        panel = self._value(mail, "panel", "people", "en")
        meeting = Meeting(
            time.value,
            minutes if isinstance(minutes, int) else None,
            self._given(mail, "where"),
            self._given(mail, "link"),
            tuple(Interviewer(name) for name in panel.names) if isinstance(panel, People) else (),
        )
        return meeting, mail.kind != "interview-cancellation"

    def ends(self, mail: OwnMail, name: str) -> dt.datetime | None:
        """When a day of the mail is over, on the call's clock."""
        day = self._value(mail, name, "date", "en")
        if not isinstance(day, Day):
            return None
        return dt.datetime.combine(day.value + dt.timedelta(days=1), dt.time(), ZoneInfo(self.call(mail).zone))

    def free(self, mail: OwnMail, slots: Sequence[Slot], language: str) -> str:
        """The free times, each with its number and how to choose one."""
        listed = self.listed(mail, slots, language)
        return lines(self.say(language, "free", "times"), listed, self.say(language, "free", "how"))

    def listed(self, mail: OwnMail, slots: Sequence[Slot], language: str) -> str:
        """Times with their numbers; with their places, where these differ."""
        differ = len({slot.meeting.place for slot in slots}) > 1
        return lines(
            *(
                self.say(
                    language,
                    *("free", "line"),
                    number=slot.id,
                    time=str(self.time(mail, slot.meeting.starts, language)),
                    place=slot.meeting.place if differ else "",
                )
                for slot in slots[:MOST]
            ),
            self.say(language, "free", "more", count=len(slots) - MOST) if len(slots) > MOST else "",
        )

    def choices(self, mail: OwnMail, slots: Sequence[Slot], language: str) -> tuple[Choice, ...]:
        """Buttons that pick a time."""
        return tuple(
            Choice(str(self.time(mail, slot.meeting.starts, language)), f"/slot {slot.id}") for slot in slots[:BUTTONS]
        )

    def _given(self, mail: OwnMail, name: str) -> str:
        return mail.fields.get(name, "").strip()

    def _value(self, mail: OwnMail, name: str, kind: Type, language: str) -> Value:
        """A field's value; as it was given, if it cannot be read."""
        given = self._given(mail, name)
        try:
            return read_value(kind, given, Reader(self.call(mail), mail.zone, language))
        except UnreadableError:
            return given
