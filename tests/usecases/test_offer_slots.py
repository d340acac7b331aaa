"""Slots offered and withdrawn on a record: what stands in the way is seen again in the moment of offering."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.files.column_files import load_heads
from bot.mailing.slot_rows import Defaults
from bot.mailing.slot_sheet import SlotSheet
from bot.mailing.table import Row, Table
from bot.model.campaign import Told
from bot.model.knowledge import Call
from bot.model.slot import Appointment, Invitation, Meeting, Slot
from bot.storage.store import Store
from bot.usecases.campaign_ports import NotAllowedError
from bot.usecases.offer_slots import OfferSlots, not_booked
from bot.usecases.own_mail_ports import Slots

NOW = datetime(2026, 10, 1, 8, 0, tzinfo=UTC)
CALL = Call(id="demo", kind="other", name={"en": "Demo"}, zone="Europe/Berlin")
HEADS = load_heads(Path(__file__).parents[2] / "knowledge" / "vocabulary" / "slots.yaml")
HEAD = ("day", "from", "until", "interviewers", "where")


@pytest.fixture
def work(store: Store) -> OfferSlots:
    return OfferSlots(store.slots, HEADS)


def read(work: OfferSlots, *rows: tuple[str, ...], now: datetime = NOW) -> SlotSheet:
    table = Table("slots.csv", "0" * 64, HEAD, tuple(Row(number, row) for number, row in enumerate(rows, 2)))
    return work.read(table, CALL, now, {}, Defaults(30, 0))


MORNING = ("2026-11-30", "09:00", "10:00", "Ada; Bo", "R 1")


def red(sheet: SlotSheet) -> list[tuple[int, str]]:
    return [(each.row, each.code) for each in sheet.findings if each.level == "red"]


def test_slots_are_offered_once(work: OfferSlots) -> None:
    sheet = read(work, MORNING)
    added = work.offer(sheet, CALL.id, "Ada", NOW)
    assert [slot.meeting for slot in added] == [each.meeting for each in sheet.offers]
    assert red(read(work, MORNING)) == [(2, "same-slot"), (2, "same-slot")]
    with pytest.raises(NotAllowedError, match="nothing was offered: row 2: is the same slot as slot 1"):
        work.offer(sheet, CALL.id, "Ada", NOW)
    assert len(work.book.slots(CALL.id)) == 2


def test_what_was_offered_between_looking_and_agreeing(work: OfferSlots) -> None:
    mine, theirs = read(work, MORNING), read(work, ("2026-11-30", "09:15", "09:45", "bo", "R 2"))
    work.offer(theirs, CALL.id, "Bo", NOW)
    with pytest.raises(NotAllowedError, match="Bo interviews in slot 1"):
        work.offer(mine, CALL.id, "Ada", NOW)


@dataclass
class Overtaken:
    """The book, in which somebody else offers slots between a look at it and the next writing."""

    book: Slots
    meanwhile: list[Meeting]

    def __getattr__(self, name: str) -> Any:
        return getattr(self.book, name)

    def add(
        self, call: str, meetings: Sequence[Meeting], by: str, now: datetime, last: int | None = None
    ) -> list[Slot]:
        new, self.meanwhile = self.meanwhile, []
        self.book.add(call, new, "Bo", now)
        return self.book.add(call, meetings, by, now, last)


def test_one_sheet_offered_twice_at_once_is_offered_once(work: OfferSlots) -> None:
    sheet = read(work, MORNING)
    book = Overtaken(work.book, [each.meeting for each in sheet.offers])
    with pytest.raises(NotAllowedError, match="is the same slot as slot 1"):
        OfferSlots(book, HEADS).offer(sheet, CALL.id, "Ada", NOW)
    assert len(work.book.slots(CALL.id)) == 2


def test_what_does_not_clash_is_offered_though_another_was_faster(work: OfferSlots) -> None:
    sheet = read(work, MORNING)
    book = Overtaken(work.book, [Meeting(NOW + timedelta(days=9), 30)])
    assert [slot.id for slot in OfferSlots(book, HEADS).offer(sheet, CALL.id, "Ada", NOW)] == [2, 3]
    assert len(work.book.slots(CALL.id)) == 3


def test_a_sheet_that_is_wrong_empty_or_late_offers_nothing(work: OfferSlots) -> None:
    for sheet, now in (
        (read(work, ("2026-11-30", "9 am", "10:00", "Ada", "R 1"), MORNING), NOW),
        (read(work), NOW),
        (read(work, MORNING), NOW + timedelta(days=90)),
    ):
        with pytest.raises(NotAllowedError, match="nothing was offered"):
            work.offer(sheet, CALL.id, "Ada", now)
    assert work.book.slots(CALL.id) == []


def test_withdrawn_slots_leave_room_for_others(work: OfferSlots) -> None:
    work.offer(read(work, MORNING), CALL.id, "Ada", NOW)
    assert work.withdraw(CALL.id, [1, 2, 2], "Ada", NOW) == []
    assert [slot.withdrawn for slot in work.book.slots(CALL.id)] == [True, True]
    assert red(read(work, MORNING)) == []


def test_a_number_of_another_call_withdraws_nothing(work: OfferSlots) -> None:
    work.offer(read(work, MORNING), CALL.id, "Ada", NOW)
    (other,) = work.book.add("other", [Meeting(NOW + timedelta(days=9), 30)], "Ada", NOW)
    with pytest.raises(NotAllowedError, match=f"has no slot {other.id}"):
        work.withdraw(CALL.id, [1, other.id], "Ada", NOW)
    assert not any(slot.withdrawn for slot in (*work.book.slots(CALL.id), *work.book.slots("other")))


def told(number: int, person: str, what: str, state: str = "sent") -> Told:
    return Told(number, person, f"{person}@x.example", person, what, NOW, 1, state)


def test_who_was_invited_to_choose_and_has_not() -> None:
    meeting = Meeting(NOW, 30)
    entries = [Invitation("u", 0, "REQUEST", meeting, 1), Invitation("v", 1, "CANCEL", meeting)]
    people = [
        Appointment("demo", name, name, f"{name}@x.example", each)
        for name, each in zip(("a", "b"), entries, strict=True)
    ]
    asked = [told(number, name, "interview-booking") for number, name in enumerate("abcde", 1)]
    since = [told(7, "c", "reminder"), told(8, "d", "withdrawn", ""), told(9, "f", "interview-booking", "planned")]
    assert [one.person for one in not_booked([*asked, *since], people)] == ["b", "c", "e"]
