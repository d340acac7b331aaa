"""What of a message's decisions is told: one reply a question, no greeting beside it, nothing lost in silence.

Knows forms of decisions. Does not know how they were taken (choose.py).
"""

from dataclasses import dataclass, replace

from bot.answering.context import Subject
from bot.answering.decisions import Decision
from bot.answering.parts import Part
from bot.model.knowledge import Topic


@dataclass(frozen=True, slots=True)
class Chosen:
    """A decision with the part it answers and the subject it was taken for (for memory and explain)."""

    part: Part
    subject: Subject
    decision: Decision


_ASIDES = ("small-talk", "silence", "what-about", "not-understood")


def asked_back(chosen: list[Chosen]) -> tuple[Topic, ...]:
    """The topics that the reply asks back about, if it asks one thing back."""
    asking = [
        entry.decision for entry in chosen if entry.decision.form in ("which-call", "which-project", "did-you-mean")
    ]
    if len(asking) != 1:
        return ()
    topics = asking[0].values.get("topics") or (asking[0].topic,)
    return tuple(topic for topic in topics if topic is not None)


def has_substance(entry: Chosen) -> bool:
    """Whether the entry is a reply to something asked."""
    return entry.decision.form not in _ASIDES


def only_firm_beside_refusals(chosen: list[Chosen], clear: float) -> list[Chosen]:
    """Beside a refusal only what was surely asked is answered: "just the names, please" asks for what was refused."""
    if not any(entry.decision.form == "refusal" for entry in chosen):
        return chosen
    return [entry for entry in chosen if entry.decision.form == "refusal" or entry.part.best.probability >= clear]


def without_asides(chosen: list[Chosen]) -> list[Chosen]:
    """Greetings, thanks and stories beside a question need no reply of their own."""
    substance = [entry for entry in chosen if has_substance(entry)]
    if substance:
        firm = [entry for entry in substance if entry.decision.form != "did-you-mean"] or substance
        return [*_without_repetition(firm), *_left_over(chosen, firm)]
    for form in ("what-about", "not-understood", "small-talk"):
        if found := [entry for entry in chosen if entry.decision.form == form]:
            return found[-1:]
    return [replace(entry, decision=replace(entry.decision, form="what-about")) for entry in chosen[-1:]]


def _left_over(chosen: list[Chosen], answered: list[Chosen]) -> list[Chosen]:
    """One entry for the questions that were not understood beside those that are answered; nothing is lost in silence."""
    open_forms = ("not-understood", "did-you-mean")
    lost = [
        entry for entry in chosen if entry not in answered and entry.part.question and entry.decision.form in open_forms
    ]
    if not lost:
        return []
    calls = answered[0].decision.calls
    decision = Decision(
        "left-over", None, calls, values={"count": len(lost)}, reason="not understood, beside what is answered"
    )
    return [replace(lost[0], decision=decision)]


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
