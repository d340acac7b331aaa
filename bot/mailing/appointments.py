"""The days and times that a campaign's mails speak of: which have gone by, how long all lie ahead, and who has the same appointment.

Knows values and the fields of the template, of which some may speak of the past. Has no clock: what is now is given.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping
from zoneinfo import ZoneInfo

from bot.mailing.cells import shown
from bot.mailing.fields import Field, Unreadable
from bot.mailing.values import Day, Time, Value
from bot.model.campaign import Finding

PLACE = "where"
"""The field that names a place, in the templates that have one."""
_LAST = dt.time(23, 59, 59)


class Appointments:
    """The days and times of one campaign, mail by mail; a day lasts until it ends on the call's clock (`zone`)."""

    def __init__(self, fields: Mapping[str, Field], zone: str, now: dt.datetime) -> None:
        self._fields = {name: field for name, field in fields.items() if not field.past}
        self._zone, self._now = ZoneInfo(zone), now
        self._slots: dict[tuple[str, ...], list[tuple[int, str]]] = defaultdict(list)
        self.good_until: dt.datetime | None = None

    def add(self, row: int, name: str, values: Mapping[str, Value]) -> list[Unreadable]:
        """Take the values of one mail; those that have gone by."""
        gone: list[Unreadable] = []
        for field in self._fields:
            value = values.get(field, "")
            if not isinstance(value, Day | Time):
                continue
            until = self._until(value)
            if until < self._now:
                gone.append(Unreadable(field, f"{_written(value)} has passed", "give one that lies ahead"))
            elif self.good_until is None or until < self.good_until:
                self.good_until = until
        for slot in self._slots_of(values):
            self._slots[slot].append((row, name))
        return gone

    def same_slots(self) -> Iterator[Finding]:
        """People who are to be at the same time in the same room or call."""
        for (time, place), people in self._slots.items():
            if len(people) > 1:
                (first, one), (row, other), *rest = people
                more = f", and {len(rest)} more" if rest else ""
                what = (
                    f"{shown(other)} and {shown(one)} (row {first}){more} have {time} at the same place, {shown(place)}"
                )
                yield Finding("orange", "same-slot", what, "look whether they are meant to meet", row)

    def _until(self, value: Day | Time) -> dt.datetime:
        return value.value if isinstance(value, Time) else dt.datetime.combine(value.value, _LAST, self._zone)

    def _slots_of(self, values: Mapping[str, Value]) -> Iterator[tuple[str, str]]:
        """Each time with the link that leads there, else with the place."""
        links = [str(values.get(name, "")) for name, field in self._fields.items() if field.type == "link"]
        place = " ".join(filter(None, links)) or str(values.get(PLACE, ""))
        for name, field in self._fields.items():
            value = values.get(name)
            if place and field.type == "time" and isinstance(value, Time):
                yield _written(value), place


def _written(value: Day | Time) -> str:
    return f"{value.value:%Y-%m-%d %H:%M}" if isinstance(value, Time) else value.value.isoformat()
