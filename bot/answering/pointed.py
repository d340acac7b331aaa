"""The decision to tell a fact because the question's own words point at it, where its topic is one of content or not clear.

Knows coverage thresholds of passages. Does not know how topics were ranked beyond their probabilities.
"""

from collections.abc import Mapping, Sequence

from bot.answering.context import Subject
from bot.answering.decisions import Decision
from bot.answering.grounds import Ground, asks_requirements
from bot.answering.parts import Part, Ranked
from bot.answering.passages import Hit, Passages
from bot.model.knowledge import Call, Fact, Project, Requirement, Topic

TOPIC_SHARE = 0.5
"""Weight of a topic's probability beside the share of the question's words that a fact covers."""
COVERED = 0.45
"""A fact that covers this share of the words is told where the question is one of content,"""
COVERED_ALONE = 0.6
"""and one that covers this share otherwise."""
WEIGHT = 1.6
"""A fact is told only for words of this weight together (squared rarities)."""
CONTENT = 0.25
"""A question is one of content if such topics together have this probability."""
_SUMMARIES = frozenset({"title", "about", "keywords", "disciplines", "term"})
"""Facts that hold many of a project's words and answer few questions of detail."""
_CONTENT = frozenset({"term", "expected-results", "collaboration", "lab-work", "equipment", "mission", "organiser"})


class Pointed:
    """Finds the fact that a question's words point at."""

    def __init__(self, topics: Mapping[str, Topic], passages: Passages) -> None:
        self._topics = topics
        self._passages = passages

    def is_content(self, topic: Topic) -> bool:
        """Whether the topic asks for something that the texts of a project tell, rather than for a fixed point of a call."""
        return (topic.over is not None and not asks_requirements(topic)) or topic.id in _CONTENT

    def decide(
        self, part: Part, first: Ranked, ranking: Sequence[Ranked], subject: Subject, *, enough: float, clear: float
    ) -> Decision | None:
        """The decision, or None if no fact covers enough of the words, or the topic is clear and has facts of its own."""
        content = sum(rank.probability for rank in ranking if self.is_content(rank.topic))
        firm = first.probability >= enough and not self.is_content(first.topic)
        if firm or part.names("person") or first.topic.kind in ("small-talk", "refusal", "hand-over"):
            return None
        owners: list[tuple[Call, Project | None]] = list(subject.projects)
        owners = owners or [(call, None) for call in subject.calls if not call.advertised]
        if len(owners) != 1:
            return None
        call, project = owners[0]
        if first.probability >= clear and first.topic.id != "about" and _by_topic(call, project, first.topic):
            return None
        probabilities = {rank.topic.id: rank.probability for rank in ranking}
        probabilities["about"] = 0.0  # where a detail is asked for, the summary is the last place to look
        probabilities["requirements"] = max(
            (p for topic, p in probabilities.items() if topic.startswith("requirement")), default=0.0
        )
        demanded = sum(rank.probability for rank in ranking if asks_requirements(rank.topic))
        asked = {rank.topic.id for rank in ranking[:3]}
        hits = [
            hit
            for hit in self._passages.find(part.told, call, project)
            if (topic_of(hit.ground) not in _SUMMARIES or topic_of(hit.ground) in asked)
            and (not isinstance(hit.ground.entry, Requirement) or demanded >= CONTENT)
        ]
        scored = sorted(
            hits, key=lambda hit: -(hit.coverage + TOPIC_SHARE * probabilities.get(topic_of(hit.ground), 0.0))
        )
        least = COVERED if content >= CONTENT else COVERED_ALONE
        if not scored or scored[0].coverage < least or scored[0].weight < WEIGHT:
            return None
        best = scored[0]
        topic = self._topics.get(topic_of(best.ground), first.topic)
        kind = type(best.ground.entry)
        grounds = tuple(hit.ground for hit in _close(scored, best) if type(hit.ground.entry) is kind)
        projects = (project,) if project else ()
        reason = f"the words point at it ({best.coverage:.0%} covered)"
        if kind is Requirement:
            return Decision("requirements", topic, (call,), projects, grounds, values={"part": True}, reason=reason)
        return Decision("stated", topic, (call,), projects, grounds, reason=reason)


def _by_topic(call: Call, project: Project | None, topic: Topic) -> bool:
    return any(fact.topic == topic.id for fact in (project or call).facts)


def topic_of(ground: Ground) -> str:
    """The topic by which a ground goes."""
    return ground.entry.topic if isinstance(ground.entry, Fact) else "requirements"


def _close(scored: Sequence[Hit], best: Hit) -> list[Hit]:
    """The best, and a second one that covers as much in other words."""
    others = [hit for hit in scored[1:3] if hit.coverage >= 0.85 * best.coverage]
    return [best, *others[:1]]
