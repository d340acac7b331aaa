"""The incidents of other schools (ANCHORS.md, section 2) on tables as coordinators have them: each is blocked, the right table passes.

`open_house` is a call of 240 applicants: 12 were interviewed, 6 places.
"""

from pathlib import Path

import pytest
from coordinator_tables import csv_file, person, plan, told, xlsx_file

from bot.model.campaign import Override, Told

HEAD = ("Bewerbungs-Nr.", "Vorname", "Nachname", "E-Mail-Adresse", "Ergebnis")
PLACES = 6


def row(index: int, decision: str) -> tuple[str, ...]:
    number, name, address = person(index)
    return number, *name.split(), address, decision


@pytest.fixture
def record() -> list[Told]:
    """12 shortlisted and interviewed; the others were rejected by mail."""
    return told(
        [*((index, "shortlist") for index in range(12)), *((index, "rejection") for index in range(12, 240))]
        + [(index, "interview") for index in range(12)]
    )


def classes() -> list[tuple[str, ...]]:
    """The committee's table: 6 offers, 3 on the waiting list, the others rejected."""
    decided = ["Zusage"] * 6 + ["Warteliste"] * 3 + ["Absage"] * 231
    return [HEAD, *(row(index, decision) for index, decision in enumerate(decided))]


@pytest.mark.parametrize("write", [csv_file, xlsx_file])
def test_right_table_passes(tmp_path: Path, record: list[Told], write) -> None:
    planned = plan(write(tmp_path, classes()), "offer", record, places=PLACES, count=6)
    assert planned.red == set()
    assert [one.row for one in planned.recipients] == [2, 3, 4, 5, 6, 7]
    assert len(planned.audience.aside) == 234
    assert planned.vetted.after == {row: 240 + row - 1 for row in range(2, 8)}
    assert set(planned.vetted.revision.values()) == {1}


def test_acceptance_to_people_already_rejected(tmp_path: Path, record: list[Told]) -> None:
    """UC San Diego 2009: 28,000 acceptances to people already rejected by mail."""
    table = [HEAD, *(row(index, "Zusage") for index in range(12, 18))]
    planned = plan(csv_file(tmp_path, table), "offer", record, places=PLACES, count=6)
    blocked = [each for each in planned.findings if each.code == "contradiction"]
    assert [each.row for each in blocked] == [2, 3, 4, 5, 6, 7]
    assert all(each.level == "red" and "was told rejection (2026-03-02" in each.what for each in blocked)


def test_acceptance_after_rejection_passes_with_a_reason_for_each_address_only(tmp_path, record) -> None:
    table = [HEAD, row(12, "Zusage"), row(13, "Zusage")]
    reason = Override(person(12)[2].upper(), "appeal of 3 March, minutes no. 7")
    planned = plan(csv_file(tmp_path, table), "offer", record, places=PLACES, overrides=[reason])
    found = {each.row: each for each in planned.findings if each.code == "contradiction"}
    assert (found[2].level, found[3].level) == ("orange", "red")
    assert "minutes no. 7" in found[2].cure


def test_more_offers_than_places(tmp_path: Path, record: list[Told]) -> None:
    table = [HEAD, *(row(index, "Zusage") for index in range(7))]
    planned = plan(csv_file(tmp_path, table), "offer", record, places=PLACES, count=7)
    assert planned.red == {"places"}


def test_offers_that_stand_take_places_until_they_are_declined(tmp_path: Path, record: list[Told]) -> None:
    record = [*record, *told([(index, "offer") for index in range(6)])]
    record = [Told(number, *_entry(each)) for number, each in enumerate(record, 1)]
    seventh = xlsx_file(tmp_path, [HEAD, row(6, "Zusage")])
    assert plan(seventh, "offer", record, places=PLACES).red == {"places"}
    declined = told([(0, "declined")])[0]
    record.append(Told(999, *_entry(declined)))
    assert plan(seventh, "offer", record, places=PLACES).red == set()


def _entry(each: Told) -> tuple:
    return each.person, each.address, each.name, each.what, each.when, each.campaign, each.state


def test_whole_list_instead_of_a_class(tmp_path: Path, record: list[Told]) -> None:
    """Carnegie Mellon 2015, Buffalo 2016: the export of everybody, without the column of decisions."""
    table = [line[:4] for line in classes()]
    planned = plan(xlsx_file(tmp_path, table), "offer", record, places=PLACES)
    assert {"unexpected-count", "places", "contradiction"} <= planned.red


def test_whole_list_is_blocked_by_the_count_alone(tmp_path: Path) -> None:
    """A first wave, where nobody was told anything: only the minutes know how many are meant."""
    table = [line[:4] for line in classes()]
    file = csv_file(tmp_path, table)
    assert plan(file, "shortlist").red == {"unexpected-count"}
    assert plan(file, "shortlist", count=12).red == {"unexpected-count"}
    assert plan(file, "shortlist", count=240).red == set()


def test_same_wave_twice(tmp_path: Path, record: list[Told]) -> None:
    """OpenReview #249: Send was clicked twice; here the first plan was not even sent."""
    file = csv_file(tmp_path, classes())
    first = plan(file, "offer", record, places=PLACES, count=6)
    assert first.red == set()
    number = max(each.number for each in record)
    waiting = [
        Told(number + index, one.key, one.address, one.name, "offer", record[0].when, 2, "planned")
        for index, one in enumerate(first.recipients, 1)
    ]
    second = plan(file, "offer", [*record, *waiting], places=PLACES, count=6)
    assert second.red == {"same-wave"}
    assert [each.row for each in second.findings if each.code == "same-wave"] == [2, 3, 4, 5, 6, 7]
    assert "is about to be told offer" in next(each.what for each in second.findings if each.code == "same-wave")


def test_shifted_addresses_without_any_record(tmp_path: Path) -> None:
    """Mail merge by hand: one row lost its address, and all below moved up."""
    table = [list(line[:4]) for line in classes()[:20]]
    for index in range(8, 19):
        table[index][3] = table[index + 1][3]
    del table[19]
    planned = plan(xlsx_file(tmp_path, table), "shortlist", count=18)
    assert planned.red == {"shifted"}
    named = [each.row for each in planned.findings if each.code == "shifted"]
    assert set(named) <= {*range(9, 20)}
    assert len(named) >= 9  # a neighbour of the same surname and a first name of three letters may stay unseen


def test_shifted_against_the_record(tmp_path: Path, record: list[Told]) -> None:
    """Addresses that say nothing of a name: the record knows whose they were."""
    plain = [Told(each.number, each.person, f"u{each.person[2:]}@example.org", *_entry(each)[2:]) for each in record]
    table = [HEAD, *(row(index, "Zusage") for index in range(6))]
    table = [
        table[0],
        *((a, b, c, f"u{1000 + index}@example.org", e) for index, (a, b, c, _, e) in enumerate(table[1:])),
    ]
    assert plan(csv_file(tmp_path, table), "offer", plain, places=PLACES).red == set()
    slipped = [table[0], *((*table[i][:3], table[i % 6 + 1][3], table[i][4]) for i in range(1, 7))]
    planned = plan(csv_file(tmp_path, slipped), "offer", plain, places=PLACES)
    assert planned.red == {"shifted"}
    assert len([each for each in planned.findings if each.code == "shifted"]) == 6


def test_one_person_in_two_classes(tmp_path: Path, record: list[Told]) -> None:
    table = classes()
    table[200] = (*table[3][:4], "Absage")
    planned = plan(csv_file(tmp_path, table), "offer", record, places=PLACES)
    assert planned.red == {"two-classes"}
    assert [each.row for each in planned.findings if each.code == "two-classes"] == [4, 201]
