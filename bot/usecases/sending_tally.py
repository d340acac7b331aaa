"""What a sender did so far, counted: for the bar in the terminal, and to see that something is wrong with all of it."""

from collections import deque
from dataclasses import dataclass
from datetime import datetime

from bot.mailing.pacing import Limits, expected_end
from bot.model.message import Outcome, Refused, Sent, TryLater

MINUTE = 60


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a sender is: its own mails by what became of them, what is open still (whoever sends it), and how fast it goes.

    `waiting` were put off and are open still; `rate` is in mails a second over the last minute, `end` when the last will leave; `note` says
    what it waits for, if for long.
    """

    sent: int
    unknown: int
    refused: int
    waiting: int
    open: int
    rate: float
    end: datetime | None = None
    note: str = ""


class Tally:
    """Outcomes that stand in the record, and how they follow on each other; `seconds` is time since any moment."""

    def __init__(self, limits: Limits, began: float) -> None:
        self._limits = limits
        self._began = began
        self._done = {"sent": 0, "unknown": 0, "refused": 0}
        self._lately: deque[tuple[int, int]] = deque()
        self.open = 0
        self.put_off: dict[int, int] = {}
        self._waiting: set[int] = set()
        self.failed_in_row = 0

    def judge(self, outcome: Outcome) -> int:
        """How many in a row failed, with this one."""
        self.failed_in_row = 0 if isinstance(outcome, Sent) else self.failed_in_row + 1
        return self.failed_in_row

    def tries(self, delivery: int, before: int) -> int:
        """Which time it is that a delivery is put off; `before` is how often it was tried earlier."""
        self.put_off[delivery] = max(self.put_off.get(delivery, 0), before) + 1
        return self.put_off[delivery]

    def count(self, delivery: int, outcome: Outcome, seconds: float) -> None:
        """An outcome stands in the record."""
        if isinstance(outcome, TryLater):
            self._waiting.add(delivery)
            return
        self._waiting.discard(delivery)
        self.put_off.pop(delivery, None)
        self.open = max(0, self.open - 1)
        self._done[
            "sent" if isinstance(outcome, Sent) else "refused" if isinstance(outcome, Refused) else "unknown"
        ] += 1
        second = int(seconds)
        if self._lately and self._lately[-1][0] == second:
            self._lately[-1] = (second, self._lately[-1][1] + 1)
        else:
            self._lately.append((second, 1))

    def progress(self, seconds: float, now: datetime, uses: tuple[datetime, ...], note: str) -> Progress:
        """How far it is."""
        while self._lately and self._lately[0][0] < seconds - MINUTE:
            self._lately.popleft()
        over = min(float(MINUTE), max(1.0, seconds - self._began))
        rate = sum(count for _, count in self._lately) / over
        end = expected_end(self.open, now, self._limits, rate, uses)
        return Progress(**self._done, waiting=len(self._waiting), open=self.open, rate=rate, end=end, note=note)
