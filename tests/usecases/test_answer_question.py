"""Whatever somebody writes, they get a reply, and what it states is cited from the call."""

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

ANYTHING = st.text(st.characters(exclude_categories=["Cs"]), max_size=600)
WRITTEN = """When is the deadline|?|\n|\n\n|{{7*7}}|{% for x in y %}|{# #}|{project}|{{ call }}|%s %(x)s|${7*7}|'; DROP TABLE topics; --
|<script>alert(1)</script>|<b>|&amp;|[a](http://b.c)|`|**|EXACT|and|und|Prof. Dr.|😀👩‍👩‍👧|مرحبا|עברית|你好|é|ß|ﬁ|,|;|1.|> quoted|-- |C++"""
PIECES = st.lists(
    st.sampled_from([*WRITTEN.split("|"), "\x00", "\ufeff", "\u202eabc", "\u0301" * 20]), max_size=30
).map(" ".join)
EXTREME = {
    "nothing": "",
    "spaces": " \n\t\u3000 ",
    "punctuation": "?!.,;:-–—()[]{}\"'" * 20,
    "one letter": "a",
    "a long word": "a" * 100_000,
    "many words": "deadline and pay? " * 5_500,
    "many lines": "?\n" * 50_000,
    "many quotes": "> " * 50_000,
    "many apostrophes": "'" * 100_000,
    "many full stops": "Dr. " * 25_000,
    "open braces": "{{" * 50_000,
    "combining marks": "a" + "\u0301" * 99_000,
    "ligatures that grow": "ﷺ" * 90_000,
    "emoji": "👩‍🔬" * 3_000,
    "right to left": "متى آخر موعد للتقديم؟",
    "a nul": "\x00",
}
CITED = [
    "When is the deadline for the IDEAS call?",
    "How is the DKFZ postdoc paid?",
    "Who supervises TrustSeg?",
    "Which projects require Python?",
    "Is the call still open?",
    "Wann sind die Interviews bei IDEAS?",
    "How many projects can I choose?",
    "Which people supervise more than one project?",
    "Do Löck and Stadler fulfil the Y-supervision?",
    "What is the difference between the two calls?",
    "List all projects.",
]


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(text=st.one_of(ANYTHING, PIECES))
def test_any_text_gets_a_reply(ask, text):
    answer = ask(text)
    assert answer.reply.strip()
    assert answer.kind != "answer" or answer.citations
    assert "49" not in answer.reply or "49" in text


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(earlier=st.lists(st.one_of(ANYTHING, PIECES), max_size=4), text=PIECES)
def test_any_earlier_turns_are_borne(ask, earlier, text):
    assert ask(text, earlier=tuple(earlier)).reply.strip()


@pytest.mark.parametrize("text", EXTREME.values(), ids=EXTREME)
def test_extreme_text_gets_a_reply(ask, text):
    assert ask(text).reply.strip()


@pytest.mark.parametrize("length", [100_001, 1_000_000])
def test_text_beyond_the_limit_gets_a_clear_reply(ask, length):
    answer = ask("When is the deadline? " + "x" * length)
    assert answer.kind == "abstain"
    assert "100" in answer.reply
    assert len(answer.reply) < 700


@pytest.mark.parametrize(
    "text", ["{{7*7}}", "{{7*7}} deadline of IDEAS?", "What is ${7*7}?", "{% set x = 7*7 %}{{x}} who supervises EXACT?"]
)
def test_template_syntax_is_not_run(ask, text):
    assert "49" not in ask(text).reply


def test_every_citation_stands_in_the_knowledge(ask, knowledge):
    known = {
        (call.id, words)
        for call in knowledge.calls.values()
        for _, entry in call.cited()
        for words in (*entry.quotes, *([entry.statement.text] if entry.statement else []))
    }
    for text in CITED:
        answer = ask(text)
        assert answer.kind == "answer", text
        assert answer.citations, text
        assert {(citation.call, citation.quote) for citation in answer.citations} <= known, text


def test_the_same_question_gets_the_same_reply(ask):
    for text in random.Random(7).sample(CITED, 4):
        assert ask(text) == ask(text)
