"""What people of a call were told, are about to be told, and did; and which columns of its tables hold what."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.model.campaign import Kind, Reaction, Recipient, Told, address_key
from bot.model.delivery import UNTOLD
from bot.storage.campaign_rows import CampaignBook, brief, lock_call
from bot.storage.campaign_schema import campaigns, columns, deliveries, tracks

CHUNK = 500


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
        of = deliveries.c
        chosen = (
            sa.select(tracks, of.campaign, of.row, of.wording, of.state, of.finished)
            .outerjoin(deliveries, of.id == tracks.c.delivery)
            .where(tracks.c.call == call, sa.or_(tracks.c.delivery.is_(None), of.state.not_in(UNTOLD)))
            .order_by(tracks.c.id)
        )
        with self._reading.connect() as connection:
            return [
                Told(
                    number=row.id,
                    person=row.person,
                    address=row.address,
                    name=row.name,
                    what=row.what,
                    when=row.finished or row.at,
                    campaign=row.campaign or 0,
                    state=row.state or "",
                    position=row.row or 0,
                    digest=row.wording or "",
                )
                for row in connection.execute(chosen)
            ]

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

    def record(self, call: str, kind: Kind, people: Sequence[Recipient], by: str, now: datetime) -> None:
        """Record that people of a call were told a decision by other means than this program."""
        self._append(call, kind, [(one.key, one.address, one.name) for one in people], by, now)

    def _append(self, call: str, what: str, people: Sequence[tuple[str, str, str]], by: str, now: datetime) -> None:
        rows = [
            {"call": call, "person": brief(person), "address": address_key(brief(address)), "name": brief(name)}
            | {"what": what, "at": now, "by": brief(by, 200)}
            for person, address, name in people
        ]
        with self._engine.begin() as connection:
            lock_call(connection, call)
            if rows:
                connection.execute(tracks.insert(), rows)
            for start in range(0, len(rows), CHUNK):
                _take_back(connection, call, rows[start : start + CHUNK])


def _take_back(connection: sa.Connection, call: str, rows: Sequence[dict[str, Any]]) -> None:
    """What was claimed for these people is not begun: whoever claims it again sees what was recorded."""
    for same in (tracks.c.person, tracks.c.address):
        theirs = (tracks.c.call == call, same.in_([row[same.name] for row in rows]))
        numbers = sa.select(tracks.c.delivery).where(*theirs, tracks.c.delivery.is_not(None))
        claimed = deliveries.update().where(deliveries.c.id.in_(numbers), deliveries.c.state == "claimed")
        connection.execute(claimed.values(state="planned", worker=""))
