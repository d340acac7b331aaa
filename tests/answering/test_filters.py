"""Questions over several projects of the IDEAS call: every project that fits, no other, each with words that show it."""

import pytest

from bot.answering.filters import FILTERS, Wanted, can_select, people_in_several, select


@pytest.fixture(scope="module")
def call(knowledge):
    return knowledge.calls["ideas-2026"]


def ids(found):
    return {entry.project.id for entry in found}


def facts(call, topic):
    return [
        (project, fact)
        for project in call.advertised
        for fact in project.facts
        if fact.topic == topic and not fact.broken
    ]


@pytest.mark.parametrize("by", ["employer", "degree"])
@pytest.mark.parametrize("organisation", ["ufz", "hzdr", "tud", "leipzig"])
def test_projects_of_an_organisation(call, by, organisation):
    def fits(fact):
        return organisation in fact.organisations or any(
            call.organisations[name].part_of == organisation for name in fact.organisations
        )

    assert ids(select(call, by, Wanted(organisations=frozenset({organisation})))) == {
        p.id for p, fact in facts(call, by) if fits(fact)
    }


def test_what_is_part_of_a_centre_belongs_to_it(call):
    casus, hzdr = (
        select(call, "supervisor-institution", Wanted(organisations=frozenset({name}))) for name in ("casus", "hzdr")
    )
    assert ids(casus)
    assert ids(casus) <= ids(hzdr)


def test_skills_are_found_with_their_strength(call, knowledge):
    found = select(call, "skill", Wanted(skills=frozenset({"python"})))
    assert ids(found) == {p.id for p in call.advertised if any("python" in r.skills for r in p.requirements)}
    for entry in found:
        assert {ground.entry.strength for ground in entry.grounds} <= {"required", "expected", "advantage"}


@pytest.mark.parametrize("field", ["biology", "physics", "computer-science"])
def test_fields_come_from_degree_requirements_only(call, knowledge, field):
    assert field in knowledge.vocabulary.fields
    for entry in select(call, "field", Wanted(fields=frozenset({field}))):
        assert all(ground.entry.kind == "degree" and field in ground.entry.fields for ground in entry.grounds)


def test_with_and_without_additional_pis_are_all(call):
    named, none = ids(select(call, "additional-pis", Wanted())), ids(select(call, "no-additional-pis", Wanted()))
    assert none
    assert named | none == {project.id for project in call.advertised}
    assert not named & none


def test_people_in_several_projects(call):
    counts = {}
    for project, fact in facts(call, "supervisors"):
        for person in fact.people:
            counts.setdefault(person, set()).add(project.id)
    assert {person for person, _ in people_in_several(call, ("supervisors",))} == {
        p for p, where in counts.items() if len(where) > 1
    }


@pytest.mark.parametrize("by", FILTERS)
def test_every_filter_shows_why(knowledge, by):
    wanted = Wanted(*(frozenset({"ufz", "loeck", "Leipzig", "python", "biology"}) for _ in range(6)))
    for call in knowledge.calls.values():
        organisations = frozenset(call.organisations)
        for entry in select(
            call,
            by,
            Wanted(
                wanted.people, organisations, wanted.places, wanted.fields, wanted.skills, frozenset(call.theme_names)
            ),
        ):
            assert entry.grounds
            assert all(ground.entry.statement or any(ground.entry.quotes) for ground in entry.grounds)


@pytest.mark.parametrize("by", [by for by, (needs, _) in FILTERS.items() if needs])
def test_a_filter_without_its_value_does_not_fire(by):
    assert not can_select(by, Wanted())


def test_the_reply_lists_every_project(ask, call):
    reply = ask("Which projects name no additional PIs?").reply
    for entry in select(call, "no-additional-pis", Wanted()):
        assert entry.project.name in reply
