"""A delivery: one decision to one person, and what became of it. Its life is a table (DESIGN.md 4).

Knows no server and no database. A letter's text is fixed when it is planned: what was previewed is what goes, byte for byte.
"""

import datetime as dt
import hashlib
from dataclasses import dataclass, field
from typing import Literal, get_args

from bot.model.slot import Invitation

DeliveryState = Literal[
    "planned", "claimed", "sending", "sent", "waiting", "refused", "unknown", "bounced", "cancelled"
]
"""`claimed` by a sender that works on it; `sending` is committed before the first byte of the text can leave; `waiting` surely did
not arrive and is tried again; `unknown` may have arrived: only a person sends it again."""
STATES: tuple[DeliveryState, ...] = get_args(DeliveryState)

STEPS: dict[DeliveryState, frozenset[DeliveryState]] = {
    "planned": frozenset({"claimed", "cancelled"}),
    "claimed": frozenset({"sending", "planned", "waiting", "refused", "cancelled"}),  # planned: its worker is gone
    "sending": frozenset({"sent", "waiting", "refused", "unknown"}),
    "waiting": frozenset({"claimed", "cancelled"}),
    "unknown": frozenset(
        {"sent", "planned", "bounced"}
    ),  # by a person; sent by its worker's own late 250; bounced by a report with its token
    "sent": frozenset({"bounced"}),
    "refused": frozenset(),  # a corrected address is a new revision, with an approval of its own
    "bounced": frozenset({"sent"}),  # by a person: it had arrived all the same
    "cancelled": frozenset(),
}
"""Which state may follow which."""
OPEN: tuple[DeliveryState, ...] = ("planned", "claimed", "sending", "waiting")
"""States in which something will still happen by itself."""
UNTOLD: tuple[DeliveryState, ...] = ("refused", "bounced", "cancelled")
"""States in which the person surely does not have the mail."""


class IllegalStepError(Exception):
    """A step that the table does not know: a mistake of this program."""


def check_step(before: DeliveryState, after: DeliveryState) -> None:
    """Raise IllegalStepError unless `after` may follow `before`."""
    if after not in STEPS[before]:
        raise IllegalStepError(f"a delivery never goes from {before} to {after}")


def wording(subject: str, text: str) -> str:
    """A digest of a letter's words, by which the same words to the same person are known again."""
    return hashlib.sha256(f"{subject}\n{text}".encode("utf-8", "replace")).hexdigest()


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail written at planning, to one recipient.

    `token` (32 hex digits, unguessable) stands in its Message-ID; `revision` counts the same decision to the same person (1: the
    first); `oddness` is how much it differs from the others, `oddities` say in what. `fields` are the template's fields as given, with
    the recipient's `zone`; `link` the unguessable word of its Telegram link, "" without; `invitation` its calendar entry.
    """

    row: int
    person: str
    address: str
    name: str
    language: str
    token: str
    revision: int
    subject: str
    text: str
    body: bytes
    after: int
    oddness: float = 0.0
    oddities: tuple[str, ...] = ()
    fields: dict[str, str] = field(default_factory=dict)
    link: str = ""
    invitation: Invitation | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """A delivery in the record, without its bytes. `outcome` is the server's reply, or why it was not sent."""

    id: int
    campaign: int
    row: int
    person: str
    address: str
    name: str
    language: str
    token: str
    revision: int
    subject: str
    state: DeliveryState
    worker: str = ""
    tries: int = 0
    due: dt.datetime | None = None
    began: dt.datetime | None = None
    finished: dt.datetime | None = None
    outcome: str = ""
    oddness: float = 0.0
    oddities: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Claimed:
    """What a sender needs of a delivery that it claimed."""

    id: int
    address: str
    body: bytes
    tries: int


@dataclass(frozen=True, slots=True)
class Trace:
    """A letter in the mailbox that may tell whether a delivery arrived: its date, sender and subject as they stand there; whether it
    quotes the delivery, and whether it is a server's report (RFC 3464).
    """

    date: str
    sender: str
    subject: str
    quotes: bool
    report: bool
