"""kill -9 while messages arrive: none is lost, and none repeated but where nobody could know whether it had arrived.

CRASH_KILLS (20) and CRASH_MESSAGES (60 letters, and as many chat messages) scale the run at random; CRASH_SEED draws another.
"""

import itertools
import os
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest
import yaml
from crash import Scene
from crash_audit import audit
from daemons import wait_for
from dovecot import Dovecot, User
from smtp_faults import Fault
from smtp_sink import SmtpSink

from tests.telegram_server import RemoteServer

KILLS = int(os.environ.get("CRASH_KILLS", "20"))
MESSAGES = int(os.environ.get("CRASH_MESSAGES", "60"))
SEED = int(os.environ.get("CRASH_SEED", "1"))
LIFE = 3.5  # the longest that a life lasts once it serves, in seconds; its messages take about as long to arrive
STARTING = 0.2  # the share of lives that end before they serve
ENOUGH = 60.0  # seconds in which everything gets done, on a busy machine too
LONG_SINCE = 6.0  # seconds after which what is not done will not be done
QUESTION = "What is the application deadline for the IDEAS PhD positions?"
QUESTIONS = Path(__file__).parent.parent / "questions" / "tuned"

# The method of the record in which the process ends, and where in it; then the copies of the reply that arrive, and its doubts.
AT_THE_EDGES = {
    "received, not committed": ("Inbox", "receive", "commit", 1, 0),
    "committed, its channel not told": ("Inbox", "receive", "after", 1, 0),
    "the mark not committed": ("Outbox", "begin", "commit", 1, 0),
    "marked, no text has left": ("Outbox", "begin", "after", 1, 1),
    "arrived, not known to be": ("Outbox", "finish", "commit", 2, 1),
    "sent": ("Outbox", "finish", "after", 1, 0),
}
BETWEEN_THEM = {
    "answering begun": ("Inbox", "begin", "after", 1, 0),
    "answered, not committed": ("Inbox", "settle", "commit", 1, 0),
    "planned": ("Inbox", "settle", "after", 1, 0),
}
IN_THE_MAILBOX = {
    "read, not noted": ("Mailboxes", "advance", "commit", 1, 0),
    "noted as read": ("Mailboxes", "advance", "after", 1, 0),
    "marked, not noted": ("Mailboxes", "filed", "commit", 1, 0),
    "noted as marked": ("Mailboxes", "filed", "after", 1, 0),
}


@pytest.fixture
def scene(tmp_path: Path, dovecot: Dovecot, user: User, sink: SmtpSink) -> Iterator[Scene]:
    """The program, not started, between a Telegram, a mailbox and a mail server that outlive it."""
    with RemoteServer(tmp_path / "telegram.jsonl") as telegram, Scene(tmp_path, telegram, dovecot, user, sink) as made:
        yield made


def test_killed_at_each_moment_a_message_is_answered_and_doubted_only_if_its_text_may_have_left(scene: Scene) -> None:
    killed = {}
    moments = [("letter", *moment) for moment in (AT_THE_EDGES | BETWEEN_THEM | IN_THE_MAILBOX).items()]
    moments += [("chat", *moment) for moment in AT_THE_EDGES.items()]
    for form, name, (book, method, when, *expected) in moments:
        scene.start((book, method, when))
        scene.wait_ready()
        assert scene.wait_quiet(ENOUGH), f"not answered after {list(killed)[-1:]}"
        scene.armed.touch()
        killed[form, name] = (scene.write(QUESTION) if form == "letter" else scene.say(QUESTION), expected)
        assert scene.wait_end() == -9, f"not killed at {name}"
    scene.start()
    assert scene.wait_quiet(ENOUGH)
    assert scene.terminate() == 0
    found = audit(scene, len(killed))
    assert {at: found.of(scene, address) for at, (address, _) in killed.items()} == {
        at: [tuple(expected)] for at, (_, expected) in killed.items()
    }
    assert found.problems == []


def test_killed_at_random_while_messages_arrive_nothing_is_lost(
    scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    began, chance = time.monotonic(), random.Random(SEED)
    scene.sink.fail(Fault("body", "slow", seconds=0.1, rate=0.3), Fault("dot", "late", seconds=0.1, rate=0.3))
    scene.telegram.mix(0.3, SEED, ["sendMessage"], [{"kind": "slow", "seconds": 0.2}])
    with ThreadPoolExecutor(1) as people:
        arriving = []
        for batch in _batches(scene, chance):
            arriving.append(people.submit(_arrive, batch, random.Random(chance.random())))
            scene.start()
            if chance.random() < STARTING:
                time.sleep(chance.uniform(0, 1.5))
            else:
                scene.wait_ready()
                time.sleep(chance.uniform(0, LIFE))
            scene.kill()
        scene.start()
        for one in arriving:
            one.result()
    quiet = scene.wait_quiet(ENOUGH + KILLS)
    code = scene.terminate()
    found = audit(scene, KILLS)
    figures = found.figures | {"seconds": round(time.monotonic() - began)}
    with capsys.disabled():
        print("\n" + "  ".join(figures) + "\n" + "  ".join(f"{n:>{len(name)}}" for name, n in figures.items()))
        for line, times in Counter(scene.warnings()).most_common():
            print(f"{times:>5} x {line}")
    assert found.problems == []
    assert (quiet, code) == (True, 0)
    assert len(scene.asked) == 2 * MESSAGES


def test_told_to_end_it_brings_to_its_end_what_is_under_way(scene: Scene) -> None:
    scene.sink.fail(Fault("dot", "late", seconds=4))
    scene.telegram.mix(1, SEED, ["sendMessage"], [{"kind": "slow", "seconds": 4}])
    scene.start()
    scene.wait_ready()
    scene.write(QUESTION)
    scene.say(QUESTION)
    wait_for(lambda: scene.rows("SELECT count(*) AS n FROM replies WHERE state = 'sending'") == [{"n": 2}])
    assert scene.terminate() == 0
    assert [reply["state"] for reply in scene.rows("SELECT state FROM replies")] == ["sent", "sent"]
    scene.start()  # to mark the letter in its mailbox
    assert scene.wait_quiet(ENOUGH)
    assert scene.terminate() == 0
    found = audit(scene, 0)
    assert found.problems == []
    assert [len(copies) for copies in found.copies.values()] == [1, 1]


def test_the_audit_sees_replies_lost_without_recovery(scene: Scene) -> None:
    letter, chat = _killed(scene, ("Outbox", "begin", "after"), broken=())
    scene.start(broken=["recover nothing"])
    assert not scene.wait_quiet(LONG_SINCE)
    assert scene.terminate() == 0
    problems = audit(scene, 2).problems
    assert {f"unanswered: {letter}", f"unanswered: {chat}"} & set(problems)
    assert any(problem.startswith("sending") for problem in problems)


def test_the_audit_sees_replies_repeated_without_the_mark(scene: Scene) -> None:
    _killed(scene, ("Outbox", "finish", "commit"), broken=["begin unmarked"])
    scene.start(broken=["begin unmarked"])
    assert scene.wait_quiet(ENOUGH)
    assert scene.terminate() == 0
    assert any(problem.startswith("2 copies, 0 doubts") for problem in audit(scene, 1).problems)


def test_the_audit_sees_messages_lost_that_were_confirmed_before_they_were_committed(scene: Scene) -> None:
    scene.start(broken=["receive before commit"])
    scene.wait_ready()
    letter, chat = scene.write(QUESTION), scene.say(QUESTION)
    wait_for(lambda: not scene.telegram.pending)
    wait_for(lambda: scene.rows("SELECT last_uid FROM mailboxes") == [{"last_uid": 1}])
    scene.kill()
    scene.start()
    assert not scene.wait_quiet(LONG_SINCE)
    assert scene.terminate() == 0
    assert {f"unanswered: {letter}", f"unanswered: {chat}"} <= set(audit(scene, 1).problems)


def _killed(scene: Scene, moment: Sequence[str], broken: Sequence[str]) -> tuple[str, str]:
    """A letter and a chat message of a program that was killed over one of them."""
    scene.start(moment, broken)
    scene.wait_ready()
    scene.armed.touch()
    asked = scene.write(QUESTION), scene.say(QUESTION)
    assert scene.wait_end() == -9
    return asked


def _batches(scene: Scene, chance: random.Random) -> list[list[Callable[[], str]]]:
    """The messages, in as many batches as there are lives to be killed; each question comes by letter and in a chat."""
    asked = [one for file in sorted(QUESTIONS.glob("*.yaml")) for one in yaml.safe_load(file.read_text())]
    questions = [
        one["question"] for one in asked if one["kind"] == "answer"
    ]  # not: an absence note, rightly left alone
    chosen = itertools.islice(itertools.cycle(chance.sample(questions, len(questions))), MESSAGES)
    acts = [partial(ask, question) for question in chosen for ask in (scene.write, scene.say)]
    chance.shuffle(acts)
    return [acts[life::KILLS] for life in range(KILLS)]


def _arrive(batch: Sequence[Callable[[], str]], chance: random.Random) -> None:
    """Let the messages of a life arrive one after another, at random moments."""
    for act in batch:
        time.sleep(chance.uniform(0, 2 * LIFE / len(batch)))  # as long as a life and its start, on average
        act()
