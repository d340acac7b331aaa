"""Campaigns under kill -9: nobody's result is lost, nobody has it twice without a person's yes, and the doubt is as small as it can be.

CRASH_KILLS (100) and CRASH_MESSAGES (400 mails a campaign) scale the run at random; CRASH_SEED draws another.
"""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from campaign_audit import FAULTS, REFUSING, audit, contradictions, finish, table
from campaign_program import (
    AFTERWARDS,
    APPROVER,
    APPROVING,
    BEFORE_THE_MARK,
    IN_DOUBT,
    OURS,
    PLANNER,
    PLANNING,
    approve,
    plan,
)
from campaign_scene import PATIENCE, Scene
from daemons import wait_for
from smtp_faults import Fault
from smtp_sink import SmtpSink

KILLS = int(os.environ.get("CRASH_KILLS", "100"))
MAILS = int(os.environ.get("CRASH_MESSAGES", "400"))
SEED = int(os.environ.get("CRASH_SEED", "1"))
LIFE = 0.4  # the longest that a life lasts once it works, in seconds
STARTING = 0.2  # the share of lives that may end before they work
FEW, SOME, MANY = 3, 60, 130  # mails of a campaign


@pytest.fixture
def scene(tmp_path: Path, sink: SmtpSink) -> Iterator[Scene]:
    made = Scene(tmp_path, sink, f"sqlite:///{tmp_path / 'record.db'}")
    yield made
    made.close()


def test_killed_at_random_nobody_is_lost_or_told_twice(scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    began, chance = time.monotonic(), random.Random(SEED)
    problems: list[str] = []
    figures: Counter[str] = Counter()
    while figures["kills"] < KILLS:
        scene.sink.fail(*FAULTS)
        campaign, kills = scene.plan(MAILS).id, 0
        while figures["kills"] + kills < KILLS:
            life = scene.start(campaign)
            if chance.random() >= STARTING:
                life.wait_at_work()
            time.sleep(chance.uniform(0, LIFE))
            if not life.kill():
                break
            kills += 1
            problems += contradictions(scene, campaign)
        found = finish(scene, campaign, kills)
        problems += found.problems
        figures += Counter(kills=kills, campaigns=1) + found.figures
    with capsys.disabled():
        print(table("SQLite", figures, time.monotonic() - began))
    assert problems == []


@pytest.mark.parametrize("moment", BEFORE_THE_MARK | IN_DOUBT | AFTERWARDS)
def test_killed_at_each_moment_only_what_may_have_left_is_in_doubt(scene: Scene, moment: str) -> None:
    campaign = scene.plan(FEW).id
    killed = scene.start(campaign, moment=moment, lanes=1)
    assert killed.end() == -signal.SIGKILL, killed.log.read_text()
    assert contradictions(scene, campaign) == []
    found = finish(scene, campaign, 1)
    assert found.problems == []
    assert found.figures["unknown"] == (moment in IN_DOUBT)
    if moment != "the dot has left":  # a server may see the connection's end before it sees the dot
        assert found.figures["had arrived"] == (moment in ("250, not noted", "sent, not committed"))


def test_killed_at_each_moment_of_many_connections_nobody_is_lost_or_told_twice(scene: Scene) -> None:
    chance = random.Random(SEED)
    moments = [*BEFORE_THE_MARK, *IN_DOUBT, *AFTERWARDS]
    scene.sink.fail(*FAULTS)
    campaign = scene.plan(len(moments) * SOME).id
    for moment in moments:
        nth = 1 if moment.startswith(("recover", "claim")) else chance.randint(1, 5)
        life = scene.start(campaign, moment=moment, nth=nth)
        assert life.end() == -signal.SIGKILL, f"{moment}: {life.log.read_text()}"
        assert contradictions(scene, campaign) == [], moment
    assert finish(scene, campaign, len(moments)).problems == []


@pytest.mark.parametrize("moment", PLANNING)
def test_killed_while_planning_a_campaign_stands_whole_or_can_never_be_sent(scene: Scene, moment: str) -> None:
    book = scene.store.campaigns
    life = scene.start(0, "call-1", work="plan", people=MANY, moment=moment, nth=2 if "written" in moment else 1)
    assert life.end() == -signal.SIGKILL, life.log.read_text()
    found = book.campaigns("call-1")
    assert [one.state for one in found] == {"opened, not committed": [], "completed": ["planned"]}.get(
        moment, ["planning"]
    )
    _cannot_be_sent_unless_whole(scene, "call-1")


def test_killed_at_random_while_planning_a_campaign_stands_whole_or_can_never_be_sent(scene: Scene) -> None:
    chance = random.Random(SEED)
    for number in range(max(6, KILLS // 10)):
        life = scene.start(0, f"call-{number}", work="plan", people=MANY)
        life.wait_at_work()
        time.sleep(chance.uniform(0, 0.1))
        life.kill()
        _cannot_be_sent_unless_whole(scene, f"call-{number}")


def _cannot_be_sent_unless_whole(scene: Scene, call: str) -> None:
    book = scene.store.campaigns
    for one in book.campaigns(call):
        if one.state == "planned":
            assert (one.total, one.digest) == (MANY, book.digest(one.id))
            assert sum(book.counts(one.id).values()) == MANY
            continue
        assert one.state == "planning"
        with pytest.raises(AssertionError):
            approve(scene.store, one.id)
        assert not book.move(one.id, ("planned",), "approved")
        sender = scene.start(one.id)
        assert sender.end() == 0, sender.log.read_text()
        book.cancel(one.id, "its planning was killed", one.planned)
    assert scene.arrived() == {}
    if not any(one.state == "planned" for one in book.campaigns(call)):
        assert book.campaign(plan(scene.store, MANY, call)).total == MANY


@pytest.mark.parametrize("moment", APPROVING)
def test_killed_while_approving_nothing_leaves_without_the_whole_yes(scene: Scene, moment: str) -> None:
    book = scene.store.campaigns
    campaign = plan(scene.store, FEW, "call-1")
    life = scene.start(campaign, work="approve", moment=moment)
    assert life.end() == -signal.SIGKILL, life.log.read_text()
    if moment != "moved":
        assert book.campaign(campaign).state == "planned"
        sender = scene.start(campaign)
        assert sender.end() == 0, sender.log.read_text()
        assert scene.arrived() == {}
        approve(scene.store, campaign)
    assert book.campaign(campaign).state == "approved"
    assert len(book.approvals(campaign)) == 1
    assert finish(scene, campaign, 1).problems == []


def test_told_to_stop_it_brings_to_its_end_what_is_under_way(scene: Scene) -> None:
    scene.sink.fail(*FAULTS)
    campaign = scene.plan(SOME).id
    life = scene.start(campaign, lanes=4)
    wait_for(lambda: len(scene.arrived()) > 5)
    life.process.send_signal(signal.SIGINT)
    assert life.end() == 0, life.log.read_text()
    counts = scene.store.campaigns.counts(campaign)
    assert counts["planned"] > 0
    assert counts["claimed"] == counts["sending"] == 0
    assert contradictions(scene, campaign) == []
    found = finish(scene, campaign, 0)
    assert found.problems == []


def test_the_command_itself_killed_stopped_and_resumed_tells_everybody_once(scene: Scene, tmp_path: Path) -> None:
    scene.sink.fail(*REFUSING, Fault("dot", "late", seconds=0.1))
    campaign = scene.plan(SOME).id
    config = tmp_path / "config.yaml"
    here = {"host": "127.0.0.1", "port": scene.sink.port, "security": "none", "address": OURS}
    both = [{"name": name, "email": f"{name}@example.org"} for name in (PLANNER, APPROVER)]
    relay = {"campaigns": {"relay": {"connections": 3}}}
    config.write_text(yaml.safe_dump({"store": {"url": scene.url}, "smtp": here, "coordinators": both} | relay))
    for sign, code in ((signal.SIGKILL, -signal.SIGKILL), (signal.SIGINT, 1)):
        before = len(scene.arrived())
        command = _command(config, "send", campaign)
        wait_for(lambda known=before: len(scene.arrived()) > known + 5)
        command.send_signal(sign)
        assert command.wait(PATIENCE) == code
        assert contradictions(scene, campaign) == []
    counts = scene.store.campaigns.counts(campaign)
    assert counts["planned"] > 0
    assert counts["claimed"] == counts["sending"] == 0
    assert counts["unknown"] <= 3
    assert _command(config, "resume", campaign).wait(PATIENCE) == 1  # all is done, and a person must look at some
    ended = scene.store.campaigns.campaign(campaign)
    assert ended is not None
    assert ended.state == "finished"
    assert audit(scene, campaign, 1).problems == []
    assert finish(scene, campaign, 1).problems == []


def _command(config: Path, step: str, campaign: int) -> subprocess.Popen[bytes]:
    given = ["--config", str(config), "campaign", step, str(campaign), "--by", APPROVER]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent.parent)}
    nothing = subprocess.DEVNULL
    command = ["setpriv", "--pdeathsig=KILL", sys.executable, "-m", "bot", *given]
    return subprocess.Popen(command, env=environment, stdin=nothing, stdout=nothing)


def test_the_audit_sees_mails_told_twice_without_the_mark(scene: Scene) -> None:
    problems, _ = _broken(scene, "mark after sending", moment="250, not noted")
    assert any(problem == "2 copies" for problem in problems)


def test_the_audit_sees_mails_told_twice_that_are_sent_again_in_doubt(scene: Scene) -> None:
    problems, _ = _broken(scene, "send again in doubt", moment="250, not noted")
    assert any(problem == "2 copies" for problem in problems)


def test_the_audit_sees_mails_lost_without_recovery(scene: Scene) -> None:
    campaign = scene.plan(FEW).id
    scene.start(campaign, moment="marked, no text has left").end()
    life = scene.start(campaign, broken="recover nothing")
    life.wait_at_work()
    life.kill()
    assert any(problem.startswith(("left sending", "left claimed")) for problem in audit(scene, campaign, 1).problems)


def _broken(scene: Scene, broken: str, moment: str) -> tuple[list[str], int]:
    """What the audit says of a campaign of a broken sender that was killed once."""
    scene.sink.fail(*REFUSING)
    campaign = scene.plan(SOME).id
    killed = scene.start(campaign, broken=broken, moment=moment, nth=10)
    assert killed.end() == -signal.SIGKILL, killed.log.read_text()
    life = scene.start(campaign, broken=broken)
    assert life.end() == 0, life.log.read_text()
    return audit(scene, campaign, 1).problems, campaign
