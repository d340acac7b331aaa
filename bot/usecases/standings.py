"""Where the people of a call stand: what they were told last and did since, the places that are taken, who is next on the waiting list.

Knows the entries of the record. The order of a waiting list is that of the committee's table; nobody is ranked here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.mailing.standing import Tracks
from bot.model.campaign import HOLDS_PLACE, Reaction, Standing, Told, address_key, may_follow, number_key
from bot.usecases.campaign_ports import Campaigns, NotAllowedError


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of a call: where they stand, the entry of the record that says so, and all entries about them."""

    standing: Standing
    last: Told
    entries: tuple[Told, ...]

    @property
    def number(self) -> str:
        """The applicant's number, "" without one."""
        return "" if self.last.person == address_key(self.last.address) else self.last.person

    def known_as(self, asked: str) -> bool:
        """Whether this is a number or an address of theirs, of now or of before."""
        number, address = number_key(asked), address_key(asked)
        return any(number == number_key(one.person) or address == address_key(one.address) for one in self.entries)


def standings(told: Sequence[Told]) -> list[Person]:
    """Everybody who was told something or did, in the order of the record."""
    tracks = [track for track in Tracks(told).people.values() if track.entries]
    return [Person(track.standing, track.last or track.entries[-1], track.entries) for track in tracks]


def places_taken(people: Sequence[Person]) -> int:
    """How many places are taken by offers that were neither declined nor withdrawn."""
    return sum(one.standing in HOLDS_PLACE for one in people)


def next_waiting(people: Sequence[Person]) -> Person | None:
    """The first on the waiting list, in the order of the table that told them."""
    waiting = [one for one in people if one.standing == "waiting-list"]
    return min(waiting, key=lambda one: (one.last.campaign, one.last.position), default=None)


def react(book: Campaigns, call: str, asked: str, reaction: Reaction, *, by: str, reason: str, now: datetime) -> Person:
    """Record what somebody did, named by number, address or name; who it was. A step that may not follow needs a reason."""
    people = standings(book.told(call))
    named = [one for one in people if asked.strip().casefold() == one.last.name.casefold()]
    found = [one for one in people if one.known_as(asked)] or named
    if len(found) != 1:
        known = "nobody" if not found else f"{len(found)} people"
        raise NotAllowedError(f"{known} of {call} told anything so far is `{asked}`: give the number or the address")
    person = found[0]
    if not may_follow(person.standing, reaction) and not reason:
        raise NotAllowedError(
            f"{person.last.name} stands at {person.standing}: {reaction} does not follow from that;"
            " if it is so all the same, say --reason WHY"
        )
    book.react(call, person.last, reaction, by, now)
    detail = f"{call}: number {person.last.number} {person.standing} -> {reaction}{f' ({reason})' if reason else ''}"
    book.note(by, "answer recorded", person.last.campaign, detail, now)
    return person
