"""One row of a table as a person: name, address, language, zone, and what the row says for the template.

Knows what each field looks like when it is sound, and the cure when it is not. Does not know other rows, nor who gets a letter.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from zoneinfo import available_timezones

from bot.mailing.addresses import read_address
from bot.mailing.cells import shown
from bot.mailing.columns import Columns, class_key, folded
from bot.mailing.table import Row
from bot.model.campaign import Finding

LONGEST_NAME = 200
LONGEST_NUMBER = 100
_NOTHING = re.compile(
    r"[\s.\-–—_/?*]*|#?n/?a|nan|none|null|nil|undefined|unbekannt|unknown|tb[acd]|tba/tbd|xxx+", re.IGNORECASE
)
"""What programs and people write where there is nothing."""
_NO_NAME = re.compile(
    r"(?:nan|none|null|n/a|undefined|unknown|unbekannt)(?: (?:nan|none|null|n/a|undefined|unknown|unbekannt))*", re.I
)
_TITLE = r"(?:mr|mrs|ms|miss|mx|sir|madam|dr|prof|professor(?:in)?|doktor|herrn?|frau)\b\.?"
_ONLY_TITLES = re.compile(rf"{_TITLE}(?:\s*{_TITLE})*", re.IGNORECASE)
_SUFFIX = re.compile(r",\s*(?:jr|sr|ii|iii|iv|ph\.?\s?d|dr|m\.?d|mba|m\.?sc|b\.?sc|m\.?a|b\.?a|esq)\b", re.IGNORECASE)


@dataclass(slots=True)
class Person:
    """What a row says; `means` is what its class means, "" where that is not known or there is no class column."""

    row: int
    name: str = ""
    address: str = ""
    person: str = ""
    language: str = ""
    zone: str = ""
    decision: str = ""
    means: str = ""
    values: dict[str, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class RowReader:
    """Reads rows of one table. `required` are the template's fields, true for those that a letter cannot do without."""

    columns: Columns
    required: Mapping[str, bool]
    decisions: Mapping[str, str]
    languages: Mapping[str, str]
    default_language: str

    def read(self, row: Row) -> Person:
        """The row, with every mistake of it."""
        person = Person(row.number, name=self._name(row), person=self._cell(row, "person"))
        person.findings += self._of_name(person)
        if "address" in self.columns.of:
            text = self._cell(row, "address")
            person.address, finding = read_address(text, row.number, self.columns.chosen["address"])
            person.findings += [finding] if finding else []
        person.findings += [*self._of_number(person), *self._class(row, person)]
        person.findings += [*self._language(row, person), *self._zone(row, person), *self._values(row, person)]
        return person

    def _cell(self, row: Row, name: str) -> str:
        index = self.columns.of.get(name)
        return "" if index is None else row.cells[index].strip()

    def _found(self, row: int, name: str, code: str, what: str, cure: str, *, red: bool = True) -> Finding:
        return Finding("red" if red else "orange", code, what, cure, row, self.columns.chosen.get(name, ""))

    def _name(self, row: Row) -> str:
        if "name" in self.columns.of:
            return self._cell(row, "name")
        return " ".join(filter(None, (self._cell(row, "first_name"), self._cell(row, "last_name"))))

    def _of_name(self, person: Person) -> Iterator[Finding]:
        name = person.name
        cure = "write the name as it is to stand in the letter"
        column = "name" if "name" in self.columns.of else "last_name"
        if not name:
            yield self._found(person.row, column, "no-name", "has no name", cure)
            return
        what = ""
        if "@" in name or "://" in name:
            what = "is an address, not a name"
        elif "\n" in name or "\r" in name or "\t" in name:
            what = "holds a line break or a tab"
        elif len(name) > LONGEST_NAME:
            what = f"is longer than {LONGEST_NAME} characters"
        elif not any(char.isalpha() for char in name):
            what = "holds no letter"
        elif _NO_NAME.fullmatch(name):
            what = "is what a program writes where there is no name"
        elif _ONLY_TITLES.fullmatch(name):
            what = "is a title without a name"
        elif "," in name and not _SUFFIX.search(name):
            what, cure = (
                "has a comma, as if the surname came first",
                "write first name and surname, or give them two columns",
            )
        if what:
            yield self._found(person.row, column, "odd-name", f"`{shown(name)}` {what}", cure)

    def _of_number(self, person: Person) -> Iterator[Finding]:
        if "person" not in self.columns.of:
            return
        if not person.person:
            what = "has no applicant's number; the address alone tells who it is"
            yield self._found(person.row, "person", "no-number", what, "fill it in", red=False)
        elif len(person.person) > LONGEST_NUMBER or "\n" in person.person or "\r" in person.person:
            what = f"`{shown(person.person)}` is no applicant's number"
            yield self._found(person.row, "person", "odd-number", what, "write the number and nothing else")

    def _class(self, row: Row, person: Person) -> Iterator[Finding]:
        if "decision" not in self.columns.of:
            return
        person.decision = self._cell(row, "decision")
        person.means = self.decisions.get(class_key(person.decision), "") if person.decision else ""
        if not person.decision:
            cure = "write what was decided, or `none` if nothing is to be told"
            yield self._found(row.number, "decision", "class-missing", "says nothing of what was decided", cure)
        elif not person.means:
            text = shown(person.decision)
            what = f"`{text}` is no decision that is known"
            cure = f'say what it means: --class "{text}=DECISION" (or none), or --column decision=- if it is no class'
            yield self._found(row.number, "decision", "class-unknown", what, cure)

    def _language(self, row: Row, person: Person) -> Iterator[Finding]:
        text = self._cell(row, "language")
        person.language = self.languages.get(folded(text), "") if text else self.default_language
        if not person.language:
            known = ", ".join(sorted({*self.languages.values()}))
            what = f"`{shown(text)}` is no language that letters are written in"
            yield self._found(row.number, "language", "unknown-language", what, f"write one of {known}")

    def _zone(self, row: Row, person: Person) -> Iterator[Finding]:
        text = self._cell(row, "zone")
        person.zone = zones().get(text.casefold(), "") if text else ""
        if text and not person.zone:
            place = text.casefold().replace(" ", "_")
            meant = sorted(zone for zone in {*zones().values()} if zone.casefold().rpartition("/")[2] == place)
            cure = f"write {meant[0]}" if len(meant) == 1 else "write it like Europe/Berlin (IANA), or empty the cell"
            what = f"`{shown(text)}` is no time zone"
            yield self._found(row.number, "zone", "unknown-zone", what, cure)

    def _values(self, row: Row, person: Person) -> Iterator[Finding]:
        for name in dict.fromkeys((*self.required, "rank")):
            if name not in self.columns.of:
                continue
            text = person.values[name] = self._cell(row, name)
            needed = self.required.get(name, False)
            if needed and not text:
                yield self._found(row.number, name, "missing", f"has no `{name}`, which the letter needs", "fill it in")
            elif text and _NOTHING.fullmatch(text):
                what = f"`{shown(text)}` reads as if there were nothing"
                yield self._found(
                    row.number, name, "missing", what, "write what is meant, or empty the cell", red=needed
                )


@lru_cache(maxsize=1)
def zones() -> dict[str, str]:
    """The IANA time zones, by their names without capitals."""
    return {zone.casefold(): zone for zone in available_timezones() if zone not in ("Factory", "localtime")}
