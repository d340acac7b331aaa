"""People who choose the time of their interview, all at once: by letters that answer their mail, and in Telegram by the mail's link.

Everybody reads what the journals of the peers say that they got, and goes on until they have a time, or heard that none is left.
Judges nothing: `booking_audit.py` does.
"""

import base64
import json
import random
import re
import secrets
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from email.utils import format_datetime, localtime
from pathlib import Path
from typing import Any, Self

from booking_scene import NONE_LEFT, BookingScene, Person

FIRST = (
    "{n}",
    "slot {n} please",
    "Dear all,\n\nI would like number {n}.\n\nBest regards",
    "/slot {n}",
    "Nummer {n}, bitte",
)
AGAIN = ("/slot {n}", "Could I have slot {n}?", "Könnte ich Nummer {n} haben?")
"""Letters that follow a reply faster than one reads it: only what asks something is answered then."""
IN_CHAT = ("/slot {n}", "number {n}", "{n}", "button")
_LINE = re.compile(r"^(\d+): (.+)$", re.MULTILINE)
LABEL = 60
"""So much of a time's words stands on its button."""
GIVING_UP = 400.0


class Tail:
    """A journal, read on and on."""

    def __init__(self, journal: Path) -> None:
        self._journal = journal
        self._read = 0

    def new(self) -> list[dict[str, Any]]:
        """The lines that came since."""
        if not self._journal.exists():
            return []
        with self._journal.open("rb") as lines:
            lines.seek(self._read)
            whole = lines.read().rpartition(b"\n")[0]
        self._read += len(whole) + 1 if whole else 0
        return [json.loads(line) for line in whole.splitlines()]


class Crowd:
    """All of them; `sights` counts what arrived anywhere, `strange` is what nobody knew what to do with."""

    def __init__(self, scene: BookingScene, people: Sequence[Person], chance: random.Random) -> None:
        self.scene, self.people, self._chance = scene, people, chance
        self.stopped = threading.Event()
        self.sights = 0
        self.strange: list[str] = []
        self._chats, self._letters = Tail(scene.telegram.journal), Tail(scene.sink.journal)
        self._by = {one.at: one for one in people}
        self._pool = ThreadPoolExecutor(8)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stopped.set()
        self._pool.shutdown()

    @property
    def written(self) -> int:
        """Messages that people wrote."""
        return sum(len(one.written) for one in self.people)

    def choose(self, movers: Iterable[Person] = ()) -> None:
        """Open the links; then all pick a time, at one moment, and go on until they are done; then these move, at one moment."""
        chats = [one for one in self.people if one.chat]
        self._at_once([(one, f"/start m-{one.link}") for one in chats])
        self._wait(lambda: all(one.state == "offered" for one in chats))
        count = len(self.scene.rows("SELECT id FROM slots"))
        self._at_once([(one, self._words(one, self._chance.randint(1, count), FIRST)) for one in self.people])
        self._wait(lambda: all(one.state in ("booked", "none") for one in self.people))
        moving = list(movers)
        wishes = [self._chance.choice([n for n in range(1, count + 1) if n != one.slot]) for one in moving]
        self._at_once([(one, self._words(one, n, AGAIN)) for one, n in zip(moving, wishes, strict=True)])
        self._wait(lambda: all(one.state == "booked" for one in moving))

    def book(self, one: Person, slot: int) -> None:
        """Somebody alone picks a time."""
        self._at_once([(one, self._words(one, slot, AGAIN if one.heard else FIRST))])

    def open(self, one: Person) -> None:
        """Somebody alone opens the link of their mail."""
        self._at_once([(one, f"/start m-{one.link}")])

    def wait_for(self, one: Person, *states: str) -> None:
        """Wait until somebody is so far."""
        self._wait(lambda: one.state in states)

    def _wait(self, done: Callable[[], bool]) -> None:
        until = time.monotonic() + GIVING_UP
        self.hear()
        while not done():
            if self.stopped.is_set() or time.monotonic() > until:
                states = {one.at: (one.state, one.tried) for one in self.people if one.state not in ("booked", "none")}
                raise AssertionError(f"not all got so far; strange: {self.strange}; left: {states}")
            time.sleep(0.03)
            self.hear()

    def _at_once(self, acts: Sequence[tuple[Person, str]]) -> None:
        """Everybody writes at the same moment."""
        letters = [self._letter(one, text) for one, text in acts if not one.chat]
        sending = [self._pool.submit(self.scene.dovecot.deliver, *letter) for letter in letters]
        chats = [self._say(one, text) for one, text in acts if one.chat]
        if chats:
            self.scene.telegram.many(chats)
        for one in sending:
            one.result()

    def _words(self, one: Person, slot: int, by_letter: Sequence[str]) -> str:
        one.tried.append(slot)
        return self._chance.choice(IN_CHAT if one.chat else by_letter).format(n=slot)

    def _letter(self, one: Person, text: str) -> tuple[str, EmailMessage, str]:
        letter, ours = EmailMessage(), f"<{one.token}.mail@{self.scene.mailbox.address.partition('@')[2]}>"
        identity = f"<{len(one.written)}.{secrets.token_hex(8)}@applicants.invalid>"
        letter["From"], letter["To"] = one.address, self.scene.mailbox.address
        letter["Subject"], letter["Message-ID"] = "Re: News", identity
        letter["In-Reply-To"] = letter["References"] = ours
        letter["Date"] = format_datetime(localtime())
        letter.set_content(f"{text}\n")
        one.written.append(identity)
        one.state = "waiting"
        return self.scene.mailbox.address, letter, one.address

    def _say(self, one: Person, text: str) -> tuple[str, dict[str, Any]]:
        slot = one.tried[-1] if one.tried else 0
        data = one.buttons.get(one.offered.get(slot, "")[:LABEL], "")
        one.written.append(text)
        one.state = "waiting"
        under, one.offered, one.buttons = one.under, {}, {}
        if text == "button" and data:
            return "press", {"message": {name: under[name] for name in ("chat_id", "message_id")}, "data": data}
        return "say", {"chat": one.chat, "text": f"/slot {slot}" if text == "button" else text}

    def hear(self) -> None:
        """Read what arrived, and answer it."""
        heard = [effect for effect in self._chats.new() if effect["method"].startswith("send") and effect["message_id"]]
        letters = self._letters.new()
        self.sights += len(heard) + len(letters)
        for effect in heard:
            if one := self._by.get(str(effect["chat_id"])):
                self._hear_chat(one, effect)
        for letter in letters:
            if one := self._by.get(letter["recipients"][0]):
                self._hear_letter(one, letter)

    def _hear_chat(self, one: Person, effect: dict[str, Any]) -> None:
        rows = effect["params"].get("reply_markup", {}).get("inline_keyboard", [])
        if _again(one, f"{effect['text']}\0{rows}"):
            return
        one.offered |= {int(number): words for number, words in _LINE.findall(effect["text"] or "")}
        if rows:
            one.buttons, one.under = {row[0]["text"]: row[0]["callback_data"] for row in rows}, effect
        self._go_on(one, effect["text"] or "", booked="document" in effect["params"], offers=bool(rows))

    def _hear_letter(self, one: Person, letter: dict[str, Any]) -> None:
        if _again(one, letter["message_id"]):
            return
        read = message_from_bytes(base64.b64decode(letter["text"]), policy=default)
        text = read.get_body(("plain",)).get_content()
        one.offered = {int(number): words for number, words in _LINE.findall(text.replace("\r\n", "\n"))}
        booked = any(part.get_content_type() == "text/calendar" for part in read.walk())
        self._go_on(one, text, booked=booked, offers=bool(one.offered))

    def _go_on(self, one: Person, text: str, *, booked: bool, offers: bool) -> None:
        if booked:
            one.state, one.slot = "booked", one.tried[-1]
        elif any(words in " ".join(text.split()) for words in NONE_LEFT):
            one.state = "none"
        elif offers and not one.tried:
            one.state = "offered"
        elif offers:
            fresh = [number for number in one.offered if number not in one.tried] or list(one.offered)
            self._at_once([(one, self._words(one, self._chance.choice(fresh), AGAIN))])
        elif not one.chat:
            self.strange.append(f"{one.at}: {text}")


def _again(one: Person, what: str) -> bool:
    """Whether somebody has read this already: a copy."""
    known = what in one.heard
    one.heard.add(what)
    return known
