"""Calendar entries of people: where each one's interview stands, and which slots are held or stood in the way of.

Who is the same person the record tells (`same_person.py`). An entry counts from the moment its mail begins to leave, whatever becomes
of it: the slot that it takes somebody from is free by then, and never theirs again. Whose entry did not arrive is where nobody knows.
Who was rejected, or has withdrawn, has no interview, whatever was booked before.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, timedelta
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa

from bot.mailing.interviews import cannot_both
from bot.mailing.standing import Tracks
from bot.model.delivery import UNTOLD
from bot.model.slot import Appointment, Interviewer, Invitation, Meeting, Method
from bot.storage.campaign_rows import brief
from bot.storage.campaign_schema import deliveries
from bot.storage.return_schema import invitations, slots
from bot.storage.same_person import TOLD, entries_of, told_of

_ENDS = frozenset({"rejection", "declined", "withdrawn", "interview-cancellation"})
"""After these no interview takes place, until another is announced or booked."""
_BEGINS = frozenset({"interview", "interview-change", "booked"})

_brought, _invited = deliveries.alias("brought"), deliveries.alias("invited_by")
_begun = sa.or_(invitations.c.delivery.is_(None), _brought.c.state.in_(TOLD), _brought.c.began.is_not(None))
_STANDING = (
    sa.select(
        invitations,
        sa.func.coalesce(_brought.c.name, _invited.c.name, "").label("name"),
        sa.func.coalesce(_brought.c.address, _invited.c.address, "").label("address"),
        sa.func.coalesce(_brought.c.state, "").label("state"),
        _begun.label("begun"),
    )
    .outerjoin(_brought, _brought.c.id == invitations.c.delivery)
    .outerjoin(_invited, _invited.c.id == invitations.c.invited)
    .where(sa.or_(_begun, _brought.c.state == "claimed"))
    .order_by(invitations.c.id)
)
"""Entries that were booked, whose mail has begun to leave, or that a sender has in its hands."""


class Stand(NamedTuple):
    """The entry by which a person's interview stands; `unclear`: it did not arrive, or its slot is not theirs; `over`: there is none."""

    row: sa.Row[Any]
    unclear: bool
    over: bool = False

    @property
    def asks(self) -> bool:
        """Whether an interview takes place by it."""
        return self.row.method == "REQUEST" and not self.unclear and not self.over

    def since(self, delivery: int) -> bool:
        """Whether it became unclear by a mail that is not older than this one."""
        return self.unclear and (self.row.delivery or self.row.invited or 0) >= delivery

    @property
    def appointment(self) -> Appointment:
        """As an appointment."""
        row = self.row
        method: Method = "CANCEL" if self.over else row.method
        entry = Invitation(row.uid, row.sequence, method, meeting_of(row), row.slot)
        return Appointment(row.call, row.person, row.name, row.address, entry, row.delivery, self.unclear)


class Persons:
    """Who is one person, among some people of a call."""

    def __init__(self, connection: sa.Connection, call: str, keys: Iterable[str]) -> None:
        self.tracks = Tracks([told_of(row) for row in entries_of(connection, call, keys)])

    def of(self, key: str) -> str:
        """The same for all numbers and addresses of a person."""
        return min(self.tracks.known(key, key), default=key)

    def ended(self, who: str) -> bool:
        """Whether the interview of one of them (`of`) was ended."""
        track = self.tracks.people.get(who)
        return track is not None and _ended((each.what, each.state) for each in track.entries)

    def keys(self, key: str) -> set[str]:
        """All numbers and addresses of a person."""
        return {key, *self.tracks.track(key, key).keys}


class Current:
    """Where the interviews of a call stand now."""

    def __init__(self, connection: sa.Connection, call: str) -> None:
        rows = connection.execute(_STANDING.where(invitations.c.call == call)).all()
        held = sa.select(slots.c.id, slots.c.holder).where(slots.c.call == call, slots.c.holder.is_not(None))
        self._held = {row.id: row.holder for row in connection.execute(held)}
        self.persons = Persons(connection, call, {*(row.person for row in rows), *self._held.values()})
        self._owners = {slot: self.persons.of(holder) for slot, holder in self._held.items()}
        self.stands = _stands(rows, self.persons.of, self._owners, self.persons.ended)
        self._days: dict[object, list[tuple[Meeting, sa.Row[Any]]]] = {}
        for row in (*(each.row for each in self.stands.values() if each.asks), *_coming(rows)):
            if row.slot is None:
                meeting = meeting_of(row)
                for day in _days_of(meeting):
                    self._days.setdefault(day, []).append((meeting, row))

    def holders(self) -> dict[int, sa.Row[Any]]:
        """The entry of whoever holds a slot, by its number."""
        found = {}
        for slot, owner in self._owners.items():
            stand = self.stands.get(owner)
            if stand is not None and stand.asks and stand.row.slot == slot:
                found[slot] = stand.row
        return found

    def stale(self) -> list[int]:
        """Slots that are noted as held, and are free."""
        holders = self.holders()
        return [slot for slot in self._held if slot not in holders]

    def in_the_way(self, meeting: Meeting) -> list[sa.Row[Any]]:
        """Entries of interviews that a coordinator named, and that cannot take place beside this one."""
        named = (each for day in _days_of(meeting) for each in self._days.get(day, ()))
        return [row for other, row in named if cannot_both(meeting, other)]


def _stands(
    rows: Iterable[sa.Row[Any]],
    of: Callable[[str], str],
    owners: Mapping[int, str],
    ended: Callable[[str], bool],
) -> dict[str, Stand]:
    """By person, what the last of their entries says. A first one that did not arrive took nothing from them, and is none."""
    found: dict[str, Stand] = {}
    for row in rows:
        who, lost = of(row.person), row.state in UNTOLD
        if row.begun and (who in found or not lost):
            found[who] = Stand(row, lost)
    for who, (row, lost, _) in found.items():
        theirs = row.method != "REQUEST" or row.slot is None or owners.get(row.slot) == who
        found[who] = Stand(row, lost or not theirs, ended(who))
    return found


def _ended(entries: Iterable[tuple[str, str]]) -> bool:
    """Whether the last of what was told or done (what, state) that an interview stands by ended it."""
    last = [what for what, state in entries if what in _ENDS | _BEGINS and state in TOLD]
    return bool(last) and last[-1] in _ENDS


def _coming(rows: Iterable[sa.Row[Any]]) -> list[sa.Row[Any]]:
    """Those that may leave at any moment."""
    return [row for row in rows if not row.begun and row.method == "REQUEST"]


def _days_of(meeting: Meeting) -> list[object]:
    """The days on which a meeting takes place, in UTC."""
    first, last = meeting.starts.astimezone(UTC).date(), meeting.ends.date()
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def free_stale(connection: sa.Connection, current: Current) -> None:
    """Free the slots of whoever has another time, or none, by now; under the lock of the call."""
    if stale := current.stale():
        connection.execute(slots.update().where(slots.c.id.in_(stale)).values(holder=None))


def next_entry(connection: sa.Connection, call: str, keys: Iterable[str]) -> tuple[str, int]:
    """(uid, sequence) of the next calendar entry of whoever has these keys; ("", 0) for the first."""
    mine = (invitations.c.call == call, invitations.c.person.in_(sorted(keys)))
    last = sa.select(invitations.c.uid).where(*mine).order_by(invitations.c.id.desc()).limit(1)
    uid = connection.scalar(last)
    if uid is None:
        return "", 0
    highest = connection.scalar(sa.select(sa.func.max(invitations.c.sequence)).where(invitations.c.uid == uid))
    return uid, (highest or 0) + 1


def stand_of(connection: sa.Connection, call: str, keys: Iterable[str], entries: Iterable[sa.Row[Any]]) -> Stand | None:
    """Where the interview of whoever has these keys, and these entries in the record, stands."""
    mine = sorted(keys)
    rows = connection.execute(_STANDING.where(invitations.c.call == call, invitations.c.person.in_(mine))).all()
    held = connection.scalars(sa.select(slots.c.id).where(slots.c.call == call, slots.c.holder.in_(mine)))
    over = _ended((row.what, row.state or "") for row in entries)
    return _stands(rows, lambda _: "", dict.fromkeys(held, ""), lambda _: over).get("")


def meeting_of(row: sa.Row[Any]) -> Meeting:
    """A meeting from the row of a slot or of an entry."""
    panel = msgspec.json.decode(row.panel, type=tuple[Interviewer, ...])
    return Meeting(row.starts, row.minutes, row.place, row.link, panel)


def meeting_values(meeting: Meeting) -> dict[str, Any]:
    """A meeting as columns."""
    return {
        "starts": meeting.starts,
        "minutes": meeting.minutes,
        "place": brief(meeting.place),
        "link": brief(meeting.link, 800),
        "panel": brief(msgspec.json.encode(meeting.panel).decode(), 1_000_000),
    }


def invitation_values(entry: Invitation) -> dict[str, Any]:
    """A calendar entry as columns."""
    known = {"uid": brief(entry.uid, 200), "sequence": entry.sequence, "method": entry.method, "slot": entry.slot}
    return known | meeting_values(entry.meeting)
