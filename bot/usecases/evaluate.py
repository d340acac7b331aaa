"""Answers measured against gold questions: right, misleading, incomplete, declined, not understood.

Knows the grading rules of tests/questions/README.md. Does not read files or print.
"""

import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.model.conversation import Answer, Citation, Question

Verdict = Literal["right", "misleading", "incomplete", "declined", "not understood"]
VERDICTS: tuple[Verdict, ...] = ("right", "misleading", "incomplete", "declined", "not understood")
PASTE = 1500
"""A reply longer than this to a question shorter than SHORT pastes the call and is not right."""
SHORT = 400
DEFAULT_NOW = datetime.fromisoformat("2026-01-15T12:00:00+01:00")


@dataclass(frozen=True, slots=True)
class Gold:
    """A question with the patterns that decide whether a reply is right; fields as in tests/questions/README.md."""

    id: str
    category: str
    language: str
    question: str
    kinds: tuple[str, ...]
    must: tuple[re.Pattern[str], ...]
    must_not: tuple[re.Pattern[str], ...]
    conversation: tuple[str, ...] = ()
    now: datetime = DEFAULT_NOW
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Graded:
    """A gold question with the answer it got, the verdict and the reason."""

    gold: Gold
    answer: Answer
    verdict: Verdict
    reason: str
    cites_gold: bool


def evaluate(
    golds: Iterable[Gold],
    answer: Callable[[Question], tuple[Answer, bool]],
    progress: Callable[[int], None] = lambda done: None,
) -> list[Graded]:
    """Each gold question graded. `answer` gives the reply and whether the question was understood."""
    graded = []
    for number, gold in enumerate(golds, start=1):
        given, understood = answer(Question(gold.question, gold.now, gold.conversation))
        graded.append(grade(gold, given, understood=understood))
        progress(number)
    return graded


def grade(gold: Gold, answer: Answer, *, understood: bool = True) -> Graded:
    """The verdict on one answer."""
    verdict, reason = _verdict(gold, answer, understood=understood)
    quoted = _squeeze(" ".join(citation.quote for citation in answer.citations))
    wanted = [_squeeze(source) for source in gold.sources if source]
    meets = not wanted or any(_overlap(source, answer.citations, quoted) for source in wanted)
    return Graded(gold, answer, verdict, reason, meets)


def _verdict(gold: Gold, answer: Answer, *, understood: bool) -> tuple[Verdict, str]:
    for pattern in gold.must_not:
        if found := pattern.search(answer.reply):
            return "misleading", f"must_not: {found.group()[:60]!r}"
    missing = [pattern.pattern for pattern in gold.must if not pattern.search(answer.reply)]
    if answer.kind not in gold.kinds:
        if answer.kind == "answer" and "answer" not in gold.kinds:
            return "misleading", "answered what must be declined or asked back"
        if not understood:
            return "not understood", f"kind {answer.kind}"
        if answer.kind == "answer":
            return "incomplete", "answered"
        return "declined", f"kind {answer.kind} instead of {'/'.join(gold.kinds)}"
    if missing:
        if (
            answer.kind == "answer"
            and len(missing) == len(gold.must)
            and "abstain" not in gold.kinds
            and "clarify" not in gold.kinds
        ):
            return "misleading", f"none of the asked facts: {missing[0][:60]}"
        return "incomplete", f"missing: {missing[0][:80]}"
    if answer.kind == "answer" and not answer.citations:
        return "incomplete", "cites nothing"
    if len(answer.reply) > PASTE and len(gold.question) < SHORT:
        return "incomplete", f"{len(answer.reply)} characters"
    return "right", ""


def _squeeze(text: str) -> str:
    return " ".join(text.split()).casefold()


def _overlap(source: str, citations: Sequence[Citation], quoted: str) -> bool:
    return source in quoted or any(_squeeze(citation.quote) in source for citation in citations if citation.quote)


def upper_bound(hits: int, total: int, level: float = 0.95) -> float:
    """The one-sided Clopper-Pearson upper bound of a rate (Biometrika 26, 1934), by bisection on the binomial distribution."""
    if total == 0 or hits >= total:
        return 1.0
    low, high = hits / total, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _at_most(hits, total, middle) > 1 - level else (low, middle)
    return high


def _at_most(hits: int, total: int, rate: float) -> float:
    logs = (
        math.lgamma(total + 1)
        - math.lgamma(k + 1)
        - math.lgamma(total - k + 1)
        + k * math.log(rate)
        + (total - k) * math.log1p(-rate)
        for k in range(hits + 1)
    )
    return math.fsum(math.exp(value) for value in logs)
