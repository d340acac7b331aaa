"""A decision as sentences, from templates and grounds. Every word of a reply comes from here, from a fact, or from a name.

Knows Jinja2 templates by language (templates/replies/LANGUAGE.yaml) and how typed values are written. Does not know how a
decision was taken. Templates are sandboxed; an undefined name is an error (https://jinja.palletsprojects.com/en/stable/sandbox/).
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jinja2 import StrictUndefined, Template
from jinja2.sandbox import ImmutableSandboxedEnvironment

from bot.answering.dates import Left
from bot.answering.grounds import Ground
from bot.model.knowledge import Call, Fact, Knowledge, Requirement, Topic
from bot.model.moments import date_words, moment_words, window_words


@dataclass(frozen=True, slots=True)
class Voice:
    """What one reply is worded with: its language, the time it is read at, and the grounds it has used so far."""

    language: str
    now: dt.datetime


class Templates:
    """The templates of all languages, each compiled when it is first used."""

    def __init__(self, sources: Mapping[str, Mapping[str, Any]]) -> None:
        self._sources = sources
        self._environments = {language: _environment(source["words"]) for language, source in sources.items()}
        self._compiled: dict[tuple[str, ...], Template] = {}

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages in which replies are worded."""
        return tuple(self._sources)

    def say(self, language: str, *path: str, **values: Any) -> str:
        """The template at `path`, or that path's `default`, rendered."""
        language = language if language in self._sources else "en"
        if (language, *path) not in self._compiled:
            entry = self._entry(language, path)
            if entry is None or isinstance(entry, Mapping):
                raise KeyError(f"templates/replies/{language}.yaml (or service/) has no entry {'.'.join(path)}")
            self._compiled[language, *path] = self._environments[language].from_string(str(entry))
        return str(self._compiled[language, *path].render(**values)).strip()

    def names(self, language: str, *path: str) -> tuple[str, ...]:
        """The names of the entries below `path`, in their order."""
        entry = self._entry(language if language in self._sources else "en", path)
        return tuple(entry) if isinstance(entry, Mapping) else ()

    def _entry(self, language: str, path: Sequence[str]) -> Any:
        entry: Any = self._sources[language]
        for step in path:
            entry = entry.get(step, entry.get("default")) if isinstance(entry, Mapping) else None
        return entry

    def has(self, language: str, *path: str) -> bool:
        """Whether the template at exactly `path` exists."""
        entry: Any = self._sources.get(language) or self._sources["en"]
        for step in path:
            entry = entry.get(step) if isinstance(entry, Mapping) else None
        return entry is not None and not isinstance(entry, Mapping)

    def parsed(self, language: str, text: str) -> None:
        """Raise jinja2.TemplateSyntaxError if `text` is no template."""
        self._environments[language].parse(text)


def _environment(words: Mapping[str, str]) -> ImmutableSandboxedEnvironment:
    conjunction, disjunction, article = words["and"], words["or"], words["article"]
    # plain text: every edge escapes for itself
    environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False)
    environment.filters |= {
        "and": lambda items: listing(list(items), conjunction),
        "or": lambda items: listing(list(items), disjunction),
        "and_the": lambda items: listing([article + item for item in items], conjunction),
        "or_the": lambda items: listing([article + item for item in items], disjunction),
        "sentence": lambda text: text[:1].upper() + text[1:],
    }
    return environment


def listing(items: Sequence[str], joint: str) -> str:
    """A, B and C."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {joint} {items[-1]}"


class Sentences:
    """Facts and requirements as sentences."""

    def __init__(self, knowledge: Knowledge, templates: Templates) -> None:
        self._knowledge = knowledge
        self._templates = templates

    def of(self, ground: Ground, voice: Voice) -> str:
        """The ground's sentence, of one line or of a heading and one line an item."""
        entry = ground.entry
        if isinstance(entry, Requirement):
            return self.requirement(entry, voice)
        if isinstance(entry, Fact):
            return self._fact(entry, ground.call, voice)
        return " … ".join(entry.quotes) or (entry.statement.text if entry.statement else "")

    def requirement(self, entry: Requirement, voice: Voice) -> str:
        """One requirement with its strength."""
        strength = self._templates.say(voice.language, "strength", entry.strength)
        return f"{in_language(entry.say, voice.language)} ({strength})"

    def person(self, call: Call, person_id: str) -> str:
        """A person's name with the institution, as in the call."""
        person = call.people[person_id]
        home = call.organisations[person.organisation].name if person.organisation else ""
        return f"{person.name} ({home})" if home else person.name

    def computed(self, ground: Ground, voice: Voice) -> str:
        """What is computed from the ground's typed values and now: dates, days and hours left, months."""
        fact = ground.entry
        typed = self._typed(fact, ground.call, voice) if isinstance(fact, Fact) else None
        if typed is None:
            return ""
        key, values = typed
        if key == "date":
            return f"{values['moment']} {values['left'].days} {values['span']} {values['ago']}"
        return " ".join(str(value) for name, value in values.items() if name in ("window", "until", "starts"))

    def _fact(self, fact: Fact, call: Call, voice: Voice) -> str:
        say = in_language(fact.say, voice.language)
        typed = self._typed(fact, call, voice)
        if typed is None:
            return say
        key, values = typed
        topic = self._knowledge.topics[fact.topic]
        values["topic"] = topic.name(voice.language)
        if self._templates.has(voice.language, "fact", topic.id):
            sentence = self._templates.say(voice.language, "fact", topic.id, **values)
            return f"{sentence} {say}".strip()
        if say:
            return f"{say}{values.get('lines', '')}"
        return self._templates.say(voice.language, "value", key, **values) + str(values.get("lines", ""))

    def _spans(self, left: Left, language: str) -> tuple[str, str]:
        """(5 hours and 3 minutes, 2 days ago): the way to an instant, and the same as time gone by."""

        def counted(unit: str, number: int) -> str:
            return self._templates.say(language, "units", unit, count=number)

        parts = [counted("hour", left.hours)] if left.hours else []
        parts += [counted("minute", left.minutes)] if left.minutes or not parts else []
        span = self._templates.say(language, "span", parts=parts)
        length = counted("day", left.days) if left.days else span
        return span, self._templates.say(language, "ago", length=length)

    def _typed(self, fact: Fact, call: Call, voice: Voice) -> tuple[str, dict[str, Any]] | None:
        """The kind of the fact's typed value with what its template needs; None if it has none of its own."""
        language = voice.language
        if fact.broken:
            return "broken", {}
        if moment := fact.moment(call.zone):
            left = Left.until(moment, voice.now)
            span, ago = self._spans(left, language)
            return "date", {"moment": moment_words(moment, language), "left": left, "span": span, "ago": ago}
        today = voice.now.date()
        if fact.window:
            first, last = fact.window.from_, fact.window.to
            values = {
                "window": window_words(first, last, language),
                "past": today > last,
                "now_within": first <= today <= last,
            }
            return "window", values
        if fact.until:
            return "until", {"until": date_words(fact.until, language), "past": today > fact.until}
        if fact.starts:
            return "starts", {"starts": [date_words(day, language) for day in fact.starts]}
        if fact.items:
            marks = [f"{place}." if fact.ordered else "-" for place in range(1, len(fact.items) + 1)]
            lines = [f"\n{mark} {in_language(item, language)}" for mark, item in zip(marks, fact.items, strict=True)]
            return "items", {"ordered": fact.ordered, "lines": "".join(lines)}
        if fact.say:
            return None
        if fact.people:
            return "people", {"people": [self.person(call, person) for person in fact.people]}
        return "organisations", {"organisations": [call.organisations[name].name for name in fact.organisations]}


def in_language(words: Mapping[str, str], language: str) -> str:
    """The words in the language, else in English."""
    return words.get(language) or words.get("en", "")


def name_of(call: Call, language: str) -> str:
    """The call's name in the reply's language."""
    return in_language(call.name, language)


def topic_name(topic: Topic | None, language: str) -> str:
    """The topic's name; empty without a topic."""
    return topic.name(language) if topic else ""
