"""The templates of the replies from disk: templates/replies/LANGUAGE.yaml."""

from pathlib import Path
from typing import Any

from jinja2 import TemplateSyntaxError

from bot.answering.wording import Templates
from bot.files.yaml_lines import KnowledgeError, Mistake, entries, read_document


def load_templates(folder: Path) -> Templates:
    """All languages below `folder`/replies; raises KnowledgeError with every missing or malformed entry."""
    mistakes: list[Mistake] = []
    sources: dict[str, dict[str, Any]] = {}
    documents = {}
    for file in sorted((folder / "replies").glob("*.yaml")):
        document = read_document(file, mistakes)
        sources[file.stem] = entries(document, (), mistakes, dict)
        documents[file.stem] = document
    if "en" not in sources:
        mistakes.append(
            Mistake(
                folder / "replies" / "en.yaml",
                0,
                "is missing: English is the language that every reply can fall back to",
            )
        )
        raise KnowledgeError(mistakes)
    wanted = set(_paths(sources["en"]))
    for language, source in sources.items():
        for path in sorted(wanted - set(_paths(source))):
            line = documents[language].line(path)
            mistakes.append(
                Mistake(documents[language].file, line, f"has no entry `{'.'.join(path)}`, which en.yaml has: add it")
            )
    if mistakes:
        raise KnowledgeError(mistakes)
    return Templates(sources)


def check_templates(folder: Path) -> Templates:
    """The templates, each parsed; raises KnowledgeError naming every one that Jinja2 cannot read."""
    templates = load_templates(folder)
    mistakes: list[Mistake] = []
    for language in templates.languages:
        document = read_document(folder / "replies" / f"{language}.yaml", mistakes)
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


def _paths(value: dict[str, Any], above: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    for key, inner in value.items():
        here = (*above, str(key))
        found += _paths(inner, here) if isinstance(inner, dict) else [here]
    return found
