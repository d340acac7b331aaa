"""A draft reviewed before it goes live: which questions change their answer with it, how, and what it would break.

Knows two brains, the one that answers now and the one with the draft. Does not know files or the record.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.model.conversation import Answer, Question
from bot.model.draft import Recorded
from bot.usecases.answer_question import AnswerQuestion
from bot.usecases.evaluate import Gold, Graded, grade

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Change:
    """A question that is answered otherwise with the draft: where it comes from, the topics and the replies, old and new."""

    where: str
    question: str
    old: Answer
    new: Answer


@dataclass(frozen=True, slots=True)
class Broken:
    """A question that must hold and would not: what is wrong with the new answer."""

    gold: Gold
    answer: Answer
    reason: str


@dataclass(frozen=True, slots=True)
class Review:
    """What was asked: test questions and recorded ones; what changes; what breaks; why it is refused otherwise."""

    tests: int
    recorded: int
    changes: tuple[Change, ...]
    broken: tuple[Broken, ...]
    objections: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()

    @property
    def refused(self) -> bool:
        """Whether the draft must not go live."""
        return bool(self.broken or self.objections)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a review asks: the draft's own question, questions that must hold, questions of the record."""

    own: Gold
    golds: Sequence[Gold] = ()
    recorded: Sequence[Recorded] = ()


def review(
    old: AnswerQuestion,
    new: AnswerQuestion,
    asked: Asked,
    objections: Sequence[str] = (),
    progress: Progress = lambda done, total: None,
) -> Review:
    """Ask both brains everything. `wrong` in the result are test questions that are not right now either."""
    total = 1 + len(asked.golds) + len(asked.recorded)
    changes: list[Change] = []
    broken: list[Broken] = []
    wrong: list[str] = []
    for done, gold in enumerate([asked.own, *asked.golds], start=1):
        before, after = _graded(old, gold), _graded(new, gold)
        _note(changes, f"test {gold.id}", gold.question, (before.answer, after.answer))
        if after.verdict != "right" and (gold is asked.own or before.verdict == "right"):
            broken.append(Broken(gold, after.answer, f"{after.verdict}: {after.reason}"))
        elif before.verdict != "right" and gold is not asked.own:
            wrong.append(f"{gold.id} ({before.verdict}: {before.reason})")
        progress(done, total)
    for done, one in enumerate(asked.recorded, start=2 + len(asked.golds)):
        question = Question(one.text, one.when, one.earlier)
        _note(changes, f"message {one.message} ({one.channel})", one.text, (old(question), new(question)))
        progress(done, total)
    tests = 1 + len(asked.golds)
    return Review(tests, len(asked.recorded), tuple(changes), tuple(broken), tuple(objections), tuple(wrong))


def _graded(answer: AnswerQuestion, gold: Gold) -> Graded:
    given = answer(Question(gold.question, gold.now, gold.conversation))
    return grade(gold, given, understood=given.understood)


def _note(changes: list[Change], where: str, question: str, answers: tuple[Answer, Answer]) -> None:
    old, new = answers
    if (old.kind, old.reply) != (new.kind, new.reply):
        changes.append(Change(where, question, old, new))
