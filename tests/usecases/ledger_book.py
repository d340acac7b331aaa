"""A ledger of deliveries in memory that takes no step but those of `model.delivery.STEPS`, and a campaign on it or on SQLite.

Both are looked at in the same way, so that every test of the sender runs on both.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.model.campaign import CampaignState, Plan
from bot.model.delivery import OPEN, Claimed, DeliveryState, Letter, check_step
from bot.model.message import Outcome, Refused, Sent, TryLater, Unknown
from bot.storage.store import open_store

NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)
CAMPAIGN = 1


@dataclass
class Row:
    id: int
    address: str
    body: bytes
    state: DeliveryState = "planned"
    worker: str = ""
    tries: int = 0
    due: datetime | None = None
    outcome: str = ""

    def step(self, after: DeliveryState) -> None:
        check_step(self.state, after)
        self.state = after


@dataclass
class LedgerBook:
    """The ledger. Senders named in `alive` are not gone."""

    rows: list[Row]
    alive: set[str] = field(default_factory=set)
    campaign: CampaignState = "sending"
    uses: list[tuple[str, datetime, int]] = field(default_factory=list)

    def recover(self, worker: str, now: datetime) -> tuple[int, int]:
        gone = [row for row in self.rows if row.worker not in (worker, "", *self.alive)]
        claimed = [row for row in gone if row.state == "claimed"]
        begun = [row for row in gone if row.state == "sending"]
        for row in claimed:
            row.step("planned")
        for row in begun:
            row.step("unknown")
        return len(claimed), len(begun)

    def claim(self, campaign: int, worker: str, now: datetime, limit: int) -> list[Claimed]:
        if self.campaign != "sending":
            return []
        due = [row for row in self.rows if self._may_go(row, now)][:limit]
        for row in due:
            row.step("claimed")
            row.worker = worker
        return [Claimed(row.id, row.address, row.body, row.tries) for row in due]

    def mark(self, worker: str, deliveries: Sequence[int], now: datetime) -> set[int]:
        return self.record(worker, [(number, now) for number in deliveries], ())

    def settle(self, worker: str, outcomes: Sequence[tuple[int, Outcome, datetime]]) -> None:
        self.record(worker, (), outcomes)

    def record(
        self, worker: str, marks: Sequence[tuple[int, datetime]], outcomes: Sequence[tuple[int, Outcome, datetime]]
    ) -> set[int]:
        for number, outcome, at in outcomes:
            if (row := self._row(number)).worker == worker:
                _settle(row, outcome, at)
        if self.campaign != "sending":
            return set()
        begun = [self._row(number) for number, _ in marks]
        begun = [row for row in begun if row.worker == worker and row.state == "claimed"]
        for row in begun:
            row.step("sending")
            row.tries += 1
        if begun:
            self.use("mail", len(begun), max(at for _, at in marks))
        return {row.id for row in begun}

    def release(self, worker: str) -> int:
        mine = [row for row in self.rows if row.worker == worker and row.state == "claimed"]
        for row in mine:
            row.step("planned")
            row.worker = ""
        return len(mine)

    def state(self, campaign: int) -> CampaignState:
        return self.campaign

    def open(self, campaign: int, now: datetime) -> tuple[int, datetime | None]:
        left = [row for row in self.rows if row.state in OPEN]
        if any(self._may_go(row, now) for row in left):
            return len(left), None
        return len(left), min((row.due for row in left if row.state == "waiting" and row.due), default=None)

    def used(self, what: str, since: datetime) -> list[tuple[datetime, int]]:
        return sorted((at, count) for kind, at, count in self.uses if kind == what and at >= since)

    def use(self, what: str, count: int, at: datetime) -> None:
        self.uses.append((what, at, count))

    def _row(self, number: int) -> Row:
        return self.rows[number - 1]

    @staticmethod
    def _may_go(row: Row, now: datetime) -> bool:
        return row.state == "planned" or (row.state == "waiting" and (row.due is None or row.due <= now))


def _settle(row: Row, outcome: Outcome, at: datetime) -> None:
    begun, mine = row.state == "sending", row.state in ("sending", "claimed")
    match outcome:
        case Sent(receipt) if begun or row.state == "unknown":
            row.step("sent")
            row.outcome = receipt
        case Unknown(reason) if begun:
            row.step("unknown")
            row.outcome = reason
        case Refused(reason) if mine:
            row.step("refused")
            row.outcome = reason
        case TryLater(seconds, reason, everything) if mine:
            row.tries += not begun and not everything
            row.step("waiting")
            row.due, row.outcome, row.worker = at + timedelta(seconds=seconds), reason, ""


class Broken:
    """A ledger in front of another that fails when told: `fails` names a method, and how often it works before and fails then."""

    def __init__(self, ledger: Any) -> None:
        self._ledger = ledger
        self.fails: dict[str, tuple[int, int]] = {}
        self.before: Callable[[str], None] = lambda name: None
        self.called: list[str] = []

    def __getattr__(self, name: str) -> Any:
        real = getattr(self._ledger, name)

        def called(*values: Any) -> Any:
            self.called.append(name)
            self.before(name)
            works, fails = self.fails.get(name, (0, 0))
            if works:
                self.fails[name] = works - 1, fails
            elif fails:
                self.fails[name] = 0, fails - 1
                raise OSError("the disk is full")
            return real(*values)

        return called


@dataclass
class Scene:
    """A campaign being sent, and how its deliveries stand."""

    ledger: Broken
    move: Callable[[CampaignState], None]
    look: Callable[[], list[tuple[str, str]]]
    use: Callable[[str, int, datetime], None]

    def states(self) -> list[str]:
        """Each delivery's state, in the order of the table."""
        return [state for state, _ in self.look()]

    def outcomes(self) -> list[str]:
        return [outcome for _, outcome in self.look()]

    def counts(self) -> dict[str, int]:
        states = self.states()
        return {state: states.count(state) for state in dict.fromkeys(states)}


def address(number: int) -> str:
    """Of the delivery with this number, counted from 1."""
    return f"person{number}@example.org"


def letter(number: int) -> bytes:
    return f"Message-ID: <{number:032x}.mail@example.org>\r\nSubject: x\r\n\r\n.first {number}\r\n".encode()


def on_memory(addresses: Sequence[str]) -> Scene:
    """A campaign of one mail to each address."""
    book = LedgerBook([Row(number, to, letter(number)) for number, to in enumerate(addresses, 1)])

    def move(state: CampaignState) -> None:
        book.campaign = state

    return Scene(Broken(book), move, lambda: [(row.state, row.outcome) for row in book.rows], book.use)


@contextmanager
def on_sqlite(addresses: Sequence[str], folder: Path) -> Iterator[Scene]:
    """The same in a real record."""
    store = open_store(f"sqlite:///{folder}/record.db")
    books = store.campaigns
    try:
        plan = Plan("call", "rejection", "Cora", "", "", {}, "", None)
        number = books.open(plan, NOW)
        assert number == CAMPAIGN
        books.add(number, list(_letters(addresses)))
        books.complete(number, 0, "Cora", NOW)
        books.move(number, ("planned",), "approved")
        books.move(number, ("approved",), "sending")

        def look() -> list[tuple[str, str]]:
            return [(one.state, one.outcome) for one in books.deliveries(number)]

        def move(state: CampaignState) -> None:
            assert books.move(number, (store.ledger.state(number),), state)

        yield Scene(Broken(store.ledger), move, look, store.ledger.use)
    finally:
        store.close()


def _letters(addresses: Iterable[str]) -> Iterator[Letter]:
    for number, to in enumerate(addresses, 1):
        yield Letter(number, f"p{number}", to, "", "en", f"{number:032x}", 1, "x", "", letter(number), 0)
