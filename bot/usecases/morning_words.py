"""The list of what waits for a person in words: section by section, each line with the command that helps.

Knows templates/coordinators below `morning`, and the names of calls. Does not know how a table is laid out, nor when it is told.
"""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_datetime

from bot.answering.wording import Templates, name_of
from bot.model.knowledge import Knowledge
from bot.model.moments import date_words
from bot.usecases.morning import SECTIONS, Case, Morning, Section
from bot.usecases.report_words import shown

FIRST = 30
"""Lines of a section in a letter; the command shows all."""
LONGEST = 200
_COLUMNS: dict[Section, tuple[str, ...]] = {
    "missed": ("who", "mail", "state", "since", "words"),
    "perhaps": ("number", "who", "mail", "address", "since", "words"),
    "answers": ("number", "who", "mail", "answer", "since", "words"),
    "unanswered": ("who", "mail", "since", "due"),
    "unbooked": ("who", "mail", "since", "due"),
    "delayed": ("who", "mail", "since", "words"),
    "away": ("number", "who", "mail", "since", "words"),
}


@dataclass(frozen=True, slots=True)
class Block:
    """A section of a call in words: as a table (`columns`, `rows`), as `lines` of a letter, with the commands that help.

    `cures` are those of its lines, each once; `closing` those for all of them together.
    """

    title: str
    note: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[str, ...]
    cures: tuple[str, ...]
    closing: tuple[str, ...]


class MorningWords:
    """Words the list in one language."""

    def __init__(self, knowledge: Knowledge, templates: Templates, language: str) -> None:
        self.language = language if language in templates.languages else "en"
        self._knowledge = knowledge
        self._templates = templates

    def say(self, *path: str, **values: object) -> str:
        """A template of the list."""
        return self._templates.say(self.language, "coordinators", "morning", *path, **values)

    def counts(self, made: Morning) -> list[str]:
        """How much of what, as in: 3 not reached."""
        return [self.say("counts", name, count=made.counts[name]) for name in SECTIONS if made.counts[name]]

    def title(self, call: str) -> str:
        """A call's name and id, and whose clock the times are on."""
        known = self._knowledge.calls.get(call)
        if known is None:
            return call or self.say("loose")
        return f"{name_of(known, self.language)}, {call} {self.say('clock', zone=known.zone)}"

    def blocks(self, made: Morning, call: str) -> list[Block]:
        """What there is to say of a call."""
        return [self._block(name, made.of(call, name)) for name in SECTIONS if made.of(call, name)]

    def letter(self, made: Morning) -> tuple[str, str]:
        """(subject, text) of the daily letter."""
        counts = self.counts(made)
        if not counts:
            return self.say("subject", counts=[self.say("nothing")]), self.say("nothing")
        return self.say("subject", counts=counts), self.say("letter", counts=counts, calls=self._calls(made))

    def at_once(self, made: Morning) -> tuple[str, str]:
        """(subject, text) of the letter on mails that came back just now."""
        count = len(made.cases)
        return self.say("at-once", count=count), self.say("bounces", count=count, calls=self._calls(made))

    def moment(self, moment: datetime, call: str) -> str:
        """A moment on the call's clock, as in: Thu 12 Mar, 09:14."""
        known = self._knowledge.calls.get(call)
        pattern = "EEE d MMM, HH:mm" if self.language == "en" else "EEE d. MMM, HH:mm"
        local = moment.astimezone(ZoneInfo(known.zone) if known else None)
        return str(format_datetime(local, pattern, locale=self.language))

    def mail(self, case: Case) -> str:
        """Which mail it is about, "" if none is known."""
        if case.delivery is None:
            return ""
        kind = self._templates.say(self.language, "coordinators", "campaign", "kinds", case.kind or "free-text")
        return self.say("mail", kind=kind, campaign=case.delivery.campaign, row=case.delivery.row)

    def _calls(self, made: Morning) -> str:
        texts: list[str] = []
        for call in made.calls:
            texts.append(self.title(call))
            for block in self.blocks(made, call):
                left = len(block.lines) - FIRST
                more = [f"- {self.say('more', count=left, call=call)}"] if left > 0 else []
                texts.append("\n".join([block.title.upper(), block.note, *block.lines[:FIRST], *more, *block.closing]))
        return "\n\n".join(texts)

    def _block(self, name: Section, cases: Sequence[Case]) -> Block:
        cells = [self._cells(case) for case in cases]
        cures = [self._cures(case) for case in cases]
        return Block(
            title=f"{self.say('titles', name)} ({len(cases)})",
            note=self.say("notes", name, call=cases[0].call),
            columns=tuple(self.say("columns", column) for column in _COLUMNS[name]),
            rows=tuple(tuple(each[column] for column in _COLUMNS[name]) for each in cells),
            lines=tuple(map(self._line, cases, cells, cures)),
            cures=tuple(dict.fromkeys(cure for each in cures for cure in each)),
            closing=tuple(self._closing(name, cases)),
        )

    def _line(self, case: Case, cells: dict[str, str], cures: Sequence[str]) -> str:
        first = f"- {self.say('lines', case.section, **cells)}"
        words = [self.say("words", case.section, words=cells["words"])] if cells["words"] else []
        return "\n".join([first, *(f"  {line}" for line in (*words, *cures))])

    def _cells(self, case: Case) -> dict[str, str]:
        mail, back = case.delivery, case.back
        return {
            "number": str(back.id) if back else "",
            "who": shown(f"{mail.name} <{mail.address}>".strip()) if mail else "",
            "mail": self.mail(case),
            "state": self._state(case),
            "since": self.moment(case.since, case.call),
            "words": _short(case.words),
            "address": _short(back.address) if back else "",
            "answer": self._answer(case),
            "due": self.say("due", due=date_words(case.due, self.language) if case.due else "", days=case.days),
        }

    def _state(self, case: Case) -> str:
        if case.delivery is None:
            return ""
        state = self.say("states", case.delivery.state, state=case.delivery.state)
        state = self.say("states", "unclear", state=state) if case.unclear else state
        return self.say("states", "anew", state=state, anew=case.anew) if case.anew else state

    def _answer(self, case: Case) -> str:
        if case.back is None or case.section != "answers":
            return ""
        name = case.back.says if case.back.kind == "calendar" else "reply"
        return self.say(
            "answer",
            name,
            elsewhere=not case.back.proven,
            address=_short(case.back.address),
            says=_short(case.back.says),
        )

    def _cures(self, case: Case) -> list[str]:
        """What helps with one line: what is to be known first, then the command."""
        return [*([self.say("cures", "unclear")] if case.unclear else []), *self._commands(case)]

    def _commands(self, case: Case) -> list[str]:
        """The command that helps with one line."""
        mail, back = case.delivery, case.back
        known = {"call": case.call, "person": shlex.quote(mail.person) if mail else ""}
        match case.section:
            case "missed" if mail is not None and mail.state == "unknown":
                return [self.say("cures", "resolve", campaign=mail.campaign)]
            case "missed" if case.anew:
                return [self.say("cures", "anew", anew=case.anew)]
            case "missed" if not case.moved:
                return [self.say("cures", "address", **known)]
            case "perhaps" if back is not None:
                place = f"{mail.campaign}:{mail.row}" if mail else ""
                return [self.say("cures", "match", number=back.id, mail=place)]
            case "answers" | "unanswered" if case.kind == "offer" and mail is not None:
                doubtful = back is not None and not back.proven
                careful = [self.say("cures", "careful", address=shown(mail.address))] if doubtful else []
                return [*careful, self.say("cures", "answer", **known)]
        return []

    def _closing(self, name: Section, cases: Sequence[Case]) -> list[str]:
        """The commands for all lines of a section together."""
        found: list[str] = []
        if name == "missed":
            again = [one for one in cases if one.delivery and one.delivery.state != "unknown" and not one.anew]
            for campaign in dict.fromkeys(one.delivery.campaign for one in again if one.delivery):
                mine = [one for one in again if one.delivery and one.delivery.campaign == campaign]
                values = {"call": mine[0].call, "kind": mine[0].kind, "campaign": campaign, "count": len(mine)}
                found.append(self.say("cures", "plan", **values))
        if any(one.kind == "offer" for one in cases) and name in ("answers", "unanswered"):
            found.append(self.say("cures", "reactions"))
        if any(one.delivery is None for one in cases):
            found.append(self.say("cures", "place"))
        numbers = " ".join(str(one.back.id) for one in cases if one.back)
        seen_to = {"missed": "aside", "perhaps": "other", "answers": "done", "away": "done"}
        if numbers and name in seen_to:
            found.append(self.say("cures", seen_to[name], numbers=numbers))
        return found


def _short(text: str) -> str:
    """Somebody else's words in one line, not too many."""
    plain = shown(text)
    return plain if len(plain) <= LONGEST else f"{plain[: LONGEST - 1]}…"
