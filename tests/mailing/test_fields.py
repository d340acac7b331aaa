"""What people type into a table, as values in the letter's language; and what is refused, with a cure."""

import pytest

from bot.mailing.fields import LONGEST_LINE, Reader, UnreadableError, read_value
from bot.mailing.values import Time
from bot.model.knowledge import Call, Project

CALL = Call(
    id="a-call",
    kind="phd",
    name={"en": "A call"},
    zone="Europe/Berlin",
    projects=(
        Project(id="red-kites", name="Red Kites", title="Kites over fields of rape"),
        Project(id="blue-tits", name="Blue Tits", title="blue  tits"),
    ),
)
EN, DE = Reader(CALL, "", "en"), Reader(CALL, "", "de")


def time(text, zone="", language="en"):
    value = read_value("time", text, Reader(CALL, zone, language))
    assert isinstance(value, Time)
    return value


@pytest.mark.parametrize(
    "text", ["2026-03-12", "2026-3-12", "12.03.2026", "12.3.2026", "12. 3. 2026", " 2026-03-12 00:00:00 "]
)
def test_a_day_is_read_in_every_way_that_means_one_day(text):
    day = read_value("date", text, EN)
    assert (str(day), day.day) == ("Thursday, 12 March 2026", "12 March 2026")
    assert str(read_value("date", text, DE)) == "Donnerstag, 12. März 2026"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("03/12/2026", "two different days"),
        ("25/12/2026", "no day that can be read"),
        ("12.03.26", "no day that can be read"),
        ("2026-02-30", "does not exist"),
        ("2026-03-12 14:00", "more than a day"),
        ("1926-03-12", "in the year 1926"),
        ("next Thursday", "no day that can be read"),
        ("2026-03-123", "no day that can be read"),
        ("२०२६-०३-१२", "no day that can be read"),
        ("46093", "no day that can be read"),
    ],
)
def test_any_other_day_is_refused_with_the_way_to_write_it(text, what):
    with pytest.raises(UnreadableError, match=what) as refused:
        read_value("date", text, EN)
    assert "2026-03-12" in refused.value.cure


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-12 14:00",
        "2026-03-12T14:00:00",
        "12.03.2026 14:00",
        "12.03.2026, 14:00 Uhr",
        "2026-03-12 13:00Z",
        "2026-03-12T09:00-04:00",
    ],
)
def test_a_time_is_on_the_calls_clock_unless_it_says_otherwise(text):
    assert str(time(text)) == "Thursday, 12 March 2026, 14:00 CET"
    assert time(text).day == "12 March 2026"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("2026-03-12", "no time of day"),
        ("2026-03-12 00:00:00", "midnight"),
        ("2026-03-12 25:00", "no time in hours and minutes"),
        ("2026-03-12 14:00:30", "no time in hours and minutes"),
        ("2026-03-12 2 pm", "no time that can be read"),
        ("2026-03-12 14:00 EST", "no time that can be read"),
        ("03/12/2026 14:00", "two different days"),
        ("2026-03-29 02:30", "does not exist in Europe/Berlin"),
        ("2026-10-25 02:30", "comes twice in Europe/Berlin"),
    ],
)
def test_any_other_time_is_refused(text, what):
    with pytest.raises(UnreadableError, match=what) as refused:
        time(text)
    assert refused.value.cure


def test_a_time_that_comes_twice_can_be_told_by_its_offset():
    assert str(time("2026-10-25 02:30+02:00")).endswith("02:30 CEST")
    assert str(time("2026-10-25 02:30+01:00")).endswith("02:30 CET")


@pytest.mark.parametrize(
    ("zone", "language", "words", "there"),
    [
        (
            "Asia/Kolkata",
            "en",
            "14:00 CET (18:30 in your time zone, Kolkata)",
            "Thursday, 12 March 2026, 18:30 (Kolkata)",
        ),
        (
            "Australia/Sydney",
            "en",
            "14:00 CET (Friday, 13 March 2026, 00:00 in your time zone, Sydney)",
            "Friday, 13 March 2026, 00:00 (Sydney)",
        ),
        (
            "America/Argentina/Buenos_Aires",
            "de",
            "14:00 Uhr MEZ (CET), das ist 10:00 Uhr in Ihrer Zeitzone (Buenos Aires)",
            "Donnerstag, 12. März 2026, 10:00 Uhr (Buenos Aires)",
        ),
        ("Etc/GMT+5", "en", "14:00 CET (08:00 in your time zone, UTC-05)", "Thursday, 12 March 2026, 08:00 (UTC-05)"),
        ("Europe/Paris", "en", "14:00 CET", ""),
        ("", "en", "14:00 CET", ""),
    ],
)
def test_a_time_is_shown_on_the_readers_own_clock_where_that_differs(zone, language, words, there):
    moment = time("2026-03-12 14:00", zone, language)
    assert str(moment).endswith(f" 2026, {words}")
    assert moment.there == there


@pytest.mark.parametrize("text", ["red-kites", "RED KITES", "Kites over  fields of rape", "Ｒed Kites"])
def test_a_project_goes_by_its_id_name_or_title(text):
    project = read_value("project", text, EN)
    assert (str(project), project.title) == ("Red Kites", "Kites over fields of rape")


def test_a_title_that_repeats_the_name_is_not_told_twice():
    assert read_value("project", "blue-tits", EN).title == ""


def test_an_unknown_project_is_refused_with_those_there_are():
    with pytest.raises(UnreadableError, match="names no project") as refused:
        read_value("project", "Grey Herons", EN)
    assert refused.value.cure == "write one of: Red Kites; Blue Tits"


@pytest.mark.parametrize(
    "text",
    [
        "http://example.org/",
        "javascript:alert(1)",
        "data:text/html,x",
        "https://user@example.org/",
        "https://bank.example@evil.example/",
        'https://example.org/" onclick="x',
        "https://example.org/a b",
        "https://example.org\\@evil.example",
        "https://localhost",
        "//example.org/",
        "see https://example.org/",
    ],
)
def test_only_a_link_that_hides_nothing_is_taken(text):
    with pytest.raises(UnreadableError, match="no link"):
        read_value("link", text, EN)


def test_a_link_people_and_a_number_are_taken():
    assert (
        read_value("link", "https://meet.example.org:8443/j/1?pwd=a%20b#c", EN)
        == "https://meet.example.org:8443/j/1?pwd=a%20b#c"
    )
    assert str(read_value("people", "Ada Muster; Bo  Beispiel;Cy Cerny", EN)) == "Ada Muster, Bo Beispiel and Cy Cerny"
    assert str(read_value("people", "Ada Muster; Bo Beispiel", DE)) == "Ada Muster und Bo Beispiel"
    assert read_value("number", "45.0", EN) == 45


@pytest.mark.parametrize(
    ("kind", "text"), [("number", "1.500"), ("number", "1.000"), ("number", "many"), ("people", "Ada;;Bo")]
)
def test_what_is_no_number_or_names_nobody_is_refused(kind, text):
    with pytest.raises(UnreadableError):
        read_value(kind, text, EN)


@pytest.mark.parametrize("kind", ["line", "text", "date", "time", "link", "project", "number", "people"])
def test_nothing_is_nothing_whatever_the_type(kind):
    assert read_value(kind, " \n ", EN) == ""


@pytest.mark.parametrize(
    "character", ["\r", "\x00", "\t", "\x1b", "\x7f", "\x85", "\u2028", "\u202e", "\u200b", "\ud800"]
)
@pytest.mark.parametrize("kind", ["line", "text"])
def test_a_character_that_nobody_sees_is_refused_with_its_place(kind, character):
    with pytest.raises(UnreadableError) as refused:
        read_value(kind, f"Ada{character}Muster", EN)
    assert refused.value.what == "holds a line break" or 'after "Ada"' in refused.value.what


def test_a_line_has_one_line_and_an_end():
    with pytest.raises(UnreadableError, match="line break"):
        read_value("line", "Ada\nBcc: eve@evil.example", EN)
    with pytest.raises(UnreadableError, match="shorten"):
        read_value("line", "x" * (LONGEST_LINE + 1), EN)
    assert read_value("text", "one\r\n\r\ntwo", EN) == "one\n\ntwo"
