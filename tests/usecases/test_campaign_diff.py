"""Which words of a mail were filled in, and what changed since the last wave."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import meta
from yaml import safe_load

from bot.files.mail_templates import load_mail_templates
from bot.mailing.template import LANGUAGES, MailTemplate, environment
from bot.model.delivery import Delivery
from bot.usecases.campaign_diff import (
    OwnWords,
    against_last,
    people_against_last,
    texts_against_last,
)

TEMPLATE = """\
Dear {{ name }},

{% if rank %}
You stand at {{ rank }}{% if of %} of {{ of }}{% endif %}.
{% elif late %}
No rank yet.
{% else %}
No rank.
{% endif %}
Days: {% for day in days %}{{ day }}, {% endfor %}and no more.
{% for slot in slots %}
- {{ slot.day }}: {{ slot.hour }}
{% endfor %}
{%- set sign = "x" %}

{{ note }}
Kind regards
"""


def marked(text: str, template: str = TEMPLATE) -> list[str]:
    """Lines with what is filled in between brackets."""
    lines = OwnWords(template).lines(text)
    return ["".join(f"[{part}]" if filled else part for part, filled in line.parts) for line in lines]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Dear Ada,", "Dear [Ada],"),
        ("Dear Ada, Countess,", "Dear [Ada, Countess],"),
        ("Dear ,", "Dear ,"),
        ("You stand at 3.", "You stand at [3]."),
        ("You stand at 3 of 9.", "You stand at [3] of [9]."),
        ("No rank.", "No rank."),
        ("No rank yet.", "No rank yet."),
        ("Days: Monday, Friday, and no more.", "Days: [Monday, Friday, ]and no more."),
        ("- Monday: 14:00", "- [Monday]: [14:00]"),
        ("Words of nobody's template", "[Words of nobody's template]"),
        ("Kind regards", "Kind regards"),
        ("", ""),
    ],
)
def test_exactly_what_was_filled_in_is_marked(line: str, expected: str) -> None:
    assert marked(line) == [expected]


def test_a_value_of_several_lines_is_marked_whole() -> None:
    assert marked("Dear Ada\nLovelace,") == ["[Dear Ada]", "[Lovelace,]"]


@pytest.mark.parametrize("source", ["{% if %}", "{{ a", "{% for x in y %}never closed", "{% nothing %}"])
def test_of_what_is_no_template_all_is_marked(source: str) -> None:
    assert marked("Dear Ada,", source) == ["[Dear Ada,]"]


def test_a_line_of_too_many_courses_is_marked_rather_than_believed() -> None:
    source = "".join(f"{{% if a{n} %}}a{n} {{% else %}}b{n} {{% endif %}}" for n in range(20)) + "end"
    assert marked("not of it, the end", source) == ["[not of it, the end]"]
    start = "".join(f"b{n} " for n in range(14))
    assert marked(f"{start}{''.join(f'b{n} ' for n in range(14, 20))}end", source)[0].startswith("[b0 b1 ")


@given(
    name=st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\r\n"), min_size=1, max_size=30),
    rank=st.integers(0, 99),
    of=st.integers(0, 99),
)
def test_the_parts_are_the_mail_and_unmarked_ones_the_template(name: str, rank: int, of: int) -> None:
    text = (
        environment()
        .from_string(TEMPLATE)
        .render(name=name, rank=rank, of=of, late=False, days=["Mo"], slots=[], note=name)
    )
    own = OwnWords(TEMPLATE)
    for line in own.lines(text):
        assert "".join(part for part, _ in line.parts) == line.text
        assert all(part in TEMPLATE for part, filled in line.parts if not filled and part.strip())


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_source_and_any_text_give_lines(source: str, text: str) -> None:
    lines = OwnWords(source).lines(text)
    assert "\n".join(line.text for line in lines) == text.replace("\r\n", "\n")


class Filled:
    """Stands for any value: it and all that it has show as §."""

    def __str__(self) -> str:
        return "§"

    def __getattr__(self, name: str) -> "Filled":
        if name.startswith("__"):
            raise AttributeError(name)
        return self


MAIL_TEMPLATES = load_mail_templates(Path(__file__).parents[2] / "templates")


@pytest.mark.parametrize("template", MAIL_TEMPLATES.values(), ids=MAIL_TEMPLATES.keys())
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("optional", [True, False], ids=["all", "least"])
def test_of_every_shipped_template_the_values_are_marked_and_its_words_not(
    template: MailTemplate, language: str, optional: bool
) -> None:
    source = safe_load(template.source)[language]
    names = meta.find_undeclared_variables(environment().parse(source["subject"] + source["text"]))
    least = {name for name, field in template.fields.items() if field.optional} if not optional else set()
    rendered = template.render(language, {name: "" if name in least else Filled() for name in names})
    lines = [
        *OwnWords(source["text"]).lines(rendered.text),
        OwnWords(source["subject"]).line(rendered.subject),
    ]
    for line in lines:
        assert all(filled == (part == "§") for part, filled in line.parts), line


def test_changed_words_are_told_and_others_not() -> None:
    assert against_last("a\nb\nnew", "a\nb\nold") == ["- old", "+ new"]
    assert against_last("a\nb", "a\nb") == []
    assert against_last("--- a", "") == ["+ --- a"]


def test_a_language_that_came_or_went_is_a_change() -> None:
    now, before = {"en": ("S", "T"), "de": ("B", "X")}, {"en": ("S", "T"), "fr": ("F", "")}
    assert texts_against_last(now, before) == {"de": ["+ B", "+ X"], "fr": ["- F"]}


def a_delivery(person: str, address: str) -> Delivery:
    return Delivery(1, 1, 2, person, address, person, "en", "t", 1, "", "planned")


def test_people_of_both_waves_are_known_by_number_or_by_address() -> None:
    now = [a_delivery("1", "a@x.org"), a_delivery("2", "NEW@x.org"), a_delivery("9", "c@x.org")]
    before = [a_delivery("1", "other@x.org"), a_delivery("7", "new@x.org"), a_delivery("8", "gone@x.org")]
    shared = people_against_last(now, before)
    assert (shared.both, shared.added, shared.gone) == (("1", "2"), 1, 1)
