"""200 people book 40 slots at the same moment, by letters and in Telegram, while the program is killed: no slot twice, nobody unanswered.

CRASH_KILLS (4) scales the kills at random; CRASH_SEED draws another run. The figures are printed.
"""

import os
import random
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from booking_audit import Audit, all_done, audit
from booking_crowd import Crowd
from booking_scene import SETTINGS, BookingScene, Person
from daemons import wait_for
from dovecot import Dovecot, User
from smtp_faults import Fault
from smtp_sink import SmtpSink

from tests.telegram_server import RemoteServer

KILLS = int(os.environ.get("CRASH_KILLS", "4"))
SEED = int(os.environ.get("CRASH_SEED", "1"))
STARTING = 0.2  # the share of lives that end before they serve
ENOUGH = 120.0  # seconds in which everything gets done, on a busy machine too
LONG_SINCE = 15.0  # seconds after which what is not done will not be done
SOON = 0.3  # seconds within which a kill comes after so much was seen
IN_SHORT = 8  # kills, up to which each moment comes on one engine only
ENGINES = ("sqlite", "postgres")
Stage = Callable[[str], BookingScene]

# The method of the record in which the process ends, and where in it; the engine on which it does so where time is short; whether
# it is a letter or a chat message that picks a slot; whether it moves; then the copies of the confirmation that arrive, and its doubts.
MOMENTS = {
    "booked, not committed": (("Inbox", "settle", "commit"), "sqlite", "letter", False, (1, 0)),
    "moved, committed": (("Inbox", "settle", "after"), "sqlite", "chat", True, (1, 0)),
    "confirmed, not known to be": (("Outbox", "finish", "commit"), "sqlite", "letter", False, (2, 1)),
    "interviewers told, not committed": (("Panel", "tell", "commit"), "sqlite", "letter", True, None),
    "booked, committed": (("Inbox", "settle", "after"), "postgres", "chat", False, (1, 0)),
    "moved, not committed": (("Inbox", "settle", "commit"), "postgres", "letter", True, (1, 0)),
    "interviewers told, committed": (("Panel", "tell", "after"), "postgres", "chat", True, None),
}


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
    found, people = _killed_at_random(scene, chance, (200, 40, 0), 430, KILLS)
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
    found, people = _killed_at_random(scene, chance, (40, 60, 20), 110, KILLS // 4)
    _show(scene, engine, found, capsys)
    assert found.problems == []
    assert [one.state for one in people] == ["booked"] * 40
    assert len(scene.rows("SELECT id FROM slots WHERE holder IS NULL AND NOT withdrawn")) == 20
    last = Counter(max(sequence for sequence, _, _ in found.confirmations(one)) for one in people)
    assert last == {0: 20, 1: 20}


@pytest.mark.parametrize("engine", ENGINES)
def test_killed_at_each_moment_of_a_booking_its_slot_is_held_and_confirmed_once(stage: Stage, engine: str) -> None:
    scene = stage(engine)
    moments = [one for one in MOMENTS.values() if one[1] == engine or KILLS > IN_SHORT]
    people = scene.fill(2 * len(moments), 2 * len(moments), random.Random(SEED))
    with Crowd(scene, people, random.Random(SEED)) as crowd:
        for place, (moment, _, form, moves, _) in enumerate(moments):
            one = people[2 * place + (form == "chat")]
            _book_and_die(scene, crowd, one, 2 * place + 1, moment, moves=moves)
        scene.start()
        assert _quiet(scene, crowd, ENOUGH)
    assert scene.terminate() == 0
    found = audit(scene, people, len(moments))
    assert found.problems == []
    for place, (moment, _, form, moves, expected) in enumerate(moments):
        *_, last = found.confirmations(people[2 * place + (form == "chat")])
        assert last[0] == moves
        assert expected in (None, last[1:]), moment


def test_of_two_who_saw_a_slot_free_the_first_gets_it_and_the_other_is_answered_anew(stage: Stage) -> None:
    scene = stage("sqlite")
    found = _all_at_once(scene, ["look late"])
    assert found.problems == []
    assert "the slot was taken meanwhile" in scene.log.read_text()


def test_the_audit_sees_slots_that_are_claimed_unconditionally_and_interviewers_who_are_told_nothing(
    stage: Stage,
) -> None:
    found = _all_at_once(stage("sqlite"), ["look late", "claim unconditionally", "interviewers untold"])
    assert any(re.fullmatch(r"slot \d+ is the interview of \d people", problem) for problem in found.problems)
    assert any("believes to have" in problem for problem in found.problems)
    assert any(problem.startswith("the calendar of vega@") for problem in found.problems)


def test_the_audit_sees_bookings_that_are_not_one_with_their_message_and_its_replies(stage: Stage) -> None:
    scene = stage("sqlite")
    people = scene.fill(4, 4, random.Random(SEED))
    with Crowd(scene, people, random.Random(SEED)) as crowd:
        _book_and_die(scene, crowd, people[0], 1, ("Inbox", "claim_apart", "after"), ["claim apart"])
        _book_and_die(scene, crowd, people[2], 2, ("Inbox", "plan_apart", "commit"), ["reply apart"])
        scene.start()
        assert _quiet(scene, crowd, ENOUGH)
    assert scene.terminate() == 0
    problems = audit(scene, people, 2).problems
    never = [problem for problem in problems if "was never confirmed" in problem]
    assert [problem.partition(" ")[0] for problem in sorted(never)] == [people[0].address, people[2].address]
    assert [problem for problem in problems if problem.startswith("unanswered")] == [
        f"unanswered: message 2 of {people[2].address}"
    ]


def _book_and_die(
    scene: BookingScene,
    crowd: Crowd,
    one: Person,
    slot: int,
    moment: Sequence[str],
    broken: Sequence[str] = (),
    *,
    moves: bool = False,
) -> None:
    """Start, wait until all is done that is under way, and let somebody pick a slot, or another one, which ends the program."""
    scene.start(moment, broken)
    scene.wait_ready()
    if one.chat:
        crowd.open(one)
        crowd.wait_for(one, "offered")
    if moves:
        crowd.book(one, slot + 1)
        crowd.wait_for(one, "booked")
    assert _quiet(scene, crowd, ENOUGH), f"not done before {moment}"
    scene.armed.touch()
    crowd.book(one, slot)
    assert scene.wait_end() == -9, f"not killed at {moment}"


def _all_at_once(scene: BookingScene, broken: Sequence[str]) -> Audit:
    """As many people as slots choose, with a program that is broken on purpose and killed never."""
    people = scene.fill(12, 12, random.Random(SEED))
    scene.start(broken=broken)
    with Crowd(scene, people, random.Random(SEED)) as crowd:
        crowd.choose()
        _quiet(scene, crowd, LONG_SINCE)
    assert scene.terminate() == 0
    return audit(scene, people, 0)


def _quiet(scene: BookingScene, crowd: Crowd, seconds: float) -> bool:
    """Wait until all is done that is due, and everybody has read it; False if that does not come."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if all_done(scene, crowd.written):
            crowd.hear()
            return True
        time.sleep(0.2)
    return False


def _killed_at_random(
    scene: BookingScene, chance: random.Random, size: tuple[int, int, int], sights: int, kills: int
) -> tuple[Audit, list[Person]]:
    """So many people choose among so many slots, and so many of them move, while the program is killed; about `sights` replies."""
    began = time.monotonic()
    people = scene.fill(size[0], size[1], random.Random(chance.random()))
    scene.sink.fail(Fault("body", "slow", seconds=0.05, rate=0.1), Fault("dot", "late", seconds=0.05, rate=0.1))
    scene.telegram.mix(0.3, SEED, ["sendMessage", "sendDocument"], [{"kind": "slow", "seconds": 0.1}])
    movers = chance.sample(people, size[2])
    with ThreadPoolExecutor(1) as others, Crowd(scene, people, random.Random(chance.random())) as crowd:
        acting = others.submit(crowd.choose, movers)
        for seen in sorted(chance.randrange(sights) for _ in range(kills)):
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
        assert _quiet(scene, crowd, ENOUGH), "not all that is due was done"
    assert scene.terminate() == 0
    assert crowd.strange == []
    found = audit(scene, people, kills)
    found.figures["seconds"] = round(time.monotonic() - began)
    return found, people


def _show(scene: BookingScene, engine: str, found: Audit, capsys: pytest.CaptureFixture[str]) -> None:
    figures = {"engine": engine, **found.figures}
    with capsys.disabled():
        print("\n" + "  ".join(figures) + "\n" + "  ".join(f"{n:>{len(name)}}" for name, n in figures.items()))
        for line, times in Counter(scene.warnings()).most_common():
            print(f"{times:>5} x {line}")
