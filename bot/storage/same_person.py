"""Who is the same person in a call's record: whoever has the same number or address, through any chain of its entries.

Asks by the numbers and addresses of some people and never for the whole call, so that a claim of a few stays a few rows. What was
refused, cancelled or came back joins nobody, as in `mailing/standing.py`, which draws the same lines in memory.
"""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from bot.model.campaign import RELOCATED, Told
from bot.model.delivery import UNTOLD
from bot.storage.campaign_schema import deliveries, tracks

TOLD = ("", "sending", "sent", "unknown")
"""States of what a person knows, or may: "" was told by other means, or was done."""
CHUNK = 500
"""Numbers or addresses in one query."""

_of = deliveries.c
ENTRIES = (
    sa.select(tracks, _of.campaign, _of.row, _of.wording, _of.state, _of.finished)
    .outerjoin(deliveries, _of.id == tracks.c.delivery)
    .where(sa.or_(tracks.c.delivery.is_(None), _of.state.not_in(UNTOLD)))
)
"""What was told, is about to be, or was done."""


_own, _moved = tracks.alias("own"), tracks.alias("moved")
_later = sa.and_(_moved.c.call == _own.c.call, _moved.c.person == _own.c.person, _moved.c.id > _own.c.id)
_same_address = (
    sa.select(_moved.c.address == _own.c.address)
    .select_from(_own.join(_moved, _later))
    .where(_own.c.delivery == deliveries.c.id, _moved.c.what == RELOCATED)
    .order_by(_moved.c.id.desc())
    .limit(1)
    .correlate(deliveries)
    .scalar_subquery()
)
STILL_THEIRS = sa.func.coalesce(_same_address, sa.true())
"""Whether a delivery's address is its person's still: no other was recorded since. A part of one statement, for whoever must not see
the difference counts these (`tests/test_own_mail_leak.py`).
"""


def _by(column: sa.Column[str]) -> sa.Select[Any]:
    return ENTRIES.where(tracks.c.call == sa.bindparam("of_call"), column.in_(sa.bindparam("keys", expanding=True)))


_BY = (_by(tracks.c.person), _by(tracks.c.address))
"""Each by its own index: a join of tracks with themselves is planned badly where nothing was counted yet (PostgreSQL, 350 ms)."""


def entries_of(connection: sa.Connection, call: str, keys: Iterable[str]) -> list[sa.Row[Any]]:
    """All that was recorded of whoever has one of these numbers or addresses, oldest first."""
    found: dict[int, sa.Row[Any]] = {}
    known: set[str] = set()
    new = set(keys) - {""}
    while new:
        known |= new
        asked, new = sorted(new), set()
        for start in range(0, len(asked), CHUNK):
            values = {"of_call": call, "keys": asked[start : start + CHUNK]}
            for chosen in _BY:
                for row in connection.execute(chosen, values):
                    found[row.id] = row
                    new |= {row.person, row.address}
        new -= {*known, ""}
    return [found[number] for number in sorted(found)]


def told_of(row: sa.Row[Any]) -> Told:
    """An entry from its row."""
    return Told(
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
