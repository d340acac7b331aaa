import pytest
from coordinator_tables import person

from bot.mailing.oddity import Rated, rate

TEXT = "Dear {name},\n\nwe are glad to offer you the project P{i}.\n\nPlease answer by 12 March.\n\nKind regards\nThe office\n"


def letters(count: int = 40) -> list[Rated]:
    return [
        Rated(
            i + 2,
            person(i)[1],
            person(i)[2],
            "Your offer: please answer by 12 March",
            TEXT.format(name=person(i)[1], i=i),
            "en",
            "",
        )
        for i in range(count)
    ]


def changed(**change: str) -> Rated:
    base = letters(6)[5]
    fields = {name: getattr(base, name) for name in ("name", "address", "subject", "text", "language", "zone")}
    return Rated(500, **(fields | change))


BASE = letters(6)[5]


def test_letters_like_the_others_are_not_odd() -> None:
    assert set(rate(letters()).values()) == {(0.0, ())}
    assert rate([]) == {}
    assert rate(letters(1)) == {2: (0.0, ())}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"text": BASE.text[:60]}, "much shorter than the others"),
        ({"text": BASE.text + "One more word. " * 40}, "much longer than the others"),
        ({"text": BASE.text + "PS: bring your cat.\n"}, "has a line that few others have"),
        ({"text": BASE.text.replace("Kind regards\n", "")}, "lacks a line that the others have"),
        ({"text": BASE.text.replace("12 March", "None")}, "`None` stands in the letter"),
        ({"text": BASE.text + "{{ name }}"}, "`{{` stands in the letter"),
        (
            {"text": BASE.text.replace("the project P5.", "the project .")},
            "a gap or a doubled sign, as where something is missing",
        ),
        ({"subject": ""}, "no subject"),
        ({"subject": "Your offer"}, "much shorter subject than the others"),
        ({"name": "FARID ALBRECHT"}, "name in capitals"),
        ({"name": "farid albrecht"}, "name without capitals"),
        ({"name": "Farid Albrecht2"}, "digits in the name"),
        ({"name": "Farid Albrecht (P3)"}, "signs in the name that names do not have"),
        ({"name": "Farid"}, "name of one word"),
        ({"name": "Farid Farid Albrecht"}, "a part of the name stands twice"),
        ({"name": "Farid von und zu Albrecht Baumann"}, "long name"),
        ({"address": "sunny88@example.org"}, "address unlike the name"),
        ({"address": "farid.albrecht@exmaple.org"}, "exmaple.org is a slip away from example.org"),
        ({"language": "de"}, "unusual language"),
        ({"zone": "Asia/Tokyo"}, "unusual time zone"),
    ],
)
def test_what_is_odd_is_said(change: dict[str, str], reason: str) -> None:
    rated = rate([*letters(), changed(**change)])
    weight, reasons = rated[500]
    assert reason in reasons
    assert weight == max(weight for weight, _ in rated.values()) > 0
    assert all(weight == 0 for row, (weight, _) in rated.items() if row != 500)


def test_what_most_have_is_the_templates_way() -> None:
    spaced = [Rated(i, person(i)[1], person(i)[2], "S", "When:  14:00\nWhere:  here\n") for i in range(10)]
    assert set(rate(spaced).values()) == {(0.0, ())}


def test_weightiest_reason_first_and_the_same_each_time() -> None:
    items = [*letters(), changed(name="FARID", text="None")]
    reasons = rate(items)[500][1]
    assert reasons[0] in ("`None` stands in the letter", "much shorter than the others")
    assert rate(items) == rate([*items]) == rate(items[::-1])


def test_names_of_other_scripts_are_not_odd() -> None:
    others = [
        changed(name=name, address="x1@example.org", text=TEXT.format(name=name, i=7)) for name in ("王小明", "김민준")
    ]
    for other in others:
        assert rate([*letters(), other])[500][1] == ()
