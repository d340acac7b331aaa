"""The development questions, graded: a change of phrasings, facts or code that costs answers shows here first."""

from pathlib import Path

import pytest

from bot.files.question_files import load_questions
from bot.usecases.evaluate import evaluate

DEVELOPMENT = Path(__file__).parent / "questions" / "development"
LEAST_RIGHT = 0.90
MOST_MISLEADING = 2


@pytest.mark.parametrize("name", ["en", "hostile", "multi"])
def test_development_questions(brain, name):
    golds = load_questions([DEVELOPMENT / f"{name}.yaml"])
    graded = evaluate(golds, lambda question: (brain(question), True))
    wrong = [f"{entry.gold.id}: {entry.verdict}, {entry.reason}" for entry in graded if entry.verdict != "right"]
    misleading = [entry.gold.id for entry in graded if entry.verdict == "misleading"]
    assert len(misleading) <= MOST_MISLEADING, misleading
    assert 1 - len(wrong) / len(golds) >= LEAST_RIGHT, wrong
