"""What a call states on a topic: the facts and requirements an answer can rest on.

Knows how a topic finds its facts, at a project or at its call. Does not know the question's words.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import msgspec

from bot.model.conversation import Citation
from bot.model.knowledge import Call, Cited, Fact, Knowledge, Project, Requirement, Topic


@dataclass(frozen=True, slots=True)
class Ground:
    """A cited entry and where it belongs: its call, and its project if it has one."""

    call: Call
    project: Project | None
    entry: Cited

    @property
    def section(self) -> str:
        """Where the entry stands in the call, for people."""
        section = self.entry.section or ("Prerequisites" if isinstance(self.entry, Requirement) else "")
        if self.project is None:
            return section
        return f"{self.project.name}, {section}" if section and section != self.project.name else self.project.name

    def citations(self) -> Iterator[Citation]:
        """One citation a quote; a statement is cited with who made it and when."""
        for quote in self.entry.quotes:
            yield Citation(self.call.id, self.section, quote)
        if self.entry.statement and not any(self.entry.quotes):
            statement = self.entry.statement
            yield Citation(self.call.id, f"statement by {statement.by}, {statement.on.isoformat()}", statement.text)

    @property
    def kind(self) -> str:
        """What the entry is on: a fact's topic, with its term if it explains one; or the kind of requirement; "" else."""
        if isinstance(self.entry, Fact):
            return f"{self.entry.topic} {self.entry.term}" if self.entry.term else self.entry.topic
        return f"requirement {self.entry.kind}" if isinstance(self.entry, Requirement) else ""

    def digest(self) -> str:
        """A short SHA-256 of what the entry says; where it stands in the call does not count."""
        said = {
            name: value
            for name, value in msgspec.structs.asdict(self.entry).items()
            if name not in ("section", "quote", "also")
        }
        return hashlib.sha256(msgspec.json.encode(said, order="deterministic")).hexdigest()[:16]


_REQUIREMENTS: dict[str, Callable[[Requirement], bool]] = {
    "requirements": lambda entry: True,
    "eligible": lambda entry: True,
    "requirement-degree": lambda entry: entry.kind == "degree",
    "field-accepted": lambda entry: entry.kind == "degree",
    "bachelor-only": lambda entry: entry.kind == "degree",
    "degree-equivalent": lambda entry: entry.kind == "degree",
    "requirement-doctorate": lambda entry: entry.level == "doctorate",
    "requirement-programming": lambda entry: entry.kind == "programming" or "programming" in entry.skills,
    "requirement-skill": lambda entry: entry.kind in ("programming", "experience", "domain"),
    "requirement-experience": lambda entry: entry.kind in ("experience", "programming"),
    "requirement-domain": lambda entry: entry.kind == "domain",
    "requirement-english": lambda entry: "english" in entry.skills,
    "requirement-personal": lambda entry: entry.kind == "personal",
    "requirement-advantage": lambda entry: entry.strength == "advantage",
}
"""Topics that requirements answer, and which of them."""


def asks_requirements(topic: Topic) -> bool:
    """Whether the topic is answered from requirements."""
    return topic.id in _REQUIREMENTS


def requirements_of(call: Call, project: Project | None) -> list[Ground]:
    """All requirements of a project; of the call itself if `project` is None."""
    owner = project or call
    return [Ground(call, project, entry) for entry in owner.requirements]


def stated(knowledge: Knowledge, topic: Topic, call: Call, project: Project | None = None) -> list[Ground]:
    """What the call states on the topic for the project, or else for the call as a whole; empty if nothing."""
    found = _by_name(topic.id, call, project)
    for other in topic.answers if not found else ():
        found += _by_name(other, call, project) or stated(knowledge, knowledge.topics[other], call, project)
    return found


def near(knowledge: Knowledge, topic: Topic, call: Call, project: Project | None = None) -> list[Ground]:
    """What is told beside "not stated"."""
    return [ground for other in topic.near for ground in stated(knowledge, knowledge.topics[other], call, project)]


def _by_name(topic_id: str, call: Call, project: Project | None) -> list[Ground]:
    if keep := _REQUIREMENTS.get(topic_id):
        chosen = [ground for ground in requirements_of(call, project) if keep(_requirement(ground))]
        if chosen or project is not None:
            return chosen
    for owner in (project, None) if project is not None else (None,):
        facts = (owner or call).facts
        found = [Ground(call, owner, fact) for fact in facts if fact.topic == topic_id and fact.topic != "term"]
        if found:
            return found
    return []


def _requirement(ground: Ground) -> Requirement:
    assert isinstance(ground.entry, Requirement)
    return ground.entry


def across_projects(knowledge: Knowledge, topic: Topic, call: Call) -> list[Ground]:
    """The projects' own facts on the topic, for questions about the call as a whole."""
    return [
        ground
        for project in call.advertised
        for ground in stated(knowledge, topic, call, project)
        if ground.project is not None
    ]


def terms(call: Call, names: Iterable[str]) -> list[Ground]:
    """The facts that explain these terms."""
    wanted = set(names)
    return [
        Ground(call, owner, fact)
        for owner in (None, *call.projects)
        for fact in (owner or call).facts
        if fact.term in wanted
    ]


def facts_of(ground: Ground) -> Fact | None:
    """The ground's entry if it is a fact."""
    return ground.entry if isinstance(ground.entry, Fact) else None
