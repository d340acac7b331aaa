"""The week of interviews: what stands in which cell, on the call's clock."""

from datetime import UTC, date, datetime, timedelta
from io import StringIO
from zoneinfo import ZoneInfo

from rich.console import Console

from bot.commands.slots.calls import time_of
from bot.commands.slots.listing import table_of
from bot.commands.slots.week import Item, items, weeks
from bot.model.knowledge import Call
from bot.model.slot import Appointment, Interviewer, Invitation, Meeting, Slot

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 10, 1, tzinfo=UTC)


def meeting(text: str, minutes: int | None = 30, *names: str) -> Meeting:
    starts = datetime.fromisoformat(text).replace(tzinfo=BERLIN).astimezone(UTC)
    return Meeting(starts, minutes, "R 1", "", tuple(Interviewer(name) for name in names))


SLOTS = [
    Slot(1, "demo", meeting("2026-11-30T09:00", 30, "Ada", "Bo")),
    Slot(2, "demo", meeting("2026-11-30T09:30"), "a-1", "Noor Haddad"),
    Slot(3, "demo", meeting("2026-11-30T10:00"), withdrawn=True),
    Slot(4, "demo", meeting("2026-12-02T09:00"), "a-2", "Li Wei", withdrawn=True),
    Slot(5, "demo", meeting("2026-09-30T09:00")),
    Slot(6, "demo", meeting("2026-12-02T09:00", 45), "a-3"),
]
NAMED = Appointment(
    "demo", "a-4", "Ines Roth", "i@x.example", Invitation("u", 0, "REQUEST", meeting("2026-12-05T09:00", 60, "Ada"))
)
CANCELLED = Appointment("demo", "a-5", "Cy", "c@x.example", Invitation("v", 1, "CANCEL", meeting("2026-12-05T09:00")))


def found() -> list[Item]:
    return items(SLOTS, [NAMED, CANCELLED], NOW)


def test_what_a_cell_says() -> None:
    assert [(item.state, item.lines) for item in found()] == [
        ("past", ("5 not booked",)),
        ("free", ("1 free", "Ada; Bo")),
        ("booked", ("2 Noor Haddad",)),
        ("withdrawn", ("3 withdrawn",)),
        ("told", ("4 WITHDRAWN, tell Li Wei",)),
        ("booked", ("6 a-3", "45 min")),
        ("named", ("set: Ines Roth", "60 min", "Ada")),
    ]


def test_weeks_have_their_working_days_and_others_as_needed() -> None:
    first, second = weeks(found(), BERLIN)
    assert (first.days[0], len(first.days)) == (date(2026, 9, 28), 5)
    assert (second.days[0], second.days[-1]) == (date(2026, 11, 30), date(2026, 12, 5))
    assert [time for time, _ in second.rows] == ["09:00", "09:30", "10:00"]
    nine = dict(second.rows)["09:00"]
    assert [[item.lines[0] for item in cell] for cell in nine] == [
        ["1 free"], [], ["4 WITHDRAWN, tell Li Wei", "6 a-3"], [], [], ["set: Ines Roth"],
    ]  # fmt: skip


def test_every_item_stands_in_exactly_one_cell_also_where_days_differ_by_zone() -> None:
    late = [Slot(number, "demo", Meeting(NOW + timedelta(hours=5 * number), 30)) for number in range(200)]
    for zone in ("Pacific/Auckland", "America/Los_Angeles", "Asia/Kolkata", "Europe/Berlin"):
        shown = [
            item
            for week in weeks(items(late, [], NOW), ZoneInfo(zone))
            for _, cells in week.rows
            for cell in cells
            for item in cell
        ]
        assert sorted(item.lines[0] for item in shown) == sorted(item.lines[0] for item in items(late, [], NOW))


def test_a_full_week_is_legible_in_140_columns_and_names_are_no_markup() -> None:
    panel = ("Émilie du Châtelet-Lomont", "Kurt Gödel")
    slots = [
        Slot(
            100 + 10 * day + hour,
            "demo",
            meeting(f"2026-11-{16 + day}T{hour + 9:02}:00", 30, *panel),
            "x",
            "[red]Ines Maria\x1b[31m Roth",
        )
        for day in range(5)
        for hour in range(5)
    ]
    (week,) = weeks(items(slots, [], NOW), BERLIN)
    console = Console(width=140, record=True, file=StringIO())
    console.print(table_of(week))
    text = console.export_text()
    assert max(len(line) for line in text.splitlines()) <= 140
    assert all(str(slot.id) in text for slot in slots)
    assert "[red]Ines Maria" in text
    assert "\x1b" not in text
    assert "Châtelet-Lomont" in text


def test_what_a_clock_shows_twice_is_told_apart_and_stands_in_order() -> None:
    first = datetime(2026, 10, 25, 0, 0, tzinfo=UTC)  # 02:00 summer time
    moments = [first + timedelta(minutes=30 * number) for number in range(5)]
    slots = [Slot(number, "demo", Meeting(at, 30)) for number, at in enumerate(moments, 1)]
    slots.append(Slot(6, "demo", meeting("2026-10-19T02:30")))
    (week,) = weeks(items(slots, [], NOW), BERLIN)
    assert [time for time, _ in week.rows] == ["02:00 CEST", "02:30", "02:30 CEST", "02:00 CET", "02:30 CET", "03:00"]
    assert [[len(cell) for cell in cells].count(1) for _, cells in week.rows] == [1] * 6
    call = Call(id="demo", kind="other", name={"en": "Demo"}, zone="Europe/Berlin")
    assert [time_of(slot.meeting, call) for slot in slots[1:5:3]] == [
        "Sun 2026-10-25 02:30 CEST-02:00 CET",
        "Sun 2026-10-25 03:00-03:30",
    ]
