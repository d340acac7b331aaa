"""Sheets of interview slots for tests, read on the clock of Berlin in the autumn of 2026."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from coordinator_tables import COLUMNS

from bot.files.column_files import load_heads
from bot.mailing.slot_rows import Defaults
from bot.mailing.slot_sheet import SlotSheet, read_sheet, slot_columns
from bot.mailing.table import Row, Table
from bot.model.knowledge import Call
from bot.model.slot import Interviewer, Meeting

HEADS = load_heads(Path(COLUMNS).with_name("slots.yaml"))
NOW = datetime(2026, 10, 1, 8, 0, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
CALL = Call(id="demo", kind="other", name={"en": "Demo"}, zone="Europe/Berlin")
HEAD = ("day", "from", "until", "minutes", "gap", "interviewers", "addresses", "where", "link")
ADA, BO = Interviewer("Ada Muster", "ada@school.example"), Interviewer("Bo Beispiel")


def table(rows: Sequence[Sequence[str]], head: Sequence[str] = HEAD) -> Table:
    width = len(head)
    filled = [Row(number, (*row, *[""] * (width - len(row)))) for number, row in enumerate(rows, 2)]
    return Table("slots.csv", "0" * 64, tuple(head), tuple(filled))


def read(
    rows: Sequence[Sequence[str]],
    head: Sequence[str] = HEAD,
    *,
    kept: dict[str, str] | None = None,
    minutes: int | None = None,
    gap: int = 0,
) -> SlotSheet:
    sheet = table(rows, head)
    return read_sheet(sheet, slot_columns(sheet.head, HEADS, kept or {}), CALL, NOW, Defaults(minutes, gap))


def red(sheet: SlotSheet) -> list[str]:
    return [each.code for each in sheet.findings if each.level == "red"]


def orange(sheet: SlotSheet) -> list[str]:
    return [each.code for each in sheet.findings if each.level == "orange"]


def at(
    text: str, minutes: int | None = 30, *, place: str = "", link: str = "", panel: Sequence[Interviewer] = ()
) -> Meeting:
    """A meeting at a time on Berlin's clock."""
    starts = datetime.fromisoformat(text).replace(tzinfo=BERLIN).astimezone(UTC)
    return Meeting(starts, minutes, place, link, tuple(panel))
