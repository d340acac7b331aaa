"""Telegram's formatted text: HTML as the Bot API reads it, offsets in UTF-16 units."""

import html
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "span": "spoiler",
    "tg-spoiler": "spoiler",
    "a": "text_link",
    "tg-emoji": "custom_emoji",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
}
PIECE = re.compile(
    r"(?P<text>[^<&]+)"
    r"|(?P<entity>&(?:lt|gt|amp|quot|#\d{1,7}|#[xX][0-9a-fA-F]{1,6});?)"
    r"|(?P<ampersand>&)"
    r"|</(?P<end>[A-Za-z-]*)\s*>"
    r"|<(?P<start>[A-Za-z][A-Za-z-]*)(?P<attributes>(?:\s+[A-Za-z-]+(?:\s*=\s*(?:\"[^\"]*\"|'[^']*'|[\w.-]+))?)*)\s*>"
)
ATTRIBUTE = re.compile(r"([A-Za-z-]+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([\w.-]+)))?")
TYPED = re.compile(
    r"(?P<bot_command>(?<![\w/])/\w{1,64}(?:@\w{3,32})?)|(?P<url>https?://\S+[\w/])"
    r"|(?P<email>[\w.+-]+@[\w-]+\.[\w.-]*\w)|(?P<mention>(?<!\w)@\w{3,32})|(?P<hashtag>(?<!\w)#\w+)"
)

Entity = dict[str, Any]


class EntitiesError(ValueError):
    """Telegram would not read this text."""


@dataclass
class _Open:
    """A tag that waits for its end."""

    tag: str
    begin: int
    attributes: dict[str, str]


@dataclass
class _Reading:
    text: str = ""
    open: list[_Open] = field(default_factory=list)
    entities: list[Entity] = field(default_factory=list)


def units(text: str) -> int:
    """The length in UTF-16 units, in which Telegram counts."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def parse_html(source: str) -> tuple[str, list[Entity]]:
    """The text without its tags and the entities they stand for, or an EntitiesError with Telegram's words."""
    reading, place = _Reading(), 0
    while place < len(source):
        piece = PIECE.match(source, place)
        at = f"at byte offset {len(source[:place].encode())}"
        if piece is None:
            raise EntitiesError(_broken_tag(source, place, at))
        if piece["start"]:
            reading.open.append(_start(piece, units(reading.text), at))
        elif piece["end"] is not None:
            _end(piece["end"].lower(), reading, at)
        else:
            reading.text += html.unescape(piece[0]) if piece["entity"] else piece[0]
        place = piece.end()
    if reading.open:
        raise EntitiesError(f'Can\'t find end tag corresponding to start tag "{reading.open[-1].tag}"')
    return trimmed(reading.text, reading.entities)


def trimmed(text: str, entities: list[Entity]) -> tuple[str, list[Entity]]:
    """Telegram drops white space around a message and the entities that held nothing else."""
    before, kept = units(text) - units(text.lstrip()), text.strip()
    moved = []
    for entity in entities:
        begin = max(entity["offset"] - before, 0)
        end = min(entity["offset"] + entity["length"] - before, units(kept))
        if end > begin:
            moved.append(entity | {"offset": begin, "length": end - begin})
    return kept, sorted(moved, key=lambda entity: (entity["offset"], -entity["length"]))


def as_typed(text: str) -> list[Entity]:
    """The entities a person's own client marks: commands, mentions, addresses."""
    found = TYPED.finditer(text)
    return [
        {"type": hit.lastgroup, "offset": units(text[: hit.start()]), "length": units(hit[0])}
        for hit in found
        if hit.lastgroup
    ]


def _broken_tag(source: str, place: int, at: str) -> str:
    name = re.match(r"</?\s*([^\s<>/]*)", source[place:])
    if ">" not in source[place:]:
        return f"Unclosed start tag {at}"
    return f'Unsupported start tag "{name[1] if name else ""}" {at}'


def _start(piece: re.Match[str], begin: int, at: str) -> _Open:
    tag = piece["start"].lower()
    if tag not in TAGS:
        raise EntitiesError(f'Unsupported start tag "{tag}" {at}')
    found = ATTRIBUTE.finditer(piece["attributes"])
    attributes = {hit[1].lower(): html.unescape(hit[2] or hit[3] or hit[4] or "") for hit in found}
    if tag == "span" and attributes.get("class") != "tg-spoiler":
        raise EntitiesError(f'Tag "span" must have class "tg-spoiler" {at}')
    if tag == "tg-emoji" and not attributes.get("emoji-id"):
        raise EntitiesError(f'Tag "tg-emoji" must have attribute "emoji-id" {at}')
    return _Open(tag, begin, attributes)


def _end(tag: str, reading: _Reading, at: str) -> None:
    if not reading.open:
        raise EntitiesError(f"Unexpected end tag {at}")
    last = reading.open.pop()
    if tag not in ("", last.tag):
        raise EntitiesError(f'Unmatched end tag {at}, expected "</{last.tag}>", found "</{tag}>"')
    length = units(reading.text) - last.begin
    if not length:
        return
    outer = reading.open[-1] if reading.open else _Open("", 0, {})
    words = reading.text.encode("utf-16-le", "surrogatepass")[last.begin * 2 :].decode("utf-16-le", "surrogatepass")
    detail = DETAILS[last.tag](words, last.attributes, outer) if last.tag in DETAILS else {}
    if detail is not None:
        reading.entities.append({"type": TAGS[last.tag], "offset": last.begin, "length": length} | detail)


Detail = Callable[[str, dict[str, str], _Open], "dict[str, Any] | None"]


def _link(words: str, attributes: dict[str, str], _outer: _Open) -> dict[str, Any] | None:
    url = attributes.get("href") or words
    return {"url": url} if re.match(r"(https?|tg|mailto|tel|tonsite):|[\w-]+\.\w", url) else None


def _code(_words: str, attributes: dict[str, str], outer: _Open) -> dict[str, Any] | None:
    """Code inside pre is no entity of its own: it names the language."""
    if outer.tag != "pre" or not attributes.get("class", "").startswith("language-"):
        return {}
    outer.attributes["language"] = attributes["class"].removeprefix("language-")
    return None


def _pre(_words: str, attributes: dict[str, str], _outer: _Open) -> dict[str, Any] | None:
    return {"language": attributes["language"]} if "language" in attributes else {}


def _quote(_words: str, attributes: dict[str, str], _outer: _Open) -> dict[str, Any] | None:
    return {"type": "expandable_blockquote"} if "expandable" in attributes else {}


DETAILS: dict[str, Detail] = {
    "a": _link,
    "code": _code,
    "pre": _pre,
    "blockquote": _quote,
    "tg-emoji": lambda _words, attributes, _outer: {"custom_emoji_id": attributes["emoji-id"]},
}
