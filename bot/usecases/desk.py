"""The coordinators' side of requests to a person: who is told what, in whose language, and what the applicant is told to expect.

Knows who is on duty and how a request is laid out for them. Does not know what an answer of theirs does (relay.py).
"""

import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from babel.dates import format_date, format_skeleton

from bot.answering.wording import Templates, name_of
from bot.model.conversation import Answer, Matter
from bot.model.hand_over import Coordinator, Line, Request, on_duty
from bot.model.knowledge import Knowledge, Topic
from bot.model.message import Incoming, Outgoing
from bot.model.moments import date_words
from bot.usecases.own_mail_ports import OwnMails
from bot.usecases.ports import HandOvers

LONGEST = 6000
"""Characters of a conversation that a letter to coordinators shows; its end, if it is longer."""
NAMED = 3
"""Topics that a subject names."""
HORIZON = 366
"""Days ahead in which somebody is looked for who is not away."""

RECORDED = {"accept-offer": "accepted", "decline-offer": "declined", "withdraw-application": "withdrawn"}
"""What is recorded of somebody, by the topic of what they wrote."""
PRIVATE = frozenset(
    {"own-mail", "accept-offer", "decline-offer", "confirm-interview", "interview-slot", "withdraw-application"}
)
"""Topics on which no two requests ask the same."""
MAY_ANSWER = {"offer": "accepted|declined"}
"""The same where what they wrote was not understood, by what they were told."""

Words = Callable[[str], str]
"""A text in a language."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Whom requests reach: by letter, and in the coordinators' Telegram group (`group` is its chat, "" without)."""

    hand_overs: HandOvers
    templates: Templates
    knowledge: Knowledge
    coordinators: Sequence[Coordinator] = ()
    letters: bool = False
    group: str = ""
    answer_days: int = 0
    own_mails: OwnMails | None = None

    @property
    def reachable(self) -> bool:
        """Whether a request reaches anybody."""
        return bool(self.group) or (self.letters and any(one.email for one in self.coordinators))

    def author(self, incoming: Incoming) -> Coordinator | None:
        """The coordinator who wrote a message: by address, or by number in the group."""
        if incoming.channel == "email":
            written_by = (incoming.context or {}).get("author")  # From; the answer may go elsewhere
            mine = (written_by or incoming.address).casefold()
            return next((one for one in self.coordinators if one.email.casefold() == mine), None)
        chat, _, person = incoming.address.partition("/")
        if chat != self.group:
            return None
        return next(
            (one for one in self.coordinators if one.telegram is not None and str(one.telegram) == person), None
        )

    def named(self, address: str) -> str:
        """The name of the coordinator of that address, "" if there is none."""
        return next((one.name for one in self.coordinators if one.email == address), "")

    def matters(self, answer: Answer) -> tuple[Matter, ...]:
        """What of an answer is for a person: not stated, asked for, or refused where a person can help."""
        return tuple(matter for matter in answer.matters if self._for_person(matter))

    def _for_person(self, matter: Matter) -> bool:
        topic = self.knowledge.topics.get(matter.topic)
        way_out = topic is not None and topic.way_out
        return matter.form in ("not-stated", "hand-over") or (matter.form == "refusal" and way_out)

    def expectation(self, language: str, matters: Sequence[Matter], known: Request | None, now: datetime) -> str:
        """What the applicant is told: who was asked, and when an answer may be expected."""
        if known is not None:
            return self._say(language, "hand-over", "added", on=date_words(known.opened.date(), language))
        day, calls = now.date(), [matter.call for matter in matters if matter.call]
        people = [one.name for one in on_duty(self.coordinators, calls, day)] or [self._say(language, "coordination")]
        back = self._back(calls, day)
        shown = date_words(back, language) if back else ""
        return self._say(language, "hand-over", "passed-on", people=people, days=self.answer_days, back=shown)

    def _back(self, calls: Sequence[str], day: date) -> date | None:
        """The first day on which somebody is there, if nobody is today."""
        for ahead in range(HORIZON):
            there = day + timedelta(days=ahead)
            if not self.coordinators or any(not one.away(there) for one in on_duty(self.coordinators, calls, there)):
                return there if ahead else None
        return None

    def to_coordinators(self, request: Request, text: Words, now: datetime, *, but: str = "") -> list[Outgoing]:
        """A message about a request to everybody on duty, and to the group; not to the coordinator `but`."""
        calls = [matter.call for matter in request.matters if matter.call]
        people = [one for one in on_duty(self.coordinators, calls, now.date()) if one.email]
        if not people and not self.group:  # nothing may reach nobody
            people = [one for one in self.coordinators if one.email]
        letters = [self.letter(one, request, text) for one in people if one.name != but] if self.letters else []
        return [*letters, *self.to_group(request, text)]

    def to_writer(self, request: Request, text: Words, now: datetime) -> list[Outgoing]:
        """The same to the coordinator who is writing with the applicant; to everybody on duty while nobody is."""
        writer = next((one for one in self.coordinators if one.name == request.by and one.email), None)
        if not self.letters or not request.silent(now) or writer is None or writer.away(now.date()):
            return self.to_coordinators(request, text, now)
        return [self.letter(writer, request, text), *self.to_group(request, text)]

    def to_group(self, request: Request, text: Words) -> list[Outgoing]:
        """A message about a request to the group, which reads of several at once: its heading says of which."""
        language = self.coordinators[0].language if self.coordinators else "en"
        heading = self._subject(request, language)
        there = Outgoing(
            text(language),
            "to-coordinator",
            language,
            notice=heading,
            to=self.group,
            via="telegram",
            hand_over=request.id,
        )
        return [there] if self.group else []

    def letter(self, one: Coordinator, request: Request, text: Words) -> Outgoing:
        """A message about a request to one coordinator."""
        language = one.language
        subject = self._subject(request, language)
        body = text(language)
        return Outgoing(body, "to-coordinator", language, subject=subject, to=one.email, hand_over=request.id)

    def asked(self, request: Request, *, reminded_after: int | None = None) -> Words:
        """A request as coordinators first read it; or a reminder of it, after so many days."""
        lines = self.hand_overs.lines(request, 0)
        others = self.others(request)

        def text(language: str) -> str:
            shown = {"topics": self.topics(request, language), "lines": self.conversation(lines, language)}
            shown["own"] = self.own_mail(request, language)
            if reminded_after is not None:
                return self._tell(language, "request", "reminder", days=reminded_after, **shown)
            return self._tell(
                language,
                "request",
                "asked",
                number=request.id,
                reasons=self._reasons(request, language),
                spoken=self._named(language, "languages", request.language),
                channel=self._named(language, "channels", request.channel),
                address=request.address if request.channel == "email" else "",
                since=_moment(request.opened, language),
                others=others,
                **shown,
            )

        return text

    def others(self, request: Request) -> int:
        """How many other requests wait for the same."""
        public = [matter for matter in request.matters if matter.topic not in PRIVATE]
        same = {other.id for matter in public for other in self.hand_overs.waiting_for(matter)}
        return len(same - {request.id})

    def news(self, request: Request) -> Words:
        """What the applicant wrote since coordinators were last told."""
        lines = self.hand_overs.lines(request, request.told)

        def text(language: str) -> str:
            own = self.own_mail(request, language, read=False)
            return self._tell(language, "request", "news", own=own, lines=self.conversation(lines, language))

        return text

    def own_mail(self, request: Request, language: str, *, read: bool = True) -> str:
        """Which mail that told them their result somebody writes about, and the command that records their answer; "" without one.

        One answer is named only where the messages were `read` as that and as no other.
        """
        if self.own_mails is None:
            return ""
        number = request.about or request.claimed
        mail = self.own_mails.mail(number) if number is not None else None
        if mail is None and request.channel == "telegram" and request.conversation is not None:
            mail = self.own_mails.of_chat(request.conversation)
        if mail is None:
            return ""
        said = {RECORDED[matter.topic] for matter in request.matters if matter.topic in RECORDED} if read else set()
        answer = said.pop() if len(said) == 1 else MAY_ANSWER.get(mail.kind, "")
        return self._tell(
            language,
            "request",
            "own",
            mail=mail,
            kind=self._tell(language, "campaign", "kinds", mail.kind),
            told=date_words(mail.told.date(), language),
            writer=request.address if request.about is None and request.channel == "email" else "",
            command=f"callboard campaign answer {mail.call} {shlex.quote(mail.address)} {answer}" if answer else "",
            moves=any(matter.topic == "interview-slot" for matter in request.matters),
        )

    def outcome(self, name: str, **values: object) -> Words:
        """What became of an answer or a request."""
        return lambda language: self._tell(language, "outcome", name, **values)

    def conversation(self, lines: Sequence[Line], language: str) -> str:
        """Messages one below the other: when, who, what."""
        told = []
        for line in lines:
            who = self._named(language, "who", line.who)
            words = line.text
            if line.form:
                words = self._tell(language, "request", "form", form=line.form)
            told.append(f"{_moment(line.when, language)}, {who}:\n{words}")
        text = "\n\n".join(told)
        return text if len(text) <= LONGEST else f"[...] {text[-LONGEST:]}"

    def topics(self, request: Request, language: str) -> list[str]:
        """What a request is about, in words: topic, and project or call."""
        found = []
        for matter in request.matters:
            topic, call = self.knowledge.topics.get(matter.topic), self.knowledge.calls.get(matter.call)
            names = [self._topic(topic, language) if topic else matter.topic]
            if call is not None:
                projects = [project.name for project in call.projects if project.id == matter.project]
                names.append(projects[0] if projects else name_of(call, language))
            found.append(" - ".join(names))
        return list(dict.fromkeys(found))

    def _subject(self, request: Request, language: str) -> str:
        topics = self.topics(request, language)
        shown = [*topics[:NAMED], "…"] if len(topics) > NAMED else topics
        return self._tell(language, "request", "subject", number=request.id, topics=shown)

    def _topic(self, topic: Topic, language: str) -> str:
        """The topic's name; what is left to a person has none in the catalogue, since no reply names it."""
        known = self.templates.has(language, "coordinators", "report", "topics", topic.id)
        return self._tell(language, "report", "topics", topic.id) if known else topic.name(language)

    def _reasons(self, request: Request, language: str) -> list[str]:
        forms = dict.fromkeys(matter.form for matter in request.matters)
        return [self._tell(language, "request", "reason", form, topic=form) for form in forms]

    def _named(self, language: str, kind: str, name: str) -> str:
        known = self.templates.has(language, "coordinators", "request", kind, name)
        return self._tell(language, "request", kind, name) if known else name

    def _say(self, language: str, *path: str, **values: object) -> str:
        return self.templates.say(language, "service", *path, **values)

    def _tell(self, language: str, *path: str, **values: object) -> str:
        return self.templates.say(language, "coordinators", *path, **values)


def _moment(when: datetime, language: str) -> str:
    local = when.astimezone()
    return f"{format_date(local, 'medium', locale=language)}, {format_skeleton('Hm', local, locale=language)}"
