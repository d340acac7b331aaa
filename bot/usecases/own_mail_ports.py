"""What needs to be known of mails that told somebody their result once they left: returns, slots, whose mail it is."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bot.model.campaign import Kind
from bot.model.delivery import Delivery
from bot.model.message import Outgoing
from bot.model.own_mail import OwnMail
from bot.model.returned import Return
from bot.model.slot import Appointment, Meeting, PanelEntry, Slot


class SlotTakenError(Exception):
    """Somebody else has booked the slot, or it was withdrawn: nothing was settled."""


class OwnMails(Protocol):
    """Whose mail it is. Nothing is told apart for who proves nothing: no such mail, another's, or not sent yet."""

    def mail(self, delivery: int) -> OwnMail | None:
        """A mail that left, by its number, as `Received.about` gives it."""
        ...

    def fields(self, call: str) -> dict[int, dict[str, str]]:
        """The template's fields, as given, of a call's mails that left, by the mail's number."""
        ...

    def of_chat(self, conversation: int) -> OwnMail | None:
        """The mail whose link this chat used last."""
        ...

    def bind(self, link: str, conversation: int, now: datetime) -> OwnMail | None:
        """Bind a mail's link to the first chat that uses it; None if there is no such link, or another chat has it."""
        ...


class Slots(Protocol):
    """The book of slots and appointments of calls."""

    def add(
        self, call: str, meetings: Sequence[Meeting], by: str, now: datetime, last: int | None = None
    ) -> list[Slot]:
        """Offer slots, in one transaction, and log it; none if the call has a slot beyond number `last`, unless that is None."""
        ...

    def slots(self, call: str) -> list[Slot]:
        """A call's slots, by time; each with who holds it now."""
        ...

    def withdraw(self, slots: Sequence[int], by: str, now: datetime) -> list[Slot]:
        """Offer these to nobody any more, and log it; those of them that somebody holds still."""
        ...

    def appointments(self, call: str) -> list[Appointment]:
        """Where the interviews of a call's people stand, by time; cancelled ones among them."""
        ...

    def entry(self, call: str, person: str) -> tuple[str, int]:
        """(uid, sequence) of a person's next calendar entry: a new uid and 0 for the first; "" as uid lets the caller make one."""
        ...

    def entries(self, call: str) -> dict[str, tuple[str, int]]:
        """The same for everybody of a call who has a calendar entry already, planned ones among them; one query for a campaign."""
        ...


class Panel(Protocol):
    """Which calendar entries interviewers have."""

    def known(self) -> dict[tuple[str, str], tuple[int, str, Meeting]]:
        """(uid, address) to (sequence, method, meeting) as last sent."""
        ...

    def calls(self) -> list[str]:
        """Calls that have appointments or interviewers' entries."""
        ...

    def tell(self, changes: Sequence[PanelEntry], letters: Sequence[Outgoing], now: datetime) -> int:
        """Note entries as sent and plan the letter of each, in one transaction; how many.

        An entry whose sequence is not above the one noted is left out with its letter: another told it first.
        """
        ...


class Returns(Protocol):
    """The book of what came back."""

    def listed(self, since: datetime) -> list[tuple[Return, Delivery | None, str, Kind | None]]:
        """Returns since then, oldest first: each with its delivery, and that one's call and kind ("" and None if unmatched)."""
        ...

    def match(self, number: int, delivery: int, by: str, now: datetime) -> bool:
        """A person's word that a return belongs to a delivery; False if either is not there. A failure then bounces it,
        and still waits to be handled.
        """
        ...

    def handle(self, numbers: Sequence[int], by: str, now: datetime) -> int:
        """Note that somebody has seen to these, and log it; how many."""
        ...

    def settle(self, now: datetime) -> list[int]:
        """Bounce what was still on its way when its failure came; the deliveries."""
        ...

    def untold(self) -> list[tuple[Return, Delivery, str, Kind]]:
        """Bounces of which coordinators were not told yet."""
        ...

    def told(self, numbers: Sequence[int], now: datetime) -> None:
        """Note that coordinators were told of these."""
        ...
