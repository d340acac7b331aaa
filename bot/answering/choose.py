"""From read parts to decisions: answer, ask which one, not stated, refuse, or hand over. The only place with thresholds of topics.

Knows probabilities, subjects and grounds. Does not know words of a reply.
"""

from collections.abc import Sequence
from dataclasses import replace

from bot.answering.answers import Answers
from bot.answering.chosen import Chosen, asked_back, has_substance, only_firm_beside_refusals, without_asides
from bot.answering.context import Memory, Resolver, Subject
from bot.answering.decisions import Decision
from bot.answering.grounds import asks_requirements
from bot.answering.lexicon import Lexicon
from bot.answering.parts import Part, Ranked, joined
from bot.answering.pointed import Pointed
from bot.answering.weighing import Siblings, families, neighbourhoods, weighed
from bot.model.knowledge import Knowledge, Topic

ENOUGH = 0.20
"""A topic below this probability is not understood."""
CLEAR = 0.40
"""From here on the first topic is taken alone; below, the second is weighed too."""
NEIGHBOURS = 0.45
"""Unclear topics around the same facts that have this probability together are answered with these facts."""
DETAIL = 0.3
"""A topic of content below this probability (a summary: below CLEAR) is not told for a detail that no fact covers."""
LEANS = 0.5
"""A part without content words leans on the turn before it unless a topic has this probability."""
RIVAL = 0.6
"""Below CLEAR, a second topic with this share of the first one's probability is a rival."""
TALK = 0.35
"""Small talk, refusals and off-topic below this probability give way to the best topic of facts."""
TOGETHER = 0.25
"""Topics on requirements that have this probability together, and none of them alone, are read as the question who may apply."""
FAMILIAR = 0.34
"""A part with a smaller share of known words is not understood (another language, gibberish),"""
SURE_UNFAMILIAR = 0.8
"""unless a topic has this probability."""


class Chooser:
    """Takes the decisions for all parts of a message."""

    def __init__(
        self, knowledge: Knowledge, lexicon: Lexicon, resolver: Resolver, answers: Answers, pointed: Pointed
    ) -> None:
        self._topics = knowledge.topics
        self._calls = tuple(knowledge.calls.values())
        self._lexicon = lexicon
        self._resolver = resolver
        self._answers = answers
        self._pointed = pointed
        self._siblings = Siblings(knowledge.topics, lexicon)

    def message(
        self, parts: Sequence[Part], memory: Memory, asides: Sequence[Part] = ()
    ) -> tuple[list[Chosen], Memory]:
        """A decision for each part that needs one, in order, and the memory after them.

        `asides` are read for their names only: a subject line, a salutation.
        """
        merged = self._lean_back(parts)
        asking = [part for part in merged if part.asks(self._lexicon)]
        told = asking if asking and len(asking) < len(merged) else merged
        told = [part for part in told if part.content or part.mentions] or told[:1]
        chosen, after = self._decided(told, merged, memory, asides)
        if len(told) < len(merged) and not any(has_substance(entry) for entry in chosen):
            chosen, after = self._decided(merged, merged, memory, asides)
        chosen = without_asides(only_firm_beside_refusals(chosen, CLEAR))
        return chosen, replace(after, asked=asked_back(chosen))

    def _decided(
        self, told: Sequence[Part], everything: Sequence[Part], memory: Memory, asides: Sequence[Part]
    ) -> tuple[list[Chosen], Memory]:
        chosen: list[Chosen] = []
        for part in told:
            place = next(index for index, other in enumerate(everything) if other is part)
            around = [*reversed(everything[:place]), *everything[place + 1 :], *asides]
            entry = self._part(self._borrowing(part, everything[:place]), around, memory, alone=len(everything) == 1)
            chosen.append(entry)
            memory = self._resolver.remember(
                memory, part, entry.subject, _remembered(entry.decision), entry.decision.listed
            )
        return chosen, memory

    def _borrowing(self, part: Part, before: Sequence[Part]) -> Part:
        """The part with the fields and skills of the statements before it, if it names none."""
        told = [name for other in before if not other.question for name in other.names("field", "skill")]
        return replace(part, borrowed=tuple(dict.fromkeys(told))) if told and not part.names("field", "skill") else part

    def _lean_back(self, parts: Sequence[Part]) -> list[Part]:
        """Vague questions ("is that a problem?") read together with the statement before them that says most."""
        merged: list[Part] = []
        for part in parts:
            if merged and _fragment(part):
                merged.append(joined(merged.pop(), part))
                continue
            told = [index for index, other in enumerate(merged) if not other.question and _asked(other.ranking)]
            if told and part.best.topic.id == "vague-question" and not part.names("project", "person"):
                place = max(told, key=lambda index: (_says(merged[index]), index))
                before = merged.pop(place)
                merged.append(replace(joined(before, part), ranking=_sharpened(_asked(before.ranking)), question=True))
            else:
                merged.append(part)
        return merged

    def _part(self, part: Part, around: Sequence[Part], memory: Memory, *, alone: bool) -> Chosen:
        anchored = bool(memory.projects or memory.calls or any(other.names("project", "call") for other in around))
        first, rival, ranking = self._candidates(part, memory, anchored=anchored)
        subject = self._resolver.subject(part, around, memory, seeks_project=self._answers.seeks_project(first.topic))
        decision = self._decide(part, first, rival, ranking, subject, memory, alone=alone)
        return Chosen(part, subject, decision)

    def _candidates(self, part: Part, memory: Memory, *, anchored: bool) -> tuple[Ranked, Ranked | None, list[Ranked]]:
        """The topic that is taken, a rival if one is close, and the whole ranking."""
        ranking = weighed(part, self._lexicon, anchored=anchored)
        if taken := _taken_up(part, memory.asked):
            return Ranked(taken, 1.0), None, ranking
        elliptic = part.mentions or part.has(self._lexicon.other | self._lexicon.pronouns)
        if memory.topic is not None and elliptic and self._leans_on_memory(part, ranking[0]):
            return Ranked(memory.topic, 1.0), None, ranking
        best = [self._siblings.member(part, ranking, head, probability) for head, probability in families(ranking)]
        first = best[0]
        together = sum(rank.probability for rank in ranking if asks_requirements(rank.topic))
        scattered = CLEAR if not asks_requirements(first.topic) else ENOUGH
        if first.probability < scattered and together >= max(TOGETHER, first.probability):
            first = Ranked(self._siblings.fitting(part, self._topics["eligible"]), together)
        first = self._of_neighbours(ranking, first)
        of_kind = sum(rank.probability for rank in ranking if rank.topic.kind == first.topic.kind)
        if first.topic.kind not in ("fact", "background") and of_kind < TALK:
            first = next((rank for rank in best if rank.topic.kind == "fact"), first)
        rival = next(
            (rank for rank in best if rank.topic.id != first.topic.id and rank.topic.kind != "background"), None
        )
        close = rival is not None and first.probability < CLEAR and rival.probability >= RIVAL * first.probability
        return first, rival if close else None, ranking

    def _of_neighbours(self, ranking: Sequence[Ranked], first: Ranked) -> Ranked:
        """The topic whose facts several unclear ones share, if together they are clear and it is one of them."""
        if first.probability >= CLEAR or first.topic.kind != "fact":
            return first
        home, together = neighbourhoods(ranking)[0]
        alone = next((rank.probability for rank in ranking if rank.topic.id == home), 0.0)
        if together < NEIGHBOURS or alone < 0.15 * together:
            return first
        return Ranked(self._topics[home], together)

    def _leans_on_memory(self, part: Part, best: Ranked) -> bool:
        """Whether the part has no matter of its own ("and the other one?")."""
        if best.topic.id.startswith("compare-"):
            return True
        opens = bool(part.words) and part.words[0].folded in self._lexicon.joints
        continues = opens or part.has(self._lexicon.other) or best.probability < LEANS
        return not part.content and continues

    def _decide(
        self,
        part: Part,
        first: Ranked,
        rival: Ranked | None,
        ranking: Sequence[Ranked],
        subject: Subject,
        memory: Memory,
        *,
        alone: bool,
    ) -> Decision:
        topic = first.topic
        if found := self._pointed.decide(part, first, ranking, subject, enough=ENOUGH, clear=CLEAR):
            return found
        if topic.kind == "background":
            return self._unasked(part, subject, alone=alone)
        if part.familiar < FAMILIAR and first.probability < SURE_UNFAMILIAR:
            return Decision("not-understood", topic, subject.calls or self._calls, reason="hardly a known word")
        if (
            first.probability < (CLEAR if topic.id == "about" else DETAIL)
            and self._pointed.is_content(topic)
            and not part.names("call")
            and len(part.told) > 2
        ):
            return Decision(
                "not-understood", topic, subject.calls or self._calls, reason="a detail that no fact covers"
            )
        if first.probability < ENOUGH and topic.kind != "small-talk":
            if part.names("project") and not part.content:
                return self._unasked(part, subject, alone=True)
            return Decision("not-understood", topic, subject.calls or self._calls, reason=f"best topic below {ENOUGH}")
        if topic.kind != "fact":
            return self._answers.declined(topic, subject)
        decision = self._answers.decide(topic, part, subject, memory)
        return decision if rival is None else self._weigh(decision, rival, part, subject, memory)

    def _weigh(self, decision: Decision, rival: Ranked, part: Part, subject: Subject, memory: Memory) -> Decision:
        """Two close topics: one reply if both rest on the same words or both are stated, else ask."""
        if rival.topic.kind != "fact":
            return decision if rival.topic.kind == "small-talk" else self._ask(decision, rival, subject)
        other = self._answers.decide(rival.topic, part, subject, memory)
        if other.form == "stated" == decision.form:
            both = tuple(dict.fromkeys((*decision.grounds, *other.grounds)))
            if len(both) <= 3:
                return replace(
                    decision, grounds=both, reason=f"{decision.reason}; with its close rival {rival.topic.id}"
                )
            return decision
        if other.form == "not-stated" and decision.form == "not-stated":
            return decision
        if set(other.grounds) & {*decision.grounds, *decision.beside}:
            return decision
        return self._ask(decision, rival, subject)

    def _ask(self, decision: Decision, rival: Ranked, subject: Subject) -> Decision:
        close = [topic for topic in (decision.topic, rival.topic) if topic is not None]
        topics = [topic for topic in close if topic.en]  # what is only ever declined has no name to choose it by
        if not topics:
            return decision
        reason = f"{close[0].id} and {close[-1].id} are too close"
        return Decision(
            "did-you-mean", decision.topic, subject.calls or self._calls, values={"topics": topics}, reason=reason
        )

    def _unasked(self, part: Part, subject: Subject, *, alone: bool) -> Decision:
        """A part that asks nothing: an interest in one project is met with what it is about."""
        if alone and part.names("project", "call") and subject.projects:
            decision = self._answers.decide(self._topics["about"], part, subject, Memory())
            if decision.kind == "answer":
                return replace(decision, reason="named without a question")
        calls = subject.calls if alone and subject.calls else self._calls
        return Decision("what-about" if alone else "silence", None, calls, reason="nothing asked")


def _taken_up(part: Part, asked: Sequence[Topic]) -> Topic | None:
    """The topic asked back about, if the part chooses it: by its name, or by nothing but the name of a project or call."""
    text = " ".join(part.text.casefold().strip(" .!?").split())
    by_name = next((topic for topic in asked if text in {topic.en.casefold(), topic.de.casefold()}), None)
    bare = len(asked) == 1 and not part.content and not part.question and part.names("project", "call")
    return by_name or (asked[0] if bare else None)


def _fragment(part: Part) -> bool:
    """A word or two that ask nothing by themselves ("earliest?")."""
    return len(part.words) <= 2 and len(part.content) <= 1 and not part.mentions and part.best.topic.kind == "fact"


def _says(part: Part) -> float:
    """How much a statement says that can be asked about; what is refused counts more (a deadline missed)."""
    best = _asked(part.ranking)[0]
    return best.probability * (2.0 if best.topic.kind == "refusal" else 1.0)


def _asked(ranking: Sequence[Ranked]) -> tuple[Ranked, ...]:
    """What of a ranking can be asked: facts and refusals."""
    return tuple(rank for rank in ranking if rank.topic.kind in ("fact", "refusal"))


def _sharpened(ranking: Sequence[Ranked]) -> tuple[Ranked, ...]:
    """The ranking with its probabilities scaled to one, after topics were taken out."""
    total = sum(rank.probability for rank in ranking) or 1.0
    return tuple(Ranked(rank.topic, rank.probability / total) for rank in ranking)


def _remembered(decision: Decision) -> Topic | None:
    return decision.topic if decision.topic is not None and decision.topic.kind == "fact" else None
