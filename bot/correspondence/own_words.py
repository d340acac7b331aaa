"""Where a person's own words end in the text of a letter.

Knows quoted history, forwarded matter, signatures and disclaimers, as clients of many languages write them. Does not know
headers, MIME or topics.

In doubt words are kept: a signature that is read costs little, a question that is not read costs an answer.
"""

import re
from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from mailparser_reply import EmailMessage
from mailparser_reply.constants import MAIL_LANGUAGES

from bot.correspondence.patterns import (
    ASKED,
    CLOCK,
    CLOSING,
    DISCLAIMER,
    FORWARDED,
    FROM,
    QUOTED,
    RULE,
    SENT_FROM,
    SIGNATURE,
    WROTE,
)
from bot.correspondence.quotes import COLONS, LINE, head_begins, introduces, quote_follows, told_when

TAIL = 40
"""Lines after a closing, no question among them, that are still a signature."""
TRIES = 60
"""Lines of a letter that the library is asked about; its expressions are cubic in a line (of `LINE` characters: 6 ms)."""

_FAREWELLS = "|".join(
    word.rstrip(",.") for language in MAIL_LANGUAGES.values() for word in language.get("signatures", ())
)
_FAREWELL = re.compile(rf"^\s*(?:{_FAREWELLS})(?:[\s,]+\w+){{0,2}}[\s,.!]*$", re.IGNORECASE)
_COMMAND = re.compile(r"\s*/(?:[a-z]{2,32}|Done|DONE)(?:@\w+)?[\s.!]*$")
"""A line that asks something of the bot is the person's own, below a signature too ("/Anna", a Swedish one, is none)."""
_DATED = re.compile(r"\d{4}(?!.*[?!]$)|\d[:./]\d(?!.*[?!]$)")
"""In the first line of an introduction of several: a year or part of a date, and no sentence of the person's ends."""


def own_words(text: str) -> str:
    """The lines that are the person's own, among and below quoted ones too."""
    lines = [line.rstrip() for line in text.split("\n")]
    ends = _Ends.of(lines)
    own: list[str] = []
    number = tries = 0
    begun = history = False
    while number < len(lines):
        height, tries = _history(lines, number, tries)
        history = history or height != 0
        if height is None:
            break
        height = height or _not_read(lines, number, ends if begun else None)
        own.append("" if height else lines[number])
        begun = begun or bool(own[-1])
        number += height or 1
    kept = re.sub(r"\n{3,}", "\n\n", "\n".join(own)).strip("\n")
    return kept if kept.strip() or history else text.strip()


def _history(lines: Sequence[str], number: int, tries: int) -> tuple[int | None, int]:
    """How many lines from here are quoted or introduce quotes, None if all that follows is history; and the new `tries`."""
    line = lines[number]
    if QUOTED.match(line):
        return 1, tries
    if not line or len(line) > LINE:
        return 0, tries
    height, tries = _introduction(lines, number, tries)
    forwarded = bool(FORWARDED.match(line))
    if quote_follows(lines, number + max(height, 1)):
        return height or int(forwarded), tries
    told = told_when(" ".join(lines[number : number + height]))
    return None if told or forwarded or head_begins(lines, number) else 0, tries


def _introduction(lines: Sequence[str], number: int, tries: int) -> tuple[int, int]:
    """How many lines from here say who wrote what follows (clients break them), and how often the library was asked."""
    for height in (1, 2, 3):
        window = lines[number : number + height]
        joined = " ".join(line.strip() for line in window)
        if len(window) < height or not window[-1] or len(joined) > LINE:
            break
        if not joined.endswith(COLONS):
            continue
        if introduces(joined):
            return (height if height == 1 or _DATED.search(window[0]) else 0), tries
        if not re.search(r"\d", joined):
            continue
        tries += 1
        if tries <= TRIES and _library().fullmatch("\n".join(window)):
            return height, tries
    return 0, tries


@cache
def _library() -> re.Pattern[str]:
    """What introduces quotes in thirteen languages."""
    pattern: re.Pattern[str] = EmailMessage(text="", languages=list(MAIL_LANGUAGES)).HEADER_REGEX
    return pattern


@dataclass(frozen=True, slots=True)
class _Ends:
    """Where history goes on and where something is asked: told once, lest a letter of closings takes quadratic time."""

    history: Sequence[int]
    asked: Sequence[int]

    @classmethod
    def of(cls, lines: Sequence[str]) -> "_Ends":
        history = [number for number, line in enumerate(lines) if QUOTED.match(line) or _may_introduce(line)]
        history = sorted({*history, *(number for number, line in enumerate(lines) if _is_command(line))})
        asked = [number for number, line in enumerate(lines) if ASKED.search(line)]
        return cls((*history, len(lines)), (*asked, len(lines)))

    def after(self, number: int) -> tuple[int, bool]:
        """The next line of history, and whether anything is asked before."""
        end = self.history[bisect(self.history, number)]
        return end, self.asked[bisect(self.asked, number)] < end


def _is_command(line: str) -> bool:
    return line.lstrip().startswith("/") and len(line) <= LINE and bool(_COMMAND.match(line))


def _may_introduce(line: str) -> bool:
    if len(line) > LINE:
        return False
    return bool(FORWARDED.match(line) or FROM.match(line) or (CLOCK.search(line) and WROTE.search(line)))


def _not_read(lines: Sequence[str], number: int, ends: _Ends | None) -> int:
    """How many lines from here are a signature or a disclaimer; no `ends` before the person's first words."""
    line = lines[number]
    if not line or len(line) > LINE or _is_command(line):
        return 0
    if RULE.match(line) or (len(line) <= 80 and SENT_FROM.match(line) and "?" not in line):
        return 1
    if DISCLAIMER.match(line) and not (number and lines[number - 1]):
        end = next((far for far in range(number, len(lines)) if not lines[far]), len(lines))
        return 0 if any(map(ASKED.search, lines[number:end])) else end - number
    signature = SIGNATURE.match(line)
    if ends is None or not (signature or CLOSING.match(line) or _FAREWELL.match(line)):
        return 0
    end, asked = ends.after(number)
    return 1 if asked or (end - number > TAIL and not signature) else end - number
