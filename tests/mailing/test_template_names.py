"""What a letter's template may say: known names only, and nothing that could leave a gap."""

import pytest

from bot.mailing.fields import Field
from bot.mailing.template import environment
from bot.mailing.template_names import names_in

FIELDS = {
    "where": Field(type="line", en="-", de="-"),
    "interview": Field(type="time", en="-", de="-"),
    "project": Field(type="project", en="-", de="-", optional=True),
    "link": Field(type="link", en="-", de="-", optional=True),
    "note": Field(type="text", en="-", de="-"),
}
TOPICS = {"deadline", "interview-dates"}


def names(source, **more):
    return names_in(environment(), source, FIELDS, TOPICS, **more)


@pytest.mark.parametrize(
    "source",
    [
        "{{ where }} {{ interview }} {{ interview.day }} {{ interview.there }} {{ name }} {{ sender }} {{ contact }} {{ call.name }}",
        "{% if project %}{{ project }} {{ project.title }}{% endif %}",
        "{% if project and project.title %}{{ project.title }}{% endif %}",
        "{% if project and link %}{{ project }} {{ link }}{% endif %}",
        "{% if not project %}none{% else %}{{ project }}{% endif %}",
        "{% if not project or not link %}-{% else %}{{ project }} {{ link }}{% endif %}",
        "{% if not project %}-{% elif link %}{{ project }} {{ link }}{% endif %}",
        "{{ project if project else where }}",
        "{% if call.facts.deadline %}{{ call.facts.deadline }}{% endif %}{{ call.facts.interview_dates }}",
        "{# for coordinators #}{{ 'words' }}",
    ],
)
def test_what_is_known_and_there_is_taken(source):
    assert names(source).misuses == []


@pytest.mark.parametrize(
    ("source", "what"),
    [
        ("{{ wehre }}", "`wehre` is unknown"),
        ("{{ where.upper }}", "`where.upper` is unknown"),
        ("{{ where.__class__ }}", "`where.__class__` is unknown"),
        ("{{ interview.hour }}", "`interview.hour` is unknown"),
        ("{{ interview.day.year }}", "`interview.day.year` is unknown"),
        ("{{ call }}", "`call` is unknown"),
        ("{{ call.places }}", "`call.places` is unknown"),
        ("{{ call.facts }}", "`call.facts` is unknown"),
        ("{{ call.facts.dead_line }}", "names no topic"),
        ("{{ call.facts.deadline.year }}", "names no topic"),
        ("{{ name.first }}", "`name.first` is unknown"),
        ("{{ project }}", "`project` is optional"),
        ("{{ project.title }}", "`project` is optional"),
        ("{% if project.title %}x{% endif %}", "`project` is optional"),
        ("{% if project or link %}{{ project }}{% endif %}", "`project` is optional"),
        ("{% if project %}x{% else %}{{ project }}{% endif %}", "`project` is optional"),
        ("{% if link %}{{ project }}{% endif %}", "`project` is optional"),
        ("{{ where if link }}", "without `else`"),
        ("{{ where | upper }}", "uses `filter`"),
        ("{{ where.upper() }}", "uses `call`"),
        ("{{ where[0] }}", "uses `getitem`"),
        ("{{ 7 * 7 }}", "uses `mul`"),
        ("{% set x = 1 %}", "uses `assign`"),
        ("{% for x in where %}{{ x }}{% endfor %}", "uses `for`"),
        ("{% include 'x' %}", "uses `include`"),
        ("{% if link is defined %}x{% endif %}", "uses `test`"),
        ("{{ where", "is no template"),
        ("{% if where %}", "is no template"),
    ],
)
def test_anything_else_is_a_misuse_with_its_line(source, what):
    (misuse,) = names(f"first line\n\n{source}").misuses
    assert what in misuse.what
    assert misuse.line == 3


def test_a_subject_takes_no_field_of_several_lines():
    assert names("{{ note }}").misuses == []
    assert "a subject has one" in names("{{ note }}", subject=True).misuses[0].what


def test_the_facts_are_told_and_which_of_them_the_text_cannot_do_without():
    found = names("{% if call.facts.deadline %}{{ call.facts.deadline }}{% endif %}{{ call.facts.interview_dates }}")
    assert (found.facts, found.needed) == ({"deadline", "interview-dates"}, {"interview-dates"})


def test_names_that_only_letters_to_choose_a_time_have():
    source = "{{ times }}{% if more %}{{ more }}{% endif %}{% if telegram %}{{ telegram }}{% endif %}"
    assert names(source, choices=True).misuses == []
    assert len(names(source).misuses) == 5  # unknown in any other letter, where an `if` asks, too
    assert "may be empty" in names("{{ telegram }}", choices=True).misuses[0].what
    assert "belongs into the text" in names("{{ times }}", choices=True, subject=True).misuses[0].what
