"""`callboard returns ...`: what came back for mails that told people their result, what waits for a person, and a person's word on it."""

import argparse
import re
import sys
from collections.abc import Callable
from datetime import timedelta

from bot.commands.campaign.opening import add_by, console, office, show_table, visible, who
from bot.commands.campaign.tables import call_of
from bot.model.delivery import Delivery
from bot.model.returned import Return
from bot.usecases.campaign_ports import NotAllowedError
from bot.usecases.morning import Books, morning
from bot.usecases.morning_words import Block, MorningWords
from bot.wiring.campaigns import CampaignOffice
from bot.wiring.clock import clock

EVER = 3660
"""Days that are more than any record is kept."""
USAGE = """
callboard returns [CALL]                       what waits for a person: who was not reached, has not answered, not booked
callboard returns list [CALL] [--days N]       all that came back, newest last
callboard returns match R MAIL [--by NAME]     return R belongs to this mail, written CAMPAIGN:ROW as in 3:17, or its number
callboard returns done R... | all [--by NAME]  somebody has seen to these returns

Exit code: 0 nothing waits, or it is done; 1 something waits for a person, or a mistake.
"""
_PLACE = re.compile(r"(\d{1,9}):(\d{1,9})", re.ASCII)


def add_to(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = USAGE
    parser.add_argument("words", nargs="*", metavar="STEP", help="nothing, a call's id, or one of the steps below")
    parser.add_argument("--days", type=int, default=30, metavar="N", help="list: so many days back (default: 30)")
    add_by(parser)


def run(options: argparse.Namespace) -> int:
    """Do one step."""
    first, rest = (options.words or [""])[0], options.words[1:]
    steps: dict[str, Callable[[CampaignOffice, argparse.Namespace, list[str]], int]] = {
        "list": _list,
        "match": _match,
        "done": _done,
    }
    try:
        with office(options) as opened:
            return steps[first](opened, options, rest) if first in steps else _waiting(opened, options.words)
    except NotAllowedError as error:
        print(f"callboard returns: {error}", file=sys.stderr)
        return 1


def _waiting(opened: CampaignOffice, words: list[str]) -> int:
    """Tell what waits for a person; 1 if something does."""
    call = _call(opened, words)
    store = opened.store
    now = clock()
    store.returns.settle(now)
    books = Books(store.campaigns, store.returns, store.slots, store.own_mails)
    made = morning(books, opened.knowledge, now, call)
    said = MorningWords(opened.knowledge, opened.words, "en")
    if not made.cases:
        console().print(said.say("nothing"))
        return 0
    for name in made.calls:
        console().print(visible(said.title(name)), style="bold", markup=False)
        for block in said.blocks(made, name):
            _show(block)
    console().print(", ".join(said.counts(made)), markup=False)
    return 1


def _show(block: Block) -> None:
    show_table(block.columns, block.rows, block.title)
    for line in (block.note, *block.cures, *block.closing):
        console().print(visible(line), markup=False, soft_wrap=True)
    console().print()


def _list(opened: CampaignOffice, options: argparse.Namespace, words: list[str]) -> int:
    """Every return, newest last."""
    call = _call(opened, words)
    if not 1 <= options.days <= EVER:
        raise NotAllowedError(f"`--days {options.days}` is no number of days: write 1 to {EVER}")
    listed = opened.store.returns.listed(clock() - timedelta(days=options.days))
    said = MorningWords(opened.knowledge, opened.words, "en")
    rows = [
        (
            back.id,
            said.moment(back.at, of),
            back.kind,
            back.says or back.status,
            _whose(back, mail),
            f"{mail.campaign}:{mail.row} {kind}, {of}" if mail else "",
            back.detail,
            f"{back.by}, {said.moment(back.handled, of)}" if back.handled else "",
        )
        for back, mail, of, kind in listed
        if call in (None, of)
    ]
    if not rows:
        console().print(f"Nothing came back in the last {options.days} days.")
        return 0
    show_table(("return", "when", "kind", "status", "whose", "mail", "words", "seen to by"), rows)
    return 0


def _whose(back: Return, mail: Delivery | None) -> str:
    if mail is None:
        return f"unmatched: {back.address or 'no address in it'}"
    elsewhere = f" (from {back.address})" if back.address and back.kind == "reply" and not back.proven else ""
    perhaps = "" if back.proven or elsewhere else "perhaps "
    return f"{perhaps}{mail.name} <{mail.address}>{elsewhere}"


def _match(opened: CampaignOffice, options: argparse.Namespace, words: list[str]) -> int:
    """Take a person's word that a return belongs to a mail."""
    if len(words) != 2:
        raise NotAllowedError("give a return and a mail, as in: callboard returns match 7 3:17 (campaign 3, row 17)")
    by = who(opened, options, "prepare")
    number, delivery = _number(words[0]), _delivery(opened, words[1])
    if not opened.store.returns.match(number, delivery, by.name, clock()):
        raise NotAllowedError(
            f"return {number} and the mail {words[1]} cannot be matched: there is no such return, it is proven to belong to another"
            " mail, or this mail has not left or is known to have come back; callboard returns list shows all returns"
        )
    console().print(f"Return {number} belongs to the mail {words[1]}. What to do now: callboard returns", markup=False)
    return 0


def _done(opened: CampaignOffice, options: argparse.Namespace, words: list[str]) -> int:
    """Note that somebody has seen to returns."""
    if not words:
        raise NotAllowedError("give the numbers of returns, or `all`, as in: callboard returns done 7 9")
    by = who(opened, options, "prepare")
    now = clock()
    listed = opened.store.returns.listed(now - timedelta(days=EVER))
    known = {back.id: back for back, *_ in listed}
    if words == ["all"]:
        numbers = [number for number, back in known.items() if back.handled is None]
    else:
        numbers = list(dict.fromkeys(map(_number, words)))
    if missing := [number for number in numbers if number not in known]:
        raise NotAllowedError(
            f"there is no return {missing[0]}: callboard returns list shows them; nothing was changed"
        )
    count = opened.store.returns.handle(numbers, by.name, now)
    console().print(f"{count} noted as seen to." if count else "Nothing was left to be seen to.")
    return 0


def _call(opened: CampaignOffice, words: list[str]) -> str | None:
    if len(words) > 1:
        raise NotAllowedError(f"`{words[1]}` is not understood; callboard returns --help shows the steps")
    return call_of(opened, words[0]).id if words else None


def _number(word: str) -> int:
    if not word.isdecimal():
        raise NotAllowedError(f"`{word}` is no number of a return: callboard returns list shows them")
    return int(word)


def _delivery(opened: CampaignOffice, word: str) -> int:
    """A mail by CAMPAIGN:ROW, as it is told everywhere, or by its number."""
    if word.isdecimal():
        return int(word)
    if (place := _PLACE.fullmatch(word)) is None:
        raise NotAllowedError(f"`{word}` is no mail: write campaign and row, as in 3:17")
    found = [one for one in opened.store.campaigns.deliveries(int(place[1])) if one.row == int(place[2])]
    if not found:
        raise NotAllowedError(
            f"campaign {place[1]} has no mail of row {place[2]}: callboard campaign status {place[1]}"
        )
    return found[0].id
