"""What people of a call were told, are about to be told, and did; and which columns of its tables hold what."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.model.campaign import RELOCATED, Kind, Reaction, Recipient, Told, address_key
from bot.storage.campaign_rows import CampaignBook, brief, lock_call, lock_deliveries
from bot.storage.campaign_schema import campaigns, columns, deliveries, tracks
from bot.storage.engine import Moment
from bot.storage.same_person import CHUNK, ENTRIES, entries_of, told_of

BOOKED = "booked"
"""What the record says of somebody who chose a slot: no step of the table of decisions."""


class Tracks(CampaignBook):
    """What a call's next plan is checked against, and read by."""

    def columns(self, call: str) -> dict[str, str]:
        """Which column holds a field (or which decision a class means), as mapped before for a call."""
        chosen = sa.select(columns.c.field, columns.c.column).where(columns.c.call == call).order_by(columns.c.field)
        with self._reading.connect() as connection:
            return {row.field: row.column for row in connection.execute(chosen)}

    def keep_columns(self, call: str, mapping: dict[str, str]) -> None:
        """Keep a mapping for a call's next tables."""
        rows = [{"call": call, "field": brief(of, 80), "column": brief(head)} for of, head in mapping.items()]
        with self._engine.begin() as connection:
            lock_call(connection, call)
            known = (columns.c.call == call, columns.c.field.in_([row["field"] for row in rows]))
            connection.execute(columns.delete().where(*known))
            if rows:
                connection.execute(columns.insert(), rows)

    def told(self, call: str) -> list[Told]:
        """What people of a call were told or are about to be, and did, oldest first."""
        chosen = ENTRIES.where(tracks.c.call == call).order_by(tracks.c.id)
        with self._reading.connect() as connection:
            return [told_of(row) for row in connection.execute(chosen)]

    def last_told(self) -> dict[str, datetime]:
        """When something was last recorded of a call's people, as far as it is known yet who they are."""
        known = sa.select(tracks.c.call, sa.func.max(tracks.c.at, type_=Moment).label("last"))
        with self._reading.connect() as connection:
            rows = connection.execute(known.where(tracks.c.address != "").group_by(tracks.c.call))
            return {row.call: row.last for row in rows}

    def revisions(self, call: str) -> dict[tuple[str, str], int]:
        """The highest revision of each (person, kind) of a call that was ever planned, cancelled ones among them."""
        chosen = (
            sa.select(deliveries.c.person, deliveries.c.kind, sa.func.max(deliveries.c.revision).label("highest"))
            .join(campaigns, campaigns.c.id == deliveries.c.campaign)
            .where(deliveries.c.call == call, campaigns.c.state != "planning")
            .group_by(deliveries.c.person, deliveries.c.kind)
        )
        with self._reading.connect() as connection:
            return {(row.person, row.kind): row.highest for row in connection.execute(chosen)}

    def react(self, call: str, known: Told, reaction: Reaction, by: str, now: datetime) -> None:
        """Record what a person of a call did."""
        self._append(call, reaction, [(known.person, known.address, known.name)], by, now)

    def relocate(self, call: str, known: Told, address: str, by: str, now: datetime) -> None:
        """Record that a person of a call is reached at another address from now on; it tells them nothing.

        By each key that their mails may have: none of those proves anything any more that went elsewhere (`STILL_THEIRS`).
        """
        key = known.person or address_key(known.address)
        with self._engine.begin() as connection:
            lock_call(connection, call)
            theirs = entries_of(connection, call, {key, address_key(known.address)})
            keys = dict.fromkeys((key, *(row.person for row in theirs if row.person)))
            append_entries(connection, call, RELOCATED, [(one, address, known.name) for one in keys], by, now)

    def record(self, call: str, kind: Kind, people: Sequence[Recipient], by: str, now: datetime) -> None:
        """Record that people of a call were told a decision by other means than this program."""
        self._append(call, kind, [(one.key, one.address, one.name) for one in people], by, now)

    def _append(self, call: str, what: str, people: Sequence[tuple[str, str, str]], by: str, now: datetime) -> None:
        with self._engine.begin() as connection:
            lock_call(connection, call)
            append_entries(connection, call, what, people, by, now)


def append_entries(
    connection: sa.Connection, call: str, what: str, people: Sequence[tuple[str, str, str]], by: str, now: datetime
) -> None:
    """Record something of people (key, address, name), under the lock of their call."""
    rows = [
        {"call": call, "person": brief(person), "address": address_key(brief(address)), "name": brief(name)}
        | {"what": what, "at": now, "by": brief(by, 200)}
        for person, address, name in people
    ]
    if rows:
        connection.execute(tracks.insert(), rows)
        _take_back(connection, call, rows)


def _take_back(connection: sa.Connection, call: str, rows: Sequence[dict[str, Any]]) -> None:
    """What was claimed for these people is not begun: whoever claims it again sees what was recorded."""
    theirs = entries_of(connection, call, {row[name] for row in rows for name in ("person", "address")})
    claimed = sorted(row.delivery for row in theirs if row.state == "claimed")
    for start in range(0, len(claimed), CHUNK):
        still = (deliveries.c.id.in_(claimed[start : start + CHUNK]), deliveries.c.state == "claimed")
        mine = lock_deliveries(connection, *still)
        connection.execute(
            deliveries.update().where(deliveries.c.id.in_(mine), still[1]).values(state="planned", worker="")
        )
