"""The replies that a published answer brings to those who wait for it: each planned with the change of their request.

Both are one commit: a request that is answered waits no more for this matter, so that nobody is told twice, however often the
command is killed and started again.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import cast

import sqlalchemy as sa

from bot.model.conversation import Matter
from bot.model.draft import Recorded
from bot.model.hand_over import Request
from bot.model.message import Channel, Outgoing
from bot.storage.matters import decoded, encoded
from bot.storage.outbox import plan
from bot.storage.schema import hand_overs


class Learned:
    """Requests answered by what was published."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def tell(
        self,
        request: Request,
        asked: Recorded,
        outgoing: Sequence[Outgoing],
        answered: Sequence[Matter],
        knowledge: str,
        now: datetime,
    ) -> bool:
        """Plan one reply (its pages) to the applicant of a request that waits, in answer to their own message, and note what is answered.

        False, and nothing planned, if the request was changed meanwhile: a person took it, or its applicant was forgotten.
        """
        if request.conversation is None or asked.conversation != request.conversation:
            return False
        left = [matter for matter in request.matters if not any(matter.same(other) for other in answered)]
        values: dict[str, object] = (
            {"matters": encoded(left)} if left else {"state": "closed", "closed": now, "news": None}
        )
        with self._engine.begin() as connection:
            mine = sa.select(hand_overs.c.matters).where(
                hand_overs.c.id == request.id,
                hand_overs.c.state == "waiting",
                hand_overs.c.conversation == request.conversation,
            )
            known = connection.scalar(mine.with_for_update())
            if known is None or decoded(known) != request.matters:
                return False
            connection.execute(hand_overs.update().where(hand_overs.c.id == request.id).values(**values))
            for page in outgoing:
                to = (cast(Channel, request.channel), request.conversation)
                plan(connection, asked.message, to, page, knowledge, now)
        return True
