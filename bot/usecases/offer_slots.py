"""Offering interview slots from a sheet, and withdrawing them: what must not clash is looked at again in the moment it is done.

Two sheets offered at once: the later sees the slots of the earlier. Appointments that coordinators name are seen as they stand just before.

Knows the book of slots. Does not know who may do it, how anything is shown, or who has to be told of a slot withdrawn (a campaign).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.mailing.columns import Heads
from bot.mailing.slot_findings import Standing, clash_findings
from bot.mailing.slot_rows import Defaults
from bot.mailing.slot_sheet import SlotSheet, read_sheet, slot_columns
from bot.mailing.table import Table
from bot.model.campaign import COUNTS, Told, address_key
from bot.model.knowledge import Call
from bot.model.slot import Appointment, Slot
from bot.usecases.campaign_ports import NotAllowedError
from bot.usecases.own_mail_ports import Slots


@dataclass(frozen=True, slots=True)
class Held:
    """A withdrawn slot that somebody holds still; without an appointment their address is not known."""

    slot: Slot
    appointment: Appointment | None


@dataclass(frozen=True, slots=True)
class OfferSlots:
    """Reads sheets, offers what stands in them, withdraws."""

    book: Slots
    heads: Heads

    def read(self, table: Table, call: Call, now: datetime, kept: Mapping[str, str], defaults: Defaults) -> SlotSheet:
        """The slots of a sheet, with everything that is wrong with it and against what stands."""
        sheet = read_sheet(table, slot_columns(table.head, self.heads, kept), call, now, defaults)
        clashes = clash_findings(sheet.offers, self._standing(call.id))
        return replace(sheet, findings=tuple(sorted((*sheet.findings, *clashes), key=lambda each: each.row)))

    def offer(self, sheet: SlotSheet, call: str, by: str, now: datetime) -> list[Slot]:
        """Offer a sheet's slots; NotAllowedError if it has red findings, or something stands in their way meanwhile."""
        while True:  # each turn was overtaken by slots that the next one sees
            last = max((slot.id for slot in self.book.slots(call)), default=0)
            self._insist(sheet, call, now)
            if added := self.book.add(call, [each.meeting for each in sheet.offers], by, now, last):
                return added

    def _insist(self, sheet: SlotSheet, call: str, now: datetime) -> None:
        clashes = clash_findings(sheet.offers, self._standing(call))
        red = [str(each) for each in (*sheet.findings, *clashes) if each.level == "red"]
        red += [f"row {each.row}: its time has gone by" for each in sheet.offers if each.meeting.starts <= now]
        if red or not sheet.offers:
            raise NotAllowedError(f"nothing was offered: {red[0] if red else 'there is no slot in it'}")

    def check(self, call: str, numbers: Sequence[int]) -> list[Held]:
        """Who holds slots that are to be withdrawn; NotAllowedError for a number that is none of the call's."""
        slots = {slot.id: slot for slot in self.book.slots(call)}
        if strange := [number for number in numbers if number not in slots]:
            raise NotAllowedError(
                f"{call} has no slot {strange[0]}: `callboard slots {call}` shows them. Nothing was withdrawn"
            )
        return self._held(call, [slots[number] for number in dict.fromkeys(numbers)])

    def withdraw(self, call: str, numbers: Sequence[int], by: str, now: datetime) -> list[Held]:
        """Offer slots to nobody any more; those that somebody holds, as it is then."""
        self.check(call, numbers)
        return self._held(call, self.book.withdraw([*dict.fromkeys(numbers)], by, now))

    def _held(self, call: str, slots: Sequence[Slot]) -> list[Held]:
        people = {one.person: one for one in self.book.appointments(call) if one.stands}
        return [Held(slot, people.get(slot.holder)) for slot in slots if slot.holder]

    def _standing(self, call: str) -> list[Standing]:
        """What takes place: slots that are offered or held, and appointments that a coordinator named."""
        slots = [slot for slot in self.book.slots(call) if not slot.withdrawn or slot.holder]
        named = [one for one in self.book.appointments(call) if one.stands and one.invitation.slot is None]
        found = [Standing(f"slot {slot.id}", slot.meeting) for slot in slots]
        return found + [Standing(f"the interview of {one.name}", one.invitation.meeting) for one in named]


def not_booked(told: Iterable[Told], appointments: Iterable[Appointment]) -> list[Told]:
    """Who was invited to choose a time and has none: nothing was told to them since, nor did they anything, that ends it."""
    last: dict[str, Told] = {}
    for one in told:
        if one.what in COUNTS:
            last[one.person] = one
    has = {key for one in appointments if one.stands for key in (one.person, address_key(one.address))}
    invited = [one for one in last.values() if one.what == "interview-booking" and one.state in ("sent", "unknown")]
    return [one for one in invited if not {one.person, address_key(one.address)} & has]
