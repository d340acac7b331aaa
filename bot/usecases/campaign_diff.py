"""What a mail says beyond its template, and a wave beyond the last one: which words were filled in, which wording changed, who is in both.

Knows Jinja2's syntax tree: a template's lines, each with the branches it can take. Does not know pages, nor where a template lies.
"""

import difflib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from jinja2 import TemplateSyntaxError, nodes

from bot.mailing.template import environment
from bot.model.campaign import address_key
from bot.model.delivery import Delivery

Texts = Mapping[str, tuple[str, str]]
"""A template's subject and text by language, as source."""
Pieces = tuple[str, ...]
"""The fixed words of a line; between two of them stands what is filled in."""

BRANCHES = 64
"""Courses that one line of a template may take; of a line with more, all is marked as filled in."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a mail, and where in it filled-in words stand (start, end)."""

    text: str
    spans: tuple[tuple[int, int], ...] = ()

    @property
    def filled(self) -> bool:
        """Whether anything in it does not stand in the template."""
        return bool(self.spans)

    @property
    def parts(self) -> Iterator[tuple[str, bool]]:
        """The line in pieces, each with whether it was filled in."""
        at = 0
        for start, end in self.spans:
            if at < start:
                yield self.text[at:start], False
            yield self.text[start:end], True
            at = end
        if at < len(self.text):
            yield self.text[at:], False


class OwnWords:
    """A template's own words; `source` may be no template any more, then every word counts as filled in."""

    def __init__(self, source: str) -> None:
        try:
            lines = _lines(environment().parse(source).body)
        except (TemplateSyntaxError, RecursionError):
            lines = set()
        self._own = {pieces[0].strip() for pieces in lines if len(pieces) == 1}
        self._filled = sorted((p for p in lines if len(p) > 1), key=lambda p: (-sum(map(len, p)), len(p), p))

    def lines(self, text: str) -> list[Line]:
        """A text rendered from it, line by line."""
        return [self.line(line) for line in text.replace("\r\n", "\n").split("\n")]

    def line(self, text: str) -> Line:
        """A line: filled in where it differs from the line of the template that has most words in common with it."""
        if text.strip() in self._own or not text.strip():
            return Line(text)
        for pieces in self._filled:
            spans = _between(text, pieces)
            if spans is not None:
                return Line(text, spans)
        return Line(text, ((0, len(text)),))


def _between(text: str, pieces: Pieces) -> tuple[tuple[int, int], ...] | None:
    """What stands between the pieces, if the text is made of them in this order; None if not, or if nothing but spaces is fixed."""
    first, *middle, last = pieces
    end = len(text) - len(last)
    if not (text.startswith(first) and text.endswith(last) and len(first) <= end and "".join(pieces).strip()):
        return None
    gaps, at = [], len(first)
    for piece in middle:
        found = text.find(piece, at, end)
        if found < 0:
            return None
        gaps.append((at, found))
        at = found + len(piece)
    return tuple((a, b) for a, b in [*gaps, (at, end)] if a < b)


def _lines(body: list[nodes.Node]) -> set[Pieces]:
    """Every line that a template can give."""
    done: set[Pieces] = set()
    done |= _walk(body, {("",)}, done)
    # spaces at a line's end do not reach the mail
    return {(*pieces[:-1], pieces[-1].rstrip()) for pieces in done}


def _walk(body: list[nodes.Node], begun: set[Pieces], done: set[Pieces]) -> set[Pieces]:
    """The lines begun, after `body`; those that end within it are added to `done`."""
    for node in body:
        if len(begun) > BRANCHES:
            begun = {("", "")}
        begun = _step(node, begun, done)
    return begun


def _step(node: nodes.Node, begun: set[Pieces], done: set[Pieces]) -> set[Pieces]:
    match node:
        case nodes.Output():
            return _walk(node.nodes, begun, done)  # type: ignore[arg-type] # expressions are nodes
        case nodes.TemplateData():
            return _fixed(node.data, begun, done)
        case nodes.If():
            branches = [node.body, *(branch.body for branch in node.elif_), node.else_]
            return set().union(*(_walk(branch, begun, done) for branch in branches))
        case nodes.For():
            return _loop(node, begun, done)
        case nodes.With() | nodes.Scope() | nodes.Block() | nodes.ScopedEvalContextModifier():
            return _walk(node.body, begun, done)
        case nodes.Assign() | nodes.AssignBlock() | nodes.Macro() | nodes.Import() | nodes.FromImport():
            return begun
    return {_filled(pieces) for pieces in begun}


def _fixed(words: str, begun: set[Pieces], done: set[Pieces]) -> set[Pieces]:
    first, *others = words.split("\n")
    begun = {(*pieces[:-1], pieces[-1] + first) for pieces in begun}
    if not others:
        return begun
    done |= begun | {(line,) for line in others[:-1]}
    return {(others[-1],)}


def _loop(node: nodes.For, begun: set[Pieces], done: set[Pieces]) -> set[Pieces]:
    """None, one or several times: within a line what a loop gives counts as filled in."""
    within: set[Pieces] = set()
    once = _walk(node.body, begun, within)
    if not within:
        return {_filled(pieces) for pieces in begun}
    done |= within
    return once | _walk(node.body, once, done) | _walk(node.else_, begun, done)


def _filled(pieces: Pieces) -> Pieces:
    return pieces if len(pieces) > 1 and not pieces[-1] else (*pieces, "")


def against_last(now: str, before: str) -> list[str]:
    """The lines of a wording that changed since the last wave: "- " before it, "+ " now."""
    changed = difflib.unified_diff(before.splitlines(), now.splitlines(), n=0, lineterm="")
    return [f"{line[0]} {line[1:]}" for line in list(changed)[2:] if line[0] in "+-"]


def texts_against_last(now: Texts, before: Texts) -> dict[str, list[str]]:
    """`against_last` of subject and text, by language; languages in which nothing changed are left out."""
    changed = {}
    for language in sorted({*now, *before}):
        new, old = ("\n".join(texts.get(language, ("", ""))).strip("\n") for texts in (now, before))
        if lines := against_last(new, old):
            changed[language] = lines
    return changed


@dataclass(frozen=True, slots=True)
class Shared:
    """How the people of this wave compare to the last one's: the names of those in both, how many are new, how many no longer in it."""

    both: tuple[str, ...]
    added: int
    gone: int


def people_against_last(now: Collection[Delivery], before: Collection[Delivery]) -> Shared:
    """Who is in both waves, by the applicant's number or by address."""
    known, present = _keys(before), _keys(now)
    both = tuple(each.name or each.address for each in now if not _key(each).isdisjoint(known))
    gone = sum(_key(each).isdisjoint(present) for each in before)
    return Shared(both, len(now) - len(both), gone)


def _key(delivery: Delivery) -> set[str]:
    return {key for key in (delivery.person, address_key(delivery.address)) if key}


def _keys(deliveries: Collection[Delivery]) -> set[str]:
    return set().union(*map(_key, deliveries))
