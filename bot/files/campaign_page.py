"""A campaign as one HTML sheet with every mail, oddest first, by templates/pages/campaign.html: no script, nothing loaded, all escaped.

Knows the order of the sheet and how what a reader would not see (control characters, changes of direction) is made visible. Does not
know what is odd about a mail, nor where mails come from.
"""

import hashlib
import unicodedata
import zlib
from base64 import b64encode
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO

from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from bot.files.yaml_lines import KnowledgeError, Mistake
from bot.model.campaign import Campaign
from bot.model.delivery import Delivery
from bot.usecases.campaign_diff import Line, OwnWords, Shared, Texts, texts_against_last

_BLANK = "\u115f\u1160\u2800\u3164\uffa0"  # letters and symbols that look like nothing
_JOINERS = "\u200c\u200d"


@dataclass(frozen=True, slots=True)
class Sheet:
    """What stands on the sheet beside the mails.

    `name` is the call's; `texts` the template's subject and text by language, as source; `last` the last wave of the same kind with
    its texts, `shared` how its people compare to this one's; `when` the sheet is made, in the zone in which its times are shown.
    """

    campaign: Campaign
    name: str
    texts: Texts
    when: datetime
    last: Campaign | None = None
    last_texts: Texts = field(default_factory=dict)
    shared: Shared | None = None


@dataclass(frozen=True, slots=True)
class _Entry:
    """A mail in the list of names; its part of the sheet is kept packed until its turn comes."""

    oddness: float
    row: int
    name: str
    odd: bool
    packed: bytes


def write_campaign_page(out: TextIO, folder: Path, sheet: Sheet, mails: Iterable[tuple[Delivery, str]]) -> int:
    """Write the sheet of a campaign and all its mails (each with its plain text, in any order); how many mails.

    By the template in `folder`; raises KnowledgeError if that is missing or does not render.
    """
    file = folder / "pages" / "campaign.html"
    try:
        source = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise KnowledgeError([Mistake(file, 1, f"cannot be read: {error}")]) from None
    try:
        pieces, count = _pieces(source, sheet, mails)
        for piece in pieces:
            out.write(piece)
    except TemplateError as error:
        line = getattr(error, "lineno", None) or 1
        raise KnowledgeError([Mistake(file, line, f"is no template: {error.message}")]) from None
    return count


def _pieces(source: str, sheet: Sheet, mails: Iterable[tuple[Delivery, str]]) -> tuple[Iterator[str], int]:
    environment = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["visible"] = visible
    page: Any = environment.from_string(source).module
    own = {language: tuple(map(OwnWords, texts)) for language, texts in sheet.texts.items()}
    entries, languages = [], Counter[str]()
    for delivery, text in mails:
        subject, body = own.get(delivery.language) or (OwnWords(""), OwnWords(""))
        part = page.mail(delivery, subject.line(delivery.subject), paragraphs(body.lines(text)))
        packed = zlib.compress(str(part).encode("utf-8"), 1)
        name = delivery.name or delivery.address
        entries.append(_Entry(-delivery.oddness, delivery.row, name, bool(delivery.oddities), packed))
        languages[delivery.language] += 1
    return _sheet(page, sheet, entries, languages), len(entries)


def _sheet(page: Any, sheet: Sheet, entries: list[_Entry], languages: Mapping[str, int]) -> Iterator[str]:
    style = str(page.style())
    plan = sheet.campaign.plan
    yield page.top(
        sheet,
        style=style,
        # the one style sheet is allowed by its digest (CSP level 2): no other style works, no script, no address
        digest=b64encode(hashlib.sha256(style.encode("utf-8")).digest()).decode("ascii"),
        count=len(entries),
        odd=sum(each.odd for each in entries),
        languages=sorted(languages.items()),
        findings=sorted(plan.findings, key=lambda each: (each.level != "red", each.row)),
        reasons=Counter(each.reason for each in plan.aside).most_common(),
        overrides=[(each.shown, each.reason) for each in plan.overrides],
        changed=texts_against_last(sheet.texts, sheet.last_texts) if sheet.last else {},
        named=sorted(entries, key=lambda each: (_sortable(each.name), each.row)),
    )
    ordered = sorted(entries, key=lambda each: (each.oddness, each.row))
    for place, each in enumerate(ordered, 1):
        yield page.mail_head(place, len(ordered), each)
        yield zlib.decompress(each.packed).decode("utf-8")
    yield page.bottom(sheet, len(ordered))


def paragraphs(lines: list[Line]) -> list[list[Line]]:
    """Lines in paragraphs, as empty lines part them."""
    found: list[list[Line]] = [[]]
    for line in lines:
        if line.text.strip():
            found[-1].append(line)
        elif found[-1]:
            found.append([])
    return [each for each in found if each]


def _sortable(name: str) -> str:
    """Ä beside A, capitals beside small letters."""
    return "".join(c for c in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(c))


def visible(text: object) -> str:
    """A text in which nothing hides: what is not shown or turns the reading direction stands as its code, as [U+202E]."""
    words = str(text)
    if words.isascii() and words.isprintable():
        return words
    return "".join(f"[U+{ord(c):04X}]" if _hidden(words, at, c) else c for at, c in enumerate(words))


def _hidden(words: str, at: int, character: str) -> bool:
    if character in _JOINERS:  # they shape letters of Persian, Hindi and emoji; beside ASCII they only hide
        around = words[max(0, at - 1) : at + 2].replace(character, "", 1)
        return len(around) < 2 or around.isascii()
    if character in "\n\t":
        return False
    return character in _BLANK or unicodedata.category(character) in ("Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp")
