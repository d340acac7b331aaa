"""`campaign resolve | answer | address`: what only a person can know, recorded with who said so."""

import argparse

from bot.channels.email.mailbox import LOST
from bot.commands.asking import agreed
from bot.commands.campaign.opening import Steps, add_by, console, named, office, show_table, step, visible, who
from bot.commands.campaign.tables import call_of
from bot.commands.campaign.telling import people
from bot.model.campaign import REACTIONS, address_key
from bot.model.delivery import Delivery, Trace
from bot.usecases.campaign_ports import NotAllowedError
from bot.usecases.standings import next_waiting, on_the_way, places_taken, react, relocate, standings
from bot.wiring.campaigns import CampaignOffice
from bot.wiring.clock import clock


def add_to(steps: Steps) -> None:
    """Add the sub-commands."""
    resolve = step(
        steps, "resolve", "mails of unknown outcome: what the mailbox says of each, and your word on them", settle
    )
    resolve.add_argument(
        "--arrived",
        action="append",
        default=[],
        metavar="WHO",
        help="has arrived, though unknown or come back: an address, row:N, or `all` unknown ones",
    )
    resolve.add_argument("--again", action="append", default=[], metavar="WHO", help="is to be sent again")
    resolve.add_argument("--yes", action="store_true", help="do not ask before something is sent again")
    add_by(resolve)
    answer = step(steps, "answer", "record that somebody accepted, declined or withdrew", note, campaign=False)
    answer.add_argument("call", metavar="CALL", help="the call's id")
    answer.add_argument("person", metavar="WHO", help="number, address or name")
    answer.add_argument("answer", choices=REACTIONS)
    answer.add_argument("--reason", default="", metavar="WHY", help="where it does not follow from what they were told")
    add_by(answer)
    summary = "record that somebody is reached at another address from now on; sends nothing"
    address = step(steps, "address", summary, move, campaign=False)
    address.add_argument("call", metavar="CALL", help="the call's id")
    address.add_argument("person", metavar="WHO", help="number, address or name, as until now")
    address.add_argument("address", metavar="NEW-ADDRESS", help="the address from now on")
    add_by(address)


def settle(options: argparse.Namespace) -> int:
    """List what is unknown, or settle it."""
    with office(options) as opened:
        campaign = named(opened, options)
        book = opened.store.campaigns
        opened.recover(campaign)
        unknown = book.deliveries(campaign.id, ("unknown",))
        if not unknown and not options.arrived:
            console().print(f"Nothing of campaign {campaign.id} is unknown.")
            return 0
        if not options.arrived and not options.again:
            _tell(opened, unknown)
            return 0
        by = who(opened, options, "send")
        back = book.deliveries(campaign.id, ("bounced",))  # a bounce may be wrong; `all` means the unknown ones
        named_ones = [word for word in options.arrived if word != "all"]
        every = [word for word in options.arrived if word == "all"]
        arrived = [*_chosen(unknown, every), *_chosen([*unknown, *back], named_ones)]
        again = _chosen(unknown, options.again)
        if both := [one.address for one in arrived if one in again]:
            raise NotAllowedError(f"{both[0]}: arrived, or again?")
        if again:
            people(again, "These mails may arrive twice")
            if not agreed(options, f"Send {len(again)} mails again?"):
                console().print("Nothing was changed.")
                return 1
        settled = {"arrived": 0, "again": 0}
        for word, chosen in (("arrived", arrived), ("again", again)):
            for one in chosen:
                settled[word] += book.resolve(one.id, arrived=word == "arrived", by=by.name, now=clock())
        console().print(
            f"{settled['arrived']} noted as arrived, {settled['again']} to be sent again"
            + (f": callboard campaign send {campaign.id}" if settled["again"] else "")
        )
    return 0


def _chosen(unknown: list[Delivery], asked: list[str]) -> list[Delivery]:
    found: list[Delivery] = []
    for word in asked:
        mine = [
            one for one in unknown if word in ("all", f"row:{one.row}") or address_key(word) == address_key(one.address)
        ]
        if not mine:
            raise NotAllowedError(f"`{word}` is none of the {len(unknown)} that can be settled so")
        found += [one for one in mine if one not in found]
    return found


def _tell(opened: CampaignOffice, unknown: list[Delivery]) -> None:
    said: dict[int, str] = {}
    try:
        for one in unknown if not opened.leaves else ():
            said[one.id] = "it lies in the folder" if opened.lies_in_folder(one) else "it is not in the folder"
        for one, found in opened.traces(unknown) or ():
            said[one.id] = "\n".join(map(_trace, found)) or "nothing quotes it, no letter from there since"
    except LOST as error:
        console().print(
            f"The mailbox cannot be asked ({type(error).__name__}): callboard doctor tells more.", style="yellow"
        )
    rows = [
        (
            one.row,
            one.name,
            one.address,
            f"{one.began:%Y-%m-%d %H:%M}" if one.began else "",
            one.outcome,
            said.get(one.id, "not asked"),
        )
        for one in unknown
    ]
    show_table(("row", "name", "address", "began (UTC)", "outcome", "what the mailbox says"), rows)
    console().print("Ask the relay's log or the person; then: --arrived WHO, or --again WHO (the same mail once more).")


def _trace(trace: Trace) -> str:
    what = (
        "a server's report on it" if trace.report and trace.quotes else "quotes it" if trace.quotes else "wrote since"
    )
    return f"{what}: {trace.sender}, {trace.date}, {trace.subject}"


def note(options: argparse.Namespace) -> int:
    """Record an answer."""
    with office(options) as opened:
        by = who(opened, options, "prepare")
        call = call_of(opened, options.call)
        book = opened.store.campaigns
        person = react(book, call.id, options.person, options.answer, by=by.name, reason=options.reason, now=clock())
        known = standings(book.told(call.id))
        taken = places_taken(known)
        of = f" of {call.places}" if call.places is not None else ""
        console().print(
            visible(f"{person.last.name} <{person.address}>: {person.standing} -> {options.answer}"), markup=False
        )
        console().print(f"Places taken: {taken}{of}.")
        if call.places is not None and taken > call.places:
            console().print(
                "More places are promised than there are: no offer is sent until that is settled.", style="bold red"
            )
        waiting = next_waiting(known)
        if waiting is not None and (call.places is None or taken < call.places):
            console().print(
                visible(
                    f"Next on the waiting list, as the committee ordered it: {waiting.last.name} <{waiting.address}>"
                ),
                markup=False,
            )
    return 0


def move(options: argparse.Namespace) -> int:
    """Record another address."""
    with office(options) as opened:
        by, call, book = who(opened, options, "prepare"), call_of(opened, options.call), opened.store.campaigns
        person, new = relocate(book, call.id, options.person, options.address, by=by.name, now=clock())
        line = f"{person.last.name}: {person.address} -> {new}, for tables and mails of {call.id} from now on."
        console().print(visible(line), markup=False)
        if going := on_the_way(book, call.id, person, new):
            people(going, "Mails that still go to the old address")
            console().print("Cancel such a campaign and plan it again, if it is to reach them.", style="yellow")
        console().print("What did not reach them: callboard campaign plan --instead-of N")
    return 0
