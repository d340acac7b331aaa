"""Sheets of interview slots: which columns are understood, and what is said where nothing can be cut."""

import pytest

from bot.mailing.slot_sheet import FIELDS, MOST, read_sheet, slot_columns
from bot.mailing.table import Table
from bot.model.campaign import Finding
from tests.mailing.slot_tables import CALL, HEADS, NOW, at, orange, read, red, table


@pytest.mark.parametrize(
    ("head", "fields"),
    [
        (
            ("Date", "Start", "End", "Duration", "Break", "Interviewer", "E-Mail", "Room", "Zoom"),
            FIELDS[:3] + FIELDS[4:],
        ),
        (("Tag", "von", "bis", "Dauer (min)", "Pause", "Kommission", "E-Mail-Adressen", "Raum", "Videolink"), None),
        (("Termin", "Minuten", "Interviewende", "Ort"), ("begin", "minutes", "interviewers", "where")),
        (
            HEAD_OWN := ("day", "from", "until", "minutes", "gap", "interviewers", "addresses", "where", "link"),
            HEAD_OWN,
        ),
    ],
)
def test_heads_that_sheets_have(head, fields) -> None:
    columns = slot_columns(head, HEADS, {})
    wanted = fields or FIELDS[:3] + FIELDS[4:]
    assert columns.findings == ()
    assert tuple(columns.of) == tuple(sorted(wanted, key=FIELDS.index))


def test_a_window_is_cut_with_gaps_and_a_single_time_is_one_slot() -> None:
    sheet = read([("2026-11-30", "09:00", "10:40", "30", "5"), ("30.11.2026", "14:00", "", "45")])
    assert [each.meeting for each in sheet.offers] == [
        at("2026-11-30T09:00"), at("2026-11-30T09:35"), at("2026-11-30T10:10"), at("2026-11-30T14:00", 45),
    ]  # fmt: skip
    assert [each.row for each in sheet.offers] == [2, 2, 2, 3]
    assert (red(sheet), orange(sheet)) == ([], ["no-place", "no-place"])


def test_what_is_said_for_all_holds_where_a_row_says_nothing() -> None:
    sheet = read([("2026-11-30", "09:00", "10:00"), ("2026-12-01", "09:00", "10:00", "60", "0")], minutes=20, gap=20)
    assert [each.meeting.minutes for each in sheet.offers] == [20, 20, 60]


def test_one_column_for_day_and_time() -> None:
    sheet = read(
        [("2026-11-30 09:00", "10:00", "30"), ("01.12.2026 09:00 Uhr", "2026-12-01 09:30", "")],
        ("Begin", "End", "Length"),
    )
    assert [each.meeting.minutes for each in sheet.offers] == [30, 30, 30]


def test_a_head_that_means_two_things_or_nothing_is_asked_about() -> None:
    assert red(read([("2026-11-30", "09:00")], ("Tag", "Datum"))) == ["column-twice"]
    assert red(read([("x", "y")], ("Wer", "Was"))) == ["column-missing"]
    sheet = read(
        [("2026-11-30", "09:00", "late")], ("Mon", "Hour", "Wish"), kept={"day": "Mon", "from": "Hour"}, minutes=30
    )
    assert (red(sheet), orange(sheet), len(sheet.offers)) == ([], ["column-unused", "no-place"], 1)


def test_a_field_that_no_sheet_has() -> None:
    assert red(read([("2026-11-30", "09:00")], kept={"decision": "day"})) == ["column-unknown"]
    assert red(read([("2026-11-30", "09:00")], kept={"day": "Day of week"})) == ["column-gone"]


def test_applicants_heads_are_no_heads_of_slots() -> None:
    assert orange(read([("2026-11-30", "09:00", "9")], ("day", "from", "rank"), minutes=30)) == [
        "column-unused",
        "no-place",
    ]


def test_more_slots_than_anybody_offers() -> None:
    sheet = read([(f"2026-11-{day:02}", "06:00", "23:00", "1") for day in range(1, 29)])
    assert red(sheet) == ["too-many"]
    assert len(sheet.offers) == MOST


def test_a_head_without_rows() -> None:
    assert red(read([])) == ["no-rows"]


def test_what_the_reading_of_the_file_found_blocks_the_row_it_is_in() -> None:
    plain = table([("2026-11-30", "09:00", "", "30"), ("2026-11-30", "10:00", "", "30")])
    bad = Finding("red", "formula", "would be taken for a formula", "delete it", 2, "from")
    other = Finding("red", "formula", "would be taken for a formula", "delete it", 2, "Wish")
    sheet = Table(plain.name, plain.digest, plain.head, plain.rows, (bad, other))
    found = read_sheet(sheet, slot_columns(sheet.head, HEADS, {}), CALL, NOW)
    assert (red(found), [each.row for each in found.offers]) == (["formula"], [3])
