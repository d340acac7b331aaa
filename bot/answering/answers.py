"""What a call says to a topic, for the subject of a part: the forms that rest on facts.

Knows the lookups of grounds, filters and rules. Does not know thresholds: the topic is given.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from bot.answering.context import Memory, Subject
from bot.answering.decisions import Decision, Form
from bot.answering.eligibility import Eligibility
from bot.answering.filters import Wanted
from bot.answering.grounds import Ground, across_projects, asks_requirements, facts_of, near, stated, terms
from bot.answering.lexicon import Lexicon
from bot.answering.parts import Part, unknown_people
from bot.answering.rules import Side, y_fulfilled, y_sides
from bot.answering.selections import Selections
from bot.model.knowledge import Call, Knowledge, Project, Topic

LONG = 1100
"""Characters of facts up to which all projects are told at once; beyond, the asker is asked which one."""

Target = tuple[Call, Project | None]
_ROLES = ("supervisors", "additional-pis", "coordinators", "group")


class Answers:
    """Decides the form of the reply to a topic."""

    def __init__(self, knowledge: Knowledge, lexicon: Lexicon) -> None:
        self._knowledge = knowledge
        self._lexicon = lexicon
        self._calls = tuple(knowledge.calls.values())
        self._selections = Selections(knowledge)
        self._eligibility = Eligibility(knowledge)
        self._on_projects = {fact.topic for call in self._calls for project in call.projects for fact in project.facts}
        self._special: dict[str, Callable[[Topic, Part, Subject, Memory], Decision]] = {
            "term": self._term,
            "person": self._person,
            "projects-list": self._projects,
            "y-supervision-check": self._y_check,
            "compare-calls": self._compare_calls,
        }

    def seeks_project(self, topic: Topic) -> bool:
        """Whether projects have facts on the topic, so that its subject may be one."""
        if topic.by or topic.kind != "fact":
            return False
        return asks_requirements(topic) or bool({topic.id, *topic.answers, *topic.near} & self._on_projects)

    def decide(self, topic: Topic, part: Part, subject: Subject, memory: Memory) -> Decision:
        """The decision on a topic of facts."""
        if subject.doubtful:
            options = tuple(project for _, project in subject.doubtful)
            return Decision("which-project", topic, subject.calls, options, reason="several projects fit the words")
        if special := self._special.get(topic.id):
            return special(topic, part, subject, memory)
        inherited = bool(subject.projects) and not subject.named
        if topic.by and topic.single and inherited and not part.several:
            topic = self._knowledge.topics[topic.single]
        if topic.by:
            decision = self._selections.decide(topic, part, subject)
            if decision is not None:
                return decision
            topic = self._knowledge.topics[topic.single or topic.id]
        if asks_requirements(topic):
            return self._eligibility.decide(topic, part, subject)
        decision = self._facts(topic, subject)
        if decision.form == "rollup" and part.has(self._lexicon.project_words) and not part.several:
            call = decision.calls[0]
            return Decision(
                "which-project", topic, (call,), call.advertised, reason="one project is meant, but not named"
            )
        return decision

    def declined(self, topic: Topic, subject: Subject) -> Decision:
        """The decision on a topic that is declined whatever the call, or small talk; with the facts next to it."""
        targets = self._targets(subject) if topic.near else []
        beside = [ground for call, project in targets for ground in near(self._knowledge, topic, call, project)]
        form: Form = "wish" if topic.wish else "small-talk"
        if topic.kind in ("refusal", "hand-over", "off-topic"):
            form = topic.kind
        calls = subject.calls or self._calls
        return Decision(
            form, topic, calls, grounds=(), beside=tuple(dict.fromkeys(beside)), reason=f"{topic.kind} by the catalogue"
        )

    def _targets(self, subject: Subject) -> list[Target]:
        if subject.projects:
            return list(subject.projects)
        return [(call, None) for call in (subject.calls or self._calls)]

    def _facts(self, topic: Topic, subject: Subject) -> Decision:
        if subject.projects:
            return self._of_projects(topic, subject)
        answers = {call.id: self._of_call(topic, call) for call in (subject.calls or self._calls)}
        having = {call_id: decision for call_id, decision in answers.items() if decision.form != "not-stated"}
        if len(answers) == 1:
            return next(iter(answers.values()))
        if not having:
            beside = tuple(ground for decision in answers.values() for ground in decision.beside)
            return Decision("not-stated", topic, self._some(answers), beside=beside, reason="no call states it")
        if subject.calls:
            return self._both(topic, answers)
        if len(having) == 1:
            found = next(iter(having.values()))
            silent = () if topic.particular else tuple(call for call in self._some(answers) if call.id not in having)
            return replace(
                found, values={**found.values, "silent": silent}, reason=f"{found.reason}; only one call states it"
            )
        return Decision("which-call", topic, self._some(having), reason="the calls differ and none is named")

    def _some(self, ids: Sequence[str] | dict[str, Decision]) -> tuple[Call, ...]:
        return tuple(self._knowledge.calls[call_id] for call_id in ids)

    def _both(self, topic: Topic, answers: dict[str, Decision]) -> Decision:
        grounds = tuple(
            ground for decision in answers.values() if decision.form == "stated" for ground in decision.grounds
        )
        if not grounds:
            return next(iter(answers.values()))
        silent = tuple(call for call in self._some(answers) if answers[call.id].form == "not-stated")
        return Decision(
            "stated",
            topic,
            self._some(answers),
            grounds=grounds,
            values={"silent": silent, "by_call": True},
            reason="several calls named",
        )

    def _of_call(self, topic: Topic, call: Call) -> Decision:
        if grounds := stated(self._knowledge, topic, call):
            return self._stated(topic, grounds, (call,), ())
        everywhere = across_projects(self._knowledge, topic, call)
        if everywhere:
            return self._across(topic, call, everywhere)
        beside = tuple(near(self._knowledge, topic, call))
        return Decision("not-stated", topic, (call,), beside=beside, reason="the call states nothing on it")

    def _across(self, topic: Topic, call: Call, everywhere: Sequence[Ground]) -> Decision:
        size = sum(len(fact.say.get("en", "")) + 12 for ground in everywhere if (fact := facts_of(ground)))
        size += sum(len(item["en"]) for ground in everywhere if (fact := facts_of(ground)) for item in fact.items)
        if size > LONG:
            return Decision(
                "which-project", topic, (call,), call.advertised, reason="projects differ and none is named"
            )
        return Decision("rollup", topic, (call,), grounds=tuple(everywhere), reason="rolled up over the projects")

    def _of_projects(self, topic: Topic, subject: Subject) -> Decision:
        projects = tuple(project for _, project in subject.projects)
        grounds = [g for call, project in subject.projects for g in stated(self._knowledge, topic, call, project)]
        calls = subject.calls or tuple(dict.fromkeys(call for call, _ in subject.projects))
        if grounds:
            return self._stated(topic, list(dict.fromkeys(grounds)), calls, projects)
        beside = [g for call, project in subject.projects for g in near(self._knowledge, topic, call, project)]
        return Decision(
            "not-stated",
            topic,
            calls,
            projects,
            beside=tuple(dict.fromkeys(beside)),
            reason="not stated for the project",
        )

    def _stated(
        self, topic: Topic, grounds: Sequence[Ground], calls: tuple[Call, ...], projects: tuple[Project, ...]
    ) -> Decision:
        whole = [ground for ground in grounds if not ((fact := facts_of(ground)) and fact.broken)]
        if not whole:
            return Decision(
                "not-stated", topic, calls, projects, grounds=tuple(grounds), reason="the call's sentence breaks off"
            )
        return Decision("stated", topic, calls, projects, tuple(grounds), reason="stated")

    def _term(self, topic: Topic, part: Part, subject: Subject, memory: Memory) -> Decision:
        names = part.names("term")
        grounds = [ground for call in self._calls for ground in terms(call, (n.id for n in names if n.call == call.id))]
        if grounds:
            chosen = [ground for ground in grounds if ground.project in {project for _, project in subject.projects}]
            return Decision(
                "stated", topic, subject.calls, grounds=tuple(chosen or grounds[:1]), reason="a term of the call"
            )
        if subject.projects and part.names("project"):
            return self._of_projects(self._knowledge.topics["about"], subject)
        if part.names("call"):
            return self._facts(self._knowledge.topics["about"], subject)
        if part.names("skill", "theme", "field"):
            return self.declined(self._knowledge.topics["science-explained"], subject)
        return Decision("not-stated", topic, subject.calls or self._calls, reason="no known term named")

    def _person(self, topic: Topic, part: Part, subject: Subject, memory: Memory) -> Decision:
        people = part.names("person")
        if not people and subject.projects:
            return self._of_projects(self._knowledge.topics["supervisors"], subject)
        roles: list[tuple[str, str, Ground]] = []
        for name in people:
            call = self._knowledge.calls[name.call]
            for owner in (None, *call.projects):
                roles += [
                    (name.id, fact.topic, Ground(call, owner, fact))
                    for fact in (owner or call).facts
                    if name.id in fact.people and fact.topic in _ROLES
                ]
        if not roles:
            return Decision("not-stated", topic, subject.calls or self._calls, reason="no person of the call named")
        return Decision(
            "person",
            topic,
            subject.calls,
            grounds=tuple(ground for *_, ground in roles),
            values={"roles": roles},
            reason="a person of the call",
        )

    def _projects(self, topic: Topic, part: Part, subject: Subject, memory: Memory) -> Decision:
        return self._selections.everything(topic, subject)

    def _y_check(self, topic: Topic, part: Part, subject: Subject, memory: Memory) -> Decision:
        support = self._facts(
            topic,
            replace(subject, projects=(), calls=tuple(c for c in self._calls if stated(self._knowledge, topic, c))),
        )
        if support.form != "stated":
            return support
        call = support.calls[0]
        wanted = Wanted.of(name for name in part.names("person", "org") if name.call == call.id)
        sides: list[Side] = y_sides(call, sorted(wanted.people), sorted(wanted.organisations))
        sides += [Side(name, None, None) for name in unknown_people(part, self._lexicon)]
        if len(sides) == 1 and part.has(self._lexicon.both | self._lexicon.pair):
            sides *= 2
        if len(sides) < 2:
            return support
        shown = [side.ground for side in sides if side.ground]
        values = {"sides": sides, "fulfilled": y_fulfilled(sides)}
        return replace(
            support,
            form="y-check",
            grounds=tuple(dict.fromkeys((*support.grounds, *shown))),
            values=values,
            reason="the supervision rule applied",
        )

    def _compare_calls(self, topic: Topic, part: Part, subject: Subject, memory: Memory) -> Decision:
        return self._facts(topic, replace(subject, projects=(), calls=self._calls))
