"""Plans written down: opened, letters added a few at a time so that nobody waits long, completed or left without a trace.

A plan that is being written binds nobody: what people are about to be told is recorded when it is complete (`tracks`), under
the lock of its call, so that the numbers of tracks grow in the order in which plans came to stand.
"""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NoReturn

import msgspec
import sqlalchemy as sa

from bot.model.campaign import Campaign, Plan, address_key
from bot.model.delivery import Letter
from bot.storage.campaign_rows import CampaignBook, brief, campaign_of, lock_call, lock_campaign
from bot.storage.campaign_schema import campaigns, deliveries, letters, tracks
from bot.storage.claims import BESIDE_BOOKINGS
from bot.storage.engine import storable
from bot.storage.same_person import ENTRIES, entries_of
from bot.storage.tracks import BOOKED
from bot.storage.written_letters import person_of, write_letters
from bot.usecases.campaign_ports import PlanConflictError

ABANDONED = timedelta(hours=1)
"""Writing a plan down takes seconds: one that was opened so long ago was killed."""
CHUNK = 200
"""Letters in memory at once."""


class CampaignPlans(CampaignBook):
    """Plans of campaigns."""

    def open(self, plan: Plan, now: datetime) -> int:
        """Begin to write a plan down; the campaign's number."""
        written = storable(msgspec.json.encode(plan).decode())
        values = {"call": plan.call, "kind": plan.kind, "state": "planning", "plan": written, "planned": now}
        with self._engine.begin() as connection:
            discard_abandoned(connection, [plan.call], now)
            opened = connection.execute(campaigns.insert().values(**values).returning(campaigns.c.id))
            return int(opened.scalar_one())

    def add(self, campaign: int, letters_: Sequence[Letter]) -> None:
        """Write down letters of a plan that is being written; PlanConflictError if one of them stands already."""
        chosen = sa.select(campaigns).where(campaigns.c.id == campaign)
        try:
            with self._engine.begin() as connection:
                plan = connection.execute(chosen.with_for_update(read=True)).one_or_none()
                if plan is None or plan.state != "planning":
                    raise PlanConflictError(f"campaign {campaign} is not being planned any more: plan it again")
                if letters_:
                    write_letters(connection, plan, letters_, self._secret)
        except sa.exc.IntegrityError:
            self._explain(campaign, letters_)

    def complete(self, campaign: int, known: int, by: str, now: datetime) -> Campaign:
        """End writing: digest and total are counted, the plan stands. `known` is the last number of `told` that it was checked
        against; PlanConflictError if there is a later one not of this campaign, and nothing of the plan is left.
        """
        mine = sa.select(campaigns).where(campaigns.c.id == campaign)
        done, who = None, ""
        with self._engine.begin() as connection:
            plan = connection.execute(mine).one_or_none()
            if plan is not None:
                lock_call(connection, plan.call)
            if lock_campaign(connection, campaign) != "planning" or plan is None:
                raise PlanConflictError(f"campaign {campaign} is not being planned any more: plan it again")
            later = _later(connection, plan, known)
            if later is None:
                digest, total = _digest(connection, plan)
                values = {"state": "planned", "planned": now, "digest": digest, "total": total}
                connection.execute(campaigns.update().where(campaigns.c.id == campaign).values(**values))
                _track(connection, campaign, by, now)
                done = campaign_of(connection.execute(mine).one())
            else:
                _erase(connection, campaigns.c.id == campaign)
                who = f"{later.what} of {later.name or later.address}"
        if done is None:
            raise PlanConflictError(f"{who} was recorded while this was planned: plan it again")
        _take_stock(self._engine)
        return done

    def discard(self, campaign: int) -> None:
        """Leave nothing of a plan that is not whole."""
        with self._engine.begin() as connection:
            _erase(connection, campaigns.c.id == campaign)

    def digest(self, campaign: int) -> str:
        """The digest over recipients and bytes as they stand now."""
        chosen = sa.select(campaigns).where(campaigns.c.id == campaign)
        with self._reading.connect() as connection:
            row = connection.execute(chosen).one_or_none()
            return _digest(connection, row, read=True)[0] if row else ""

    def _explain(self, campaign: int, letters_: Sequence[Letter]) -> NoReturn:
        """Who stands in the way of these letters."""
        mine = sa.select(campaigns.c.call, campaigns.c.kind).where(campaigns.c.id == campaign).subquery()
        persons = {person_of(one): one for one in letters_}
        standing = (
            sa.select(deliveries.c.person, deliveries.c.revision, campaigns.c.id, campaigns.c.state)
            .join(campaigns, campaigns.c.id == deliveries.c.campaign)
            .join(mine, sa.and_(mine.c.call == deliveries.c.call, mine.c.kind == deliveries.c.kind))
            .where(deliveries.c.person.in_(list(persons)))
        )
        with self._reading.connect() as connection:
            rows = connection.execute(standing).all()
        for row in rows:
            letter = persons[row.person]
            if row.revision == letter.revision:
                cure = "plan this again"
                if row.state == "planning":
                    cure = f"wait until it is planned, or if it was broken off: callboard campaign cancel {row.id}"
                raise PlanConflictError(f"row {letter.row}: {letter.name} stands in campaign {row.id} already: {cure}")
        raise PlanConflictError("two rows are the same person, or somebody chose a slot meanwhile: plan this again")


def discard_abandoned(connection: sa.Connection, calls: Sequence[str], now: datetime) -> None:
    """Leave nothing of plans whose writing was killed."""
    _erase(connection, campaigns.c.call.in_(calls), campaigns.c.planned < now - ABANDONED)


def _erase(connection: sa.Connection, *which: sa.ColumnElement[bool]) -> None:
    connection.execute(campaigns.delete().where(*which, campaigns.c.state == "planning"))


def _take_stock(engine: sa.Engine) -> None:
    """PostgreSQL plans queries by what it counted last: claims took 150 ms where it had counted no campaign yet."""
    if engine.dialect.name == "postgresql":
        with engine.begin() as connection:
            connection.exec_driver_sql("ANALYZE deliveries, tracks")


def _later(connection: sa.Connection, plan: sa.Row[Any], known: int) -> sa.Row[Any] | None:
    """What was recorded after `known` of somebody whom this plan writes to."""
    chosen = ENTRIES.where(tracks.c.call == plan.call, tracks.c.id > known)
    if plan.kind not in BESIDE_BOOKINGS:
        chosen = chosen.where(tracks.c.what != BOOKED)
    new = connection.execute(chosen.order_by(tracks.c.id)).all()
    if not new:
        return None
    mine = sa.select(deliveries.c.person, deliveries.c.address).where(deliveries.c.campaign == plan.id)
    keys = {key for row in connection.execute(mine) for key in (row.person, address_key(row.address))}
    theirs = {row.id for row in entries_of(connection, plan.call, keys)}
    return next((one for one in new if one.id in theirs), None)


def _track(connection: sa.Connection, campaign: int, by: str, now: datetime) -> None:
    """Record what everybody of a plan is about to be told."""
    columns = (deliveries.c.id, deliveries.c.call, deliveries.c.person, deliveries.c.address, deliveries.c.name)
    chosen = sa.select(*columns, deliveries.c.kind).where(deliveries.c.campaign == campaign)
    rows = [
        {
            "call": row.call,
            "person": row.person,
            "address": address_key(row.address),
            "name": row.name,
            "what": row.kind,
            "at": now,
            "by": brief(by, 200),
            "delivery": row.id,
        }
        for row in connection.execute(chosen.order_by(deliveries.c.row, deliveries.c.id))
    ]
    if rows:
        connection.execute(tracks.insert(), rows)


def _digest(connection: sa.Connection, plan: sa.Row[Any], *, read: bool = False) -> tuple[str, int]:
    """Digest and count; of the letters' own bytes (`read`), or as they were when they were written down."""
    whole = hashlib.sha256(_line(plan.call, plan.kind))
    order = (deliveries.c.row, deliveries.c.id)
    chosen = sa.select(deliveries.c.id, deliveries.c.address, deliveries.c.person, deliveries.c.digest)
    rows = connection.execute(chosen.where(deliveries.c.campaign == plan.id).order_by(*order)).all()
    for start in range(0, len(rows), CHUNK):
        some = rows[start : start + CHUNK]
        known = {row.id: row.digest for row in some}
        if read:
            bodies = sa.select(letters.c.delivery, letters.c.body).where(letters.c.delivery.in_(list(known)))
            known = {row.delivery: hashlib.sha256(row.body).hexdigest() for row in connection.execute(bodies)}
        for row in some:
            whole.update(_line(row.address, row.person, known.get(row.id, "")))
    return whole.hexdigest(), len(rows)


def _line(*words: str) -> bytes:
    return (json.dumps(words) + "\n").encode()
