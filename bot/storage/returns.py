"""The book of what came back: each return with the delivery that it belongs to, and failures that end one.

Finding the delivery of a letter is `return_matching.py`.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.model.campaign import Kind
from bot.model.delivery import Delivery
from bot.model.returned import Return
from bot.storage.bookings import LEFT
from bot.storage.campaign_log import append
from bot.storage.campaign_rows import DELIVERY, brief, delivery_of, lock_campaign, lock_deliveries
from bot.storage.campaign_schema import deliveries
from bot.storage.engine import reading
from bot.storage.return_schema import returns
from bot.storage.same_person import CHUNK

CALLBOARD = "Callboard"
_state = deliveries.c.state
_FAILED = (returns.c.kind == "failed", returns.c.proven.is_(True))
_LISTED = sa.select(
    *(column.label(f"return_{column.name}") for column in returns.c), *DELIVERY, deliveries.c.call, deliveries.c.kind
).order_by(returns.c.id)
_SHOWN = sa.or_(returns.c.delivery.is_not(None), returns.c.kind != "reply")
_DUE = (
    sa.select(returns.c.status, returns.c.detail, deliveries.c.id, deliveries.c.campaign, deliveries.c.row)
    .join(deliveries, deliveries.c.id == returns.c.delivery)
    .where(*_FAILED, _state.in_(("sent", "unknown")))
    # what failed before it was begun once more says nothing of this time
    .where(sa.or_(deliveries.c.began.is_(None), returns.c.at >= deliveries.c.began))
    .order_by(returns.c.id)
)

Matched = tuple[Return, Delivery, str, Kind]


class Returns:
    """What came back."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._reading = reading(engine)

    def listed(self, since: datetime) -> list[tuple[Return, Delivery | None, str, Kind | None]]:
        """Returns since then, oldest first: each with its delivery, and that one's call and kind ("" and None if unmatched).

        A person's letter that belongs to no mail is answered as any other, and not listed.
        """
        both = _LISTED.outerjoin_from(returns, deliveries, deliveries.c.id == returns.c.delivery)
        with self._reading.connect() as connection:
            rows = connection.execute(both.where(returns.c.at >= since, _SHOWN)).all()
        return [_matched(row) if row.id is not None else (_return(row), None, "", None) for row in rows]

    def match(self, number: int, delivery: int, by: str, now: datetime) -> bool:
        """A person's word that a return belongs to a delivery; False if either is not there, or it is proven to belong to another.
        A failure then bounces it, and still waits to be handled.
        """
        chosen = sa.select(deliveries.c.id, deliveries.c.campaign, deliveries.c.row)
        free = sa.or_(returns.c.proven.is_(False), returns.c.delivery.is_(None), returns.c.delivery == delivery)
        with self._engine.begin() as connection:
            known = (deliveries.c.id == delivery, _state.in_(LEFT), deliveries.c.address != "")
            to = connection.execute(chosen.where(*known)).one_or_none()
            if to is None:
                return False
            lock_mails(connection, [to])
            mine = returns.update().where(returns.c.id == number, free).values(delivery=delivery, proven=True)
            back = connection.execute(mine.returning(returns.c.kind, returns.c.status, returns.c.detail)).one_or_none()
            if back is None:
                return False
            bounced = back.kind == "failed" and bounce(connection, delivery, back.status, back.detail)
            detail = f"row {to.row}, delivery {delivery}: return {number}, {back.kind}"
            append(connection, by, "return matched", to.campaign, f"{detail}{', bounced' if bounced else ''}", now)
            return True

    def handle(self, numbers: Sequence[int], by: str, now: datetime) -> int:
        """Note that somebody has seen to these, and log it; how many."""
        done: list[int] = []
        with self._engine.begin() as connection:
            for some in _chunks(numbers):
                new = returns.update().where(returns.c.id.in_(some), returns.c.handled.is_(None))
                handled = new.values(handled=now, by=brief(by, 200)).returning(returns.c.id)
                done += connection.scalars(handled)
            if done:
                append(connection, by, "returns handled", 0, f"returns {', '.join(map(str, sorted(done)))}", now)
        return len(done)

    def settle(self, now: datetime) -> list[int]:
        """Bounce what was still on its way when its failure came; the deliveries."""
        with self._reading.connect() as connection:  # asked often, and mostly in vain: nobody has to wait for it
            if connection.execute(_DUE).first() is None:
                return []
        with self._engine.begin() as connection:
            rows = connection.execute(_DUE).all()
            lock_mails(connection, rows)
            bounced = [row for row in rows if bounce(connection, row.id, row.status, row.detail)]
            for row in bounced:
                log_bounce(connection, row, row.status, now)
        return [row.id for row in bounced]

    def untold(self) -> list[Matched]:
        """Bounces of which coordinators were not told yet, and that nobody has seen to."""
        both = _LISTED.join_from(returns, deliveries, deliveries.c.id == returns.c.delivery)
        new = (*_FAILED, returns.c.told.is_(None), returns.c.handled.is_(None), _state == "bounced")
        with self._reading.connect() as connection:
            return [_matched(row) for row in connection.execute(both.where(*new))]

    def told(self, numbers: Sequence[int], now: datetime) -> None:
        """Note that coordinators were told of these."""
        with self._engine.begin() as connection:
            for some in _chunks(numbers):
                new = returns.update().where(returns.c.id.in_(some), returns.c.told.is_(None))
                connection.execute(new.values(told=now))


def lock_mails(connection: sa.Connection, rows: Iterable[sa.Row[Any]]) -> None:
    """Lock deliveries with their campaigns, in the order of all (`ledger.py`)."""
    some = list(rows)
    for campaign in sorted({row.campaign for row in some}):
        lock_campaign(connection, campaign, shared=True)
    for numbers in _chunks([row.id for row in some]):
        lock_deliveries(connection, deliveries.c.id.in_(numbers))


def bounce(connection: sa.Connection, delivery: int, status: str, detail: str) -> bool:
    """Take the step of a mail that came back; False if it is not one that left, or is on its way still."""
    mine = deliveries.update().where(deliveries.c.id == delivery, _state.in_(("sent", "unknown")))
    words = " ".join(filter(None, (status, detail))) or "came back"
    return connection.execute(mine.values(state="bounced", outcome=brief(words))).rowcount == 1


def log_bounce(connection: sa.Connection, row: sa.Row[Any], status: str, now: datetime) -> None:
    """Log it, without the server's words, which name the address."""
    detail = f"row {row.row}, delivery {row.id}{f': {status}' if status else ''}"
    append(connection, CALLBOARD, "bounced", row.campaign, detail, now)


def _chunks(numbers: Sequence[int]) -> Iterable[list[int]]:
    some = sorted(set(numbers))
    return (some[start : start + CHUNK] for start in range(0, len(some), CHUNK))


def _matched(row: sa.Row[Any]) -> Matched:
    return _return(row), delivery_of(row), row.call, row.kind


_NAMES = ("id", "at", "kind", "delivery", "proven", "address", "status", "says", "detail", "handled", "by")


def _return(row: sa.Row[Any]) -> Return:
    return Return(**{name: row._mapping[f"return_{name}"] for name in _NAMES})
