"""A campaign sent: deliveries claimed ahead, handed over by several connections, no faster than the relay takes them.

The mark that sending begins is committed before the first byte of the text can leave; what came back decides (DESIGN.md 4). What this
sender cannot tell any more stays in the record as `sending`, and the next start makes it unknown. Does not move campaigns from state to
state: `Ended` says which step its caller takes. The caller holds the sender's lock, and has recovered what gone senders left.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass

from bot.mailing.pacing import Limits
from bot.model.campaign import CampaignState
from bot.usecases.campaign_ports import CourierOf, Ledger
from bot.usecases.runtime import Runtime
from bot.usecases.sending_lane import Lane
from bot.usecases.sending_round import Ended, Round
from bot.usecases.sending_tally import Progress

__all__ = ["Ended", "Progress", "SendCampaign"]

AHEAD = 16
"""Deliveries claimed ahead for each connection, where the relay sets no pace: a claim costs as much as sending ten."""
LOOK = 5.0
"""Seconds between looks at what others did: a pause, a cancellation, the lock, deliveries given back."""
LAST = 30.0
"""Seconds that what is under way has to end when the program stops; what takes longer is of unknown outcome."""
TRIES = 8
"""Times that a mail is put off before a person is asked, once nothing else is left to send: after about five hours. It is never given up by
itself: a 4xx is no refusal, and somebody would not get their result."""


@dataclass(frozen=True, slots=True)
class SendCampaign:
    """Sends campaigns, one at a time. `failures` in a row end it (0: any number)."""

    ledger: Ledger
    courier: CourierOf
    limits: Limits
    runtime: Runtime
    failures: int
    progress: Callable[[Progress], None] = lambda _: None

    async def run(
        self, campaign: int, worker: str, stop: asyncio.Event, held: Callable[[], bool] = lambda: True
    ) -> Ended:
        """Send until nothing is open, or something ends it; `held` tells whether the sender's lock is held still. Raises what the record
        raised, once what is under way has ended.
        """
        round_ = Round(self.ledger, worker, self.runtime, self.limits, self.failures, self.progress)
        await round_.turns.refresh()
        state, left = await self.runtime.run(self._look, campaign)
        if state != "sending":
            return Ended("halted", state)
        round_.tally.open = left
        round_.lanes = max(1, min(self.limits.lanes, left))
        round_.low = round_.lanes * AHEAD // 2
        lanes = [asyncio.create_task(Lane(round_, self.courier).run()) for _ in range(round_.lanes)]
        loops = [
            asyncio.create_task(_guard(round_, self._feed(round_, campaign, worker))),
            asyncio.create_task(_guard(round_, self._watch(round_, campaign, held))),
        ]
        halt = asyncio.create_task(_halt(round_, stop))
        try:
            await round_.over.wait()
        finally:
            round_.end(Ended("stopped"))
            await _bring_home(lanes, stop)
            halt.cancel()
            await asyncio.wait([*loops, halt])
            await self._give_back(round_, worker)
        round_.glance(anyway=True)
        if round_.error is not None:
            raise round_.error
        assert round_.ended is not None
        return round_.ended

    async def _feed(self, round_: Round, campaign: int, worker: str) -> None:
        """Keep deliveries at hand, until there are no more."""
        while not round_.over.is_set():
            round_.hungry.clear()
            pause = await self._give_out(round_, campaign, worker)
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await round_.hungry.wait()

    async def _give_out(self, round_: Round, campaign: int, worker: str) -> float | None:
        """Claim what there is room for; the seconds until there may be more, None if the connections will ask."""
        if round_.drained and not round_.busy:  # else what is in hand would be given back, too, and claimed twice
            round_.drained = False
            await round_.committer.drain()
            await self.runtime.run(self.ledger.release, worker)
        if (held := round_.turns.held()) > 0:
            return held
        ahead = round_.idle if self.limits.mails else round_.lanes * AHEAD
        if (room := ahead - round_.queue.qsize()) <= 0:
            if not round_.busy and not (await self.runtime.run(self._look, campaign))[1]:
                round_.end(Ended("done"))  # though all wait for the relay's pace
            return None
        claimed = await self.runtime.run(self.ledger.claim, campaign, worker, self.runtime.clock(), room)
        if round_.over.is_set() or round_.turns.held() > 0:
            round_.drained = True  # claimed after the queue was emptied
            return 0.0
        for delivery in claimed:
            round_.queue.put_nowait(delivery)
        return None if claimed else await self._nothing_due(round_, campaign, worker)

    async def _nothing_due(self, round_: Round, campaign: int, worker: str) -> float:
        """Seconds until something may be due again; ends the round where a person has to act first, or nothing is open. What is open
        may be another sender's that is gone: it is taken over.
        """
        now = self.runtime.clock()
        left, due = await self.runtime.run(self.ledger.open, campaign, now)
        if left and any(await self.runtime.run(self.ledger.recover, worker, now)):
            return 0.0
        stuck = sum(tries >= TRIES for tries in round_.tally.put_off.values())
        if not left:
            round_.end(Ended("done"))
        elif stuck == left and not round_.busy:
            round_.end(Ended("paused", f"all that is left, {stuck}, was put off by the server {TRIES} times or more"))
        return LOOK if due is None else max(0.0, min(60.0, (due - now).total_seconds()))

    async def _watch(self, round_: Round, campaign: int, held: Callable[[], bool]) -> None:
        """Look every so often, and when a mark was refused, whether this sender may go on; show how far it is."""
        while not round_.over.is_set():
            round_.doubt.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK):
                    await round_.doubt.wait()
            if not await self.runtime.run(held):
                round_.end(Ended("lost"))
            state, round_.tally.open = await self.runtime.run(self._look, campaign)
            if state != "sending":
                round_.end(Ended("halted", state))
            await round_.turns.refresh()
            round_.glance(anyway=True)

    def _look(self, campaign: int) -> tuple[CampaignState, int]:
        return self.ledger.state(campaign), self.ledger.open(campaign, self.runtime.clock())[0]

    async def _give_back(self, round_: Round, worker: str) -> None:
        """The last commit: outcomes that one before could not take, and what was claimed and not begun."""
        await round_.committer.drain()
        at = self.runtime.clock()
        rest = [(delivery, outcome, at) for delivery, outcome in round_.unsettled]
        try:
            if rest:
                await self.runtime.run(self.ledger.settle, worker, rest)
            await self.runtime.run(self.ledger.release, worker)
        except Exception as error:
            round_.fail(error)


async def _guard(round_: Round, work: Awaitable[None]) -> None:
    try:
        await work
    except Exception as error:
        round_.fail(error)


async def _halt(round_: Round, stop: asyncio.Event) -> None:
    await stop.wait()
    round_.end(Ended("stopped"))


async def _bring_home(lanes: Iterable["asyncio.Task[None]"], stop: asyncio.Event) -> None:
    """Let what is under way end: in the server's own time, and within LAST seconds once the program is to stop."""
    under_way = set(lanes)
    halt = asyncio.create_task(stop.wait())
    while under_way and not stop.is_set():
        done, _ = await asyncio.wait({*under_way, halt}, return_when=asyncio.FIRST_COMPLETED)
        under_way -= done
    halt.cancel()
    if under_way:
        _, under_way = await asyncio.wait(under_way, timeout=LAST)
    for lane in under_way:
        lane.cancel()
    if under_way:
        await asyncio.wait(under_way)
