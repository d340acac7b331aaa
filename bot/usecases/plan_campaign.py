"""A campaign planned: from a coordinator's table to letters in the record, all of them written before anything can leave.

Knows the order: columns, recipients, values, what was told before, places, letters, oddness. Nothing is written while a red finding
stands. Does not know files, servers or words for the terminal.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import pairwise

from jinja2 import UndefinedError
from jinja2.exceptions import SecurityError

from bot.mailing.appointments import Appointments
from bot.mailing.audience import Audience, audience
from bot.mailing.columns import Columns, Heads, classes_kept, decisions_of, match_columns
from bot.mailing.oddity import placeholder
from bot.mailing.standing import Tracks
from bot.mailing.table import Table
from bot.mailing.template import MailTemplate, Rendered
from bot.mailing.unreached import Unreached, unreached
from bot.mailing.vetting import vet
from bot.mailing.writing import LetterWriter
from bot.model.campaign import Campaign, Finding, Kind, Plan
from bot.model.delivery import Letter, wording
from bot.model.knowledge import Call
from bot.usecases.campaign_draft import Draft, Wish
from bot.usecases.campaign_letters import letters_of
from bot.usecases.campaign_ports import Campaigns, NotAllowedError
from bot.usecases.plan_invitations import Interviews, PlanInvitations

CHUNK = 250
"""Letters that are written down at once."""
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class _Mails:
    """The mails of a draft while they are written: words and fields by row, the days they speak of, and what cannot be said."""

    dates: Appointments
    interviews: Interviews
    words: dict[int, Rendered] = field(default_factory=dict)
    fields: dict[int, dict[str, str]] = field(default_factory=dict)
    problems: dict[Finding, None] = field(default_factory=dict)

    @property
    def good_until(self) -> datetime | None:
        """When the first of the days and times in the mails has gone by."""
        return min(filter(None, (self.dates.good_until, self.interviews.good_until)), default=None)


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
    interviews: PlanInvitations

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
        told = self.book.told(wish.call.id)
        tracks = Tracks(told)
        again = self._unreached(wish, found, tracks)
        if again is not None:
            found = replace(found, recipients=again.recipients, aside=(*found.aside, *again.aside))
        dates = Appointments(template.fields, wish.call.zone, now)
        made = _Mails(dates, self.interviews.of(wish.call, wish.kind, tracks, now))
        self._fill(wish, template, found, progress, made)
        places, too_many = places_of(wish.call, wish.places)
        vetted = vet(
            wish.kind,
            found.recipients,
            told,
            places=places,
            overrides=wish.overrides,
            expected=wish.expected,
            classes=found.classes or again is not None,
            placed=found.placed,
            wordings={row: wording(mail.subject, mail.text) for row, mail in made.words.items()},
            revisions=self.book.revisions(wish.call.id),
            others=made.interviews.taken(),
        )
        if again is not None:
            least = again.revision
            vetted = replace(vetted, revision={row: max(one, least[row]) for row, one in vetted.revision.items()})
        findings = (
            *columns.findings,
            *classes_kept(self.heads, kept, _classes(wish.table, columns)),
            *found.findings,
            *(again.findings if again is not None else ()),
            *made.problems,
            *made.dates.same_slots(),
            *made.interviews.findings(),
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
            mails=made.words,
            fields=made.fields,
            invitations=made.interviews.invitations,
            persons={one.row: tracks.key(one) for one in found.recipients},
            aside=found.aside,
            findings=findings,
            vetted=vetted,
            known=max((one.number for one in told), default=0),
            good_until=made.good_until,
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
            for done, letter in enumerate(letters_of(draft, self.writer, self.interviews.organizer, now), start=1):
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

    def _unreached(self, wish: Wish, found: Audience, tracks: Tracks) -> Unreached | None:
        """Whom the campaign named did not reach; None if none is named."""
        number = wish.instead_of
        if number is None:
            return None
        before = self.book.campaign(number)
        if before is None or before.plan.call != wish.call.id or before.plan.kind != wish.kind:
            is_what = f"of {before.plan.call} tells {before.plan.kind}" if before else "is not there"
            wanted = f"a campaign of {wish.call.id} that tells {wish.kind}"
            raise NotAllowedError(f"--instead-of {number}: that campaign {is_what}; name {wanted}")
        return unreached(number, found.recipients, self.book.deliveries(number), tracks)

    def _fill(self, wish: Wish, template: MailTemplate, found: Audience, progress: Progress, made: "_Mails") -> None:
        """Write every recipient's mail; name what cannot be read or said, what is so for everybody only once."""
        problems, dates = made.problems, made.dates
        if "name" in wish.shared:
            problems[Finding("red", "field", "--set name gives everybody one name", "name people in the table")] = None
        given = {"sender": self.sender or wish.by, "contact": self.contact, **wish.shared}
        for done, one in enumerate(found.recipients, start=1):
            own = {name: text for name, text in one.values.items() if template.takes(name)}
            texts = {**given, **own, "name": one.name}
            values, unreadable = template.read(texts, wish.call, one.zone, one.language)
            made.fields[one.row] = {**template.given(texts, one.language), "zone": one.zone}
            wrong = [("field", each) for each in unreadable]
            wrong += [("past", each) for each in dates.add(one.row, one.name, values)]
            for code, each in wrong:
                row = one.row if each.field in own or each.field == "name" else 0
                problems[Finding("red", code, each.what, each.cure, row, each.field)] = None
            if not unreadable:
                try:
                    given_too = made.interviews.given(one.zone, one.language)
                    mail = made.words[one.row] = template.render(one.language, {**values, **given_too})
                    made.interviews.add(one, values)
                    if left := placeholder(f"{mail.subject}\n{mail.text}"):
                        what = f"`{left}` would stand in the mail: a placeholder that nobody filled in"
                        problems[Finding("red", "placeholder", what, "fill it in", one.row)] = None
                except (UndefinedError, SecurityError, ValueError) as error:
                    what = f"the template {wish.kind} cannot be filled in: {error}"
                    problems[Finding("red", "template", what, "mend the template or the field", one.row)] = None
            if done % CHUNK == 0 or done == len(found.recipients):
                progress(done, len(found.recipients))


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
