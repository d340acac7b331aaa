"""Gold questions from YAML files (tests/questions/README.md has the fields)."""

import re
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.files.yaml_lines import KnowledgeError, Mistake, each, entries, read_document
from bot.usecases.evaluate import DEFAULT_NOW, Gold


def load_questions(files: list[Path]) -> list[Gold]:
    """All questions of the files; raises KnowledgeError naming every malformed one."""
    mistakes: list[Mistake] = []
    golds: list[Gold] = []
    for file in files:
        document = read_document(file, mistakes)
        for index, value in each(entries(document, (), mistakes, list)):
            try:
                golds.append(_gold(value))
            except (KeyError, TypeError, ValueError, re.error) as error:
                mistakes.append(
                    Mistake(file, document.line((index,)), f"no question: {error!r}; see tests/questions/README.md")
                )
    if mistakes:
        raise KnowledgeError(mistakes)
    return golds


def _gold(value: dict[str, Any]) -> Gold:
    return Gold(
        id=str(value["id"]),
        category=str(value["category"]),
        language=str(value.get("lang", "en")),
        question=str(value["question"]),
        kinds=_several(value["kind"]),
        must=_patterns(value.get("must")),
        must_not=_patterns(value.get("must_not")),
        conversation=tuple(str(turn) for turn in value.get("conversation") or ()),
        now=datetime.fromisoformat(str(value["now"])) if value.get("now") else DEFAULT_NOW,
        sources=_several(value.get("source") or ()),
    )


def _several(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(str(item) for item in value)


def _patterns(value: Any) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern, re.IGNORECASE) for pattern in value or ())
