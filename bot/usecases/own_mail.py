"""What the bot says to somebody who proved to have got a mail that told them their result.

Knows which of the topics of a message only that mail answers, and what a person must see. Acts on nothing that was decided, gives no
reasons, and tells nothing of anybody else. Does not know who proves what (`own_talk.py`) or how a time is booked (`own_booking.py`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.answering.wording import Templates
from bot.mailing.writing import Mailbox
from bot.model.conversation import Answer
from bot.model.knowledge import Knowledge
from bot.model.own_mail import OwnMail
from bot.usecases.own_booking import OwnBooking, OwnReply
from bot.usecases.own_mail_ports import Slots
from bot.usecases.own_mail_words import DEADLINES, INTERVIEWS, OwnMailWords, paragraphs

__all__ = ["ASPECTS", "OwnMailAnswers", "OwnReply"]

Aspect = Literal["meaning", "when", "prepare", "move", "status", "confirm", "accept", "decline", "withdraw"]
ASPECTS: dict[str, Aspect] = {
    "own-mail": "meaning",
    "application-status": "status",
    "result-date": "status",
    "interview-slot": "move",
    "interview-dates": "when",
    "interview-format": "when",
    "interview-panel": "when",
    "interview-content": "prepare",
    "confirm-interview": "confirm",
    "accept-offer": "accept",
    "decline-offer": "decline",
    "offer-reply-time": "meaning",
    "withdraw-application": "withdraw",
}
"""What of the mail a topic asks for."""
OF_INTERVIEWS = frozenset({"when", "prepare", "move", "confirm"})
"""What only a mail that speaks of an interview tells; asked by anybody else, it is answered from the call."""
OF_OFFERS = frozenset({"accept-offer", "decline-offer", "offer-reply-time"})
"""Topics that only an offer answers."""
OUTCOMES = frozenset({"offer", "rejection", "waiting-list"})
"""Kinds of mail that tell a result; whoever has another asks for the date that the call states."""
ACTIONS = frozenset({"confirm", "accept", "decline", "withdraw"})
"""What a person must do."""
NOTHING = OwnReply("")


@dataclass(frozen=True, slots=True)
class _About:
    """What a mail is, and the days and tasks in it: what stands between them depends on what was asked."""

    opening: str
    details: str


class OwnMailAnswers:
    """Answers about a mail, for whoever proved to have it."""

    def __init__(
        self,
        knowledge: Knowledge,
        templates: Templates,
        slots: Slots,
        organizer: Mailbox,
        contacts: Callable[[str], str],
        move_hours: int,
    ) -> None:
        self.contacts = contacts
        self._words = OwnMailWords(knowledge, templates, contacts)
        self._booking = OwnBooking(self._words, slots, organizer, move_hours)

    def topics(self, answer: Answer, mail: OwnMail | None = None) -> frozenset[str]:
        """The topics of a message that the mail answers; all that any mail may answer, if none is given."""
        asked = {*answer.topics, *(matter.topic for matter in answer.matters)} & set(ASPECTS)
        if mail is None:
            return frozenset(asked)
        if mail.call not in self._words.knowledge.calls:
            return frozenset()
        speaks = mail.kind in INTERVIEWS or mail.appointment is not None
        left = {topic for topic in asked if speaks or ASPECTS[topic] not in OF_INTERVIEWS}
        left -= set() if mail.kind == "offer" else OF_OFFERS
        return frozenset(left - ({"result-date"} if mail.kind not in OUTCOMES else set()))

    def reply(self, mail: OwnMail, answer: Answer, language: str, now: datetime) -> OwnReply:
        """What a message about the mail is answered; `person` says why somebody must see it, "" if nobody needs to."""
        language = self._words.language(mail, language)
        aspects = {ASPECTS[topic] for topic in self.topics(answer)}
        acts = [ASPECTS[topic] for topic in ASPECTS if topic in self.topics(answer) and ASPECTS[topic] in ACTIONS]
        if mail.unclear:  # only a person knows what holds
            said = [self._words.say(language, "action", act) for act in acts]
            return OwnReply(paragraphs(*said) or self.passed_on(language).text, person=next(iter(acts), "other"))
        if mail.superseded:
            said = [self._words.say(language, "action", act) for act in acts]
            text = paragraphs(self._words.say(language, "superseded"), *said)
            return OwnReply(text, person=next(iter(acts), ""))
        if acts == ["confirm"] and self._booking.unchosen(mail):  # there is no time yet that could suit
            acts, aspects = [], {"when"}
        about = self._about(mail, language, now) if aspects & {"meaning", "status"} else None
        time = self._time(mail, aspects, language, now)
        days = (
            self._words.days(mail, language, now, DEADLINES) if mail.kind == "offer" and acts and about is None else ""
        )
        text = paragraphs(
            self._words.say(language, "recorded", mail.recorded) if mail.recorded else "",
            about.opening if about else "",
            time.text,
            about.details if about else "",
            self._words.about_interview(mail, language) if "prepare" in aspects and about is None else "",
            self._words.say(language, "status") if "status" in aspects else "",
            *(self._words.say(language, "action", act) for act in acts),
            days,
            self._words.counts(language) if about else "",
        )
        return OwnReply(text, time.choices, person=next(iter(acts), time.person))

    def book(self, mail: OwnMail, text: str, language: str, now: datetime) -> OwnReply | None:
        """The time that a text picks, booked if it is free; None if it picks none, or the mail lets nobody choose."""
        return self._booking.book(mail, text, self._words.language(mail, language), now)

    def passed_on(self, language: str) -> OwnReply:
        """What somebody hears whose message about their mail a person should read."""
        return OwnReply(self._words.say(language, "action", "other"), person="other")

    def beside(self, language: str) -> OwnReply:
        """What somebody hears who wrote more than which time they pick."""
        return OwnReply(self._words.say(language, "action", "beside"), person="other")

    def picks(self, mail: OwnMail, text: str) -> bool:
        """Whether a text picks a time, or several that may be meant."""
        return self._booking.picks(mail, text)

    def stale(self, language: str) -> str:
        """What anybody hears whose link or number proves nothing: the same whatever the cause."""
        return self._words.say(language, "stale")

    def _about(self, mail: OwnMail, language: str, now: datetime) -> _About:
        opening = f"{self._words.told(mail, language)}\n{self._words.meaning(mail, language)}"
        details = paragraphs(self._words.days(mail, language, now), self._words.asked(mail, language))
        return _About(opening, details)

    def _time(self, mail: OwnMail, aspects: set[Aspect], language: str, now: datetime) -> OwnReply:
        """When the interview is, and how it can be moved if that was asked."""
        if "move" in aspects:
            return self._booking.move(mail, language, now)
        asked = bool({"when", "prepare", "confirm"} & aspects)
        speaks = mail.kind in INTERVIEWS or mail.appointment is not None
        return (
            self._booking.when(mail, language, now)
            if asked or (aspects & {"meaning", "status"} and speaks)
            else NOTHING
        )
