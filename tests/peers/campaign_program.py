"""A sender of campaigns as a process that is killed: `python campaign_program.py`, with its orders as a line of JSON on standard input.

It loads, waits for its orders, and sends as `callboard campaign send` does; or plans; or approves. It can end itself at a named moment, or
be broken on purpose. `campaign_scene.py` starts, kills and awaits it.
"""

import asyncio
import functools
import inspect
import json
import logging
import os
import random
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from aiosmtplib.protocol import SMTPProtocol
from sqlalchemy import event

from bot.channels.email import smtp
from bot.channels.email.settings import SmtpSettings
from bot.mailing.pacing import Limits
from bot.model.campaign import Plan
from bot.model.delivery import Letter
from bot.storage.campaigns import Campaigns
from bot.storage.engine import Held
from bot.storage.ledger import Ledger
from bot.storage.senders import sending
from bot.storage.store import Store, open_store
from bot.usecases import send_campaign, sending_lane, sending_round
from bot.usecases.committer import Committer
from bot.usecases.runtime import Runtime
from bot.usecases.send_campaign import Ended, SendCampaign

OURS, DOMAIN = "campaigns@callboard.invalid", "callboard.invalid"
CODE, PLANNER, APPROVER = "123456", "Cora", "Dirk"
CHUNK = 50  # letters that are written down at once
SOON = 0.2  # seconds until what was put off is tried again


@dataclass(frozen=True, slots=True)
class Orders:
    """What a process is to do: `work` is "send", "plan" or "approve".

    `moment` names one of MOMENTS, in which it ends when it comes there for the `nth` time; `broken` one of BROKEN.
    """

    url: str
    campaign: int = 0
    work: str = "send"
    worker: str = "worker"
    port: int = 0
    lanes: int = 16
    moment: str = ""
    nth: int = 1
    broken: str = ""
    people: int = 0


# Where it ends: whose method, and there before it, when all is written and the commit comes next, or after it; and which calls count.
Counts = Callable[..., Any]
Moment = tuple[type, str, str, Counts]


def _always(*_: Any, **__: Any) -> bool:
    return True


def _marks(_worker: str, marks: Sequence[Any], _outcomes: Sequence[Any]) -> bool:
    return bool(marks)


def _outcomes(_worker: str, _marks: Sequence[Any], outcomes: Sequence[Any]) -> bool:
    return bool(outcomes)


BEFORE_THE_MARK: dict[str, Moment] = {
    "recovering, not committed": (Ledger, "recover", "commit", _always),
    "recovered": (Ledger, "recover", "after", _always),
    "claiming, not committed": (Ledger, "claim", "commit", _always),
    "claimed": (Ledger, "claim", "after", _always),
    "354, the mark not asked for": (Committer, "mark", "before", _always),
    "the mark not committed": (Ledger, "record", "commit", _marks),
}
IN_DOUBT: dict[str, Moment] = {
    "the mark committed": (Ledger, "record", "after", _marks),
    "marked, no text has left": (smtp.SmtpConnection, "_text", "before", _always),
    "the dot has left": (SMTPProtocol, "write", "after", lambda data: data.endswith(b"\r\n.\r\n")),
    "250, not noted": (smtp.SmtpConnection, "_text", "after", _always),
    "sent, not committed": (Ledger, "record", "commit", _outcomes),
}
AFTERWARDS: dict[str, Moment] = {"sent": (Ledger, "record", "after", _outcomes)}
PLANNING: dict[str, Moment] = {
    f"{name}{', not committed' if when == 'commit' else ''}": (Campaigns, method, when, _always)
    for method, name in (("open", "opened"), ("add", "some written"), ("complete", "completed"))
    for when in ("commit", "after")
}
APPROVING: dict[str, Moment] = {
    f"{name}{', not committed' if when == 'commit' else ''}": (Campaigns, method, when, _always)
    for method, name in (("ask_approval", "asked"), ("approve", "approved"), ("move", "moved"))
    for when in ("commit", "after")
}
MOMENTS = BEFORE_THE_MARK | IN_DOUBT | AFTERWARDS | PLANNING | APPROVING


def die(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def kill_at(moment: str, nth: int) -> None:
    """Patch a method so that the process ends there."""
    owner, name, when, counts = MOMENTS[moment]
    original: Callable[..., Any] = getattr(owner, name)
    calls = 0

    def now(values: Sequence[Any]) -> bool:
        nonlocal calls
        calls += bool(counts(*values))
        return calls == nth and bool(counts(*values))

    @functools.wraps(original)
    def deadly(self: Any, *values: Any) -> Any:
        here = now(values)
        if here and when == "before":
            die()
        if here and when == "commit":
            event.listen(self._engine, "commit", die)  # SQLAlchemy tells before it commits
        returned = original(self, *values)
        if here:
            die()
        return returned

    @functools.wraps(original)
    async def deadly_task(self: Any, *values: Any) -> Any:
        here = now(values)
        if here and when == "before":
            die()
        returned = await original(self, *values)
        if here:
            die()
        return returned

    setattr(owner, name, deadly_task if inspect.iscoroutinefunction(original) else deadly)


def _mark_after_sending() -> None:
    """The text leaves without a mark in the record; it is made up for when the server's answer is there."""
    record = Ledger.record

    def late(self: Ledger, worker: str, marks: Sequence[Any], outcomes: Sequence[Any]) -> set[int]:
        if outcomes:
            record(self, worker, [(delivery, at) for delivery, _, at in outcomes], ())
            record(self, worker, (), outcomes)
        return {delivery for delivery, _ in marks}

    Ledger.record = late


def _recover_nothing() -> None:
    """What was under way when the last process was killed stays so."""
    Ledger.recover = lambda self, worker, now: (0, 0)


def _send_again_in_doubt() -> None:
    """Of what a dead sender was sending nobody is asked: it goes once more."""
    recover = Ledger.recover

    def hasty(self: Ledger, worker: str, now: datetime) -> tuple[int, int]:
        found = recover(self, worker, now)
        with self._engine.begin() as connection:
            connection.execute(sa.text("UPDATE deliveries SET state = 'planned' WHERE state = 'unknown'"))
        return found

    Ledger.recover = hasty


BROKEN = {
    "mark after sending": _mark_after_sending,
    "recover nothing": _recover_nothing,
    "send again in doubt": _send_again_in_doubt,
}


def plan(store: Store, people: int, call: str) -> int:
    """Write a campaign down, as `callboard campaign plan` does; every tenth address does not exist."""
    now = datetime.now(UTC)
    number = store.campaigns.open(Plan(call, "rejection", PLANNER, "", "table.csv", {}, "", None), now)
    letters = list(_letters(people))
    for start in range(0, people, CHUNK):
        store.campaigns.add(number, letters[start : start + CHUNK])
    store.campaigns.complete(number, 0, PLANNER, now)
    return number


def approve(store: Store, number: int) -> None:
    """Have a code, give it, and let the campaign go on its way."""
    digest = store.campaigns.campaign(number).digest
    store.campaigns.ask_approval(number, APPROVER, digest, CODE, datetime.now(UTC))
    assert store.campaigns.approve(number, APPROVER, digest, CODE, datetime.now(UTC)) == ""
    assert store.campaigns.move(number, ("planned",), "approved")


def _letters(people: int) -> Iterator[Letter]:
    for row in range(people):
        token, address = f"{random.getrandbits(128):032x}", f"{'gone' if row % 10 == 9 else 'ann'}{row}@example.org"
        head = f"From: {OURS}\r\nTo: {address}\r\nSubject: Your application\r\nMessage-ID: <{token}.mail@{DOMAIN}>\r\n"
        text = f"Dear Ann {row},\r\n\r\n.no place is left\r\n..\r\n"
        body = f"{head}\r\n{text}".encode()
        yield Letter(row, f"p{row}", address, f"Ann {row}", "en", token, 1, "Your application", text, body, 0)


def _work(orders: Orders) -> None:
    if orders.broken:
        BROKEN[orders.broken]()
    if orders.moment:
        kill_at(orders.moment, orders.nth)
    store = open_store(orders.url)
    if orders.work == "plan":
        print("at work", flush=True)
        plan(store, orders.people, orders.worker)
    elif orders.work == "approve":
        print("at work", flush=True)
        approve(store, orders.campaign)
    else:
        _send(store, orders)
    store.close()


def _send(store: Store, orders: Orders) -> None:
    smtp.SOON = smtp.LATER = SOON  # what is put off comes again within the test
    sending_lane.AGAIN = sending_round.LONGEST = send_campaign.LOOK = SOON
    send_campaign.TRIES = sys.maxsize
    book = store.campaigns
    with sending(store.engine, orders.worker) as held:
        print("at work", flush=True)
        book.move(orders.campaign, ("approved", "paused"), "sending")
        ended = asyncio.run(_sent(store, orders, held))
        print(ended, flush=True)
        if ended.reason == "done":
            book.move(orders.campaign, ("sending",), "finished")
        elif ended.reason == "paused":
            book.move(orders.campaign, ("sending",), "paused", ended.note)


async def _sent(store: Store, orders: Orders, held: Held) -> Ended:
    settings = SmtpSettings(host="127.0.0.1", port=orders.port, security="none", address=OURS)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGINT, stop.set)
    with ThreadPoolExecutor(1, "record") as executor:
        runtime = Runtime(lambda: datetime.now(UTC), logging.getLogger("worker"), executor)
        print(await runtime.run(store.ledger.recover, orders.worker, runtime.clock()), flush=True)
        sender = SendCampaign(
            ledger=store.ledger,
            courier=lambda _login: smtp.SmtpConnection(settings, ""),  # which never logs in
            limits=Limits(connections=orders.lanes),
            runtime=runtime,
            failures=0,
        )
        return await sender.run(orders.campaign, orders.worker, stop, held)


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING)
    if line := sys.stdin.readline():
        _work(Orders(**json.loads(line)))
