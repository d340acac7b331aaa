"""The report made of rows of the record: counted, ordered, without a name.

Knows which forms of reply mean that something was answered, not stated or not understood. Does not know words or the clock.
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from statistics import median
from typing import Protocol, TypeVar

from bot.model.conversation import Matter
from bot.model.report import (
    Asked,
    AskedRow,
    Count,
    Gap,
    HandedOver,
    People,
    Report,
    RequestRow,
    Undelivered,
    UndeliveredRow,
    Waiting,
)

_Key = TypeVar("_Key", bound=Hashable)

OUTCOMES: dict[str, str] = {
    **dict.fromkeys(
        ("stated", "rollup", "requirements", "selection", "people-several", "person", "y-check", "projects"), "answered"
    ),
    "not-stated": "not-stated",
    "not-understood": "not-understood",
    "left-over": "not-understood",
    **dict.fromkeys(("which-call", "which-project", "did-you-mean"), "asked-back"),
    "refusal": "refused",
    "hand-over": "handed-over",
    "unknown-name": "unknown-name",
    "off-topic": "off-topic",
}
"""What came of a part by the form of the reply (answering/decisions.py); greetings and silence count as nothing."""

ORDER = tuple(dict.fromkeys(OUTCOMES.values()))
ASKED = frozenset({"answered", "not-stated", "refused", "handed-over"})
"""Outcomes that count as a topic asked; what was asked back counts when it is answered."""


class Facts(Protocol):
    """The rows that a report is made of."""

    def asked(self, since: dt.datetime, until: dt.datetime) -> list[AskedRow]:
        """Settled messages of applicants, oldest first."""
        ...

    def requests(self, since: dt.datetime) -> list[RequestRow]:
        """Requests to a person that are open, or were opened, answered or closed since then; oldest first."""
        ...

    def undelivered(self, since: dt.datetime, until: dt.datetime) -> list[UndeliveredRow]:
        """Replies that did not, or may not, have arrived."""
        ...


def report(facts: Facts, now: dt.datetime, days: int, *, texts: bool = False) -> Report:
    """The report on the last `days`, the day of `now` (in its zone) included."""
    last = now.date()
    first = last - dt.timedelta(days=days - 1)
    since = dt.datetime.combine(first, dt.time(), now.tzinfo)
    rows = facts.asked(since, now)
    messages = [row for row in rows if row.state != "ignored"]
    lost = [row for row in messages if "not-understood" in outcomes_of(row)]
    return Report(
        made=now,
        first=first,
        last=last,
        messages=len(messages),
        ignored=len(rows) - len(messages),
        people=_people(messages),
        outcomes=_outcomes(messages),
        asked=_asked(messages, ASKED),
        gaps=_gaps(messages),
        refused=_asked(messages, {"refused"}),
        not_understood=len(lost),
        erased=sum(row.text is None for row in lost),
        texts=tuple(row.text for row in reversed(lost) if row.text) if texts else (),
        handed_over=_handed_over(facts.requests(since), since, now),
        channels=_counted(row.channel for row in messages),
        languages=_counted(row.language for row in messages if row.language),
        days=_days(messages, now, first, days),
        undelivered=_undelivered(facts.undelivered(since, now)),
    )


def outcomes_of(row: AskedRow) -> set[str]:
    """What came of a message's parts."""
    return {OUTCOMES[matter.form] for matter in row.matters if matter.form in OUTCOMES}


def _outcomes(rows: Sequence[AskedRow]) -> tuple[Count, ...]:
    found = Counter(outcome for row in rows for outcome in outcomes_of(row))
    return tuple(Count(name, found[name]) for name in ORDER)


def _people(rows: Iterable[AskedRow]) -> People:
    persons = {row.person for row in rows}
    known = len(persons - {None})
    return People(max(known, 1) if persons else 0, exact=None not in persons)


def _asked(rows: Sequence[AskedRow], wanted: Collection[str]) -> tuple[Asked, ...]:
    """Topics by how often they were asked: a message counts once for a topic, and once for a topic and a call."""
    by_topic = _grouped(rows, wanted, lambda matter: matter.topic or matter.form)
    by_call = _grouped(rows, wanted, lambda matter: (matter.topic or matter.form, matter.call))
    found = [
        Asked(
            topic,
            len(mine),
            _people(mine),
            _ordered({call: len(some) for (about, call), some in by_call.items() if about == topic}),
        )
        for topic, mine in by_topic.items()
    ]
    return tuple(sorted(found, key=lambda entry: (-entry.count, entry.topic)))


def _gaps(rows: Sequence[AskedRow]) -> tuple[Gap, ...]:
    """What is not stated, most people first: what many miss should be told first."""
    found = _grouped(rows, {"not-stated"}, lambda matter: (matter.topic or matter.form, matter.call, matter.project))
    gaps = [Gap(topic, call, project, len(mine), _people(mine)) for (topic, call, project), mine in found.items()]
    return tuple(sorted(gaps, key=lambda gap: (-gap.people.count, -gap.count, gap.call, gap.project, gap.topic)))


def _handed_over(rows: Sequence[RequestRow], since: dt.datetime, now: dt.datetime) -> HandedOver:
    waits = [row.answered - row.opened for row in rows if row.answered is not None and row.answered >= since]
    return HandedOver(
        open=tuple(
            Waiting(
                row.id,
                row.matters,
                now - row.opened,
                row.by,
                now - row.news if row.news is not None else None,
            )
            for row in rows
            if row.state in ("waiting", "taken")
        ),
        opened=sum(row.opened >= since for row in rows),
        closed=sum(row.state == "closed" and row.closed is not None and row.closed >= since for row in rows),
        answered=len(waits),
        median=dt.timedelta(seconds=median(wait.total_seconds() for wait in waits)) if waits else None,
    )


def _days(rows: Sequence[AskedRow], now: dt.datetime, first: dt.date, days: int) -> tuple[tuple[dt.date, int], ...]:
    found = Counter(row.received.astimezone(now.tzinfo).date() for row in rows)
    every = [first + dt.timedelta(days=number) for number in range(days)]
    return tuple((day, found[day]) for day in every)


def _undelivered(rows: Sequence[UndeliveredRow]) -> tuple[Undelivered, ...]:
    found = Counter((row.channel, row.state, row.kind) for row in rows)
    counted = [Undelivered(*what, count) for what, count in found.items()]
    return tuple(sorted(counted, key=lambda entry: (-entry.count, entry.channel, entry.state, entry.kind)))


def _grouped(
    rows: Sequence[AskedRow], wanted: Collection[str], key: Callable[[Matter], _Key]
) -> dict[_Key, list[AskedRow]]:
    """The messages by what they are about, each once."""
    found: defaultdict[_Key, list[AskedRow]] = defaultdict(list)
    for row in rows:
        for about in {key(matter) for matter in row.matters if OUTCOMES.get(matter.form, "") in wanted}:
            found[about].append(row)
    return found


def _counted(names: Iterable[str]) -> tuple[Count, ...]:
    return _ordered(Counter(names))


def _ordered(counts: Mapping[str, int]) -> tuple[Count, ...]:
    return tuple(Count(name, count) for name, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])))
