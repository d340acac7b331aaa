"""Letters received from a mailbox: each read once, committed, then noted as read up to.

Runs in a thread; what concerns the record is done where the rest of the program does it. A session that breaks ends the run;
the caller starts it anew.
"""

import asyncio
import re
import threading
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar

from imap_tools.errors import ImapToolsError

from bot.channels.email.mailbox import Mailbox, NotGivenError
from bot.channels.email.settings import ImapSettings
from bot.correspondence.automatic import told_by_addresses
from bot.correspondence.composing import returned_in, thread_in
from bot.correspondence.mail import Mail, read_mail
from bot.correspondence.returned import read_return
from bot.model.message import Incoming
from bot.model.returned import Returned
from bot.usecases.runtime import Runtime

CHUNK = 20
"""Letters after which it is noted how far the mailbox was read."""
REFUSALS = 3
"""Sessions in which the server refused a letter after which it is left alone."""
_REPLY = re.compile(r"^\s*(?:re|aw|antw|sv|fwd?|wg|tr|odp)\s*(?:\[\d+\])?:", re.IGNORECASE)
T = TypeVar("T")


class Progress(Protocol):
    """How far mailboxes were read, and which letters are done with."""

    def read_up_to(self, name: str) -> tuple[int, int, datetime] | None:
        """(UIDVALIDITY, last UID, when it was last looked into), None for a mailbox never seen."""
        ...

    def advance(self, name: str, uidvalidity: int, last_uid: int, checked: datetime) -> None:
        """Note how far a mailbox was read."""
        ...

    def to_file(self) -> list[tuple[int, str, str]]:
        """(id, place, state) of letters that are done with and not yet marked so in their mailbox."""
        ...

    def filed(self, ids: list[int]) -> None:
        """Note that these letters are marked."""
        ...


class EmailReceiver:
    """Receives letters until cancelled."""

    def __init__(
        self, settings: ImapSettings, password: str, own: frozenset[str], progress: Progress, runtime: Runtime
    ) -> None:
        """`own` are our own addresses, whose letters are never answered."""
        self._settings = settings
        self._password = password
        self._own = own
        self._progress = progress
        self._runtime = runtime
        self._name = f"{settings.user}@{settings.host}/{settings.folder}"
        self._refused: Counter[tuple[int, int]] = Counter()
        self._stop = threading.Event()
        self._wake = threading.Event()

    def wake(self) -> None:
        """Letters were done with: mark them soon."""
        self._wake.set()

    async def run(self, receive: Callable[[Incoming], Awaitable[bool]]) -> None:
        """Receive, until cancelled; returns when the thread has ended."""
        self._stop.clear()
        loop = asyncio.get_running_loop()

        def outside(work: Coroutine[Any, Any, T]) -> T:
            return asyncio.run_coroutine_threadsafe(work, loop).result()

        working = asyncio.create_task(asyncio.to_thread(self._work, outside, receive))
        try:
            await asyncio.shield(working)
        except asyncio.CancelledError:
            self._stop.set()
            await asyncio.wait([working])
            raise

    def _work(self, outside: Callable[[Any], Any], receive: Callable[[Incoming], Awaitable[bool]]) -> None:
        mailbox = Mailbox(self._settings, self._password)
        try:
            self._runtime.log.info("email: reading the mailbox")
            while not self._stop.is_set():
                self._wake.clear()  # first: what is done with from here on is marked now or in the next round
                self._take_new(mailbox, outside, receive)
                self._file(mailbox, outside)
                mailbox.wait(self._stop.is_set, self._wake.is_set)
        finally:
            mailbox.close()

    def _take_new(
        self, mailbox: Mailbox, outside: Callable[[Any], Any], receive: Callable[[Incoming], Awaitable[bool]]
    ) -> None:
        now = self._runtime.clock()
        validity = mailbox.uidvalidity
        known = outside(self._runtime.insist(self._progress.read_up_to, self._name))
        last, uids = self._new(mailbox, validity, known, now)
        in_order = known is not None and known[0] == validity
        for place, uid in enumerate(uids, start=1):
            if self._stop.is_set():
                return
            if letter := self._letter(mailbox, uid, validity):
                outside(receive(as_incoming(letter, self._own, f"{validity}:{uid}", self._runtime.clock())))
            if in_order and place % CHUNK == 0:
                outside(self._runtime.insist(self._progress.advance, self._name, validity, uid, now))
        last = max([last, *uids])
        outside(self._runtime.insist(self._progress.advance, self._name, validity, last, now))

    def _letter(self, mailbox: Mailbox, uid: int, validity: int) -> bytes | None:
        """A letter; one that the server itself cannot read is left alone after some sessions, lest all others wait for it."""
        try:
            return mailbox.letter(uid)
        except NotGivenError:
            self._refused[validity, uid] += 1
            if self._refused[validity, uid] < REFUSALS:
                raise
            self._runtime.log.warning("email: the server does not give letter %d; it is left unread", uid)
            return None

    def _new(
        self, mailbox: Mailbox, validity: int, known: tuple[int, int, datetime] | None, now: datetime
    ) -> tuple[int, list[int]]:
        """The UID up to which the mailbox counts as read, and the letters to read, rising."""
        if known is not None and known[0] == validity:
            return known[1], mailbox.newer(known[1])
        everything = mailbox.newer(0)
        last = max(everything, default=0)
        if known is None:  # never seen: what lay there before is not the bot's business, but for today's unread letters
            recent = mailbox.arrived_since(now - timedelta(hours=self._settings.first_hours), unread=True)
            left = len(everything) - len(recent)
            self._runtime.log.info("email: a new mailbox; %d letters to read, %d left alone", len(recent), left)
            return last, recent
        self._runtime.log.warning("email: the mailbox was recreated; looking through its recent letters")
        return last, mailbox.arrived_since(known[2] - timedelta(days=1), unread=False)

    def _file(self, mailbox: Mailbox, outside: Callable[[Any], Any]) -> None:
        """Mark what is done with. Letters of an earlier UIDVALIDITY cannot be found any more."""
        validity = f"{mailbox.uidvalidity}:"
        while done := outside(self._runtime.insist(self._progress.to_file)):
            here = [
                int(place.removeprefix(validity))
                for _, place, state in done
                if place.startswith(validity) and state == "answered"
            ]
            try:
                mailbox.mark(here, answered=True)
            except ImapToolsError:
                self._runtime.log.warning(
                    "email: the server refuses to mark letters that are answered; trying again later"
                )
                return
            outside(self._runtime.insist(self._progress.filed, [identity for identity, _, _ in done]))


def as_incoming(data: bytes, own: frozenset[str], place: str, now: datetime) -> Incoming:
    """A letter as a message of the record; whatever it is, it becomes one."""
    mail = read_mail(data, own)
    returned = read_return(data, mail)
    address = _address(mail, returned)
    stop, looks = _stop(mail, returned, address)
    thread, reacts_to = thread_in(mail.references)
    if stop:  # one that answers a reply, an absence note, does not say that the reply came back
        thread, reacts_to = returned_in(data) if mail.bounced else ("", None)
    fresh = not mail.references and not _REPLY.match(mail.subject)
    text = mail.text or (mail.subject if fresh and not mail.unreadable else "")
    return Incoming(
        channel="email",
        key="\0".join([mail.message_id, mail.sender, mail.subject, mail.text]),
        address=address,
        text=text,
        received=now,
        form="unreadable" if mail.unreadable else "text",
        context=_context(mail, asks=mail.subject if fresh and mail.text else "") | ({"looks": looks} if looks else {}),
        thread=thread,
        reacts_to=reacts_to,
        attachments=mail.attachments,
        stop=stop,
        place=place,
        returned=returned,
    )


def _address(mail: Mail, returned: Returned | None) -> str:
    """Whom an answer goes to. Who answers a mail that told a result gets it at the address of From only, whatever Reply-To asks."""
    return mail.author if returned is not None and returned.token else mail.sender


def _stop(mail: Mail, returned: Returned | None, address: str) -> tuple[str, str]:
    """(why a letter must not be answered, why it only looks so): who wrote what only looks automatic decides (usecases/relay.py)."""
    thread, _ = thread_in(mail.references)
    is_reply = returned is not None and returned.kind == "reply"
    to_ours = (thread and not mail.bounced) or is_reply
    if ((mail.by_words and to_ours) or (is_reply and _only_looks(mail))) and address:
        return "", mail.automatic or ""
    stop = mail.automatic or ("" if address else "no address")
    if returned is not None and not stop:
        machine = {"calendar": "calendar", "away": "absence note"}.get(returned.kind, "")
        stop = machine or (address != mail.sender and told_by_addresses([address])) or ""
    return stop, ""


def _only_looks(mail: Mail) -> bool:
    """Whether a person's own address wrote what only its subject, or an address beside it, tells to be automatic."""
    person = not told_by_addresses([mail.author])
    return person and mail.automatic in {"absence note", "bounce"}


def _context(mail: Mail, asks: str) -> dict[str, str]:
    return {
        "author": mail.author,
        "message_id": mail.message_id,
        "references": " ".join(mail.references),
        "subject": mail.subject,
        "asks": asks,
    }
