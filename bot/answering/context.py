"""Who a part is about, when it does not say so itself: the letter around it and the asker's earlier turns.

Knows calls, projects and people by what was mentioned, implied or asked before. Does not know facts' values.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from bot.answering.lexicon import COMPOUND, Lexicon, kind_of_call
from bot.answering.parts import Part
from bot.answering.subjects import Name
from bot.model.knowledge import Call, Knowledge, Project, Topic


@dataclass(frozen=True, slots=True)
class Memory:
    """What an asker's earlier turns were about; `listed` are projects in the order in which they were named or found.

    `asked` are the topics that the last turn's reply asked back about ("which project do you mean?").
    """

    calls: tuple[str, ...] = ()
    projects: tuple[Name, ...] = ()
    listed: tuple[Name, ...] = ()
    people: tuple[str, ...] = ()
    topic: Topic | None = None
    asked: tuple[Topic, ...] = ()


@dataclass(frozen=True, slots=True)
class Subject:
    """Calls and projects that a part is about, and how they were found out (for explain)."""

    calls: tuple[Call, ...] = ()
    projects: tuple[tuple[Call, Project], ...] = ()
    doubtful: tuple[tuple[Call, Project], ...] = ()
    how: tuple[str, ...] = field(default=())
    named: bool = False

    @property
    def call(self) -> Call | None:
        """The call, if it is one."""
        return self.calls[0] if len(self.calls) == 1 else None


class Resolver:
    """Finds the subject of a part."""

    def __init__(self, knowledge: Knowledge, lexicon: Lexicon) -> None:
        self._knowledge = knowledge
        self._lexicon = lexicon
        self._with_projects = tuple(call.id for call in knowledge.calls.values() if call.advertised)

    def subject(self, part: Part, around: Sequence[Part], memory: Memory, *, seeks_project: bool) -> Subject:
        """The subject of `part`, with the message's other parts `around` it and the earlier turns.

        `seeks_project` says that the part's topic is one that projects have facts on.
        """
        projects, how = self._projects(part, memory)
        named = bool(projects or part.doubtful)
        doubtful = part.doubtful if not projects and seeks_project else ()
        calls = self._calls(part, projects or doubtful, how)
        if not projects and not doubtful and not self._names_call_only(part):
            for source, listed in (("the letter", self._projects_around(around)), ("an earlier turn", memory.projects)):
                fitting = [name for name in listed if not calls or name.call in calls]
                if fitting and (source == "the letter" or seeks_project or part.has(self._lexicon.pronouns)):
                    projects = tuple(fitting)
                    how.append(f"project from {source}")
                    break
        if not calls:
            calls, source = self._calls_elsewhere(projects or doubtful, around, memory)
            if not calls and (part.has(self._lexicon.project_words) or part.several):
                calls, source = self._with_projects, "only such calls have projects"
            told = tuple(dict.fromkeys(name.call for name in part.names("place", "theme") if name.call))
            if not calls and len(told) == 1:
                calls, source = told, "call by a place or subject of it"
            how += [source] if source else []
        known = self._knowledge.calls
        return Subject(
            calls=tuple(known[call] for call in calls),
            projects=tuple((known[name.call], known[name.call].project(name.id)) for name in projects),
            doubtful=tuple((known[name.call], known[name.call].project(name.id)) for name in doubtful),
            how=tuple(how),
            named=named,
        )

    def _projects(self, part: Part, memory: Memory) -> tuple[tuple[Name, ...], list[str]]:
        people = part.names("person")
        supervised = tuple(dict.fromkeys(name for person in people for name in self.projects_of(person)))
        named = part.names("project")
        if named and (not supervised or set(named) & set(supervised)):
            return named, ["project named"]
        places = [self._lexicon.ordinals[word.folded] for word in part.words if word.folded in self._lexicon.ordinals]
        if (
            places
            and memory.listed
            and part.has(self._lexicon.pronouns | self._lexicon.project_words | self._lexicon.other | {"one"})
        ):
            place = places[0] - 1 if places[0] > 0 else len(memory.listed) - 1
            if place < len(memory.listed):
                return (memory.listed[place],), ["project by its place in an earlier list"]
        if part.has(self._lexicon.other) and len(memory.listed) == 2 and len(memory.projects) == 1:
            return tuple(name for name in memory.listed if name not in memory.projects), ["the other project"]
        if part.has(self._lexicon.both) and len(memory.listed) == 2:
            return memory.listed, ["both projects of an earlier list"]
        return supervised, ["project by its people"] if supervised else []

    def projects_of(self, person: Name) -> tuple[Name, ...]:
        """The projects that a person supervises; if none, those that name the person otherwise."""
        call = self._knowledge.calls[person.call]
        for topics in (("supervisors",), ("additional-pis",)):
            found = [
                Name("project", project.id, call.id)
                for project in call.advertised
                if any(fact.topic in topics and person.id in fact.people for fact in project.facts)
            ]
            if found:
                return tuple(found)
        return ()

    def _projects_around(self, around: Sequence[Part]) -> tuple[Name, ...]:
        """The project named around, if it is one; else that of the person whom the letter names or addresses."""
        found = tuple(dict.fromkeys(name for part in around for name in part.names("project")))
        if not found:
            people = (person for part in around for person in part.names("person"))
            found = tuple(dict.fromkeys(name for person in people for name in self.projects_of(person)))
        return found if len(found) == 1 else ()

    def _names_call_only(self, part: Part) -> bool:
        return bool(part.names("call")) and not part.has(self._lexicon.pronouns)

    def _calls(self, part: Part, projects: Iterable[Name], how: list[str]) -> tuple[str, ...]:
        if named := part.names("call"):
            how.append("call named")
            beside = self._calls_by_kind(part, []) if self._two_calls(part) else ()
            return tuple(dict.fromkeys((*(name.call for name in named), *beside)))
        if through := tuple(dict.fromkeys(name.call for name in projects)):
            return through
        through = tuple(dict.fromkeys(name.call for name in part.names("person", "term", "org")))
        if len(through) == 1 and not part.has(self._lexicon.both):
            how.append("call by a name of it")
            return through
        if by_kind := self._calls_by_kind(part, how):
            return by_kind
        if part.has(self._lexicon.both) and not part.has(self._lexicon.project_words):
            how.append("all calls asked for")
            return tuple(self._knowledge.calls)
        return ()

    def _two_calls(self, part: Part) -> bool:
        """Whether a joint ("and") stands between a word for a kind of call and the name of a call, or both are asked for."""
        joints = [index for index, word in enumerate(part.words) if word.folded in self._lexicon.joints]
        named = [mention.first for mention in part.mentions if mention.of("call")]
        kinds = [
            index
            for index, word in enumerate(part.words)
            if kind_of_call(word.folded, self._lexicon.call_kinds) != word.folded
        ]
        between = any(min(one, two) < joint < max(one, two) for joint in joints for one in named for two in kinds)
        return between or part.has(self._lexicon.both)

    def _calls_by_kind(self, part: Part, how: list[str]) -> tuple[str, ...]:
        text = " ".join(word.folded for word in part.words)
        kinds = [kind for kind, words in self._lexicon.call_kinds.items() if _holds(text, words)]
        calls = [call for kind in kinds for call in self._knowledge.calls.values() if call.kind == kind]
        if calls:
            how.append("call by its kind")
        return tuple(call.id for call in calls)

    def _calls_elsewhere(
        self, projects: Iterable[Name], around: Sequence[Part], memory: Memory
    ) -> tuple[tuple[str, ...], str]:
        if through := tuple(dict.fromkeys(name.call for name in projects)):
            return through, ""
        nearby: dict[str, None] = {}
        for kinds in (
            ("call", "person"),
            ("project", "term"),
        ):  # who is addressed tells more than what a story is about
            nearby = nearby or dict.fromkeys(name.call for part in around for name in part.names(*kinds))
        nearby = nearby or dict.fromkeys(call for part in around for call in self._calls_by_kind(part, []))
        if nearby:
            return tuple(nearby), "call from the letter"
        if memory.calls:
            return memory.calls, "call from an earlier turn"
        if len(self._knowledge.calls) == 1:
            return tuple(self._knowledge.calls), "the only call"
        return (), ""

    def remember(
        self, memory: Memory, part: Part, subject: Subject, topic: Topic | None, listed: Sequence[Name]
    ) -> Memory:
        """The memory after a turn that was read so."""
        projects = tuple(Name("project", project.id, call.id) for call, project in subject.projects)
        people = tuple(name.id for name in part.names("person"))
        return replace(
            memory,
            calls=tuple(call.id for call in subject.calls) or memory.calls,
            projects=tuple(listed) or projects or (() if subject.calls and not subject.named else memory.projects),
            listed=tuple(listed) or projects or memory.listed,
            people=people or memory.people,
            topic=topic or memory.topic,
        )


def _holds(text: str, words: Iterable[str]) -> bool:
    padded = f" {text} "
    return any((f" {word} " if len(word) < COMPOUND else f" {word}") in padded for word in words)
