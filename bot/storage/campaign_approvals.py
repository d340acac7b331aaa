"""Approvals: a code mailed to somebody for a digest, and their yes. Of a code only a keyed digest is kept."""

import hashlib
import hmac
from datetime import datetime, timedelta

import sqlalchemy as sa

from bot.model.campaign import Approval
from bot.storage.campaign_rows import CampaignBook, brief
from bot.storage.campaign_schema import approvals, campaigns

VALID = timedelta(minutes=60)
TRIES = 5
APPROVABLE = ("planned", "approved", "paused")
"""After a restore, or when more must agree than did, more approve what was planned; not what is sent just now."""


class CampaignApprovals(CampaignBook):
    """Who agrees that a campaign is sent."""

    def ask_approval(self, campaign: int, by: str, digest: str, code: str, now: datetime) -> None:
        """Keep that a code was mailed to somebody for a digest; an earlier code of theirs is void."""
        name = brief(by, 200)
        asked = {"campaign": campaign, "by": name, "digest": digest, "asked": now}
        with self._engine.begin() as connection:
            connection.execute(sa.select(campaigns.c.id).where(campaigns.c.id == campaign).with_for_update())
            connection.execute(approvals.delete().where(approvals.c.campaign == campaign, approvals.c.by == name))
            keyed = self._keyed(campaign, name, digest, code)
            connection.execute(approvals.insert().values(**asked, code=keyed))

    def approve(self, campaign: int, by: str, digest: str, code: str, now: datetime) -> str:
        """Take somebody's code: "" if it is right and their approval stands, else why not ("wrong", "late", "unasked", "changed",
        "too often").
        """
        name = brief(by, 200)
        mine = (approvals.c.campaign == campaign, approvals.c.by == name)
        with self._engine.begin() as connection:
            state = connection.execute(
                sa.select(campaigns.c.state, campaigns.c.digest).where(campaigns.c.id == campaign).with_for_update()
            ).one_or_none()
            asked = connection.execute(sa.select(approvals).where(*mine)).one_or_none()
            if state is None or asked is None or asked.given is not None:
                return "unasked"
            if asked.tries >= TRIES:
                return "too often"
            if not asked.asked <= now <= asked.asked + VALID:
                return "late"
            if state.state not in APPROVABLE or not asked.digest == digest == state.digest:
                return "changed"
            right = hmac.compare_digest(asked.code, self._keyed(campaign, name, digest, code))
            values = {"given": now} if right else {"tries": approvals.c.tries + 1}
            connection.execute(approvals.update().where(*mine).values(**values))
        return "" if right else "wrong"

    def approvals(self, campaign: int) -> list[Approval]:
        """Who approved its digest as it stands."""
        chosen = (
            sa.select(approvals.c.by, approvals.c.given, approvals.c.digest)
            .join(campaigns, campaigns.c.id == approvals.c.campaign)
            .where(campaigns.c.id == campaign, approvals.c.given.is_not(None), approvals.c.digest == campaigns.c.digest)
            .order_by(approvals.c.given, approvals.c.id)
        )
        with self._reading.connect() as connection:
            return [Approval(row.by, row.given, row.digest) for row in connection.execute(chosen)]

    def _keyed(self, campaign: int, by: str, digest: str, code: str) -> str:
        """A code's digest (RFC 2104); spaces and capitals of a code do not matter."""
        words = "\0".join(("approval", str(campaign), by, digest, "".join(code.split()).casefold()))
        return hmac.new(self._secret.encode(), words.encode("utf-8", "replace"), hashlib.sha256).hexdigest()
