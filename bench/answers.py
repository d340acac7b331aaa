"""What an answer costs in the process: whole, and by the parts that bot.usecases.answer_question calls in turn."""

import dataclasses
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from bench.tables import milliseconds, percentile, table
from bot.answering.words import clean
from bot.config import Config
from bot.correspondence.automatic import automatic
from bot.correspondence.letters import read_letter
from bot.files.question_files import load_questions
from bot.model.conversation import Question
from bot.usecases.answer_question import AnswerQuestion, Brain
from bot.wiring.answering import answering
from bot.wiring.folders import Folders

QUESTIONS = Path(__file__).parents[1] / "tests" / "questions" / "development" / "en.yaml"
AGAIN = 5
"""How often every question is asked again after the first time."""
_PARTS = {
    "language": ("languages",),
    "reading, ranking": ("reader",),
    "deciding": ("chooser", "strangers"),
    "places, dates": ("clocks",),
    "wording": ("replies", "templates"),
    "guard": ("guard",),
}
"""Parts of an answer, by the fields of Brain that do them; letters are cut by functions, timed apart."""
_WARM = ("When do interviews start?", "Until when can I apply, in Delhi time?", "Kan jag få veta mer om detta, tack?")
"""Asked unmeasured: they load what is loaded late (cities, the language model)."""


def tables() -> Iterator[str]:
    """Whole answers, then their parts."""
    questions = [Question(gold.question, gold.now, gold.conversation) for gold in load_questions([QUESTIONS])]
    answer = answering(Folders.of(Config()))
    late = {text: _seconds(answer, Question(text, questions[0].now)) for text in _WARM}
    heads = ["", "answers", "p50 ms", "p99 ms", "slowest ms"]
    first = [_seconds(answer, question) for question in questions]
    again = [_seconds(answer, question) for _ in range(AGAIN) for question in questions]
    rows = [_row("asked the first time", first), _row("asked again", again)]
    loading = [[text, milliseconds(took)] for text, took in late.items()]
    yield table(f"A whole answer, in the process ({QUESTIONS.stem}.yaml)", heads, rows)
    yield table("What the first questions load late", ["", "ms"], loading)
    yield table("Its parts, asked again", heads, _parts(answer, questions))


def _row(name: str, times: list[float]) -> list[str]:
    figures = [percentile(times, 0.5), percentile(times, 0.99), max(times)]
    return [name, str(len(times)), *map(milliseconds, figures)]


def _seconds(work: Callable[[Any], object], argument: object) -> float:
    started = time.perf_counter()
    work(argument)
    return time.perf_counter() - started


def _parts(answer: AnswerQuestion, questions: list[Question]) -> list[list[str]]:
    """A row for each part: its time in one answer, all its calls together."""
    spent: dict[str, float] = defaultdict(float)
    brain: Brain = answer._brain  # the same parts, each behind a watch
    watched: dict[str, Any] = {
        field: _Watch(getattr(brain, field), spent, part) for part, fields in _PARTS.items() for field in fields
    }
    timed = AnswerQuestion(dataclasses.replace(brain, **watched))
    times: dict[str, list[float]] = defaultdict(list)
    for _ in range(AGAIN):
        for question in questions:
            spent.clear()
            timed(question)
            times["letters"].append(_seconds(_letters, question))
            for part in _PARTS:
                times[part].append(spent[part])
    return [_row(part, measured) for part, measured in times.items()]


def _letters(question: Question) -> None:
    for text in (*question.conversation, question.text):
        cleaned = clean(text)
        automatic(cleaned)
        read_letter(cleaned)


class _Watch:
    """Stands for a part and adds the time of each of its calls to `spent`."""

    def __init__(self, part: object, spent: dict[str, float], name: str) -> None:
        self._part = part
        self._spent = spent
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        found = getattr(self._part, attribute)
        if not callable(found):
            return found

        def timed(*arguments: Any, **named: Any) -> Any:
            started = time.perf_counter()
            try:
                return found(*arguments, **named)
            finally:
                self._spent[self._name] += time.perf_counter() - started

        return timed
