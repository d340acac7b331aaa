"""YAML files with the line of every entry, so that a mistake can be named by file, line and cure.

Knows YAML (PyYAML's C loader, https://pyyaml.org/wiki/PyYAMLDocumentation) and msgspec's error paths. Does not know what the entries mean.
Scalars stay what YAML's safe schema makes of them, except dates, which stay text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import yaml

try:
    from yaml import CSafeLoader as _SafeLoader
except ImportError:  # PyYAML built without libyaml: slower by the factor of ten that DESIGN.md names, never wrong
    from yaml import SafeLoader as _SafeLoader  # type: ignore[assignment]  # the same interface in pure Python

Path_ = tuple[str | int, ...]
_STEP = re.compile(r"\.([^.\[\]`]+)|\[(\d+|\.\.\.)\]")


@dataclass(frozen=True, slots=True)
class Mistake:
    """Something wrong in a file: where it is, what it is, how to mend it."""

    file: Path
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what}"


class KnowledgeError(Exception):
    """The mistakes of all files, together."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        self.mistakes = mistakes
        super().__init__("\n".join(map(str, mistakes)))


class _Loader(_SafeLoader):
    """The safe loader without timestamps (a date is read where it is used), and with `true` and `false` as the only
    truth values, as in YAML 1.2: people write `no` and `on` as words.
    """


_Loader.yaml_implicit_resolvers = {
    first: [
        (tag, pattern)
        for tag, pattern in resolvers
        if tag not in ("tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:bool")
    ]
    for first, resolvers in _SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(?:true|false)$"), list("tf"))


@dataclass(slots=True)
class Document:
    """A file's value, and the line (from 1) of each path into it."""

    file: Path
    value: Any = None
    lines: dict[Path_, int] = field(default_factory=dict)

    def line(self, path: Path_) -> int:
        """The line of a path, or of the nearest entry around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def read_document(file: Path, mistakes: list[Mistake]) -> Document:
    """Read one file; what is wrong with it goes to `mistakes`, and its value is then None."""
    document = Document(file)
    try:
        loader = _Loader(file.read_text(encoding="utf-8"))
        try:
            node = loader.get_single_node()
            document.value = _value(loader, node, (), document.lines, mistakes, file) if node else None
        finally:
            loader.dispose()
    except UnicodeDecodeError as error:
        mistakes.append(Mistake(file, 1, f"is not UTF-8 text (byte {error.start}): save it as UTF-8"))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        mistakes.append(Mistake(file, mark.line + 1 if mark else 1, _yaml_cure(error.problem or "cannot be read")))
    except yaml.YAMLError as error:
        mistakes.append(Mistake(file, 1, _yaml_cure(str(error).splitlines()[0])))
    except OSError as error:
        mistakes.append(Mistake(file, 1, f"cannot be read: {error.strerror}"))
    return document


def _yaml_cure(problem: str) -> str:
    return (
        f"{problem}: check the indentation, and put text holding ': ', '#' or a leading quote or brace in double quotes"
    )


DEEPEST = 12
"""Levels of entries inside entries; knowledge needs five."""


def _value(
    loader: Any, node: yaml.Node, path: Path_, lines: dict[Path_, int], mistakes: list[Mistake], file: Path
) -> Any:
    lines[path] = node.start_mark.line + 1
    if len(path) > DEEPEST:
        what = "entries stand too deep inside one another, or an alias (*) holds itself: write it out"
        mistakes.append(Mistake(file, node.start_mark.line + 1, what))
        return None
    if isinstance(node, yaml.MappingNode):
        mapping: dict[Any, Any] = {}
        for key_node, value_node in node.value:
            key = loader.construct_object(key_node)
            if isinstance(key, bool) or key is None or not isinstance(key, str | int):
                key = str(key_node.value)
            if key in mapping:
                mistakes.append(
                    Mistake(file, key_node.start_mark.line + 1, f"`{key}` stands here a second time: keep one of them")
                )
            mapping[key] = _value(loader, value_node, (*path, key), lines, mistakes, file)
            lines[(*path, key)] = key_node.start_mark.line + 1
        return mapping
    if isinstance(node, yaml.SequenceNode):
        return [_value(loader, item, (*path, index), lines, mistakes, file) for index, item in enumerate(node.value)]
    return loader.construct_object(node, deep=True)


def convert(document: Document, path: Path_, value: object, kind: Any, mistakes: list[Mistake]) -> Any:
    """`value`, found at `path`, as a `kind`; None after noting the mistake if it cannot be one."""
    try:
        return msgspec.convert(value, kind, strict=True)
    except msgspec.ValidationError as error:
        what, _, where = str(error).partition(" - at ")
        inner = tuple(int(index) if index.isdigit() else name or index for name, index in _STEP.findall(where))
        name = ".".join(str(step) for step in inner if step != "...")
        mistakes.append(
            Mistake(document.file, document.line((*path, *inner)), f"{f'`{name}`: ' if name else ''}{what}")
        )
        return None


def entries(document: Document, path: Path_, mistakes: list[Mistake], shape: type) -> Any:
    """The value at `path` if it is a `shape` (list or dict), else an empty one and a mistake."""
    value = document.value
    for step in path:
        value = value.get(step) if isinstance(value, dict) else None
    if value is None:
        return shape()
    if not isinstance(value, shape):
        wanted = "a list (lines that start with `- `)" if shape is list else "entries of the form `name: value`"
        mistakes.append(Mistake(document.file, document.line(path), f"expected {wanted} here"))
        return shape()
    return value


def each(value: dict[Any, Any] | list[Any]) -> Iterator[tuple[str | int, Any]]:
    """Keys or positions with their entries."""
    yield from value.items() if isinstance(value, dict) else enumerate(value)
