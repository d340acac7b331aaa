"""vocabulary/columns.yaml: the heads and classes of coordinators' tables, folded for comparison.

Knows the file and names every mistake in it with its line. Does not know tables.
"""

from pathlib import Path

from bot.files.yaml_lines import Document, KnowledgeError, Mistake, convert, each, entries, read_document
from bot.mailing.columns import NO_DECISION, Heads, folded
from bot.model.campaign import DECISIONS

_CLASSES = (*DECISIONS, NO_DECISION)


def load_heads(file: Path) -> Heads:
    """Read the vocabulary of tables; raises KnowledgeError with every mistake in it."""
    mistakes: list[Mistake] = []
    document = read_document(file, mistakes)
    fields: dict[str, tuple[str, ...]] = {}
    for name, bare, _ in _listed(document, "fields", mistakes):
        fields[bare] = tuple(dict.fromkeys((*fields.get(bare, ()), name)))
    decisions = _meanings(document, "decisions", mistakes)
    for name in entries(document, ("decisions",), [], dict):
        if name not in _CLASSES:
            line = document.line(("decisions", name))
            mistakes.append(Mistake(file, line, f"`{name}` is no decision: use {', '.join(_CLASSES)}"))
    languages = _meanings(document, "languages", mistakes)
    ask = convert(document, ("ask",), entries(document, ("ask",), mistakes, list), list[str], mistakes) or []
    if mistakes:
        raise KnowledgeError(sorted(mistakes, key=lambda mistake: mistake.line))
    return Heads(fields, decisions, languages, frozenset(ask))


def _meanings(document: Document, part: str, mistakes: list[Mistake]) -> dict[str, str]:
    """Folded text -> what it means; one text with two meanings is a mistake."""
    found: dict[str, str] = {}
    for name, bare, line in _listed(document, part, mistakes):
        if found.setdefault(bare, name) != name:
            what = f"`{bare}` stands under `{found[bare]}` and under `{name}`: keep one of them"
            mistakes.append(Mistake(document.file, line, what))
    return found


def _listed(document: Document, part: str, mistakes: list[Mistake]) -> list[tuple[str, str, int]]:
    """Every text listed under a name of a part, folded, with its name and line."""
    listed: list[tuple[str, str, int]] = []
    for name, value in each(entries(document, (part,), mistakes, dict)):
        texts = convert(document, (part, name), value, list[str], mistakes) or []
        for index, text in enumerate(texts):
            line = document.line((part, name, index))
            if bare := folded(text):
                listed.append((str(name), bare, line))
            else:
                mistakes.append(Mistake(document.file, line, f"`{text}` holds no letter or digit: delete it"))
    return listed
