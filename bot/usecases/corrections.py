"""Corrections: what was told and is no longer stated, and the new words for those who were told the old.

Knows what the calls state now and how a correction is worded. Does not decide that somebody is told: a coordinator does.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from bot.answering.decisions import Decision
from bot.answering.grounds import Ground
from bot.answering.guard import Guard
from bot.answering.replies import Replies, Worded
from bot.answering.wording import Templates, Voice, name_of
from bot.model.conversation import Told
from bot.model.correction import Change, Concerned, Letter, Matter, Telling, Verdict, changes
from bot.model.knowledge import Call, Knowledge, Project
from bot.model.message import Outgoing
from bot.model.moments import date_words

LONGEST = 600
"""Characters of the old words that a correction repeats: with the new ones they fit into one message everywhere."""
Progress = Callable[[int, int], None]


class UnsupportedCorrectionError(Exception):
    """The guard found something in a correction that the call does not hold; nothing was planned."""


class Book(Protocol):
    """The book of corrections."""

    def tellings(self) -> list[Telling]:
        """Replies that told facts and are not erased, oldest first."""
        ...

    def verdicts(self) -> list[Verdict]:
        """What was decided, in the order of deciding."""
        ...

    def answered_from(self) -> tuple[str, datetime] | None:
        """The knowledge that the last answer was given from, and when."""
        ...

    def tell(
        self, change: str, letters: Sequence[Letter], decided: tuple[str, datetime], knowledge: str, progress: Progress
    ) -> list[int]:
        """Plan these corrections in one commit; their numbers."""
        ...

    def dismiss(self, change: str, by: str, now: datetime) -> None:
        """Note that nobody is to be told of a change who was told the old value until now."""
        ...


@dataclass(frozen=True, slots=True)
class Correct:
    """Finds what changed, and corrects it on a coordinator's word."""

    knowledge: Knowledge
    replies: Replies
    guard: Guard
    templates: Templates
    book: Book

    def changes(self) -> list[Change]:
        """What was told within the time of keeping and is no longer stated, the value told first first."""
        current = {
            matter: frozenset(ground.digest() for ground in grounds) for matter, grounds in self._stated().items()
        }
        return changes(self.book.tellings(), self.book.verdicts(), current, frozenset(self.knowledge.calls))

    def absent(self) -> list[str]:
        """Calls of which something was told and whose folder is away: these are not compared."""
        told = {told.call for telling in self.book.tellings() for told in telling.told}
        return sorted(told - set(self.knowledge.calls))

    def answered_elsewhere(self) -> datetime | None:
        """When the last answer was given, if it was from other knowledge than this."""
        last = self.book.answered_from()
        return last[1] if last is not None and last[0] != self.knowledge.version else None

    def name(self, change: Change, language: str = "en") -> str:
        """Whose the value is, and what it is on."""
        call = self.knowledge.calls[change.call]
        project = _project(call, change.project)
        topic = self.knowledge.topics.get(change.topic)
        named = (
            name_of(call, language),
            project.name if project else change.project,
            topic.name(language) if topic else change.topic,
        )
        return ", ".join(filter(None, named))

    def stated(self, change: Change, language: str, now: datetime) -> tuple[str, ...]:
        """What the call says now in the change's place, sentence by sentence; nothing if it says nothing."""
        voice = self._voice(language, now)
        return tuple(dict.fromkeys(self.replies.sentence(ground, voice) for ground in self._grounds(change)))

    def tell(
        self,
        change: Change,
        people: Sequence[Concerned],
        by: str,
        now: datetime,
        progress: Progress = lambda done, total: None,
    ) -> list[int]:
        """Plan one correction for each of these people; the replies' numbers. Raises UnsupportedCorrectionError."""
        grounds = self._grounds(change)
        worded: dict[str, tuple[Decision, Worded | None]] = {}
        letters = []
        for person in people:
            voice = self._voice(person.telling.language, now)
            if voice.language not in worded:
                decision = self._decision(change, grounds)
                worded[voice.language] = decision, self.replies.word(decision, voice) if grounds else None
            letters.append(Letter(person, self._letter(change, person, *worded[voice.language], voice)))
        return self.book.tell(change.key, letters, (by, now), self.knowledge.version, progress)

    def dismiss(self, change: Change, by: str, now: datetime) -> None:
        """Note that nobody is to be told."""
        self.book.dismiss(change.key, by, now)

    def _voice(self, language: str, now: datetime) -> Voice:
        return Voice(language if language in self.templates.languages else "en", now)

    def _stated(self) -> dict[Matter, list[Ground]]:
        """All that is stated now, by call, project and topic."""
        found: dict[Matter, list[Ground]] = {}
        for call in self.knowledge.calls.values():
            for project, entry in call.cited():
                ground = Ground(call, project, entry)
                if ground.kind:
                    found.setdefault((call.id, project.id if project else "", ground.kind), []).append(ground)
        return found

    def _grounds(self, change: Change) -> list[Ground]:
        return self._stated().get((change.call, change.project, change.topic), [])

    def _decision(self, change: Change, grounds: Sequence[Ground]) -> Decision:
        """The form in which the new value is told: that of an answer."""
        call = self.knowledge.calls[change.call]
        project = _project(call, change.project)
        owners = (project,) if project else ()
        if not grounds:
            return Decision("not-understood", None, (call,), owners)
        if change.topic.startswith("requirement "):
            return Decision("requirements", None, (call,), owners, tuple(grounds), values={"part": True})
        return Decision("stated", self.knowledge.topics.get(change.topic), (call,), owners, tuple(grounds))

    def _letter(
        self, change: Change, person: Concerned, decision: Decision, worded: Worded | None, voice: Voice
    ) -> Outgoing:
        call, telling = self.knowledge.calls[change.call], person.telling
        date = date_words(telling.when.astimezone(ZoneInfo(call.zone)).date(), voice.language)
        about = decision.projects[0].name if decision.projects else name_of(call, voice.language)
        old = person.said if len(person.said) <= LONGEST else f"{person.said[:LONGEST].rstrip()} …"
        ask = "" if worded else self.replies.ask(decision, voice)
        new = worded.text if worded else ""
        text = self._say(voice, "correction", date=date, about=about, old=old, new=new, ask=ask)
        shown = worded.grounds if worded else ()
        computed = [date, about, old, *self.replies.computed(decision, voice)]
        problems = self.guard.unsupported(text, shown, computed, self.replies.nameable(decision))
        if problems:
            raise UnsupportedCorrectionError(", ".join(problems))
        return Outgoing(
            text,
            "correction",
            voice.language,
            sources=worded.sources if worded else (),
            citations=worded.citations if worded else (),
            topics=(change.topic,) if change.topic in self.knowledge.topics else (),
            told=tuple(
                Told(change.call, change.project, ground.kind, ground.digest(), self.replies.sentence(ground, voice))
                for ground in shown
            ),
            notice=self._say(voice, "footer") if telling.channel == "email" else "",
        )

    def _say(self, voice: Voice, key: str, **values: object) -> str:
        return self.templates.say(voice.language, "service", key, **values)


def _project(call: Call, project_id: str) -> Project | None:
    return next((project for project in call.projects if project.id == project_id), None)
