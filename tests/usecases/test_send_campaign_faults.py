"""A record that fails, a program that is cancelled, two who hold the same delivery: nothing leaves twice, and nothing is lost."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from bot.mailing.pacing import Limits
from bot.model.message import Outcome, Refused, Sent, TryLater
from bot.usecases.campaign_ports import Begin
from bot.usecases.ports import silent_log
from bot.usecases.runtime import Runtime
from bot.usecases.send_campaign import Ended, SendCampaign
from tests.usecases.ledger_book import CAMPAIGN, NOW, address
from tests.usecases.post import Counter, Post, in_turn, nothing, taken
from tests.usecases.sender import ME, OTHER, Open, Sending

FOREVER = 10_000


def once(post: Post) -> bool:
    return len(post.recipients) == len(set(post.recipients))


@pytest.mark.parametrize("method", ["used", "state", "open"])
def test_a_record_that_cannot_be_read_at_first_lets_nothing_begin(scene: Open, method: str) -> None:
    opened, post = scene(5), Post()
    opened.ledger.fails[method] = (0, FOREVER)
    with pytest.raises(OSError, match="the disk is full"):
        Sending(opened, post, Limits(per_day=100)).run()
    assert (post.tried, opened.counts()) == ([], {"planned": 5})


@pytest.mark.parametrize("works", [0, 1, 2, 5])
@pytest.mark.parametrize("fails", [1, FOREVER])
@pytest.mark.parametrize("method", ["claim", "record", "state", "open", "release"])
def test_wherever_the_record_fails_it_ends_and_the_next_start_goes_on(
    scene: Open, method: str, works: int, fails: int
) -> None:
    opened, post = scene(30), Post()
    post.before = in_turn([TryLater(60.0, "away", all=True)], nothing)
    opened.ledger.fails[method] = (works, fails)
    failed = False
    try:
        Sending(opened, post).run()
    except OSError:
        failed = True
    assert failed or opened.counts() == {"sent": 30}
    opened.ledger.fails.clear()
    opened.ledger.recover(OTHER, NOW)
    before = len(post.texts)
    assert Sending(opened, post).run(OTHER) == Ended("done")
    counts = opened.counts()
    assert once(post)
    assert sum(counts.values()) == 30
    assert counts.get("unknown", 0) <= 3
    assert set(counts) <= {"sent", "unknown"}
    assert len(post.texts) >= before


@pytest.mark.parametrize("works", [1, 2, 3, 4, 5, 6, 7])
def test_when_a_commit_fails_no_further_letter_leaves(scene: Open, works: int) -> None:
    """The first time that a commit fails is the end: those who waited for it, and those after it, begin nothing."""
    opened, post = scene(30), Post()
    opened.ledger.fails["record"] = (works, FOREVER)
    opened.ledger.fails["settle"] = (0, FOREVER)
    left: list[int] = []
    opened.ledger.before = lambda name: left.append(len(post.texts)) if opened.ledger.fails["record"][0] == 0 else None
    with pytest.raises(OSError, match="the disk is full"):
        Sending(opened, post).run()
    assert len(post.texts) <= left[0] + 3  # marks that stood before it
    counts = opened.counts()
    assert counts.get("sending", 0) <= 3
    _, unknown = opened.ledger.recover(OTHER, NOW)
    assert unknown == counts.get("sending", 0)
    assert opened.counts().get("unknown", 0) == unknown


def test_an_outcome_that_could_not_be_written_is_written_at_the_end(scene: Open) -> None:
    opened, post = scene(3), Post()
    post.steps = 1.0
    opened.ledger.fails["record"] = (1, 1)
    with pytest.raises(OSError, match="the disk is full"):
        Sending(opened, post).run()
    assert len(post.texts) >= 1
    assert opened.counts()["sent"] == len(post.texts)


def test_a_mark_that_failed_sends_nothing_and_puts_the_delivery_back(scene: Open) -> None:
    opened, post = scene(1), Post()
    opened.ledger.fails["record"] = (0, 1)
    with pytest.raises(OSError, match="the disk is full"):
        Sending(opened, post).run()
    assert post.texts == []
    assert opened.states() == ["waiting"]
    assert Sending(opened, post).run(OTHER) == Ended("done")


def test_a_login_that_cannot_be_noted_does_not_happen(scene: Open) -> None:
    opened, post = scene(3), Post()
    opened.ledger.fails["use"] = (0, FOREVER)
    with pytest.raises(OSError, match="the disk is full"):
        Sending(opened, post).run()
    assert (post.opened, post.texts) == (0, [])


def test_what_is_in_hand_is_not_given_back_and_claimed_by_another_connection(scene: Open) -> None:
    """While all are told to wait, a slow connection holds a delivery: claimed twice, its late 450 would free what another sends."""
    opened, post = scene(9), Post()
    post.before = in_turn([TryLater(60.0, "away", all=True)] * 2, nothing)
    times = iter(range(9))

    class Slow(Counter):
        async def send(self, recipient: str, letter: bytes, begin: Begin) -> Outcome | None:
            if recipient != address(1):
                return await super().send(recipient, letter, begin)
            if next(times) == 0:
                await asyncio.sleep(100)
                return TryLater(300.0, "450 at RCPT")
            if await begin():
                post.texts.append((0.0, recipient))
                await asyncio.sleep(100)
            return Sent()

    post.courier = lambda login: Slow(post, login)
    assert Sending(opened, post).run() == Ended("done")
    assert once(post)
    assert opened.counts() == {"sent": 9}


def test_a_courier_that_breaks_is_no_end(scene: Open) -> None:
    opened, post = scene(20), Post()
    post.after = in_turn([RuntimeError("x")], taken)
    post.before = in_turn([RuntimeError("y")], nothing)
    assert Sending(opened, post).run() == Ended("done")
    assert opened.counts() == {"sent": 19, "unknown": 1}


def test_a_program_that_shows_progress_badly_ends_in_order(scene: Open) -> None:
    opened, post = scene(20), Post()
    sending = Sending(opened, post)

    class BadError(Exception):
        pass

    def bad(progress: object) -> None:
        raise BadError

    sending.show = bad
    with pytest.raises(BadError):
        sending.run()
    assert set(opened.states()) <= {"sent", "planned", "waiting"}


def test_cancelled_it_leaves_nothing_claimed(scene: Open) -> None:
    opened, post = scene(30), Post()
    post.steps = 0.001

    async def work() -> None:
        with ThreadPoolExecutor(1) as executor:
            runtime = Runtime(lambda: datetime.now(UTC), silent_log(), executor)
            sender = SendCampaign(opened.ledger, post.courier, Limits(connections=3), runtime, 20)
            enough = asyncio.Event()
            post.on_text = lambda count: enough.set() if count == 5 else None
            running = asyncio.create_task(sender.run(CAMPAIGN, ME, asyncio.Event()))
            await enough.wait()
            running.cancel()
            with pytest.raises(asyncio.CancelledError):
                await running

    asyncio.run(work())
    assert opened.counts() == {"sent": len(post.texts), "planned": 30 - len(post.texts)}


def test_many_connections_with_a_real_thread(scene: Open) -> None:
    opened, post = scene(400), Post()
    post.steps = 0.0
    post.after = in_turn([Refused("550"), Sent("one")], taken)

    async def work() -> Ended:
        with ThreadPoolExecutor(1) as executor:
            runtime = Runtime(lambda: datetime.now(UTC), silent_log(), executor)
            sender = SendCampaign(opened.ledger, post.courier, Limits(connections=16), runtime, 20)
            return await sender.run(CAMPAIGN, ME, asyncio.Event())

    assert asyncio.run(work()) == Ended("done")
    assert once(post)
    assert opened.counts() == {"sent": 399, "refused": 1}
