"""What the serving program does by itself every day or week, put together: the look at the calls' pages, the report,
and what waits for a person about mails that told people their result.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.answering.wording import Templates, name_of
from bot.config import RoutineSettings
from bot.files.page import PageError, read_page
from bot.model.knowledge import Knowledge
from bot.usecases.drift import Drift, drift, told
from bot.usecases.morning import Books, morning
from bot.usecases.morning_words import MorningWords
from bot.usecases.report import Facts, report
from bot.usecases.report_words import ReportWords, letter
from bot.usecases.routine import Finding, Routine

WEEK = 7


def routines(
    settings: RoutineSettings, knowledge: Knowledge, templates: Templates, facts: Facts, books: Books | None = None
) -> list[Routine]:
    """The routines that the settings ask for; and daily, with `books`, what is to be done about mails that left."""
    found: list[Routine] = []
    if settings.pages:
        found.append(Routine("pages", Pages(settings.pages, knowledge, templates).finding))
    if settings.weekly_report is not None:
        reporting = Reporting(knowledge, templates, facts)
        found.append(Routine("report", reporting.finding, settings.weekly_report, repeats=True))
    if books is not None:
        found.append(Routine("returns", Waiting(knowledge, templates, books).finding, repeats=True))
    return found


class Pages:
    """The calls' pages compared with the knowledge."""

    def __init__(self, pages: Mapping[str, str], knowledge: Knowledge, templates: Templates) -> None:
        self._pages = pages
        self._knowledge = knowledge
        self._templates = templates

    def finding(self, language: str, now: datetime, mine: Sequence[str] = ()) -> Finding:
        """Where a page no longer says what the bot tells, and dates that passed yesterday."""
        calls, texts, keys = [], [], []
        for call_id, place in self._pages.items():
            call = self._knowledge.calls.get(call_id)
            if call is None or (mine and call_id not in mine):
                continue
            try:
                page = read_page(place)
            except PageError as error:  # it is told, and keeps nobody from the other calls' pages
                calls.append(name_of(call, language))
                texts.append(str(error))
                keys.append(f"{call_id} unreachable")
                continue
            all_found = drift(call, self._knowledge.topics, page, now.date())
            found = replace(all_found, passed=tuple(past for past in all_found.passed if past.days == 1))
            if text := told(found, self._knowledge.topics, self._templates, language, place):
                calls.append(name_of(call, language))
                texts.append(text)
                keys.append(_key(found))
        subject = self._templates.say(language, "coordinators", "routine", "drift", calls=calls)
        return Finding(subject, "\n\n".join(texts), "\n".join(keys))


def _key(found: Drift) -> str:
    quotes = [gone.quote for gone in found.missing]
    clashes = [" ".join(clash.values) for clash in found.contradictions]
    return "\n".join([found.call.id, *quotes, *clashes, *(past.day.isoformat() for past in found.passed)])


class Reporting:
    """The week's report."""

    def __init__(self, knowledge: Knowledge, templates: Templates, facts: Facts) -> None:
        self._knowledge = knowledge
        self._templates = templates
        self._facts = facts

    def finding(self, language: str, now: datetime, _mine: Sequence[str] = ()) -> Finding:
        """What was asked in the seven whole days before today."""
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        subject, text = letter(
            report(self._facts, midnight - timedelta(microseconds=1), WEEK),
            ReportWords(self._knowledge, self._templates, language),
        )
        return Finding(subject, text, now.date().isoformat())


class Waiting:
    """Who was not reached, has not answered or not booked; told every day on which there is somebody."""

    def __init__(self, knowledge: Knowledge, templates: Templates, books: Books) -> None:
        self._knowledge = knowledge
        self._templates = templates
        self._books = books

    def finding(self, language: str, now: datetime, mine: Sequence[str] = ()) -> Finding:
        """The list as it stands, of somebody's calls; of all, if none are named. What no call is known of concerns everybody."""
        made = morning(self._books, self._knowledge, now)
        if mine:
            made = replace(made, cases=tuple(case for case in made.cases if not case.call or case.call in mine))
        subject, text = MorningWords(self._knowledge, self._templates, language).letter(made)
        return Finding(subject, text, text if made.cases else "")
