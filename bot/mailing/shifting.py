"""Rows whose cells are not one person's: a column that slipped against the others.

Knows names and addresses that fit one another, in the table and in the record. It says what looks so; a person decides.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from bot.mailing.audience import Placed
from bot.mailing.cells import shown
from bot.mailing.people import affinity, local_parts, names_agree, parts
from bot.mailing.standing import Tracks
from bot.model.campaign import Recipient, address_key, number_key

NEAR = 2
"""Rows above and below that a cell may have slipped from."""
LETTERS_NEAR, LETTERS_FAR = 4, 8
"""How many more letters of an address must speak for another row's name than for its own."""
COMMON = 20
"""A part of a name that stands in more rows says nothing."""


def shifted_rows(placed: Sequence[Placed]) -> dict[int, str]:
    """Rows whose address speaks clearly better for another row's name, which has no better one, than for their own; and how."""
    people = sorted((each for each in placed if each.name), key=lambda each: each.row)
    own = [affinity(each.address, each.name) for each in people]
    named: dict[str, list[int]] = defaultdict(list)
    for index, each in enumerate(people):
        for part in {*parts(each.name)}:
            named[part].append(index)
    found: dict[int, str] = {}
    for index, each in enumerate(people):
        if not each.address or own[index] >= len("".join(local_parts(each.address))):
            continue
        for other, letters in _others(index, each, named, len(people)):
            fits = affinity(each.address, people[other].name)
            if fits >= own[index] + letters and fits > own[other]:
                theirs = people[other]
                what = (
                    f"`{shown(each.address)}` fits `{shown(theirs.name)}` of row {theirs.row}, not `{shown(each.name)}`"
                )
                found[each.row] = what
                break
    return found


def _others(index: int, each: Placed, named: dict[str, list[int]], count: int) -> Iterator[tuple[int, int]]:
    """Rows whose names the address could speak for, the nearest first, with how many letters must."""
    for step in range(1, NEAR + 1):
        for other in (index + step, index - step):
            if 0 <= other < count:
                yield other, LETTERS_NEAR
    for part in local_parts(each.address):
        if 0 < len(named.get(part, ())) <= COMMON:
            yield from ((other, LETTERS_FAR) for other in named[part] if other != index)


def known_otherwise(recipient: Recipient, tracks: Tracks) -> str:
    """In what the record knows a person otherwise than the row says, "" if in nothing."""
    number, address = number_key(recipient.person), address_key(recipient.address)
    before = tracks.of_number(number) if number else None
    if before and before.address and address_key(before.address) != address:
        return f"applicant {shown(recipient.person)} had the address {shown(before.address)} until now"
    if before and not names_agree(before.name, recipient.name):
        return (
            f"applicant {shown(recipient.person)} was `{shown(before.name)}` until now, not `{shown(recipient.name)}`"
        )
    before = tracks.of_address(address)
    if before is None:
        return ""
    theirs = number_key(before.person)
    if number and theirs not in ("", address, number) and "@" not in theirs:  # that is an address of before, no number
        return f"the address was that of applicant {shown(before.person)} until now"
    if not names_agree(before.name, recipient.name):
        return f"the address was that of `{shown(before.name)}` until now, not of `{shown(recipient.name)}`"
    return ""
