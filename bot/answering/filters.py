"""Questions over several projects: which of them fit a typed value, and the words that show it.

Knows people, organisations, places, fields, skills and themes of projects. Does not know how the question was worded.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from bot.answering.grounds import Ground, requirements_of
from bot.answering.subjects import Name
from bot.model.knowledge import Call, Fact, Project, Requirement


@dataclass(frozen=True, slots=True)
class Wanted:
    """The typed values of the question; empty where none was named."""

    people: frozenset[str] = frozenset()
    organisations: frozenset[str] = frozenset()
    places: frozenset[str] = frozenset()
    fields: frozenset[str] = frozenset()
    skills: frozenset[str] = frozenset()
    themes: frozenset[str] = frozenset()

    @classmethod
    def of(cls, names: Iterable[Name]) -> "Wanted":
        """From the names of a part."""
        by_kind: dict[str, set[str]] = {}
        for name in names:
            by_kind.setdefault(name.kind, set()).add(name.id)
        kinds = ("person", "org", "place", "field", "skill", "theme")
        return cls(*(frozenset(by_kind.get(kind, ())) for kind in kinds))


@dataclass(frozen=True, slots=True)
class Found:
    """A project that fits, and what shows it."""

    project: Project
    grounds: tuple[Ground, ...]


Filter = Callable[[Call, Project, Wanted], list[Ground]]
"""The grounds on which a project fits; empty if it does not."""


def select(call: Call, by: str, wanted: Wanted) -> list[Found]:
    """The advertised projects that fit, in the call's order."""
    needs, fits = FILTERS[by]
    if needs == ("organisations",) and not wanted.organisations:
        wanted = replace(wanted, organisations=_located(call, wanted.places))
    found = [Found(project, tuple(fits(call, project, wanted))) for project in call.advertised]
    return [entry for entry in found if entry.grounds]


def can_select(by: str, wanted: Wanted) -> bool:
    """Whether the question names what the filter needs."""
    needs = FILTERS[by][0]
    by_place = needs == ("organisations",) and bool(wanted.places)
    return not needs or by_place or any(getattr(wanted, need) for need in needs)


def _located(call: Call, places: frozenset[str]) -> frozenset[str]:
    """The universities and centres of these cities."""
    located = call.organisations.items()
    return frozenset(
        key for key, value in located if value.kind in ("university", "helmholtz") and places & set(value.places)
    )


def _facts(call: Call, project: Project, *topics: str) -> list[tuple[Fact, Ground]]:
    return [(fact, Ground(call, project, fact)) for fact in project.facts if fact.topic in topics]


def _with_parts(call: Call, organisations: Iterable[str]) -> set[str]:
    """The organisations and what they are part of."""
    whole = set(organisations)
    return whole | {parent for name in whole if (parent := call.organisations[name].part_of)}


def _organisation_of(topic: str) -> Filter:
    def fits(call: Call, project: Project, wanted: Wanted) -> list[Ground]:
        return [
            ground
            for fact, ground in _facts(call, project, topic)
            if not fact.broken and wanted.organisations & _with_parts(call, fact.organisations)
        ]

    return fits


def _workplace(call: Call, project: Project, wanted: Wanted) -> list[Ground]:
    def at(fact: Fact) -> bool:
        cities = {*fact.places, *(city for name in fact.organisations for city in call.organisations[name].places)}
        return bool(wanted.places & cities or wanted.organisations & _with_parts(call, fact.organisations))

    return [ground for fact, ground in _facts(call, project, "workplace") if at(fact)]


def _person(call: Call, project: Project, wanted: Wanted) -> list[Ground]:
    return [
        ground
        for fact, ground in _facts(call, project, "supervisors", "additional-pis")
        if wanted.people & set(fact.people)
    ]


def _supervisor_institution(call: Call, project: Project, wanted: Wanted) -> list[Ground]:
    def from_there(fact: Fact) -> bool:
        homes = (call.people[person].organisation for person in fact.people)
        return bool(wanted.organisations & _with_parts(call, (home for home in homes if home)))

    return [ground for fact, ground in _facts(call, project, "supervisors") if from_there(fact)]


def _requirements(call: Call, project: Project, keep: Callable[[Requirement], bool]) -> list[Ground]:
    return [
        ground
        for ground in requirements_of(call, project)
        if isinstance(ground.entry, Requirement) and keep(ground.entry)
    ]


def _field(call: Call, project: Project, wanted: Wanted) -> list[Ground]:
    return _requirements(
        call, project, lambda entry: entry.kind == "degree" and bool(wanted.fields & set(entry.fields))
    )


def _skill(call: Call, project: Project, wanted: Wanted) -> list[Ground]:
    return _requirements(call, project, lambda entry: bool(wanted.skills & set(entry.skills)))


def _bachelor(call: Call, project: Project, _: Wanted) -> list[Ground]:
    return _requirements(call, project, lambda entry: entry.level == "bachelor")


def _theme(call: Call, project: Project, wanted: Wanted) -> list[Ground]:
    return [Ground(call, project, tag) for tag in project.themes if tag.theme in wanted.themes][:2]


def _stated(topic: str) -> Filter:
    return lambda call, project, _: [ground for fact, ground in _facts(call, project, topic) if not fact.broken]


def _no_additional_pis(call: Call, project: Project, _: Wanted) -> list[Ground]:
    if _facts(call, project, "additional-pis"):
        return []
    return [ground for _, ground in _facts(call, project, "supervisors")]


FILTERS: dict[str, tuple[tuple[str, ...], Filter]] = {
    "employer": (("organisations",), _organisation_of("employer")),
    "degree": (("organisations",), _organisation_of("degree")),
    "workplace": (("places", "organisations"), _workplace),
    "person": (("people",), _person),
    "supervisor-institution": (("organisations",), _supervisor_institution),
    "field": (("fields",), _field),
    "skill": (("skills",), _skill),
    "theme": (("themes",), _theme),
    "bachelor": ((), _bachelor),
    "remote-work": ((), _stated("remote-work")),
    "research-stay": ((), _stated("research-stay")),
    "additional-pis": ((), _stated("additional-pis")),
    "no-additional-pis": ((), _no_additional_pis),
}
"""Each filter by the topic's `by`, with the values of which it needs one."""


def people_in_several(call: Call, topics: tuple[str, ...]) -> list[tuple[str, list[Ground]]]:
    """The people named in these roles in more than one project, with the grounds, project by project."""
    where: dict[str, list[Ground]] = {}
    for project in call.advertised:
        for fact, ground in _facts(call, project, *topics):
            for person in fact.people:
                where.setdefault(person, []).append(ground)
    return [
        (person, grounds) for person, grounds in where.items() if len({g.project.id for g in grounds if g.project}) > 1
    ]
