"""The book of what is done every day or week: when it was last done, and the letters that it sent."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from bot.model.message import Outgoing
from bot.storage.engine import reading
from bot.storage.outbox import plan_to
from bot.storage.schema import settings


class Routines:
    """What was last done when."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._reading = reading(engine)

    def last(self, name: str) -> tuple[datetime, str] | None:
        """(When it was last done, what was found then); None if never."""
        with self._reading.connect() as connection:
            known = connection.scalar(sa.select(settings.c.value).where(settings.c.name == _key(name)))
        when, _, found = (known or "").partition(" ")
        return (datetime.fromisoformat(when), found) if when else None

    def done(self, name: str, found: str, letters: Sequence[Outgoing], now: datetime) -> None:
        """Note that it was done, in one transaction with the letters that tell of it. `found` is a short digest."""
        value = f"{now.isoformat()} {found}"[:200]
        mine = settings.c.name == _key(name)
        with self._engine.begin() as connection:
            if connection.execute(settings.update().where(mine).values(value=value)).rowcount == 0:
                connection.execute(settings.insert().values(name=_key(name), value=value))
            for letter in letters:
                plan_to(connection, None, letter, "", now)


def _key(name: str) -> str:
    return f"routine {name}"[:40]
