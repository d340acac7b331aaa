"""Who was told what: the record of a call as people, each with all that they were told and did.

Knows that the same number or the same address is the same person, through any chain of entries of the record. A row of a new table
never joins two people of the record: it may be the row that is wrong. Does not know tables or rules.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.model.campaign import COUNTS, Recipient, Standing, Told, address_key, number_key, standing_after


@dataclass(frozen=True, slots=True)
class Track:
    """What one person was told or is about to be, and did, oldest first."""

    entries: tuple[Told, ...] = ()

    @property
    def standing(self) -> Standing:
        """Where they stand."""
        standing: Standing = "none"
        for entry in self.entries:
            standing = standing_after(standing, entry.what)
        return standing

    @property
    def last(self) -> Told | None:
        """The last entry that counts for where they stand."""
        return next((entry for entry in reversed(self.entries) if entry.what in COUNTS), None)

    def last_of(self, what: str) -> Told | None:
        """The last entry that told them this."""
        return next((entry for entry in reversed(self.entries) if entry.what == what), None)

    @property
    def number(self) -> str:
        """The applicant's number by which they were first recorded, "" if they never were: an address is none, of now or of before."""
        addresses = {address_key(entry.address) for entry in self.entries}
        return next((key for entry in self.entries if (key := number_key(entry.person)) and key not in addresses), "")

    @property
    def key(self) -> str:
        """By what they are known from their first mail on, whatever their address became."""
        return self.number or next((entry.person or address_key(entry.address) for entry in self.entries), "")

    @property
    def keys(self) -> tuple[str, ...]:
        """All that they were ever recorded by, the latest first."""
        found = (key for entry in reversed(self.entries) for key in (entry.person, address_key(entry.address)))
        return tuple(dict.fromkeys(filter(None, found)))

    @property
    def who(self) -> str:
        """The person's name, else the address."""
        return next((entry.name or entry.address for entry in reversed(self.entries)), "")


class Tracks:
    """The people of a call's record."""

    def __init__(self, told: Sequence[Told]) -> None:
        self._leader: dict[str, str] = {}
        self._by_number: dict[str, Told] = {}
        self._by_address: dict[str, Told] = {}
        ordered = sorted(told, key=lambda entry: entry.number)
        for entry in ordered:
            number, address = number_key(entry.person), address_key(entry.address)
            self._join([key for key in (number, address) if key])
            if number and number != address:
                self._by_number[number] = entry
            if address:
                self._by_address[address] = entry
        entries: dict[str, list[Told]] = {}
        for entry in ordered:
            key = number_key(entry.person) or address_key(entry.address)
            entries.setdefault(self._find(key), []).append(entry)
        self.people: dict[str, Track] = {leader: Track(tuple(each)) for leader, each in entries.items()}

    def _find(self, key: str) -> str:
        while (above := self._leader.setdefault(key, key)) != key:
            self._leader[key] = self._leader[above]
            key = above
        return key

    def _join(self, keys: list[str]) -> None:
        leaders = [self._find(key) for key in keys]
        for leader in leaders[1:]:
            self._leader[leader] = leaders[0]

    def known(self, number: str, address: str) -> frozenset[str]:
        """Whom of the record a number and an address name: nobody, one, or two people, which is a mistake of the table."""
        keys = (number_key(number), address_key(address))
        return frozenset(self._find(key) for key in keys if key and key in self._leader)

    def track(self, number: str, address: str) -> Track:
        """All that whoever is named was told."""
        found = [self.people[key] for key in self.known(number, address)]
        if len(found) == 1:
            return found[0]
        return Track(tuple(sorted((entry for each in found for entry in each.entries), key=lambda entry: entry.number)))

    def key(self, one: Recipient) -> str:
        """By what a row's person is known: its applicant's number, else what the record has, else the address."""
        return number_key(one.person) or self.track("", one.address).key or one.key

    def of_number(self, number: str) -> Told | None:
        """The last entry under an applicant's number."""
        return self._by_number.get(number_key(number))

    def of_address(self, address: str) -> Told | None:
        """The last entry at an address."""
        return self._by_address.get(address_key(address))
