"""The whole reply to a decision: paragraphs, lists, what stands beside, and the sources.

Knows the forms of decisions and how each is laid out. Short by design: one line a fact, one line an item, one line of sources.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from bot.answering.decisions import Decision
from bot.answering.grounds import Ground, facts_of
from bot.answering.rules import Side
from bot.answering.sources import source_lines
from bot.answering.subjects import Name
from bot.answering.wording import Sentences, Templates, Voice, in_language, name_of, topic_name
from bot.model.conversation import Citation
from bot.model.knowledge import Call, Knowledge, Project, Requirement


@dataclass(frozen=True, slots=True)
class Worded:
    """The reply to one part, the grounds it shows, and words that were computed rather than quoted (for the guard).

    `choices` answer a reply that asks back; `sources` are the lines that name its sources.
    """

    text: str
    grounds: tuple[Ground, ...]
    computed: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()

    @property
    def citations(self) -> tuple[Citation, ...]:
        """Each quote once."""
        return tuple(dict.fromkeys(citation for ground in self.grounds for citation in ground.citations()))


class Replies:
    """Words decisions."""

    def __init__(self, knowledge: Knowledge, templates: Templates) -> None:
        self._knowledge = knowledge
        self._templates = templates
        self._sentences = Sentences(knowledge, templates)
        self._forms: dict[str, Callable[[Decision, Voice], list[str]]] = {
            "stated": self._stated,
            "rollup": self._rollup,
            "requirements": self._requirements,
            "selection": self._selection,
            "people-several": self._people_several,
            "person": self._person,
            "y-check": self._y_check,
            "projects": self._projects,
            "not-stated": self._not_stated,
            "which-call": self._which_call,
            "which-project": self._which_project,
            "did-you-mean": self._did_you_mean,
        }

    def word(self, decision: Decision, voice: Voice, additions: Sequence[str] = ()) -> Worded:
        """The reply to a decision; `additions` are sentences computed elsewhere (a deadline on another clock)."""
        layout = self._forms.get(decision.form, self._declined)
        lines = layout(decision, voice)
        lines += additions
        lines += [
            self._say(voice, "not-stated-also", call=name_of(call, voice.language))
            for call in decision.values.get("silent", ())
        ]
        shown = (*decision.grounds, *decision.beside)
        if decision.kind == "abstain" and decision.form != "off-topic":
            lines.append(self._ask_coordinator(decision, voice))
        sources = source_lines(shown, voice, self._templates)
        text = "\n".join(line for line in [*lines, *sources] if line)
        return Worded(text, shown, tuple(additions), self._choices(decision, voice), tuple(sources))

    def ask(self, decision: Decision, voice: Voice) -> str:
        """Whom to ask instead."""
        return self._ask_coordinator(decision, voice)

    def sentence(self, ground: Ground, voice: Voice) -> str:
        """The words in which a ground is told."""
        return self._sentences.of(ground, voice)

    def computed(self, decision: Decision, voice: Voice) -> list[str]:
        """What the reply may say beside its quotes: dates as written from typed values, counts, names of calls and topics."""
        values = decision.values
        shown = (*decision.grounds, *decision.beside)
        texts = [self._sentences.computed(ground, voice) for ground in shown]
        texts += [side.name for side in values.get("sides", ()) if side.kind is None]
        texts += [str(values[key]) for key in ("count", "total", "limit", "name") if key in values]
        texts += [text for key in ("wanted", "missing") for text in values.get(key, ())]
        texts += [
            text for call in self._knowledge.calls.values() for text in (name_of(call, voice.language), *call.also)
        ]
        texts += [topic_name(topic, voice.language) for topic in (decision.topic, *values.get("topics", ())) if topic]
        texts += [
            str(len(decision.projects)),
            *(str(place) for ground in shown for place in range(1, len(getattr(ground.entry, "items", ())) + 1)),
        ]
        return texts

    def nameable(self, decision: Decision) -> list[Name]:
        """Names that may stand in the reply whatever its grounds: its projects, the coordinators whom it says to ask."""
        calls = decision.calls or tuple(self._knowledge.calls.values())
        names = [Name("project", project.id, call.id) for call in calls for project in decision.projects]
        for call in calls:
            asked = [side.person for side in decision.values.get("sides", ()) if side.person]
            for person in (*call.coordinators, *asked):
                names.append(Name("person", person, call.id))
                if home := call.people[person].organisation:
                    names.append(Name("org", home, call.id))
        return names

    def _say(self, voice: Voice, *path: str, **values: Any) -> str:
        return self._templates.say(voice.language, *path, **values)

    def _calls(self, calls: Sequence[Call], voice: Voice) -> list[str]:
        return [name_of(call, voice.language) for call in calls or self._knowledge.calls.values()]

    def _several_owners(self, grounds: Sequence[Ground]) -> bool:
        return len({(ground.call.id, ground.project.id if ground.project else "") for ground in grounds}) > 1

    def _owner(self, ground: Ground, voice: Voice) -> str:
        return ground.project.name if ground.project else name_of(ground.call, voice.language)

    def _facts(self, grounds: Sequence[Ground], voice: Voice, *, owners: bool | None = None) -> list[str]:
        """One line a ground, with its project or call before it where they differ; the same sentence once."""
        prefixed = self._several_owners(grounds) if owners is None else owners
        lines = []
        for ground in grounds:
            sentence = self._sentences.of(ground, voice)
            if isinstance(ground.entry, Requirement):
                sentence = f"- {sentence}"
            lines.append(f"{self._owner(ground, voice)}: {sentence}" if prefixed else sentence)
        return list(dict.fromkeys(lines))

    def _stated(self, decision: Decision, voice: Voice) -> list[str]:
        by_project = len(decision.projects) > 1
        owners = None if by_project or decision.values.get("by_call") else False
        return self._facts(decision.grounds, voice, owners=owners)

    def _rollup(self, decision: Decision, voice: Voice) -> list[str]:
        heading = self._say(voice, "rollup", topic=topic_name(decision.topic, voice.language))
        return [
            heading,
            *(f"- {line.replace(': - ', ': ')}" for line in self._facts(decision.grounds, voice, owners=True)),
        ]

    def _requirements(self, decision: Decision, voice: Voice) -> list[str]:
        owner = " / ".join(project.name for project in decision.projects) or self._calls(decision.calls, voice)[0]
        lines = []
        if missing := decision.values.get("missing"):
            lines.append(self._say(voice, "not-named", project=owner, wanted=missing))
        lines.append(self._say(voice, "requirements", project=owner, part=decision.values.get("part", False)))
        several = self._several_owners(decision.grounds)
        for ground in decision.grounds:
            sentence = self._sentences.of(ground, voice)
            lines.append(f"- {self._owner(ground, voice)}: {sentence}" if several else f"- {sentence}")
        if decision.values.get("personal"):
            lines.append(self._say(voice, "no-judgement"))
        return lines

    def _selection(self, decision: Decision, voice: Voice) -> list[str]:
        values = decision.values
        heading = self._say(voice, "selection", count=values["count"], total=values["total"], wanted=values["wanted"])
        lines = [heading]
        for project in decision.projects:
            here = [ground for ground in decision.grounds if ground.project is project]
            lines.append(f"- {project.name}{self._strengths(here, voice)}")
        if values.get("personal"):
            lines.append(self._say(voice, "no-judgement"))
        return lines

    def _strengths(self, grounds: Sequence[Ground], voice: Voice) -> str:
        entries = [ground.entry for ground in grounds if isinstance(ground.entry, Requirement)]
        said = (in_language(entry.say, voice.language) for entry in entries[:1])
        strength = (self._say(voice, "strength", entry.strength) for entry in entries[:1])
        return "".join(f": {text} ({strong})" for text, strong in zip(said, strength, strict=True))

    def _people_several(self, decision: Decision, voice: Voice) -> list[str]:
        lines = [self._say(voice, "people" if decision.values.get("all") else "people-several")]
        for person, grounds in decision.values["people"]:
            roles = [self._role(voice, facts.topic, ground) for ground in grounds if (facts := facts_of(ground))]
            if decision.values.get("all"):
                roles = [ground.project.name for ground in grounds if ground.project]
            lines.append(f"- {self._sentences.person(grounds[0].call, person)}: {'; '.join(roles)}")
        return lines

    def _role(self, voice: Voice, topic: str, ground: Ground) -> str:
        project = ground.project.name if ground.project else ""
        call = name_of(ground.call, voice.language)
        key = topic if ground.project or topic == "coordinators" else "head"
        name = topic_name(self._knowledge.topics[topic], voice.language)
        return self._say(voice, "role", key, project=project, call=call, topic=name)

    def _person(self, decision: Decision, voice: Voice) -> list[str]:
        people: dict[tuple[str, str], list[str]] = {}
        for person, topic, ground in decision.values["roles"]:
            people.setdefault((ground.call.id, person), []).append(self._role(voice, topic, ground))
        lines = []
        for (call_id, person), roles in people.items():
            call = self._knowledge.calls[call_id]
            home = call.people[person].organisation
            organisation = call.organisations[home].name if home else ""
            lines.append(
                self._say(
                    voice,
                    "person",
                    name=call.people[person].name,
                    organisation=organisation,
                    roles=list(dict.fromkeys(roles)),
                )
            )
        return lines

    def _y_check(self, decision: Decision, voice: Voice) -> list[str]:
        sides: list[Side] = decision.values["sides"]
        lines = self._facts(decision.grounds[:1], voice, owners=False)
        for side in dict.fromkeys(sides):
            kind = self._say(voice, "y-kind", side.kind) if side.kind else ""
            lines.append(
                "- "
                + self._say(
                    voice,
                    "y-side",
                    name=side.name,
                    organisation=side.organisation or "",
                    kind=side.kind or "",
                    kind_name=kind,
                )
            )
        verdict = {True: "y-yes", False: "y-no", None: "y-open"}[decision.values["fulfilled"]]
        return [*lines, self._say(voice, verdict)]

    def _projects(self, decision: Decision, voice: Voice) -> list[str]:
        call = name_of(decision.calls[0], voice.language)
        heading = self._say(voice, "projects", call=call, count=len(decision.projects))
        return [heading, *(f"- {_with_title(project)}" for project in decision.projects)]

    def _not_stated(self, decision: Decision, voice: Voice) -> list[str]:
        topic = topic_name(decision.topic, voice.language)
        calls = self._calls(decision.calls, voice)
        if decision.values.get("selection"):
            lines = [self._say(voice, "selection-none", call=calls[0], wanted=decision.values["wanted"])]
        elif decision.projects:
            projects = " / ".join(project.name for project in decision.projects)
            lines = [self._say(voice, "not-stated-project", call=calls[0], project=projects, topic=topic)]
        elif len(calls) == 1:
            lines = [self._say(voice, "not-stated", call=calls[0], topic=topic)]
        else:
            lines = [self._say(voice, "not-stated-any", calls=calls, topic=topic)]
        lines += self._facts(decision.grounds, voice, owners=False)
        return lines + self._beside(decision, voice)

    def _beside(self, decision: Decision, voice: Voice) -> list[str]:
        if not decision.beside:
            return []
        several = len(decision.calls) > 1 or self._several_owners(decision.beside)
        return [self._say(voice, "beside"), *self._facts(decision.beside, voice, owners=several)]

    def _declined(self, decision: Decision, voice: Voice) -> list[str]:
        calls = self._calls(decision.calls if decision.form != "not-understood" else (), voice)
        section = decision.form if decision.form in ("refusal", "hand-over", "off-topic", "small-talk", "wish") else ""
        path = (section, decision.topic.id) if section and decision.topic else (decision.form,)
        return [self._say(voice, *path, calls=calls, **decision.values), *self._beside(decision, voice)]

    def _choices(self, decision: Decision, voice: Voice) -> tuple[str, ...]:
        """What answers a reply that asks back, as an asker may send it."""
        if decision.form == "which-call":
            return tuple(self._calls(decision.calls, voice))
        if decision.form == "which-project":
            return tuple(project.name for project in decision.projects)
        names = (topic_name(topic, voice.language) for topic in decision.values.get("topics", ()))
        return tuple(_capital(name) for name in names if name) if decision.form == "did-you-mean" else ()

    def _which_call(self, decision: Decision, voice: Voice) -> list[str]:
        topic = topic_name(decision.topic, voice.language)
        return [self._say(voice, "which-call", calls=self._calls(decision.calls, voice), topic=topic)]

    def _which_project(self, decision: Decision, voice: Voice) -> list[str]:
        return [self._say(voice, "which-project"), *(f"- {project.name}" for project in decision.projects)]

    def _did_you_mean(self, decision: Decision, voice: Voice) -> list[str]:
        return [self._say(voice, "did-you-mean"), *(f"- {choice}" for choice in self._choices(decision, voice))]

    def _ask_coordinator(self, decision: Decision, voice: Voice) -> str:
        calls = decision.calls or tuple(self._knowledge.calls.values())
        people = [self._sentences.person(call, person) for call in calls for person in call.coordinators]
        return self._say(voice, "ask-coordinator", coordinators=people)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _with_title(project: Project) -> str:
    title = project.title
    return (
        f"{project.name}: {title}"
        if title and title != project.name and not title.startswith(project.name)
        else project.name
    )
