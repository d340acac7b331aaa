"""Two logs of one campaign: a later one must agree with an earlier one in everything that was written or finished then.

What was blanked since, when a retention ended, is no contradiction, and is counted. Does not know files.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bot.model.delivery import STEPS
from bot.usecases.campaign_log import Entry, entry_of, verify

FIXED = ("row", "person", "name", "address", "revision", "planned", "sha256")
"""What of a delivery never changes once it is planned."""
OF_SENDING = ("began", "finished", "tries", "reply")
"""What of a delivery stays while its state does."""
SETTLED = ("sent", "refused", "bounced", "cancelled", "unknown")
OF_CAMPAIGN = ("campaign", "call", "kind", "planned", "planned_by", "digest", "table", "overrides", "aside")
_EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"  # SHA-256 of a letter that was erased


@dataclass(frozen=True, slots=True)
class Comparison:
    """In what the later log contradicts the earlier one, in words; how many deliveries were blanked in between."""

    contradictions: tuple[str, ...]
    erased: int = 0

    @property
    def agree(self) -> bool:
        """Whether the later log contradicts nothing of the earlier one."""
        return not self.contradictions


def compare(first: Iterable[str], second: Iterable[str]) -> Comparison:
    """Whether `second`, made later, agrees with `first`; both must be whole."""
    logs: list[_Log] = []
    for which, lines in (("first", first), ("second", second)):
        log = _Log()
        verdict = verify(log.kept(lines))
        if not verdict.whole:
            return Comparison((f"the {which} log is not whole: line {verdict.line} {verdict.what}",))
        logs.append(log)
    old, new = logs
    erased = {token for token, entry in old.deliveries.items() if _blanked(entry, new.deliveries.get(token, {}))}
    wrong = [*_heads(old.head, new.head), *_actions(old.actions, new.actions)]
    wrong += [
        f"row {old.deliveries[token].get('row')}: its mail is missing"
        for token in old.deliveries.keys() - new.deliveries
    ]
    wrong += [
        f"row {new.deliveries[token].get('row')}: a mail was added" for token in new.deliveries.keys() - old.deliveries
    ]
    for token in old.deliveries.keys() & new.deliveries.keys():
        entry, later = old.deliveries[token], new.deliveries[token]
        wrong += [f"row {entry.get('row')}: {what}" for what in _differences(entry, later)]
    return Comparison(tuple(sorted(wrong)), len(erased))


class _Log:
    """What of a log is compared, taken while it is read; letters by their digest."""

    def __init__(self) -> None:
        self.head: Entry = {}
        self.actions: list[Entry] = []
        self.deliveries: dict[str, Entry] = {}

    def kept(self, lines: Iterable[str]) -> Iterator[str]:
        for line in lines:
            yield line
            entry = entry_of(line) or {}
            match entry.get("what"):
                case "campaign":
                    self.head = entry
                case "action":
                    self.actions.append(entry)
                case "delivery":
                    # by the bytes themselves: the digest beside them could have been left standing
                    digest = hashlib.sha256(str(entry.get("bytes")).encode()).hexdigest()
                    self.deliveries[str(entry.get("token"))] = {**entry, "bytes": "", "sha256": digest}


def _heads(old: Entry, new: Entry) -> Iterator[str]:
    for key in OF_CAMPAIGN:
        if old.get(key) != new.get(key):
            yield f"the campaign's {key} was {old.get(key)!r}, is {new.get(key)!r}"
    if str(old.get("made")) > str(new.get("made")):
        yield "the second log was made before the first: give them the other way round"


def _actions(old: list[Entry], new: list[Entry]) -> Iterator[str]:
    for place, action in enumerate(old):
        later = new[place] if place < len(new) else {}
        if any(later.get(key) != value for key, value in action.items() if key not in ("line", "chain")):
            yield f"action {action.get('number')} ({action.get('did')}) is not in the later log as it was"


def _blanked(entry: Entry, later: Entry) -> bool:
    return any(_erased(key, entry, later) for key in FIXED + OF_SENDING)


def _erased(key: str, entry: Entry, later: Entry) -> bool:
    """Whether a value that was there is blank now."""
    blank = _EMPTY if key == "sha256" else ""
    return key in ("name", "address", "sha256", "reply") and later.get(key) == blank != entry.get(key)


def _differences(entry: Entry, later: Entry) -> Iterator[str]:
    for key in FIXED:
        if entry.get(key) != later.get(key) and not _erased(key, entry, later):
            yield "its bytes are others" if key == "sha256" else f"{key} was {entry.get(key)!r}, is {later.get(key)!r}"
    before, after = str(entry.get("state")), str(later.get("state"))
    if before not in SETTLED:
        return
    if before != after:
        if not _reachable(before, after):
            yield f"was {before}, is {after}"
        return
    for key in OF_SENDING:
        # something of unknown outcome may have been sent again and be unknown once more
        if before != "unknown" and entry.get(key) != later.get(key) and not _erased(key, entry, later):
            yield f"{key} was {entry.get(key)!r}, is {later.get(key)!r}"


def _reachable(before: str, after: str) -> bool:
    """Whether a delivery can have come from one state to the other."""
    seen = {before}
    while new := {step for state, steps in STEPS.items() if state in seen for step in steps} - seen:
        seen |= new
    return after in seen
