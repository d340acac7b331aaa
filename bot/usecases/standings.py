"""Where the people of a call stand: what they were told last and did since, the places that are taken, who is next on the waiting list.

Knows the entries of the record. The order of a waiting list is that of the committee's table; nobody is ranked here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.mailing.addresses import read_address
from bot.mailing.standing import Tracks
from bot.model.campaign import HOLDS_PLACE, Reaction, Standing, Told, address_key, may_follow, number_key
from bot.model.delivery import OPEN, Delivery
from bot.usecases.campaign_ports import Campaigns, NotAllowedError


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of a call: where they stand, the entry of the record that says so, all entries about them, the applicant's number."""

    standing: Standing
    last: Told
    entries: tuple[Told, ...]
    number: str = ""

    @property
    def address(self) -> str:
        """Where they are reached."""
        return next((one.address for one in reversed(self.entries) if one.address), "")

    def known_as(self, asked: str) -> bool:
        """Whether this is a number or an address of theirs, of now or of before."""
        number, address = number_key(asked), address_key(asked)
        return any(number == number_key(one.person) or address == address_key(one.address) for one in self.entries)


def standings(told: Sequence[Told]) -> list[Person]:
    """Everybody who was told something or did, in the order of the record."""
    tracks = [track for track in Tracks(told).people.values() if track.entries]
    return [Person(track.standing, track.last or track.entries[-1], track.entries, track.number) for track in tracks]


def places_taken(people: Sequence[Person]) -> int:
    """How many places are taken by offers that were neither declined nor withdrawn."""
    return sum(one.standing in HOLDS_PLACE for one in people)


def next_waiting(people: Sequence[Person]) -> Person | None:
    """The first on the waiting list, in the order of the table that told them."""
    waiting = [one for one in people if one.standing == "waiting-list"]
    return min(waiting, key=lambda one: (one.last.campaign, one.last.position), default=None)


def react(book: Campaigns, call: str, asked: str, reaction: Reaction, *, by: str, reason: str, now: datetime) -> Person:
    """Record what somebody did, named by number, address or name; who it was. A step that may not follow needs a reason."""
    person = _person(standings(book.told(call)), call, asked)
    if not may_follow(person.standing, reaction) and not reason:
        raise NotAllowedError(
            f"{person.last.name} stands at {person.standing}: {reaction} does not follow from that;"
            " if it is so all the same, say --reason WHY"
        )
    book.react(call, person.last, reaction, by, now)
    detail = f"{call}: number {person.last.number} {person.standing} -> {reaction}{f' ({reason})' if reason else ''}"
    book.note(by, "answer recorded", person.last.campaign, detail, now)
    return person


def relocate(book: Campaigns, call: str, asked: str, address: str, *, by: str, now: datetime) -> tuple[Person, str]:
    """Record that somebody, named by number, address or name, is reached at another address; who it was, and the address as written to.

    An address that is another person's already is refused: the two would be one person from then on.
    """
    people = standings(book.told(call))
    known = any(one.known_as(asked) or one.last.name.casefold() == asked.strip().casefold() for one in people)
    person = _person(people if known else _unreached(book, call), call, asked)
    new, finding = read_address(address.strip(), 0, "")
    if finding is not None and finding.level == "red":
        raise NotAllowedError(f"{finding.what}: {finding.cure}")
    if address_key(new) == address_key(person.address):
        raise NotAllowedError(f"{person.last.name} is reached at {new} already")
    if other := next((one for one in people if one is not person and one.known_as(new)), None):
        raise NotAllowedError(f"{new} is the address of {other.last.name} already: find out whose it is")
    book.relocate(call, person.last, new, by, now)
    detail = f"{call}: number {person.last.number} is reached at another address"  # the log outlives addresses
    book.note(by, "address recorded", person.last.campaign, detail, now)
    return person, new


def _unreached(book: Campaigns, call: str) -> list[Person]:
    """People who were told nothing so far, since their only mails did not reach them; each by the last of these."""
    found: dict[str, Person] = {}
    for campaign in book.campaigns(call):
        for one in book.deliveries(campaign.id, ("refused", "bounced")):
            when = one.finished or campaign.planned
            last = Told(
                0, one.person, address_key(one.address), one.name, campaign.plan.kind, when, campaign.id, one.state
            )
            found[one.person] = Person("none", last, (last,))
    return list(found.values())


def on_the_way(book: Campaigns, call: str, person: Person, address: str) -> list[Delivery]:
    """Mails to a person that something still happens to, and that go to another address than this one."""
    keys = {address_key(one.address) for one in person.entries} - {address_key(address)}
    ends = ("finished", "cancelled", "planning")
    going = [one.id for one in book.campaigns(call) if one.state not in ends]
    return [one for number in going for one in book.deliveries(number, OPEN) if address_key(one.address) in keys]


def _person(people: Sequence[Person], call: str, asked: str) -> Person:
    """The one person of that number, address or name."""
    named = [one for one in people if asked.strip().casefold() == one.last.name.casefold()]
    found = [one for one in people if one.known_as(asked)] or named
    if len(found) != 1:
        known = "nobody" if not found else f"{len(found)} people"
        raise NotAllowedError(f"{known} of {call} told anything so far is `{asked}`: give the number or the address")
    return found[0]
