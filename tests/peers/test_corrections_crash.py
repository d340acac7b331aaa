"""Corrections under kill -9: of those who were told the old value each gets the new at most once, nobody else does, and none is lost
in silence.

Run as a script it is the process that is killed: it plans corrections as `callboard corrections --tell` does, and sends them as
`callboard serve` does. CRASH_KILLS (20) and CRASH_SEED scale the run at random and draw another.
"""

import asyncio
import json
import logging
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import crash_points
import pytest
from daemons import PATIENCE, require
from smtp_faults import Fault
from smtp_sink import SmtpSink

from bot.answering.guard import Guard
from bot.answering.replies import Replies
from bot.answering.subjects import Gazetteer
from bot.channels.email.sending import EmailSender
from bot.channels.email.settings import SmtpSettings
from bot.channels.email.smtp import SmtpConnection
from bot.config import Config
from bot.correspondence.composing import Letterhead
from bot.files.knowledge_files import load_knowledge
from bot.files.template_files import load_layout, load_templates
from bot.model.conversation import Told
from bot.model.message import Sent
from bot.storage import outbox as outbox_module
from bot.storage.corrections import Corrections
from bot.storage.store import Store, open_store
from bot.usecases.corrections import Correct
from bot.usecases.deliver import Deliver
from bot.usecases.runtime import Runtime
from bot.wiring.folders import Folders
from tests.storage.record import answer, due, letter, rows, says

KILLS = int(os.environ.get("CRASH_KILLS", "20"))
SEED = int(os.environ.get("CRASH_SEED", "1"))
LIFE = 2.0  # the longest that a life lasts once it works, in seconds
PEOPLE = 60
CALL, DEADLINE, OLD = "ideas-2026", "deadline", "0" * 16
_OURS = re.compile(r"<[0-9a-f]{32}\.(\d+)@")

# Where the process ends; then the letters that arrive, and the state of the correction.
MOMENTS = {
    "planned, not committed": ("Corrections", "tell", "commit", 1, "sent"),
    "planned": ("Corrections", "tell", "after", 1, "sent"),
    "the mark not committed": ("Outbox", "begin", "commit", 1, "sent"),
    "marked, no text has left": ("Outbox", "begin", "after", 0, "unknown"),
    "arrived, not known to be": ("Outbox", "finish", "commit", 1, "unknown"),
    "sent": ("Outbox", "finish", "after", 1, "sent"),
}


@dataclass
class Scene:
    """The worker between a record and a mail server."""

    folder: Path
    sink: SmtpSink
    lives: int = 0
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.url, self.armed = f"sqlite:///{self.folder / 'record.db'}", self.folder / "armed"
        self.store = open_store(self.url)

    def told(self, person: str, *digests: str) -> str:
        """Somebody asked, and was told these values of the deadline, one after another; what they were told has arrived."""
        for digest in digests:
            now = datetime.now(UTC)
            asked = letter(sender=person, received=now, context={"message_id": f"q.{person}", "subject": "A question"})
            answer(self.store, asked, says(told=(Told(CALL, "", DEADLINE, digest, "It was in May."),)), now=now)
            (reply,) = [reply for reply in due(self.store, now=now) if reply.address == person]
            assert self.store.outbox.begin(reply)
            self.store.outbox.finish(reply, Sent(), now)
        return person

    def start(self, *, moment: tuple[str, ...] = (), once: bool = True, sends: bool = True) -> subprocess.Popen[bytes]:
        """Start a process that plans and sends; it is at work when its log says so. It sends only if it is the one that may."""
        self.lives += 1
        self.armed.unlink(missing_ok=True)
        given = {"url": self.url, "port": self.sink.port, "moment": moment, "armed": str(self.armed), "once": once}
        command = [sys.executable, str(Path(__file__)), json.dumps(given | {"sends": sends})]
        here = Path(__file__).parent
        paths = os.pathsep.join(map(str, (here, here.parent, here.parent.parent)))
        with self.log.open("wb") as log:
            process = subprocess.Popen(
                [require("setpriv", "util-linux"), "--pdeathsig=KILL", *command],
                env={**os.environ, "PYTHONPATH": paths},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        self.running.append(process)
        return process

    @property
    def log(self) -> Path:
        return self.folder / f"life-{self.lives}.log"

    def corrections(self) -> dict[str, list[tuple[int, str]]]:
        """(letters that arrived, state) of each correction, by whom it is for; every letter is one of these, in its thread."""
        planned = {row.id: row for row in rows(self.store, "replies") if row.kind == "correction"}
        people = {row.id: row.address for row in rows(self.store, "conversations")}
        copies: Counter[int] = Counter()
        for arrived in self.sink.letters():
            known = _OURS.match(arrived.message_id)
            assert known is not None
            row = planned[int(known[1])]
            assert arrived.recipients == (people[row.conversation],)
            assert arrived.message["In-Reply-To"] == f"<q.{people[row.conversation]}>"
            copies[row.id] += 1
        found: dict[str, list[tuple[int, str]]] = {}
        for number, row in planned.items():
            found.setdefault(people[row.conversation], []).append((copies[number], row.state))
        return found


@pytest.fixture
def scene(tmp_path: Path, sink: SmtpSink) -> Iterator[Scene]:
    made = Scene(tmp_path, sink)
    yield made
    for process in made.running:
        process.kill()
        process.wait(PATIENCE)
    made.store.close()


def test_killed_at_each_moment_a_correction_leaves_at_most_once_and_its_state_tells_the_doubt(scene: Scene) -> None:
    expected = {}
    for name, (book, method, when, *after) in MOMENTS.items():
        person = scene.told(f"{len(expected)}@example.org", OLD)
        expected[person] = [tuple(after)]
        killed = scene.start(moment=(book, method, when))
        scene.armed.touch()
        assert killed.wait(PATIENCE) == -signal.SIGKILL, f"not killed: {name}\n{scene.log.read_text()}"
        assert scene.start().wait(PATIENCE) == 0, scene.log.read_text()
    assert scene.corrections() == expected


def test_killed_at_random_nobody_is_corrected_twice_or_lost(scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    chance = random.Random(SEED)
    current = _current()
    old = [scene.told(f"old{number}@example.org", OLD) for number in range(PEOPLE)]
    for number in range(PEOPLE // 3):
        scene.told(f"new{number}@example.org", current)
        scene.told(f"knows{number}@example.org", OLD, current)
    scene.sink.fail(Fault("body", "slow", seconds=0.1, rate=0.3), Fault("dot", "late", seconds=0.1, rate=0.3))
    for _ in range(KILLS):
        second = scene.start(sends=False)  # another coordinator, who tells the same
        first = scene.start()
        _wait_at_work(scene, first)
        time.sleep(chance.uniform(0, LIFE / max(1, KILLS / 10)))
        for process in (first, second):
            process.kill()
            assert process.wait(PATIENCE) in (-signal.SIGKILL, 0), scene.log.read_text()
    assert scene.start().wait(PATIENCE) == 0, scene.log.read_text()
    found = scene.corrections()
    states = Counter(state for of_person in found.values() for _, state in of_person)
    with capsys.disabled():
        print(f"\n{KILLS} kills, {len(scene.sink.letters())} letters, {dict(states)}")
    assert sorted(found) == sorted(old)
    assert {len(of_person) for of_person in found.values()} == {1}
    assert set(states) <= {"sent", "unknown"}
    assert [
        person for person, [(copies, state)] in found.items() if copies > 1 or (state == "sent" and not copies)
    ] == []
    assert len(rows(scene.store, "corrections")) == PEOPLE


def test_the_audit_sees_corrections_repeated_that_are_sent_again_in_doubt(scene: Scene) -> None:
    person = scene.told("0@example.org", OLD)
    killed = scene.start(moment=("Outbox", "finish", "commit"))
    scene.armed.touch()
    assert killed.wait(PATIENCE) == -signal.SIGKILL
    assert scene.start(once=False).wait(PATIENCE) == 0, scene.log.read_text()
    assert scene.corrections() == {person: [(2, "sent")]}


def _wait_at_work(scene: Scene, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE
    while b"at work" not in scene.log.read_bytes() and process.poll() is None:
        assert time.monotonic() < until
        time.sleep(0.02)


def _correct(store: Store) -> Correct:
    """What tells: the shipped words on the shipped knowledge, without the parts that read questions."""
    folders = Folders.of(Config())
    knowledge, templates = load_knowledge(folders.knowledge), load_templates(folders.templates)
    names = Gazetteer()
    names.seal(frozenset())
    return Correct(knowledge, Replies(knowledge, templates), Guard(knowledge, names), templates, store.corrections)


def _current() -> str:
    """The digest of the deadline as it stands now."""
    store = open_store("sqlite:///:memory:")
    (ground,) = _correct(store)._stated()[CALL, "", DEADLINE]
    store.close()
    return ground.digest()


def _work(given: dict[str, Any]) -> None:
    """Plan what is to be told; then, if this is the one that sends, send until nothing is left."""
    crash_points.BOOKS["Corrections"] = Corrections
    if given["moment"]:
        crash_points.kill_at(*given["moment"], Path(given["armed"]))
    if not given["once"]:
        outbox_module.ONCE = ()
    store = open_store(given["url"])
    correct = _correct(store)
    while given["moment"] and not Path(given["armed"]).exists():
        time.sleep(0.01)
    print("at work", flush=True)
    for change in correct.changes():
        if people := change.standing("open"):
            correct.tell(change, people, "Ben", datetime.now(UTC))
    if given["sends"]:
        asyncio.run(_send(store, given["port"]))


async def _send(store: Store, port: int) -> None:
    settings = SmtpSettings(host="127.0.0.1", port=port, security="none", address="call@example.org", per_minute=60_000)
    folders = Folders.of(Config())
    head = Letterhead(settings.address, "")
    sender = EmailSender(SmtpConnection(settings, ""), head, load_layout(folders.templates), settings.per_minute)
    finished = asyncio.Event()

    def left() -> int:
        return sum(state in ("planned", "sending") for state in rows(store, "replies", "state"))

    with ThreadPoolExecutor(1) as executor:
        runtime = Runtime(lambda: datetime.now(UTC), logging.getLogger("worker"), executor)
        store.outbox.recover(runtime.clock())
        deliver = Deliver("email", store.outbox, sender, runtime, on_sent=lambda: left() or finished.set())
        delivering = asyncio.create_task(deliver.run())
        if left():
            await finished.wait()
        delivering.cancel()
        await asyncio.wait([delivering])
        await sender.close()


if __name__ == "__main__":
    _work(json.loads(sys.argv[1]))
