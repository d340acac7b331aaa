"""What the connections of one sender share: the deliveries claimed, the turns, what came back, and whether it is over."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

from bot.mailing.pacing import Limits
from bot.model.delivery import Claimed
from bot.model.message import Outcome, TryLater
from bot.usecases.campaign_ports import Ledger
from bot.usecases.committer import Committer
from bot.usecases.runtime import Runtime, trace
from bot.usecases.sending_tally import Progress, Tally
from bot.usecases.turns import Turns

LONGEST = 3600.0
"""Seconds that a mail waits at most until it is tried again; each time it waits twice as long."""
GLANCE = 0.2
"""Seconds between two notes of the progress."""

Reason = Literal["done", "stopped", "paused", "halted", "lost"]


@dataclass(frozen=True, slots=True)
class Ended:
    """Why sending ended. `done`: nothing is open, the campaign is finished. `paused`: a person must look at `note` first, and the campaign
    is to be paused with it. `stopped`: as asked. `halted`: the campaign is no longer being sent, `note` is its state. `lost`: another
    sender may have taken over.
    """

    reason: Reason
    note: str = ""


def longer(seconds: float, tries: int) -> float:
    """How long a mail waits that was put off for the first, second ... time."""
    return min(max(LONGEST, seconds), seconds * 2.0 ** min(tries - 1, 16))


class Round:
    """One run of a sender. `failures` in a row end it (0: any number)."""

    def __init__(
        self,
        ledger: Ledger,
        worker: str,
        runtime: Runtime,
        limits: Limits,
        failures: int,
        show: Callable[[Progress], None],
    ) -> None:
        self.runtime = runtime
        self.committer = Committer(ledger, worker, runtime)
        self.turns = Turns(limits, ledger, runtime)
        self.tally = Tally(limits, self.seconds())
        self.queue: asyncio.Queue[Claimed | None] = asyncio.Queue()
        self.over, self.hungry, self.doubt = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self.ended: Ended | None = None
        self.error: Exception | None = None
        self.unsettled: list[tuple[int, Outcome]] = []
        self.lanes = self.idle = self.busy = self.low = self.served = 0
        self.drained = False
        self._failures = failures
        self._show = show
        self._shown = 0.0

    @staticmethod
    def seconds() -> float:
        """The loop's time."""
        return asyncio.get_running_loop().time()

    def end(self, ended: Ended) -> None:
        """Begin nothing more, for this reason unless there was one before."""
        if self.ended is not None:
            return
        self.ended = ended
        self.turns.close()
        self._drain()
        for _ in range(self.lanes):
            self.queue.put_nowait(None)
        for event in (self.over, self.hungry, self.doubt):
            event.set()

    def fail(self, error: Exception) -> None:
        """Begin nothing more, since the record cannot be used or a part of the program is broken."""
        if self.error is None:
            self.error = error
            self.runtime.log.warning("sending ends: %s", trace(error))
        self.end(Ended("paused", type(error).__name__))

    def settle(self, delivery: Claimed, outcome: Outcome, *, alone: bool = False) -> None:
        """Have an outcome committed, and end the round if it is one too many; `alone`: the others need not wait."""
        if isinstance(outcome, TryLater) and not outcome.all:
            tries = self.tally.tries(delivery.id, delivery.tries)
            outcome = replace(outcome, seconds=longer(outcome.seconds, tries))
        settled = self.committer.settle(delivery.id, outcome)
        settled.add_done_callback(partial(self._settled, delivery.id, outcome))
        reason = getattr(outcome, "reason", "")
        if reason:
            self.runtime.log.info("delivery %d: %s %s", delivery.id, type(outcome).__name__, reason)
        if isinstance(outcome, TryLater) and outcome.stop:
            self.end(Ended("paused", reason))
            return
        if isinstance(outcome, TryLater) and outcome.all and not alone:
            new = self.turns.hold(outcome.seconds, reason)
            self._drain()
            if not new:
                return  # all fail while the server cannot be used: that is one failure
        if 0 < self._failures <= self.tally.judge(outcome):
            self.end(Ended("paused", f"{self._failures} mails in a row failed; the last: {reason}"))

    def leave(self, denied: TryLater | None) -> None:
        """A connection is given up; the last one ends the round."""
        self.lanes -= 1
        if not self.lanes and denied is not None:
            self.end(Ended("paused", denied.reason))

    def glance(self, *, anyway: bool = False) -> None:
        """Show how far it is, not too often."""
        now = self.seconds()
        if anyway or now - self._shown >= GLANCE:
            self._shown = now
            try:
                self._show(self.tally.progress(now, self.runtime.clock(), self.turns.uses, self.turns.note))
            except Exception as error:
                self.fail(error)

    def _drain(self) -> None:
        """What was claimed ahead is given back: by the time it can go, people may have been told something else."""
        while not self.queue.empty():
            self.queue.get_nowait()
        self.drained = True
        self.hungry.set()

    def _settled(self, delivery: int, outcome: Outcome, settled: "asyncio.Future[None]") -> None:
        error = settled.exception()
        if error is None:
            self.tally.count(delivery, outcome, self.seconds())
            self.glance()
            return
        self.unsettled.append((delivery, outcome))
        if isinstance(error, Exception):
            self.fail(error)
