"""200 people book 40 slots at the same moment, by letters and in Telegram, while the program is killed: no slot twice, nobody unanswered.

CRASH_KILLS (8) scales the kills at random; CRASH_SEED draws another run. The figures are printed.
"""

import os
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from booking_audit import Audit, all_done, audit
from booking_scene import SETTINGS, BookingScene, Crowd, Person
from daemons import wait_for
from dovecot import Dovecot, User
from smtp_faults import Fault
from smtp_sink import SmtpSink

from tests.telegram_server import RemoteServer

KILLS = int(os.environ.get("CRASH_KILLS", "8"))
SEED = int(os.environ.get("CRASH_SEED", "1"))
STARTING = 0.2  # the share of lives that end before they serve
ENOUGH = 120.0  # seconds in which everything gets done, on a busy machine too
SOON = 0.3  # seconds within which a kill comes after so much was seen
ENGINES = ("sqlite", "postgres")
Stage = Callable[[str], BookingScene]


@pytest.fixture
def stage(
    tmp_path: Path, dovecot: Dovecot, user: User, sink: SmtpSink, request: pytest.FixtureRequest
) -> Iterator[Stage]:
    """Makes the program, not started, with its record on an engine, between peers that outlive it."""
    made: list[BookingScene] = []
    with RemoteServer(tmp_path / "telegram.jsonl") as telegram:

        def make(engine: str) -> BookingScene:
            more: dict[str, Any] = dict(SETTINGS)
            if engine == "postgres":
                more["store"] = {"url": request.getfixturevalue("postgres").fresh_database()}
            made.append(BookingScene(tmp_path, telegram, dovecot, user, sink, more=more))
            return made[-1]

        yield make
        for one in made:
            one.__exit__()


@pytest.mark.parametrize("engine", ENGINES)
def test_200_people_book_40_slots_at_once_and_no_slot_is_given_twice(
    stage: Stage, engine: str, capsys: pytest.CaptureFixture[str]
) -> None:
    scene, chance = stage(engine), random.Random(SEED)
    found, people = _killed_at_random(scene, chance, (200, 40, 0), 430)
    _show(scene, engine, found, capsys)
    assert found.problems == []
    assert sum(one.state == "booked" for one in people) == 40
    assert len(scene.rows("SELECT id FROM slots WHERE holder IS NOT NULL")) == 40
    assert found.figures["none left"] == 160


@pytest.mark.parametrize("engine", ENGINES)
def test_half_of_those_who_hold_a_slot_move_at_once_and_free_the_one_before(
    stage: Stage, engine: str, capsys: pytest.CaptureFixture[str]
) -> None:
    scene, chance = stage(engine), random.Random(SEED)
    found, people = _killed_at_random(scene, chance, (40, 60, 20), 110)
    _show(scene, engine, found, capsys)
    assert found.problems == []
    assert [one.state for one in people] == ["booked"] * 40
    assert len(scene.rows("SELECT id FROM slots WHERE holder IS NULL AND NOT withdrawn")) == 20
    last = Counter(max(sequence for sequence, _, _ in found.confirmations(one)) for one in people)
    assert last == {0: 20, 1: 20}


def _killed_at_random(
    scene: BookingScene, chance: random.Random, size: tuple[int, int, int], sights: int
) -> tuple[Audit, list[Person]]:
    """So many people choose among so many slots, and so many of them move, while the program is killed; about `sights` replies."""
    began = time.monotonic()
    people = scene.fill(size[0], size[1], random.Random(chance.random()))
    scene.sink.fail(Fault("body", "slow", seconds=0.05, rate=0.3), Fault("dot", "late", seconds=0.05, rate=0.3))
    scene.telegram.mix(0.3, SEED, ["sendMessage", "sendDocument"], [{"kind": "slow", "seconds": 0.1}])
    crowd = Crowd(scene, people, random.Random(chance.random()))
    movers = chance.sample(people, size[2])
    with ThreadPoolExecutor(1) as others:
        acting = others.submit(crowd.choose, movers)
        try:
            for seen in sorted(chance.randrange(sights) for _ in range(KILLS)):
                scene.start()
                if chance.random() < STARTING:
                    time.sleep(chance.uniform(0, 1.5))
                else:
                    scene.wait_ready()
                    wait_for(lambda seen=seen: crowd.sights >= seen or acting.done(), ENOUGH, f"{seen} replies")
                    time.sleep(chance.uniform(0, SOON))
                scene.kill()
            scene.start()
            acting.result()
            wait_for(lambda: all_done(scene, crowd.written), ENOUGH, "all that is due")
        finally:
            crowd.stopped.set()
    assert scene.terminate() == 0
    assert crowd.strange == []
    found = audit(scene, people, KILLS)
    found.figures["seconds"] = round(time.monotonic() - began)
    return found, people


def _show(scene: BookingScene, engine: str, found: Audit, capsys: pytest.CaptureFixture[str]) -> None:
    figures = {"engine": engine, **found.figures}
    with capsys.disabled():
        print("\n" + "  ".join(figures) + "\n" + "  ".join(f"{n:>{len(name)}}" for name, n in figures.items()))
        for line, times in Counter(scene.warnings()).most_common():
            print(f"{times:>5} x {line}")
