"""The forms of reply to questions over several projects."""

from dataclasses import replace

from bot.answering.context import Subject
from bot.answering.decisions import Decision
from bot.answering.filters import Found, Wanted, can_select, people_in_several, select
from bot.answering.grounds import Ground
from bot.answering.parts import Part
from bot.answering.subjects import Name
from bot.answering.words import fold
from bot.model.knowledge import Call, Fact, Knowledge, Tag, Topic


class Selections:
    """Decides which projects are listed, and on what grounds."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        self._with_projects = tuple(call for call in knowledge.calls.values() if call.advertised)

    def decide(self, topic: Topic, part: Part, subject: Subject) -> Decision | None:
        """The selection that `topic.by` asks for; None if the question does not name what it needs."""
        call = self._call(subject)
        if call is None or topic.by is None:
            return Decision("not-stated", topic, subject.calls, reason="no call with projects")
        wanted = Wanted.of(name for name in part.names(*_KINDS) if name.call in ("", call.id))
        if topic.wants:
            wanted = replace(wanted, themes=frozenset(topic.wants))
        if topic.by == "people-in-several-projects":
            several = people_in_several(call, ("supervisors", "additional-pis"))
            grounds = tuple(ground for _, listed in several for ground in listed)
            return Decision(
                "people-several",
                topic,
                (call,),
                grounds=grounds,
                values={"people": several},
                reason="counted over the projects",
            )
        if topic.by == "people":
            return self._people(topic, call, wanted)
        if topic.by == "theme":
            return self._theme(topic, part, call, wanted)
        if not can_select(topic.by, wanted):
            return None
        return self._listed(topic, call, select(call, topic.by, wanted), self._named(part, call, topic.by))

    def everything(self, topic: Topic, subject: Subject) -> Decision:
        """All advertised projects."""
        call = self._call(subject)
        if call is None:
            return Decision("not-stated", topic, subject.calls, reason="no call with projects")
        grounds = tuple(
            Ground(call, project, fact)
            for project in call.advertised
            for fact in project.facts
            if fact.topic == "title"
        )
        names = tuple(Name("project", project.id, call.id) for project in call.advertised)
        return Decision("projects", topic, (call,), call.advertised, grounds, reason="all projects", listed=names)

    def _call(self, subject: Subject) -> Call | None:
        fitting = [call for call in (subject.calls or self._with_projects) if call.advertised]
        return fitting[0] if fitting else None

    def _people(self, topic: Topic, call: Call, wanted: Wanted) -> Decision:
        """All supervisors and additional PIs, or those of the named institutions, with their projects."""
        where: dict[str, list[Ground]] = {}
        for project in call.advertised:
            for fact in project.facts:
                if fact.topic in ("supervisors", "additional-pis"):
                    for person in fact.people:
                        home = call.people[person].organisation
                        if not wanted.organisations or home in wanted.organisations:
                            where.setdefault(person, []).append(Ground(call, project, fact))
        grounds = tuple(ground for listed in where.values() for ground in listed)
        if not grounds:
            return Decision("not-stated", topic, (call,), reason="nobody of that institution is named")
        if not wanted.organisations:
            by_project = sorted(
                dict.fromkeys(grounds), key=lambda ground: ground.project.name if ground.project else ""
            )
            return Decision("rollup", topic, (call,), grounds=tuple(by_project), reason="everybody, project by project")
        return Decision(
            "people-several",
            topic,
            (call,),
            grounds=grounds,
            values={"people": list(where.items()), "all": True},
            reason="people by institution",
        )

    def _theme(self, topic: Topic, part: Part, call: Call, wanted: Wanted) -> Decision:
        found = select(call, "theme", wanted)
        if not wanted.themes:
            found = self._by_words(part, call)
        return self._listed(topic, call, found, () if topic.wants else self._named(part, call, "theme"))

    def _by_words(self, part: Part, call: Call) -> list[Found]:
        """Projects whose facts or themes hold the question's content words; of each, the first ground that does."""
        wanted = {word for word in part.content if len(word) > 3} | {
            word.folded
            for mention in part.mentions
            if mention.of("skill") or mention.of("field")
            for word in part.words[mention.first : mention.last]
        }
        found: list[Found] = []
        for project in call.advertised:
            for entry in (*project.themes, *project.facts):
                text = " ".join((*entry.quotes, *(entry.say.values() if isinstance(entry, Fact) else ())))
                if isinstance(entry, Tag | Fact) and wanted & set(fold(text).replace(",", " ").split()):
                    found.append(Found(project, (Ground(call, project, entry),)))
                    break
        return found if len(found) < len(call.advertised) else []

    def _listed(self, topic: Topic, call: Call, found: list[Found], named: tuple[str, ...]) -> Decision:
        values = {"wanted": named, "total": len(call.advertised), "count": len(found)}
        if not found:
            return Decision(
                "not-stated", topic, (call,), values={**values, "selection": True}, reason="no project fits"
            )
        grounds = tuple(ground for entry in found for ground in entry.grounds)
        names = tuple(Name("project", entry.project.id, call.id) for entry in found)
        projects = tuple(entry.project for entry in found)
        return Decision(
            "selection",
            topic,
            (call,),
            projects,
            grounds,
            values=values,
            reason="selected by typed values",
            listed=names,
        )

    def _named(self, part: Part, call: Call, by: str) -> tuple[str, ...]:
        """The wanted values as the question writes them."""
        kinds = _SLOTS.get(by, ())
        names = [m for m in part.mentions if any(name.kind in kinds and name.call in ("", call.id) for name in m.names)]
        texts = (" ".join(word.text for word in part.words[mention.first : mention.last]) for mention in names)
        return tuple(dict.fromkeys(texts))


_KINDS = ("person", "org", "place", "field", "skill", "theme")
_SLOTS = {
    "employer": ("org",),
    "degree": ("org",),
    "workplace": ("place", "org"),
    "person": ("person",),
    "supervisor-institution": ("org",),
    "field": ("field",),
    "skill": ("skill",),
    "theme": ("theme",),
}
