"""A campaign planned: from a coordinator's table to letters in the record, all of them written before anything can leave.

Knows the order: columns, recipients, values, what was told before, places, letters, oddness. Nothing is written while a red finding
stands. Does not know files, servers or words for the terminal.
"""

import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise

from jinja2 import UndefinedError
from jinja2.exceptions import SecurityError

from bot.mailing.appointments import Appointments
from bot.mailing.audience import Audience, audience
from bot.mailing.columns import Columns, Heads, classes_kept, decisions_of, match_columns
from bot.mailing.oddity import Rated, placeholder, rate
from bot.mailing.table import Table
from bot.mailing.template import MailTemplate, Rendered
from bot.mailing.vetting import Vetted, vet
from bot.mailing.writing import LetterWriter, Mailbox
from bot.model.campaign import Aside, Campaign, Finding, Kind, Override, Plan, Recipient
from bot.model.delivery import Letter, wording
from bot.model.knowledge import Call
from bot.usecases.campaign_ports import Campaigns

CHUNK = 250
"""Letters that are written down at once."""
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Wish:
    """What a coordinator (`by`, at `address`) wants planned.

    `shared` are fields given for everybody; `kept` what heads and classes mean where that is not plain (`mailing/columns.py`), from now
    on for this call; `only` the classes that a notice goes to; `places` the number of places if the call states none, `expected` how
    many mails there should be.
    """

    call: Call
    kind: Kind
    table: Table
    by: str
    address: str = ""
    shared: Mapping[str, str] = field(default_factory=dict)
    kept: Mapping[str, str] = field(default_factory=dict)
    only: Sequence[str] = ()
    places: int | None = None
    expected: int | None = None
    overrides: Sequence[Override] = ()
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Draft:
    """A plan that is checked and not yet written down: the recipients with their mails' words, and what was found."""

    wish: Wish
    places: int | None
    columns: Mapping[str, str]
    findings: tuple[Finding, ...]
    recipients: tuple[Recipient, ...] = ()
    mails: Mapping[int, Rendered] = field(default_factory=dict)
    aside: tuple[Aside, ...] = ()
    vetted: Vetted = field(default_factory=Vetted)
    known: int = 0
    good_until: datetime | None = None

    @property
    def blocked(self) -> bool:
        """Whether something must be mended first."""
        return any(finding.level == "red" for finding in self.findings)


@dataclass(frozen=True, slots=True)
class PlanCampaign:
    """Plans campaigns."""

    book: Campaigns
    templates: Mapping[Kind, MailTemplate]
    heads: Heads
    writer: LetterWriter
    sender: str
    contact: str
    knowledge: str

    def draft(self, wish: Wish, progress: Progress = lambda done, total: None, *, now: datetime) -> Draft:
        """Check everything that can be checked; all findings at once."""
        template = self.templates[wish.kind]
        kept = {**self.book.columns(wish.call.id), **wish.kept}
        given = {name.partition(".")[0] for name in wish.shared}  # `where.de` is the field `where` of German letters
        own = {name: needed for name, needed in template.needs(wish.call).items() if name not in given}
        columns = match_columns(wish.table.head, self.heads, own, kept)
        if missing := [each for each in columns.findings if each.level == "red"]:
            return Draft(
                wish, wish.places, columns.chosen, findings=tuple(missing)
            )  # rows mean nothing without their columns
        found = audience(
            wish.table,
            columns,
            wish.kind,
            required=own,
            decisions=decisions_of(self.heads, kept),
            languages=self.heads.languages,
            default_language=wish.language,
            only=wish.only,
        )
        dates = Appointments(template.fields, wish.call.zone, now)
        mails, unreadable = self._mails(wish, template, found, progress, dates)
        told = self.book.told(wish.call.id)
        places, too_many = places_of(wish.call, wish.places)
        vetted = vet(
            wish.kind,
            found.recipients,
            told,
            places=places,
            overrides=wish.overrides,
            expected=wish.expected,
            classes=found.classes,
            placed=found.placed,
            wordings={row: wording(mail.subject, mail.text) for row, mail in mails.items()},
            revisions=self.book.revisions(wish.call.id),
        )
        findings = (
            *columns.findings,
            *classes_kept(self.heads, kept, _classes(wish.table, columns)),
            *found.findings,
            *unreadable,
            *dates.same_slots(),
            *vetted.findings,
            *too_many,
            *_order(wish.kind, found),
            *_nobody(found),
        )
        return Draft(
            wish=wish,
            places=places,
            columns=columns.chosen,
            recipients=found.recipients,
            mails=mails,
            aside=found.aside,
            findings=findings,
            vetted=vetted,
            known=max((one.number for one in told), default=0),
            good_until=dates.good_until,
        )

    def write(self, draft: Draft, now: datetime, progress: Progress = lambda done, total: None) -> Campaign:
        """Write a draft down; raises PlanConflictError if somebody was told something meanwhile, and leaves nothing then."""
        assert not draft.blocked, "a plan with red findings is not written"
        wish = draft.wish
        self.book.keep_columns(wish.call.id, dict(wish.kept))
        plan = Plan(
            call=wish.call.id,
            kind=wish.kind,
            by=wish.by,
            address=wish.address,
            template=self.templates[wish.kind].source,
            source=f"{wish.table.name} ({wish.table.digest[:16]})",
            shared=dict(wish.shared),
            knowledge=self.knowledge,
            places=draft.places,
            aside=draft.aside,
            overrides=tuple(wish.overrides),
            findings=draft.findings,
            columns=dict(draft.columns),
            good_until=draft.good_until,
        )
        number = self.book.open(plan, now)
        try:
            chunk: list[Letter] = []
            for done, letter in enumerate(self._letters(draft, now), start=1):
                chunk.append(letter)
                if len(chunk) == CHUNK:
                    self.book.add(number, chunk)
                    chunk = []
                    progress(done, len(draft.recipients))
            if chunk:
                self.book.add(number, chunk)
            progress(len(draft.recipients), len(draft.recipients))
            return self.book.complete(number, draft.known, wish.by, now)
        except BaseException:
            self.book.discard(number)
            raise

    def _mails(
        self, wish: Wish, template: MailTemplate, found: Audience, progress: Progress, dates: Appointments
    ) -> tuple[dict[int, Rendered], tuple[Finding, ...]]:
        """Every recipient's mail in words, by row; and what cannot be read or said, what is so for everybody only once."""
        mails: dict[int, Rendered] = {}
        problems: dict[Finding, None] = {}
        if "name" in wish.shared:
            problems[Finding("red", "field", "--set name gives everybody one name", "name people in the table")] = None
        given = {"sender": self.sender or wish.by, "contact": self.contact, **wish.shared}
        for done, one in enumerate(found.recipients, start=1):
            own = {name: text for name, text in one.values.items() if template.takes(name)}
            values, unreadable = template.read({**given, **own, "name": one.name}, wish.call, one.zone, one.language)
            wrong = [("field", each) for each in unreadable]
            wrong += [("past", each) for each in dates.add(one.row, one.name, values)]
            for code, each in wrong:
                row = one.row if each.field in own or each.field == "name" else 0
                problems[Finding("red", code, each.what, each.cure, row, each.field)] = None
            if not unreadable:
                try:
                    mail = mails[one.row] = template.render(one.language, values)
                    if left := placeholder(f"{mail.subject}\n{mail.text}"):
                        what = f"`{left}` would stand in the mail: a placeholder that nobody filled in"
                        problems[Finding("red", "placeholder", what, "fill it in", one.row)] = None
                except (UndefinedError, SecurityError, ValueError) as error:
                    what = f"the template {wish.kind} cannot be filled in: {error}"
                    problems[Finding("red", "template", what, "mend the template or the field", one.row)] = None
            if done % CHUNK == 0 or done == len(found.recipients):
                progress(done, len(found.recipients))
        return mails, tuple(problems)

    def _letters(self, draft: Draft, now: datetime) -> Iterator[Letter]:
        rated = rate(
            [
                Rated(
                    one.row,
                    one.name,
                    one.address,
                    draft.mails[one.row].subject,
                    draft.mails[one.row].text,
                    one.language,
                    one.zone,
                )
                for one in draft.recipients
            ]
        )
        for one in draft.recipients:
            mail, token = draft.mails[one.row], secrets.token_hex(16)
            oddness, oddities = rated.get(one.row, (0.0, ()))
            to = Mailbox(one.address, one.name)
            yield Letter(
                row=one.row,
                person=one.key,
                address=one.address,
                name=one.name,
                language=one.language,
                token=token,
                revision=draft.vetted.revision[one.row],
                subject=mail.subject,
                text=mail.text,
                body=self.writer.write(to, mail, token=token, date=now, language=one.language),
                after=draft.vetted.after[one.row],
                oddness=oddness,
                oddities=oddities,
            )


def _classes(table: Table, columns: Columns) -> set[str]:
    """What stands in the column of classes."""
    place = columns.of.get("decision")
    return {row.cells[place].strip() for row in table.rows} if place is not None else set()


def places_of(call: Call, given: int | None) -> tuple[int | None, list[Finding]]:
    """The places to offer, and what is wrong with a number that was given: it may be lower than the call's, never higher."""
    stated = call.places
    if given is None or stated is None or given <= stated:
        return (given if given is not None else stated), []
    what = f"--places {given}: {call.id} states {stated} places"
    return stated, [Finding("red", "places", what, "leave it out; where the call has changed, mend its file")]


def _order(kind: Kind, found: Audience) -> list[Finding]:
    """A waiting list is told in the order of its rows: a column of ranks must not say otherwise."""
    ranks = [(one.row, one.values.get("rank", "")) for one in found.recipients]
    numbers = [(row, int(rank)) for row, rank in ranks if rank.isdecimal()]
    slips = [row for (_, before), (row, rank) in pairwise(numbers) if rank <= before]
    if kind != "waiting-list" or not slips:
        return []
    what = "the rows are not in the order of the ranks, and the waiting list goes by rows"
    return [Finding("red", "order", what, "sort the table by rank", slips[0])]


def _nobody(found: Audience) -> list[Finding]:
    if found.recipients:
        return []
    return [Finding("red", "nobody", "nobody in this table gets this mail", "see the rows set aside, and --class")]
