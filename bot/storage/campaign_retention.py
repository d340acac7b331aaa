"""What is forgotten of campaigns a while after their call ended: names, addresses, letters, and what came back or followed.

Counts, states and the log stay. Nothing open is erased, nor what an open campaign of the same call is checked against.
"""

import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from bot.model.campaign import Plan
from bot.storage.campaign_plans import discard_abandoned
from bot.storage.campaign_rows import CampaignBook, lock_call
from bot.storage.campaign_schema import campaigns, deliveries, letters, tracks
from bot.storage.engine import scrub
from bot.storage.return_schema import invitations, links, panel, returns, slots

ENDED = ("finished", "cancelled")
_sending = deliveries.c.state == "sending"


class CampaignRetention(CampaignBook):
    """Erasing by age."""

    _traces = True  # what an earlier process erased may have left some

    def expire(self, calls: Sequence[str], now: datetime) -> int:
        """Erase what is personal in finished and cancelled campaigns of these calls, which ended long ago; how many deliveries.

        What is on its way still, by a sender that perhaps lives, keeps its campaign open.
        """
        count = 0
        for call in sorted(set(calls)):
            with self._engine.begin() as connection:
                lock_call(connection, call)
                discard_abandoned(connection, [call], now)
                mails, entries = _expire(connection, call)
                count += mails
                self._traces = self._traces or mails + entries > 0
        if calls and self._traces:
            self._traces = not scrub(self._engine)
        return count


def _expire(connection: sa.Connection, call: str) -> tuple[int, int]:
    """How many deliveries, and entries of the record, were made nameless."""
    chosen = sa.select(campaigns.c.id, campaigns.c.state, campaigns.c.plan).where(campaigns.c.call == call)
    rows = connection.execute(chosen.order_by(campaigns.c.id).with_for_update()).all()
    on_their_way = set(connection.scalars(sa.select(deliveries.c.campaign).where(_of(rows), _sending)))
    ended = [row for row in rows if row.state in ENDED and row.id not in on_their_way]
    for row in ended:
        plan = replace(msgspec.json.decode(row.plan, type=Plan), aside=(), overrides=(), findings=(), shared={})
        bare = campaigns.update().where(campaigns.c.id == row.id)
        connection.execute(bare.values(plan=msgspec.json.encode(plan).decode(), note=""))
    mine = (_of(ended), deliveries.c.address != "")
    theirs = (tracks.c.call == call, tracks.c.address != "", sa.literal(len(ended)) == len(rows))
    _rename(connection, call, mine, theirs)
    numbers = sa.select(deliveries.c.id).where(*mine)
    connection.execute(letters.delete().where(letters.c.delivery.in_(numbers)))
    connection.execute(links.delete().where(links.c.delivery.in_(numbers)))
    connection.execute(returns.update().where(returns.c.delivery.in_(numbers)).values(address="", detail="", by=""))
    if len(ended) == len(rows):
        _blank_meetings(connection, call)
    entries = connection.execute(tracks.update().where(*theirs).values(address="", name="", by="")).rowcount
    blank = {"address": "", "name": "", "subject": "", "outcome": "", "oddities": "[]", "worker": ""}
    return connection.execute(deliveries.update().where(*mine).values(**blank)).rowcount, entries


def _blank_meetings(connection: sa.Connection, call: str) -> None:
    """Leave of a call's interviews when they were, and whether they stand; their interviewers are named nowhere."""
    blank = {"place": "", "link": "", "panel": "[]"}
    connection.execute(invitations.update().where(invitations.c.call == call).values(**blank))
    connection.execute(slots.update().where(slots.c.call == call).values(**blank))
    known = sa.select(invitations.c.person).where(invitations.c.call == call)
    unknown = (slots.c.call == call, slots.c.holder.is_not(None), slots.c.holder.not_in(known))
    connection.execute(slots.update().where(*unknown).values(holder=None))
    connection.execute(panel.delete().where(panel.c.call == call))


def _of(rows: Sequence[sa.Row[Any]]) -> sa.ColumnElement[bool]:
    return sa.or_(sa.false(), *(deliveries.c.campaign == row.id for row in rows))


def _rename(
    connection: sa.Connection,
    call: str,
    mine: Sequence[sa.ColumnElement[bool]],
    theirs: Sequence[sa.ColumnElement[bool]],
) -> None:
    """Give people a random name instead of their number or address, the same in all that is erased at once."""
    known = sa.union(sa.select(deliveries.c.person).where(*mine), sa.select(tracks.c.person).where(*theirs))
    new = [{"old": person, "new": f"erased-{secrets.token_hex(8)}"} for person in connection.scalars(known)]
    if new:
        of_delivery = (deliveries.c.call == call, deliveries.c.person == sa.bindparam("old"), *mine)
        connection.execute(deliveries.update().where(*of_delivery).values(person=sa.bindparam("new")), new)
        of_track = (tracks.c.call == call, tracks.c.person == sa.bindparam("old"), *theirs)
        connection.execute(tracks.update().where(*of_track).values(person=sa.bindparam("new")), new)
        _rename_entries(connection, call, mine, new)


def _rename_entries(
    connection: sa.Connection, call: str, mine: Sequence[sa.ColumnElement[bool]], new: list[dict[str, str]]
) -> None:
    """The same in calendar entries that these mails brought, or that were booked by them, and in the slots of these."""
    brought_by = sa.func.coalesce(invitations.c.delivery, invitations.c.invited)
    of_entry = (invitations.c.call == call, invitations.c.person == sa.bindparam("old"))
    theirs = brought_by.in_(sa.select(deliveries.c.id).where(*mine))
    connection.execute(invitations.update().where(*of_entry, theirs).values(person=sa.bindparam("new")), new)
    renamed = (invitations.c.call == call, invitations.c.person == sa.bindparam("new_too"))
    held = sa.select(invitations.c.slot).where(*renamed, invitations.c.slot.is_not(None))
    of_slot = (slots.c.call == call, slots.c.holder == sa.bindparam("old"), slots.c.id.in_(held))
    twice = [one | {"new_too": one["new"]} for one in new]
    connection.execute(slots.update().where(*of_slot).values(holder=sa.bindparam("new")), twice)
