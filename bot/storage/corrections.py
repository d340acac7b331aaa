"""The book of corrections: what was told to whom, and who was told of a change, once.

A correction and the row that it was planned are one commit, and a row is written once or moved on from the correction that it is
known to hold: so a second run, or another coordinator at the same time, plans nothing. Does not know what a call states.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

import msgspec
import sqlalchemy as sa

from bot.model.conversation import Told
from bot.model.correction import Letter, Telling, Verdict
from bot.storage.engine import reading, storable
from bot.storage.outbox import plan
from bot.storage.schema import conversations, corrections, replies

TOLD = ("planned", "sending", "sent", "unknown")
"""States of replies that have told something, may have, or are about to."""
_INFORMATIVE = (
    (replies.c.told != "[]") | (replies.c.kind == "correction"),  # which may say that something is stated no more
    replies.c.kind != "to-coordinator",
    replies.c.body.is_not(None),
)


class Corrections:
    """Who was told what, and corrected."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._reading = reading(engine)

    def tellings(self) -> list[Telling]:
        """Replies that told facts and are not erased, oldest first."""
        chosen = (
            sa.select(replies, conversations.c.address)
            .join(conversations, conversations.c.id == replies.c.conversation)
            .where(*_INFORMATIVE, replies.c.state.in_(TOLD))
            .order_by(replies.c.id)
        )
        with self._reading.connect() as connection:
            return [_telling(row) for row in connection.execute(chosen)]

    def verdicts(self) -> list[Verdict]:
        """What was decided, in the order of deciding; of people who were forgotten nothing."""
        chosen = (
            sa.select(corrections, replies.c.state)
            .outerjoin(replies, replies.c.id == corrections.c.reply)
            .where(corrections.c.conversation.is_not(None) | corrections.c.reply.is_(None))
            .order_by(corrections.c.id)
        )
        with self._reading.connect() as connection:
            return [
                Verdict(row.change, row.conversation, row.reply, row.state or "erased", row.by, row.decided)
                for row in connection.execute(chosen)
            ]

    def answered_from(self) -> tuple[str, datetime] | None:
        """The knowledge that the last answer was given from, and when."""
        answers = (replies.c.knowledge != "", replies.c.kind.not_in(("correction", "reminder", "to-coordinator")))
        chosen = sa.select(replies.c.knowledge, replies.c.planned).where(*answers).order_by(replies.c.id.desc())
        with self._reading.connect() as connection:
            row = connection.execute(chosen.limit(1)).one_or_none()
        return (row.knowledge, row.planned) if row else None

    def tell(
        self,
        change: str,
        letters: Sequence[Letter],
        decided: tuple[str, datetime],
        knowledge: str,
        progress: Callable[[int, int], None] = lambda done, total: None,
    ) -> list[int]:
        """Plan these corrections in one commit, `decided` by whom and when; their numbers.

        Left out is whoever was corrected, told something or forgotten since the list was made.
        """
        planned: list[int] = []
        with self._engine.begin() as connection:
            for done, letter in enumerate(letters, start=1):
                reply = _plan(connection, change, letter, decided, knowledge)
                planned += [reply] if reply is not None else []
                progress(done, len(letters))
        return planned

    def dismiss(self, change: str, by: str, now: datetime) -> None:
        """Note that nobody is to be told of a change who was told the old value until now."""
        values = {"change": change, "conversation": None, "reply": None, "by": storable(by)[:200], "decided": now}
        with self._engine.begin() as connection:
            connection.execute(corrections.insert().values(values))


def _plan(
    connection: sa.Connection, change: str, letter: Letter, decided: tuple[str, datetime], knowledge: str
) -> int | None:
    """Plan one correction; None if it is not to be sent any more."""
    telling = letter.person.telling
    mine = sa.select(conversations.c.id).where(conversations.c.id == telling.conversation)
    if connection.scalar(mine.with_for_update()) is None or not _as_listed(connection, letter):
        return None
    row = _row(connection, change, letter, *decided)
    if row is None:
        return None
    to = (telling.channel, telling.conversation)
    reply = plan(connection, telling.message, to, letter.body, knowledge, decided[1])
    connection.execute(corrections.update().where(corrections.c.id == row).values(reply=reply))
    return reply


def _as_listed(connection: sa.Connection, letter: Letter) -> bool:
    """Whether the telling is still kept, and the last thing told is still what the list knows."""
    telling = letter.person.telling
    of_person = (replies.c.conversation == telling.conversation, *_INFORMATIVE, replies.c.state.in_(TOLD))
    kept = sa.select(replies.c.id).where(replies.c.id == telling.reply, *of_person)
    if connection.scalar(kept) is None:
        return False
    newest = connection.scalar(sa.select(sa.func.max(replies.c.id)).where(*of_person))
    return bool(newest == letter.person.seen)


def _row(connection: sa.Connection, change: str, letter: Letter, by: str, now: datetime) -> int | None:
    """The person's row of a change, made or taken on from the correction that the list knows; None if another was faster."""
    person = letter.person
    mine = (corrections.c.change == change, corrections.c.conversation == person.telling.conversation)
    values: dict[str, object] = {"by": storable(by)[:200], "decided": now}
    if person.correction is not None:
        same = corrections.update().where(*mine, corrections.c.reply == person.correction)
        moved = connection.scalar(same.values(**values, reply=None).returning(corrections.c.id))
        return int(moved) if moved is not None else None
    row = values | {"change": change, "conversation": person.telling.conversation}
    try:
        with connection.begin_nested():
            return int(connection.scalar(corrections.insert().values(row).returning(corrections.c.id)) or 0)
    except sa.exc.IntegrityError:
        return None


def _telling(row: sa.Row[tuple[object, ...]]) -> Telling:
    values = row._mapping
    return Telling(
        reply=values["id"],
        message=values["message"],
        conversation=values["conversation"],
        channel=values["channel"],
        address=values["address"],
        language=values["language"],
        when=values["finished"] or values["planned"],
        state=values["state"],
        kind=values["kind"],
        told=tuple(Told(*told) for told in msgspec.json.decode(values["told"])),
    )
