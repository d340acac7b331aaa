"""What a calendar answers to an entry: accepted, declined, tentative (RFC 5546, 3.2.3; a counter-proposal: 3.2.7), and to which.

Reads lines as RFC 5545, 3.1 folds them; needs no more of a calendar than three properties of its first event. Does not know letters.
"""

import re
from dataclasses import dataclass
from itertools import islice

TEXT, LINES, LINE = 200_000, 5_000, 1_000
_FOLD = re.compile(r"\r?\n[ \t]")
_QUOTED = re.compile(r'"[^"]*"')
_PARTSTAT = re.compile(r';PARTSTAT="?([A-Z-]{1,20})', re.IGNORECASE)
_SAID = ("accepted", "declined", "tentative")


@dataclass(frozen=True, slots=True)
class CalendarAnswer:
    """The entry's uid, and what was said to it ("" if neither of the three)."""

    uid: str
    says: str


def calendar_answer(text: str, author: str) -> CalendarAnswer | None:
    """The answer in a text/calendar part; None if it is none. Of several people asked, the author's counts."""
    lines = [line[:LINE].strip() for line in islice(_FOLD.sub("", text[:TEXT]).split("\n"), LINES)]
    method = next((_value(line).lower() for line in lines if _name(line) == "METHOD"), "")
    if method not in {"reply", "counter"}:
        return None
    begin = next((number for number, line in enumerate(lines) if line.upper() == "BEGIN:VEVENT"), 0)
    event = lines[begin:]
    uid = next((_value(line) for line in event if _name(line) == "UID"), "")
    answers = [(line, said) for line in event if _name(line) == "ATTENDEE" and (said := _partstat(line))]
    own = [said for line, said in answers if author and author.lower() in line.lower()]
    says = next((said for said in [*own, *(said for _, said in answers)] if said in _SAID), "")
    shown = "".join(filter(str.isprintable, uid))[:255]
    return CalendarAnswer(shown, says or ("tentative" if method == "counter" else ""))


def _name(line: str) -> str:
    return re.split("[;:]", line, maxsplit=1)[0].strip().upper()


def _value(line: str) -> str:
    return _QUOTED.sub("", line).partition(":")[2].strip()


def _partstat(line: str) -> str:
    found = _PARTSTAT.search(_QUOTED.sub("", line)) or _PARTSTAT.search(line)
    return found[1].lower() if found else ""
