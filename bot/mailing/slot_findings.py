"""Slots that cannot all take place: the same interviewer or room twice at one time, or the same slot offered twice.

Compares the slots of a sheet with each other and with what stands in the record. Does not know how a sheet is read.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.mailing.cells import shown
from bot.mailing.slot_rows import Offer
from bot.model.campaign import Finding
from bot.model.slot import Meeting


@dataclass(frozen=True, slots=True)
class Standing:
    """What takes place already, and how a finding names it: `slot 7`."""

    label: str
    meeting: Meeting


@dataclass(frozen=True, slots=True)
class _Placed:
    label: str
    meeting: Meeting
    row: int = 0


def clash_findings(offers: Sequence[Offer], standing: Sequence[Standing]) -> list[Finding]:
    """What clashes; each pair of rows, or row and what stands, is named once for each reason."""
    placed = [_Placed(one.label, one.meeting) for one in standing]
    placed += [_Placed(f"row {one.row}", one.meeting, one.row) for one in offers]
    placed.sort(key=lambda one: one.meeting.starts)
    found: dict[tuple[int, str, str], Finding] = {}
    for first, second in _overlapping(placed):
        later, earlier = (first, second) if first.row > second.row else (second, first)
        if not later.row:
            continue
        for finding in _clashes(later, earlier):
            found.setdefault((later.row, earlier.label, finding.code), finding)
    return sorted(found.values(), key=lambda each: each.row)


def _overlapping(placed: Sequence[_Placed]) -> Iterator[tuple[_Placed, _Placed]]:
    """Pairs at one time; `placed` is sorted by its begin."""
    running: list[_Placed] = []
    for one in placed:
        same = one.meeting.starts
        running = [each for each in running if each.meeting.ends > same or each.meeting.starts == same]
        for each in running:
            yield each, one
        running.append(one)


def _clashes(later: _Placed, earlier: _Placed) -> Iterator[Finding]:
    mine, other = later.meeting, earlier.meeting
    where = earlier.label if earlier.row != later.row else "another slot of this row"
    at = f"{where}, at the same time"
    if _same(mine, other):
        cure = "delete one of both rows" if earlier.row else "it is offered already: delete the row"
        yield Finding("red", "same-slot", f"is the same slot as {where}", cure, later.row)
        return
    for name in _shared_people(mine, other):
        cure = "change the time, or who interviews"
        yield Finding("red", "interviewer-twice", f"{shown(name)} interviews in {at}", cure, later.row)
    if mine.link and mine.link == other.link:
        yield Finding(
            "red", "link-twice", f"`{shown(mine.link)}` is used by {at}", "use another link or time", later.row
        )
    elif mine.place and mine.place.casefold() == other.place.casefold():
        cure = "use another room or time"
        if mine.link and other.link:  # "online" is often written where a room would stand
            yield Finding(
                "orange", "place-twice", f"`{shown(mine.place)}` is used by {at}", f"if it is a room: {cure}", later.row
            )
        else:
            yield Finding("red", "place-twice", f"`{shown(mine.place)}` is used by {at}", cure, later.row)


def _same(mine: Meeting, other: Meeting) -> bool:
    return mine == other


def _shared_people(mine: Meeting, other: Meeting) -> list[str]:
    """Who is in both panels, by name or address."""
    names = {_plain(one.name) for one in other.panel}
    addresses = {one.address.casefold() for one in other.panel if one.address}
    return [one.name for one in mine.panel if _plain(one.name) in names or one.address.casefold() in addresses]


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())
