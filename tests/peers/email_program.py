"""Callboard put together as `callboard serve` does it, in a thread of the tests, and the people who write to it.

The clock can be put forward. What the record says is read from its file, never with the code under test.
"""

import asyncio
import dataclasses
import itertools
import logging
import smtplib
import sqlite3
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import make_msgid
from pathlib import Path
from typing import Any, Self

import msgspec
import pytest
from bs4 import BeautifulSoup
from certificates import Certificates
from daemons import PATIENCE, wait_for
from dovecot import Dovecot, User
from postfix import Postfix

from bot.channels.email.settings import ImapSettings, SmtpSettings
from bot.config import Config, Secrets
from bot.model.hand_over import Coordinator
from bot.storage.settings import StoreSettings
from bot.usecases.answer_question import AnswerQuestion
from bot.wiring import serving
from bot.wiring.folders import Folders

_numbers = itertools.count(1)
QUESTION = "When is the deadline for the IDEAS PhD positions?"


@dataclasses.dataclass
class House:
    """The servers, and the people with mailboxes on them. `bot` is the mailbox that Callboard reads."""

    dovecot: Dovecot
    postfix: Postfix
    certificates: Certificates
    brain: AnswerQuestion
    folders: Folders
    folder: Path

    def __post_init__(self) -> None:
        self.bot = self.person("bot")

    def person(self, name: str = "anna") -> User:
        return self.dovecot.add_user(f"{name}{next(_numbers)}-{self.folder.name[-8:].strip('_').lower()}")

    def write(self, person: User, text: str, *, to: str = "", **headers: str) -> EmailMessage:
        """A letter of a person to the bot, not yet sent; header names have _ for -."""
        letter = EmailMessage()
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        named = {
            "From": person.address,
            "To": to or self.bot.address,
            "Subject": "Question",
            "Message-ID": make_msgid(domain="anna.test"),
        }
        for name, value in {**named, **given}.items():
            if value:
                letter[name] = value
        letter.set_content(text)
        return letter

    def answer_to(self, letter: EmailMessage, person: User, text: str, **headers: str) -> EmailMessage:
        """A person's answer in the thread of a letter they got."""
        quoted = "\n".join(f"> {line}" for line in letter.get_body(("plain",)).get_content().splitlines())
        thread = " ".join(filter(None, [letter["References"], letter["Message-ID"]]))
        known = {"Subject": str(letter["Subject"]), "In_Reply_To": letter["Message-ID"], "References": thread}
        text = f"{text}\n\nOn Thu, 15 Jan 2026 at 12:00, Bot <{self.bot.address}> wrote:\n{quoted}\n"
        return self.write(person, text, **{**known, **headers})

    def deliver(self, letter: EmailMessage | bytes, sender: str | None = None) -> None:
        """Put a letter straight into the bot's mailbox."""
        if sender is None:
            sender = str(letter["From"]) if isinstance(letter, EmailMessage) else "someone@test.invalid"
        self.dovecot.deliver(self.bot.address, letter, sender)

    def post(self, letter: EmailMessage) -> None:
        """Send a letter by Postfix."""
        with smtplib.SMTP("127.0.0.1", self.postfix.mx_port, timeout=PATIENCE) as session:
            session.send_message(letter)

    def replies(self, person: User, count: int = 1) -> list[EmailMessage]:
        """What a person got, once it is so many letters."""
        wait_for(lambda: len(self.dovecot.letters(person)) >= count, what=f"letter {count} for {person.address}")
        letters = self.dovecot.letters(person)
        assert len(letters) == count
        return letters

    def ask(self, person: User, text: str = QUESTION, **headers: str) -> EmailMessage:
        """A letter delivered, and the answer to it."""
        had = len(self.dovecot.letters(person))
        self.deliver(self.write(person, text, **headers))
        return self.replies(person, had + 1)[-1]

    def flags(self) -> list[set[str]]:
        return [set(stored.flags) - {r"\Recent"} for stored in self.dovecot.stored(self.bot)]


class _Warnings(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.told: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.told.append(record.getMessage())


class Callboard:
    """The program between `start` and `stop`; the record stays from one start to the next."""

    def __init__(self, house: House, monkeypatch: pytest.MonkeyPatch, **changes: Any) -> None:
        """`changes` are settings of `imap` and `smtp`, told by prefixes: imap_port=..., smtp_security=..."""
        monkeypatch.setattr(serving, "clock", self.now)
        self.house = house
        self.ahead = timedelta()
        self.database = house.folder / "callboard.db"
        self.password = house.bot.password
        self._warnings = _Warnings()
        self.config = configured(house, self.database, **changes)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    def now(self) -> datetime:
        return datetime.now().astimezone() + self.ahead

    def later(self, **time: float) -> None:
        self.ahead += timedelta(**time)

    def start(self) -> Self:
        ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve(ready)), name="callboard", daemon=True)
        self._thread.start()
        assert ready.wait(PATIENCE)
        return self

    def stop(self) -> None:
        if self._thread is not None:
            self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join(PATIENCE)
            assert not self._thread.is_alive()
            self._thread = None

    async def _serve(self, ready: threading.Event) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        logging.getLogger("bot").addHandler(self._warnings)
        secrets = Secrets(imap_password=self.password, smtp_password=self.password)
        with serving.serving_program(self.config, secrets, self.house.folders, lambda: self.house.brain) as program:
            ready.set()
            await program.run(self._stop)
        logging.getLogger("bot").removeHandler(self._warnings)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *error: object) -> None:
        self.stop()

    @property
    def failures(self) -> list[str]:
        """What the program warned of since it was made."""
        return self._warnings.told

    def record(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """What the record says."""
        with sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=PATIENCE) as connection:
            rows = connection.execute(query, values).fetchall()
        connection.close()
        return rows

    def states(self) -> list[tuple[str, str]]:
        """State and reason of each message, oldest first."""
        return self.record("select state, reason from messages order by id")

    def settled(self, count: int) -> list[tuple[str, str]]:
        """The states, once so many messages are done with and their replies have left."""

        def done() -> bool:
            open_replies = self.record("select id from replies where state in ('planned', 'sending')")
            return len(self.states()) >= count and "received" not in dict(self.states()) and not open_replies

        try:
            wait_for(done)
        except AssertionError:
            raise AssertionError(f"not {count} messages settled, but {self.states()}") from None
        return self.states()


def configured(house: House, database: Path, **changes: Any) -> Config:
    """Settings for the house's servers, with `imap_...` and `smtp_...` changed."""
    ca = str(house.certificates.ca)
    imap = {
        "host": "localhost",
        "user": house.bot.login,
        "port": house.dovecot.imap_port,
        "security": "starttls",
        "ca_file": ca,
    }
    smtp = {
        "host": "localhost", "address": house.bot.address, "port": house.postfix.submission_port, "security": "starttls",
        "user": house.bot.login, "ca_file": ca, "name": "Callboard", "per_minute": 6000,
    }  # fmt: skip
    for name, value in changes.items():
        section, _, key = name.partition("_")
        {"imap": imap, "smtp": smtp}[section][key] = value
    return Config(
        store=StoreSettings(url=f"sqlite:///{database}"),
        imap=msgspec.convert(imap, ImapSettings),
        smtp=msgspec.convert(smtp, SmtpSettings),
        coordinators=(Coordinator(name="Carla", email=f"carla@{house.bot.address.partition('@')[2]}"),),
    )


@pytest.fixture
def house(
    dovecot: Dovecot,
    postfix: Postfix,
    certificates: Certificates,
    brain: AnswerQuestion,
    folders: Folders,
    tmp_path: Path,
) -> House:
    return House(dovecot, postfix, certificates, brain, folders, tmp_path)


@pytest.fixture
def callboard(house: House, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callboard]:
    """Callboard at work, with the usual settings."""
    with Callboard(house, monkeypatch) as program:
        yield program


def plain(letter: EmailMessage) -> str:
    return str(letter.get_body(("plain",)).get_content())


def html(letter: EmailMessage) -> str:
    return " ".join(BeautifulSoup(letter.get_body(("html",)).get_content(), "html.parser").get_text(" ").split())
