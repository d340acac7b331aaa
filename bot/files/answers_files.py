"""A call's learned answers, calls/CALL/answers.yaml: read as facts of the call, added and taken out again to the byte.

Knows the file's form: a list, one entry an answer; each entry with a line of comment before it. Entries of others are never
written anew, so that their comments stay. The phrasings of an answer lie in a file of their own,
phrasings/LANGUAGE/coordinators/learned-ID.yaml.
"""

import os
import tempfile
from collections.abc import Collection
from contextlib import suppress
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import msgspec
import yaml

from bot.files.yaml_lines import Document, KnowledgeError, Mistake, Path_, convert, each, entries, read_document
from bot.model.draft import Draft, Entry, with_fact
from bot.model.knowledge import Call, Topic

NAME = "answers.yaml"
HEAD = "# Answers of coordinators, added by `callboard publish`; `callboard rollback ID` takes one out again.\n"
_MARK = "# learned: "
VOICE = "coordinators"


def read_answers(folder: Path, mistakes: list[Mistake]) -> tuple[Document, dict[int, Entry]]:
    """The entries of a call's folder by their place in the file."""
    file = folder / NAME
    if not file.exists():
        return Document(file), {}
    document = read_document(file, mistakes)
    read = (
        (index, convert(document, (index,), value, Entry, mistakes))
        for index, value in each(entries(document, (), mistakes, list))
    )
    found = {int(index): entry for index, entry in read if entry is not None}
    seen: set[str] = set()
    for index, entry in found.items():
        if entry.id in seen:
            mistakes.append(
                Mistake(file, document.line((index, "id")), f"`{entry.id}` stands here a second time: keep one")
            )
        seen.add(entry.id)
    return document, found


def with_answers(call: Call, folder: Path, topics: dict[str, Topic], mistakes: list[Mistake]) -> Call:
    """The call with the facts of its learned answers."""
    document, found = read_answers(folder, mistakes)
    for index, entry in found.items():
        if check_entry(entry, call, topics, (document, (index,)), mistakes):
            call = with_fact(call, entry.project, entry.fact)
    return call


def check_entry(
    entry: Entry | Draft, call: Call, topics: dict[str, Topic], where: tuple[Document, Path_], mistakes: list[Mistake]
) -> bool:
    """Whether the topic, project, people and organisations that an answer names exist; what does not goes to `mistakes`."""
    document, path = where
    fact = entry.fact
    holders = [topic.id for topic in topics.values() if topic.kind == "fact" and not topic.by]
    projects = [project.id for project in call.projects]
    named: list[tuple[str, Collection[str], str, Path_]] = [
        (fact.topic, holders, "topic that holds facts", ("fact", "topic")),
        *[(one, projects, f"project of {call.id}", ("project",)) for one in [entry.project] if one],
        *[(one, call.people, "person of people.yaml", ("fact", "people")) for one in fact.people],
        *[
            (one, call.organisations, "organisation of organisations.yaml", ("fact", "organisations"))
            for one in fact.organisations
        ],
    ]
    wrong = [(name, among, kind, inner) for name, among, kind, inner in named if name not in among]
    for name, among, kind, inner in wrong:
        close = get_close_matches(name, among, n=1)
        cure = f"did you mean `{close[0]}`?" if close else "correct the name, or remove the entry"
        mistakes.append(Mistake(document.file, document.line((*path, *inner)), f"`{name}` is no {kind}: {cure}"))
    return not wrong


def published(folder: Path) -> list[tuple[str, Entry]]:
    """(call, entry) of every learned answer below a knowledge folder, call by call in the order of publishing."""
    mistakes: list[Mistake] = []
    found = [
        (file.parent.name, entry)
        for file in sorted((folder / "calls").glob(f"*/{NAME}"))
        for entry in read_answers(file.parent, mistakes)[1].values()
    ]
    if mistakes:
        raise KnowledgeError(mistakes)
    return found


def last_published(folder: Path) -> str:
    """The id of the answer that was published last; "" if there is none."""
    newest = max((entry for _, entry in published(folder)), key=lambda entry: entry.published, default=None)
    return newest.id if newest else ""


def publish(folder: Path, draft: Draft, published_at: str, *, phrasings: bool) -> None:
    """Add a draft to a knowledge folder, whole or not at all; OSError if the folder cannot be written."""
    file = folder / "calls" / draft.call / NAME
    before = file.read_bytes().decode("utf-8") if file.exists() else HEAD
    entry = msgspec.structs.replace(draft.entry, published=published_at)
    after = f"{before}{'' if before.endswith(chr(10)) else chr(10)}{_MARK}{draft.id}\n{dumped([plain(entry)])}"
    _still_a_list(file, after)
    ways = _phrasing_files(folder, draft) if phrasings else {}
    try:
        for way, text in ways.items():
            way.parent.mkdir(parents=True, exist_ok=True)
            replace_file(way, text)
        replace_file(file, after)  # from here on it is published
    except OSError:
        _remove(ways)
        raise


def withdraw(folder: Path, answer: str) -> None:
    """Take a learned answer out again, with its phrasings; KeyError if none has this id."""
    for file in sorted((folder / "calls").glob(f"*/{NAME}")):
        mistakes: list[Mistake] = []
        document, found = read_answers(file.parent, mistakes)
        if mistakes:
            raise KnowledgeError(mistakes)
        place = next((index for index, entry in found.items() if entry.id == answer), None)
        if place is not None:
            left = _without(file.read_bytes().decode("utf-8"), document, place)
            if left == HEAD:
                file.unlink()
            else:
                replace_file(file, left)
            _remove((folder / "phrasings").glob(f"*/{VOICE}/learned-{answer}.yaml"))
            return
    raise KeyError(answer)


def _without(text: str, document: Document, place: int) -> str:
    """The file's text without one entry and the mark before it; whoever else wrote comments keeps them."""
    lines = text.splitlines(keepends=True)

    def start(index: int) -> int:
        line = document.line((index,)) - 1
        return line - 1 if line and lines[line - 1].startswith(_MARK) else line

    end = start(place + 1) if (place + 1,) in document.lines else len(lines)
    while end > start(place) + 1 and lines[end - 1].startswith("#"):
        end -= 1
    return "".join(lines[: start(place)] + lines[end:])


def _phrasing_files(folder: Path, draft: Draft) -> dict[Path, str]:
    return {
        folder / "phrasings" / language / VOICE / f"learned-{draft.id}.yaml": dumped({draft.fact.topic: list(ways)})
        for language, ways in draft.phrasings.items()
        if ways
    }


def _remove(files: Any) -> None:
    for file in list(files):
        file.unlink(missing_ok=True)
        for folder in (file.parent, file.parent.parent):
            with suppress(OSError):  # others' phrasings lie in it
                folder.rmdir()


def _still_a_list(file: Path, text: str) -> None:
    """Refuse to add to a file whose list is written in brackets or indented, before it breaks."""
    try:
        if isinstance(yaml.safe_load(text), list):
            return
        line = 1
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
    raise KnowledgeError(
        [Mistake(file, line, "is no list whose entries begin with `- ` at the start of a line: mend it")]
    )


def plain(value: Any) -> Any:
    """A struct as entries, without what it leaves at its default."""
    if isinstance(value, msgspec.Struct):
        fields = ((field.encode_name, getattr(value, field.name), field) for field in msgspec.structs.fields(value))
        return {
            name: plain(held)
            for name, held, field in fields
            if field.required
            or (held != field.default and not (field.default_factory is not msgspec.NODEFAULT and not held))
        }
    if isinstance(value, dict):
        return {name: plain(held) for name, held in value.items()}
    if isinstance(value, list | tuple):
        return [plain(held) for held in value]
    return value if isinstance(value, str | int | bool) else str(value)


def dumped(value: Any) -> str:
    """YAML as people read it, in the order given."""
    return str(yaml.safe_dump(value, allow_unicode=True, sort_keys=False, width=120))


def replace_file(file: Path, text: str) -> None:
    """Write a file so that a reader sees the old one or the new one, never half of it."""
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.stem}-", suffix=".part")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        Path(name).chmod(file.stat().st_mode & 0o777 if file.exists() else 0o644)
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
