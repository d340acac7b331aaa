"""From a read part to a decision: answer, ask which one, not stated, refuse, or hand over. The only place with thresholds.

Knows probabilities, subjects and grounds. Does not know words of a reply.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.answering.answers import Answers
from bot.answering.context import Memory, Resolver, Subject
from bot.answering.decisions import Decision
from bot.answering.reading import Lexicon, Part, Ranked
from bot.model.knowledge import Knowledge, Topic

ENOUGH = 0.30
"""A topic below this probability is not understood."""
CLEAR = 0.50
"""From here on the first topic is taken alone; below, the second is weighed too."""
RIVAL = 0.6
"""Below CLEAR, a second topic with this share of the first one's probability is a rival."""
TALK = 0.35
"""Small talk, refusals and off-topic below this probability give way to the best topic of facts."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A decision with the part it answers and the subject it was taken for (for memory and explain)."""

    part: Part
    subject: Subject
    decision: Decision


class Chooser:
    """Takes the decisions for all parts of a message."""

    def __init__(self, knowledge: Knowledge, lexicon: Lexicon, resolver: Resolver, answers: Answers) -> None:
        self._topics = knowledge.topics
        self._calls = tuple(knowledge.calls.values())
        self._lexicon = lexicon
        self._resolver = resolver
        self._answers = answers

    def message(self, parts: Sequence[Part], memory: Memory) -> tuple[list[Chosen], Memory]:
        """A decision for each part that needs one, in order, and the memory after them."""
        chosen: list[Chosen] = []
        merged = self._lean_back(parts)
        for index, part in enumerate(merged):
            around = [*merged[:index], *merged[index + 1 :]]
            entry = self._part(part, around, memory, alone=len(merged) == 1)
            chosen.append(entry)
            memory = self._resolver.remember(memory, part, entry.subject, _remembered(entry.decision), entry.decision.listed)
        return self._drop_asides(chosen), memory

    def _lean_back(self, parts: Sequence[Part]) -> list[Part]:
        """Vague questions ("is that a problem?") read together with the sentence before them."""
        merged: list[Part] = []
        for part in parts:
            if merged and part.best.topic.id == "vague-question" and not part.names("project", "person"):
                before = merged.pop()
                ranking = tuple(rank for rank in before.ranking if rank.topic.kind != "background") or before.ranking
                merged.append(replace(before, text=f"{before.text} {part.text}", ranking=_sharpened(ranking)))
            else:
                merged.append(part)
        return merged

    def _drop_asides(self, chosen: list[Chosen]) -> list[Chosen]:
        """Greetings, thanks and stories beside a question need no reply of their own."""
        substance = [entry for entry in chosen if entry.decision.form not in ("small-talk", "silence", "what-about", "not-understood")]
        if substance:
            firm = [entry for entry in substance if entry.decision.form != "did-you-mean"]
            return _without_repetition(firm or substance)
        told = [entry for entry in chosen if entry.decision.form != "silence"]
        for form in ("what-about", "not-understood", "small-talk"):
            if found := [entry for entry in told if entry.decision.form == form]:
                return found[-1:]
        return chosen[-1:]

    def _part(self, part: Part, around: Sequence[Part], memory: Memory, *, alone: bool) -> Chosen:
        first, rival = self._candidates(part, memory)
        seeks = self._answers.seeks_project(first.topic)
        subject = self._resolver.subject(part, around, memory, seeks_project=seeks)
        decision = self._decide(part, first, rival, subject, memory, alone=alone)
        return Chosen(part, subject, decision)

    def _candidates(self, part: Part, memory: Memory) -> tuple[Ranked, Ranked | None]:
        """The topic that is taken, and a rival if it is close. Families (a topic and its question over several projects) count together."""
        if memory.topic is not None and not part.content and (part.mentions or part.has(self._lexicon.other | self._lexicon.pronouns)):
            return Ranked(memory.topic, 1.0), None
        heads: dict[str, float] = {}
        for rank in part.ranking:
            head = rank.topic.single or rank.topic.id
            heads[head] = heads.get(head, 0.0) + rank.probability
        order = sorted(heads, key=lambda head: -heads[head])
        best = [self._best_member(part, head, heads[head]) for head in order]
        first = best[0]
        if first.topic.kind not in ("fact", "background") and first.probability < TALK:
            first = next((rank for rank in best if rank.topic.kind == "fact"), first)
        rival = next((rank for rank in best if rank.topic.id != first.topic.id and rank.topic.kind != "background"), None)
        close = rival is not None and first.probability < CLEAR and rival.probability >= RIVAL * first.probability
        return first, rival if close else None

    def _best_member(self, part: Part, head: str, probability: float) -> Ranked:
        """The family's member that fits the part: the single topic where one project is named."""
        members = [rank for rank in part.ranking if head in (rank.topic.single, rank.topic.id)]
        if part.names("project") and any(rank.topic.single for rank in members):
            return Ranked(self._topics[head], probability)
        return Ranked(members[0].topic, probability)

    def _decide(
        self, part: Part, first: Ranked, rival: Ranked | None, subject: Subject, memory: Memory, *, alone: bool
    ) -> Decision:
        topic = first.topic
        if topic.kind == "background":
            return self._unasked(part, subject, alone=alone)
        if first.probability < ENOUGH:
            if part.names("project") and len(part.content) == 0:
                return self._unasked(part, subject, alone=True)
            return Decision("not-understood", topic, subject.calls or self._calls, reason=f"best topic below {ENOUGH}")
        if topic.kind != "fact":
            return self._answers.declined(topic, subject)
        decision = self._answers.decide(topic, part, subject, memory)
        if rival is None:
            return decision
        return self._weigh(decision, rival, part, subject, memory)

    def _weigh(self, decision: Decision, rival: Ranked, part: Part, subject: Subject, memory: Memory) -> Decision:
        """Two close topics: one reply if both rest on the same words or both are stated, else ask."""
        if rival.topic.kind != "fact":
            return decision if decision.topic and rival.topic.kind == "small-talk" else self._ask(decision, rival, subject)
        other = self._answers.decide(rival.topic, part, subject, memory)
        if other.form == "stated" == decision.form:
            both = tuple(dict.fromkeys((*decision.grounds, *other.grounds)))
            if len(both) <= 3:
                return replace(decision, grounds=both, reason=f"{decision.reason}; with its close rival {rival.topic.id}")
            return decision
        if other.form == "not-stated" and decision.form == "not-stated":
            return decision
        if set(other.grounds) & set(decision.grounds) or set(other.beside) & set(decision.grounds):
            return decision
        return self._ask(decision, rival, subject)

    def _ask(self, decision: Decision, rival: Ranked, subject: Subject) -> Decision:
        topics = [topic for topic in (decision.topic, rival.topic) if topic is not None]
        return Decision(
            "did-you-mean",
            decision.topic,
            subject.calls or self._calls,
            values={"topics": topics},
            reason=f"{topics[0].id} and {topics[-1].id} are too close",
        )

    def _unasked(self, part: Part, subject: Subject, *, alone: bool) -> Decision:
        """A part that asks nothing: an interest in one project is met with what it is about."""
        if alone and part.names("project", "call") and subject.projects:
            about = self._topics["about"]
            decision = self._answers.decide(about, part, subject, Memory())
            if decision.kind == "answer":
                return replace(decision, reason="named without a question")
        if alone and (subject.projects or subject.calls):
            return Decision("what-about", None, subject.calls or self._calls, reason="nothing asked")
        return Decision("silence" if not alone else "what-about", None, self._calls, reason="nothing asked")


def _sharpened(ranking: Sequence[Ranked]) -> tuple[Ranked, ...]:
    """The ranking with its probabilities scaled to one, after topics were taken out."""
    total = sum(rank.probability for rank in ranking) or 1.0
    return tuple(Ranked(rank.topic, rank.probability / total) for rank in ranking)


def _remembered(decision: Decision) -> Topic | None:
    return decision.topic if decision.topic is not None and decision.topic.kind == "fact" else None


def _without_repetition(chosen: list[Chosen]) -> list[Chosen]:
    """Two parts that lead to the same reply are answered once."""
    kept: list[Chosen] = []
    for entry in chosen:
        if not any(_same(entry.decision, other.decision) for other in kept):
            kept.append(entry)
    return kept


def _same(one: Decision, other: Decision) -> bool:
    if one.form != other.form or one.calls != other.calls or one.projects != other.projects:
        return False
    if one.grounds or other.grounds:
        return set(one.grounds) <= set(other.grounds)
    return one.topic == other.topic


