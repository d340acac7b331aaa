"""How campaigns and deliveries stand in their rows, and the lock under which the record of one call grows.

Does not know what may be done with them.
"""

import hashlib
from typing import Any

import msgspec
import sqlalchemy as sa

from bot.model.campaign import CAMPAIGN_STEPS, Campaign, CampaignState, Plan
from bot.model.delivery import Delivery, IllegalStepError
from bot.storage.campaign_schema import campaigns, deliveries
from bot.storage.engine import reading, storable


class CampaignBook:
    """A part of the book of campaigns."""

    def __init__(self, engine: sa.Engine, secret: str) -> None:
        self._engine = engine
        self._reading = reading(engine)
        self._secret = secret


def lock_call(connection: sa.Connection, call: str, *, shared: bool = False) -> None:
    """Until the transaction ends, nobody records what people of this call were told or did; SQLite has one writer anyway."""
    lock_named(connection, f"call {call}", shared=shared)


def lock_named(connection: sa.Connection, name: str, *, shared: bool = False) -> None:
    """Wait for a lock that the transaction holds until it ends."""
    if connection.dialect.name == "postgresql":
        take = sa.func.pg_advisory_xact_lock_shared if shared else sa.func.pg_advisory_xact_lock
        connection.execute(sa.select(take(lock_key(name))))


def lock_key(name: str) -> int:
    """The key of PostgreSQL's advisory lock of a name: 62 bits, so that it is never the serving process's, nor negative."""
    return int.from_bytes(hashlib.sha256(name.encode("utf-8", "replace")).digest()[:8]) >> 2 | 1 << 61


def lock_campaign(connection: sa.Connection, campaign: int, *, shared: bool = False) -> CampaignState | None:
    """A campaign's state, which nobody changes until the transaction ends; None if there is no such campaign."""
    chosen = sa.select(campaigns.c.state).where(campaigns.c.id == campaign).with_for_update(read=shared)
    found: CampaignState | None = connection.scalar(chosen)
    return found


def lock_deliveries(connection: sa.Connection, *which: sa.ColumnElement[bool]) -> list[int]:
    """Deliveries that nobody changes until the transaction ends; all lock them by number, so that no two wait for each other."""
    chosen = sa.select(deliveries.c.id).where(*which).order_by(deliveries.c.id).with_for_update()
    return list(connection.scalars(chosen))


def step_campaign(
    connection: sa.Connection, campaign: int, before: CampaignState, to: CampaignState, note: str
) -> bool:
    """Take a step of the table; False if the campaign is not in the state before. Raises IllegalStepError."""
    if to not in CAMPAIGN_STEPS[before]:
        raise IllegalStepError(f"a campaign never goes from {before} to {to}")
    mine = campaigns.update().where(campaigns.c.id == campaign, campaigns.c.state == before)
    return connection.execute(mine.values(state=to, note=brief(note))).rowcount == 1


def brief(words: str, length: int = 400) -> str:
    """Words as a column takes them."""
    return storable(words)[:length]


def campaign_of(row: sa.Row[Any]) -> Campaign:
    """A campaign from its row."""
    return Campaign(
        id=row.id,
        state=row.state,
        plan=msgspec.json.decode(row.plan, type=Plan),
        planned=row.planned,
        digest=row.digest,
        total=row.total,
        previewed=row.previewed,
        note=row.note,
    )


_COLUMNS = ("id", "campaign", "row", "person", "address", "name", "language", "token", "revision", "subject", "state")
_COURSE = ("worker", "tries", "due", "began", "finished", "outcome", "oddness")
DELIVERY = [deliveries.c[name] for name in (*_COLUMNS, *_COURSE, "oddities")]
"""The columns of which a delivery is made."""


def delivery_of(row: sa.Row[Any]) -> Delivery:
    """A delivery from its row."""
    values = row._mapping
    oddities = msgspec.json.decode(values["oddities"], type=tuple[str, ...])
    return Delivery(**{name: values[name] for name in (*_COLUMNS, *_COURSE)}, oddities=oddities)
