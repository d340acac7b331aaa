"""`callboard slots withdraw`: slots offered to nobody any more; a table of those who hold one, for the mail that tells them."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from bot.commands.asking import agreed
from bot.commands.campaign.opening import Steps, add_by, console, office, show_table, step, visible, who
from bot.commands.campaign.tables import call_of
from bot.commands.slots.calls import panel_of, time_of, typed_time
from bot.commands.slots.offering import office_of_slots
from bot.files.slot_files import table_bytes, unused, write_private
from bot.model.campaign import address_key
from bot.model.knowledge import Call
from bot.usecases.offer_slots import Held
from bot.wiring.clock import clock


def add_to(steps: Steps) -> None:
    """Add the sub-command."""
    take = step(steps, "withdraw", "offer slots to nobody any more, and list who holds one", withdraw, campaign=False)
    take.add_argument("call", metavar="CALL", help="the call's id")
    take.add_argument("slots", type=int, nargs="+", metavar="NUMBER", help="the slot's number, as the week shows it")
    take.add_argument("--yes", action="store_true", help="do not ask")
    add_by(take)


def withdraw(options: argparse.Namespace) -> int:
    """Show who holds them, ask, withdraw, write the table."""
    with office(options) as opened:
        call, by = call_of(opened, options.call), who(opened, options, "prepare")
        work = office_of_slots(opened)
        _show(work.check(call.id, options.slots), call)
        if not agreed(options, f"Withdraw {len({*options.slots})} of {call.id}?"):
            return 1
        held = work.withdraw(call.id, options.slots, by.name, clock())
        console().print(f"Withdrawn: {', '.join(str(one) for one in sorted({*options.slots}))}.")
        told = [each for each in held if each.appointment is not None]
        for each in held:
            if each.appointment is None:
                line = f"No address is known of {each.slot.name or each.slot.holder} (slot {each.slot.id}): tell them yourself."
                console().print(visible(line), style="bold red", markup=False)
        if told:
            file = unused(Path(f"slots-withdrawn-{call.id}.csv"))
            write_private(file, table_bytes(*_table(told, call)))
            people = f"{len(told)} {'people hold' if len(told) != 1 else 'person holds'} one of them still"
            console().print(f"{people}, and nobody was told. They stand in {file}; to tell them:", markup=False)
            command = (
                f"callboard campaign plan {file} --call {call.id} --kind interview-cancellation --count {len(told)}"
            )
            console().print(f'  {command} --set next="..."', markup=False, soft_wrap=True)
    return 0


def _show(held: Sequence[Held], call: Call) -> None:
    if not held:
        console().print("Nobody holds one of them.")
        return
    rows = [
        (
            each.slot.id,
            time_of(each.slot.meeting, call),
            each.slot.name or each.slot.holder,
            each.appointment.address if each.appointment is not None else "not known",
            panel_of(each.slot.meeting),
        )
        for each in held
    ]
    show_table(("number", "time", "held by", "email", "interviewers"), rows, "Must be told")


def _table(told: Sequence[Held], call: Call) -> tuple[list[str], list[list[str]]]:
    """Whom to tell, as a campaign's table; heads are such as columns.yaml lists under one field only."""
    rows = []
    for each in told:
        one = each.appointment
        assert one is not None
        person = one.person if one.person != address_key(one.address) and "@" not in one.person else ""
        when = typed_time(one.invitation.meeting.starts, call)
        rows.append([str(each.slot.id), person, one.name, one.address, when])
    return ["slot number", "application number", "name", "email", "interview"], rows
