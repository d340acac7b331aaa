"""Of a letter, the person's own sentences are read, in order, and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.correspondence.letters import read_letter

LETTER = """Subject: Question about TrustSeg

Dear Dr. Hille,

I have two questions.
When is the deadline? Is remote work possible, e.g. from Prof. Dr. Stadler's lab?

Best regards,
Jane Doe
+49 351 1234

On Mon, 12 Jan 2026 at 10:11, Anne Pidt wrote:
> Do you know how the position is paid?
> Anne
"""


def test_a_letter_gives_its_own_sentences():
    letter = read_letter(LETTER)
    assert letter.subject == "Question about TrustSeg"
    assert "Hille" in letter.salutation
    assert letter.sentences == (
        "I have two questions.",
        "When is the deadline?",
        "Is remote work possible, e.g. from Prof. Dr. Stadler's lab?",
    )


@pytest.mark.parametrize(
    "history",
    [
        "> How is it paid?",
        "On Mon, 12 Jan 2026, Anne wrote:\n> How is it paid?",
        "Am 12.01.2026 um 10:11 schrieb Anne Pidt:\n> How is it paid?",
        "-----Original Message-----\nHow is it paid?",
        "From: Anne <anne@example.org>\nHow is it paid?",
        "Von: Anne <anne@example.org>\nHow is it paid?",
        "________________________________\nHow is it paid?",
        "-- \nHow is it paid?",
    ],
)
def test_history_and_signature_are_not_read(history):
    assert read_letter(f"When is the deadline?\n\n{history}").sentences == ("When is the deadline?",)


def test_an_answer_below_the_quoted_text_is_read():
    assert (
        read_letter("> How is it paid?\n\nThat is clear. When is the deadline?").sentences[-1]
        == "When is the deadline?"
    )


@pytest.mark.parametrize("text", ["> only\n> quotes", ">"])
def test_only_quotes_hold_nothing_of_ones_own(text):
    assert read_letter(text).sentences == ()


HISTORY = {
    "a time": "On Mon, 12 Jan 2026 at 10:11, Anne wrote:",
    "a date": "On 12 January 2026, Anne wrote:",
    "a German date": "Am 12.01.2026 schrieb Anne Pidt:",
    "an address": "On Monday, Anne <anne@example.org> wrote:",
    "a German address": "Am Montag schrieb Anne <anne@example.org>:",
    "another language": "Le lun. 12 janv. 2026 à 10:11, Anne a écrit :",
    "a forwarded letter": "---------- Forwarded message ---------",
    "Outlook": "Von: Anne Pidt\nGesendet: Montag, 12. Januar 2026 10:11",
}
QUESTIONS_ABOUT_THE_CALL = [
    "On page 12 you wrote:",
    "On page 12, section 2.10, you wrote:",
    "On the page of the 2026 call you wrote:",
    "On 12 January 2026 you wrote:",
    "On pages 12-14 someone wrote:",
    "On the first page the institute wrote:",
    "Am Ende von Seite 12 schrieb das Institut:",
    "Am 12.01. schrieb Frau Hille:",
    "From: where can I get the form, if not from a@example.org?",
]


@pytest.mark.parametrize("name", HISTORY)
def test_what_a_client_introduces_is_not_read(name):
    assert read_letter(f"When is the deadline?\n\n{HISTORY[name]}\nHow is it paid?").sentences == (
        "When is the deadline?",
    )


@pytest.mark.parametrize("line", QUESTIONS_ABOUT_THE_CALL)
def test_what_a_person_introduces_is_read(line):
    letter = read_letter(f"I read your page.\n\n{line}\nthree years. Is that so?")
    assert letter.sentences[-1] == "Is that so?"
    assert line in " ".join(letter.sentences)


@pytest.mark.parametrize("line", ["On Monday Anne wrote:", HISTORY["a time"]])
def test_answers_below_an_introduced_quote_are_read(line):
    assert read_letter(f"I read it.\n{line}\n> three years\n\nIs that so?").sentences == ("I read it.", "Is that so?")


def test_a_postscript_is_read():
    assert (
        read_letter("When is the deadline?\n\nCheers\nJo\n\nPS: I live in Peru.").sentences[-1] == "PS: I live in Peru."
    )


@pytest.mark.parametrize(
    "salutation",
    [
        "Dear Sir or Madam,",
        "Dear Prof. Dr. Löck,",
        "Hello",
        "Hi Anne!",
        "Sehr geehrte Frau Dr. Hille,",
        "Guten Tag",
        "To whom it may concern:",
        "Moin,",
    ],
)
def test_salutations_are_no_questions(salutation):
    assert read_letter(f"{salutation}\n\nWhen is the deadline?").sentences == ("When is the deadline?",)


@pytest.mark.parametrize(
    "closing",
    [
        "Best regards,\nJane",
        "Mit freundlichen Grüßen\nJana Doe",
        "Thank you in advance!\nJ.",
        "Viele Grüße",
        "Cheers",
        "\nJane Doe",
    ],
)
def test_closings_are_no_questions(closing):
    assert read_letter(f"Hello,\n\nWhen is the deadline?\n\n{closing}").sentences == ("When is the deadline?",)


@pytest.mark.parametrize(
    "style",
    ["1. {}\n2. {}", "1) {}\n2) {}", "(1) {}\n(2) {}", "a) {}\nb) {}", "- {}\n- {}", "* {}\n* {}", "• {}\n• {}"],
)
def test_listed_questions_are_one_each(style):
    assert read_letter(style.format("When is the deadline", "How is it paid")).sentences == (
        "When is the deadline",
        "How is it paid",
    )


@pytest.mark.parametrize(
    "sentence",
    [
        "Is Prof. Dr. Löck a supervisor?",
        "I hold an M.Sc. in physics, is that enough?",
        "Do I need e.g. a TOEFL?",
        "Is the deadline on 22. February?",
        "Muss ich z. B. ein Foto beilegen?",
        "Ich habe einen B.Sc. in Biologie.",
        "Is it approx. 3 years?",
    ],
)
def test_abbreviations_end_no_sentence(sentence):
    assert read_letter(sentence).sentences == (sentence,)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=400))
def test_any_text_is_read(text):
    letter = read_letter(text)
    assert all(sentence.strip() for sentence in letter.sentences)


@pytest.mark.parametrize("text", ["Dr. ", "e.g. x ", "? ", "a.\n\n", "Dear Dr. ", "On a wrote ", "> \n"])
def test_a_long_letter_is_read(text):
    letter = read_letter(text * (100_000 // len(text)))
    assert letter.sentences or text.startswith(">")


def test_every_question_of_a_letter_is_answered(ask):
    reply = ask(
        "Dear all,\n\n1. When is the IDEAS deadline?\n2. How long is the IDEAS contract?\n\nBest regards\nJane"
    ).reply
    assert "22 February 2026" in reply
    assert "3 years" in reply
    assert reply.index("22 February") < reply.index("3 years")
