"""The forms of reply to questions about who may apply: stated requirements with their strength, never a yes.

Knows which requirements a question touches. Does not judge the person.
"""

from bot.answering.context import Subject
from bot.answering.decisions import Decision
from bot.answering.filters import Wanted, can_select, select
from bot.answering.grounds import Ground, near, requirements_of, stated
from bot.answering.parts import Part
from bot.answering.rules import skill_named, touched
from bot.answering.subjects import Name
from bot.model.knowledge import Call, Knowledge, Project, Requirement, Topic

_PERSONAL = frozenset({"eligible", "field-accepted", "bachelor-only", "degree-equivalent"})
"""Topics in which the asker's own profile is at stake: the reply says that it does not judge it."""
_LEVELS = {"bachelor-only": frozenset({"bachelor"}), "degree-equivalent": frozenset({"master"})}
_SELECTS = {"field-accepted": "field", "eligible": "field", "bachelor-only": "bachelor", "requirement-skill": "skill"}


class Eligibility:
    """Decides which requirements are told."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        self._calls = tuple(call for call in knowledge.calls.values() if self._has_requirements(call))

    @staticmethod
    def _has_requirements(call: Call) -> bool:
        return bool(call.requirements or any(project.requirements for project in call.projects))

    def decide(self, topic: Topic, part: Part, subject: Subject) -> Decision:
        """The requirements of the projects or call that the part is about."""
        if subject.projects:
            decisions = [self._of(topic, part, call, project) for call, project in subject.projects]
            return decisions[0] if len(decisions) == 1 else self._several(topic, decisions)
        calls = subject.calls or self._calls
        if len(calls) > 1 and not subject.calls:
            return Decision("which-call", topic, calls, reason="the calls differ and none is named")
        decisions = [
            self._of(topic, part, call, None) if call.requirements else self._over(topic, part, call) for call in calls
        ]
        return decisions[0] if len(decisions) == 1 else self._several(topic, decisions)

    def _several(self, topic: Topic, decisions: list[Decision]) -> Decision:
        good = [decision for decision in decisions if decision.kind == "answer"] or decisions
        grounds = tuple(ground for decision in good for ground in decision.grounds)
        calls = tuple(dict.fromkeys(call for decision in good for call in decision.calls))
        projects = tuple(project for decision in good for project in decision.projects)
        return Decision(
            good[0].form, topic, calls, projects, grounds, good[0].beside, good[0].values, reason=good[0].reason
        )

    def _of(self, topic: Topic, part: Part, call: Call, project: Project | None) -> Decision:
        projects = (project,) if project else ()
        wanted = Wanted.of(part.names("field", "skill"))
        chosen = touched(call, project, topic.id, wanted, _LEVELS.get(topic.id, frozenset()))
        values: dict[str, object] = {"part": True, "personal": topic.id in _PERSONAL}
        if topic.id == "requirement-skill":
            return self._skill(topic, part, call, project, chosen, wanted)
        if topic.id == "eligible" and not chosen:
            chosen, values["part"] = requirements_of(call, project), False
        if topic.id not in _PERSONAL:
            base = stated(self._knowledge, topic, call, project)
            extra = (
                [ground for ground in chosen if ground not in base]
                if topic.id not in ("requirements", "requirement-degree")
                else []
            )
            chosen, values["part"] = base + extra, topic.id != "requirements"
        if not chosen:
            beside = tuple(near(self._knowledge, topic, call, project))
            return Decision("not-stated", topic, (call,), projects, beside=beside, reason="no requirement on it")
        return Decision(
            "requirements", topic, (call,), projects, tuple(chosen), values=values, reason="requirements touched"
        )

    def _skill(
        self, topic: Topic, part: Part, call: Call, project: Project | None, chosen: list[Ground], wanted: Wanted
    ) -> Decision:
        projects = (project,) if project else ()
        if chosen and (not wanted.skills or skill_named(chosen, wanted)):
            return Decision(
                "requirements",
                topic,
                (call,),
                projects,
                tuple(chosen),
                values={"part": True},
                reason="requirements that name it",
            )
        close = stated(self._knowledge, topic, call, project) or requirements_of(call, project)
        missing = [
            " ".join(word.text for word in part.words[mention.first : mention.last])
            for mention in part.mentions
            if mention.of("skill")
        ]
        if missing:
            values = {"part": True, "missing": tuple(dict.fromkeys(missing))}
            return Decision(
                "requirements",
                topic,
                (call,),
                projects,
                tuple(close),
                values=values,
                reason="the skill is not named; next to it",
            )
        return Decision("not-stated", topic, (call,), projects, beside=tuple(close), reason="no known skill named")

    def _over(self, topic: Topic, part: Part, call: Call) -> Decision:
        """A call whose projects have the requirements: those that fit, or all of them where that is short."""
        by = _SELECTS.get(topic.id)
        wanted = Wanted.of(part.names("field", "skill"))
        if by and can_select(by, wanted):
            found = select(call, by, wanted)
            if found:
                grounds = tuple(ground for entry in found for ground in entry.grounds)
                values = {
                    "wanted": _texts(part, by),
                    "total": len(call.advertised),
                    "count": len(found),
                    "personal": topic.id in _PERSONAL,
                }
                names = tuple(Name("project", entry.project.id, call.id) for entry in found)
                return Decision(
                    "selection",
                    topic,
                    (call,),
                    tuple(e.project for e in found),
                    grounds,
                    values=values,
                    reason="projects that name it",
                    listed=names,
                )
        if topic.id in (
            "requirements",
            "eligible",
            "requirement-advantage",
            "requirement-personal",
            "requirement-skill",
            "degree-equivalent",
        ):
            return Decision(
                "which-project", topic, (call,), call.projects, reason="every project has its own requirements"
            )
        everywhere = [g for project in call.advertised for g in stated(self._knowledge, topic, call, project)]
        if not everywhere:
            return Decision(
                "not-stated",
                topic,
                (call,),
                beside=tuple(near(self._knowledge, topic, call)),
                reason="no requirement on it",
            )
        size = sum(len(ground.entry.say["en"]) + 20 for ground in everywhere if isinstance(ground.entry, Requirement))
        if size > 1300:
            return Decision(
                "which-project", topic, (call,), call.projects, reason="every project has its own requirements"
            )
        return Decision("rollup", topic, (call,), grounds=tuple(everywhere), reason="rolled up over the projects")


def _texts(part: Part, kind: str) -> tuple[str, ...]:
    texts = (
        " ".join(word.text for word in part.words[mention.first : mention.last])
        for mention in part.mentions
        if mention.of(kind)
    )
    return tuple(dict.fromkeys(texts))
