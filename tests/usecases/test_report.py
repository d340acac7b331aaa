"""The report made of rows: what is counted, and in which words it is told."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import pytest

from bot.answering.decisions import Form
from bot.files.report_page import report_page
from bot.files.template_files import load_templates
from bot.model.conversation import Matter
from bot.model.report import AskedRow, Count, People, RequestRow, UndeliveredRow
from bot.usecases.report import OUTCOMES, report
from bot.usecases.report_words import ReportWords, letter, shown

NOW = datetime.fromisoformat("2026-01-15T12:00:00+01:00")
HOUR = timedelta(hours=1)
ATTACK = "<script>alert(1)</script>\x1b[31m &amp; \u202eevil"


@dataclass
class Rows:
    """Rows as a record would give them."""

    messages: tuple[AskedRow, ...] = ()
    people: tuple[RequestRow, ...] = ()
    lost: tuple[UndeliveredRow, ...] = ()

    def asked(self, since, until):
        return [row for row in self.messages if since <= row.received <= until]

    def requests(self, since):
        return list(self.people)

    def undelivered(self, since, until):
        return list(self.lost)


def row(*matters, person=1, at=NOW, **more):
    known = {"channel": "email", "state": "answered", "language": "en", "text": "Words"}
    return AskedRow(received=at, person=person, matters=tuple(matters), **known | more)


def made(*messages, days=7, texts=False, people=(), lost=()):
    return report(Rows(messages, people, lost), NOW, days, texts=texts)


@pytest.fixture(scope="module")
def words(knowledge, folders):
    templates = load_templates(folders.templates)
    return {language: ReportWords(knowledge, templates, language) for language in ("en", "de")}


SALARY = Matter("not-stated", "salary-amount", "ideas-2026")


def test_every_form_of_a_reply_has_an_outcome_or_says_nothing():
    silent = {"small-talk", "what-about", "silence", "wish"}
    assert set(Form.__args__) == set(OUTCOMES) | silent


def test_nothing_asked_is_a_report_too(words, folders):
    empty = made()
    assert (empty.messages, empty.people, empty.asked, empty.gaps) == (0, People(0), (), ())
    for language in ("en", "de"):
        assert letter(empty, words[language])[1]
        assert report_page(folders.templates, empty, words[language])


def test_topics_are_counted_by_message_by_person_and_by_call():
    deadline = Matter("stated", "deadline", "ideas-2026")
    found = made(
        row(deadline, Matter("stated", "deadline", "dkfz-2025-0184")),
        row(deadline, deadline),
        row(deadline, person=2),
        row(Matter("which-call", "deadline"), person=3),
    )
    (entry,) = found.asked
    assert (entry.topic, entry.count, entry.people) == ("deadline", 3, People(2))
    assert entry.calls == (Count("ideas-2026", 3), Count("dkfz-2025-0184", 1))
    assert found.outcome("asked-back") == 1
    assert found.people == People(3)


def test_a_message_may_come_to_several_things():
    found = made(row(SALARY, Matter("stated", "deadline"), Matter("left-over"), Matter("refusal", "chances")))
    assert [found.outcome(name) for name in ("answered", "not-stated", "not-understood", "refused")] == [1, 1, 1, 1]
    assert [entry.topic for entry in found.refused] == ["chances"]


def test_what_most_people_miss_comes_first():
    often = Matter("not-stated", "housing", "ideas-2026")
    found = made(row(often), row(often), row(often), row(SALARY, person=2), row(SALARY, person=3))
    assert [(gap.topic, gap.people.count, gap.count) for gap in found.gaps] == [
        ("salary-amount", 2, 2),
        ("housing", 1, 3),
    ]


def test_erased_people_count_and_are_told_as_at_least(words):
    found = made(row(SALARY, person=None, text=None), row(SALARY, person=4), row(Matter("not-understood"), person=None))
    assert found.people == People(1, exact=False)
    assert found.messages == 3
    assert ("at least 1", "different people") in words["en"].figures(found)
    assert made(row(SALARY, person=None)).people == People(1, exact=False)


def test_ignored_messages_are_not_counted_among_the_others():
    found = made(row(state="ignored"), row(SALARY))
    assert (found.messages, found.ignored) == (1, 1)


def test_days_are_those_of_the_zone_it_is_made_in():
    late = NOW.replace(day=14, hour=0, minute=30)
    found = made(row(SALARY, at=late), row(SALARY, at=late - HOUR), row(SALARY), days=3)
    assert found.days == ((date(2026, 1, 13), 1), (date(2026, 1, 14), 1), (date(2026, 1, 15), 1))
    assert made(row(SALARY, at=NOW - timedelta(days=1)), days=1).messages == 0


def test_texts_are_there_only_where_they_are_wanted():
    lost = row(Matter("not-understood"), text="secret")
    assert made(lost).texts == ()
    assert made(lost, texts=True).texts == ("secret",)
    erased = made(replace(lost, text=None), lost, texts=True)
    assert (erased.not_understood, erased.erased, erased.texts) == (2, 1, ("secret",))


def test_requests_open_closed_and_how_long_they_waited():
    opened = NOW - 30 * HOUR
    people = (
        RequestRow(1, "waiting", opened, (SALARY,), news=opened),
        RequestRow(2, "taken", opened, (SALARY,), by="Cora", answered=opened + 2 * HOUR),
        RequestRow(3, "closed", opened, by="Cora", answered=opened + 6 * HOUR, closed=NOW),
        RequestRow(4, "closed", opened - timedelta(days=60), closed=NOW),
        RequestRow(5, "erased", opened, answered=opened + 4 * HOUR),
    )
    found = made(people=people).handed_over
    assert [(one.id, one.by, one.age, one.unanswered) for one in found.open] == [
        (1, "", 30 * HOUR, 30 * HOUR),
        (2, "Cora", 30 * HOUR, None),
    ]
    assert (found.opened, found.closed, found.answered, found.median) == (4, 2, 3, 4 * HOUR)


def test_names_are_said_in_the_language_of_the_report(words, knowledge):
    found = made(row(SALARY), row(Matter("not-stated", "gone-topic", "gone-call", "gone-project")))
    call = knowledge.calls["ideas-2026"]
    for language in ("en", "de"):
        gaps = next(table for table in words[language].tables(found) if table.name == "gaps")
        told = [row for row in gaps.rows if row[1] == call.name[language]]
        assert [row[0] for row in told] == [knowledge.topics["salary-amount"].name(language)]
        assert any(row[:3] == ("gone-topic", "gone-call", "gone-project") for row in gaps.rows)


def test_what_is_refused_or_left_to_a_person_has_a_name(words, knowledge):
    for language in ("en", "de"):
        for topic in knowledge.topics.values():
            if topic.kind in ("refusal", "hand-over"):
                found = made(row(Matter("refusal", topic.id)))
                refused = next(table for table in words[language].tables(found) if table.name == "refused")
                assert refused.rows[0][0] not in ("", topic.id)


def test_replies_that_did_not_arrive_are_counted_by_what_they_were(words):
    lost = [UndeliveredRow(NOW, "email", "refused", kind) for kind in ("answer", "abstain", "person")]
    lost.append(UndeliveredRow(NOW, "telegram", "unknown", "answer"))
    table = next(one for one in words["en"].tables(made(lost=tuple(lost))) if one.name == "undelivered")
    assert set(table.rows) == {
        ("Reply", "Email", "Refused", "2"),
        ("A person's answer", "Email", "Refused", "1"),
        ("Reply", "Telegram", "Uncertain", "1"),
    }


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_mail_never_holds_an_applicants_words(words, language):
    found = made(row(Matter("not-understood"), text="secret"), row(SALARY), texts=True)
    subject, text = letter(found, words[language])
    assert "Callboard" in subject
    assert "secret" not in text
    assert words[language].say("tables", "gaps", "title") in text
    assert "{{" not in text


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_page_escapes_what_applicants_wrote_and_needs_nothing_from_elsewhere(words, folders, language):
    found = made(row(Matter("not-understood", "<b>"), text=ATTACK), row(SALARY), texts=True)
    page = report_page(folders.templates, found, words[language])
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "&amp;amp;" in page
    assert "\x1b" not in page
    assert "\u202e" not in page
    assert f'<html lang="{language}">' in page
    for outside in ("http://", "https://", "src=", "@import", "url("):
        assert outside not in page
    assert page.count("<table") == page.count("<caption>")
    assert '<th scope="col"' in page
    assert "<desc" in page


def test_words_lose_what_steers_a_terminal():
    assert shown("a\x1b[2J\nb\r\u202ec\0") == "a [2J b c"


def test_same_words_stand_once(words):
    lost = row(Matter("not-understood"), text="Can I bring my dog?")
    assert words["en"].texts(made(lost, lost, texts=True)) == ["Can I bring my dog? (×2)"]


def test_many_days_are_drawn_without_crowding(words, folders):
    page = report_page(folders.templates, made(row(SALARY), days=366), words["en"])
    assert page.count("<rect") == 366
    assert page.count("<text") <= 7
