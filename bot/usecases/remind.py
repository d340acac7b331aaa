"""Reminders of a deadline, for applicants who ask for one: agreed on, taken back, sent when they are due.

The wish is read from words (a topic of the catalogue, and how long before) or from /remind DAYS; the reminder itself is the
brain's own answer to when the deadline is, so that it rests on the call as it stands on that day.
"""

import asyncio
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.answering.spans import SpanReader
from bot.answering.wording import Templates, name_of
from bot.model.conversation import Answer, Question
from bot.model.knowledge import Call, Knowledge
from bot.model.message import Choice, Outgoing, Received
from bot.model.moments import date_words, moment_words
from bot.model.reminder import Reminder, deadline_of, due
from bot.usecases.ports import Reminders
from bot.usecases.runtime import Runtime

WISH = "reminder"
"""The topic of the catalogue that is this wish."""
USUAL = 7
"""Days before, if the wish does not tell."""
PAUSE = 60.0
_WORD = re.compile(r"(?:(?P<call>[\w-]+):)?(?P<days>\d{1,3})")


@dataclass(frozen=True, slots=True)
class Remind:
    """Agrees on reminders."""

    book: Reminders
    knowledge: Knowledge
    templates: Templates
    spans: SpanReader

    def by_words(self, received: Received, text: str, answer: Answer, now: datetime) -> Outgoing:
        """The reply to a wish in the person's own words, below what else was asked; one that says "not" takes it back."""
        refused = self.spans.refuses(text)
        agreed = (
            self.by_request(received, "off", answer.language, now)
            if refused
            else self._by_words(received, text, answer, now)
        )
        offer = self.templates.say(answer.language, "wish", WISH)
        return replace(agreed, text=f"{answer.reply.replace(offer, '').strip()}\n\n{agreed.text}".strip())

    def _by_words(self, received: Received, text: str, answer: Answer, now: datetime) -> Outgoing:
        named = [self.knowledge.calls[matter.call] for matter in answer.matters if matter.topic == WISH and matter.call]
        days = self.spans.read(text)
        return self._agree(received, named, USUAL if days is None else days, answer.language, now)

    def by_request(self, received: Received, word: str, language: str, now: datetime) -> Outgoing:
        """The reply to /remind, /remind DAYS, /remind CALL:DAYS and /remind off."""
        if word.casefold() == "off":
            name = "off" if self.book.withdraw(received.conversation) else "none"
            return Outgoing(self._say(language, name), "service", language)
        found = _WORD.fullmatch(word)
        call = self.knowledge.calls.get(found["call"] or "") if found else None
        if word and (found is None or (found["call"] and call is None)):
            return Outgoing(self._say(language, "usage"), "service", language)
        calls = [call] if call else list(self.knowledge.calls.values())
        return self._agree(received, calls, int(found["days"]) if found else USUAL, language, now)

    def _agree(self, received: Received, calls: Sequence[Call], days: int, language: str, now: datetime) -> Outgoing:
        having = [call for call in calls if deadline_of(call) is not None]
        open_calls = [call for call in having if (end := deadline_of(call)) is not None and end > now]
        if not open_calls:
            name = "closed" if having else "no-deadline"
            return Outgoing(
                self._say(language, name, calls=self._names(having or calls, language)), "service", language
            )
        if len(open_calls) > 1:
            choices = tuple(Choice(name_of(call, language), f"/remind {call.id}:{days}") for call in open_calls)
            text = self._say(language, "which", calls=self._names(open_calls, language))
            return Outgoing(text, "service", language, choices=choices)
        return self._agreed(received, open_calls[0], max(1, days), language, now)

    def _agreed(self, received: Received, call: Call, days: int, language: str, now: datetime) -> Outgoing:
        when, deadline = due(call, days), deadline_of(call)
        assert when is not None
        assert deadline is not None
        if when <= now:
            possible = next((left for left in (7, 3, 1) if (other := due(call, left)) and other > now), None)
            choices = (
                (Choice(self._say(language, "days", days=possible), f"/remind {call.id}:{possible}"),)
                if possible
                else ()
            )
            text = self._say(language, "too-late", days=days, deadline=moment_words(deadline, language))
            return Outgoing(text, "service", language, choices=choices)
        self.book.ask(received, call.id, days, language)
        shown = {"when": date_words(when.date(), language), "days": days, "call": name_of(call, language)}
        undo = Choice(self._say(language, "undo"), "/remind off")
        return Outgoing(self._say(language, "agreed", **shown), "service", language, choices=(undo,))

    def _names(self, calls: Sequence[Call], language: str) -> list[str]:
        return [name_of(call, language) for call in calls]

    def _say(self, language: str, name: str, **values: object) -> str:
        return self.templates.say(language, "service", "remind", name, **values)


@dataclass(frozen=True, slots=True)
class SendReminders:
    """Sends reminders when they are due, while the program serves. `question` words the question for the deadline."""

    book: Reminders
    knowledge: Knowledge
    templates: Templates
    answer: Callable[[Question], Answer]
    question: Callable[[str], str]
    runtime: Runtime
    on_planned: Callable[[], None]

    async def run(self) -> None:
        """Send what is due, until cancelled."""
        while True:
            if await self.runtime.run(self.look, self.runtime.clock()):
                self.on_planned()
            await asyncio.sleep(PAUSE)

    def look(self, now: datetime) -> int:
        """Plan the messages of all reminders that are due; how many."""
        return sum(self._send(reminder, now) for reminder in self.book.waiting())

    def _send(self, reminder: Reminder, now: datetime) -> bool:
        call = self.knowledge.calls.get(reminder.call)
        when = due(call, reminder.days) if call else None
        deadline = deadline_of(call) if call else None
        channel = self.book.channel(reminder)
        if call is None or when is None or deadline is None or when > now or channel is None:
            return False  # a deadline that is not stated today may be again tomorrow
        if deadline <= now:
            self.runtime.log.warning("reminder %d: the deadline is over; not sent", reminder.id)
            self.book.drop(reminder)
            return False
        language = reminder.language
        told = self.answer(Question(self.question(language), now, (name_of(call, language),)))
        first = self.templates.say(language, "service", "remind", "due", call=name_of(call, language))
        footer = self.templates.say(language, "service", "footer" if channel == "email" else "notice")
        outgoing = Outgoing(
            f"{first}\n\n{told.reply}",
            "reminder",
            language,
            sources=told.sources,
            citations=told.citations,
            topics=told.topics,
            matters=told.matters,
            told=told.told,
            notice=footer,
        )
        return self.book.send(reminder, channel, outgoing, self.knowledge.version, now)
