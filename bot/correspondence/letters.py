"""The person's own words of a message: without quoted history, signature and salutation, cut into sentences.

Knows the plain-text conventions of mail: `>` quotes (RFC 3676, section 4.5), the `-- ` signature line (section 4.3),
salutations and what ends a sentence. Does not know MIME, topics or names.

A message of any channel is read so, whatever own_words left of it: this keeps to one pass and to what is quickly told.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from bot.correspondence.patterns import ASKED, CLOSING, FORWARDED, FROM, QUOTED, RULE, SIGNATURE
from bot.correspondence.quotes import LINE, head_begins, introduces, quote_follows, told_when

_HEADER = re.compile(r"^\s*(?:subject|betreff|re|aw|fwd?|wg)\s*:\s*(.*)$", re.IGNORECASE)
_SALUTATION = re.compile(
    r"^\s*(?:(?:dear|hello|hi|hey|good (?:morning|day|afternoon|evening)|greetings|to whom it may concern|respected"
    r"|sehr geehrte\w*|liebe\w*|hallo|guten (?:tag|morgen|abend)|moin|servus|grüß gott|werte\w*)\b(?:[^.?!\n:]|(?<=\bdr)\.|(?<=\bprof)\.|(?<=\bm[rs])\.|(?<=\bmrs)\.){0,90}?)\s*[,!:–-]?\s*$",
    re.IGNORECASE,
)
_LEADING_GREETING = re.compile(
    r"^\s*(?:(?:dear|hello|hi|hey|good (?:morning|day|afternoon|evening)|respected|sehr geehrte\w*|liebe\w*|hallo|guten (?:tag|morgen|abend)|moin)"
    r"(?:\s+(?:(?:dr|prof|mr|mrs|ms|frau|herrn?)\.?\s+)*[\w'’.-]+){0,4})\s*[,!]\s+",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"^\s*(?:\(?\d{1,2}[.)]|[a-hA-H]\)|[-*•–])\s+")
_ABBREVIATION = re.compile(
    r"\b(?:prof|dr|mr|mrs|ms|st|acc|resp|incl|min|max|proj|dept|univ|e\.g|i\.e|etc|vs|no|nr|approx|ca|z\.\s?b|bzw|usw|ggf|jun|m\.?\s?sc|b\.?\s?sc|ph\.?\s?d|m\.?\s?a|b\.?\s?a|ing|dipl|inkl|evtl|u\.\s?a|d\.\s?h"
    r"|jan|feb|mar|apr|aug|sept?|oct|nov|dec|\d{1,2}|[a-z])\.$",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"(?<=[.?!…])[\"'”’)]*\s+|\n\s*\n|(?<=[?!])(?=[A-ZÄÖÜА-Я\u3400-\u9fff])")

NEAR = 16
"""Characters before a full stop that tell whether it ends a sentence."""


@dataclass(frozen=True, slots=True)
class Letter:
    """The person's own sentences in order, whom the salutation addresses and what the subject line says ("" if absent)."""

    sentences: tuple[str, ...]
    salutation: str = ""
    subject: str = ""


def read_letter(text: str) -> Letter:
    """Cut a message. One without anything of its own (only quotes, only a signature) gives no sentences."""
    lines, salutation, subject = _own_lines(text)
    sentences = [sentence for paragraph in _paragraphs(lines) for sentence in _sentences(paragraph)]
    if not sentences and text.strip() and not any(QUOTED.match(line) for line in text.splitlines()):
        sentences = [" ".join(text.split())]
    return Letter(tuple(sentences), salutation, subject)


def _own_lines(text: str) -> tuple[list[str], str, str]:
    own: list[str] = []
    begun = False
    salutation = subject = ""
    all_lines = text.split("\n")
    for number, line in enumerate(all_lines):
        if QUOTED.match(line) or (introduces(line) and quote_follows(all_lines, number + 1)):
            own.append("")
            continue
        if own and _begins_history(all_lines, number):
            break
        if SIGNATURE.match(line) and begun:
            break
        if (header := _HEADER.match(line)) and not begun:
            subject = header.group(1)
            continue
        if len(all_lines) > 1 and _SALUTATION.match(line) and not begun:
            salutation = line.strip()
            continue
        if CLOSING.match(line) and begun and not _asks_after(all_lines, number):
            break
        own.append(line)
        begun = begun or bool(line.strip())
    return _without_trailing_name(own), salutation, subject


def _begins_history(lines: Sequence[str], number: int) -> bool:
    """Whether all from this line on is an earlier letter."""
    line = lines[number]
    if len(line) > LINE:
        return False
    written_by = FROM.match(line) and "@" in line and not ASKED.search(line)
    if written_by or RULE.match(line) or FORWARDED.match(line) or head_begins(lines, number):
        return True
    return introduces(line) and told_when(line)


def _asks_after(lines: Sequence[str], closing: int) -> bool:
    """Whether something is asked in the dozen lines of the person's own after a closing."""
    following = (lines[number] for number in range(closing + 1, len(lines)))
    own = (line for line in following if line.strip() and not QUOTED.match(line))
    return any(map(ASKED.search, islice(own, 12)))


def _without_trailing_name(lines: list[str]) -> list[str]:
    """Drop a last line that is only a name (two or more paragraphs, up to three capitalised words, no punctuation)."""
    kept = list(lines)
    while kept and not kept[-1].strip():
        kept.pop()
    if len([line for line in kept if line.strip()]) > 1:
        words = kept[-1].split()
        if (
            len(words) <= 3
            and all(word[:1].isupper() and word.strip(".,").isalpha() for word in words)
            and not kept[-2].strip()
        ):
            kept.pop()
    return kept


def _paragraphs(lines: list[str]) -> list[str]:
    paragraphs: list[str] = [""]
    for line in lines:
        if not line.strip():
            paragraphs.append("")
        elif _NUMBERED.match(line):
            paragraphs.append(_NUMBERED.sub("", line).strip())
        else:
            paragraphs[-1] = f"{paragraphs[-1]} {line.strip()}".strip()
    return [paragraph for paragraph in paragraphs if paragraph]


def _sentences(paragraph: str) -> list[str]:
    pieces: list[str] = []
    start = 0
    for match in _SENTENCE_END.finditer(paragraph):
        if _ABBREVIATION.search(paragraph[max(start, match.start() - NEAR) : match.start()]) or _goes_on(
            paragraph, match
        ):
            continue
        pieces.append(paragraph[start : match.end()].strip())
        start = match.end()
    pieces.append(paragraph[start:].strip())
    whole = [piece for piece in pieces if any(map(str.isalnum, piece))]
    if whole:
        whole[0] = _LEADING_GREETING.sub("", whole[0]) or whole[0]
    return whole or ([paragraph] if paragraph.strip() else [])


def _goes_on(paragraph: str, end: re.Match[str]) -> bool:
    """Whether the full stop closes a short lower-case word and a lower-case one follows: an abbreviation nobody listed."""
    before = re.search(r"(\w+)\.$", paragraph[max(0, end.start() - NEAR) : end.start()])
    return before is not None and len(before.group(1)) <= 3 and paragraph[end.end() : end.end() + 1].islower()
