"""Calendar entries of people: where each one's interview stands, and a slot claimed for somebody in the transaction of a message.

Who is the same person the record tells (`same_person.py`). A slot is held only while its holder's entry is a REQUEST of that slot:
a mail that changes or cancels it frees the slot by leaving, which is seen when slots are read or booked.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from bot.mailing.standing import Tracks
from bot.model.campaign import COUNTS, address_key, decision_of
from bot.model.own_mail import Booking
from bot.model.slot import Appointment, Interviewer, Invitation, Meeting
from bot.storage.campaign_rows import brief, lock_call, lock_deliveries
from bot.storage.campaign_schema import deliveries
from bot.storage.claims import TOLD
from bot.storage.return_schema import invitations, slots
from bot.storage.same_person import entries_of, told_of
from bot.storage.tracks import BOOKED, append_entries
from bot.usecases.own_mail_ports import SlotTakenError

LEFT = ("sending", "sent", "unknown", "bounced")
"""States of a mail that left: only then its token, its link and its calendar entry prove anything."""
APPLICANT = "applicant"

_brought, _invited = deliveries.alias("brought"), deliveries.alias("invited_by")
STANDING = (
    sa.select(
        invitations,
        sa.func.coalesce(_brought.c.name, _invited.c.name, "").label("name"),
        sa.func.coalesce(_brought.c.address, _invited.c.address, "").label("address"),
    )
    .outerjoin(_brought, _brought.c.id == invitations.c.delivery)
    .outerjoin(_invited, _invited.c.id == invitations.c.invited)
    .where(sa.or_(invitations.c.delivery.is_(None), _brought.c.state.in_(TOLD)))
    .order_by(invitations.c.id)
)
"""Entries that were booked, or are with the person as far as is known: the last of a person is where the interview stands."""


class Persons:
    """Who is one person, among some people of a call."""

    def __init__(self, connection: sa.Connection, call: str, keys: Iterable[str]) -> None:
        self.tracks = Tracks([told_of(row) for row in entries_of(connection, call, keys)])

    def of(self, key: str) -> str:
        """The same for all numbers and addresses of a person."""
        return min(self.tracks.known(key, key), default=key)

    def keys(self, key: str) -> set[str]:
        """All numbers and addresses of a person."""
        return {key, *self.tracks.track(key, key).keys}


class Current:
    """Where the interviews of a call stand now."""

    def __init__(self, connection: sa.Connection, call: str) -> None:
        rows = connection.execute(STANDING.where(invitations.c.call == call)).all()
        held = sa.select(slots.c.id, slots.c.holder).where(slots.c.call == call, slots.c.holder.is_not(None))
        self._held = connection.execute(held).all()
        self._persons = Persons(connection, call, {row.person for row in rows} | {row.holder for row in self._held})
        self.rows = {self._persons.of(row.person): row for row in rows}  # the last of each

    def holders(self) -> dict[int, sa.Row[Any]]:
        """The entry of whoever holds a slot, by its number."""
        found = {}
        for slot, holder in self._held:
            row = self.rows.get(self._persons.of(holder))
            if row is not None and row.method == "REQUEST" and row.slot == slot:
                found[slot] = row
        return found

    def stale(self) -> list[int]:
        """Slots that are noted as held, and are free."""
        holders = self.holders()
        return [slot for slot, _ in self._held if slot not in holders]


def free_stale(connection: sa.Connection, call: str) -> None:
    """Free the slots of whoever has another time, or none, by now; under the lock of the call."""
    if stale := Current(connection, call).stale():
        connection.execute(slots.update().where(slots.c.id.in_(stale)).values(holder=None))


def claim_slot(connection: sa.Connection, booking: Booking, now: datetime) -> None:
    """Claim a slot, with its calendar entry. Raises SlotTakenError: the transaction must not be committed then."""
    try:
        _claim(connection, booking, now)
    except sa.exc.IntegrityError:
        raise SlotTakenError from None


def _claim(connection: sa.Connection, booking: Booking, now: datetime) -> None:
    mail = booking.mail
    lock_call(connection, mail.call)
    entries = entries_of(connection, mail.call, {mail.person, address_key(mail.address)})
    keys = {mail.person, address_key(mail.address), *(key for row in entries for key in (row.person, row.address))}
    _lock_mails(connection, booking, [row.delivery for row in entries if row.state == "claimed"])
    expected = next_entry(connection, mail.call, keys)
    if not _may_book(entries) or expected not in (("", 0), (booking.uid, booking.sequence)):
        raise SlotTakenError
    free_stale(connection, mail.call)
    theirs = slots.c.holder.in_(sorted(keys - {""}))
    earlier = slots.update().where(slots.c.call == mail.call, slots.c.id != booking.slot.id, theirs)
    connection.execute(earlier.values(holder=None))
    free = sa.or_(slots.c.holder.is_(None), theirs)
    wanted = (slots.c.id == booking.slot.id, slots.c.call == mail.call)
    open_ = (slots.c.withdrawn.is_(False), slots.c.starts > now, free)
    taken = connection.execute(slots.update().where(*wanted, *open_).values(holder=mail.person))
    if taken.rowcount != 1:
        raise SlotTakenError
    meeting = meeting_of(connection.execute(sa.select(slots).where(*wanted)).one())
    row = {"call": mail.call, "person": mail.person, "invited": mail.delivery, "at": now}
    entry = Invitation(booking.uid, booking.sequence, "REQUEST", meeting, booking.slot.id)
    connection.execute(invitations.insert().values(**row, **invitation_values(entry)))
    append_entries(connection, mail.call, BOOKED, [(mail.person, mail.address, mail.name)], APPLICANT, now)


def _lock_mails(connection: sa.Connection, booking: Booking, claimed: list[int]) -> None:
    """Lock all deliveries that are looked at or taken back, by number; the mail by which is booked must be as it was."""
    mail = booking.mail
    lock_deliveries(connection, deliveries.c.id.in_([mail.delivery, *claimed]))
    same = (deliveries.c.id == mail.delivery, deliveries.c.call == mail.call, deliveries.c.person == mail.person)
    if connection.scalar(sa.select(deliveries.c.id).where(*same, deliveries.c.state.in_(LEFT))) is None:
        raise SlotTakenError


def _may_book(entries: Iterable[sa.Row[Any]]) -> bool:
    """Whether the last that a person was told, or did, is an invitation to an interview."""
    counting = [row.what for row in entries if row.what in COUNTS and (row.state or "") in TOLD]
    return bool(counting) and decision_of(counting[-1]) == "interview"


def next_entry(connection: sa.Connection, call: str, keys: Iterable[str]) -> tuple[str, int]:
    """(uid, sequence) of the next calendar entry of whoever has these keys; ("", 0) for the first."""
    mine = (invitations.c.call == call, invitations.c.person.in_(sorted(keys)))
    last = sa.select(invitations.c.uid).where(*mine).order_by(invitations.c.id.desc()).limit(1)
    uid = connection.scalar(last)
    if uid is None:
        return "", 0
    highest = connection.scalar(sa.select(sa.func.max(invitations.c.sequence)).where(invitations.c.uid == uid))
    return uid, (highest or 0) + 1


def appointment_of(connection: sa.Connection, call: str, keys: Iterable[str]) -> Appointment | None:
    """Where the interview of whoever has these keys stands."""
    mine = STANDING.where(invitations.c.call == call, invitations.c.person.in_(sorted(keys)))
    rows = connection.execute(mine).all()
    return as_appointment(rows[-1]) if rows else None


def as_appointment(row: sa.Row[Any]) -> Appointment:
    """An appointment from its row of STANDING."""
    entry = Invitation(row.uid, row.sequence, row.method, meeting_of(row), row.slot)
    return Appointment(row.call, row.person, row.name, row.address, entry, row.delivery)


def meeting_of(row: sa.Row[Any]) -> Meeting:
    """A meeting from the row of a slot or of an entry."""
    panel = msgspec.json.decode(row.panel, type=tuple[Interviewer, ...])
    return Meeting(row.starts, row.minutes, row.place, row.link, panel)


def meeting_values(meeting: Meeting) -> dict[str, Any]:
    """A meeting as columns."""
    return {
        "starts": meeting.starts,
        "minutes": meeting.minutes,
        "place": brief(meeting.place),
        "link": brief(meeting.link, 800),
        "panel": brief(msgspec.json.encode(meeting.panel).decode(), 1_000_000),
    }


def invitation_values(entry: Invitation) -> dict[str, Any]:
    """A calendar entry as columns."""
    known = {"uid": brief(entry.uid, 200), "sequence": entry.sequence, "method": entry.method, "slot": entry.slot}
    return known | meeting_values(entry.meeting)
