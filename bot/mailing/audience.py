"""From a table to the people who get a letter: every row is a recipient, set aside with a reason, or named with what is wrong.

Knows rows, classes, and that one person has one row. Does not know what anybody was told before (`vetting.py`), nor templates.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace

from bot.mailing.cells import shown
from bot.mailing.columns import NO_DECISION, Columns
from bot.mailing.people import names_agree
from bot.mailing.row_reading import Person, RowReader
from bot.mailing.table import Table
from bot.model.campaign import (
    ANYTIME,
    DECISIONS,
    Aside,
    Finding,
    Kind,
    Recipient,
    address_key,
    decision_of,
    number_key,
)

EVERYBODY = "all"
"""Said instead of classes: a notice goes to every class of the table."""
SHOWN_ROWS = 5


@dataclass(frozen=True, slots=True)
class Placed:
    """Anybody in the table, whoever gets a letter: who, and the decision their class means ("" if it is not known)."""

    row: int
    person: str
    address: str
    name: str
    means: str


@dataclass(frozen=True, slots=True)
class Audience:
    """Who gets a letter, who does not and why, and what is wrong. Each row is a recipient, aside, or has a red finding of its own."""

    recipients: tuple[Recipient, ...]
    aside: tuple[Aside, ...]
    findings: tuple[Finding, ...]
    placed: tuple[Placed, ...]
    classes: bool

    @property
    def red_rows(self) -> frozenset[int]:
        """The rows that something is wrong with."""
        return frozenset(each.row for each in self.findings if each.level == "red") & {each.row for each in self.placed}


def audience(
    table: Table,
    columns: Columns,
    kind: Kind,
    *,
    required: Mapping[str, bool],
    decisions: Mapping[str, str],
    languages: Mapping[str, str],
    default_language: str,
    only: Collection[str] = (),
) -> Audience:
    """Read every row of a table whose columns are known.

    `required` are the template's fields (true: a letter cannot do without; leave out what is given for everybody), `decisions` what
    classes mean, `languages` how they are written, both folded. `only` are the classes that a notice goes to, or "all".
    """
    classes = "decision" in columns.of
    reader = RowReader(columns, required, decisions, languages, default_language)
    people = [reader.read(row) for row in table.rows]
    _give_cell_findings(table, columns, people)
    wanted, findings = _wanted(kind, only, classes=classes)
    if EVERYBODY in wanted:
        wanted = {*wanted, *DECISIONS}
    chosen = {each.row for each in people if not classes or each.means in wanted}
    _give_twins(people, chosen)
    for person in people:
        if person.means and person.row not in chosen:
            # what a letter would need is no matter for whoever gets none
            person.findings = [_milder(each, columns) for each in person.findings if each.code != "missing"]
    findings += [*_of_table(table, columns), *(each for person in people for each in person.findings)]
    red = {each.row for each in findings if each.level == "red"}
    return Audience(
        recipients=tuple(_recipient(each) for each in people if each.row in chosen - red),
        aside=tuple(_aside(each, kind) for each in people if each.row not in chosen and each.row not in red),
        findings=tuple(sorted(findings, key=lambda each: each.row)),
        placed=tuple(Placed(each.row, each.person, each.address, each.name, each.means) for each in people),
        classes=classes,
    )


def _wanted(kind: Kind, only: Collection[str], *, classes: bool) -> tuple[set[str], list[Finding]]:
    """Which classes a kind of mail goes to; a notice for any moment needs a word on it."""
    if (decision := decision_of(kind)) in DECISIONS:
        return {decision}, []
    if kind not in ANYTIME:
        return {kind, "interview"}, []
    if classes and not only:
        what = f"the table has classes, and nothing says which of them get this {kind}"
        cure = "say --only CLASS (for instance --only offer,waiting-list), or --only all"
        return {EVERYBODY}, [Finding("red", "class-unsaid", what, cure)]
    if only and not classes:
        what = "there is no column of decisions, by which some could be chosen"
        return set(), [Finding("red", "class-unsaid", what, 'say --column decision="HEAD", or leave out --only')]
    unknown = [shown(each) for each in only if each not in (*DECISIONS, NO_DECISION, EVERYBODY)]
    if unknown:
        cure = f"say --only with {', '.join(DECISIONS)} or {EVERYBODY}"
        return {*only}, [Finding("red", "class-unsaid", f"`{', '.join(unknown)}` is no decision", cure)]
    return {*only}, []


def _give_cell_findings(table: Table, columns: Columns, people: list[Person]) -> None:
    """Each row's findings from the reading of the table, where a field stands in the cell; the others are `_of_table`."""
    used = {*columns.chosen.values()}
    by_row = {person.row: person for person in people}
    for finding in table.findings:
        if finding.row in by_row and (not finding.column or finding.column in used):
            by_row[finding.row].findings.append(finding)


def _of_table(table: Table, columns: Columns) -> Iterator[Finding]:
    """What is odd about the table as a whole, and about cells that no letter uses: together, and never red."""
    used = {*columns.chosen.values()}
    rows = {row.number for row in table.rows}
    unused: dict[tuple[str, str], list[Finding]] = defaultdict(list)
    for finding in table.findings:
        if finding.column and finding.column not in used:
            unused[finding.code, finding.column].append(finding)
        elif finding.row not in rows:
            yield finding
    for (code, column), found in unused.items():
        more = f" and {len(found) - SHOWN_ROWS} more" if len(found) > SHOWN_ROWS else ""
        where = f"{', '.join(str(each.row) for each in found[:SHOWN_ROWS])}{more}"
        what = f"{found[0].what} (row {where}; no letter uses the column)"
        yield Finding("orange", code, what, found[0].cure, 0, column)


def _milder(finding: Finding, columns: Columns) -> Finding:
    """What is wrong with somebody who gets no letter is shown; but what makes the class itself doubtful blocks."""
    doubtful = not finding.column or finding.column == columns.chosen.get("decision")
    return finding if doubtful else replace(finding, level="orange")


def _give_twins(people: list[Person], chosen: set[int]) -> None:
    """Name rows that are one person's or share what only one person has; the same person in two classes is `vetting.py`'s matter."""
    keys: tuple[tuple[str, Callable[[Person], str]], ...] = (
        ("address", lambda each: address_key(each.address)),
        ("number", lambda each: number_key(each.person)),
    )
    for what, known in keys:
        groups: dict[tuple[str, bool, str], list[Person]] = defaultdict(list)
        for person in people:
            if key := known(person):
                groups[key, person.row in chosen, "" if person.row in chosen else person.means].append(person)
        for (_, mine, _), group in groups.items():
            if len(group) > 1:
                _name_twins(group, what, "red" if mine or not group[0].means else "orange")


def _name_twins(group: list[Person], what: str, level: str) -> None:
    if what == "address":
        numbers = {number_key(each.person) for each in group if each.person}
        two = len(numbers) > 1 or not all(names_agree(group[0].name, each.name) for each in group)
        code, said = (
            ("shared-address", "is the address of two people") if two else ("twice", "is the same person: same address")
        )
        cure = "find out whose it is" if two else "keep one of the rows"
    elif len({address_key(each.address) for each in group}) > 1:
        code, said, cure = "two-addresses", "is one applicant's number with two addresses", "find out which is right"
    else:
        return  # the same address, too: named by it
    for index, person in enumerate(group):
        other = group[index - 1 if index else 1]
        finding = Finding("red", code, f"{said} (also row {other.row})", cure, person.row)
        person.findings.append(replace(finding, level="red" if level == "red" else "orange"))


def _recipient(person: Person) -> Recipient:
    return Recipient(
        row=person.row,
        address=person.address,
        name=person.name,
        person=person.person,
        language=person.language,
        zone=person.zone,
        decision=person.decision,
        values=person.values,
    )


def _aside(person: Person, kind: Kind) -> Aside:
    said = f"`{shown(person.decision)}`"
    reason = f"{said}: gets no decision" if person.means == NO_DECISION else f"{said} ({person.means}), not {kind}"
    return Aside(person.row, person.name, person.address, reason)
