"""A slot claimed for somebody in the transaction of the message that picks it, with everything that belongs to it or nothing at all.

Does not know what messages mean, nor how a calendar entry is written. Where interviews stand is `appointments.py`.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.model.campaign import COUNTS, address_key, decision_of
from bot.model.own_mail import Booking
from bot.model.slot import Invitation
from bot.storage.appointments import Current, free_stale, invitation_values, meeting_of, next_entry, stand_of
from bot.storage.campaign_rows import lock_call, lock_deliveries
from bot.storage.campaign_schema import deliveries
from bot.storage.return_schema import invitations, slots
from bot.storage.same_person import STILL_THEIRS, TOLD, entries_of
from bot.storage.tracks import BOOKED, append_entries
from bot.usecases.own_mail_ports import SlotTakenError

LEFT = ("sending", "sent", "unknown", "bounced")
"""States of a mail that left: only then its token, its link and its calendar entry prove anything."""
APPLICANT = "applicant"


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
    stand = stand_of(connection, mail.call, keys, entries)
    lost = stand is not None and stand.since(mail.delivery)
    if lost or not _may_book(entries) or expected not in (("", 0), (booking.uid, booking.sequence)):
        raise SlotTakenError
    current = Current(connection, mail.call)
    free_stale(connection, current)
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
    if any(row.person not in keys for row in current.in_the_way(meeting)):
        raise SlotTakenError
    row = {"call": mail.call, "person": mail.person, "invited": mail.delivery, "at": now}
    entry = Invitation(booking.uid, booking.sequence, "REQUEST", meeting, booking.slot.id)
    connection.execute(invitations.insert().values(**row, **invitation_values(entry)))
    append_entries(connection, mail.call, BOOKED, [(mail.person, mail.address, mail.name)], APPLICANT, now)


def _lock_mails(connection: sa.Connection, booking: Booking, claimed: list[int]) -> None:
    """Lock all deliveries that are looked at or taken back, by number; the mail by which is booked must be with its person still."""
    mail = booking.mail
    lock_deliveries(connection, deliveries.c.id.in_([mail.delivery, *claimed]))
    same = (deliveries.c.id == mail.delivery, deliveries.c.call == mail.call, deliveries.c.person == mail.person)
    theirs = (deliveries.c.state.in_(TOLD), STILL_THEIRS)
    if connection.scalar(sa.select(deliveries.c.id).where(*same, *theirs)) is None:
        raise SlotTakenError


def _may_book(entries: Iterable[sa.Row[Any]]) -> bool:
    """Whether the last that a person was told, or did, is an invitation to an interview."""
    counting = [row.what for row in entries if row.what in COUNTS and (row.state or "") in TOLD]
    return bool(counting) and decision_of(counting[-1]) == "interview"
