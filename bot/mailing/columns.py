"""Which column of a table holds what. Nothing is guessed: what could be two things is asked, once per call.

Knows heads as the vocabulary lists them and mappings kept from before. Does not know rows, nor where either is kept.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from bot.mailing.cells import shown
from bot.model.campaign import Finding

STANDARD = ("name", "first_name", "last_name", "address", "person", "language", "zone", "decision", "rank")
"""Fields that every kind of mail knows."""
CLASS_PREFIX = "decision:"
"""How a kept mapping names what a class column's value means: `decision:Zusage` -> `offer`."""
NO_COLUMN = "-"
"""What is kept for a field that a table does not have, whatever its heads look like: `--column decision=-`."""
NO_DECISION = "none"
"""What a class means whose rows get no decision."""


@dataclass(frozen=True, slots=True)
class Heads:
    """The vocabulary of tables, all of it folded: heads -> fields, values of a class column -> decision, languages -> code.

    `ask` are the fields whose columns may be a committee's own: none is put into a letter without a word on it.
    """

    fields: Mapping[str, tuple[str, ...]]
    decisions: Mapping[str, str]
    languages: Mapping[str, str]
    ask: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Columns:
    """Where a field stands: `of` by index, `chosen` by head. `findings` is red where a person must say."""

    of: dict[str, int] = field(default_factory=dict)
    chosen: dict[str, str] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()


def folded(text: str) -> str:
    """A head or a class as it is compared: capitals, spaces and punctuation aside."""
    return "".join(char for char in text.casefold() if char.isalnum())


def class_key(text: str) -> str:
    """The same for a class, where a question mark tells that nothing is decided: `offer?` is no offer."""
    return folded(text) + ("?" if "?" in text else "")


def decisions_of(vocabulary: Heads, kept: Mapping[str, str]) -> dict[str, str]:
    """What the values of a class column mean, folded; kept ones (`decision:VALUE`) win."""
    own = {
        class_key(key.removeprefix(CLASS_PREFIX)): told for key, told in kept.items() if key.startswith(CLASS_PREFIX)
    }
    return {**vocabulary.decisions, **{word: told for word, told in own.items() if told != NO_COLUMN}}


def classes_kept(vocabulary: Heads, kept: Mapping[str, str], used: Collection[str]) -> list[Finding]:
    """What classes of a table mean only because somebody said so, which whoever approves must see."""
    found: list[Finding] = []
    words = {class_key(word): word for word in used}
    for key, told in kept.items():
        word = class_key(key.removeprefix(CLASS_PREFIX))
        if not key.startswith(CLASS_PREFIX) or word not in words or told == NO_COLUMN:
            continue
        own = vocabulary.decisions.get(word, "")
        but = f", against its usual meaning ({own})" if own and own != told else ""
        what = f"`{shown(words[word])}` is read as {told}, as a coordinator said{but}"
        cure = f'if that is wrong: --class "{shown(words[word])}=-" forgets it'
        if own != told:
            found.append(Finding("orange", "class-said", what, cure))
    return found


def match_columns(
    head: tuple[str, ...], vocabulary: Heads, fields: Mapping[str, bool] | Collection[str], kept: Mapping[str, str]
) -> Columns:
    """Find the standard fields and those of a template; of the template's (a mapping), those that are true are needed."""
    needed = {name for name in fields if not isinstance(fields, Mapping) or fields[name]} - {"name", "address"}
    wanted = tuple(dict.fromkeys((*STANDARD, *fields)))
    of, findings = _kept(head, wanted, kept)
    free = [index for index in range(len(head)) if index not in of.values()]
    open_fields = [name for name in wanted if name not in of and kept.get(name) != NO_COLUMN]
    fits = {index: _fitting(head[index], vocabulary, open_fields) for index in free}
    fits = _surnames(fits, of)
    for index, names in fits.items():
        if len(names) > 1:
            findings.append(_unclear(head[index], names))
    for name in open_fields:
        found = [index for index, names in fits.items() if names == (name,)]
        if len(found) > 1:
            findings.append(_twice(name, [head[index] for index in found]))
        elif found and name in vocabulary.ask:
            findings.append(_own_notes(name, head[found[0]]))
        elif found:
            of[name] = found[0]
    asked = {name for names in fits.values() if len(names) > 1 for name in names}
    asked |= {names[0] for names in fits.values() if len(names) == 1} | {
        name for name in wanted if kept.get(name, NO_COLUMN) != NO_COLUMN
    }
    findings += _missing(needed, of, asked)
    findings += _unused(head, {*of.values(), *(index for index, names in fits.items() if names)})
    return Columns(of, {name: head[index] for name, index in of.items()}, tuple(findings))


def _kept(
    head: tuple[str, ...], wanted: tuple[str, ...], kept: Mapping[str, str]
) -> tuple[dict[str, int], list[Finding]]:
    of: dict[str, int] = {}
    findings: list[Finding] = []
    for name in wanted:
        if kept.get(name, NO_COLUMN) == NO_COLUMN:
            continue
        exact = [index for index, text in enumerate(head) if text == kept[name]]
        found = exact or [index for index, text in enumerate(head) if folded(text) == folded(kept[name])]
        if len(found) == 1:
            of[name] = found[0]
        elif found:
            what = f"`{shown(kept[name])}` heads {len(found)} columns, and `{name}` stands in one of them"
            findings.append(Finding("red", "column-twice", what, "give each its own head in the table"))
        else:
            what = f"the table has no column `{shown(kept[name])}`, in which `{name}` stood before"
            findings.append(Finding("red", "column-gone", what, _say(name, "HEAD")))
    return of, findings


def _say(name: str, head: str) -> str:
    return f'say --column {name}="{shown(head)}"'


def _fitting(text: str, vocabulary: Heads, open_fields: Collection[str]) -> tuple[str, ...]:
    bare = folded(text)
    known = vocabulary.fields.get(bare, ()) if bare else ()
    return tuple(name for name in open_fields if name in known or folded(name) == bare)


def _surnames(fits: dict[int, tuple[str, ...]], of: Mapping[str, int]) -> dict[int, tuple[str, ...]]:
    """`Name` is the whole name, except beside a first name and without a surname, as German tables have it: then who knows."""
    alone = {names for names in fits.values() if len(names) == 1}
    unsure = ("first_name" in of or ("first_name",) in alone) and not ("last_name" in of or ("last_name",) in alone)
    if unsure:
        return fits
    return {index: ("name",) if names == ("name", "last_name") else names for index, names in fits.items()}


def _unclear(head: str, names: tuple[str, ...]) -> Finding:
    what = f"could be {' or '.join(f'`{name}`' for name in names)}"
    cure = f"{_say(names[0], head)} or {' or '.join(_say(name, head).removeprefix('say ') for name in names[1:])}"
    return Finding("red", "column-unclear", what, cure, column=head)


def _own_notes(name: str, head: str) -> Finding:
    what = f"could be `{name}`, which would stand in the letter, or the committee's own"
    return Finding(
        "red", "column-unclear", what, f"{_say(name, head)}, or --column {name}=- to keep it out", column=head
    )


def _twice(name: str, heads: list[str]) -> Finding:
    listed = " and ".join(f"`{shown(head)}`" for head in heads)
    if len({*heads}) < len(heads):
        return Finding("red", "column-twice", f"{listed} are both `{name}`", "give each its own head in the table")
    return Finding("red", "column-twice", f"{listed} are both `{name}`", f"{_say(name, heads[0])} or another of them")


def _missing(needed: set[str], of: Mapping[str, int], asked: set[str]) -> list[Finding]:
    """What has no column; what is asked about already is not asked twice."""
    lacking = [name for name in ("address", *sorted(needed)) if name not in of and name not in asked]
    findings = [
        Finding(
            "red",
            "column-missing",
            f"no column holds `{name}`",
            _say(name, "HEAD") + ("" if name in STANDARD else f", or give it to everybody: --set {name}=..."),
        )
        for name in lacking
    ]
    named = "name" in of or {"first_name", "last_name"} <= {*of}
    if not named and not ({"name", "last_name"} & asked):
        cure = f"{_say('name', 'HEAD')}, or --column first_name=... and --column last_name=..."
        findings.append(Finding("red", "column-missing", "no column holds `name`", cure))
    return findings


def _unused(head: tuple[str, ...], used: set[int]) -> list[Finding]:
    left = [f"`{shown(text)}`" for index, text in enumerate(head) if index not in used]
    if not left:
        return []
    return [
        Finding(
            "orange", "column-unused", f"no letter uses {', '.join(left)}", 'if one is meant, say --column FIELD="HEAD"'
        )
    ]
