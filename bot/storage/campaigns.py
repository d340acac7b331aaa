"""The book of campaigns, as coordinators use it: looked at, moved on, cancelled, settled.

Every step is conditional on the state before, and a campaign's row is locked before its deliveries, here as in the ledger.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

import sqlalchemy as sa

from bot.model.campaign import CAMPAIGN_STEPS, Campaign, CampaignState
from bot.model.delivery import STATES, Delivery, DeliveryState, IllegalStepError
from bot.storage.campaign_approvals import CampaignApprovals
from bot.storage.campaign_log import CampaignLog, append
from bot.storage.campaign_plans import CampaignPlans
from bot.storage.campaign_retention import CampaignRetention
from bot.storage.campaign_rows import (
    DELIVERY,
    brief,
    campaign_of,
    delivery_of,
    lock_campaign,
    lock_deliveries,
    step_campaign,
)
from bot.storage.campaign_schema import campaigns, deliveries, letters
from bot.storage.tracks import Tracks

CHUNK = 50
"""Letters in memory at once."""


class Campaigns(CampaignPlans, Tracks, CampaignApprovals, CampaignLog, CampaignRetention):
    """Campaigns and their deliveries."""

    def campaign(self, number: int) -> Campaign | None:
        """A campaign."""
        found = self._all(campaigns.c.id == number)
        return found[0] if found else None

    def campaigns(self, call: str | None = None) -> list[Campaign]:
        """All of them, oldest first."""
        return self._all(*([] if call is None else [campaigns.c.call == call]))

    def last_of(self, call: str, kind: str, before: int | None = None) -> Campaign | None:
        """The last campaign of a kind that was not cancelled; the last before a number, if one is given."""
        same = [campaigns.c.call == call, campaigns.c.kind == kind]
        same += [campaigns.c.id < before] if before is not None else []
        found = self._all(*same, campaigns.c.state.not_in(("planning", "cancelled")))
        return found[-1] if found else None

    def _all(self, *which: sa.ColumnElement[bool]) -> list[Campaign]:
        with self._reading.connect() as connection:
            rows = connection.execute(sa.select(campaigns).where(*which).order_by(campaigns.c.id))
            return [campaign_of(row) for row in rows]

    def counts(self, campaign: int) -> dict[DeliveryState, int]:
        """How many deliveries are in each state, their sum being its total: none while it is being planned."""
        number = sa.func.count().label("number")
        whole = sa.exists().where(campaigns.c.id == campaign, campaigns.c.state != "planning")
        chosen = sa.select(deliveries.c.state, number).where(deliveries.c.campaign == campaign, whole)
        with self._reading.connect() as connection:
            found = {row.state: row.number for row in connection.execute(chosen.group_by(deliveries.c.state))}
        return {state: found.get(state, 0) for state in STATES}

    def deliveries(self, campaign: int, states: Sequence[DeliveryState] = ()) -> list[Delivery]:
        """Its deliveries, in the order of the table; those in `states`, if any are named."""
        chosen = sa.select(*DELIVERY).where(deliveries.c.campaign == campaign)
        if states:
            chosen = chosen.where(deliveries.c.state.in_(states))
        with self._reading.connect() as connection:
            rows = connection.execute(chosen.order_by(deliveries.c.row, deliveries.c.id))
            return [delivery_of(row) for row in rows]

    def letters(self, campaign: int) -> Iterator[tuple[Delivery, str, bytes]]:
        """Each delivery with its text and bytes, none if they were erased; a few in memory at a time, in the order of the table."""
        order = (deliveries.c.row, deliveries.c.id)
        mine = sa.select(deliveries.c.id).where(deliveries.c.campaign == campaign).order_by(*order)
        with self._reading.connect() as connection:
            numbers = list(connection.scalars(mine))
        read = sa.select(*DELIVERY, letters.c.text, letters.c.body)
        both = read.outerjoin(letters, letters.c.delivery == deliveries.c.id)
        for start in range(0, len(numbers), CHUNK):
            some = both.where(deliveries.c.id.in_(numbers[start : start + CHUNK])).order_by(*order)
            with self._reading.connect() as connection:
                rows = connection.execute(some).all()
            for row in rows:
                yield delivery_of(row), row.text or "", row.body or b""

    def previewed(self, campaign: int, now: datetime) -> None:
        """Note that a plan was looked at, the first time."""
        new = campaigns.update().where(campaigns.c.id == campaign, campaigns.c.previewed.is_(None))
        with self._engine.begin() as connection:
            connection.execute(new.values(previewed=now))

    def move(self, campaign: int, states: Sequence[CampaignState], to: CampaignState, note: str = "") -> bool:
        """Take a step from one of `states`; False if it is in none of them."""
        for before in states:
            if to not in CAMPAIGN_STEPS[before]:
                raise IllegalStepError(f"a campaign never goes from {before} to {to}")
        with self._engine.begin() as connection:
            state = lock_campaign(connection, campaign)
            if state is None or state not in states:
                return False
            return step_campaign(connection, campaign, state, to, note)

    def wake(self, campaign: int) -> None:
        """Let what was put off be tried at once: a person has seen to what held it up."""
        mine = (deliveries.c.campaign == campaign, deliveries.c.state == "waiting")
        with self._engine.begin() as connection:
            connection.execute(deliveries.update().where(*mine).values(due=None))

    def cancel(self, campaign: int, reason: str, now: datetime, by: str = "") -> int:
        """Cancel what is planned or waiting, and the campaign, and log `by` whom; how many. What is being sent ends as it ends.

        What is claimed was not begun: it is cancelled, too, and its sender is told so when it wants to begin.
        """
        mine = deliveries.c.campaign == campaign
        ended = {"state": "cancelled", "outcome": brief(reason), "finished": now, "worker": ""}
        with self._engine.begin() as connection:
            state = lock_campaign(connection, campaign)
            if state is None or "cancelled" not in CAMPAIGN_STEPS[state]:
                return 0
            step_campaign(connection, campaign, state, "cancelled", reason)
            if state == "planning":
                return connection.execute(deliveries.delete().where(mine)).rowcount
            waiting = deliveries.c.state.in_(("planned", "waiting", "claimed"))
            lock_deliveries(connection, mine, waiting)
            count = connection.execute(deliveries.update().where(mine, waiting).values(**ended)).rowcount
            append(connection, by, "cancelled", campaign, f"{count} mails; {reason}", now)
            return count

    def resolve(self, delivery: int, *, arrived: bool, by: str, now: datetime) -> bool:
        """Settle an unknown delivery by a person's word, which is logged: arrived, or to be sent again; False if it is not unknown.
        One that came back may have arrived all the same.

        A campaign that was finished sends again then; in one that was cancelled nothing is sent again, and the delivery is cancelled.
        """
        chosen = sa.select(deliveries.c.campaign, deliveries.c.row).where(deliveries.c.id == delivery)
        with self._engine.begin() as connection:
            known = connection.execute(chosen).first()
            state = lock_campaign(connection, known.campaign) if known is not None else None
            done = known is not None and _settle(connection, delivery, state, arrived=arrived, by=by, now=now)
            if known is not None and done:
                what = "resolved: arrived" if arrived else "resolved: send again"
                append(connection, by, what, known.campaign, f"row {known.row}, delivery {delivery}", now)
                if not arrived and state == "finished":
                    step_campaign(connection, known.campaign, "finished", "sending", "")
            return done


def _settle(
    connection: sa.Connection,
    delivery: int,
    state: CampaignState | None,
    *,
    arrived: bool,
    by: str,
    now: datetime,
) -> bool:
    """Take a delivery out of `unknown`, as somebody says; `state` is its campaign's."""
    open_ = ("unknown", "bounced") if arrived else ("unknown",)
    unknown = deliveries.update().where(deliveries.c.id == delivery, deliveries.c.state.in_(open_))
    if arrived:
        settled = {"state": "sent", "outcome": brief(f"arrived, says {by}"), "finished": now}
    else:
        settled = {"state": "planned", "outcome": brief(f"did not arrive, says {by}"), "finished": None, "due": None}
        settled["worker"] = ""
    done = connection.execute(unknown.values(**settled)).rowcount == 1
    if done and not arrived and state == "cancelled":
        mine = deliveries.update().where(deliveries.c.id == delivery, deliveries.c.state == "planned")
        connection.execute(mine.values(state="cancelled", finished=now))
    return done
