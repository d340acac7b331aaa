"""The book of mailboxes: how far each was read, and which of its letters are done with.

UIDs hold within one UIDVALIDITY (RFC 9051, section 2.3.1.1).
"""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from bot.storage.engine import reading
from bot.storage.schema import mailboxes, messages, replies


class Mailboxes:
    """How far mailboxes were read."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._reading = reading(engine)

    def read_up_to(self, name: str) -> tuple[int, int, datetime] | None:
        """(UIDVALIDITY, last UID, when it was last looked into), None for a mailbox never seen."""
        with self._reading.connect() as connection:
            row = connection.execute(sa.select(mailboxes).where(mailboxes.c.name == name)).one_or_none()
        return (row.uidvalidity, row.last_uid, row.checked) if row else None

    def advance(self, name: str, uidvalidity: int, last_uid: int, checked: datetime) -> None:
        """Note how far a mailbox was read."""
        values = {"uidvalidity": uidvalidity, "last_uid": last_uid, "checked": checked}
        with self._engine.begin() as connection:
            changed = connection.execute(mailboxes.update().where(mailboxes.c.name == name).values(values))
            if changed.rowcount == 0:
                connection.execute(mailboxes.insert().values(name=name, **values))

    def to_file(self, limit: int = 50) -> list[tuple[int, str, str]]:
        """(id, place, state) of letters that are done with and not yet marked so in their mailbox.

        One whose reply surely or perhaps did not arrive is "undelivered": it must not look answered to a person.
        """
        of_letter = sa.select(sa.literal(1)).where(replies.c.message == messages.c.id).correlate(messages)
        open_reply = of_letter.where(replies.c.state.in_(("planned", "sending")))
        failed_reply = of_letter.where(replies.c.state.in_(("refused", "unknown")))
        state = sa.case((sa.exists(failed_reply), "undelivered"), else_=messages.c.state).label("state")
        chosen = (
            sa.select(messages.c.id, messages.c.place, state)
            .where(
                messages.c.filed.is_(False),
                messages.c.state != "received",
                ~sa.exists(open_reply),
            )
            .order_by(messages.c.id)
            .limit(limit)
        )
        with self._reading.connect() as connection:
            return [(row.id, row.place, row.state) for row in connection.execute(chosen)]

    def filed(self, ids: Sequence[int]) -> None:
        """Note that these letters are marked in their mailbox, or are no longer there."""
        with self._engine.begin() as connection:
            connection.execute(messages.update().where(messages.c.id.in_(ids)).values(filed=True))
