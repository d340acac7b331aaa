"""The verdicts on replies, and what few misleading replies among many allow to say."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model.conversation import Answer, Citation
from bot.usecases.evaluate import Gold, grade, upper_bound

CITED = (Citation("c", "s", "paid by E13"),)


def gold(kinds=("answer",), must=(), must_not=(), question="How is it paid?", sources=()):
    def patterns(texts):
        return tuple(re.compile(text, re.IGNORECASE) for text in texts)

    return Gold("1", "fact", "en", question, tuple(kinds), patterns(must), patterns(must_not), sources=sources)


def answer(reply, kind="answer", citations=CITED):
    return Answer(kind, reply, "en", citations)


def test_the_bound_of_clopper_and_pearson():
    assert upper_bound(0, 300) < 0.01
    assert upper_bound(0, 20) == pytest.approx(0.1391, abs=1e-4)
    assert upper_bound(1, 20) == pytest.approx(0.2161, abs=1e-4)
    assert upper_bound(5, 5) == upper_bound(0, 0) == 1.0


@given(total=st.integers(1, 500), data=st.data())
def test_the_bound_lies_above_the_rate_and_grows_with_it(total, data):
    hits = data.draw(st.integers(0, total - 1))
    assert hits / total < upper_bound(hits, total) <= upper_bound(hits + 1, total) <= 1
    assert upper_bound(hits, total) >= upper_bound(hits, total + 1)


@pytest.mark.parametrize(
    ("asked", "given_", "verdict"),
    [
        (gold(must=["E13"]), answer("By E13."), "right"),
        (gold(must=["e13"]), answer("By E13."), "right"),
        (gold(must=["E13"], must_not=["E14"]), answer("By E13 or E14."), "misleading"),
        (gold(must=["E13"]), answer("By the hour."), "misleading"),
        (gold(must=["E13", "3 years"]), answer("By E13."), "incomplete"),
        (gold(kinds=["abstain"]), answer("By E13."), "misleading"),
        (gold(kinds=["clarify"]), answer("By E13."), "misleading"),
        (gold(must=["E13"]), answer("That is not stated.", "abstain", ()), "declined"),
        (gold(kinds=["abstain"]), answer("That is not stated.", "abstain", ()), "right"),
        (gold(kinds=["abstain"], must_not=["E13"]), answer("Not stated, E13.", "abstain", ()), "misleading"),
        (gold(kinds=["answer", "abstain"], must=["E13"]), answer("By the hour."), "incomplete"),
        (gold(must=["E13"]), answer("By E13.", citations=()), "incomplete"),
        (gold(must=["E13"]), answer("By E13. " + "x" * 1500), "incomplete"),
    ],
)  # fmt: skip
def test_verdicts(asked, given_, verdict):
    assert grade(asked, given_).verdict == verdict


def test_a_long_question_may_get_a_long_reply():
    assert grade(gold(must=["E13"], question="x" * 500), answer("By E13. " + "x" * 1500)).verdict == "right"


def test_what_was_not_understood_is_not_declined():
    assert grade(gold(), answer("Sorry?", "abstain", ()), understood=False).verdict == "not understood"
    assert grade(gold(kinds=["abstain"]), answer("Sorry?", "abstain", ()), understood=False).verdict == "right"


def test_the_gold_source_is_met_by_part_of_it():
    asked = gold(must=["E13"], sources=("It is paid  by E13 here",))
    assert grade(asked, answer("By E13.")).cites_gold
    assert not grade(replace(asked, sources=("3 years",)), answer("By E13.")).cites_gold
