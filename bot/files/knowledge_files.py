"""A folder `knowledge/` as Knowledge, with every mistake named at once.

Knows which file holds what:

    topics/GROUP.yaml                       the catalogue of topics
    vocabulary/fields.yaml, skills.yaml     words known whatever the call
    phrasings/LANGUAGE/VOICE/GROUP.yaml     ways of asking, one line each (read by phrasing_files)
    calls/CALL/call.yaml                    a call: its head, facts, requirements
    calls/CALL/people.yaml, organisations.yaml, themes.yaml, projects/PROJECT.yaml
    calls/CALL/answers.yaml                 what coordinators answered since (read by answers_files)

Does not know what is published: `page.py` compares quotes with the call's page.
"""

import hashlib
from pathlib import Path
from typing import Any

from bot.files.answers_files import with_answers
from bot.files.references import check_call, check_topics
from bot.files.yaml_lines import Document, KnowledgeError, Mistake, convert, each, entries, read_document
from bot.model.knowledge import (
    Call,
    Fact,
    Knowledge,
    Organisation,
    Person,
    Project,
    Requirement,
    Tag,
    Term,
    Theme,
    Topic,
    Vocabulary,
)

_PARTS: dict[str, Any] = {"facts": Fact, "requirements": Requirement, "themes": Tag}


def load_knowledge(folder: Path) -> Knowledge:
    """Read all of `folder`; raises KnowledgeError with every mistake found in it."""
    mistakes: list[Mistake] = []
    if not folder.is_dir():
        raise KnowledgeError(
            [Mistake(folder, 0, "is no folder: name one that holds topics/ and calls/ (--knowledge DIR)")]
        )
    topics = _topics(folder, mistakes)
    vocabulary = Vocabulary(
        fields=_named(folder / "vocabulary" / "fields.yaml", Term, mistakes),
        skills=_named(folder / "vocabulary" / "skills.yaml", Term, mistakes),
    )
    calls: dict[str, Call] = {}
    for call_folder in sorted(path for path in (folder / "calls").glob("*") if path.is_dir()):
        call = _call(call_folder, topics, vocabulary, mistakes)
        if call is not None:
            calls[call.id] = call
    if not calls and not mistakes:
        mistakes.append(Mistake(folder / "calls", 0, "holds no call: add a folder with a call.yaml"))
    if mistakes:
        raise KnowledgeError(sorted(mistakes, key=lambda mistake: (str(mistake.file), mistake.line)))
    return Knowledge(
        topics=topics, calls=calls, vocabulary=vocabulary, version=digest(folder, "calls", "topics", "vocabulary")
    )


def digest(folder: Path, *parts: str) -> str:
    """A short SHA-256 over all YAML files below `folder`, or over its `parts` (files or folders) only."""
    sha = hashlib.sha256()
    for root in [folder / part for part in parts] or [folder]:
        for file in sorted(root.rglob("*.yaml")) or ([root] if root.is_file() else []):
            sha.update(file.relative_to(folder).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    return sha.hexdigest()[:16]


def _topics(folder: Path, mistakes: list[Mistake]) -> dict[str, Topic]:
    topics: dict[str, Topic] = {}
    documents: dict[str, tuple[Document, str]] = {}
    for file in sorted((folder / "topics").glob("*.yaml")):
        document = read_document(file, mistakes)
        for name, value in each(entries(document, (), mistakes, dict)):
            if name in topics:
                first = documents[str(name)][0].file.name
                mistakes.append(
                    Mistake(file, document.line((name,)), f"topic `{name}` stands in {first} too: keep one of them")
                )
            if topic := convert(
                document, (name,), {**value, "id": name} if isinstance(value, dict) else value, Topic, mistakes
            ):
                topics[str(name)] = topic
                documents[str(name)] = (document, str(name))
    check_topics(topics, documents, mistakes)
    return topics


def _named(file: Path, kind: Any, mistakes: list[Mistake]) -> dict[str, Any]:
    if not file.exists():
        return {}
    document = read_document(file, mistakes)
    found = (
        (str(name), convert(document, (name,), value, kind, mistakes))
        for name, value in each(entries(document, (), mistakes, dict))
    )
    return {name: value for name, value in found if value is not None}


def _call(folder: Path, topics: dict[str, Topic], vocabulary: Vocabulary, mistakes: list[Mistake]) -> Call | None:
    file = folder / "call.yaml"
    if not file.exists():
        mistakes.append(Mistake(file, 0, "is missing: every folder of calls/ needs a call.yaml"))
        return None
    before = len(mistakes)
    document = read_document(file, mistakes)
    documents: dict[str, Document] = {"": document}
    projects = []
    for project_file in sorted((folder / "projects").glob("*.yaml")):
        project_document = read_document(project_file, mistakes)
        documents[project_file.stem] = project_document
        head = _with_parts(project_document, mistakes) | {"id": project_file.stem}
        if project := convert(project_document, (), head, Project, mistakes):
            projects.append(project)
    head = _with_parts(document, mistakes) | {
        "projects": tuple(projects),
        "people": _named(folder / "people.yaml", Person, mistakes),
        "organisations": _named(folder / "organisations.yaml", Organisation, mistakes),
        "theme_names": _named(folder / "themes.yaml", Theme, mistakes),
    }
    if len(mistakes) > before or (call := convert(document, (), head, Call, mistakes)) is None:
        return None
    if call.id != folder.name:
        mistakes.append(
            Mistake(file, document.line(("id",)), f"`id: {call.id}` must be the folder's name, {folder.name}")
        )
    check_call(call, topics, vocabulary, documents, folder, mistakes)
    return with_answers(call, folder, topics, mistakes)


def _with_parts(document: Document, mistakes: list[Mistake]) -> dict[str, Any]:
    """The file's head, with each of its facts, requirements and themes converted on its own, so that all mistakes show."""
    head = dict(entries(document, (), mistakes, dict))
    for part, kind in _PARTS.items():
        listed = entries(document, (part,), mistakes, list)
        converted = [convert(document, (part, index), value, kind, mistakes) for index, value in each(listed)]
        head[part] = tuple(value for value in converted if value is not None)
    return head
