"""A review: what changes with a draft is shown, what must hold holds, and the record's questions are asked as they were."""

import re
from datetime import date, timedelta

import pytest
from msgspec.structs import replace

from bot.commands.drafting import report
from bot.model.conversation import Matter
from bot.model.draft import Draft, Proof
from bot.storage.recorded import RecordedQuestions
from bot.storage.store import open_store
from bot.usecases.answer_question import AnswerQuestion
from bot.usecases.evaluate import Gold
from bot.usecases.learn import Wish, drafted, gold_of, preview, proved
from bot.usecases.review import Asked, review
from bot.wiring.folders import Folders
from bot.wiring.learning import Workshop
from tests.usecases.office import NOON, Office

ENGLISH = "There is no age limit: applicants of any age may apply."


def gold(name: str, question: str, kind: str, *must: str) -> Gold:
    return Gold(name, "held", "en", question, (kind,), tuple(re.compile(one, re.IGNORECASE) for one in must), ())


@pytest.fixture(scope="module")
def shop(brain: AnswerQuestion, folders: Folders):
    store = open_store("sqlite:///:memory:")
    yield Workshop(folders, brain, store)
    store.close()


@pytest.fixture(scope="module")
def draft(brain: AnswerQuestion) -> Draft:
    wish = Wish(Matter("stated", "age-limit", "ideas-2026"), {"en": ENGLISH}, "Cora", date(2026, 1, 15))
    return drafted(wish, 1, brain, "1-age-limit")


@pytest.fixture(scope="module")
def new(shop: Workshop, draft: Draft) -> AnswerQuestion:
    return shop.with_draft(draft, lambda done, total: None)


def test_the_test_question_names_its_call_where_it_must(draft: Draft, new: AnswerQuestion):
    chosen = proved(draft, new, ["Is there an age limit?"])
    assert chosen.question.must
    assert not review(new, new, Asked(gold_of(chosen))).refused


def test_what_changes_is_shown_with_both_answers(brain: AnswerQuestion, new: AnswerQuestion, draft: Draft):
    golds = [
        gold("age", "Is there an age limit for IDEAS?", "abstain", "not state"),
        gold("deadline", "When is the application deadline for the IDEAS PhD positions?", "answer", "22 February"),
        gold("never-right", "When is the application deadline for the IDEAS PhD positions?", "answer", "May"),
    ]
    seen = []
    found = review(brain, new, Asked(gold_of(proved(draft, new)), golds), (), lambda *count: seen.append(count))
    assert seen == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert {change.where for change in found.changes} == {"test 1-age-limit", "test age"}
    assert [broken.gold.id for broken in found.broken] == ["age"]
    assert [what.split()[0] for what in found.wrong] == ["never-right"]
    said = report(draft, found)
    assert f"+ {ENGLISH}" in said
    assert "- The IDEAS PhD call does not state this" in said
    assert "age must hold and does not" in said
    assert "refused" in said


def test_a_draft_whose_own_question_is_not_right_is_refused(brain: AnswerQuestion, new: AnswerQuestion, draft: Draft):
    odd = replace(draft, question=Proof(question="When is the deadline for IDEAS?", must=("age",)))
    found = review(brain, new, Asked(gold_of(odd)))
    assert [broken.gold.id for broken in found.broken] == [draft.id]
    assert "mend `question`" in report(odd, found)


def test_the_preview_is_the_reply(new: AnswerQuestion, draft: Draft):
    assert set(preview(draft, new, NOON)) == {"en"}
    text = preview(draft, new, NOON)["en"]
    assert ENGLISH in text
    assert "Cora" in text


def test_questions_of_the_record_are_asked_with_the_turns_read_with_them(brain: AnswerQuestion):
    store = open_store("sqlite:///:memory:")
    office = Office(store, brain)
    office.say("Tell me about TrustSeg")
    office.say("Who supervises it?")
    office.now += timedelta(days=2)
    office.say("When is the deadline for IDEAS?")
    office.say("When is the deadline for IDEAS?", "ann@example.net")
    office.say("/help")
    found = RecordedQuestions(store.engine).all()
    assert [(one.text, one.earlier) for one in found] == [
        ("Tell me about TrustSeg", ()),
        ("Who supervises it?", ("Tell me about TrustSeg",)),
        ("When is the deadline for IDEAS?", ()),
        ("When is the deadline for IDEAS?", ()),
    ]
    office.asked("Is there an age limit for IDEAS?", "5")
    assert [one.text for one in RecordedQuestions(store.engine).of(office.request())] == [
        "Is there an age limit for IDEAS?"
    ]
    store.close()


def test_the_shipped_questions_hold(shop: Workshop, draft: Draft, new: AnswerQuestion):
    golds = shop.golds()
    assert len(golds) >= 30
    found = review(shop.live, new, Asked(gold_of(proved(draft, new)), golds))
    assert not found.broken
    assert not found.wrong
