"""What is to be said to a part, before any word of it: the form of the reply and what it rests on.

Knows forms and grounds. Does not know thresholds (choose.py) nor words (wording.py).
"""

from dataclasses import dataclass, field
from typing import Any, Literal

from bot.answering.grounds import Ground
from bot.answering.subjects import Name
from bot.model.conversation import AnswerKind, Matter
from bot.model.knowledge import Call, Project, Topic

Form = Literal[
    "stated",  # the facts on the topic
    "rollup",  # the facts of every project
    "requirements",  # the prerequisites that a question touches
    "selection",  # the projects that fit
    "people-several",  # people in several projects
    "person",  # who somebody is
    "y-check",  # Y-supervision applied
    "projects",  # the list of projects
    "not-stated",  # with what stands next to it
    "which-call",
    "which-project",
    "did-you-mean",
    "not-understood",
    "left-over",  # questions of a message that were not understood, beside others that are answered
    "unknown-name",
    "refusal",
    "hand-over",
    "off-topic",
    "small-talk",
    "wish",  # what the bot itself can do for the asker
    "what-about",  # interest shown, nothing asked
    "silence",  # nothing is said to this part
]

KIND_OF: dict[str, AnswerKind] = {
    "stated": "answer",
    "rollup": "answer",
    "requirements": "answer",
    "selection": "answer",
    "people-several": "answer",
    "person": "answer",
    "y-check": "answer",
    "projects": "answer",
    "which-call": "clarify",
    "which-project": "clarify",
    "did-you-mean": "clarify",
    "what-about": "clarify",
    "small-talk": "smalltalk",
    "wish": "smalltalk",
}
"""Kinds of the forms; every other form abstains."""


@dataclass(frozen=True, slots=True)
class Decision:
    """The form of the reply to one part, its grounds, and why it was chosen.

    `grounds` carry the answer, `beside` what is told next to "not stated"; `values` are further values for the templates.
    """

    form: Form
    topic: Topic | None = None
    calls: tuple[Call, ...] = ()
    projects: tuple[Project, ...] = ()
    grounds: tuple[Ground, ...] = ()
    beside: tuple[Ground, ...] = ()
    values: dict[str, Any] = field(default_factory=dict)
    reason: str = ""
    listed: tuple[Name, ...] = ()

    @property
    def kind(self) -> AnswerKind:
        """The kind of answer that this form is."""
        return KIND_OF.get(self.form, "abstain")


def matters_of(decision: Decision) -> list[Matter]:
    """What a decision is about: one matter a call, or a project of it."""
    topic = decision.topic.id if decision.topic else ""
    owners = [
        (call.id, project.id) for call in decision.calls for project in decision.projects if project in call.projects
    ]
    owners = owners or [(call.id, "") for call in decision.calls] or [("", "")]
    return [Matter(decision.form, topic, call, project) for call, project in owners]
