"""The log of what people did about campaigns: each entry carries a digest over itself and the one before, so that a change shows."""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from bot.model.campaign import Action
from bot.storage.campaign_rows import CampaignBook, brief, lock_named
from bot.storage.campaign_schema import actions
from bot.storage.engine import storable


class CampaignLog(CampaignBook):
    """Who did what."""

    def note(self, by: str, what: str, campaign: int, detail: str, now: datetime) -> None:
        """Log what somebody did, chained to the entry before."""
        with self._engine.begin() as connection:
            append(connection, by, what, campaign, detail, now)

    def actions(self, campaign: int | None = None) -> list[Action]:
        """The log, oldest first; of a campaign, or all."""
        chosen = sa.select(actions).order_by(actions.c.id)
        if campaign is not None:
            chosen = chosen.where(actions.c.campaign == campaign)
        with self._reading.connect() as connection:
            return [
                Action(row.id, row.at, row.by, row.what, row.campaign, row.detail, row.chain)
                for row in connection.execute(chosen)
            ]

    def broken_chain(self) -> int | None:
        """The first entry of the log that was changed afterwards; None if all stand as written."""
        before = ""
        with self._reading.connect() as connection:
            for row in connection.execute(sa.select(actions).order_by(actions.c.id)):
                if row.chain != _chain(before, row._mapping):
                    return int(row.id)
                before = row.chain
        return None


def append(connection: sa.Connection, by: str, what: str, campaign: int, detail: str, now: datetime) -> None:
    """Log what somebody did in the transaction in which they did it, as the last thing of it: the log is locked until its end."""
    entry = {"at": now, "by": brief(by, 200), "what": brief(what, 40), "campaign": campaign, "detail": storable(detail)}
    lock_named(connection, "campaign log")
    last = connection.scalar(sa.select(actions.c.chain).order_by(actions.c.id.desc()).limit(1))
    connection.execute(actions.insert().values(**entry, chain=_chain(last or "", entry)))


def _chain(before: str, entry: Any) -> str:
    """RFC 8785 in short: names sorted, no spaces, times in UTC."""
    values = {name: entry[name] for name in ("by", "what", "campaign", "detail")}
    values["at"] = entry["at"].astimezone(UTC).isoformat(timespec="microseconds")
    written = json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(f"{before}\n{written}".encode()).hexdigest()
