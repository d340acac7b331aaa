"""Replies as Telegram takes them: cut, and as HTML."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.telegram.pages import CAPTION, as_html, as_text, pages
from bot.model.message import Choice, File, Outgoing
from tests.telegram_server.entities import parse_html, units

CHOICES = (Choice("A", "a"), Choice("B", "b"))
NOTICE = "I am a bot, an automatic assistant; /human tells how to reach a person. <&> 😀"
TEXTS = {
    "a long text": "One sentence of some length. " * 900,
    "paragraphs": "\n\n".join(["A paragraph of several words. And another sentence."] * 200),
    "one very long word": "Bewerbungsfrist" * 1200,
    "emoji only": "👩‍👩‍👧" * 3000,
    "Hebrew and Arabic": "מתי המועד האחרון? \u202eما هو الموعد\u202c " * 400,
    "tags": '</i></i><b>&lt;<a href="x">' * 600,
    "ampersands": "&" * 9000,
    "an end tag at every cut": ("x" * 3998 + "</i>") * 3,
    "a pair of surrogates at the cut": "a" * 3999 + "😀" * 4000,
    "blank lines": "a\n\n\n\n\n" * 2000,
    "white space of other kinds": "a\u2003\u00a0\u3000b" * 2000,
    "combining marks": "e\u0301\u0323" * 4000,
}
LONG = st.lists(
    st.tuples(st.text(min_size=1, max_size=40), st.integers(1, 300), st.sampled_from(["", " ", "\n", "\n\n", ". "])),
    min_size=1,
    max_size=6,
).map(lambda parts: "".join(f"{text}{joint}" * times for text, times, joint in parts))


def written(outgoing: Outgoing) -> list[str]:
    """What arrives, page by page; each must be well-formed and fit."""
    arrived = []
    for page in pages(outgoing):
        text, entities = parse_html(as_html(page))
        assert units(text) <= (1024 if page.file else 4096)
        assert all(entity["type"] == "italic" for entity in entities)
        assert text == as_text(page).strip()
        arrived.append(text)
    return arrived


def dense(text: str) -> str:
    return "".join(text.split())


@given(LONG, st.booleans())
@settings(max_examples=40)
def test_nothing_is_lost_whatever_the_text(text: str, first: bool) -> None:
    notice = NOTICE if first else ""
    arrived = written(Outgoing(text, "answer", "en", notice=notice, sources=tuple(text.split("\n")[:3])))
    assert dense("".join(arrived)) == dense(notice + text)


@pytest.mark.parametrize("name", TEXTS)
def test_difficult_texts(name: str) -> None:
    text = TEXTS[name]
    outgoing = Outgoing(text, "answer", "en", choices=CHOICES, notice=NOTICE)
    cut = pages(outgoing)
    assert dense("".join(written(outgoing))) == dense(NOTICE + text)
    assert len(cut) > 1
    assert [page.notice for page in cut] == [NOTICE, *[""] * (len(cut) - 1)]
    assert [page.choices for page in cut] == [*[()] * (len(cut) - 1), CHOICES]


def test_a_cut_goes_between_paragraphs_else_sentences() -> None:
    paragraph = "A sentence. " * 100
    assert all(page.text.endswith("A sentence.") for page in pages(Outgoing(paragraph * 10, "answer", "en")))
    marked = "\n\n".join(f"({number}) {paragraph}end" for number in range(9))
    for page in pages(Outgoing(marked, "answer", "en")):
        assert page.text.startswith("(")
        assert page.text.endswith("end")


def test_the_words_with_a_file_fit_a_caption() -> None:
    file = File("mydata.json", "{}")
    cut = pages(Outgoing("😀 words " * 400, "service", "en", file=file, notice=NOTICE))
    assert [page.file for page in cut] == [*[None] * (len(cut) - 1), file]
    assert all(units(as_text(page)) <= CAPTION for page in cut)


def test_sources_and_notice_are_italic() -> None:
    words = "It ends <soon>.\nCall & <more>"
    outgoing = Outgoing(words, "answer", "en", sources=("Call & <more>",), notice="A <bot>.")
    assert as_html(outgoing) == "<i>A &lt;bot&gt;.</i>\n\nIt ends &lt;soon&gt;.\n<i>Call &amp; &lt;more&gt;</i>"
    text, entities = parse_html(as_html(outgoing))
    assert text == as_text(outgoing)
    assert len(entities) == 2


def test_a_short_reply_is_one_page() -> None:
    outgoing = Outgoing("Yes.", "answer", "en", choices=CHOICES, notice=NOTICE)
    assert pages(outgoing) == [outgoing]
