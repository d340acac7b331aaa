"""What campaigns need from the floors above: the book of campaigns, the senders' ledger, mail that leaves."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import datetime
from typing import Protocol

from bot.model.campaign import (
    Action,
    Approval,
    Campaign,
    CampaignState,
    Kind,
    Plan,
    Reaction,
    Recipient,
    Told,
)
from bot.model.delivery import Claimed, Delivery, DeliveryState, Letter
from bot.model.message import Outcome, TryLater

Begin = Callable[[], Awaitable[bool]]
"""Commits that sending begins; False if it must not."""


class PlanConflictError(Exception):
    """Somebody was told, or planned to be told, something of the same call meanwhile: plan again."""


class NotAllowedError(Exception):
    """What is asked for is not to be done, or not by this person, or not yet; the words say what to do."""


class Campaigns(Protocol):
    """The book of campaigns, as coordinators use it. Every method is one transaction."""

    def columns(self, call: str) -> dict[str, str]:
        """Which column holds a field (or which decision a class means), as mapped before for a call."""
        ...

    def keep_columns(self, call: str, mapping: dict[str, str]) -> None:
        """Keep a mapping for a call's next tables."""
        ...

    def told(self, call: str) -> list[Told]:
        """What people of a call were told or are about to be, and did, oldest first."""
        ...

    def last_told(self) -> dict[str, datetime]:
        """When something was last recorded of a call's people, as far as it is known yet who they are."""
        ...

    def revisions(self, call: str) -> dict[tuple[str, str], int]:
        """The highest revision of each (person, kind) of a call that was ever planned, cancelled ones among them."""
        ...

    def last_of(self, call: str, kind: str, before: int | None = None) -> Campaign | None:
        """The last campaign of a kind that was not cancelled; the last before a number, if one is given."""
        ...

    def open(self, plan: Plan, now: datetime) -> int:
        """Begin to write a plan down; the campaign's number."""
        ...

    def add(self, campaign: int, letters: Sequence[Letter]) -> None:
        """Write down letters of a plan that is being written; PlanConflictError if one of them stands already."""
        ...

    def complete(self, campaign: int, known: int, by: str, now: datetime) -> Campaign:
        """End writing: digest and total are counted, the plan stands. `known` is the last number of `told` that it was checked
        against; PlanConflictError if there is a later one not of this campaign, and nothing of the plan is left.
        """
        ...

    def discard(self, campaign: int) -> None:
        """Leave nothing of a plan that is not whole."""
        ...

    def campaign(self, number: int) -> Campaign | None:
        """A campaign."""
        ...

    def campaigns(self, call: str | None = None) -> list[Campaign]:
        """All of them, oldest first."""
        ...

    def counts(self, campaign: int) -> dict[DeliveryState, int]:
        """How many deliveries are in each state."""
        ...

    def deliveries(self, campaign: int, states: Sequence[DeliveryState] = ()) -> list[Delivery]:
        """Its deliveries, in the order of the table; those in `states`, if any are named."""
        ...

    def letters(self, campaign: int) -> Iterator[tuple[Delivery, str, bytes]]:
        """Each delivery with its text and bytes, a few in memory at a time, in the order of the table."""
        ...

    def digest(self, campaign: int) -> str:
        """The digest over recipients and bytes as they stand now."""
        ...

    def previewed(self, campaign: int, now: datetime) -> None:
        """Note that a plan was looked at, the first time."""
        ...

    def move(self, campaign: int, states: Sequence[CampaignState], to: CampaignState, note: str = "") -> bool:
        """Take a step from one of `states`; False if it is in none of them."""
        ...

    def wake(self, campaign: int) -> None:
        """Let what was put off be tried at once: a person has seen to what held it up."""
        ...

    def cancel(self, campaign: int, reason: str, now: datetime, by: str = "") -> int:
        """Cancel what is planned or waiting, and the campaign, and log `by` whom; how many."""
        ...

    def ask_approval(self, campaign: int, by: str, digest: str, code: str, now: datetime) -> None:
        """Keep that a code was mailed to somebody for a digest; an earlier code of theirs is void."""
        ...

    def approve(self, campaign: int, by: str, digest: str, code: str, now: datetime) -> str:
        """Take somebody's code: "" if it is right and their approval stands, else why not ("wrong", "late", "unasked", "changed",
        "too often").
        """
        ...

    def approvals(self, campaign: int) -> list[Approval]:
        """Who approved its digest as it stands."""
        ...

    def resolve(self, delivery: int, *, arrived: bool, by: str, now: datetime) -> bool:
        """Settle an unknown delivery by a person's word, which is logged: arrived, or to be sent again; False if it is not unknown."""
        ...

    def react(self, call: str, known: Told, reaction: Reaction, by: str, now: datetime) -> None:
        """Record what a person of a call did."""
        ...

    def relocate(self, call: str, known: Told, address: str, by: str, now: datetime) -> None:
        """Record that a person of a call is reached at another address from now on; it tells them nothing."""
        ...

    def record(self, call: str, kind: Kind, people: Sequence[Recipient], by: str, now: datetime) -> None:
        """Record that people of a call were told a decision by other means than this program."""
        ...

    def note(self, by: str, what: str, campaign: int, detail: str, now: datetime) -> None:
        """Log what somebody did, chained to the entry before."""
        ...

    def actions(self, campaign: int | None = None) -> list[Action]:
        """The log, oldest first; of a campaign, or all."""
        ...

    def expire(self, calls: Sequence[str], now: datetime) -> int:
        """Erase what is personal in finished and cancelled campaigns of these calls, which ended long ago; how many deliveries."""
        ...

    def broken_chain(self) -> int | None:
        """The first entry of the log that was changed afterwards; None if all stand as written."""
        ...


class Ledger(Protocol):
    """The deliveries of campaigns, as senders use them; `worker` is unique for each start of a sender."""

    def recover(self, worker: str, now: datetime) -> tuple[int, int]:
        """Take from senders that are gone: what they had claimed is planned again, what they were sending is unknown; how many each."""
        ...

    def claim(self, campaign: int, worker: str, now: datetime, limit: int) -> list[Claimed]:
        """Claim deliveries that are due, none that another has; what contradicts something told since is cancelled instead."""
        ...

    def mark(self, worker: str, deliveries: Sequence[int], now: datetime) -> set[int]:
        """Commit that their sending begins; those for which it may: still this worker's, and the campaign still sending."""
        ...

    def settle(self, worker: str, outcomes: Sequence[tuple[int, Outcome, datetime]]) -> None:
        """Commit what became of deliveries of this worker; a late "sent" lifts what was taken from it as unknown."""
        ...

    def record(
        self, worker: str, marks: Sequence[tuple[int, datetime]], outcomes: Sequence[tuple[int, Outcome, datetime]]
    ) -> set[int]:
        """`settle` and `mark` in one transaction; the marked ones."""
        ...

    def release(self, worker: str) -> int:
        """Give back what this worker claimed and did not begin."""
        ...

    def state(self, campaign: int) -> CampaignState:
        """The campaign's state, as it stands now."""
        ...

    def open(self, campaign: int, now: datetime) -> tuple[int, datetime | None]:
        """How many deliveries something still happens to by itself, and when the next is due if none is now."""
        ...

    def used(self, what: str, since: datetime) -> list[tuple[datetime, int]]:
        """Uses of the relay ("mail", "login") since then: when, and how many, oldest first."""
        ...

    def use(self, what: str, count: int, at: datetime) -> None:
        """Note uses of the relay."""
        ...


class Courier(Protocol):
    """One connection to a mail server, one letter at a time."""

    async def send(self, recipient: str, letter: bytes, begin: Begin) -> Outcome | None:
        """Hand over one letter; `begin` is awaited before its first byte can leave. None if `begin` says no."""
        ...

    async def quit(self) -> None:
        """Take leave of the server."""
        ...


Login = Callable[[], Awaitable[TryLater | None]]
"""Asked before each login to a relay, which counts them: None if it may happen, and is noted; else why not, and when."""
CourierOf = Callable[[Login], Courier]
"""Makes one connection, not opened yet."""
