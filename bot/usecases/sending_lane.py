"""One connection of a sender: takes the next delivery, waits for its turn, hands it over, tells what came back.

The server's word on one letter is asked to be committed before the next is marked, so that a sender killed at any moment leaves at most one
delivery a connection of unknown outcome.
"""

import asyncio
from contextlib import suppress

from bot.mailing.writing import written
from bot.model.delivery import Claimed
from bot.model.message import Outcome, Refused, Sent, TryLater, Unknown
from bot.usecases.campaign_ports import Courier, CourierOf
from bot.usecases.runtime import trace
from bot.usecases.sending_round import Round
from bot.usecases.turns import IDLE

AGAIN = 60.0
"""Seconds until a mail is tried again whose sending failed in this program before it began."""


class Lane:
    """One connection at work in a round."""

    def __init__(self, round_: Round, courier: CourierOf) -> None:
        self._round = round_
        self._courier: Courier = courier(self._login)
        self._denied: TryLater | None = None
        self._asked = self._marked = False  # of the delivery in hand
        self._seen = 0

    async def run(self) -> None:
        """Hand over one delivery after another until the round is over, or until the relay allows this connection no login."""
        round_ = self._round
        try:
            while self._denied is None and await round_.turns.take(self._courier.quit):
                self._asked = self._marked = False
                try:
                    await self._turn()
                finally:
                    if not self._marked:
                        round_.turns.drop()
        except Exception as error:
            round_.fail(error)
        finally:
            round_.leave(self._denied)
            with suppress(Exception):
                await self._courier.quit()

    async def _turn(self) -> None:
        """Take the next delivery, as late as can be: what was told meanwhile is seen when it is claimed."""
        round_ = self._round
        if (delivery := await self._next()) is None:
            return
        round_.busy += 1
        try:
            await self._deliver(delivery)
        finally:
            round_.busy -= 1
            if not round_.busy and round_.queue.empty():
                round_.hungry.set()

    async def _next(self) -> Claimed | None:
        round_ = self._round
        if round_.queue.qsize() > round_.low:
            return round_.queue.get_nowait()
        round_.hungry.set()
        if not round_.queue.empty():
            return round_.queue.get_nowait()
        round_.idle += 1
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(IDLE):
                    return await round_.queue.get()
            await self._courier.quit()
            return await round_.queue.get()
        finally:
            round_.idle -= 1

    async def _deliver(self, delivery: Claimed) -> None:
        round_ = self._round
        try:
            recipient = written(delivery.address)  # as the letter's own To was written
        except ValueError:
            round_.settle(delivery, Refused("the address cannot be written in SMTP"))
            return
        outcome = await self._hand_over(recipient, delivery)
        if self._denied is not None and not self._asked:
            round_.queue.put_nowait(delivery)  # for the other connections
        elif outcome is not None:
            await self._tell(delivery, outcome)

    async def _hand_over(self, recipient: str, delivery: Claimed) -> Outcome | None:
        async def begin() -> bool:
            return await self._begin(delivery)

        try:
            return await self._courier.send(recipient, delivery.body, begin)
        except asyncio.CancelledError:
            self._leave(delivery, "stopped")
            raise
        except Exception as error:
            self._round.runtime.log.warning("delivery %d: %s", delivery.id, trace(error))
            reason = type(error).__name__
            return Unknown(reason) if self._marked else TryLater(AGAIN, reason)

    async def _begin(self, delivery: Claimed) -> bool:
        """Commit that the delivery's text may leave. Nothing is raised through the courier: what fails here ends the round."""
        round_ = self._round
        if round_.ended is not None:
            return False
        self._asked = True
        try:
            stands = await round_.committer.mark(delivery.id)
        except Exception as error:
            round_.fail(error)
            self._leave(delivery, "the record could not be used")
            return False
        if not stands:
            round_.doubt.set()
            return False
        if round_.error is not None:  # the outcome before it was not committed: no further letter may leave
            self._leave(delivery, "the record could not be used")
            return False
        self._marked = True
        round_.turns.begun()
        return True

    def _leave(self, delivery: Claimed, reason: str) -> None:
        """Keep what is known of a delivery that is not brought to its end, for the last commit; claimed ones are given back."""
        if self._marked:
            self._round.unsettled.append((delivery.id, Unknown(f"{reason} after the text")))
        elif self._asked:
            self._round.unsettled.append((delivery.id, TryLater(0.0, f"{reason} before the text")))

    async def _tell(self, delivery: Claimed, outcome: Outcome) -> None:
        """Settle; if the server takes nothing from this connection but served others since it was last used, only this one waits."""
        round_ = self._round
        others, round_.served = round_.served > self._seen, round_.served + isinstance(outcome, Sent)
        self._seen = round_.served
        alone = isinstance(outcome, TryLater) and outcome.all and not outcome.stop and others
        round_.settle(delivery, outcome, alone=alone)
        if isinstance(outcome, TryLater) and alone:
            with suppress(TimeoutError):
                async with asyncio.timeout(outcome.seconds):
                    await round_.over.wait()

    async def _login(self) -> TryLater | None:
        """Whether the relay allows this connection a login."""
        try:
            self._denied = await self._round.turns.login()
        except Exception as error:
            self._round.fail(error)
            return TryLater(AGAIN, "the record could not be used", all=True)
        return self._denied
