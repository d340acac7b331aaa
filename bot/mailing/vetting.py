"""Whether a plan may be: nobody is told what contradicts what they know, nobody twice, no more offers than places, no slipped rows.

Knows the laws of `model/campaign.py` and the record as it is handed in. Does not know tables' texts, templates or storage. Everything
that is wrong is named at once; what a person lets pass with a reason stays visible.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from bot.mailing.audience import Placed
from bot.mailing.cells import shown
from bot.mailing.namesakes import Namesakes, namesakes_in
from bot.mailing.overriding import Overrides, way
from bot.mailing.shifting import known_otherwise, shifted_rows
from bot.mailing.standing import Track, Tracks
from bot.model.campaign import (
    ANYTIME,
    DECISIONS,
    HOLDS_PLACE,
    Finding,
    Kind,
    Override,
    Recipient,
    Told,
    address_key,
    decision_of,
    may_follow,
    number_key,
)
from bot.model.delivery import OPEN

SHOWN_NAMES = 5
_BEFORE = "if they were told before Callboard, record it (callboard campaign record)"
_NO_RECORD = Finding(
    "orange",
    "no-record",
    "nothing is recorded of this call: what people were told before cannot be checked",
    "if they were told something, record it first (callboard campaign record); if a record should be there, look where store.url points",
)


@dataclass(frozen=True, slots=True)
class Vetted:
    """What was found; for each row the number of the entry of the record that it follows (0: none), and which revision it is."""

    findings: tuple[Finding, ...] = ()
    after: dict[int, int] = field(default_factory=dict)
    revision: dict[int, int] = field(default_factory=dict)


def vet(
    kind: Kind,
    recipients: Sequence[Recipient],
    told: Sequence[Told],
    *,
    places: int | None,
    overrides: Sequence[Override] = (),
    expected: int | None = None,
    classes: bool = False,
    placed: Sequence[Placed] = (),
    wordings: Mapping[int, str] | None = None,
    revisions: Mapping[tuple[str, str], int] | None = None,
    others: Mapping[int, Sequence[Finding]] | None = None,
) -> Vetted:
    """Hold a plan against the record.

    `placed` is everybody in the table (`Audience.placed`), `wordings` the digest of each row's words (None where no mail is written),
    `revisions` the highest revision of (key, kind) so far, `expected` how many letters the minutes speak of, `others`
    findings by row of which one may let pass, too.
    """
    tracks = Tracks(told)
    placed = placed or [Placed(one.row, one.person, one.address, one.name, kind) for one in recipients]
    waived = Overrides(overrides)
    slipped, namesakes = shifted_rows(placed), Namesakes(tracks)
    findings = [*_count(kind, recipients, expected, classes=classes)]
    findings += [*_places(recipients, tracks, places)] if kind == "offer" else []
    findings += [*_two_classes(placed), *namesakes_in(recipients)]
    after: dict[int, int] = {}
    for one in recipients:
        track = tracks.track(one.person, one.address)
        after[one.row] = track.last.number if track.last else 0
        found = [*_of_record(kind, one, track, (wordings or {}).get(one.row, ""))]
        found += [*namesakes.of(kind, one)]
        found += [*_shifted(one, slipped.get(one.row, ""), known_otherwise(one, tracks))]
        found += (others or {}).get(one.row, ())
        findings += waived.let_pass(one.address, found)
    findings += [*waived.findings(), *_absent(kind, placed, tracks)]
    if recipients and not told and wordings is not None:
        findings.append(_NO_RECORD)
    order = sorted(findings, key=lambda each: each.row)
    return Vetted(tuple(order), after, _revisions(kind, recipients, revisions or {}, tracks))


def _of_record(kind: Kind, one: Recipient, track: Track, wording: str) -> Iterator[Finding]:
    """What the record says against telling this person this."""
    standing, last = track.standing, track.last
    cure = _meant(one)
    if not may_follow(standing, kind):
        before = track.last_of(kind)
        if before:
            yield Finding(
                "red", "same-wave", f"{shown(one.name)} {_said(before)}", f"take the row out; {cure}", one.row
            )
        if last and last.what != kind:
            code = "withdrawn" if standing == "withdrawn" else "contradiction"
            what = f"{shown(one.name)} {_said(last)}; {kind} contradicts it"
            yield Finding("red", code, what, f"take the row out, or clear it up with the committee; {cure}", one.row)
        elif not before:
            what = f"{shown(one.name)} was told no decision so far, and {kind} may not be the first"
            yield Finding(
                "red", "contradiction", what, f"look whether this is the right table; {_BEFORE}; {cure}", one.row
            )
        return
    same = next((each for each in reversed(track.entries) if wording and each.digest == wording), None)
    if same and decision_of(kind) not in DECISIONS:
        what = f"{shown(one.name)} {_said(same)}, in the same words"
        yield Finding("red", "same-wave", what, f"take the row out; {cure}", one.row)
    if kind in ANYTIME and last and standing in ("withdrawn", "declined", "rejection"):
        code = "rejected" if standing == "rejection" else "withdrawn"
        yield Finding(
            "orange", code, f"{shown(one.name)} {_said(last)}", f"look whether a {kind} is meant for them", one.row
        )


def _meant(one: Recipient) -> str:
    return f"if it is meant, say {way(one.address)}"


def _said(entry: Told) -> str:
    """What was told or done when, for people."""
    day = entry.when.date().isoformat()
    where = f", campaign {entry.campaign}" if entry.campaign else ""
    if entry.reaction:
        return f"has {entry.what} ({day})"
    if entry.state in OPEN:
        return f"is about to be told {entry.what} (planned {day}{where})"
    return f"was told {entry.what} ({day}{where})"


def _shifted(one: Recipient, slipped: str, known: str) -> Iterator[Finding]:
    if what := "; ".join(filter(None, (slipped, known))):
        cure = "look whether a column has slipped against the others; a new address: callboard campaign address"
        yield Finding("red", "shifted", what, f"{cure}; {_meant(one)}", one.row)


def _count(kind: Kind, recipients: Sequence[Recipient], expected: int | None, *, classes: bool) -> Iterator[Finding]:
    count = len(recipients)
    if not count:
        yield Finding("red", "nobody", f"nobody of the table gets this {kind}", "look at the rows set aside and why")
    if expected is None and not classes and kind not in ANYTIME:
        what = f"the table has no class column: its {count} rows all get this {kind}, and nothing says whether so many are meant"
        yield Finding("red", "unexpected-count", what, "say --count N with the number that stands in the minutes")
    if expected is not None and expected != count:
        what = f"{count} letters would go, and {expected} were expected"
        yield Finding(
            "red", "unexpected-count", what, "find the difference; --count is the number that stands in the minutes"
        )


def _places(recipients: Sequence[Recipient], tracks: Tracks, places: int | None) -> Iterator[Finding]:
    """Offers are at most the places: those that stand or were accepted, and those of this plan, each person once."""
    if places is None:
        yield Finding("red", "places", "how many places the call has is not known", "say --places N")
        return
    met = {key for one in recipients for key in tracks.known(one.person, one.address)}
    holding = sum(track.standing in HOLDS_PLACE for key, track in tracks.people.items() if key not in met)
    if len(recipients) + holding > places:
        standing = f" beside {holding} that stand or were accepted" if holding else ""
        what = f"{len(recipients)} offers{standing} are more than the call's {places} places"
        yield Finding(
            "red", "places", what, "take out rows; a place becomes free when somebody declines (`campaign answer`)"
        )


def _two_classes(placed: Sequence[Placed]) -> Iterator[Finding]:
    """Everybody stands in exactly one class of a table."""
    groups: dict[tuple[str, str], list[Placed]] = defaultdict(list)
    for each in placed:
        for what, key in (("number", number_key(each.person)), ("address", address_key(each.address))):
            if key and each.means:
                groups[what, key].append(each)
    named: set[int] = set()
    for (what, _), group in groups.items():
        if len({each.means for each in group}) < 2:
            continue
        for each in group:
            if each.row not in named:
                named.add(each.row)
                other = next(one for one in group if one.means != each.means)
                said = f"{shown(each.name)} is {each.means} here and {other.means} in row {other.row} (same {what})"
                yield Finding("red", "two-classes", said, "keep the row that the committee decided on", each.row)


def _absent(kind: Kind, placed: Sequence[Placed], tracks: Tracks) -> Iterator[Finding]:
    """People of the call to whom this could be told next, and whom the table does not hold."""
    if kind in ANYTIME:
        return
    met = {key for each in placed for key in tracks.known(each.person, each.address)}
    people = [track.who for key, track in tracks.people.items() if key not in met and may_follow(track.standing, kind)]
    if people:
        listed = ", ".join(shown(who) for who in people[:SHOWN_NAMES])
        more = f" and {len(people) - SHOWN_NAMES} more" if len(people) > SHOWN_NAMES else ""
        what = f"{len(people)} of the call could be told {kind} next and are not in the table: {listed}{more}"
        yield Finding("orange", "not-in-table", what, "look whether they were forgotten")


def _revisions(
    kind: Kind, recipients: Sequence[Recipient], known: Mapping[tuple[str, str], int], tracks: Tracks
) -> dict[int, int]:
    """Which mail of a kind it is to each person, by all numbers and addresses that are theirs in the record."""
    highest: dict[str, int] = defaultdict(int)
    for (key, what), number in known.items():
        if what == kind:
            bare = number_key(key)
            highest[bare] = max(highest[bare], number)
    found: dict[int, int] = {}
    for one in recipients:
        own = (number_key(one.person), address_key(one.address), *tracks.track(one.person, one.address).keys)
        found[one.row] = 1 + max((highest.get(number_key(key), 0) for key in own if key), default=0)
    return found
