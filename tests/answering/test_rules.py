"""Y-supervision: one side of a Helmholtz centre, one of a university; what the call does not name stays open."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answering.rules import Side, y_fulfilled, y_sides

KINDS = st.lists(st.sampled_from(["helmholtz", "university", "hospital", "other", None]), max_size=3)


def sides(kinds):
    return [Side(str(index), None, kind) for index, kind in enumerate(kinds)]


@pytest.mark.parametrize(
    ("kinds", "fulfilled"),
    [
        (["helmholtz", "university"], True),
        (["university", "university"], False),
        (["helmholtz", "helmholtz"], False),
        (["helmholtz", "hospital"], False),
        (["helmholtz", None], None),
        ([None, None], None),
        (["helmholtz"], None),
        ([], None),
        (["helmholtz", "university", None], True),
    ],
)
def test_the_rule(kinds, fulfilled):
    assert all(y_fulfilled(sides(order)) is fulfilled for order in permutations(kinds))


@given(KINDS)
def test_it_is_fulfilled_only_by_both_kinds(kinds):
    assert (y_fulfilled(sides(kinds)) is True) == ({"helmholtz", "university"} <= set(kinds))


@given(KINDS.filter(lambda kinds: None in kinds))
def test_an_unknown_side_is_never_a_no(kinds):
    assert y_fulfilled(sides(kinds)) is not False


@pytest.mark.parametrize(
    ("people", "fulfilled"),
    [
        (["loeck", "speidel"], True),
        (["loeck", "schor"], False),
        (["speidel", "stadler"], False),
        (["calabrese", "mahecha"], True),
        (["loeck", "borre"], False),
    ],
)
def test_the_people_of_the_call(knowledge, people, fulfilled):
    assert y_fulfilled(y_sides(knowledge.calls["ideas-2026"], people, [])) is fulfilled


def test_a_centre_counts_as_what_it_is_part_of(knowledge):
    (side,) = y_sides(knowledge.calls["ideas-2026"], [], ["casus"])
    assert side.kind == "helmholtz"


def test_the_reply_to_somebody_unknown_is_no_no(ask):
    reply = ask("Would Prof. Löck and Prof. Marie Curie fulfil the Y-supervision?").reply
    assert "not a PI" not in reply
    assert "does not name" in reply or "not named" in reply, reply
