"""A ranking of topics corrected by what the form of the sentence and its names say.

Knows kinds of topics and families (a topic, and the same asked over several projects). Does not know facts.
"""

from collections.abc import Mapping, Sequence

from bot.answering.lexicon import Lexicon, kind_of_call
from bot.answering.parts import Part, Ranked
from bot.model.knowledge import Topic

ASKED_BACKGROUND = 0.05
"""What is left of a background topic's probability where the sentence ends with a question mark;"""
REQUESTED_BACKGROUND = 0.3
"""where it has the form of a request;"""
NAMED_OFF_TOPIC = 0.3
"""of an off-topic one where a call, a project or one of its people is named;"""
NAMED_SMALL_TALK = (0.005, 0.3)
"""and of small talk there, if the part has the form of a question, and if not."""
COMPARED = 0.02
"""A topic from this probability on is what a comparison is about."""


def weighed(part: Part, lexicon: Lexicon, *, anchored: bool) -> list[Ranked]:
    """The part's ranking with probabilities that sum to what they did before, most probable first.

    `anchored` says that the letter or an earlier turn named a call or project.
    """
    ranking = [
        Ranked(rank.topic, rank.probability * _factor(rank.topic, part, lexicon, anchored=anchored))
        for rank in part.ranking
    ]
    total = sum(rank.probability for rank in ranking) or 1.0
    scale = sum(rank.probability for rank in part.ranking) / total
    ranking = sorted(
        (Ranked(rank.topic, rank.probability * scale) for rank in ranking), key=lambda rank: -rank.probability
    )
    return _of_comparison(part, ranking)


def _factor(topic: Topic, part: Part, lexicon: Lexicon, *, anchored: bool) -> float:
    named = bool(part.names("project", "call", "person"))
    if topic.kind == "background":
        if topic.id == "vague-question":
            return 1.0
        return ASKED_BACKGROUND if part.question else REQUESTED_BACKGROUND if part.asks(lexicon) else 1.0
    if len(part.content) == 0:
        return 1.0
    if topic.kind == "off-topic":
        of_call = topic.id != "other-programmes" and _tells_kind_of_call(part, lexicon)
        return NAMED_OFF_TOPIC if named or of_call or (anchored and topic.id == "science-explained") else 1.0
    if topic.kind == "small-talk" and named and not topic.wish:
        return NAMED_SMALL_TALK[0] if part.asks(lexicon) else NAMED_SMALL_TALK[1]
    return 1.0


def _tells_kind_of_call(part: Part, lexicon: Lexicon) -> bool:
    return any(kind_of_call(word.folded, lexicon.call_kinds) != word.folded for word in part.words)


def _of_comparison(part: Part, ranking: list[Ranked]) -> list[Ranked]:
    """Where a comparison leads, the topic that is compared takes its place."""
    if not ranking[0].topic.id.startswith("compare-") or len(part.content) < 2:
        return ranking
    facts = [rank for rank in ranking if rank.topic.kind == "fact" and not rank.topic.id.startswith("compare-")]
    if not facts or facts[0].probability < COMPARED:
        return ranking
    return [Ranked(facts[0].topic, ranking[0].probability), *(rank for rank in ranking[1:] if rank is not facts[0])]


def families(ranking: Sequence[Ranked]) -> list[tuple[str, float]]:
    """Topics with the probability of their family, most probable first; a family goes by the topic for one project."""
    heads: dict[str, float] = {}
    for rank in ranking:
        head = rank.topic.single or rank.topic.id
        heads[head] = heads.get(head, 0.0) + rank.probability
    return sorted(heads.items(), key=lambda entry: -entry[1])


def neighbourhoods(ranking: Sequence[Ranked]) -> list[tuple[str, float]]:
    """Topics with the probability of all those that are answered from, or told beside, the same facts."""
    homes: dict[str, float] = {}
    for rank in ranking:
        if rank.topic.kind == "fact" and not rank.topic.by:
            home = (*rank.topic.answers, *rank.topic.near, rank.topic.id)[0]
            homes[home] = homes.get(home, 0.0) + rank.probability
    return sorted(homes.items(), key=lambda entry: -entry[1])


class Siblings:
    """Chooses the member of a family that a part's words and names ask for."""

    def __init__(self, topics: Mapping[str, Topic], lexicon: Lexicon) -> None:
        self._topics = topics
        self._lexicon = lexicon

    def member(self, part: Part, ranking: Sequence[Ranked], head: str, probability: float) -> Ranked:
        """The family's most probable member; the single topic where one project is named."""
        members = [rank for rank in ranking if head in (rank.topic.single, rank.topic.id)]
        topic = members[0].topic if members else self._topics[head]
        if part.names("project") and topic.single:
            topic = self._topics[head]
        return Ranked(self.fitting(part, topic), probability)

    def fitting(self, part: Part, topic: Topic) -> Topic:
        """The topic, or the sibling for several projects, for the opposite, or for what is named."""
        if topic.id in _NAMED_BY_TERM and part.names("term") and not part.names("project"):
            return self._topics["term"]
        asks_for_skill = topic.id in _OF_SKILL or (
            topic.over == "projects-by-theme" and part.has(self._lexicon.demands)
        )
        named = {name.id for name in part.names("skill")}
        asks_for_skill = asks_for_skill or (topic.id == "requirement-programming" and bool(named - {"programming"}))
        if asks_for_skill and named:
            topic = self._topics["requirement-skill"]
        over_projects = part.several and not part.names("project")
        if over_projects and topic.over and part.names("theme", "skill", "field"):
            topic = self._topics[topic.over]
        if topic.by == "theme" and part.names("project", "person") and not part.several:
            topic = self._topics["about"]
        if topic.by == "skill" and not part.names("skill") and part.names("field"):
            topic = self._by("field") or topic
        if topic.by == "people-in-several-projects" and part.names("person"):
            topic = self._by("person") or topic
        if topic.opposite and part.has(self._lexicon.negations):
            topic = self._topics[topic.opposite]
        return topic

    def _by(self, value: str) -> Topic | None:
        return next((topic for topic in self._topics.values() if topic.by == value), None)


_NAMED_BY_TERM = frozenset({"title", "mission", "about", "science-explained"})
_OF_SKILL = frozenset({"work-experience", "requirement-experience"})
