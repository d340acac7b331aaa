"""Of a letter's text the lines of its writer are kept, and neither history nor what clients add."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.correspondence.own_words import own_words

QUOTED = "On Mon, 12 Jan 2026 at 10:11, Anne <a@example.org> wrote:"
OWN_WORDS = {
    "only quotes": ("> secret\n> more", ""),
    "only history": (f"{QUOTED}\n\nsecret", ""),
    "question right above": (f"When?\n{QUOTED}\n> secret", "When?"),
    "broken introduction": (
        "When?\n\nOn Mon, 12 Jan 2026 at 10:11, Anne Pidt\n<a@example.org>\nwrote:\n> secret",
        "When?",
    ),
    "unquoted history": (f"When?\n\n{QUOTED}\nsecret", "When?"),
    "quoted headers": ("When?\n\n-----Original Message-----\n> secret\n\nAnd how?", "When?\n\nAnd how?"),
    "a rule between": ("When?\n____________________\nAnd how?", "When?\n\nAnd how?"),
    "dashes between": ("When?\n--\nAnd how?", "When?\n\nAnd how?"),
    "a year in a sentence": ("On page 12 you wrote:\nthree years. Is that so?", "three years. Is that so?"),
    "a section in a sentence": (
        "On page 12, section 2.10, you wrote:\nthree years. Is that so?",
        "three years. Is that",
    ),
    "a section someone wrote": (
        "In section 2.10 the call wrote:\nthree years. Is that so?",
        "three years. Is that so?",
    ),
    "pages in a sentence": ("On pages 12-14 you wrote:\nthree years. Is that so?", "three years. Is that so?"),
    "a date in a sentence": ("On 12 January 2026 you wrote:\nthree years. Is that so?", "three years. Is that so?"),
    "a date without year": ("Am 12.01. schrieb Frau Hille:\ndrei Jahre. Stimmt das?", "drei Jahre. Stimmt das?"),
    "a date without time": ("When?\n\nOn 12 January 2026, Anne wrote:\nsecret", "When?"),
    "no date": ("When?\n\nOn Monday, Anne wrote:\n> secret", "When?"),
    "closing with postscript": ("When?\n\nThanks,\nJo\n\nPS: I moved.", "PS: I moved."),
    "only a closing": ("Thanks,\nJo", "Thanks,\nJo"),
    "formal head": ("From: Jo\nTo: The Director\nDate: 12.01.2026\n\nMay I apply?", "May I apply?"),
    "finnish": ("Milloin?\n\nma 12. tammik. 2026 klo 10.11 Anne (a@example.org) kirjoitti:\n> secret", "Milloin?"),
    "japanese": ("いつ？\n\n2026年1月12日(月) 10:11 Anne <a@example.org>:\n> secret", "いつ？"),
    "danish": ("Hvornår?\n\nDen man. 12. jan. 2026 kl. 10.11 skrev Anne <a@example.org>:\n> secret", "Hvornår?"),
    "sent from": ("Wann?\n\nVon meinem iPhone gesendet", "Wann?"),
    "a sentence of sending": ("Sent with the last letter were two pages. Enough?", "Sent with the last letter"),
}


@pytest.mark.parametrize("name", OWN_WORDS)
def test_own_words_are_kept_and_history_is_not(name):
    text, held = OWN_WORDS[name]
    own = own_words(text)
    assert held in own if held else own == ""
    assert "secret" not in own
    assert "wrote:" not in own or name.endswith(("in a sentence", "someone wrote"))


@settings(deadline=None)
@given(st.lists(st.sampled_from(["Thanks,", "--", "> q", QUOTED, "", "-----Original Message-----", "From: a@b.c"])))
def test_whatever_stands_around_a_first_question_it_is_kept(lines):
    assert own_words("\n".join(["When is it due?", *lines])).startswith("When is it due?")
