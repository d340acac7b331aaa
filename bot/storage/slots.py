"""The book of slots and appointments: what interviewers offer, who holds it, where the interviews of a call stand.

Claiming a slot is part of settling a message (`bookings.py`).
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.model.slot import Appointment, Meeting, Slot
from bot.storage.appointments import Current, Persons, free_stale, meeting_of, meeting_values, next_entry
from bot.storage.campaign_log import append
from bot.storage.campaign_rows import lock_call
from bot.storage.engine import reading
from bot.storage.return_schema import invitations, slots
from bot.storage.same_person import CHUNK

_BY_TIME = (slots.c.starts, slots.c.id)


class Slots:
    """Slots of calls."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._reading = reading(engine)

    def add(
        self, call: str, meetings: Sequence[Meeting], by: str, now: datetime, last: int | None = None
    ) -> list[Slot]:
        """Offer slots, in one transaction, and log it; none if the call has a slot beyond number `last`, unless that is None."""
        if not meetings:
            return []
        new = slots.insert().returning(slots)
        with self._engine.begin() as connection:
            lock_call(connection, call)
            later = sa.select(slots.c.id).where(slots.c.call == call, slots.c.id > (last or 0)).limit(1)
            if last is not None and connection.execute(later).first() is not None:
                return []
            rows = [connection.execute(new.values(call=call, **meeting_values(one))).one() for one in meetings]
            append(connection, by, "slots offered", 0, f"{call}: slots {_numbers(rows)}", now)
        return [_slot(row) for row in rows]

    def slots(self, call: str) -> list[Slot]:
        """A call's slots, by time; each with who holds it now, or has another interview that stands in its way."""
        with self._reading.connect() as connection:
            current = Current(connection, call)
            holders = current.holders()
            rows = connection.execute(sa.select(slots).where(slots.c.call == call).order_by(*_BY_TIME))
            return [_slot(row, holders.get(row.id) or _against(current, row)) for row in rows]

    def withdraw(self, slots_: Sequence[int], by: str, now: datetime) -> list[Slot]:
        """Offer these to nobody any more, and log it; those of them that somebody holds still."""
        held: list[Slot] = []
        with self._engine.begin() as connection:
            rows = _named(connection, slots_)
            for call in sorted({row.call for row in rows}):
                lock_call(connection, call)
                current = Current(connection, call)
                free_stale(connection, current)
                holders = current.holders()
                mine = [row for row in rows if row.call == call]
                gone = slots.update().where(slots.c.id == sa.bindparam("which")).values(withdrawn=True)
                connection.execute(gone, [{"which": row.id} for row in mine])
                held += [_slot(row, holders[row.id], withdrawn=True) for row in mine if row.id in holders]
            if new := [row for row in rows if not row.withdrawn]:
                calls = ", ".join(sorted({row.call for row in new}))
                append(connection, by, "slots withdrawn", 0, f"{calls}: slots {_numbers(new)}", now)
        return held

    def appointments(self, call: str) -> list[Appointment]:
        """Where the interviews of a call's people stand, by time; cancelled and unclear ones among them."""
        with self._reading.connect() as connection:
            found = [one.appointment for one in Current(connection, call).stands.values()]
        return sorted(found, key=lambda one: (one.invitation.meeting.starts, one.person))

    def entry(self, call: str, person: str) -> tuple[str, int]:
        """(uid, sequence) of a person's next calendar entry: ("", 0) for the first."""
        with self._reading.connect() as connection:
            return next_entry(connection, call, Persons(connection, call, {person}).keys(person))

    def entries(self, call: str) -> dict[str, tuple[str, int]]:
        """The same by each number and address of everybody who has an entry already, planned ones among them."""
        chosen = sa.select(invitations.c.person, invitations.c.uid, invitations.c.sequence)
        found: dict[str, tuple[str, int]] = {}
        highest: dict[str, int] = {}
        with self._reading.connect() as connection:
            rows = connection.execute(chosen.where(invitations.c.call == call).order_by(invitations.c.id)).all()
            persons = Persons(connection, call, {row.person for row in rows})
        for row in rows:
            highest[row.uid] = max(highest.get(row.uid, 0), row.sequence)
        for person, uid, _ in rows:
            found |= dict.fromkeys(persons.keys(person), (uid, highest[uid] + 1))
        return found


def _named(connection: sa.Connection, numbers: Sequence[int]) -> list[sa.Row[Any]]:
    some = sorted(set(numbers))
    rows: list[sa.Row[Any]] = []
    for start in range(0, len(some), CHUNK):
        mine = slots.c.id.in_(some[start : start + CHUNK])
        rows += connection.execute(sa.select(slots).where(mine).order_by(*_BY_TIME)).all()
    return rows


def _against(current: Current, slot: sa.Row[Any]) -> sa.Row[Any] | None:
    """What stands in the way of a slot that is offered."""
    return None if slot.withdrawn else next(iter(current.in_the_way(meeting_of(slot))), None)


def _slot(row: sa.Row[Any], held: sa.Row[Any] | None = None, *, withdrawn: bool = False) -> Slot:
    holder, name = (held.person, held.name) if held is not None else ("", "")
    return Slot(row.id, row.call, meeting_of(row), holder, name, withdrawn or row.withdrawn)


def _numbers(rows: Sequence[sa.Row[Any]]) -> str:
    return ", ".join(str(number) for number in sorted(row.id for row in rows))
