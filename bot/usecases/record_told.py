"""What people of a call were told before Callboard, or past it: recorded from a table, so that later plans are checked against it.

Nothing is sent. Whoever has no record yet may stand at any decision; for the others the same table of steps holds as for mails.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.mailing.audience import audience
from bot.mailing.columns import Heads, decisions_of, match_columns
from bot.mailing.table import Table
from bot.mailing.vetting import vet
from bot.model.campaign import Finding, Kind, Override, Recipient
from bot.model.knowledge import Call
from bot.usecases.campaign_ports import Campaigns
from bot.usecases.plan_campaign import places_of


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """People who were told a decision by other means; `findings` that are red block it."""

    call: str
    kind: Kind
    people: tuple[Recipient, ...]
    findings: tuple[Finding, ...]


def elsewhere(
    book: Campaigns,
    heads: Heads,
    call: Call,
    kind: Kind,
    table: Table,
    *,
    kept: Mapping[str, str],
    expected: int | None,
    places: int | None,
    overrides: Sequence[Override] = (),
) -> Elsewhere:
    """Check a table of people who were told a decision."""
    kept = {**book.columns(call.id), **kept}
    columns = match_columns(table.head, heads, {}, kept)
    if missing := [each for each in columns.findings if each.level == "red"]:
        return Elsewhere(call.id, kind, (), tuple(missing))
    found = audience(
        table,
        columns,
        kind,
        required={},
        decisions=decisions_of(heads, kept),
        languages=heads.languages,
        default_language="en",
    )
    stated, too_many = places_of(call, places)
    vetted = vet(
        kind,
        found.recipients,
        book.told(call.id),
        places=stated,
        overrides=overrides,
        expected=expected,
        classes=found.classes,
        placed=found.placed,
    )
    first = {row for row, after in vetted.after.items() if not after}
    checked = [each for each in vetted.findings if each.code != "contradiction" or each.row not in first]
    return Elsewhere(call.id, kind, found.recipients, (*columns.findings, *found.findings, *too_many, *checked))


def record(book: Campaigns, told: Elsewhere, by: str, now: datetime) -> None:
    """Write it down; nothing red may stand."""
    assert not any(each.level == "red" for each in told.findings)
    book.record(told.call, told.kind, told.people, by, now)
    book.note(by, "recorded as told elsewhere", 0, f"{told.call}: {len(told.people)} × {told.kind}", now)
