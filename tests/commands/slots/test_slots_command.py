"""`callboard slots`: a sheet offered, the week shown, slots withdrawn with a table that plans the cancellation, a calendar written."""

import csv
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from campaigns_desk import ADA, BO, CALL, PEOPLE, Desk
from icalendar import Calendar

from bot.commands.main import main
from bot.files.tables import read_table
from bot.model.own_mail import Booking
from bot.storage.bookings import claim_slot

DAY = next(
    day for more in range(20, 27) if (day := datetime.now(UTC) + timedelta(days=more)).weekday() == 0
).date()  # a Monday
HEAD = ("Tag", "von", "bis", "Dauer", "Interviewende", "E-Mails", "Raum")
ROW = (DAY.isoformat(), "09:00", "10:30", "30", "Ada Lovelace; Kurt Gödel", "ada.l@school.example;", "R 1.23")
Run = Callable[..., int]


@pytest.fixture
def slots(desk: Desk) -> Run:
    """Runs `callboard slots`; what it printed stands at the desk."""

    def run(*words: object, by: str = "") -> int:
        identity = ["--by", by] if by else []
        code = main(["--config", str(desk.folder / "config.yaml"), "slots", *map(str, words), *identity])
        desk.out, desk.err = desk.capture.readouterr()
        return code

    return run


def sheet(desk: Desk, *rows: Sequence[str], name: str = "slots.csv") -> Path:
    file = desk.folder / name
    with file.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out, delimiter=";").writerows([HEAD, *(rows or (ROW,))])
    return file


def offered(desk: Desk, slots: Run) -> None:
    assert slots("add", CALL, sheet(desk), "--yes", by=ADA) == 0, desk.out + desk.err


def booked(desk: Desk, *numbers: int) -> None:
    """Invite three people to choose, and let the first of them book these."""
    assert desk.run("record", desk.table(), "--call", CALL, "--kind", "shortlist", "--count", 3, "--yes") == 0, (
        desk.out + desk.err
    )
    more = ("--set", f"reply_by={(DAY - timedelta(days=7)).isoformat()}")
    desk.sent("interview-booking", *more)
    with desk.store() as store:
        mails = store.campaigns.deliveries(1)
        for number, delivery in zip(numbers, mails, strict=False):
            (slot,) = [one for one in store.slots.slots(CALL) if one.id == number]
            mail = store.own_mails.mail(delivery.id)
            assert mail is not None
            with store.engine.begin() as connection:
                claim_slot(connection, Booking(mail, slot, f"uid-{number}", 0), datetime.now(UTC))


def test_a_sheet_is_shown_and_offered_on_a_yes(desk: Desk, slots: Run) -> None:
    file = sheet(desk)
    assert slots("add", CALL, file, by=ADA) == 1  # nobody said yes
    assert "add --yes" in desk.err
    assert slots(CALL) == 0
    assert "no slots so far" in desk.out
    assert slots("add", CALL, file, "--yes", by=ADA) == 0
    assert "3 slots on the clock of Europe/Berlin" in desk.out
    assert f"Mon {DAY} 09:30-10:00" in desk.out
    assert "Offered: 3, numbers 1 to 3" in desk.out
    assert slots("add", CALL, file, "--yes", by=ADA) == 1
    assert "is the same slot as slot 1" in desk.out
    assert slots() == 0  # one call alone has slots
    assert "3 free, 0 booked" in desk.out
    assert "clock of Europe/Berlin" in desk.out


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ((DAY.isoformat(), "9 am", "", "30"), "row 2, column von"),
        ((DAY.isoformat(), "10:00", "09:00", "30"), "column bis: ends before it begins"),
        (("2020-01-06", "09:00", "", "30"), "has gone by"),
        ((DAY.isoformat(), "09:00", "", "30", "Ada", "ada@"), "column E-Mails"),
        ((DAY.isoformat(), "09:00", "", "30", "=HYPERLINK(x)"), "formula"),
        ((DAY.isoformat(), "09:00", "", "30", "A\x1b[31mda"), "nobody sees"),
    ],
)
def test_a_sheet_with_a_mistake_offers_nothing(desk: Desk, slots: Run, row: tuple[str, ...], said: str) -> None:
    padded = (*row, *[""] * (len(HEAD) - len(row)))
    assert slots("add", CALL, sheet(desk, padded), "--yes", by=ADA) == 1
    assert said in " ".join(desk.out.split())
    assert "\x1b[31m" not in desk.out
    with desk.store() as store:
        assert store.slots.slots(CALL) == []


def test_who_may_not_prepare_offers_nothing(desk: Desk, slots: Run) -> None:
    people = [
        {"name": ADA, "email": "ada@school.example", "rights": ["approve"]},
        {"name": BO, "email": "bo@school.example"},
    ]
    desk.settings["coordinators"] = people
    desk.configure()
    assert slots("add", CALL, sheet(desk), "--yes", by=ADA) == 1
    assert "no right to prepare" in desk.err
    assert slots("withdraw", CALL, 1, "--yes", by=ADA) == 1
    assert "no right to prepare" in desk.err


def test_words_that_are_no_step_and_no_call(desk: Desk, slots: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert slots() == 1
    assert "no call has slots" in desk.err
    assert slots("nowhere-2026") == 1
    assert f"known are {CALL}" in desk.err or CALL in desk.err
    for words in (("remove", CALL), ("add", CALL), ("withdraw", CALL), ("add", CALL, "x.csv", "--minutes", "0")):
        with pytest.raises(SystemExit) as error:
            slots(*words)
        assert error.value.code == 2
    assert slots("add", CALL, "missing.csv", "--yes", by=ADA) == 1
    assert "cannot be read" in desk.err
    with pytest.raises(SystemExit):
        slots("--help")
    assert "withdraw" in capsys.readouterr().out


def test_the_week_with_who_booked_and_who_has_not(desk: Desk, slots: Run) -> None:
    offered(desk, slots)
    booked(desk, 2)
    assert slots(CALL) == 0
    assert "2 free, 1 booked" in desk.out
    assert "2 Noor Haddad" in desk.out
    said = " ".join(desk.out.split())
    assert "2 invited to choose a time have not: Li Wei <li.wei@example.org>" in said
    assert "Ines Roth" in said


def test_withdrawn_slots_make_the_table_that_plans_the_cancellation(desk: Desk, slots: Run) -> None:
    offered(desk, slots)
    booked(desk, 2, 3)
    assert slots("withdraw", CALL, 1, 2, 99, "--yes", by=ADA) == 1
    assert "has no slot 99" in desk.err
    assert slots("withdraw", CALL, 1, 2, "--yes", by=ADA) == 0, desk.err
    assert "Noor Haddad" in desk.out
    assert "callboard campaign plan slots-withdrawn-ideas-2026.csv" in desk.out
    file = desk.folder / "slots-withdrawn-ideas-2026.csv"
    assert file.stat().st_mode & 0o777 == 0o600
    table = read_table(file)
    assert table.head == ("slot number", "application number", "name", "email", "interview")
    assert [row.cells for row in table.rows] == [("2", "a-1", *PEOPLE[0][1:], f"{DAY} 09:30")]
    more = ("--call", CALL, "--kind", "interview-cancellation", "--count", 1, "--set", "next=We write to you again.")
    assert desk.run("plan", file, *more) == 0, desk.out + desk.err
    assert slots(CALL) == 0
    assert "2 WITHDRAWN, tell" in desk.out
    assert "1 withdrawn but still held" in desk.out
    assert slots("withdraw", CALL, 2, "--yes", by=ADA) == 0
    assert "slots-withdrawn-ideas-2026-2.csv" in desk.out


def test_one_calendar_for_the_interviewers(desk: Desk, slots: Run) -> None:
    offered(desk, slots)
    booked(desk, 2)
    file = desk.folder / "week.ics"
    assert slots("export", CALL, file) == 0
    assert file.stat().st_mode & 0o777 == 0o600
    assert summaries(file) == ["Interview: Noor Haddad"]
    assert slots("export", CALL, file) == 1
    assert "stands already" in desk.err
    assert slots("export", CALL, desk.folder / "all.ics", "--free", "--interviewer", "gödel") == 0
    assert summaries(desk.folder / "all.ics") == ["free", "Interview: Noor Haddad", "free"]
    assert slots("export", CALL, desk.folder / "none.ics", "--interviewer", "Nobody") == 1
    assert "interviewers are Ada Lovelace; Kurt Gödel" in desk.err
    assert not (desk.folder / "none.ics").exists()


def summaries(file: Path) -> list[str]:
    events = Calendar.from_ical(file.read_bytes()).walk("VEVENT")
    return [str(event["summary"]).split(" (")[0] for event in events]
