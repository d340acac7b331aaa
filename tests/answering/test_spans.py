"""How long before a date: in every language read, beside other times that are none, and whatever is written."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answering.spans import LONGEST, SpansError, spans_from
from bot.files.yaml_lines import read_document

FILE = Path(__file__).parents[2] / "knowledge" / "vocabulary" / "spans.yaml"
DATA = read_document(FILE, []).value
READER = spans_from(DATA)

DAYS_BEFORE = {
    "en": "remind me {} days before the deadline",
    "de": "erinnere mich {} Tage vor Fristende",
    "es": "recuérdame {} días antes del cierre",
    "fr": "rappelle-moi {} jours avant la clôture",
    "it": "ricordami {} giorni prima della scadenza",
    "pt": "lembra-me {} dias antes do prazo",
    "ru": "напомни за {} дней до дедлайна",
    "tr": "son tarihten {} gün önce hatırlat",
    "ar": "ذكرني قبل الموعد النهائي ب {} أيام",
    "hi": "अंतिम तिथि से {} दिन पहले याद दिलाना",
    "zh": "截止前{}天提醒我",
}
WEEKS_BEFORE = {
    "en": "{} weeks in advance, please",
    "de": "bitte {} Wochen vorher",
    "es": "avísame con {} semanas de antelación",
    "fr": "préviens-moi {} semaines à l'avance",
    "it": "avvisami {} settimane prima",
    "pt": "avisa-me com {} semanas de antecedência",
    "ru": "предупреди за {} недель",
    "tr": "{} hafta önceden haber ver",
    "ar": "نبهني قبل {} أسابيع",
    "hi": "{} हफ़्ते पहले बताना",
    "zh": "提前{}个星期通知我",
}
LANGUAGES = sorted(DAYS_BEFORE)
WORDS = sorted({word for purpose in DATA.values() for words in purpose.values() for word in words})


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("remind me a week before the deadline", 7),
        ("could you write to me the day before", 1),
        ("a fortnight earlier", 14),
        ("two weeks or so before it closes", 14),
        ("two and a half weeks before", 18),
        ("a week and a half before", 11),
        ("1.5 weeks before", 11),
        ("twenty-one days before", 21),
        ("two hundred days before", 200),
        ("a couple of days before", 2),
        ("a month ahead", 30),
        ("pls remind me 1 wk b4 deadline", 7),
        ("when only five days are left", 5),
        ("2-3 days before", 3),
        ("erinnere mich 3 Tage vor Fristende", 3),
        ("vierzehn Tage vorher", 14),
        ("am Vortag", 1),
        ("zwölf Tage vorher, zwoelf Tage vorher", 12),
        ("anderthalb Wochen im Voraus", 11),
        ("in der Woche vor dem Ende", 7),
        ("avísame el día anterior", 1),
        ("treinta y seis horas antes", 2),
        ("la veille", 1),
        ("quatre-vingt-dix jours avant", 90),
        ("il giorno prima", 1),
        ("na véspera", 1),
        ("напомни за неделю до дедлайна", 7),
        ("за двадцать один день", 21),
        ("bir hafta önce", 7),
        ("yirmi bir gün önce", 21),
        ("ذكرني قبل الموعد النهائي بأسبوع", 7),
        ("قبل الموعد بيومين", 2),
        ("एक हफ्ते पहले", 7),
        ("१० दिन पहले", 10),
        ("ek hafte pehle yaad dilana", 7),
        ("截止前一周提醒我", 7),
        ("提前二十一天", 21),
        ("半个月前", 15),
    ],
)
def test_a_span_before_is_read(text, days):
    assert READER.read(text) == days


@pytest.mark.parametrize(("hours", "days"), [(1, 1), (5, 1), (24, 1), (25, 2), (48, 2), (49, 3)])
def test_hours_fill_whole_days(hours, days):
    assert READER.read(f"{hours}h before") == READER.read(f"{hours} Stunden vorher") == days


@pytest.mark.parametrize(
    "text",
    [
        "",
        "remind me",
        "remind me days before",
        "which day is the deadline?",
        "remind me in three days",
        "erinnere mich in drei Tagen",
        "three days after the deadline",
        "in der letzten Woche",
        "три недели назад",
        "最后一天提醒我",
        "三天后提醒我",
        "2月22日",
        "0 days before",
        "366 days before",
        "60 weeks before",
        "9" * 5000 + " days before",
    ],
)
def test_what_is_no_span_before_is_none(text):
    assert READER.read(text) is None


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("I have three weeks of holiday, remind me 2 days before", 2),
        ("Ich habe vor drei Tagen geschrieben. Erinnere mich eine Woche vorher!", 7),
        ("The deadline is 22.02.2027. Remind me 10d before", 10),
        ("2月22日截止，提前十天提醒我", 10),
    ],
)
def test_of_several_times_the_one_before_the_date_is_meant(text, days):
    assert READER.read(text) == days


@given(language=st.sampled_from(LANGUAGES), days=st.integers(1, LONGEST))
def test_any_number_of_days_in_digits(language, days):
    assert READER.read(DAYS_BEFORE[language].format(days)) == days


@given(language=st.sampled_from(LANGUAGES), weeks=st.integers(1, LONGEST // 7))
def test_any_number_of_weeks_in_digits(language, weeks):
    assert READER.read(WEEKS_BEFORE[language].format(weeks)) == 7 * weeks


@pytest.mark.parametrize(
    ("language", "word", "number"),
    [
        (language, word, number)
        for language, words in DATA["numbers"].items()
        for word, number in words.items()
        if isinstance(number, int)
    ],
)
def test_every_number_word_counts_days_and_weeks(language, word, number):
    assert READER.read(DAYS_BEFORE[language].format(word)) == number
    weeks = READER.read(WEEKS_BEFORE[language].format(word))
    assert weeks == (7 * number if 7 * number <= LONGEST else None)


@pytest.mark.parametrize("unit", ["day", "days", "week", "weeks", "month", "months", "hour", "hours"])
def test_every_unit_goes_with_a_number(unit):
    size = {"d": 2, "w": 14, "m": 60, "h": 1}[unit[0]]
    for words in DATA[unit].values():
        for word in words:
            assert READER.read(f"2 {word}") == size, word


@given(st.text() | st.lists(st.sampled_from(WORDS)).map(" ".join))
def test_nothing_written_makes_it_fail(text):
    days = READER.read(text)
    assert days is None or 1 <= days <= LONGEST


@pytest.mark.parametrize(
    ("change", "path", "what"),
    [
        ({"numbers": {"en": {"one": 0}}}, ("numbers", "en", "one"), "`one: 0`: expected a number above 0"),
        ({"numbers": {"en": {"one": "two"}}}, ("numbers", "en", "one"), "expected a number"),
        ({"numbers": {"en": {"on": True}}}, ("numbers", "en", "on"), "expected a number"),
        ({"numbers": {"en": ["one"]}}, ("numbers", "en"), "expected {word: number, ...}"),
        ({"days": {"de": {"Tage": 1}}}, ("days", "de"), "expected [word, ...]"),
        ({"days": {"de": [1]}}, ("days", "de"), "put it in double quotes"),
        ({"days": {"de": ["-"]}}, ("days", "de"), "is not read as a word"),
        ({"days": {"de": ["a b c d e f g"]}}, ("days", "de"), "has more than 6 words: shorten it"),
        ({"days": None}, ("days",), "`days` is missing or empty"),
        ({"years": {"en": ["year"]}}, ("years",), "`years` is no purpose of words here: use one of numbers"),
    ],
)
def test_a_bad_entry_is_named(change, path, what):
    with pytest.raises(SpansError, match=re.escape(what)) as raised:
        spans_from({**DATA, **change})
    assert raised.value.path == path


def test_a_file_that_holds_no_purposes_is_named():
    with pytest.raises(SpansError, match="expected numbers, spans") as raised:
        spans_from(["days"])
    assert raised.value.path == ()


def test_the_file_is_sound_and_knows_every_language():
    mistakes = []
    assert read_document(FILE, mistakes).value == DATA
    assert not mistakes
    assert sorted(READER.languages) == LANGUAGES
