"""The senders' ledger: what they claim, what they begin, what became of it.

A sender writes once for everything that piled up (`record`): first what became of mails, then which begin. Every change is
conditional on the state before and on the sender, so that no step is taken that `model/delivery.STEPS` does not know; a campaign's
row is locked first, so that nothing begins after it was paused or cancelled.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bot.model.campaign import CampaignState
from bot.model.delivery import OPEN, Claimed
from bot.model.message import Outcome, Refused, Sent, TryLater, Unknown
from bot.storage.campaign_log import append
from bot.storage.campaign_rows import brief, lock_call, lock_campaign, lock_deliveries, step_campaign
from bot.storage.campaign_schema import campaigns, deliveries, relay_uses
from bot.storage.claims import ChangedLettersError, claim_due, next_due
from bot.storage.engine import reading
from bot.storage.senders import is_gone

Ended = tuple[int, Outcome, datetime]
FORGOTTEN = timedelta(days=32)
"""No relay counts over longer than a month."""

CHANGED = "the mails are not those that were planned: somebody changed the record"

_state = deliveries.c.state
_IDS: sa.BindParameter[int] = sa.bindparam("ids", expanding=True)
_mine = deliveries.update().where(
    deliveries.c.id == sa.bindparam("which"), deliveries.c.worker == sa.bindparam("by_worker")
)
_words: dict[str, Any] = {"outcome": sa.bindparam("words"), "finished": sa.bindparam("ended")}
_tried = deliveries.c.tries + sa.case((_state == "claimed", sa.bindparam("counted")), else_=0)  # else `mark` counted it
_begun, _unbegun = _state == "sending", sa.or_(_state == "sending", _state == "claimed")
_late = sa.or_(_state == "sending", _state == "unknown")
_STEPS: dict[type[Outcome], sa.Update] = {
    Sent: _mine.where(_late).values(state="sent", **_words),
    Unknown: _mine.where(_begun).values(state="unknown", **_words),
    Refused: _mine.where(_unbegun).values(state="refused", tries=_tried, **_words),
    TryLater: _mine.where(_unbegun).values(
        state="waiting", worker="", tries=_tried, due=sa.bindparam("later"), outcome=sa.bindparam("words")
    ),
}
_of_campaign = sa.select(campaigns.c.id).where(campaigns.c.id == deliveries.c.campaign).correlate(deliveries)
_mark = (
    deliveries.update()
    .where(deliveries.c.id.in_(_IDS), _state == "claimed", deliveries.c.worker == sa.bindparam("by_worker"))
    .where(sa.exists(_of_campaign.where(campaigns.c.state == "sending")))
    .values(state="sending", tries=deliveries.c.tries + 1, began=sa.bindparam("at"))
    .returning(deliveries.c.id)
)
_left = (  # of a campaign that was cancelled while its mail was on the way
    deliveries.update()
    .where(deliveries.c.id.in_(_IDS), _state == "waiting")
    .where(sa.exists(_of_campaign.where(campaigns.c.state == "cancelled")))
    .values(state="cancelled", finished=sa.bindparam("at"))
)
_hold = sa.select(campaigns.c.id).where(
    campaigns.c.id.in_(sa.select(deliveries.c.campaign).where(deliveries.c.id.in_(_IDS)))
)
_HOLD = _hold.order_by(campaigns.c.id).with_for_update(read=True)
_BY_NUMBER = sa.select(deliveries.c.id).where(deliveries.c.id.in_(_IDS)).order_by(deliveries.c.id).with_for_update()
"""Locked in this order by all: a person's word about claimed deliveries and a sender's marks never wait for each other."""
_use = relay_uses.insert().values(what=sa.bindparam("of"), count=sa.bindparam("number"), at=sa.bindparam("when"))


class Ledger:
    """Deliveries, as senders use them."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._reading = reading(engine)

    def recover(self, worker: str, now: datetime) -> tuple[int, int]:
        """Take from senders that are gone: what they had claimed is planned again, what they were sending is unknown; how many each.

        The caller holds its lock (`senders.sending`).
        """
        others = sa.select(deliveries.c.worker).where(_state.in_(("claimed", "sending")), deliveries.c.worker != worker)
        planned = unknown = 0
        with self._engine.begin() as connection:
            connection.execute(relay_uses.delete().where(relay_uses.c.at < now - FORGOTTEN))
            for other in sorted(set(connection.scalars(others))):
                if is_gone(connection, other):
                    lock_deliveries(connection, deliveries.c.worker == other, _state == "claimed")
                    theirs = deliveries.update().where(deliveries.c.worker == other)
                    planned += connection.execute(
                        theirs.where(_state == "claimed").values(state="planned", worker="")
                    ).rowcount
                    words = "the sender was gone while sending"
                    unknown += connection.execute(
                        theirs.where(_begun).values(state="unknown", finished=now, outcome=words)
                    ).rowcount
        return planned, unknown

    def claim(self, campaign: int, worker: str, now: datetime, limit: int) -> list[Claimed]:
        """Claim deliveries that are due, none that another has; what contradicts something told since is cancelled instead.

        Letters that are not those that were planned pause the campaign.
        """
        call = sa.select(campaigns.c.call).where(campaigns.c.id == campaign)
        try:
            with self._engine.begin() as connection:
                # what a person did is seen, or comes later
                lock_call(connection, connection.scalar(call) or "", shared=True)
                if lock_campaign(connection, campaign, shared=True) != "sending":
                    return []
                return claim_due(connection, campaign, worker, now, limit)
        except ChangedLettersError:
            self._pause(campaign, now)
            return []

    def _pause(self, campaign: int, now: datetime) -> None:
        with self._engine.begin() as connection:
            if lock_campaign(connection, campaign) == "sending":
                step_campaign(connection, campaign, "sending", "paused", CHANGED)
                append(connection, "Callboard", "paused", campaign, CHANGED, now)

    def mark(self, worker: str, deliveries: Sequence[int], now: datetime) -> set[int]:
        """Commit that their sending begins; those for which it may: still this worker's, and the campaign still sending."""
        return self.record(worker, [(number, now) for number in deliveries], ())

    def settle(self, worker: str, outcomes: Sequence[Ended]) -> None:
        """Commit what became of deliveries of this worker; a late "sent" lifts what was taken from it as unknown."""
        self.record(worker, (), outcomes)

    def record(self, worker: str, marks: Sequence[tuple[int, datetime]], outcomes: Sequence[Ended]) -> set[int]:
        """`settle` and `mark` in one transaction; the marked ones."""
        if not marks and not outcomes:
            return set()
        with self._engine.begin() as connection:
            if connection.dialect.name != "sqlite":
                numbers = [number for number, _ in marks] + [number for number, *_ in outcomes]
                connection.execute(_HOLD, {"ids": numbers}).all()
                connection.execute(_BY_NUMBER, {"ids": numbers}).all()
            _settle(connection, worker, outcomes)
            return _begin(connection, worker, marks)

    def release(self, worker: str) -> int:
        """Give back what this worker claimed and did not begin."""
        mine = deliveries.update().where(deliveries.c.worker == worker, _state == "claimed")
        with self._engine.begin() as connection:
            lock_deliveries(connection, deliveries.c.worker == worker, _state == "claimed")
            return connection.execute(mine.values(state="planned", worker="")).rowcount

    def state(self, campaign: int) -> CampaignState:
        """The campaign's state, as it stands now."""
        with self._reading.connect() as connection:
            found: CampaignState = connection.execute(
                sa.select(campaigns.c.state).where(campaigns.c.id == campaign)
            ).scalar_one()
        return found

    def open(self, campaign: int, now: datetime) -> tuple[int, datetime | None]:
        """How many deliveries something still happens to by itself, and when the next is due if none is now."""
        mine = sa.select(sa.func.count()).select_from(deliveries).where(deliveries.c.campaign == campaign)
        with self._reading.connect() as connection:
            count = connection.scalar(mine.where(_state.in_(OPEN))) or 0
            return count, next_due(connection, campaign, now) if count else None

    def used(self, what: str, since: datetime) -> list[tuple[datetime, int]]:
        """Uses of the relay ("mail", "login") since then: when, and how many, oldest first."""
        chosen = sa.select(relay_uses.c.at, relay_uses.c.count).where(relay_uses.c.what == what)
        order = (relay_uses.c.at, relay_uses.c.id)
        with self._reading.connect() as connection:
            rows = connection.execute(chosen.where(relay_uses.c.at >= since).order_by(*order))
            return [(row[0], row[1]) for row in rows]

    def use(self, what: str, count: int, at: datetime) -> None:
        """Note uses of the relay."""
        with self._engine.begin() as connection:
            connection.execute(_use, {"of": what, "number": count, "when": at})


def _settle(connection: sa.Connection, worker: str, outcomes: Sequence[Ended]) -> None:
    rows: dict[type[Outcome], list[dict[str, Any]]] = {}
    for number, outcome, at in outcomes:
        row: dict[str, Any] = {"which": number, "by_worker": worker}
        match outcome:
            case Sent(receipt):
                row |= {"words": brief(receipt), "ended": at}
            case Unknown(reason):
                row |= {"words": brief(reason), "ended": at}
            case Refused(reason):
                row |= {"words": brief(reason), "ended": at, "counted": 1}
            case TryLater(seconds, reason, everything):
                # A connection that failed is no try of a letter.
                row |= {"words": brief(reason), "later": at + timedelta(seconds=seconds)}
                row |= {"counted": 0 if everything else 1}
        rows.setdefault(type(outcome), []).append(row)
    for kind, some in rows.items():
        connection.execute(_STEPS[kind], some)
    if TryLater in rows:
        later = [row["which"] for row in rows[TryLater]]
        connection.execute(_left, {"ids": later, "at": max(at for *_, at in outcomes)})


def _begin(connection: sa.Connection, worker: str, marks: Sequence[tuple[int, datetime]]) -> set[int]:
    if not marks:
        return set()
    at = max(moment for _, moment in marks)
    values = {"ids": [number for number, _ in marks], "by_worker": worker, "at": at}
    begun = set(connection.scalars(_mark, values))
    if begun:
        connection.execute(_use, {"of": "mail", "number": len(begun), "when": at})
    return begun
