"""Writes the README's transcript and figures anew: `python -m bench.readme [transcript|figures]`.

The transcript is a real conversation at a fixed time; the figures are those that `callboard evaluate` prints.
"""

import sys
from collections import Counter
from datetime import datetime
from pathlib import Path

from bot.config import Config
from bot.files.question_files import load_questions
from bot.model.conversation import Question
from bot.usecases.answer_question import AnswerQuestion
from bot.usecases.evaluate import evaluate, upper_bound
from bot.wiring.answering import answering
from bot.wiring.folders import Folders

README = Path("README.md")
NOW = datetime.fromisoformat("2026-02-20T10:00:00+01:00")
ASKED = (
    "Until when can I apply to IDEAS? I live in Delhi.",
    "the topic about chemicals in rivers and newspapers, who would employ me?",
    "and who supervises it?",
    "do i need to send reference letters or just contacts",
    "Is there an age limit?",
    "Welche Projekte führen zu einem Abschluss der TU Dresden?",
    "Wie stehen meine Chancen?",
)
SETS = {
    "development": ["tests/questions/development/en.yaml", "tests/questions/development/hostile.yaml"],
    "development, in ten other languages": ["tests/questions/development/multi.yaml"],
    "tuned": sorted(str(file) for file in Path("tests/questions/tuned").glob("*.yaml")),
    "held out": sorted(str(file) for file in Path("tests/questions/held-out").glob("*.yaml")),
}


def transcript(answer: AnswerQuestion) -> str:
    """The conversation, as a terminal shows it."""
    lines = [f"$ callboard chat --now {NOW.isoformat()}"]
    for number, asked in enumerate(ASKED):
        reply = answer(Question(asked, NOW, ASKED[:number])).reply
        lines += ["", f"you> {asked}", "", reply]
    return "\n".join(["```", *lines, "```"])


def figures(answer: AnswerQuestion) -> str:
    """A table of verdicts by set."""
    rows = ["| questions | number | right | misleading (95 % bound) | answered |", "|---|---|---|---|---|"]
    for name, files in SETS.items():
        golds = load_questions([Path(file) for file in files])
        graded = evaluate(golds, lambda question: (answer(question), True))
        counts = Counter(entry.verdict for entry in graded)
        total = len(graded)
        answered = sum(entry.answer.kind == "answer" for entry in graded)
        misleading = (
            f"{100 * counts['misleading'] / total:.1f} % ({100 * upper_bound(counts['misleading'], total):.1f} %)"
        )
        rows.append(f"| {name} | {total} | {100 * counts['right'] / total:.1f} % | {misleading} | {answered} |")
    return "\n".join(rows)


def replaced(text: str, marker: str, block: str) -> str:
    """`text` with what stands between the marker and `<!-- end -->` replaced."""
    start = text.index("-->", text.index(f"<!-- {marker}")) + 3
    end = text.index("<!-- end -->", start)
    return f"{text[:start]}\n{block}\n{text[end:]}"


def main() -> None:
    """Write the parts that are named, or both."""
    answer = answering(Folders.of(Config()))
    text = README.read_text(encoding="utf-8")
    for name, make in (("transcript", transcript), ("figures", figures)):
        if name in (sys.argv[1:] or ("transcript", "figures")):
            text = replaced(text, name, make(answer))
    README.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
