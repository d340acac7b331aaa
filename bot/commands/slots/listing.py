"""`callboard slots [CALL]`: the weeks of interviews, how many slots are free, who was invited and has not chosen."""

import argparse
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from rich.table import Table
from rich.text import Text

from bot.answering.wording import name_of
from bot.commands.campaign.opening import console, office, visible
from bot.commands.slots.calls import call_with_slots
from bot.commands.slots.week import Item, State, Week, items, usual_minutes, weeks
from bot.model.campaign import Told
from bot.model.knowledge import Call
from bot.usecases.offer_slots import not_booked
from bot.wiring.clock import clock

STYLES: dict[State, str] = {
    "free": "green",
    "booked": "bold",
    "withdrawn": "dim",
    "told": "bold red",
    "named": "bold",
    "past": "dim",
}
COUNTED: dict[State, str] = {
    "free": "free",
    "booked": "booked",
    "withdrawn": "withdrawn",
    "told": "withdrawn but still held (tell them)",
    "named": "set by a campaign, without a slot",
    "past": "gone by, not booked",
}
NAMED = 20
"""People who are named below the numbers."""


def show(options: argparse.Namespace) -> int:
    """Show the weeks."""
    with office(options) as opened:
        call = call_with_slots(opened, options.slot_call)
        book = opened.store.slots
        slots, appointments = book.slots(call.id), book.appointments(call.id)
        found = items(slots, appointments, clock())
        if not found:
            console().print(f"{call.id} has no slots so far: callboard slots add --help", markup=False)
            return 0
        _say(f"Interviews: {name_of(call, 'en')}")
        _say(_numbers(found))
        _missing(not_booked(opened.store.campaigns.told(call.id), appointments))
        for week in weeks(found, ZoneInfo(call.zone)):
            console().print(table_of(week))
        _below(found, call, usual_minutes(slots))
    return 0


def _say(line: str, style: str = "") -> None:
    console().print(visible(line), style=style or None, markup=False)


def _numbers(found: Sequence[Item]) -> str:
    counts = {state: sum(item.state == state for item in found) for state in COUNTED}
    kept = [f"{count} {COUNTED[state]}" for state, count in counts.items() if count or state in ("free", "booked")]
    return ", ".join(kept)


def _missing(invited: Sequence[Told]) -> None:
    """Who was invited to choose and has not."""
    if not invited:
        return
    names = [f"{one.name or one.person} <{one.address}> (since {one.when:%Y-%m-%d})" for one in invited[:NAMED]]
    more = f" and {len(invited) - NAMED} more" if len(invited) > NAMED else ""
    _say(
        f"{len(invited)} invited to choose a time {'have' if len(invited) > 1 else 'has'} not: {'; '.join(names)}{more}",
        "yellow",
    )


def table_of(week: Week) -> Table:
    """A week as a table; cells are data, never markup."""
    first, last = week.days[0], week.days[-1]
    title = f"Week {first.isocalendar().week}: {first:%Y-%m-%d} to {last:%Y-%m-%d}"
    table = Table(title=title, title_justify="left", header_style="bold", show_lines=True)
    table.add_column("", no_wrap=True)
    for day in week.days:
        table.add_column(f"{day:%a %d %b}", overflow="fold", ratio=1)
    for time, cells in week.rows:
        table.add_row(time, *[_cell(cell) for cell in cells])
    table.expand = True
    return table


def _cell(cell: Sequence[Item]) -> Text:
    text = Text()
    for number, item in enumerate(cell):
        text.append("\n\n" if number else "")
        head, *more = [visible(line) for line in item.lines]
        text.append(head, style=STYLES[item.state])
        for line in more:
            text.append(f"\n{line}", style="dim")
    return text


def _below(found: Sequence[Item], call: Call, usual: int | None) -> None:
    zone = ZoneInfo(call.zone)
    shifts = {f"UTC{item.meeting.starts.astimezone(zone).isoformat()[-6:]}" for item in found}
    long = f" Each takes {usual} minutes where the cell does not say otherwise." if usual else ""
    _say(f"All times on the clock of {call.zone} ({' and '.join(sorted(shifts))}).{long}")
    if any(item.state == "told" for item in found):
        _say(f"To list whom to tell: callboard slots withdraw {call.id} NUMBER...", "bold red")
