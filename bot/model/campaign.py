"""Telling people their result: what may be told to whom after what, and the life of a campaign.

Knows the decisions, their order and the places they take as tables; what a recipient, a campaign and a finding are. Does not know
templates, files, mail servers or the ledger of deliveries (`model/delivery.py`).
"""

import datetime as dt
import unicodedata
from dataclasses import dataclass, field
from typing import Literal, get_args

Kind = Literal[
    "shortlist",
    "interview",
    "waiting-list",
    "offer",
    "rejection",
    "interview-booking",
    "interview-change",
    "interview-cancellation",
    "reminder",
    "document-request",
    "free-text",
]
"""What a mail tells: the first five are decisions, the others notices; but `interview-booking` tells a decision, too (`MEANS`)."""
KINDS: tuple[Kind, ...] = get_args(Kind)
DECISIONS: tuple[Kind, ...] = ("shortlist", "interview", "waiting-list", "offer", "rejection")
MEANS: dict[str, Kind] = {"interview-booking": "interview"}
"""Kinds that tell a decision of another name: an interview whose time the person chooses."""
Reaction = Literal["accepted", "declined", "withdrawn"]
"""What a person did, as a coordinator records it."""
REACTIONS: tuple[Reaction, ...] = get_args(Reaction)
Standing = Literal[
    "none", "shortlist", "interview", "waiting-list", "offer", "rejection", "accepted", "declined", "withdrawn"
]
"""Where a person stands: the last decision they were told, or are about to be, and what they did since."""

MAY_FOLLOW: dict[Standing, frozenset[str]] = {
    "none": frozenset({"shortlist", "waiting-list", "rejection"}),
    "shortlist": frozenset({"interview", "rejection", "withdrawn"}),
    "interview": frozenset(
        {"interview-change", "interview-cancellation", "offer", "waiting-list", "rejection", "withdrawn"}
    ),
    "waiting-list": frozenset({"offer", "rejection", "withdrawn"}),
    "offer": frozenset({"accepted", "declined", "withdrawn"}),
    "accepted": frozenset({"withdrawn"}),
    "rejection": frozenset(),
    "declined": frozenset(),
    "withdrawn": frozenset(),
}
"""Which decision, notice or reaction may follow where; anything else needs a person's override with a reason (DESIGN.md 4)."""
CHOOSING: Kind = "interview-booking"
"""The kind of mail by which people choose a time of their own."""
INVITING: tuple[Kind, ...] = ("interview", "interview-change", "interview-cancellation")
"""Kinds whose mails bring an entry for the person's calendar."""
ANYTIME: frozenset[str] = frozenset({"reminder", "document-request", "free-text"})
"""Notices that may be sent wherever a person stands."""
COUNTS: frozenset[str] = frozenset({*DECISIONS, *MEANS, "interview-cancellation", *REACTIONS})
"""What changes where a person stands; other notices do not."""
RELOCATED = "address"
"""Recorded of a person who is reached at another address from now on: it tells nothing, and links the old key with the new address."""
HOLDS_PLACE: frozenset[Standing] = frozenset({"offer", "accepted"})
"""Where a person takes one of the call's places: a seventh offer is possible after one was declined."""


def decision_of(told: str) -> str:
    """The decision that a kind of mail tells; a notice, a reaction or anything else is itself."""
    return MEANS.get(told, told)


def standing_after(before: Standing, told: str) -> Standing:
    """Where a person stands once they were told this, or did it."""
    if told == "interview-cancellation":
        return "shortlist"
    means = decision_of(told)
    if means in DECISIONS or means in REACTIONS:
        return means  # type: ignore[return-value] # decisions and reactions are standings: the test of this table holds it
    return before


def may_follow(before: Standing, told: str) -> bool:
    """Whether this may be told to, or was done by, somebody who stands there."""
    return told in ANYTIME or decision_of(told) in MAY_FOLLOW[before]


CampaignState = Literal["planning", "planned", "approved", "sending", "paused", "finished", "cancelled"]
"""`planning` is being written down: killed in the middle, it is left aside. `finished`: nothing is left to send by itself."""

CAMPAIGN_STEPS: dict[CampaignState, frozenset[CampaignState]] = {
    "planning": frozenset({"planned", "cancelled"}),
    "planned": frozenset({"approved", "cancelled"}),
    "approved": frozenset({"sending", "cancelled"}),
    "sending": frozenset({"paused", "finished", "cancelled"}),
    "paused": frozenset({"sending", "cancelled"}),
    "finished": frozenset({"sending"}),  # a person had something of unknown outcome sent again
    "cancelled": frozenset(),
}
"""Which state may follow which."""

Right = Literal["prepare", "approve", "send"]
RIGHTS: tuple[Right, ...] = get_args(Right)


@dataclass(frozen=True, slots=True)
class Recipient:
    """A row of the recipients' table, read: one person, and what the row says for the template.

    `row` is its number in the table as a spreadsheet shows it (the head is row 1); `person` the applicant's number of the
    column `id`, "" without one; `address` as it is to be written to; `language` of the letter; `zone` the person's own (IANA, "" if
    unknown); `values` the fields for the template, as text; `decision` what the class column says of this person, "" without one.
    """

    row: int
    address: str
    name: str
    person: str = ""
    language: str = "en"
    zone: str = ""
    decision: str = ""
    values: dict[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Who it is within a call: the applicant's number, else the address, whose capitals do not matter."""
        return number_key(self.person) or address_key(self.address)


def address_key(address: str) -> str:
    """An address by which a person is known again."""
    return address.strip().casefold()


def number_key(number: str) -> str:
    """An applicant's number by which a person is known again, however a spreadsheet shows it: 7, 007, 7.0 and full-width 7 are one."""
    plain = unicodedata.normalize("NFKC", number)
    bare = "".join(one for one in plain if unicodedata.category(one) not in ("Cf", "Cc")).strip(" .,;:").casefold()
    whole = bare.removesuffix(".0").removesuffix(",0")
    return (whole.lstrip("0") or "0") if whole.isdecimal() else bare


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about a plan that a person must see: "red" blocks it, "orange" is shown; where it is, what it is, what to do.

    `row` is 0 and `column` "" where the whole table is meant. `code` names the rule, for overrides and tests.
    """

    level: Literal["red", "orange"]
    code: str
    what: str
    cure: str = ""
    row: int = 0
    column: str = ""

    def __str__(self) -> str:
        place = f"row {self.row}" if self.row else ""
        place += f"{', ' if place else ''}column {self.column}" if self.column else ""
        return f"{place + ': ' if place else ''}{self.what}{': ' + self.cure if self.cure else ''}"


@dataclass(frozen=True, slots=True)
class Aside:
    """A row that gets no mail in a campaign, and why."""

    row: int
    name: str
    address: str
    reason: str


@dataclass(frozen=True, slots=True)
class Override:
    """A contradiction that a person lets pass for one address, and why; `code` names which, "" the only one there is."""

    address: str
    reason: str
    code: str = ""

    @property
    def shown(self) -> str:
        """For whom, and which kind of contradiction if only one of several."""
        return f"{self.address} ({self.code})" if self.code else self.address


@dataclass(frozen=True, slots=True)
class Told:
    """Something a person of a call was told or is about to be (`reaction` false), or did, in the order in which it was recorded.

    `number` grows with every entry of the record; `state` is that of the delivery, "" for a reaction. What was refused, cancelled or
    came back was not told, and is no entry.
    """

    number: int
    person: str
    address: str
    name: str
    what: str
    when: dt.datetime
    campaign: int = 0
    state: str = ""
    position: int = 0
    digest: str = ""

    @property
    def reaction(self) -> bool:
        """Whether it is what the person did."""
        return self.what in REACTIONS


@dataclass(frozen=True, slots=True)
class Plan:
    """What a campaign is planned with, kept with it: all but the letters.

    `call` is an id; `by` who planned it, at which `address`; `template` its source, for the comparison with the next wave; `source` the
    table's name and digest; `shared` the fields given for everybody; `knowledge` the version of the facts used; `good_until` when
    the first of the days and times in the mails has gone by.
    """

    call: str
    kind: Kind
    by: str
    template: str
    source: str
    shared: dict[str, str]
    knowledge: str
    places: int | None
    aside: tuple[Aside, ...] = ()
    overrides: tuple[Override, ...] = ()
    findings: tuple[Finding, ...] = ()
    columns: dict[str, str] = field(default_factory=dict)
    address: str = ""
    good_until: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Campaign:
    """A campaign in the record. `digest` is over recipients and bytes; `previewed` when its plan was first looked at; `note` why paused."""

    id: int
    state: CampaignState
    plan: Plan
    planned: dt.datetime
    digest: str
    total: int
    previewed: dt.datetime | None = None
    note: str = ""

    @property
    def mark(self) -> str:
        """The first digits of its digest, as people type them."""
        return self.digest[:4].upper()

    @property
    def phrase(self) -> str:
        """What an approver types: what the campaign does."""
        what = self.plan.kind.replace("-", " ")
        many = f"{what} mails" if what in ("shortlist", "waiting list", "free text") else f"{what}s"
        return f"SEND {self.total} {(what if self.total == 1 else many).upper()} {self.mark}"


@dataclass(frozen=True, slots=True)
class Approval:
    """One person's yes to a campaign's digest."""

    by: str
    at: dt.datetime
    digest: str


@dataclass(frozen=True, slots=True)
class Action:
    """Something somebody did about campaigns, as the log keeps it; `chain` is the digest over it and the one before."""

    number: int
    at: dt.datetime
    by: str
    what: str
    campaign: int
    detail: str
    chain: str
