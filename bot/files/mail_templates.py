"""The templates of letters that tell people their result: templates/mail/KIND.yaml and the layout of their HTML part, letter.html.

A file holds what the letter is for (`about`), its `fields`, and its words in English and German. Everything that could go wrong while
10,000 letters are written is looked for here, and named with its line.
"""

from collections.abc import Collection
from pathlib import Path
from typing import Any

import jinja2
import yaml
from jinja2 import StrictUndefined, TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from msgspec import Struct

from bot.files.yaml_lines import Document, KnowledgeError, Mistake, convert, read_document
from bot.mailing.fields import Field
from bot.mailing.template import LANGUAGES, PARTS, Layout, MailTemplate, Wording, environment
from bot.mailing.template_names import CHOICES, GIVEN, names_in
from bot.mailing.values import ATTRIBUTES
from bot.model.campaign import CHOOSING, INVITING, KINDS, Kind

_LAYOUT = "letter.html"
_RESERVED = (*GIVEN, *CHOICES, "call")


class _File(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A template's file, its fields not yet read."""

    about: str
    en: Wording
    de: Wording
    fields: dict[str, dict[str, Any]] = {}


def load_mail_templates(folder: Path, topics: Collection[str] | None = None) -> dict[Kind, MailTemplate]:
    """The template of every kind of letter from `folder`/mail; raises KnowledgeError with all mistakes.

    `topics` are the ids that `call.facts` may name; without them such a name is not looked up.
    """
    mistakes: list[Mistake] = []
    layout = _layout(folder / "mail" / _LAYOUT, mistakes)
    files = {kind: folder / "mail" / f"{kind}.yaml" for kind in KINDS}
    sources = {kind: _read(kind, file, topics, mistakes) for kind, file in files.items()}
    if mistakes or layout is None:
        raise KnowledgeError(mistakes)
    return {
        kind: MailTemplate(
            kind, read.about, fields, {"en": read.en, "de": read.de}, files[kind].read_text(encoding="utf-8"), layout
        )
        for kind, (read, fields) in ((kind, source) for kind, source in sources.items() if source is not None)
    }


def _layout(file: Path, mistakes: list[Mistake]) -> Layout | None:
    made = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    try:
        layout = made.from_string(file.read_text(encoding="utf-8")).render
        layout(language="en", subject="", paragraphs=[[[("", False), ("", True)]]])
    except (OSError, UnicodeDecodeError) as error:
        mistakes.append(Mistake(file, 1, f"cannot be read: {error}"))
    except TemplateSyntaxError as error:
        mistakes.append(Mistake(file, error.lineno, f"is no template: {error.message}"))
    except jinja2.TemplateError as error:
        mistakes.append(Mistake(file, 1, f"cannot be filled with language, subject and paragraphs: {error.message}"))
    else:
        return layout
    return None


def _read(
    kind: Kind, file: Path, topics: Collection[str] | None, mistakes: list[Mistake]
) -> tuple[_File, dict[str, Field]] | None:
    if not file.exists():
        what = f"is missing: every kind of letter has a template; copy it from the shipped templates/mail/{file.name}"
        mistakes.append(Mistake(file, 0, what))
        return None
    before = len(mistakes)
    document = read_document(file, mistakes)
    if len(mistakes) == before:
        read: _File | None = convert(document, (), document.value or {}, _File, mistakes)
        fields = _fields(document, read.fields if read is not None else {}, mistakes)
        if read is not None and len(mistakes) == before:
            mistakes += _mistakes(kind, document, read, fields, topics)
            return read, fields
    return None


def _fields(document: Document, given: dict[str, Any], mistakes: list[Mistake]) -> dict[str, Field]:
    """The fields; each is read on its own, so that a mistake in one has its line."""
    fields: dict[str, Field] = {}
    for name, value in given.items():
        kind = value.get("type")
        if kind is not None and str(kind) not in ATTRIBUTES:
            what = f"`type: {kind}` is unknown: use one of {', '.join(ATTRIBUTES)}"
            mistakes.append(Mistake(document.file, document.line(("fields", name, "type")), what))
        elif (field := convert(document, ("fields", name), value, Field, mistakes)) is not None:
            fields[name] = field
            if why := _unfit(name, field):
                line = document.line(("fields", name))
                mistakes.append(Mistake(document.file, line, f"`{name}` cannot be a field: {why}"))
    return fields


def _mistakes(
    kind: Kind, document: Document, read: _File, fields: dict[str, Field], topics: Collection[str] | None
) -> list[Mistake]:
    found: list[Mistake] = []
    lines = document.file.read_text(encoding="utf-8").split("\n")
    for language in LANGUAGES:
        wording: Wording = getattr(read, language)
        used: set[str] = set()
        for part in PARTS:
            source: str = getattr(wording, part)
            at = document.line((language, part))
            if what := _unwritten(kind, part, source):
                found.append(Mistake(document.file, at, f"{language}: {what}"))
            offset = _offset(lines[at - 1])
            if part == "text" and offset is None:
                what = "YAML would join the lines: write `text: |` and the letter below it, indented"
                found.append(Mistake(document.file, at, f"{language}: {what}"))
            names = names_in(environment(), source, fields, topics, subject=part != "text", choices=kind == CHOOSING)
            found += [
                Mistake(
                    document.file,
                    at + (offset + wrong.line if offset is not None else 0),
                    f"{language}.{part}: {wrong.what}",
                )
                for wrong in names.misuses
            ]
            used |= names.fields
        if kind == CHOOSING and "times" not in used:
            what = (
                f"{language}.text: nobody could choose a time: write {{{{ times }}}} where the free times are to stand"
            )
            found.append(Mistake(document.file, document.line((language, "text")), what))
        found += [
            Mistake(document.file, document.line(("fields", name)), _idle(name, language))
            for name in fields
            if name not in used
        ]
    return found


def _unwritten(kind: Kind, part: str, source: str) -> str:
    """What is wrong with a part as a whole, "" if nothing is."""
    if part == "event" and source and kind not in INVITING:
        return f"only {', '.join(INVITING)} bring a calendar entry: leave `event` out"
    if part != "text" and "\n" in source.strip():
        article = "an" if part == "event" else "a"
        return f"{article} {part} has one line: join the lines"
    return "" if source.strip() or part == "event" else f"{part} is empty: write it"


def _offset(line: str) -> int | None:
    """How far line 0 of a text is below the line of its key; None where YAML joins its lines, so that nobody can tell."""
    return 0 if line.partition(":")[2].lstrip().startswith("|") else None


def _unfit(name: str, field: Field) -> str:
    if not name.isidentifier() or not name.isascii() or name != name.lower():
        return "write its name in small letters, digits and _, as in reply_by"
    if name in _RESERVED:
        return f"{', '.join(_RESERVED)} are there in every letter"
    return "" if field.en.strip() and field.de.strip() else "say in `en:` and `de:` what to give"


def _idle(name: str, language: str) -> str:
    return f"the field `{name}` is used nowhere in `{language}`: write {{{{ {name} }}}} there, or remove the field"


def wordings_of(source: str) -> dict[str, tuple[str, str]]:
    """Subject and text by language of a template that a campaign was planned with, as it was then."""
    read: dict[str, Any] = yaml.safe_load(source)
    return {language: (read[language]["subject"], read[language]["text"]) for language in LANGUAGES}
