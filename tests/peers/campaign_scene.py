"""Campaigns in a record, the processes that send them, and the journal of the mail server that they send to."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

from campaign_program import Orders, approve, plan
from smtp_sink import SmtpSink

from bot.model.campaign import Campaign
from bot.storage.store import Store, open_store

PATIENCE = 300.0  # seconds; generous, for a busy machine


@dataclass
class Life:
    """One process; loaded, and without orders at first."""

    log: Path
    process: subprocess.Popen[bytes]
    worker: str = ""

    def order(self, orders: Orders) -> Self:
        self.worker = orders.worker
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(asdict(orders)).encode() + b"\n")
        self.process.stdin.close()
        return self

    def wait_at_work(self) -> None:
        """Until it holds its lock, or has ended."""
        until = time.monotonic() + PATIENCE
        while b"at work" not in self.log.read_bytes() and self.process.poll() is None:
            assert time.monotonic() < until, self.log.read_text()
            time.sleep(0.005)

    def end(self) -> int:
        """Its code, once it has ended by itself or by its moment."""
        return self.process.wait(PATIENCE)

    def kill(self) -> bool:
        """End it by kill -9; False if it had ended before, in good order."""
        self.process.kill()
        code = self.process.wait(PATIENCE)
        assert code in (0, -signal.SIGKILL), self.log.read_text()
        return code != 0


@dataclass
class Scene:
    """A record with campaigns, between senders and a mail server."""

    folder: Path
    sink: SmtpSink
    url: str
    lanes: int = 16
    lives: list[Life] = field(default_factory=list)
    _spare: Life | None = None
    _read: int = 0
    _arrived: dict[str, list[tuple[str, str]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.store: Store = open_store(self.url)

    def plan(self, people: int) -> Campaign:
        """A campaign of so many mails, of a call of its own, planned and approved."""
        number = plan(self.store, people, f"call-{random.getrandbits(64):x}")
        approve(self.store, number)
        return self.store.campaigns.campaign(number)

    def start(self, campaign: int, worker: str = "", **more: Any) -> Life:
        """A process that sends (or does what `work` says); the next one is loaded meanwhile."""
        life = self._spare or self._load()
        named = worker or f"worker-{len(self.lives)}"
        url = more.pop("url", self.url)
        life.order(Orders(url, campaign, worker=named, port=self.sink.port, **{"lanes": self.lanes} | more))
        self._spare = self._load()
        return life

    def arrived(self) -> dict[str, list[tuple[str, str]]]:
        """What the journal holds by now, by token: recipients and text (base64) of each copy."""
        if self.sink.journal.exists():
            with self.sink.journal.open("rb") as journal:
                journal.seek(self._read)
                for line in journal:
                    if not line.endswith(b"}\n"):
                        break
                    self._read += len(line)
                    letter = json.loads(line)
                    token = letter["message_id"].removeprefix("<").partition(".")[0]
                    self._arrived.setdefault(token, []).append((",".join(letter["recipients"]), letter["text"]))
        return self._arrived

    def close(self) -> None:
        for life in self.lives:
            life.process.kill()
            life.process.wait(PATIENCE)
            life.process.stdin.close()
        self.store.close()

    def _load(self) -> Life:
        here = Path(__file__).resolve().with_name("campaign_program.py")
        paths = os.pathsep.join(map(str, (here.parent, here.parent.parent, here.parent.parent.parent)))
        log = self.folder / f"life-{len(self.lives)}.log"
        with log.open("wb") as told:
            process = subprocess.Popen(
                ["setpriv", "--pdeathsig=KILL", sys.executable, str(here)],
                env={**os.environ, "PYTHONPATH": paths},
                stdin=subprocess.PIPE,
                stdout=told,
                stderr=told,
            )
        life = Life(log, process)
        self.lives.append(life)
        return life
