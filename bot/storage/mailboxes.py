"""The book of mailboxes: how far each was read (RFC 9051, section 2.3.1.1: UIDs hold within one UIDVALIDITY)."""

from datetime import datetime

import sqlalchemy as sa

from bot.storage.engine import reading
from bot.storage.schema import mailboxes


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
