"""Rules of calls applied to what a question names: requirements that a profile touches, and Y-supervision.

Knows requirements and kinds of organisations. Never concludes that somebody may apply or will be admitted.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from bot.answering.filters import Wanted
from bot.answering.grounds import Ground, requirements_of
from bot.model.knowledge import Call, OrganisationKind, Project, Requirement

_TOUCHING = {
    "field-accepted": "degree",
    "bachelor-only": "degree",
    "degree-equivalent": "degree",
    "requirement-degree": "degree",
    "requirement-english": "language",
}
"""Topics that concern requirements of one kind, whatever else the question names."""


def touched(call: Call, project: Project | None, topic: str, wanted: Wanted, levels: frozenset[str]) -> list[Ground]:
    """The requirements that the question touches: those naming its skills or fields, and those of its topic's kind.

    A question that names a degree touches the degree requirements. Empty if it touches none.
    """
    everything = requirements_of(call, project)
    kind = _TOUCHING.get(topic)
    named = [ground for ground in everything if _names(_entry(ground), wanted)]
    if kind or wanted.fields or levels:
        degrees = [ground for ground in everything if _entry(ground).kind == (kind or "degree")]
        named = [ground for ground in everything if ground in named or ground in degrees]
    return named


def skill_named(grounds: Iterable[Ground], wanted: Wanted) -> bool:
    """Whether one of the requirements names one of the wanted skills."""
    return any(wanted.skills & set(_entry(ground).skills) for ground in grounds)


def _names(entry: Requirement, wanted: Wanted) -> bool:
    return bool(wanted.skills & set(entry.skills) or (entry.kind != "degree" and wanted.fields & set(entry.fields)))


def _entry(ground: Ground) -> Requirement:
    assert isinstance(ground.entry, Requirement)
    return ground.entry


@dataclass(frozen=True, slots=True)
class Side:
    """One named PI or institution in a check of Y-supervision; `kind` is None if the call does not name it."""

    name: str
    organisation: str | None
    kind: OrganisationKind | None
    ground: Ground | None = None
    person: str | None = None


def y_sides(call: Call, people: Iterable[str], organisations: Iterable[str]) -> list[Side]:
    """The people and institutions of the question with the kind of institution behind each."""
    sides: list[Side] = []
    for person_id in people:
        person = call.people[person_id]
        home = person.organisation
        sides.append(replace(_side(call, person.name, home), person=person_id))
    counted = {call.people[person_id].organisation for person_id in people}
    sides += [_side(call, call.organisations[home].name, home) for home in organisations if home not in counted]
    return sides


def _side(call: Call, name: str, home: str | None) -> Side:
    if home is None:
        return Side(name, None, None)
    organisation = call.organisations[home]
    root = call.organisations[organisation.part_of] if organisation.part_of else organisation
    kind = root.kind if organisation.kind == "other" else organisation.kind
    return Side(name, organisation.name, kind, Ground(call, None, organisation))


def y_fulfilled(sides: Iterable[Side]) -> bool | None:
    """Whether one side is of a Helmholtz centre and one of a university; None if an unknown one leaves it open."""
    kinds = [side.kind for side in sides]
    if "helmholtz" in kinds and "university" in kinds:
        return True
    return None if None in kinds or len(kinds) < 2 else False
