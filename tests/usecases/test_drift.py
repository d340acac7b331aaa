"""A call drifts from its page, from the calendar and from itself; what fits together is left in peace."""

import datetime as dt
import re
from pathlib import Path

import msgspec
import pytest

from bot.files.knowledge_files import load_knowledge
from bot.files.template_files import check_templates
from bot.files.yaml_lines import KnowledgeError
from bot.model.knowledge import Call, Fact, Project, Requirement, Statement, Topic, Window
from bot.usecases.drift import after, drift, told
from bot.usecases.numbers import allowed
from bot.usecases.numbers import told as numbers_told

REPOSITORY = Path(__file__).parent.parent.parent
TODAY = dt.date(2026, 3, 1)
ORDER = ("opening", "deadline", "ranking", "interviews", "start")
TOPICS = {
    name: Topic(id=name, asks=name, en=name, before=ORDER[at + 1 : at + 2])
    for at, name in enumerate((*ORDER, "places"))
}
change = msgspec.structs.replace


@pytest.fixture(scope="module")
def shipped():
    return load_knowledge(REPOSITORY / "knowledge")


@pytest.fixture(scope="module")
def templates():
    return check_templates(REPOSITORY / "templates")


def fact(topic="pay", quote="words", **values):
    return Fact(topic=topic, quote=quote, **(values or {"say": {"en": "Words."}}))


def call(*facts, **values):
    return Call(id="x", kind="phd", name={"en": "X"}, zone="Europe/Berlin", facts=facts, **values)


def found(one, page=None, today=TODAY):
    return drift(one, TOPICS, page, today)


def clashes(*facts, **values):
    return [(clash.kind, clash.values) for clash in found(call(*facts, **values)).contradictions]


# the calendar


@pytest.mark.parametrize(
    ("typed", "days"),
    [
        ({"date": "2026-02-28 23:59"}, [1]),
        ({"date": "2026-03-01 00:00"}, []),
        ({"until": dt.date(2026, 2, 22)}, [7]),
        ({"until": dt.date(2026, 3, 1)}, []),
        ({"window": Window(from_=dt.date(2026, 2, 1), to=dt.date(2026, 3, 2))}, []),
        ({"window": Window(from_=dt.date(2026, 2, 1), to=dt.date(2026, 2, 27))}, [2]),
        ({"starts": (dt.date(2026, 2, 1), dt.date(2026, 4, 1))}, []),
        ({"starts": (dt.date(2025, 3, 1), dt.date(2025, 2, 1))}, [365]),
        ({"say": {"en": "On 1 January 2020."}}, []),
    ],
)
def test_a_fact_has_passed_when_its_last_day_has(typed, days):
    assert [past.days for past in found(call(fact(**typed))).passed] == days


# two values of one topic


def test_two_single_values_of_one_owner_contradict_each_other():
    one, other = fact("deadline", date="2026-03-01 12:00"), fact("deadline", date="2026-03-02 12:00")
    assert clashes(one, other) == [("values", ("2026-03-01 12:00", "2026-03-02 12:00"))]
    assert clashes(one, fact("deadline", until=dt.date(2026, 3, 2))) == [("values", ("2026-03-01 12:00", "2026-03-02"))]


@pytest.mark.parametrize(
    "other",
    [
        fact("deadline", date="2026-03-01 12:00"),
        fact("deadline", until=dt.date(2026, 3, 1)),
        fact("deadline", window=Window(from_=dt.date(2026, 3, 1), to=dt.date(2026, 3, 1))),
        fact("deadline", say={"en": "By noon."}),
        fact("other", date="2026-03-09 12:00"),
    ],
)
def test_the_same_value_twice_is_none(other):
    assert clashes(fact("deadline", date="2026-03-01 12:00"), other) == []


def test_a_project_may_have_a_date_of_its_own():
    own = Project(id="p", name="P", facts=(fact("deadline", date="2026-03-05 12:00"),))
    assert clashes(fact("deadline", date="2026-03-01 12:00"), projects=(own,)) == []


# the order of the process

DEADLINE = fact("deadline", date="2026-03-10 23:59")


@pytest.mark.parametrize(
    "later",
    [
        fact("ranking", until=dt.date(2026, 3, 9)),
        fact("interviews", window=Window(from_=dt.date(2026, 3, 9), to=dt.date(2026, 3, 20))),
        fact("start", starts=(dt.date(2026, 1, 1), dt.date(2026, 6, 1))),
        fact("interviews", date="2026-03-01 10:00"),
    ],
)
def test_what_comes_later_cannot_be_earlier(later):
    ((kind, values),) = clashes(later, DEADLINE)
    assert (kind, values[0]) == ("order", "2026-03-10 23:59")


@pytest.mark.parametrize(
    "later",
    [
        fact("ranking", until=dt.date(2026, 3, 10)),
        fact("interviews", window=Window(from_=dt.date(2026, 3, 10), to=dt.date(2026, 3, 20))),
        fact("opening", date="2026-01-01 00:00"),
        fact("nothing-known", date="2020-01-01 00:00"),
    ],
)
def test_an_order_that_can_be_is_left_in_peace(later):
    assert clashes(later, DEADLINE) == []


def test_a_projects_date_stands_for_the_calls_and_is_compared_with_its_other_dates():
    start = fact("start", starts=(dt.date(2026, 6, 1),))
    late = Project(id="late", name="L", facts=(fact("deadline", date="2026-07-01 12:00"),))
    fine = Project(id="fine", name="F", facts=(fact("deadline", date="2026-04-01 12:00"),))
    (clash,) = found(call(DEADLINE, start, projects=(late, fine))).contradictions
    assert (clash.kind, clash.owner) == ("order", late)


def test_the_order_is_followed_near_and_far_and_in_a_ring():
    assert after("deadline", TOPICS) == {"ranking", "interviews", "start"}
    assert after("unknown", TOPICS) == set()
    ring = {name: Topic(id=name, asks="x", before=(other,)) for name, other in (("a", "b"), ("b", "a"))}
    assert after("a", ring) == {"a", "b"}


def test_a_ring_and_an_unknown_name_in_the_order_are_mistakes_of_the_file(tmp_path):
    (tmp_path / "topics").mkdir()
    (tmp_path / "topics" / "dates.yaml").write_text(
        "a:\n  asks: x\n  before: [b]\nb:\n  asks: x\n  before: [a]\nc:\n  asks: x\n  before: [d]\n", encoding="utf-8"
    )
    with pytest.raises(KnowledgeError) as error:
        load_knowledge(tmp_path)
    text = str(error.value)
    assert "dates.yaml:3: `a` comes before itself: remove one `before:` of the ring" in text
    assert re.search(r"dates\.yaml:9: `d` is no topic", text)


# numbers


@pytest.mark.parametrize(
    ("sentence", "numbers"),
    [
        ("300,000 or 300.000 or 300 000 or 300’000", {"300000"}),
        ("2.5 or 2,5", {"2.5"}),
        ("Zwei Seiten, two pages, 2 pages", {"2"}),
        ("22.02.2026, 23:59", {"22", "2", "2026", "23", "59"}),
        ("one of the two sites, einer der zwei Orte", set()),
        ("these 3 sites", {"3"}),
        ("TVöD E13 (100 %)", {"13", "100"}),
    ],
)
def test_the_numbers_that_a_sentence_tells(sentence, numbers):
    assert numbers_told(sentence) == numbers


@pytest.mark.parametrize(
    ("words", "number"),
    [("a page", "1"), ("fünfjähriges Studium", "5"), ("both", "2"), ("one here and one there", "2"), ("5 March", "3")],
)
def test_words_that_stand_for_a_number(words, number):
    assert number in allowed(words)


@pytest.mark.parametrize(
    "entry",
    [
        fact(say={"en": "For 3 years."}, quote="for three years"),
        fact(say={"en": "For three years.", "de": "Für 3 Jahre."}, quote="for 3 years"),
        fact(say={"en": "Two letters."}, statement=Statement(by="A", on=TODAY, text="2 letters are needed")),
        fact(say={"en": "On 11.03."}, quote="11 March 2026"),
        fact(say={"en": "On 11 March 2026 at 11:59 pm."}, date="2026-03-11 23:59"),
        fact(say={"en": "From 11 to 20 March."}, window=Window(from_=dt.date(2026, 3, 11), to=dt.date(2026, 3, 20))),
        fact(say={"en": "Two PIs."}, people=("a", "b")),
        fact("term", term="E13", say={"en": "E13 is a pay grade."}),
        fact(say={"en": "A 5-year degree.", "de": "Ein fünfjähriges Studium."}, quote="5-year"),
        fact(say={"en": "Both sites.", "de": "Zwei Orte."}, quote="two sites"),
        fact(say={"en": "300,000 trees", "de": "300.000 Bäume"}, quote="300,000 trees"),
    ],
)
def test_a_supported_number_is_left_in_peace(entry):
    assert clashes(entry) == []


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (fact(say={"en": "For 4 years."}, quote="for 3 years"), [("number", ("4",))]),
        (fact(say={"en": "Three letters, 12 pages."}, quote="two letters"), [("number", ("3", "12"))]),
        (fact(say={"en": "300,000 trees"}, quote="30,000 trees"), [("number", ("300000",))]),
        (
            fact(say={"en": "For 3 years.", "de": "Für 1 Jahr."}, quote="for 3 years with 1 year more"),
            [("languages", ("1", "3"))],
        ),
        (fact(say={"en": "The two sites.", "de": "Die drei Orte."}), [("languages", ("2", "3"))]),
        (
            fact(items=({"en": "two letters", "de": "drei Schreiben"},), quote="letters"),
            [("languages", ("2", "3"))],
        ),
    ],
)
def test_a_number_without_support_is_named(entry, expected):
    assert clashes(entry) == expected


def test_a_requirement_is_held_to_its_quotes_too():
    wanted = Requirement(say={"en": "3 years"}, quote="two years", kind="experience", strength="required")
    assert clashes(requirements=(wanted,)) == [("number", ("3",))]


@pytest.mark.parametrize(
    ("say", "expected"),
    [
        ("6 positions across 8 topics", []),
        ("One position in 8 topics", [("places", ("6", "1", "8"))]),
        ("Several positions", []),
    ],
)
def test_the_number_of_positions_agrees_with_its_sentence(say, expected):
    assert clashes(fact("places", say={"en": say}, quote=say), places=6) == expected


# the shipped calls


def test_the_shipped_calls_do_not_contradict_themselves(shipped):
    for one in shipped.calls.values():
        assert drift(one, shipped.topics, None, TODAY).contradictions == ()


def test_every_digit_changed_in_a_shipped_sentence_is_noticed(shipped):
    tried = 0
    for one in shipped.calls.values():
        for at, entry in enumerate(one.facts):
            if not re.search(r"\d", entry.say.get("en", "")):
                continue
            changed = change(
                entry, say={**entry.say, "en": re.sub(r"\d+", lambda n: f"{int(n[0]) + 777}", entry.say["en"])}
            )
            other = change(one, facts=(*one.facts[:at], changed, *one.facts[at + 1 :]))
            assert drift(other, shipped.topics, None, TODAY).contradictions, entry.say
            tried += 1
    assert tried >= 5


# the page


def test_a_page_with_next_to_none_of_the_quotes_is_probably_another():
    many = call(*(fact(quote=f"quote number {number} here") for number in range(30)))
    page = " ".join(entry.quotes[0] for entry in many.facts)
    assert not found(many).page_read
    assert found(many, page).missing == ()
    assert found(many, "Please log in").stray
    assert found(many, "quote number 1 here quote number 2 here").stray
    some = found(many, " ".join(entry.quotes[0] for entry in many.facts[:3]))
    assert (some.stray, len(some.missing)) == (False, 27)
    assert not found(call(fact()), "Please log in").stray


# the words


@pytest.mark.parametrize("language", ["en", "de"])
def test_everything_found_is_told_a_line_each(templates, language):
    projects = (Project(id="p", name="P", facts=(fact("deadline", date="2026-03-10 23:59", section="Dates"),)),)
    many = call(
        fact("deadline", date="2026-02-01 12:00"),
        fact("deadline", date="2026-02-28 12:00"),
        fact("start", starts=(dt.date(2026, 2, 15),)),
        fact("places", say={"en": "3 positions", "de": "4 Stellen"}, quote="positions", section="Positions"),
        places=2,
        projects=projects,
    )
    result = found(many, "nothing of it")
    assert {clash.kind for clash in result.contradictions} == {"values", "order", "number", "places"}
    lines = told(result, TOPICS, templates, language, "https://example.org").splitlines()
    assert len(lines) == len(result.missing) + len(result.contradictions) + len(result.passed)
    assert all(line.startswith(("x/call.yaml", "x/projects/p.yaml")) for line in lines)
    assert told(found(call(fact())), TOPICS, templates, language) == ""


@pytest.mark.parametrize(("language", "word"), [("en", "probably"), ("de", "wahrscheinlich")])
def test_of_another_page_few_quotes_are_named(templates, language, word):
    many = call(*(fact(quote=f"quote number {number} here") for number in range(30)))
    lines = told(found(many, "Please log in"), TOPICS, templates, language, "page.html").splitlines()
    assert len(lines) == 4
    assert word in lines[0]


# a typed date and its own quote


@pytest.mark.parametrize(
    ("typed", "quote", "told_of"),
    [
        ({"date": "2026-02-22 23:59"}, "22.02.2026, 23:59 CET", False),
        ({"date": "2026-03-01 23:59"}, "22.02.2026, 23:59 CET", True),
        ({"window": Window(from_=dt.date(2026, 3, 11), to=dt.date(2026, 3, 20))}, "11 - 20 March", False),
        ({"window": Window(from_=dt.date(2026, 3, 11), to=dt.date(2026, 3, 21))}, "11 - 20 March", True),
        ({"date": "2026-03-01 23:59"}, "the day that the page tells", False),
    ],
)
def test_a_typed_date_that_its_quote_does_not_name_is_told(typed, quote, told_of):
    assert [kind for kind, _ in clashes(fact("deadline", quote, **typed))] == ["typed"] * told_of
