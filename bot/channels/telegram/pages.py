"""Replies as Telegram takes them: at most 4,096 characters a message, formatted as HTML.

https://core.telegram.org/bots/api#html-style. Lengths are counted in UTF-16 units, as Telegram counts; a reply that is too long
is cut where the sense allows it: between paragraphs, else lines, else sentences, else words.
"""

from dataclasses import replace
from html import escape

from bot.model.message import Outgoing

LIMIT = 4000
"""Units a message, with room below Telegram's 4,096."""
CAPTION = 1000
"""The same for the words that go with a file, of which Telegram takes 1,024."""
_JOINTS = ("\n\n", "\n", ". ", " ")


def pages(outgoing: Outgoing) -> list[Outgoing]:
    """A reply as messages: the notice goes with the first, buttons and file with the last."""
    limit = CAPTION if outgoing.file else LIMIT
    outgoing = replace(outgoing, notice=_head(outgoing.notice, limit // 2))
    texts = cut(outgoing.text, limit - units(outgoing.notice) - 2 if outgoing.notice else limit)
    last = len(texts) - 1
    return [
        replace(
            outgoing,
            text=text,
            notice=outgoing.notice if place == 0 else "",
            choices=outgoing.choices if place == last else (),
            file=outgoing.file if place == last else None,
            citations=outgoing.citations if place == 0 else (),
            topics=outgoing.topics if place == 0 else (),
            matters=outgoing.matters if place == 0 else (),
            told=outgoing.told if place == 0 else (),
        )
        for place, text in enumerate(texts)
    ]


def cut(text: str, room: int) -> list[str]:
    """The text in pieces of at most `room` units each; nothing but white space at the cuts is lost."""
    pieces = []
    rest = text.strip()
    while units(rest) > room:
        head = _head(rest, room)
        place = next((found for joint in _JOINTS if (found := _last(head, joint)) > len(head) // 4), len(head))
        pieces.append(rest[:place].strip())
        rest = rest[place:].strip()
    return [*pieces, rest]


def _last(head: str, joint: str) -> int:
    """Where the piece ends if it is cut at the last such joint; the full stop stays with its sentence."""
    found = head.rfind(joint)
    return found + 1 if found >= 0 and joint == ". " else found


def _head(text: str, room: int) -> str:
    """The longest beginning of at most `room` units."""
    return text.encode("utf-16-le")[: 2 * room].decode("utf-16-le", "ignore")


def units(text: str) -> int:
    """The length as Telegram counts it."""
    return len(text.encode("utf-16-le")) // 2


def as_html(outgoing: Outgoing) -> str:
    """The message as HTML: the notice and the lines of sources in italics."""
    lines = [
        f"<i>{escape(line, quote=False)}</i>" if line in outgoing.sources else escape(line, quote=False)
        for line in outgoing.text.split("\n")
    ]
    notice = [f"<i>{escape(outgoing.notice, quote=False)}</i>", ""] if outgoing.notice else []
    return "\n".join([*notice, *lines])


def as_text(outgoing: Outgoing) -> str:
    """The same without formatting."""
    return f"{outgoing.notice}\n\n{outgoing.text}" if outgoing.notice else outgoing.text
