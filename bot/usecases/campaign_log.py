"""The committee's log of a campaign: who did what when, each mail's exact bytes, the server's reply; chained, so that editing shows.

A log is lines of JSON (ASCII): a head, every action, every delivery, an end with counts. Each line's `chain` is the SHA-256 of the
chain before it and of the line's own canonical JSON. Whoever rewrites all lines from a place on can make a log that fits in itself:
against that stand the chain of the end (the seal), noted elsewhere, and `campaign_log_compare` with an earlier log.

Does not know files, nor where deliveries come from.
"""

import csv
import hashlib
import io
import json
from base64 import b64encode
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.mailing.table import plain_cell
from bot.model.campaign import Action, Campaign
from bot.model.delivery import Delivery

FORMAT = 1
Entry = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a log stands as it was written; else the first line that does not (from 1), and what is wrong there.

    `seal` is the chain of its end, `counts` what the end says. `remark` is what is odd although nothing was changed.
    """

    whole: bool
    line: int = 0
    what: str = ""
    seal: str = ""
    remark: str = ""
    counts: dict[str, Any] = field(default_factory=dict)


def export(
    campaign: Campaign, letters: Iterable[tuple[Delivery, bytes]], actions: Sequence[Action], by: str, now: datetime
) -> Iterator[str]:
    """The lines of the log, without line ends; the last one's `chain` is the seal."""
    chain = ""
    for number, entry in enumerate(_entries(campaign, letters, actions, by, now), 1):
        entry["line"] = number
        entry["chain"] = chain = _chain(chain, entry)
        yield _canonical(entry)


def _entries(
    campaign: Campaign, letters: Iterable[tuple[Delivery, bytes]], actions: Sequence[Action], by: str, now: datetime
) -> Iterator[Entry]:
    yield _head(campaign, actions, by, now)
    for action in actions:
        yield _action(action)
    states: Counter[str] = Counter()
    for delivery, letter in letters:
        states[delivery.state] += 1
        yield _delivery(campaign, delivery, letter)
    yield {
        "what": "end",
        "actions": len(actions),
        "deliveries": states.total(),
        "planned": campaign.total,
        "states": dict(states),
    }


def _head(campaign: Campaign, actions: Sequence[Action], by: str, now: datetime) -> Entry:
    return {
        "what": "campaign",
        "format": FORMAT,
        "made": _time(now),
        "made_by": by,
        "campaign": campaign.id,
        "call": campaign.plan.call,
        "kind": campaign.plan.kind,
        "state": campaign.state,
        "planned": _time(campaign.planned),
        "planned_by": campaign.plan.by,
        "digest": campaign.digest,
        "phrase": campaign.phrase,
        "table": campaign.plan.source,
        "overrides": [
            {"address": each.address, "code": each.code, "reason": each.reason} for each in campaign.plan.overrides
        ],
        "aside": [
            {"row": each.row, "name": each.name, "address": each.address, "reason": each.reason}
            for each in campaign.plan.aside
        ],
        "actions_chain": actions[-1].chain if actions else "",
    }


def _action(action: Action) -> Entry:
    return {
        "what": "action",
        "number": action.number,
        "at": _time(action.at),
        "by": action.by,
        "did": action.what,
        "campaign": action.campaign,
        "detail": action.detail,
        "action_chain": action.chain,
    }


def _delivery(campaign: Campaign, delivery: Delivery, letter: bytes) -> Entry:
    return {
        "what": "delivery",
        "row": delivery.row,
        "person": delivery.person,
        "name": delivery.name,
        "address": delivery.address,
        "token": delivery.token,
        "revision": delivery.revision,
        "planned": _time(campaign.planned),
        "began": _time(delivery.began),
        "finished": _time(delivery.finished),
        "tries": delivery.tries,
        "state": delivery.state,
        "reply": delivery.outcome,
        "sha256": hashlib.sha256(letter).hexdigest(),
        "bytes": b64encode(letter).decode("ascii"),
    }


def _time(when: datetime | None) -> str | None:
    return when.isoformat() if when else None


def _canonical(entry: Entry) -> str:
    """One spelling for a value: sorted keys, no spaces, ASCII (lone surrogates escaped, too)."""
    return json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def _chain(before: str, entry: Entry) -> str:
    own = _canonical({key: value for key, value in entry.items() if key != "chain"})
    return hashlib.sha256(f"{before}{own}".encode("ascii")).hexdigest()


def verify(lines: Iterable[str], seal: str = "") -> Verdict:
    """Whether no line was changed, removed, inserted, moved or cut off; with a seal noted elsewhere, whether it is that very log."""
    chain, number, end = "", 0, None
    counted: Counter[str] = Counter()
    for number, line in enumerate(lines, 1):
        if end is not None:
            return Verdict(whole=False, line=number, what="stands behind the end: inserted afterwards")
        entry = entry_of(line)
        wrong = _wrong(entry, line, number, chain)
        if entry is None or wrong:
            return Verdict(whole=False, line=number, what=wrong)
        chain = entry["chain"]
        counted[entry["what"]] += 1
        end = entry if entry["what"] == "end" else None
    if end is None:
        return Verdict(whole=False, line=number + 1, what="is missing: the log was cut off here")
    counts = {key: end.get(key) for key in ("actions", "deliveries", "planned", "states")}
    if (counted["action"], counted["delivery"]) != (end.get("actions"), end.get("deliveries")):
        return Verdict(whole=False, line=number, what="states other counts than the log has lines", counts=counts)
    if seal and seal != chain:
        return Verdict(whole=False, line=number, what="ends in another seal: this is another log", seal=chain)
    return Verdict(whole=True, seal=chain, counts=counts, remark=_remark(counts))


def entry_of(line: str) -> Entry | None:
    """A line as its values; None if it is no line of a log."""
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return entry if isinstance(entry, dict) else None


def _wrong(entry: Entry | None, line: str, number: int, before: str) -> str:
    """What is wrong with a line, "" if nothing is."""
    if entry is None:
        return "is no line of a log: changed or inserted"
    place = entry.get("line")
    if isinstance(place, int) and place > number:
        return f"was line {place}: what stood before it was removed or moved"
    if isinstance(place, int) and place < number:
        return f"was line {place}: moved, or lines were inserted before it"
    # the bytes of the line count, not its values: another spelling of the same JSON is an edit, too
    if line.rstrip("\r\n") != _canonical(entry) or entry.get("chain") != _chain(before, entry):
        return "was changed, or the line before it was"
    if (entry.get("what") == "campaign") != (number == 1):
        return "is out of place: a log has one head, its first line"
    return "" if entry.get("what") in ("campaign", "action", "delivery", "end") else "is of no known sort"


def _remark(counts: dict[str, Any]) -> str:
    if counts["deliveries"] == counts["planned"]:
        return ""
    return f"{counts['planned']} mails were planned, the record had {counts['deliveries']} when the log was made"


_COLUMNS = ("row", "name", "address", "state", "began", "finished", "reply")


def as_table(deliveries: Iterable[Delivery]) -> Iterator[str]:
    """The deliveries as CSV (RFC 4180) for a spreadsheet, a line at a time; no cell of it can be a formula."""
    yield _record(_COLUMNS)
    for each in deliveries:
        times = (_time(each.began) or "", _time(each.finished) or "")
        cells = (each.name, each.address, each.state, *times, each.outcome)
        yield _record((str(each.row), *map(plain_cell, cells)))


def _record(cells: Sequence[str]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()
