"""What people ask of the bot itself: help, privacy, their data, being forgotten. Understood alike on every channel.

A request is a message that begins with a slash (Telegram's custom, https://core.telegram.org/bots/features#commands), in a
letter too. Erasing needs a code that is sent to the address itself, so that nobody erases for another.
"""

import json
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.answering.wording import Templates, name_of
from bot.model.knowledge import Knowledge
from bot.model.message import Choice, File, Outgoing, Received
from bot.usecases.ports import People
from bot.usecases.remind import Remind

_REQUEST = re.compile(r"\s*/([a-z]{2,32})(?:@\w+)?(?:[ \t]+(\S{1,64}))?\s*(?:\n|$)", re.IGNORECASE)
CODE_HOURS = 24


def read_request(text: str) -> tuple[str, str] | None:
    """The request in the first line of a message, and what follows it on that line: "/start word" is ("start", "word")."""
    found = _REQUEST.match(text)
    return (found[1].lower(), found[2] or "") if found else None


@dataclass(frozen=True, slots=True)
class Requests:
    """Answers requests to the bot itself."""

    knowledge: Knowledge
    templates: Templates
    people: People
    coordinators: Sequence[str] = ()
    keep_days: int = 30
    decision_days: int = 183
    remind: Remind | None = None

    def question(self, request: str, language: str) -> str:
        """The question that a request stands for, "" if it stands for none."""
        asked = self.templates.has(language, "service", "question", request)
        return self._say(language, "question", request) if asked else ""

    def contacts(self, language: str) -> str:
        """To whom one can write; "" if the settings name nobody."""
        return self._say(language, "contacts", people=list(self.coordinators)) if self.coordinators else ""

    def awaits_code(self, received: Received, now: datetime) -> bool:
        """Whether the person was asked to confirm that everything be erased."""
        return bool(self.people.awaited_code(received.conversation, now))

    def handle(
        self, received: Received, request: tuple[str, str], language: str, now: datetime
    ) -> tuple[Outgoing, str]:
        """The reply, and the request as a turn of the conversation ("" if later turns need not know it)."""
        name, word = request
        match name:
            case "start":
                return self._start(language, word)
            case "help":
                text = self._say(language, "help", calls=self._calls(language), commands=self.commands(language))
            case "privacy":
                channel = received.incoming.channel
                kept = {"days": self.keep_days, "decision_days": self.decision_days}
                text = self._say(language, "privacy", channel=channel, **kept)
            case "mydata" | "forget" | "cancel" if not received.incoming.private:
                text = self._say(language, "in-private")
            case "mydata":
                return self._mydata(received, language), ""
            case "forget":
                return self._forget(received, word, language, now), ""
            case "remind" if self.remind is not None:
                return self.remind.by_request(received, word, language, now), ""
            case "done":
                text = self._say(language, "nothing-to-cancel")
            case "cancel":
                awaited = self.people.awaited_code(received.conversation, now)
                self.people.ask_erasure(received.conversation, "", now)
                text = self._say(language, "cancelled" if awaited else "nothing-to-cancel")
            case _:
                text = self._say(language, "unknown-command")
        return Outgoing(text, "service", language), ""

    def commands(self, language: str) -> list[tuple[str, str]]:
        """The commands to be listed, with what each does."""
        names = self.templates.names(language, "service", "commands")
        return [(name, self._say(language, "commands", name)) for name in names]

    def _start(self, language: str, payload: str) -> tuple[Outgoing, str]:
        topic = self._deep_link(payload, language)
        text = self._say(language, "start", calls=self._calls(language), topic=topic)
        questions = [
            self._say(language, "examples", name) for name in self.templates.names(language, "service", "examples")
        ]
        choices = tuple(Choice(question, question) for question in questions)
        return Outgoing(text, "service", language, choices=choices), topic

    def _deep_link(self, payload: str, language: str) -> str:
        """What t.me/BOT?start=CALL or CALL__PROJECT points at, "" if at nothing known (core.telegram.org/api/links)."""
        call_id, _, project_id = payload.partition("__")
        call = self.knowledge.calls.get(call_id)
        if call is None:
            return ""
        names = [project.name for project in call.advertised if project.id == project_id]
        return ": ".join([name_of(call, language), *names])

    def _mydata(self, received: Received, language: str) -> Outgoing:
        kept = self.people.export(received.conversation)
        incoming = received.incoming
        waiting = self.remind.book.waiting(received.conversation) if self.remind is not None else []
        reminders = [{"call": one.call, "days-before-the-deadline": one.days} for one in waiting]
        content = {
            "channel": incoming.channel,
            "address": incoming.address,
            "messages": kept,
            "reminders": reminders,
        }
        file = File("mydata.json", json.dumps(content, ensure_ascii=False, indent=2))
        text = self._say(language, "mydata", count=len(kept), file=file.name)
        return Outgoing(text, "service", language, file=file)

    def _forget(self, received: Received, code: str, language: str, now: datetime) -> Outgoing:
        awaited = self.people.awaited_code(received.conversation, now)
        if code and not (awaited and secrets.compare_digest(code.upper().encode(), awaited.encode())):
            return Outgoing(self._say(language, "forget-wrong"), "service", language)
        if code:
            count = self.people.erase(received, now)
            return Outgoing(self._say(language, "forgotten", count=count), "erased", language)
        fresh = secrets.token_hex(5).upper()
        self.people.ask_erasure(received.conversation, fresh, now + timedelta(hours=CODE_HOURS))
        command = f"/forget {fresh}"
        text = self._say(
            language,
            "forget-ask",
            count=len(self.people.export(received.conversation)),
            command=command,
            hours=CODE_HOURS,
            channel=received.incoming.channel,
        )
        choices = (
            Choice(self._say(language, "forget-yes"), command),
            Choice(self._say(language, "forget-no"), "/cancel"),
        )
        return Outgoing(text, "service", language, choices=choices)

    def _calls(self, language: str) -> list[str]:
        return [name_of(call, language) for call in self.knowledge.calls.values()]

    def _say(self, language: str, *path: str, **values: object) -> str:
        return self.templates.say(language, "service", *path, **values)
