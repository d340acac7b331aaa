"""What waits for a person about mails that told people their result: who was not reached, who has answered, who has not.

Knows the record's books by their ports, and when a line is over: a later mail arrived, an answer was recorded, somebody saw to it. Does
not know words (`morning_words.py`), channels or how anything of it is cured.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import chain
from typing import Literal, get_args
from zoneinfo import ZoneInfo

from bot.mailing.fields import Reader, UnreadableError, read_value
from bot.mailing.standing import Tracks
from bot.mailing.values import Day, Time, Type
from bot.model.campaign import ANYTIME, RELOCATED, Campaign, Kind, Told, decision_of
from bot.model.delivery import OPEN, Delivery, DeliveryState
from bot.model.knowledge import Call, Knowledge
from bot.model.returned import Return, ReturnKind
from bot.usecases.campaign_ports import Campaigns
from bot.usecases.own_mail_ports import OwnMails, Returns, Slots

Section = Literal["missed", "perhaps", "answers", "unanswered", "unbooked", "delayed", "away"]
SECTIONS: tuple[Section, ...] = get_args(Section)
"""In the order in which they are told: what is lost by waiting comes first."""

LOOKED_AT = timedelta(days=180)
"""How far back returns are looked at."""
GIVEN_UP = timedelta(days=7)
"""A delay is over by then, without a word from the server: it has delivered, or given up and said so (RFC 5321, 4.5.4.1)."""
AWAY = timedelta(days=30)
OVERDUE = 30
"""Days after the last one on which an answer is waited for still, offers aside: those hold a place until somebody says otherwise."""
INTERVIEWS: tuple[Kind, ...] = ("interview", "interview-booking", "interview-change")
REPLY_BY = "reply_by"
"""The template's field that says until when people are to answer."""

_LEFT: tuple[DeliveryState, ...] = ("sent", "unknown", "refused", "bounced")
_MISSED: tuple[DeliveryState, ...] = ("bounced", "refused")
_BOOKED = "booked"
"""What the record calls a slot that somebody booked."""
_SAYS_NOTHING = ANYTIME | {RELOCATED, _BOOKED}


@dataclass(frozen=True, slots=True)
class Books:
    """The record's books that the list is made of."""

    campaigns: Campaigns
    returns: Returns
    slots: Slots
    mails: OwnMails


@dataclass(frozen=True, slots=True)
class Case:
    """One line: about which mail, or which return, since when.

    `words` are a server's or the writer's; `due` is the day until which to answer, on the call's clock, `days` how many are left (none
    below 0: overdue). `moved` says that a corrected address is recorded; `anew` is the campaign that has planned the mail again; `unclear`
    says that the mail changed their interview, and took the time that they believe in from them.
    """

    section: Section
    call: str
    since: datetime
    delivery: Delivery | None = None
    kind: Kind | None = None
    back: Return | None = None
    words: str = ""
    due: date | None = None
    days: int | None = None
    moved: bool = False
    anew: int = 0
    unclear: bool = False


@dataclass(frozen=True, slots=True)
class Morning:
    """The list as it stands at `now`."""

    now: datetime
    cases: tuple[Case, ...]

    @property
    def calls(self) -> tuple[str, ...]:
        """The calls with something to say; "" for what belongs to none, last."""
        return tuple(sorted({one.call for one in self.cases}, key=lambda call: (not call, call)))

    @property
    def counts(self) -> Counter[Section]:
        """How many lines each section has."""
        return Counter(one.section for one in self.cases)

    def of(self, call: str, section: Section) -> tuple[Case, ...]:
        """A section of a call."""
        return tuple(one for one in self.cases if (one.call, one.section) == (call, section))


def morning(books: Books, knowledge: Knowledge, now: datetime, call: str | None = None) -> Morning:
    """What waits for a person: of all calls, or of one and what belongs to none."""
    listed = books.returns.listed(now - LOOKED_AT)
    campaigns = books.campaigns.campaigns(call)
    cases: list[Case] = []
    for name in dict.fromkeys(one.plan.call for one in campaigns):
        mine = [one for one in campaigns if one.plan.call == name]
        backs = [(back, mail, kind) for back, mail, of, kind in listed if of == name and mail is not None]
        cases += _Look(books, mine, backs, knowledge.calls.get(name), now).cases()
    cases += [
        Case("perhaps", "", back.at, back=back, words=back.detail)
        for back, mail, _, _ in listed
        if mail is None and back.kind == "failed" and back.handled is None
    ]
    return Morning(now, tuple(cases))


class _Look:
    """A look at one call."""

    def __init__(
        self,
        books: Books,
        campaigns: list[Campaign],
        backs: list[tuple[Return, Delivery, Kind | None]],
        known: Call | None,
        now: datetime,
    ) -> None:
        self._call, self._known, self._now = campaigns[0].plan.call, known, now
        self._backs = [(back, mail, kind) for back, mail, kind in backs if mail.address]
        mails = ((mail, one.plan.kind) for one in campaigns for mail in books.campaigns.deliveries(one.id, _LEFT))
        self._mails = [(mail, kind) for mail, kind in mails if mail.address]  # who was forgotten waits for nothing
        self._tracks = Tracks(books.campaigns.told(self._call))
        self._fields = books.mails.fields(self._call)
        appointments = books.slots.appointments(self._call)
        self._meetings = {one.person: one for one in appointments}
        self._unclear = {one.told for one in appointments if one.unclear}
        self._signs: dict[str, list[tuple[datetime, ReturnKind]]] = {}
        for back, mail, _ in self._backs:
            if back.kind in ("reply", "calendar") or (back.kind == "away" and back.proven):
                self._signs.setdefault(self._who(mail), []).append((back.at, back.kind))

    def cases(self) -> Iterator[Case]:
        """All lines, section by section."""
        awaited = sorted(self._awaited(), key=lambda one: (one.days is None, one.days or 0))
        passing = chain(self._passing("delayed", GIVEN_UP), self._passing("away", AWAY))
        return chain(self._missed(), self._perhaps(), self._answers(), awaited, passing)

    def _missed(self) -> Iterator[Case]:
        """Whom no mail has told since what theirs was to tell, and whose failure nobody has laid aside."""
        for mail, kind in self._mails:
            if mail.state == "sent":
                continue
            later = self._later(mail)
            reports = [one for one, of, _ in self._backs if of.id == mail.id and one.kind == "failed"]
            failures = [one for one in reports if one.proven] or reports
            aside = mail.state == "bounced" and failures and all(one.handled for one in failures)
            if aside or any(self._settles(one, kind) for one in later):
                continue
            anew = (one.campaign for one in later if one.state in OPEN and decision_of(one.what) == decision_of(kind))
            since = failures[0].at if failures and mail.state == "bounced" else self._left(mail)
            moved = any(one.what == RELOCATED for one in later)
            yield Case(
                "missed", self._call, since, mail, kind, words=mail.outcome, moved=moved, anew=next(anew, 0),
                back=failures[0] if failures and mail.state == "bounced" else None, unclear=mail.id in self._unclear,
            )  # fmt: skip

    def _perhaps(self) -> Iterator[Case]:
        for back, mail, kind in self._backs:
            if back.kind == "failed" and back.handled is None and mail.state not in _MISSED:
                yield Case("perhaps", self._call, back.at, mail, kind, back, back.detail)

    def _answers(self) -> Iterator[Case]:
        """What people wrote and their calendars said, until it is seen to or what they did is recorded; of a calendar, its last word."""
        calendar = {mail.id: back.id for back, mail, _ in self._backs if back.kind == "calendar"}
        for back, mail, kind in self._backs:
            says_no = back.kind == "calendar" and back.says != "accepted" and calendar[mail.id] == back.id
            if (back.kind != "reply" and not says_no) or back.handled is not None:
                continue
            if not any(one.reaction and one.when >= back.at for one in self._entries(mail)):
                yield Case("answers", self._call, back.at, mail, kind, back, back.detail)

    def _awaited(self) -> Iterator[Case]:
        """Who has not answered, and who has not booked."""
        for mail, kind in self._mails:
            fields = self._fields.get(mail.id, {})
            asked = kind in ("offer", "interview-booking") or bool(fields.get(REPLY_BY))
            if mail.state != "sent" or not asked or self._done(mail, kind):
                continue
            due = self._due(fields.get(REPLY_BY, ""))
            days = (due - self._today()).days if due else None
            if kind == "offer" or days is None or days >= -OVERDUE:
                section: Section = "unbooked" if kind == "interview-booking" else "unanswered"
                yield Case(section, self._call, self._left(mail), mail, kind, due=due, days=days)

    def _passing(self, section: Literal["delayed", "away"], lasts: timedelta) -> Iterator[Case]:
        """What may be over by itself: the last of each mail, unless it failed or its reader gave a sign of life since."""
        newest = {mail.id: (back, mail, kind) for back, mail, kind in self._backs if back.kind == section}
        for back, mail, kind in newest.values():
            signs = ("reply", "calendar") if section == "away" else ("reply", "calendar", "away")
            seen = any(at > back.at and what in signs for at, what in self._signs.get(self._who(mail), ()))
            if not seen and back.handled is None and mail.state not in _MISSED and self._now - back.at < lasts:
                yield Case(section, self._call, back.at, mail, kind, back, back.detail)

    def _done(self, mail: Delivery, kind: Kind) -> bool:
        """Whether nothing is waited for: they did something since, were told something else, or the interview is over."""
        later, left = self._later(mail), self._left(mail)
        if any(self._settles(one, kind) or one.what == _BOOKED for one in later):
            return True
        meeting = self._meetings.get(mail.person)
        if kind in INTERVIEWS and meeting is not None:
            booked = kind == "interview-booking" and meeting.stands
            if booked or meeting.invitation.meeting.starts <= self._now:
                return True
        signs = self._signs.get(self._who(mail), ())
        return kind != "interview-booking" and any(at >= left and what != "away" for at, what in signs)

    def _settles(self, later: Told, kind: Kind) -> bool:
        """Whether an entry of the record takes the place of a mail of a kind: what the person did, or was told by now."""
        replaces = later.what == kind or later.what not in _SAYS_NOTHING
        return later.reaction or (replaces and later.state not in ("planned", "claimed", "waiting"))

    def _later(self, mail: Delivery) -> list[Told]:
        """What was recorded of a mail's recipient after it; what did not arrive is itself no entry of the record."""
        entries, left = self._entries(mail), self._left(mail)
        own = next((one.number for one in entries if one.campaign == mail.campaign), 0)
        return [
            one
            for one in entries
            if (one.number > own if own else one.campaign > mail.campaign or (not one.campaign and one.when > left))
        ]

    def _entries(self, mail: Delivery) -> tuple[Told, ...]:
        return self._tracks.track(mail.person, mail.address).entries

    def _who(self, mail: Delivery) -> str:
        return min(self._tracks.known(mail.person, mail.address), default=mail.person)

    def _left(self, mail: Delivery) -> datetime:
        return mail.finished or mail.began or self._now

    def _today(self) -> date:
        return (self._now.astimezone(ZoneInfo(self._known.zone)) if self._known else self._now).date()

    def _due(self, text: str) -> date | None:
        """The last day to answer, as the coordinator typed it in; None where none was given, or the call is known no more."""
        if not text or self._known is None:
            return None
        types: tuple[Type, ...] = ("date", "time")
        for one in types:
            try:
                value = read_value(one, text, Reader(self._known, "", "en"))
            except UnreadableError:
                continue
            if isinstance(value, Day):
                return value.value
            if isinstance(value, Time):
                return value.value.date()
        return None
