"""What a crash test needs: `callboard serve` as a process that is killed, people who write, the record and the journals.

Knows the tables of the record and the journals of the peers. Does not judge: `crash_audit.py` does.
"""

import json
import os
import random
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import format_datetime, localtime
from pathlib import Path
from typing import Any, Self

import yaml
from daemons import PATIENCE, require, wait_for
from dovecot import Dovecot, User
from smtp_sink import SmtpSink

from tests.telegram_server import TOKEN, RemoteServer

HERE = Path(__file__).parent
FIRST_CHAT = 5001
WAITING = """
SELECT (SELECT count(*) FROM messages) AS messages,
       (SELECT count(*) FROM messages WHERE state = 'received') AS received,
       (SELECT count(*) FROM replies WHERE state IN ('planned', 'sending')) AS open,
       (SELECT count(*) FROM messages WHERE place <> '' AND NOT filed) AS unfiled
"""


@dataclass
class Scene:
    """The program between its peers, in a folder of its own; `asked` are the addresses that wrote, with their message's id.

    `more` are settings of its own, instead of those here or beside them.
    """

    folder: Path
    telegram: RemoteServer
    dovecot: Dovecot
    mailbox: User
    sink: SmtpSink
    asked: dict[str, str] = field(default_factory=dict)
    lives: int = 0
    more: dict[str, Any] = field(default_factory=dict)
    _process: subprocess.Popen[bytes] | None = None

    def __post_init__(self) -> None:
        self.store, self.armed = self.folder / "record.db", self.folder / "armed"
        self._settings = self.folder / "config.yaml"
        here = {"host": "127.0.0.1", "security": "none"}
        imap = {"port": self.dovecot.imap_port, "user": self.mailbox.login, "idle_seconds": 2}
        smtp = {"port": self.sink.port, "address": self.mailbox.address, "per_minute": 60_000, "replies_per_day": 1_000}
        settings = {
            "store": {"url": f"sqlite:///{self.store}"},
            "telegram": {"api_url": self.telegram.url},
            "imap": here | imap,
            "smtp": here | smtp,
        }
        self._settings.write_text(yaml.safe_dump(settings | self.more))

    def write(self, question: str) -> str:
        """Somebody new writes a letter; their address."""
        number = len(self.asked)
        letter = EmailMessage()
        address = f"person{number}@applicants.invalid"
        identity = f"<{number}.{random.getrandbits(64):x}@applicants.invalid>"
        letter["From"], letter["To"] = address, self.mailbox.address
        letter["Subject"], letter["Message-ID"] = f"Letter {number}", identity
        letter["Date"] = format_datetime(localtime())
        letter.set_content(f"Dear all,\n\n{question}\n\nBest regards\nPerson {number}\n")
        self.asked[address] = identity
        self.dovecot.deliver(self.mailbox.address, letter, sender=address)
        return address

    def say(self, question: str) -> str:
        """Somebody new writes in Telegram; their chat."""
        chat = FIRST_CHAT + len(self.asked)
        self.asked[str(chat)] = str(self.telegram.say(question, chat=chat)["message_id"])
        return str(chat)

    def start(self, moment: Sequence[str] = (), broken: Sequence[str] = ()) -> None:
        """Start the program, without waiting for it."""
        assert self._process is None, "the last life has not ended"
        self.lives += 1
        self.armed.unlink(missing_ok=True)
        changed = {"moment": list(moment), "broken": list(broken), "armed": str(self.armed)}
        program = [str(HERE / "crash_points.py"), json.dumps(changed)] if moment or broken else ["-m", "bot"]
        command = [sys.executable, *program, "--config", str(self._settings), "serve"]
        secrets = {"CALLBOARD_TELEGRAM_TOKEN": TOKEN, "CALLBOARD_IMAP_PASSWORD": self.mailbox.password}
        paths = {"PYTHONPATH": str(HERE.parent.parent), "NO_PROXY": "127.0.0.1"}
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                [require("setpriv", "util-linux"), "--pdeathsig=KILL", *command],
                cwd=self.folder,
                env={**os.environ, **secrets, **paths},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    @property
    def log(self) -> Path:
        return self.folder / f"life-{self.lives}.log"

    def wait_ready(self) -> None:
        wait_for(lambda: self._ended() or b" serving " in self.log.read_bytes(), what="a program that serves")
        assert not self._ended(), self.log.read_text()

    def kill(self) -> None:
        """Kill -9, by its own id."""
        assert not self._ended(), f"it ended by itself:\n{self.log.read_text()}"
        os.kill(self._process.pid, signal.SIGKILL)
        assert self.wait_end() == -signal.SIGKILL

    def terminate(self) -> int:
        """Ask it to end, which it understands once it serves; its exit code."""
        self.wait_ready()
        self._process.terminate()
        return self.wait_end()

    def wait_end(self) -> int:
        code = self._process.wait(PATIENCE)
        self._process = None
        return code

    def wait_quiet(self, seconds: float) -> bool:
        """Wait until all that was asked is in the record, answered, sent and marked in the mailbox; False if that does not come."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if self.store.exists() and self._waiting() == (len(self.asked), 0, 0, 0):
                return True
            time.sleep(0.05)
        return False

    def rows(self, select: str) -> list[dict[str, Any]]:
        """What the record says."""
        with closing(sqlite3.connect(f"file:{self.store}?mode=ro", uri=True, timeout=PATIENCE)) as connection:
            connection.row_factory = sqlite3.Row
            return [dict(row) for row in connection.execute(select)]

    def warnings(self) -> list[str]:
        """What the program found worth a look, over all its lives, without times and numbers."""
        logs = (self.folder / f"life-{life}.log" for life in range(1, self.lives + 1))
        lines = (line for log in logs for line in log.read_text().splitlines() if " INFO " not in line)
        return [re.sub(r"\d+", "N", line.partition(" WARNING ")[2] or line) for line in lines]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            self._process.kill()
            self.wait_end()

    def _ended(self) -> bool:
        return self._process is None or self._process.poll() is not None

    def _waiting(self) -> tuple[int, ...] | None:
        try:
            (row,) = self.rows(WAITING)
        except sqlite3.OperationalError:  # no tables yet
            return None
        return tuple(row.values())
