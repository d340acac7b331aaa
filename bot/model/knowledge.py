"""What Callboard knows: the catalogue of topics and the facts of each call.

Knows the shape of a topic, a fact, a requirement, a person, an organisation, a project and a call, and what makes
each of them valid. Does not know files, languages of a reply, or how a question is read.

Every value is frozen. What cannot be valid raises ValueError on construction; msgspec turns that into an error with
the path of the entry (https://jcristharif.com/msgspec/structs.html#post-init-processing).
"""

import datetime as dt
from collections.abc import Iterator
from typing import Literal, TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec import Struct, field

Words: TypeAlias = dict[str, str]
"""A sentence or name by language code (ISO 639-1); English is always there."""

Ways: TypeAlias = dict[str, tuple[str, ...]]
"""Further ways of saying something, by language code."""

TopicKind = Literal["fact", "refusal", "hand-over", "off-topic", "small-talk", "background"]
Strength = Literal["required", "expected", "advantage"]
RequirementKind = Literal["degree", "programming", "experience", "domain", "language", "personal"]
Level = Literal["bachelor", "master", "doctorate"]
OrganisationKind = Literal["helmholtz", "university", "hospital", "other"]
CallKind = Literal["phd", "postdoc", "other"]
DATE_TIME = "%Y-%m-%d %H:%M"


class _Value(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, eq=False):
    """A value read from a knowledge file: unknown keys are mistakes. Two entries are the same only if they are one."""


class Topic(_Value, frozen=True, kw_only=True):
    """Something applicants ask about any call.

    `answers` names the topics whose facts answer it, when no fact goes by its own name; `near` the topics whose facts
    are told beside "not stated"; `by` the typed value that selects projects, for questions over several of them, and
    `single` the topic that asks the same of one project (`over` the other way round), `opposite` the one that asks for those
    which do not fit; `wants` are values that the topic itself names. A `particular` topic exists only in the calls that state it.
    From a refusal with a `way_out` a person can help; a `wish` is one that the bot itself fulfils where it can.
    `before` names the topics whose dates come later in every process.
    """

    asks: str
    id: str = ""
    en: str = ""
    de: str = ""
    kind: TopicKind = "fact"
    answers: tuple[str, ...] = ()
    near: tuple[str, ...] = ()
    by: str | None = None
    single: str | None = None
    over: str | None = None
    opposite: str | None = None
    wants: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    particular: bool = False
    way_out: bool = False
    wish: bool = False

    def name(self, language: str) -> str:
        """The topic's name as a reply uses it."""
        return (self.de if language == "de" else self.en) or self.en or self.id


class Statement(_Value, frozen=True, kw_only=True):
    """What a named person stated on a day, where no words of the call carry a fact."""

    by: str
    on: dt.date
    text: str


class Window(_Value, frozen=True, kw_only=True):
    """A span of days, both ends included."""

    from_: dt.date = field(name="from")
    to: dt.date

    def __post_init__(self) -> None:
        if self.to < self.from_:
            raise ValueError("the window ends before it starts: exchange `from` and `to`")


class Cited(_Value, frozen=True, kw_only=True):
    """Something that rests on quoted words of a call, or on a statement."""

    section: str = ""
    quote: str | tuple[str, ...] = ()
    statement: Statement | None = None

    @property
    def quotes(self) -> tuple[str, ...]:
        """The quoted words, each exactly as in the call."""
        return (self.quote,) if isinstance(self.quote, str) else self.quote

    def __post_init__(self) -> None:
        if not any(self.quotes) and self.statement is None:
            raise ValueError("rests on nothing: give `quote:` (exact words of the call) or `statement:` (by, on, text)")


class Fact(Cited, frozen=True, kw_only=True):
    """One fact of a call or project: a topic, a typed value or a sentence of its own, and where it stands."""

    topic: str
    say: Words = {}
    date: str | None = None
    until: dt.date | None = None
    window: Window | None = None
    starts: tuple[dt.date, ...] = ()
    people: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    items: tuple[Words, ...] = ()
    ordered: bool = False
    broken: bool = False
    term: str | None = None
    also: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.date is not None:
            _parse_moment(self.date)
        if self.say and "en" not in self.say:
            raise ValueError("`say:` has no English sentence")
        typed = (self.date, self.until, self.window, self.starts, self.people, self.organisations, self.items)
        if not self.broken and not self.say and not any(typed):
            raise ValueError("says nothing: give `say:` or a typed value (date, window, people, organisations, items)")
        if self.topic == "term" and not self.term:
            raise ValueError("a fact on topic `term` needs `term:`, the name it explains")

    def moment(self, zone: str) -> dt.datetime | None:
        """The fact's date as an instant of the call's zone."""
        return _parse_moment(self.date).replace(tzinfo=ZoneInfo(zone)) if self.date else None


def _parse_moment(text: str) -> dt.datetime:
    try:
        return dt.datetime.strptime(text, DATE_TIME)  # noqa: DTZ007 - the call's zone is added by Fact.moment
    except ValueError:
        raise ValueError(f"`date: {text}` is not of the form 2026-02-22 23:59") from None


class Requirement(Cited, frozen=True, kw_only=True):
    """One prerequisite with its strength, and the fields and skills it names."""

    say: Words
    kind: RequirementKind
    strength: Strength
    level: Level | None = None
    fields: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    related: bool = False


class Tag(Cited, frozen=True, kw_only=True):
    """A theme that a project deals with, by the words that say so."""

    theme: str


class Theme(_Value, frozen=True, kw_only=True):
    """A subject, method or kind of data that projects share."""

    en: str
    de: str
    also: Ways = {}


class Term(_Value, frozen=True, kw_only=True):
    """A field of study or a skill of the vocabulary, with the ways applicants write it."""

    en: str
    de: str
    also: tuple[str, ...] = ()


class Person(_Value, frozen=True, kw_only=True):
    """Somebody whom the call names."""

    name: str
    organisation: str | None = None
    also: tuple[str, ...] = ()


class Organisation(Cited, frozen=True, kw_only=True):
    """An institution of a call; its kind decides the Y-supervision rule."""

    name: str
    kind: OrganisationKind = "other"
    also: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    part_of: str | None = None


class Project(_Value, frozen=True, kw_only=True):
    """A project of a call, or its track for own ideas (`advertised: false`)."""

    name: str
    title: str = ""
    id: str = ""
    advertised: bool = True
    also: Ways = {}
    facts: tuple[Fact, ...] = ()
    requirements: tuple[Requirement, ...] = ()
    themes: tuple[Tag, ...] = ()


class Call(_Value, frozen=True, kw_only=True):
    """A published call with everything it states."""

    id: str
    kind: CallKind
    name: Words
    also: tuple[str, ...] = ()
    zone: str
    places: int | None = None
    coordinators: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()
    requirements: tuple[Requirement, ...] = ()
    themes: tuple[Tag, ...] = ()
    projects: tuple[Project, ...] = ()
    people: dict[str, Person] = {}
    organisations: dict[str, Organisation] = {}
    theme_names: dict[str, Theme] = {}

    def __post_init__(self) -> None:
        try:
            ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError(f"`zone: {self.zone}` is no time zone: write it as Europe/Berlin (IANA names)") from None

    def project(self, project_id: str) -> Project:
        """The project of that id; KeyError if there is none."""
        for project in self.projects:
            if project.id == project_id:
                return project
        raise KeyError(project_id)

    @property
    def advertised(self) -> tuple[Project, ...]:
        """The projects that are advertised (without the track for own ideas)."""
        return tuple(project for project in self.projects if project.advertised)

    def cited(self) -> Iterator[tuple[Project | None, Cited]]:
        """Everything that rests on words of this call, with the project it belongs to."""
        for entry in (*self.facts, *self.requirements, *self.themes, *self.organisations.values()):
            yield None, entry
        for project in self.projects:
            for part in (*project.facts, *project.requirements, *project.themes):
                yield project, part


class Vocabulary(_Value, frozen=True, kw_only=True):
    """Words known whatever the call."""

    fields: dict[str, Term] = {}
    skills: dict[str, Term] = {}


class Phrasing(Struct, frozen=True):
    """One way of asking about a topic, by one author (voice) in one language."""

    topic: str
    text: str
    language: str
    voice: str


class Knowledge(_Value, frozen=True, kw_only=True):
    """All of it. `version` is a digest of the files, kept with every reply."""

    topics: dict[str, Topic]
    calls: dict[str, Call]
    vocabulary: Vocabulary
    version: str = ""
