"""A report in words: figures and tables, the same in the terminal, on the page and in the mail to coordinators.

Knows names of topics, calls and projects, and templates/coordinators below `report`. Does not know how a table is laid out.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from babel import Locale
from babel.dates import format_date, format_timedelta

from bot.answering.wording import Templates, name_of
from bot.model.conversation import Matter
from bot.model.knowledge import Knowledge
from bot.model.moments import date_words, window_words
from bot.model.report import Asked, Count, People, Report

FIRST_LINES = 10
"""Lines of a table in the mail; the page has all."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table in words. `numbers` are the places of its columns that hold figures, `shares` the lengths of its rows' bars."""

    name: str
    title: str
    note: str
    empty: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: frozenset[int]
    shares: tuple[float, ...] = ()


class ReportWords:
    """Words a report in one language."""

    def __init__(self, knowledge: Knowledge, templates: Templates, language: str) -> None:
        self.language = language if language in templates.languages else "en"
        self._knowledge = knowledge
        self._templates = templates

    def say(self, *path: str, **values: object) -> str:
        """A template of the report."""
        return self._templates.say(self.language, "coordinators", "report", *path, **values)

    def title(self, report: Report) -> str:
        """Which days it tells of."""
        return self.say("title", days=self.days(report))

    def made(self, report: Report) -> str:
        """When it was made, and what it leaves out."""
        return self.say("made", made=self.date(report.made.date()), ignored=report.ignored)

    def figures(self, report: Report) -> list[tuple[str, str]]:
        """(figure, what it counts): what is to be seen first."""
        handed = report.handed_over
        found = [
            (str(report.messages), self.say("figures", "messages")),
            (self._people(report.people), self.say("figures", "people")),
            (str(report.outcome("not-stated")), self.say("figures", "not-stated")),
            (str(report.not_understood), self.say("figures", "not-understood")),
            (str(len(handed.open)), self.say("figures", "open")),
        ]
        if handed.median is not None:
            found.append((self._span(handed.median), self.say("figures", "median", count=handed.answered)))
        return found

    def tables(self, report: Report) -> list[Table]:
        """All tables: what waits for somebody to act comes first."""
        total = report.messages
        return [
            self._waiting(report),
            self._gaps(report),
            self._asked("asked", report.asked),
            self._asked("refused", report.refused),
            self._counts(
                "outcomes", "outcome", [(self.say("outcomes", o.name), o.count) for o in report.outcomes], total
            ),
            self._counts("channels", "channel", [(self._channel(c.name), c.count) for c in report.channels], total),
            self._counts("languages", "language", [(self._spoken(c.name), c.count) for c in report.languages], total),
            self._counts("days", "day", [(self.day(day), count) for day, count in report.days], total),
            self._undelivered(report),
        ]

    def not_understood(self, report: Report) -> str:
        """How many messages were not understood, and what of them is shown."""
        if not report.not_understood:
            return self.say("texts", "empty")
        told = "note" if report.texts else "counted"
        return self.say("texts", told, count=report.not_understood, erased=report.erased)

    def texts(self, report: Report) -> list[str]:
        """The words that were not understood, as far as they are wanted and kept; said several times, they stand once."""
        found = Counter(map(shown, report.texts)).most_common()
        return [f"{text} (×{count})" if count > 1 else text for text, count in found]

    def drawn(self, report: Report) -> str:
        """The messages a day, for those who do not see the drawing."""
        busiest, most = max(report.days, key=lambda entry: entry[1])
        return self.say(
            "days-drawn", total=report.messages, days=len(report.days), busiest=self.day(busiest), most=most
        )

    def date(self, day: dt.date) -> str:
        """A date with its year."""
        return date_words(day, self.language)

    def days(self, report: Report) -> str:
        """The days that a report tells of."""
        if report.first == report.last:
            return self.date(report.first)
        return window_words(report.first, report.last, self.language)

    def day(self, day: dt.date) -> str:
        """A day with its weekday."""
        return str(format_date(day, "EEE d MMM" if self.language == "en" else "EEE d. MMM", locale=self.language))

    def _waiting(self, report: Report) -> Table:
        handed = report.handed_over
        rows = [
            (
                str(request.id),
                self._matters(request.matters),
                self._span(request.age),
                self._span(request.unanswered) if request.unanswered is not None else "",
                request.by or self.say("nobody"),
            )
            for request in handed.open
        ]
        columns = ("request", "asks", "age", "unanswered", "with")
        return self._table("waiting", columns, rows, opened=handed.opened, closed=handed.closed)

    def _gaps(self, report: Report) -> Table:
        rows = [
            (
                self._topic(gap.topic),
                self._call(gap.call),
                self._project(gap.call, gap.project) or (self.say("whole-call") if gap.call else ""),
                self._people(gap.people),
                str(gap.count),
            )
            for gap in report.gaps
        ]
        return self._table("gaps", ("topic", "call", "project", "people", "messages"), rows)

    def _asked(self, name: str, asked: Sequence[Asked]) -> Table:
        rows = [
            (self._topic(entry.topic), str(entry.count), self._people(entry.people), self._by_call(entry.calls))
            for entry in asked
        ]
        most = max((entry.count for entry in asked), default=1)
        shares = tuple(entry.count / most for entry in asked)
        return self._table(name, ("topic", "messages", "people", "calls"), rows, shares)

    def _counts(self, name: str, column: str, counted: Sequence[tuple[str, int]], total: int) -> Table:
        rows = [(said, str(count)) for said, count in counted] if total else []
        return self._table(name, (column, "messages"), rows, tuple(count / total for _, count in counted if total))

    def _undelivered(self, report: Report) -> Table:
        found: Counter[tuple[str, str, str]] = Counter()
        for entry in report.undelivered:  # several kinds have one name
            found[self.say("kinds", entry.kind), self._channel(entry.channel), self.say("states", entry.state)] += (
                entry.count
            )
        rows = [(*what, str(count)) for what, count in found.most_common()]
        return self._table("undelivered", ("kind", "channel", "state", "replies"), rows)

    def _table(
        self,
        name: str,
        columns: Sequence[str],
        rows: Iterable[tuple[str, ...]],
        shares: tuple[float, ...] = (),
        **values: object,
    ) -> Table:
        return Table(
            name=name,
            title=self.say("tables", name, "title"),
            note=self.say("tables", name, "note", **values),
            empty=self.say("tables", name, "empty"),
            columns=tuple(self.say("columns", column) for column in columns),
            rows=tuple(rows),
            numbers=frozenset(
                place for place, column in enumerate(columns) if column in ("people", "messages", "replies", "request")
            ),
            shares=shares,
        )

    def _topic(self, topic: str) -> str:
        """The topic's name, or that of the form of reply where it has no topic; the id of a topic that is no more."""
        for kind in ("topics", "forms"):
            if topic in self._templates.names(self.language, "coordinators", "report", kind):
                return self.say(kind, topic)
        known = self._knowledge.topics.get(topic)
        return known.name(self.language) if known else topic

    def _call(self, call: str) -> str:
        known = self._knowledge.calls.get(call)
        return name_of(known, self.language) if known else call or self.say("no-call")

    def _project(self, call: str, project: str) -> str:
        known = self._knowledge.calls.get(call)
        return next((one.name for one in known.projects if one.id == project), project) if known else project

    def _matters(self, matters: Sequence[Matter]) -> str:
        """What a request asks, topic by topic; no owner is named where it is every call there is."""
        owners: dict[str, list[str]] = {}
        for matter in matters:
            owner = self._project(matter.call, matter.project) or (self._call(matter.call) if matter.call else "")
            owners.setdefault(self._topic(matter.topic or matter.form), []).append(owner)
        every = {name_of(call, self.language) for call in self._knowledge.calls.values()}
        found = [(topic, dict.fromkeys(filter(None, names))) for topic, names in owners.items()]
        named = [
            topic if not names or every <= set(names) else f"{topic} ({', '.join(names)})" for topic, names in found
        ]
        return "; ".join(named)

    def _by_call(self, calls: Sequence[Count]) -> str:
        return ", ".join(f"{self._call(entry.name)}: {entry.count}" for entry in calls)

    def _people(self, people: People) -> str:
        return self.say("people", count=people.count, exact=people.exact)

    def _channel(self, channel: str) -> str:
        return self.say("channels", channel)

    def _spoken(self, language: str) -> str:
        return str(Locale.parse(self.language).languages.get(language, language))

    def _span(self, span: dt.timedelta) -> str:
        return str(format_timedelta(span, granularity="minute", threshold=2, locale=self.language))


def shown(text: str) -> str:
    """An applicant's words in one line, without what would steer a terminal or turn the direction of writing."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def letter(report: Report, words: ReportWords) -> tuple[str, str]:
    """(subject, text) of the mail to coordinators; it never holds an applicant's words."""
    days = words.days(report)
    counts = {"messages": report.messages, "open": len(report.handed_over.open)}
    figures = "\n".join(f"{figure} {what}" for figure, what in words.figures(report))
    blocks = [_block(table, words) for table in words.tables(report)]
    blocks.insert(3, f"{words.say('texts', 'title')}\n{words.not_understood(replace(report, texts=()))}")
    text = words.say("letter", days=days, figures=figures, tables="\n\n".join(blocks))
    return words.say("subject", days=days, **counts), text


def _block(table: Table, words: ReportWords) -> str:
    """A table as a list: no mail program keeps columns in line."""
    lines = []
    for row in table.rows[:FIRST_LINES]:
        rest = [f"{column}: {cell}" for column, cell in zip(table.columns[1:], row[1:], strict=True) if cell]
        head = f"{table.columns[0]} {row[0]}" if 0 in table.numbers else row[0]
        lines.append(f"- {head} ({', '.join(rest)})")
    more = len(table.rows) - FIRST_LINES
    lines += [f"- {words.say('more', count=more)}"] if more > 0 else []
    return "\n".join(filter(None, [table.title, table.note if lines else "", *(lines or [table.empty])]))
