"""Whom an earlier campaign did not reach: a plan in its stead goes to these and to nobody else.

Knows that a person is the same by number, by an address of now or of before, and else by the exact name. Does not know storage.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.mailing.cells import shown
from bot.mailing.standing import Tracks
from bot.model.campaign import Aside, Finding, Recipient, address_key, number_key
from bot.model.delivery import OPEN, UNTOLD, Delivery

SHOWN_NAMES = 5


@dataclass(frozen=True, slots=True)
class Unreached:
    """Who gets the mail anew and who does not; `revision` is for each row the lowest that its letter may have."""

    recipients: tuple[Recipient, ...] = ()
    aside: tuple[Aside, ...] = ()
    findings: tuple[Finding, ...] = ()
    revision: dict[int, int] = field(default_factory=dict)


def unreached(
    campaign: int, recipients: Sequence[Recipient], deliveries: Sequence[Delivery], tracks: Tracks
) -> Unreached:
    """The rows whose mail of a campaign bounced or was refused; the others are set aside with the reason."""
    before = _matched(recipients, deliveries, tracks)
    again: list[Recipient] = []
    aside: list[Aside] = []
    findings: list[Finding] = []
    for one in recipients:
        found = before.get(one.row, [])
        if len(found) > 1:
            named = " and ".join(shown(each.name) for each in found)
            what = f"{shown(one.name)} is in campaign {campaign} twice, by number and by address: {named}"
            findings.append(Finding("red", "two-people", what, "find out which is right, and mend the row", one.row))
        elif found and found[0].state in ("bounced", "refused"):
            again.append(one)
            findings += _address(campaign, one, found[0], tracks)
        else:
            aside.append(Aside(one.row, one.name, one.address, _reason(campaign, found)))
    met = {each.id for found in before.values() for each in found}
    findings += _left_out(campaign, [each for each in deliveries if each.id not in met])
    return Unreached(
        tuple(again), tuple(aside), tuple(findings), {one.row: before[one.row][0].revision + 1 for one in again}
    )


def _matched(
    recipients: Sequence[Recipient], deliveries: Sequence[Delivery], tracks: Tracks
) -> dict[int, list[Delivery]]:
    """For each row the deliveries that are the same person's."""
    by_key: dict[str, list[Delivery]] = defaultdict(list)
    by_name: dict[str, list[Delivery]] = defaultdict(list)
    for each in deliveries:
        for key in {each.person, address_key(each.address)}:
            by_key[key].append(each)
        by_name[_plain(each.name)].append(each)
    found: dict[int, list[Delivery]] = {}
    for one in recipients:
        keys = {number_key(one.person), address_key(one.address), *tracks.track(one.person, one.address).keys} - {""}
        mine = {each.id: each for key in keys for each in by_key.get(key, ())}
        found[one.row] = list(mine.values())
    met = {each.id for mine in found.values() for each in mine}
    for one in recipients:
        named = [each for each in by_name.get(_plain(one.name), ()) if each.id not in met]
        apart = bool(one.person) and bool(named) and named[0].person != address_key(named[0].address)
        if not found[one.row] and len(named) == 1 and not apart:
            found[one.row] = named
            met.add(named[0].id)
    return found


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()


def _address(campaign: int, one: Recipient, before: Delivery, tracks: Tracks) -> list[Finding]:
    """What is to be looked at in the address that a mail goes to anew."""
    if address_key(one.address) == address_key(before.address):
        what = f"the mail of campaign {campaign} to {shown(one.address)} came back, and it is the same address"
        return [
            Finding("orange", "same-address", what, "ask the person for another, or look whether it works now", one.row)
        ]
    if number_key(one.person) == before.person or tracks.known(one.person, one.address):
        return []
    what = f"{shown(one.name)} had the address {shown(before.address)} in campaign {campaign}; only the name says who it is"
    cure = "look whether it is one person; what they were told there before: callboard campaign address"
    return [Finding("orange", "other-address", what, cure, one.row)]


def _reason(campaign: int, found: Sequence[Delivery]) -> str:
    if not found:
        return f"not in campaign {campaign}"
    state = found[0].state
    if state in OPEN:
        return f"campaign {campaign} is still to send it"
    if state in UNTOLD:
        return f"{state} in campaign {campaign}"
    return f"may have it: campaign {campaign}" if state == "unknown" else f"has it: campaign {campaign}"


def _left_out(campaign: int, others: Sequence[Delivery]) -> list[Finding]:
    people = [shown(each.name or each.address) for each in others if each.state in ("bounced", "refused")]
    if not people:
        return []
    more = f" and {len(people) - SHOWN_NAMES} more" if len(people) > SHOWN_NAMES else ""
    what = (
        f"{len(people)} whom campaign {campaign} did not reach are not in the table: {', '.join(people[:SHOWN_NAMES])}"
    )
    return [Finding("orange", "not-in-table", f"{what}{more}", "look whether they were forgotten")]
