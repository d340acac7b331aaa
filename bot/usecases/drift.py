"""Where a call has drifted: from its published page, from the calendar, from itself.

Knows quotes, typed values and numbers of facts and requirements, and the order of dates that topics state (`before`).
Knows no file and no clock: the page's text and the day are given. Numbers are compared in English and German only.
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Literal, TypeAlias

from bot.answering.wording import Templates
from bot.model.knowledge import Call, Cited, Fact, Project, Requirement, Topic
from bot.model.moments import date_words
from bot.usecases.numbers import allowed, by_size, counted, unsupported, untranslated

PLACES = "places"
"""The topic whose sentence tells how many positions there are."""

FEW = 10
"""With fewer quotes missing than these, or one in these found, a page is still taken for the call's."""

EXAMPLES = 3
"""Quotes named of a page that is probably not the call's."""

Kind: TypeAlias = Literal["values", "typed", "order", "number", "languages", "places"]
Owner: TypeAlias = Project | None
_IGNORED = dict.fromkeys((0x00AD, 0x200B, 0x2060, 0xFEFF))


@dataclass(frozen=True, slots=True)
class MissingQuote:
    """Words that no longer stand in the page."""

    owner: Owner
    entry: Cited
    quote: str


@dataclass(frozen=True, slots=True)
class Passed:
    """A fact whose last day lies behind, by how many days."""

    owner: Owner
    fact: Fact
    day: dt.date
    days: int


@dataclass(frozen=True, slots=True)
class Contradiction:
    """What cannot be true together: the entries, and the values that differ, as written there.

    `values` are two values of a topic; a typed date and the quotes that name another; the days of two topics in the order in
    which they should come; numbers without support; the numbers told in one language only; or the call's `places:` and the
    numbers that its fact tells.
    """

    kind: Kind
    owner: Owner
    entries: tuple[Cited, ...]
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Drift:
    """All that was found in one call; `page_read` tells whether there was a page to compare with."""

    call: Call
    quotes: int
    page_read: bool
    missing: tuple[MissingQuote, ...]
    passed: tuple[Passed, ...]
    contradictions: tuple[Contradiction, ...]

    @property
    def stray(self) -> bool:
        """Whether the page is probably not the call's: next to none of the quotes stand in it."""
        return len(self.missing) >= FEW and (self.quotes - len(self.missing)) * FEW < self.quotes


def drift(call: Call, topics: Mapping[str, Topic], page: str | None, today: dt.date) -> Drift:
    """Compare a call with the text of its page (None: there is none), with `today` in its zone, and with itself."""
    return Drift(
        call=call,
        quotes=sum(len(entry.quotes) for _, entry in call.cited()),
        page_read=page is not None,
        missing=tuple(missing_quotes(call, page)) if page is not None else (),
        passed=tuple(_passed(call, today)),
        contradictions=(
            *_values(call),
            *_typed(call),
            *_order(call, topics),
            *_places(call),
            *_numbers(call),
        ),
    )


def told(found: Drift, topics: Mapping[str, Topic], templates: Templates, language: str, page: str = "") -> str:
    """What was found, a line each, for a letter or a terminal; `page` is the page's name. "" where nothing was."""
    call = found.call

    def say(*path: str, **values: object) -> str:
        return templates.say(language, "coordinators", "drift", *path, **values)

    def name(entry: Cited) -> str:
        return topics[entry.topic].name(language) if isinstance(entry, Fact) and entry.topic in topics else ""

    def where(owner: Owner, entry: Cited) -> str:
        file = f"{call.id}/projects/{owner.id}.yaml" if owner else f"{call.id}/call.yaml"
        return say("where", file=file, section=entry.section, topic=name(entry))

    lines = []
    if found.stray:
        counts = {"found": found.quotes - len(found.missing), "quotes": found.quotes}
        lines.append(say("stray", page=page, call=call.id, **counts))
    lines += [
        say("quote", where=where(gone.owner, gone.entry), page=page, quote=squeeze(gone.quote))
        for gone in found.missing[: EXAMPLES if found.stray else None]
    ]
    for clash in found.contradictions:
        names = [name(entry) for entry in clash.entries]
        at = where(clash.owner, clash.entries[0])
        lines.append(say("contradiction", clash.kind, where=at, names=names, values=list(clash.values)))
    for past in found.passed:
        day = date_words(past.day, language)
        lines.append(say("passed", where=where(past.owner, past.fact), day=day, days=past.days))
    return "\n".join(lines)


def squeeze(text: str) -> str:
    """White space of every kind and length as one space; what no eye sees is left out."""
    return " ".join(text.translate(_IGNORED).split())


def missing_quotes(call: Call, page: str) -> Iterator[MissingQuote]:
    """The quotes of the call that do not stand in the page's squeezed text."""
    for owner, entry in call.cited():
        for quote in entry.quotes:
            if squeeze(quote) not in page:
                yield MissingQuote(owner, entry, quote)


def after(topic: str, topics: Mapping[str, Topic]) -> set[str]:
    """The topics whose dates come after this one's, near and far."""
    found: set[str] = set()
    waiting = [topic]
    while waiting:
        here = topics.get(waiting.pop())
        new = set(here.before if here else ()) - found
        found |= new
        waiting += new
    return found


def _facts(call: Call) -> Iterator[tuple[Owner, Fact]]:
    return ((owner, entry) for owner, entry in call.cited() if isinstance(entry, Fact))


def _span(fact: Fact, zone: str) -> tuple[dt.date | None, dt.date] | None:
    """The first and the last day that a fact names; an `until` has no first one."""
    if moment := fact.moment(zone):
        return moment.date(), moment.date()
    if fact.window:
        return fact.window.from_, fact.window.to
    if fact.until:
        return None, fact.until
    return (min(fact.starts), max(fact.starts)) if fact.starts else None


def _passed(call: Call, today: dt.date) -> Iterator[Passed]:
    for owner, fact in _facts(call):
        span = _span(fact, call.zone)
        if span and span[1] < today:
            yield Passed(owner, fact, span[1], (today - span[1]).days)


def _values(call: Call) -> Iterator[Contradiction]:
    """Two facts of one owner on one topic with different single values."""
    single = [(owner, fact) for owner, fact in _facts(call) if fact.date or fact.until or fact.window]
    for (owner, fact), (other_owner, other) in combinations(single, 2):
        if owner is not other_owner or (fact.topic, fact.term) != (other.topic, other.term):
            continue
        values = [written(one, call.zone) for one in (fact, other)]
        whole_days = not (fact.date and other.date)
        ends = [one[:10] if whole_days and len(one) == len("2026-02-22 23:59") else one for one in values]
        if ends[0] != ends[1]:
            yield Contradiction("values", owner, (fact, other), tuple(values))


def _typed(call: Call) -> Iterator[Contradiction]:
    """A typed date whose day its own quotes do not name, although they hold numbers."""
    for owner, fact in _facts(call):
        span = _span(fact, call.zone)
        quoted = frozenset().union(*map(allowed, fact.quotes))
        if span is None or not quoted:
            continue
        days = {day for day in (*span, *fact.starts) if day is not None}
        if any(str(day.day) not in quoted for day in days):
            yield Contradiction("typed", owner, (fact,), (written(fact, call.zone), *fact.quotes))


def written(fact: Fact, zone: str) -> str:
    """The typed date as the file writes it; a window of one day is that day."""
    if fact.date:
        return fact.date
    span = _span(fact, zone)
    if span is None:
        return ""
    first, last = span
    return f"{first} - {last}" if first and first != last else f"{last}"


def _order(call: Call, topics: Mapping[str, Topic]) -> Iterator[Contradiction]:
    """Dates of a process in an order that cannot be; a project's facts stand for the call's on their topic."""
    dated = [(owner, fact, span) for owner, fact in _facts(call) if (span := _span(fact, call.zone))]
    common = [entry for entry in dated if entry[0] is None]
    for owner in (None, *call.projects):
        own = [entry for entry in dated if entry[0] is owner]
        own_topics = {fact.topic for _, fact, _ in own}
        rest = [entry for entry in common if owner and entry[1].topic not in own_topics]
        for at, fact, (first, last) in (*own, *rest):
            later = after(fact.topic, topics)
            for other_at, other, (other_first, other_last) in (*own, *rest):
                if other.topic not in later or (at is not owner and other_at is not owner):
                    continue
                starts_sooner = first is not None and other_first is not None and other_first < first
                if starts_sooner or other_last < last:
                    values = (written(fact, call.zone), written(other, call.zone))
                    yield Contradiction("order", owner, (fact, other), values)


def _places(call: Call) -> Iterator[Contradiction]:
    """The call's number of positions, and another one in the sentence on it."""
    for fact in call.facts if call.places is not None else ():
        numbers = counted(fact.say.get("en", "")) if fact.topic == PLACES else frozenset[str]()
        if numbers and str(call.places) not in numbers:
            yield Contradiction("places", None, (fact,), (str(call.places), *sorted(numbers, key=by_size)))


def _numbers(call: Call) -> Iterator[Contradiction]:
    """Numbers of a sentence that nothing supports, and numbers that one language tells and the other does not."""
    for owner, entry in call.cited():
        if not isinstance(entry, Fact | Requirement):
            continue
        support = _support(entry, call.zone)
        sentences = {language: entry.say.get(language, "") for language in ("en", "de")}
        loose = {number for text in sentences.values() for number in unsupported(text, support)}
        if loose:
            yield Contradiction("number", owner, (entry,), tuple(sorted(loose, key=by_size)))
        for english, german in _pairs(entry):
            lone = {*untranslated(english, german), *untranslated(german, english)} - loose
            if lone:
                yield Contradiction("languages", owner, (entry,), tuple(sorted(lone, key=by_size)))


def _pairs(entry: Fact | Requirement) -> Iterator[tuple[str, str]]:
    both = (entry.say, *(entry.items if isinstance(entry, Fact) else ()))
    return ((words["en"], words["de"]) for words in both if words.get("en") and words.get("de"))


def _support(entry: Fact | Requirement, zone: str) -> frozenset[str]:
    """Every number that the entry's quotes, statement and typed values stand for."""
    texts = [*entry.quotes, entry.statement.text if entry.statement else ""]
    if isinstance(entry, Requirement):
        return frozenset().union(*map(allowed, texts))
    texts += [entry.term or "", *entry.also, written(entry, zone), *map(str, entry.starts)]
    texts += [text for item in entry.items for text in item.values()]
    counts = [str(len(values)) for values in (entry.items, entry.people, entry.organisations, entry.places) if values]
    half_day = [str(moment.hour % 12) for moment in [entry.moment(zone)] if moment]
    return frozenset([*counts, *half_day]).union(*map(allowed, texts))
