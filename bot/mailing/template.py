"""A template of a letter, in every language: what it needs, and the letter's words made of it.

Knows Jinja2 and the layout of the HTML part. Does not know files, tables, mail formats (`mailing/writing.py`) or any call. A value is
data: what stands in it is never read as a template, nor as HTML.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import SimpleNamespace

from jinja2 import StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from msgspec import Struct

from bot.mailing.fields import Field, Reader, Unreadable, UnreadableError, is_link, read_value
from bot.mailing.template_names import GIVEN, names_in
from bot.mailing.values import CallWords, Value
from bot.model.campaign import Kind
from bot.model.knowledge import Call, Fact
from bot.model.moments import date_words, moment_words, window_words

LANGUAGES = ("en", "de")
"""The languages that every template has."""
Layout = Callable[..., str]
"""Renders the HTML part from language, subject and paragraphs: lists of lines, each a list of (text, whether it is a link)."""
Parts = list[tuple[str, bool]]

PARTS = ("subject", "text", "event")
"""What is written of a letter."""
_TAGS = re.compile(r"^[ \t]*((?:\{%(?:(?!%\}).)*%\}[ \t]*)+)\n", re.MULTILINE)
"""A line that holds nothing but tags: it leaves no line in the letter. Jinja2's own way would join other lines, too."""
_TRAILING, _GAPS = re.compile(r"[ \t]+(?=\n|$)"), re.compile(r"\n{3,}")
_OR = {"en": " or ", "de": " oder "}


class Wording(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The template of a letter in one language, as written; `event` is the title of the calendar entry that goes with it."""

    subject: str
    text: str
    event: str = ""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A letter's words: the subject in one line, the text, the same as HTML; and the title of its calendar entry."""

    subject: str
    text: str
    html: str
    event: str = ""


def environment() -> ImmutableSandboxedEnvironment:
    """Where templates are read and filled. The text is no HTML: the layout escapes it."""
    made = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False)
    made.globals.clear()
    return made


class MailTemplate:
    """A template whose names were checked, compiled once."""

    def __init__(
        self,
        kind: Kind,
        about: str,
        fields: Mapping[str, Field],
        wordings: Mapping[str, Wording],
        source: str,
        layout: Layout,
    ) -> None:
        self.kind: Kind = kind
        self.about = about
        self.fields = dict(fields)
        self.wordings = dict(wordings)
        self.source = source
        self._layout = layout
        made = environment()
        texts = {(language, part): getattr(one, part) for language, one in wordings.items() for part in PARTS}
        self._compiled = {key: made.from_string(_TAGS.sub(r"\1", text)) for key, text in texts.items()}
        self._facts: dict[str, frozenset[str]] = {}
        self._needed: dict[str, frozenset[str]] = {}
        for language in wordings:
            named = [names_in(made, texts[language, part], fields, None) for part in PARTS]
            self._facts[language] = frozenset(topic for names in named for topic in names.facts)
            self._needed[language] = frozenset(topic for names in named for topic in names.needed)

    @property
    def facts(self) -> frozenset[str]:
        """The topics on which a call must state something for this template."""
        return frozenset().union(*self._needed.values())

    def stated(self, call: Call, language: str) -> dict[str, str]:
        """The words of each fact of a call that the letter may tell, by topic; "" where the call states none."""
        return {topic: _stated(call, topic, language) for topic in sorted(self._facts[language])}

    def takes(self, name: str) -> bool:
        """Whether texts of that name are for this template: a field, or a field in one language, as in `message.de`."""
        field, dot, language = name.partition(".")
        return (field in self.fields or field in GIVEN) and (not dot or language in self.wordings)

    def given(self, texts: Mapping[str, str], language: str) -> dict[str, str]:
        """What was given for the fields of a letter in a language, as it was typed in."""
        said = {name: (texts.get(f"{name}.{language}") or texts.get(name, "")).strip() for name in self.fields}
        return {name: text for name, text in said.items() if text}

    def needs(self, call: Call) -> dict[str, bool]:
        """The fields, and whether a letter of this call cannot do without: nobody names a project of a call that has none."""
        return {
            name: not field.optional and (field.type != "project" or bool(call.projects))
            for name, field in self.fields.items()
        }

    def read(
        self, texts: Mapping[str, str], call: Call, zone: str, language: str
    ) -> tuple[dict[str, Value], list[Unreadable]]:
        """The values for `render` and what is wrong with them.

        `texts` holds the template's fields and `name`, `sender`, `contact`; a field that is left out or empty must be optional. What
        stands under `FIELD.de` is for German letters only, and so on. `zone` is the person's own (IANA), "" if it is not known.
        """
        reader = Reader(call, zone, language)
        values: dict[str, Value] = {}
        wrong = [
            Unreadable(name, "is no field of this template", f"leave it out; there are {', '.join(self.fields)}")
            for name in texts
            if not self.takes(name)
        ]
        needed = self.needs(call)
        for name in (*self.fields, *GIVEN):
            field = self.fields.get(name)
            try:
                values[name] = read_value(
                    field.type if field else "line", texts.get(f"{name}.{language}") or texts.get(name, ""), reader
                )
            except UnreadableError as error:
                wrong.append(Unreadable(name, error.what, error.cure))
                continue
            if values[name] == "" and needed.get(name, True):
                cure = f"fill it in; the same for everybody: --set {name}=..." if field else "fill it in"
                wrong.append(Unreadable(name, "is empty", cure))
        words, silent = _call_words(call, language, self._facts[language])
        values["call"] = words
        for topic in sorted(silent & self._needed[language]):
            what = f"is written in the template {self.kind}.yaml, but {call.id} states no {topic}"
            cure = "give the call that fact, or change the template"
            wrong.append(Unreadable(f"call.facts.{topic.replace('-', '_')}", what, cure))
        return values, wrong

    def render(self, language: str, values: Mapping[str, Value]) -> Rendered:
        """The letter's words; `values` are those that `read` gave without anything wrong, with what the program gives (`CHOICES`)."""
        subject, event = (
            " ".join(self._compiled[language, part].render(values).split()) for part in ("subject", "event")
        )
        if not subject:
            raise ValueError(f"the subject of {self.kind} ({language}) is empty: change its template")
        text = self._compiled[language, "text"].render(values)
        text = _GAPS.sub("\n\n", _TRAILING.sub("", text)).strip("\n")
        names = [*(name for name, field in self.fields.items() if field.type == "link"), "telegram"]
        links = [str(values[name]) for name in names if values.get(name)]
        paragraphs = [[_parts(line, links) for line in paragraph.split("\n")] for paragraph in text.split("\n\n")]
        return Rendered(subject, text, self._layout(language=language, subject=subject, paragraphs=paragraphs), event)


def _parts(line: str, links: list[str]) -> Parts:
    """A line as pieces that are links or not: the text of a link field, or an address that stands alone."""
    if is_link(line):
        return [(line, True)]
    if not any(link in line for link in links):
        return [(line, False)]
    pattern = "|".join(re.escape(link) for link in sorted(links, key=len, reverse=True))
    pieces = re.split(rf"(?<![^\s(])({pattern})(?=[.,;:!?)]*(?:\s|$))", line)
    return [(piece, place % 2 == 1) for place, piece in enumerate(pieces) if piece]


@lru_cache(maxsize=64)
def _call_words(call: Call, language: str, topics: frozenset[str]) -> tuple[CallWords, frozenset[str]]:
    """The call's name and the words of its facts on `topics`, and the topics on which it states nothing in the language."""
    words = {topic: _stated(call, topic, language) for topic in topics}
    facts = SimpleNamespace(**{topic.replace("-", "_"): said for topic, said in words.items()})
    name = call.name.get(language) or call.name["en"]
    return CallWords(name, facts), frozenset(topic for topic, said in words.items() if not said)


def _stated(call: Call, topic: str, language: str) -> str:
    """What the call states on a topic, "" if it is silent, says it in several places, or not in this language."""
    facts = [fact for fact in call.facts if fact.topic == topic and not fact.broken]
    return _words(facts[0], call, language) if len(facts) == 1 else ""


def _words(fact: Fact, call: Call, language: str) -> str:
    if moment := fact.moment(call.zone):
        return moment_words(moment, language)
    if fact.window:
        return window_words(fact.window.from_, fact.window.to, language)
    if fact.until:
        return date_words(fact.until, language)
    if fact.starts:
        return _OR[language].join(date_words(day, language) for day in fact.starts)
    return fact.say.get(language, "")
