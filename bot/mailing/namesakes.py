"""People of a table who may be somebody whom the record knows under another address: one person with two addresses, or two of one name.

Knows names only; a person decides. Where both have an applicant's number, the numbers tell them apart.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Literal

from bot.mailing.cells import shown
from bot.mailing.overriding import way
from bot.mailing.people import parts
from bot.mailing.standing import Track, Tracks
from bot.model.campaign import Finding, Kind, Recipient, address_key, may_follow, number_key

Name = frozenset[str]


class Namesakes:
    """The people of the record by name."""

    def __init__(self, tracks: Tracks) -> None:
        self._tracks = tracks
        self._by_name: dict[Name, list[Track]] = defaultdict(list)
        for track in tracks.people.values():
            for name in {frozenset(parts(entry.name)) for entry in track.entries}:
                if len(name) > 1:
                    self._by_name[name].append(track)

    def of(self, kind: Kind, one: Recipient) -> Iterator[Finding]:
        """What speaks against telling this to somebody whom the record does not know, but whose name it does."""
        if self._tracks.known(one.person, one.address):
            return
        for track in self._by_name.get(frozenset(parts(one.name)), ()):
            last = track.entries[-1]
            apart = _has_number(one.person, one.address) and bool(track.number)
            level: Literal["red", "orange"] = "orange" if apart or may_follow(track.standing, kind) else "red"
            what = f"{shown(one.name)} has the name of {shown(last.address)}, who stands at {track.standing}"
            cure = f"if they are two people, say {way(one.address)}; if they are one, mend the row"
            yield Finding(
                level, "namesake", what, cure if level == "red" else "look whether they are one person", one.row
            )


def _has_number(person: str, address: str) -> bool:
    return bool(number_key(person)) and number_key(person) != address_key(address)


def namesakes_in(recipients: Sequence[Recipient]) -> Iterator[Finding]:
    """Rows of one table with one name and no numbers that tell them apart."""
    seen: dict[Name, Recipient] = {}
    for one in recipients:
        name = frozenset(parts(one.name))
        other = seen.setdefault(name, one)
        if other is not one and len(name) > 1 and not (one.person and other.person):
            what = f"{shown(one.name)} has the name of row {other.row}, at another address"
            yield Finding("orange", "namesake", what, "look whether they are one person", one.row)
