"""`callboard` that kills itself at a named moment, or is broken on purpose: `python crash_points.py SETTINGS serve ...`.

SETTINGS is a JSON object. `moment`: the class, its method, and "commit" (all is written, the commit comes next) or "after"
(the method has returned). `armed`: the file without which the moment passes by. `broken`: names of BROKEN.
"""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event

from bot.commands.main import main
from bot.model.message import Incoming, Received, Reply, Settled
from bot.model.own_mail import Booking
from bot.model.slot import Invitation, Slot
from bot.storage import inbox, panel
from bot.storage.appointments import invitation_values
from bot.storage.inbox import Inbox
from bot.storage.mailboxes import Mailboxes
from bot.storage.outbox import Outbox
from bot.storage.panel import Panel
from bot.storage.return_schema import invitations, slots
from bot.storage.slots import Slots
from bot.usecases.converse import Converse

BOOKS = {book.__name__: book for book in (Inbox, Outbox, Mailboxes, Panel)}
NEVER = 3600.0


def die(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def kill_at(book: str, name: str, when: str, armed: Path) -> None:
    """Patch a method of the record so that the process ends there."""
    owner = BOOKS[book]
    original: Callable[..., Any] = getattr(owner, name)

    def deadly(self: Any, *values: Any) -> Any:
        now = armed.exists()
        if now and when == "commit":
            event.listen(self._engine, "commit", die)  # SQLAlchemy tells before it commits
        returned = original(self, *values)
        if now:
            die()
        return returned

    setattr(owner, name, deadly)


def _recover_nothing() -> None:
    """What was under way when the last process was killed stays so."""
    Outbox.recover = lambda self, now: 0


def _begin_unmarked() -> None:
    """The text leaves without a mark in the record."""

    def begin(self: Outbox, reply: Reply) -> bool:
        return True

    Outbox.begin = begin


def _receive_before_commit() -> None:
    """Telegram and the mailbox are told at once that a message arrived; it is committed some other time."""
    commit = Converse.receive

    async def receive(self: Converse, incoming: Incoming) -> bool:
        asyncio.get_running_loop().call_later(NEVER, lambda: asyncio.ensure_future(commit(self, incoming)))
        return True

    Converse.receive = receive


def _look_late() -> None:
    """Each message is answered from the slots as they were when the process first looked, and only anew from what stands now."""
    begin, look = Inbox.begin, Slots.slots
    first: dict[str, list[Slot]] = {}
    late = [False]

    def begin_late(self: Inbox, received: Received) -> int:
        tries = begin(self, received)
        late[0] = tries == 1
        return tries

    def look_late(self: Slots, call: str) -> list[Slot]:
        now, (was_late, late[0]) = look(self, call), (late[0], False)
        seen = first.setdefault(call, now)
        return seen if was_late else now

    Inbox.begin, Slots.slots = begin_late, look_late


def _claim_unconditionally() -> None:
    """Whoever picks a slot gets it."""

    def claim(connection: sa.Connection, booking: Booking, now: datetime) -> None:
        mail, slot = booking.mail, booking.slot
        earlier = slots.update().where(slots.c.call == mail.call, slots.c.holder == mail.person)
        connection.execute(earlier.values(holder=None))
        connection.execute(slots.update().where(slots.c.id == slot.id).values(holder=mail.person))
        entry = Invitation(booking.uid, booking.sequence, "REQUEST", slot.meeting, slot.id)
        row = {"call": mail.call, "person": mail.person, "invited": mail.delivery, "at": now}
        connection.execute(invitations.insert().values(**row, **invitation_values(entry)))

    inbox.claim_slot = claim


def _reply_apart() -> None:
    """A message is settled, with its slot, in one transaction, and its replies are planned in another: `Inbox.plan_apart`."""
    settle = Inbox.settle

    def plan_apart(self: Inbox, received: Received, settled: Settled, now: datetime) -> None:
        with self._engine.begin() as connection:
            for outgoing in settled.replies:
                self._plan(connection, received, outgoing, settled.knowledge, now)

    def settle_apart(self: Inbox, received: Received, settled: Settled, now: datetime) -> None:
        settle(self, received, replace(settled, replies=()), now)
        self.plan_apart(received, settled, now)

    Inbox.plan_apart, Inbox.settle = plan_apart, settle_apart


def _claim_apart() -> None:
    """A slot is claimed in one transaction, `Inbox.claim_apart`, and its message settled in another."""
    settle, claim = Inbox.settle, inbox.claim_slot

    def claim_apart(self: Inbox, booking: Booking, now: datetime) -> None:
        with self._engine.begin() as connection:
            claim(connection, booking, now)

    def settle_apart(self: Inbox, received: Received, settled: Settled, now: datetime) -> None:
        if settled.booking is not None:
            self.claim_apart(settled.booking, now)
        settle(self, received, replace(settled, booking=None), now)

    Inbox.claim_apart, Inbox.settle = claim_apart, settle_apart


def _interviewers_untold() -> None:
    """Interviewers' entries are noted as sent, and no letter brings them."""
    panel.plan_to = lambda *_: 0


BROKEN = {
    "recover nothing": _recover_nothing,
    "begin unmarked": _begin_unmarked,
    "receive before commit": _receive_before_commit,
    "look late": _look_late,
    "claim unconditionally": _claim_unconditionally,
    "reply apart": _reply_apart,
    "claim apart": _claim_apart,
    "interviewers untold": _interviewers_untold,
}

if __name__ == "__main__":
    given = json.loads(sys.argv[1])
    for one in given["broken"]:
        BROKEN[one]()
    if given["moment"]:
        kill_at(*given["moment"], Path(given["armed"]))
    sys.exit(main(sys.argv[2:]))
