"""The program's settings, from config.yaml, as a frozen Config; all mistakes at once.

Knows the keys of config.example.yaml and where knowledge and templates are looked for. Secrets come from the environment only; this
release needs none.
"""

from pathlib import Path
from typing import Any

from msgspec import Struct

from bot.files.yaml_lines import Document, KnowledgeError, Mistake, convert, entries, read_document


class Config(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings of a Callboard. Paths are relative to the config file; None means the folder found by `find_folder`."""

    knowledge: str | None = None
    templates: str | None = None


def load_config(file: Path | None) -> Config:
    """The settings in `file`, or the defaults without one; raises KnowledgeError with every mistake."""
    if file is None:
        return Config()
    mistakes: list[Mistake] = []
    document: Document = read_document(file, mistakes)
    values: dict[str, Any] = dict(entries(document, (), mistakes, dict))
    for key, value in values.items():  # each key by itself, so that all mistakes show
        convert(document, (), {key: value}, Config, mistakes)
    config = convert(document, (), values, Config, mistakes) if not mistakes else None
    if mistakes or config is None:
        raise KnowledgeError(mistakes)
    known: Config = config
    return Config(
        knowledge=_beside(file, known.knowledge),
        templates=_beside(file, known.templates),
    )


def _beside(file: Path, folder: str | None) -> str | None:
    return str(file.parent / folder) if folder is not None else None


def find_folder(name: str, chosen: str | None, marker: str) -> Path:
    """The folder to use: the chosen one, else `name` in the current folder if it holds `marker`, else the shipped one."""
    if chosen is not None:
        return Path(chosen)
    here = Path.cwd() / name
    if (here / marker).exists():
        return here
    package = Path(__file__).parent
    shipped = package / "_data" / name
    return shipped if shipped.exists() else package.parent / name
