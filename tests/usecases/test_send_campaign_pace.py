"""A relay is given no more mails and logins than it takes, over restarts and beside other senders; the end is told beforehand."""

import asyncio
from datetime import timedelta

import pytest

from bot.mailing.pacing import Limits
from bot.model.message import Refused, TryLater
from bot.usecases.send_campaign import Ended
from tests.usecases.ledger_book import CAMPAIGN, NOW
from tests.usecases.post import Post, in_turn, nothing
from tests.usecases.sender import OTHER, Open, Sending

MINUTE = 60.0


def most_within(times: list[float], window: float) -> int:
    return max(sum(1 for other in times if at <= other < at + window) for at in times)


def test_never_more_within_a_minute_than_the_relay_takes(scene: Open) -> None:
    opened, post = scene(12), Post()
    sending = Sending(opened, post, Limits(per_minute=5, connections=3))
    assert sending.run() == Ended("done")
    assert most_within(post.times, MINUTE) == 5
    assert 120 < sending.took < 130
    assert opened.counts() == {"sent": 12}


def test_a_slow_server_is_given_no_more_either(scene: Open) -> None:
    """What is about to leave counts already: its moment is not known."""
    opened, post = scene(12), Post()
    post.steps = 40.0
    assert Sending(opened, post, Limits(per_minute=2, connections=3)).run() == Ended("done")
    assert most_within(post.times, MINUTE) == 2


def test_a_restart_keeps_the_pace(scene: Open) -> None:
    opened, post = scene(6), Post()
    sending = Sending(opened, post, Limits(per_hour=2, connections=3))
    post.on_text = lambda count: sending.stop.set() if count == 2 else None
    assert sending.run() == Ended("stopped")
    sending.start += timedelta(minutes=10)
    post.on_text = lambda count: sending.stop.set() if count == 3 else None
    assert sending.run("worker-3") == Ended("stopped")
    assert 50 * MINUTE - 5 < sending.took < 51 * MINUTE


def test_another_sender_s_mails_count(scene: Open) -> None:
    opened, post = scene(3), Post()
    opened.use("mail", 2, NOW - timedelta(minutes=30))
    sending = Sending(opened, post, Limits(per_hour=3))
    post.on_text = lambda count: opened.use("mail", 1, NOW + timedelta(minutes=5)) if count == 1 else None
    assert sending.run() == Ended("done")
    assert 30 * MINUTE <= sending.took < 66 * MINUTE


def test_a_refused_recipient_takes_no_mail_s_place(scene: Open) -> None:
    post = Post()
    post.before = in_turn([Refused("550 at RCPT")] * 3, nothing)
    sending = Sending(scene(5), post, Limits(per_hour=2, connections=1))
    assert sending.run() == Ended("done")
    assert sending.took < MINUTE


def test_what_waits_for_the_pace_is_not_claimed(scene: Open) -> None:
    """Until it goes, its person may be told something else, or act."""
    opened, post = scene(5), Post()
    states: list[dict[str, int]] = []
    post.on_text = lambda count: asyncio.get_running_loop().call_later(600, lambda: states.append(opened.counts()))
    sending = Sending(opened, post, Limits(per_hour=2))
    assert sending.run() == Ended("done")
    assert states[1] == {"sent": 2, "planned": 3}


def test_the_end_and_what_is_waited_for_are_told(scene: Open) -> None:
    opened, post = scene(5), Post()
    sending = Sending(opened, post, Limits(per_hour=2))
    sending.run()
    waiting = [shown for shown in sending.shown if shown.sent == 2]
    assert any(shown.note.startswith("the relay takes the next at 13:00:0") for shown in waiting)
    assert all(abs(shown.end - (NOW + timedelta(hours=2))) < timedelta(minutes=1) for shown in waiting)


def test_a_wait_that_the_server_asked_for_is_told(scene: Open) -> None:
    post = Post()
    post.before = in_turn([TryLater(60.0, "421 at MAIL", all=True)], nothing)
    sending = Sending(scene(2), post, Limits(connections=1))
    assert sending.run() == Ended("done")
    assert any(shown.note.endswith("s: 421 at MAIL") for shown in sending.shown)


def test_logins_are_noted_and_counted_over_restarts(scene: Open) -> None:
    opened, post = scene(10), Post()
    opened.use("login", 2, NOW - timedelta(hours=23))
    sending = Sending(opened, post, Limits(logins_per_day=4, connections=3))
    assert sending.run() == Ended("done")
    assert post.opened == 2
    assert sum(count for _, count in opened.ledger.used("login", NOW - timedelta(days=1))) == 4
    assert opened.counts() == {"sent": 10}


def test_without_a_login_left_it_pauses_and_says_when_it_can_go_on(scene: Open) -> None:
    opened, post = scene(4), Post()
    opened.use("login", 2, NOW - timedelta(hours=23))
    sending = Sending(opened, post, Limits(logins_per_day=2, connections=3))
    assert sending.run() == Ended("paused", "the relay allows 2 logins a day; the next at 2026-01-15 13:00")
    assert (post.opened, opened.counts()) == (0, {"planned": 4})
    sending.start += timedelta(hours=1, minutes=1)
    assert sending.run() == Ended("done")


def test_lost_connections_use_up_logins(scene: Open) -> None:
    opened, post = scene(20), Post()
    lost = TryLater(60.0, "connection lost at RCPT", all=True)
    post.before = lambda recipient: lost if len(post.tried) % 3 == 0 else None
    ended = Sending(opened, post, Limits(logins_per_day=5, connections=1)).run()
    assert ended.reason == "paused"
    assert "5 logins a day" in ended.note
    assert post.opened == 5
    assert opened.counts()["sent"] == 10


@pytest.mark.parametrize("limits", [Limits(), Limits(per_day=3)])
def test_mails_are_counted_with_their_marks(scene: Open, limits: Limits) -> None:
    opened, post = scene(3), Post()
    assert Sending(opened, post, limits).run(OTHER) == Ended("done")
    assert sum(count for _, count in opened.ledger.used("mail", NOW - timedelta(days=1))) == 3
    assert opened.ledger.state(CAMPAIGN) == "sending"
