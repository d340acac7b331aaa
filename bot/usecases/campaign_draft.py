"""What a coordinator wants planned, and the plan before it is written down."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.mailing.table import Table
from bot.mailing.template import Rendered
from bot.mailing.vetting import Vetted
from bot.model.campaign import Aside, Finding, Kind, Override, Recipient
from bot.model.knowledge import Call
from bot.model.slot import Invitation


@dataclass(frozen=True, slots=True)
class Wish:
    """What a coordinator (`by`, at `address`) wants planned.

    `shared` are fields given for everybody; `kept` what heads and classes mean where that is not plain (`mailing/columns.py`), from now
    on for this call; `only` the classes that a notice goes to; `places` the number of places if the call states none, `expected` how
    many mails there should be; `instead_of` the campaign whose unreached people alone get the mail.
    """

    call: Call
    kind: Kind
    table: Table
    by: str
    address: str = ""
    shared: Mapping[str, str] = field(default_factory=dict)
    kept: Mapping[str, str] = field(default_factory=dict)
    only: Sequence[str] = ()
    places: int | None = None
    expected: int | None = None
    overrides: Sequence[Override] = ()
    language: str = "en"
    instead_of: int | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """A plan that is checked and not yet written down: the recipients with their mails' words, and what was found.

    By row: `mails`, the `fields` as they were given, the `invitations` to calendars, and by what each person is known (`persons`).
    """

    wish: Wish
    places: int | None
    columns: Mapping[str, str]
    findings: tuple[Finding, ...]
    recipients: tuple[Recipient, ...] = ()
    mails: Mapping[int, Rendered] = field(default_factory=dict)
    fields: Mapping[int, dict[str, str]] = field(default_factory=dict)
    invitations: Mapping[int, Invitation] = field(default_factory=dict)
    persons: Mapping[int, str] = field(default_factory=dict)
    aside: tuple[Aside, ...] = ()
    vetted: Vetted = field(default_factory=Vetted)
    known: int = 0
    good_until: datetime | None = None

    @property
    def blocked(self) -> bool:
        """Whether something must be mended first."""
        return any(finding.level == "red" for finding in self.findings)
