"""The templates of replies from disk: templates/replies/LANGUAGE.yaml, and below `service` and `coordinators` those folders'.

Answers are worded by the first; by the second, what Callboard says about itself; by the third, what it tells coordinators.
"""

from collections.abc import Callable, Collection
from itertools import product
from pathlib import Path
from typing import Any

from jinja2 import StrictUndefined, TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from bot.answering.wording import Templates
from bot.files.mail_templates import load_mail_templates
from bot.files.yaml_lines import Document, KnowledgeError, Mistake, entries, read_document


def load_layout(folder: Path) -> Callable[..., str]:
    """The HTML layout of letters, templates/mail/reply.html; raises KnowledgeError if it is missing or no template."""
    file = folder / "mail" / "reply.html"
    environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=True)
    try:
        return environment.from_string(file.read_text(encoding="utf-8")).render
    except (OSError, UnicodeDecodeError) as error:
        raise KnowledgeError([Mistake(file, 1, f"cannot be read: {error}")]) from None
    except TemplateSyntaxError as error:
        raise KnowledgeError([Mistake(file, error.lineno, f"is no template: {error.message}")]) from None


Documents = dict[tuple[str, str], Document]
"""The files read, by room ("replies" or one of BELOW) and language."""

BELOW = ("service", "coordinators")
"""The folders whose templates stand below an entry of their name."""


def load_templates(folder: Path) -> Templates:
    """All languages below `folder`; raises KnowledgeError with every missing or malformed entry."""
    return Templates(_sources(_read(folder)))


def check_templates(folder: Path, topics: Collection[str] | None = None) -> Templates:
    """The templates, each parsed; raises KnowledgeError naming every one that Jinja2 cannot read.

    `topics` are the ids that the letters of `mail_templates.py` may name; without them these are not looked up.
    """
    documents = _read(folder)
    templates = Templates(_sources(documents))
    load_layout(folder)
    load_mail_templates(folder, topics)
    mistakes: list[Mistake] = []
    for (_, language), document in documents.items():
        for path in _paths(document.value):
            text = document.value
            for step in path:
                text = text[step]
            try:
                templates.parsed(language, str(text))
            except TemplateSyntaxError as error:
                mistakes.append(
                    Mistake(document.file, document.line(path), f"`{'.'.join(path)}` is no template: {error.message}")
                )
    if mistakes:
        raise KnowledgeError(mistakes)
    return templates


def _read(folder: Path) -> Documents:
    """Every file, with what en.yaml has in every other language."""
    mistakes: list[Mistake] = []
    documents: Documents = {}
    for room in ("replies", *BELOW):
        for file in sorted((folder / room).glob("*.yaml")):
            documents[room, file.stem] = read_document(file, mistakes)
            entries(documents[room, file.stem], (), mistakes, dict)
        if (room, "en") not in documents:
            what = "is missing: English is the language that every reply can fall back to"
            mistakes.append(Mistake(folder / room / "en.yaml", 0, what))
    for room, language in product(("replies", *BELOW), {language for _, language in documents} if not mistakes else ()):
        document = documents.get((room, language), Document(folder / room / f"{language}.yaml", {}))
        missing = set(_paths(documents[room, "en"].value)) - set(_paths(document.value))
        mistakes += [
            Mistake(document.file, document.line(path), f"has no entry `{'.'.join(path)}`, which en.yaml has: add it")
            for path in sorted(missing)
        ]
    if mistakes:
        raise KnowledgeError(mistakes)
    return documents


def _sources(documents: Documents) -> dict[str, dict[str, Any]]:
    return {
        language: {**document.value, **{room: documents[room, language].value for room in BELOW}}
        for (room, language), document in documents.items()
        if room == "replies"
    }


def _paths(value: dict[str, Any], above: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    for key, inner in value.items():
        here = (*above, str(key))
        found += _paths(inner, here) if isinstance(inner, dict) else [here]
    return found
