"""Which deliveries may go next: due, none that another has, none that contradicts what was told or done since it was planned.

Two looks at what a delivery stands on, its `after`: while what was told before is still under way it waits, and if that never
arrived it is cancelled. Then at what was recorded later of the same person or address.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.model.campaign import DECISIONS, REACTIONS
from bot.model.delivery import OPEN, UNTOLD, Claimed
from bot.storage.campaign_rows import brief
from bot.storage.campaign_schema import deliveries, letters, tracks

COUNTS = (*DECISIONS, "interview-cancellation", *REACTIONS)
"""What contradicts an earlier plan; other notices do not."""
TOLD = ("sending", "sent", "unknown")

_before, _earlier = tracks.alias("before"), deliveries.alias("earlier")
_later = deliveries.alias("later")
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


def _recorded(same: sa.Column[str]) -> sa.Select[Any]:
    columns = (tracks.c.id, tracks.c.what, tracks.c.at, same.label("whose"))
    return (
        sa.select(*columns)
        .outerjoin(_later, _later.c.id == tracks.c.delivery)
        .where(tracks.c.call == sa.bindparam("of_call"), same.in_(sa.bindparam("keys", expanding=True)))
        .where(tracks.c.what.in_(COUNTS), sa.or_(tracks.c.delivery.is_(None), _later.c.state.in_(TOLD)))
        .order_by(tracks.c.id)
    )


_own = sa.select(
    tracks.c.id, tracks.c.call, tracks.c.person, tracks.c.address, deliveries.c.after, tracks.c.delivery
).join(deliveries, deliveries.c.id == tracks.c.delivery)
_stands = _own.where(deliveries.c.id.in_(_IDS))
_RECORDED = {"person": _recorded(tracks.c.person), "address": _recorded(tracks.c.address)}
"""Each by its own index: a join of tracks with themselves is planned badly where nothing was counted yet (PostgreSQL, 350 ms)."""
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
    sa.select(deliveries.c.id, deliveries.c.address, deliveries.c.tries, letters.c.body)
    .join(letters, letters.c.delivery == deliveries.c.id)
    .where(deliveries.c.id.in_(_IDS))
    .order_by(deliveries.c.row, deliveries.c.id)
)
_next = sa.select(sa.func.min(deliveries.c.due)).where(*_mine, deliveries.c.state == "waiting")


def claim_due(connection: sa.Connection, campaign: int, worker: str, now: datetime, limit: int) -> list[Claimed]:
    """Claim deliveries of a campaign that is sending."""
    while found := _candidates(connection, campaign, now, limit):
        wrong = _reasons(connection, found)
        if wrong:
            ended = [{"which": number, "why": brief(why), "now": now} for number, why in wrong.items()]
            connection.execute(_cancel, ended)
        mine = [number for number in found if number not in wrong]
        if mine:
            connection.execute(_claim, {"ids": mine, "by_worker": worker})
            rows = connection.execute(_bodies, {"ids": mine})
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
    for name, recorded in _RECORDED.items() if own else ():
        of: dict[str, list[sa.Row[Any]]] = defaultdict(list)
        for one in own:
            of[one._mapping[name]].append(one)
        for row in connection.execute(recorded, {"of_call": own[0].call, "keys": list(of)}):
            for one in of[row.whose]:
                if row.id > one.after and row.id != one.id:
                    wrong[one.delivery] = f"contradicts: {row.what}, recorded {row.at.date().isoformat()}"
    for row in connection.execute(_never_told, {"ids": numbers}):
        wrong.setdefault(row.id, f"the {row.what} before it was {row.state}")
    return wrong
