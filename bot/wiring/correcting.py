"""Corrections put together: the brain's own words and guard, on the record's book."""

from bot.storage.store import Store
from bot.usecases.answer_question import AnswerQuestion
from bot.usecases.corrections import Correct


def correcting(answer: AnswerQuestion, store: Store) -> Correct:
    """What finds and words corrections, exactly as the brain words answers."""
    brain = answer._brain
    return Correct(
        knowledge=brain.knowledge,
        replies=brain.replies,
        guard=brain.guard,
        templates=brain.templates,
        book=store.corrections,
    )
