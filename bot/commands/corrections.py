"""`callboard corrections`: what was told and has changed since, to whom; and telling them, on a coordinator's yes."""

import argparse
import sys
from collections.abc import Sequence
from datetime import datetime

from bot.commands.asking import agreed
from bot.commands.opening import open_answering
from bot.config import load_config, load_secrets, store_url
from bot.model.correction import AGAIN, Change, Concerned, Standing
from bot.storage.store import open_store
from bot.usecases.corrections import Correct, UnsupportedCorrectionError
from bot.wiring.clock import clock
from bot.wiring.correcting import correcting

SHOWN: dict[Standing, str] = {
    "open": "to be told",
    "knows": "knows already",
    "dismissed": "not to be told",
    "planned": "correction waits to be sent",
    "sending": "correction is being sent",
    "sent": "told",
    "unknown": "correction perhaps not arrived",
    "refused": "correction not taken",
    "erased": "erased",
}
"""What is said of each standing; the table has them in this order."""
MANY = 200
"""Corrections from which on planning them shows its progress."""


def add_to(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    what = parser.add_mutually_exclusive_group()
    what.add_argument(
        "--tell", metavar="N", help="tell everybody who is to be told of change N: its number or its code"
    )
    what.add_argument(
        "--again", metavar="N", help="tell once more those of change N who perhaps or surely did not get it"
    )
    what.add_argument("--dismiss", metavar="N", help="note that nobody is to be told of change N")
    parser.add_argument("--by", metavar="NAME", default="", help="who decides, for the record")
    parser.add_argument("--yes", action="store_true", help="do not ask")
    parser.add_argument(
        "--all", action="store_true", help="show in full also changes of which nobody is left to be told"
    )


def run(options: argparse.Namespace) -> int:
    """List, tell or dismiss."""
    store = open_store(store_url(load_config(options.config), load_secrets()))
    try:
        correct = correcting(open_answering(options), store)
        changes = correct.changes()
        for call in correct.absent():
            print(f"What was told of {call} is not compared: its folder is not among the calls.", file=sys.stderr)
        asked = options.tell or options.again or options.dismiss
        if not asked:
            _list(correct, changes, full=options.all)
            return 0
        number = _find(changes, asked)
        if number is None:
            print(
                f"callboard corrections: there is no change {asked}; `callboard corrections` lists them",
                file=sys.stderr,
            )
            return 2
        return _act(options, correct, changes[number], number)
    finally:
        store.close()


def _find(changes: Sequence[Change], asked: str) -> int | None:
    """The place of the change of that number or code."""
    known = [place for place, change in enumerate(changes) if asked in (str(place + 1), change.digest[:6])]
    return known[0] if len(known) == 1 else None


def _list(correct: Correct, changes: Sequence[Change], *, full: bool) -> None:
    _warn(correct)
    if not changes:
        print("Nothing that was told has changed.")
    for number, change in enumerate(changes):
        _show(correct, change, number, full=full or bool(change.standing("open", "planned", "sending", *AGAIN)))
    if left := sum(bool(change.standing("open")) for change in changes):
        print(
            f"{left} change{'s' if left != 1 else ''} to decide on: `callboard corrections --tell N` or `--dismiss N`."
        )


def _warn(correct: Correct) -> None:
    if when := correct.answered_elsewhere():
        print(
            f"The last answer ({when.astimezone():%Y-%m-%d %H:%M}) was given from other knowledge than the folders hold now:"
            " `callboard serve` takes up changed files within half a minute; let it first, else it goes on telling the old.\n",
            file=sys.stderr,
        )


def _show(correct: Correct, change: Change, number: int, *, full: bool) -> None:
    now = correct.stated(change, "en", clock())
    print(f"{number + 1}. {correct.name(change)}  [{change.digest[:6]}]")
    if full:
        print(f"   told: {_indented(change.said)}")
        print(f"   now:  {_indented(chr(10).join(now)) or 'no longer stated'}")
    for standing, words in SHOWN.items():
        if people := change.standing(standing):
            print(f"   {words}: {len(people)}")
            for person in people if full else ():
                print(f"     {_row(person)}")
    print()


def _row(person: Concerned) -> str:
    telling = person.telling
    perhaps = "  (perhaps not arrived)" if telling.state == "unknown" else ""
    return f"{telling.when.astimezone():%Y-%m-%d %H:%M}  {telling.channel:<8}  {telling.address}  reply {telling.reply}{perhaps}"


def _indented(words: str) -> str:
    return words.replace("\n", "\n         ")


def _act(options: argparse.Namespace, correct: Correct, change: Change, number: int) -> int:
    people = change.standing(*AGAIN) if options.again else change.standing("open")
    if not people:
        print(
            "Nobody is left to be told of this change." if not options.again else "Every correction arrived or waits."
        )
        return 0
    _warn(correct)
    _show(correct, change, number, full=True)
    count = f"{len(people)} {'person' if len(people) == 1 else 'people'}"
    once_more = ", once more" if options.again else ""
    question = f"Tell none of these {count}?" if options.dismiss else f"Tell {count} now{once_more}?"
    if not agreed(options, question):
        print("Nothing was changed.")
        return 1
    now = clock()
    if options.dismiss:
        correct.dismiss(change, options.by, now)
        print("Noted: nobody is told.")
        return 0
    return _tell(correct, change, people, (options.by, now))


def _tell(correct: Correct, change: Change, people: Sequence[Concerned], decided: tuple[str, datetime]) -> int:
    try:
        planned = correct.tell(change, people, *decided, _progress)
    except UnsupportedCorrectionError as error:
        print(
            "callboard corrections: the words of the correction hold something that the call does not"
            f" ({error}), so nobody was told: please write to them yourself",
            file=sys.stderr,
        )
        return 1
    print(f"{len(planned)} corrections planned; `callboard serve` sends them within a minute.")
    if left := len(people) - len(planned):
        print(f"{left} left out, who were told something or forgotten meanwhile: run `callboard corrections` again.")
    return 0


def _progress(done: int, total: int) -> None:
    if total >= MANY:
        end = "\n" if done == total else ""
        print(f"\rPlanning {done} of {total}", end=end, file=sys.stderr, flush=True)
