"""Which deliveries may go next: due, none that another has, none that contradicts what was told or done since it was planned.

Two looks at what a delivery stands on, its `after`: while what was told before is still under way it waits, and if that never
arrived it is cancelled. Then at what was recorded later of the same person, and at times that others booked since. And a letter goes
only as it was planned, byte by byte.
"""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.mailing.interviews import cannot_both
from bot.mailing.standing import Tracks
from bot.model.campaign import ANYTIME, COUNTS, Told
from bot.model.delivery import OPEN, UNTOLD, Claimed
from bot.storage.appointments import Current, meeting_of
from bot.storage.campaign_rows import brief
from bot.storage.campaign_schema import deliveries, letters, tracks
from bot.storage.return_schema import invitations
from bot.storage.same_person import TOLD, entries_of, told_of
from bot.storage.tracks import BOOKED

AGAINST_NOTICES = frozenset({"rejection", "declined", "withdrawn"})
"""After these even a notice that may be sent any time is out of place."""
BESIDE_BOOKINGS = frozenset({"interview", "interview-change", "interview-cancellation"})
"""What was planned before somebody chose a slot must not speak of another time."""

_before, _earlier = tracks.alias("before"), deliveries.alias("earlier")
_stands_on = (
    sa.select(_earlier.c.state)
    .select_from(_before.join(_earlier, _earlier.c.id == _before.c.delivery))
    .where(_before.c.id == deliveries.c.after)
    .correlate(deliveries)
    .scalar_subquery()
)
"""Looked up row by row: with NOT EXISTS, PostgreSQL joins the whole campaign for each claim."""
_mine = (deliveries.c.campaign == sa.bindparam("of"), sa.func.coalesce(_stands_on, "").not_in(OPEN))
_due = sa.or_(deliveries.c.due.is_(None), deliveries.c.due <= sa.bindparam("now"))
_first = sa.select(deliveries.c.id, deliveries.c.row).order_by(deliveries.c.row).limit(sa.bindparam("most"))
_planned = _first.where(*_mine, deliveries.c.state == "planned")
_waiting = _first.where(*_mine, deliveries.c.state == "waiting", _due)
_free_planned = _planned.with_for_update(of=deliveries, skip_locked=True)
_free_waiting = _waiting.with_for_update(of=deliveries, skip_locked=True)
_IDS: sa.BindParameter[int] = sa.bindparam("ids", expanding=True)
_never_told = (
    sa.select(deliveries.c.id, _before.c.what, _earlier.c.state)
    .join(_before, _before.c.id == deliveries.c.after)
    .join(_earlier, _earlier.c.id == _before.c.delivery)
    .where(deliveries.c.id.in_(_IDS), _earlier.c.state.in_(UNTOLD))
)
_stands = (
    sa.select(
        tracks.c.id,
        tracks.c.call,
        tracks.c.person,
        tracks.c.address,
        tracks.c.what,
        deliveries.c.after,
        tracks.c.delivery,
    )
    .join(deliveries, deliveries.c.id == tracks.c.delivery)
    .where(deliveries.c.id.in_(_IDS))
)
_entries = (
    sa.select(invitations)
    .where(invitations.c.delivery.in_(_IDS), invitations.c.method == "REQUEST")
    .order_by(invitations.c.id)
)
_later_booking = (
    sa.select(invitations.c.id)
    .where(invitations.c.call == sa.bindparam("of_call"), invitations.c.id > sa.bindparam("first"))
    .where(invitations.c.delivery.is_(None), invitations.c.slot.is_not(None))
    .limit(1)
)
_may_go = sa.or_(deliveries.c.state == "planned", deliveries.c.state == "waiting")  # no IN in an executemany
_claim = (
    deliveries.update()
    .where(deliveries.c.id.in_(_IDS), _may_go)
    .values(state="claimed", worker=sa.bindparam("by_worker"), outcome="")
)
_cancel = (
    deliveries.update()
    .where(deliveries.c.id == sa.bindparam("which"), _may_go)
    .values(state="cancelled", outcome=sa.bindparam("why"), finished=sa.bindparam("now"))
)
_bodies = (
    sa.select(deliveries.c.id, deliveries.c.address, deliveries.c.tries, deliveries.c.digest, letters.c.body)
    .outerjoin(letters, letters.c.delivery == deliveries.c.id)
    .where(deliveries.c.id.in_(_IDS))
    .order_by(deliveries.c.row, deliveries.c.id)
)
_next = sa.select(sa.func.min(deliveries.c.due)).where(*_mine, deliveries.c.state == "waiting")


class ChangedLettersError(Exception):
    """Letters are not those that were planned: nothing is claimed."""


def claim_due(connection: sa.Connection, campaign: int, worker: str, now: datetime, limit: int) -> list[Claimed]:
    """Claim deliveries of a campaign that is sending. Raises ChangedLettersError: the transaction must not be committed then."""
    while found := _candidates(connection, campaign, now, limit):
        wrong = _reasons(connection, found)
        if wrong:
            ended = [{"which": number, "why": brief(why), "now": now} for number, why in wrong.items()]
            connection.execute(_cancel, ended)
        mine = [number for number in found if number not in wrong]
        if mine:
            connection.execute(_claim, {"ids": mine, "by_worker": worker})
            rows = connection.execute(_bodies, {"ids": mine}).all()
            if any(row.body is None or hashlib.sha256(row.body).hexdigest() != row.digest for row in rows):
                raise ChangedLettersError
            return [Claimed(row.id, row.address, row.body, row.tries) for row in rows]
    return []


def next_due(connection: sa.Connection, campaign: int, now: datetime) -> datetime | None:
    """When the next delivery may go; None if one may go now, or none by the clock."""
    values = {"of": campaign, "now": now, "most": 1}
    if any(connection.execute(chosen, values).first() for chosen in (_planned, _waiting)):
        return None
    found: datetime | None = connection.scalar(_next, {"of": campaign})
    return found


def _candidates(connection: sa.Connection, campaign: int, now: datetime, limit: int) -> list[int]:
    values = {"of": campaign, "now": now, "most": limit}
    rows: list[tuple[int, int]] = []
    for chosen in (_free_planned, _free_waiting):
        rows += [(row.row, row.id) for row in connection.execute(chosen, values)]
    return [number for _, number in sorted(rows)[:limit]]


def _reasons(connection: sa.Connection, numbers: Sequence[int]) -> dict[int, str]:
    """Which of these must not go, and why."""
    wrong: dict[int, str] = {}
    own = connection.execute(_stands, {"ids": numbers}).all()
    for call in {one.call for one in own}:
        keys = {key for one in own for key in (one.person, one.address)}
        people = Tracks([told_of(row) for row in entries_of(connection, call, keys)])
        for one in own:
            for entry in people.track(one.person, one.address).entries:
                if _contradicts(entry, one):
                    wrong[one.delivery] = f"contradicts: {entry.what}, recorded {entry.when.date().isoformat()}"
    for number, slot in _booked_meanwhile(connection, numbers):
        wrong.setdefault(number, f"somebody else has booked slot {slot}, at the same time")
    for row in connection.execute(_never_told, {"ids": numbers}):
        wrong.setdefault(row.id, f"the {row.what} before it was {row.state}")
    return wrong


def _booked_meanwhile(connection: sa.Connection, numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Which of these name a time that somebody else took since they were planned, and by which slot."""
    own = connection.execute(_entries, {"ids": numbers}).all()
    for call in sorted({one.call for one in own}):
        mine = [one for one in own if one.call == call]
        if connection.scalar(_later_booking, {"of_call": call, "first": mine[0].id}) is None:
            continue
        current = Current(connection, call)
        booked = [(who, each.row) for who, each in current.stands.items() if each.asks and each.row.slot is not None]
        for one in mine:
            meeting, owner = meeting_of(one), current.persons.of(one.person)
            later = (row for who, row in booked if row.id > one.id and who != owner)
            if taken := next((row.slot for row in later if cannot_both(meeting, meeting_of(row))), None):
                yield one.delivery, taken


def _contradicts(entry: Told, own: sa.Row[Any]) -> bool:
    """Whether an entry of the same person, later than what a delivery stands on, speaks against it."""
    if entry.number <= own.after or entry.number == own.id or entry.state not in TOLD:
        return False
    if own.what in ANYTIME:
        return entry.what in AGAINST_NOTICES
    if entry.what == BOOKED:
        return own.what in BESIDE_BOOKINGS and entry.number > own.id
    newer = entry.what == own.what == "interview-change" and entry.number > own.id
    return newer or entry.what in COUNTS
