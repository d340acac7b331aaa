"""Text as words: any text can be cut, and writing a word otherwise does not make it another one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answering.words import bare, clean, fold, grams, tokens

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)


@given(TEXT)
def test_tokens_stand_where_they_say(text):
    for token in tokens(text):
        assert text[token.start : token.end] == token.text


@given(TEXT)
def test_cleaning_twice_changes_nothing_more(text):
    assert clean(clean(text)) == clean(text)


@given(TEXT)
def test_cleaned_text_holds_nothing_unseen(text):
    assert all(char == "\n" or char.isprintable() for char in clean(text))


@given(TEXT)
def test_folding_twice_changes_nothing_more(text):
    assert fold(fold(text)) == fold(text)


@given(st.lists(st.text("abcdefgh", min_size=1, max_size=9), max_size=6))
def test_grams_hold_every_word(words):
    assert set(words) <= set(grams(words))


@pytest.mark.parametrize("written", ["Löck", "LÖCK", "löck", "Loeck", "Lo\u0308ck"])
def test_umlauts_are_folded(written):
    assert fold(written) == "loeck"


def test_keyboards_without_umlauts_are_understood():
    assert bare("Löck") == bare("Lock") == "lock"


@pytest.mark.parametrize(
    ("text", "words"),
    [("C++ and C#?", ["C++", "and", "C#"]), ("Speidel's", ["Speidel", "s"]), ("{project} x", ["{project}", "x"])],
)
def test_what_a_word_is(text, words):
    found = [token.text for token in tokens(text)]
    assert found == words or found == words[:1]
