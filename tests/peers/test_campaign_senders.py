"""Two senders at once on PostgreSQL: killed, cut off from the record, frozen; nobody is lost, nobody is told twice, and the other goes on.

CRASH_KILLS (40) and CRASH_MESSAGES (400 mails a campaign) scale the run at random; CRASH_SEED draws another.
"""

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from campaign_audit import FAULTS, REFUSING, audit, contradictions, finish, table
from campaign_scene import Life, Scene
from daemons import wait_for
from postgres import Postgres
from smtp_faults import Fault
from smtp_sink import SmtpSink

KILLS = int(os.environ.get("CRASH_KILLS", "40"))
MAILS = int(os.environ.get("CRASH_MESSAGES", "400"))
SEED = int(os.environ.get("CRASH_SEED", "1"))
LIFE = 0.6  # the longest until one of the two that works is killed, in seconds
STARTING = 0.2  # the share of lives that may end before they work
SOME = 160  # mails of a campaign
CUT = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = %s"
CUT_LOCK = f"{CUT} AND pid IN (SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND mode = 'ExclusiveLock')"


@pytest.fixture
def scene(tmp_path: Path, sink: SmtpSink, postgres: Postgres) -> Iterator[Scene]:
    made = Scene(tmp_path, sink, postgres.fresh_database(), lanes=8)
    yield made
    made.close()


def test_killed_at_random_nobody_is_lost_or_told_twice(scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    began, chance = time.monotonic(), random.Random(SEED)
    problems: list[str] = []
    figures: Counter[str] = Counter()
    while figures["kills"] < KILLS:
        scene.sink.fail(*FAULTS)
        campaign, kills = scene.plan(MAILS).id, 0
        both = [scene.start(campaign), scene.start(campaign)]
        while figures["kills"] + kills < KILLS:
            one = chance.randrange(2)
            if chance.random() >= STARTING:
                both[one].wait_at_work()
            time.sleep(chance.uniform(0, LIFE))
            if not both[one].kill():
                break
            kills += 1
            problems += contradictions(scene, campaign)
            both[one] = scene.start(campaign)
        for life in both:
            assert life.end() == 0, life.log.read_text()
        found = finish(scene, campaign, kills)
        problems += found.problems
        figures += Counter(kills=kills, campaigns=1) + found.figures
    with capsys.disabled():
        print(table("PostgreSQL, two senders", figures, time.monotonic() - began))
    assert problems == []


@pytest.mark.parametrize("moment", ["claimed", "marked, no text has left", "250, not noted"])
def test_what_one_leaves_behind_the_other_takes_over_without_being_started_anew(scene: Scene, moment: str) -> None:
    scene.sink.fail(*FAULTS)
    campaign = scene.plan(SOME).id
    other = scene.start(campaign)
    other.wait_at_work()
    killed = scene.start(campaign, moment=moment, nth=2)
    assert killed.end() == -signal.SIGKILL, killed.log.read_text()
    assert other.end() == 0, other.log.read_text()
    assert audit(scene, campaign, 1).problems == []
    assert finish(scene, campaign, 1).problems == []


@pytest.mark.parametrize("what", [CUT, CUT_LOCK], ids=["all connections", "the lock's connection"])
def test_cut_off_from_the_record_it_stops_and_nobody_is_told_twice(scene: Scene, postgres: Postgres, what: str) -> None:
    scene.sink.fail(*REFUSING, Fault("dot", "late", seconds=0.1))
    campaign = scene.plan(SOME).id
    other, cut = scene.start(campaign), scene.start(campaign, url=_named(scene, "cut"))
    _wait_sending(scene, cut, campaign)
    assert _cut(postgres, what, "cut") > 0
    assert cut.end() in (0, 1)
    assert scene.store.campaigns.campaign(campaign).state == "sending", (
        "it did not stop while there was something to do"
    )
    assert other.end() == 0, other.log.read_text()
    assert contradictions(scene, campaign) == []
    assert finish(scene, campaign, 1).problems == []


def test_frozen_for_long_it_does_not_tell_anybody_what_the_other_told_meanwhile(
    scene: Scene, postgres: Postgres
) -> None:
    scene.sink.fail(*REFUSING, Fault("dot", "late", seconds=0.1))
    campaign = scene.plan(SOME).id
    frozen = scene.start(campaign, url=_named(scene, "frozen"))
    _wait_sending(scene, frozen, campaign)
    frozen.process.send_signal(signal.SIGSTOP)
    assert _cut(postgres, CUT, "frozen") > 0
    other = scene.start(campaign)
    assert other.end() == 0, other.log.read_text()
    assert audit(scene, campaign, 1).problems == []
    frozen.process.send_signal(signal.SIGCONT)
    assert frozen.end() in (0, 1)
    assert finish(scene, campaign, 1).problems == []


def _named(scene: Scene, name: str) -> str:
    return f"{scene.url}?application_name={name}"


def _wait_sending(scene: Scene, life: Life, campaign: int) -> None:
    """Until a process has sent something and is at it."""

    def sends() -> bool:
        found = scene.store.campaigns.deliveries(campaign, ("sent", "sending"))
        mine = {one.state for one in found if one.worker == life.worker}
        return len(mine) == 2

    wait_for(sends, what=life.log.read_text())


def _cut(postgres: Postgres, what: str, name: str) -> int:
    """End a process's connections to the database; how many."""
    with psycopg.connect(postgres.dsn(), autocommit=True) as connection:
        return connection.execute(what, (name,)).fetchone()[0]
