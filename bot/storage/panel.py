"""Which calendar entries interviewers have, as last sent; each is noted in the transaction that plans its letter."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from bot.model.message import Outgoing
from bot.model.slot import Meeting, PanelEntry
from bot.storage.campaign_rows import brief, lock_named
from bot.storage.engine import reading
from bot.storage.outbox import plan_to
from bot.storage.return_schema import invitations, panel

Known = dict[tuple[str, str], tuple[int, str, Meeting]]


class Panel:
    """Interviewers' calendar entries."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._reading = reading(engine)

    def known(self) -> Known:
        """(uid, address) to (sequence, method, meeting) as last sent."""
        with self._reading.connect() as connection:
            return {
                (row.uid, row.address): (
                    row.sequence,
                    row.method,
                    Meeting(row.starts, row.minutes, row.place, row.link),
                )
                for row in connection.execute(sa.select(panel).order_by(panel.c.id))
            }

    def calls(self) -> list[str]:
        """Calls that have appointments or interviewers' entries."""
        chosen = sa.union(sa.select(invitations.c.call), sa.select(panel.c.call))
        with self._reading.connect() as connection:
            return sorted(connection.scalars(chosen))

    def tell(self, changes: Sequence[PanelEntry], letters: Sequence[Outgoing], now: datetime) -> int:
        """Note entries as sent and plan the letter of each, in one transaction; how many.

        An entry whose sequence is not above the one noted is left out with its letter: another told it first.
        """
        count = 0
        with self._engine.begin() as connection:
            lock_named(connection, "panel")
            for change, letter in zip(changes, letters, strict=True):
                if _note(connection, change):
                    plan_to(connection, None, letter, "", now)
                    count += 1
        return count


def _note(connection: sa.Connection, change: PanelEntry) -> bool:
    mine = (panel.c.uid == brief(change.uid, 200), panel.c.address == brief(change.address))
    values = {
        "name": brief(change.name),
        "call": change.call,
        "sequence": change.sequence,
        "method": change.method,
        "starts": change.meeting.starts,
        "minutes": change.meeting.minutes,
        "place": brief(change.meeting.place),
        "link": brief(change.meeting.link, 800),
    }
    known = connection.scalar(sa.select(panel.c.sequence).where(*mine))
    if known is None:
        new = panel.insert().values(uid=brief(change.uid, 200), address=brief(change.address), **values)
        connection.execute(new)
        return True
    newer = panel.update().where(*mine, panel.c.sequence < change.sequence)
    return connection.execute(newer.values(**values)).rowcount == 1
