"""A campaign sent: what becomes of each delivery, when nothing more may begin, and how fast it goes. On both ledgers, in leaping time."""

import asyncio
from datetime import timedelta
from itertools import pairwise

import pytest

from bot.mailing.pacing import Limits
from bot.model.message import Refused, Sent, TryLater, Unknown
from bot.usecases.send_campaign import LAST, TRIES, Ended
from tests.usecases.ledger_book import CAMPAIGN, NOW, address
from tests.usecases.post import Post, in_turn, nothing, taken
from tests.usecases.sender import OTHER, Open, Sending

BUSY = TryLater(300.0, "450 at RCPT")
DOWN = TryLater(60.0, "the mail server cannot be used", all=True)


def test_everybody_gets_theirs_once(scene: Open) -> None:
    opened, post = scene(50), Post()
    assert Sending(opened, post).run() == Ended("done")
    assert sorted(post.recipients) == sorted(address(number) for number in range(1, 51))
    assert opened.counts() == {"sent": 50}
    assert set(opened.outcomes()) == {"250 taken"}
    assert (post.most_open, post.open) == (3, 0)


def test_no_more_connections_than_mails(scene: Open) -> None:
    post = Post()
    assert Sending(scene(2), post, Limits(connections=16)).run() == Ended("done")
    assert post.opened == 2


AFTER_BEGIN = [
    (Sent("250 ok"), "sent", "250 ok"),
    (Refused("554 after the text"), "refused", "554 after the text"),
    (Unknown("SMTPServerDisconnected after the text"), "unknown", "SMTPServerDisconnected after the text"),
    (TryLater(300.0, "452 after the text"), "waiting", "452 after the text"),
    (RuntimeError("its words"), "unknown", "RuntimeError"),
]
BEFORE_BEGIN = [
    (Refused("550 at RCPT"), "refused", "550 at RCPT"),
    (BUSY, "waiting", "450 at RCPT"),
    (DOWN, "waiting", "the mail server cannot be used"),
    (TryLater(300.0, "login refused", all=True, stop=True), "waiting", "login refused"),
    (RuntimeError("its words"), "waiting", "RuntimeError"),
]


@pytest.mark.parametrize(("answer", "state", "outcome"), AFTER_BEGIN)
def test_what_came_back_after_the_text_decides(scene: Open, answer: object, state: str, outcome: str) -> None:
    opened, post = scene(1), Post()
    sending = Sending(opened, post)
    post.after = in_turn([answer], taken)
    post.on_text = lambda count: asyncio.get_running_loop().call_later(5, sending.stop.set)
    sending.run()
    assert (opened.states(), opened.outcomes()) == ([state], [outcome])


@pytest.mark.parametrize(("answer", "state", "outcome"), BEFORE_BEGIN)
def test_what_came_back_before_the_text_decides(scene: Open, answer: object, state: str, outcome: str) -> None:
    opened, post = scene(1), Post()
    sending = Sending(opened, post)

    def before(recipient: str) -> object:
        asyncio.get_running_loop().call_later(5, sending.stop.set)
        return answer

    post.before = before
    sending.run()
    assert (opened.states(), opened.outcomes()) == ([state], [outcome])
    assert post.texts == []


def test_an_address_that_cannot_be_written_is_refused(scene: Open) -> None:
    opened, post = scene(["ann@example.org", "ann@example.org, bob@example.org", "no address"]), Post()
    assert Sending(opened, post).run() == Ended("done")
    assert opened.states() == ["sent", "refused", "refused"]


@pytest.mark.parametrize("failures", [3, 20])
def test_a_refused_login_pauses_at_once(scene: Open, failures: int) -> None:
    opened, post = scene(40), Post()
    stopped = TryLater(300.0, "535: the server does not let us send", all=True, stop=True)
    post.before = lambda recipient: stopped if len(post.texts) > 10 else None
    ended = Sending(opened, post, failures=failures).run()
    assert ended == Ended("paused", "535: the server does not let us send")
    assert opened.counts() == {
        "sent": len(post.texts),
        "waiting": opened.counts()["waiting"],
        "planned": 37 - 11 + 0,
    } or (opened.counts()["waiting"] <= 3)
    assert len(post.texts) <= 13


def test_while_the_server_takes_nothing_all_wait_and_give_back_what_they_had(scene: Open) -> None:
    opened, post = scene(30), Post()
    sending = Sending(opened, post)
    states: list[dict[str, int]] = []

    def before(recipient: str) -> object:
        if len(post.tried) > 3:
            return None
        asyncio.get_running_loop().call_later(30, lambda: states.append(opened.counts()))
        return DOWN

    post.before = before
    assert sending.run() == Ended("done")
    assert states[0] == {"waiting": 3, "planned": 27}
    first, fourth = post.tried[0][0], post.tried[3][0]
    assert fourth - first >= 60
    assert opened.counts() == {"sent": 30}


def test_where_others_are_served_only_one_connection_waits(scene: Open) -> None:
    """A server that takes two connections and not three."""
    opened, post = scene(60), Post()
    post.room = 2
    assert Sending(opened, post).run() == Ended("done")
    assert opened.counts() == {"sent": 60}
    pauses = [later - at for (at, _), (later, _) in pairwise(post.texts)]
    assert sum(pause > 50 for pause in pauses[:-3]) == 1  # all waited once, when nobody was served yet


def test_what_is_put_off_waits_longer_each_time_and_is_never_given_up(scene: Open) -> None:
    opened, post = scene(2), Post()
    post.before = lambda recipient: BUSY if recipient == address(1) else None
    sending = Sending(opened, post)
    ended = sending.run()
    assert ended == Ended("paused", f"all that is left, 1, was put off by the server {TRIES} times or more")
    tried = [at for at, recipient in post.tried if recipient == address(1)]
    pauses = [round((later - at) / 300) for at, later in pairwise(tried)]
    assert pauses == [1, 2, 4, 8, 12, 12, 12]
    assert opened.states() == ["waiting", "sent"]
    post.before = nothing
    sending.start += timedelta(hours=1)
    assert sending.run() == Ended("done")
    assert opened.states() == ["sent", "sent"]


def test_a_long_wait_keeps_no_connection(scene: Open) -> None:
    post = Post()
    post.before = in_turn([BUSY], nothing)
    assert Sending(scene(1), post).run() == Ended("done")
    assert post.quits >= 2
    assert post.opened == 2


@pytest.mark.parametrize("answer", [Refused("550"), Unknown("lost"), BUSY])
def test_many_failures_in_a_row_pause(scene: Open, answer: object) -> None:
    opened, post = scene(100), Post()
    post.after = in_turn([answer, Sent(), answer, answer, answer], lambda recipient: answer)
    ended = Sending(opened, post, failures=5).run()
    assert ended.reason == "paused"
    assert ended.note.startswith("5 mails in a row failed; the last: ")
    assert 7 <= len(post.texts) <= 7 + 3
    assert opened.counts()["planned"] == 100 - len(post.texts)


def test_a_server_that_is_away_counts_once_a_wait(scene: Open) -> None:
    post = Post()
    post.before = lambda recipient: DOWN
    sending = Sending(scene(30), post, failures=5)
    assert sending.run().note == "5 mails in a row failed; the last: the mail server cannot be used"
    assert 240 <= sending.took < 300


def test_stopped_nothing_begins_what_is_under_way_ends_and_the_rest_is_given_back(scene: Open) -> None:
    opened, post = scene(50), Post()
    sending = Sending(opened, post)
    post.on_text = lambda count: sending.stop.set() if count == 10 else None
    assert sending.run() == Ended("stopped")
    assert len(post.texts) <= 12
    assert opened.counts() == {"sent": len(post.texts), "planned": 50 - len(post.texts)}
    assert sending.run() == Ended("done")
    assert sorted(post.recipients) == sorted(address(number) for number in range(1, 51))


def test_what_does_not_end_in_time_is_unknown(scene: Open) -> None:
    opened, post = scene(10), Post()
    post.steps = 500.0
    sending = Sending(opened, post)
    post.on_text = lambda count: sending.stop.set()
    assert sending.run() == Ended("stopped")
    assert 500 + LAST <= sending.took < 600
    assert opened.counts() == {"unknown": len(post.texts), "planned": 10 - len(post.texts)}
    assert "stopped after the text" in opened.outcomes()


def test_stopped_while_all_waits_for_hours(scene: Open) -> None:
    opened, post = scene(3), Post()
    sending = Sending(opened, post, Limits(per_day=1))
    post.on_text = lambda count: asyncio.get_running_loop().call_later(3600, sending.stop.set)
    assert sending.run() == Ended("stopped")
    assert sending.took < 3700
    assert opened.states() == ["sent", "planned", "planned"]


@pytest.mark.parametrize("state", ["paused", "cancelled"])
def test_paused_or_cancelled_by_somebody_else(scene: Open, state: str) -> None:
    opened, post = scene(50), Post()
    post.on_text = lambda count: opened.move(state) if count == 10 else None
    assert Sending(opened, post).run() == Ended("halted", state)
    assert len(post.texts) <= 12
    assert opened.counts()["sent"] == len(post.texts)
    assert set(opened.states()) == {"sent", "planned"}


def test_a_pause_is_noticed_while_all_wait(scene: Open) -> None:
    opened, post = scene(3), Post()
    sending = Sending(opened, post, Limits(per_day=1))
    post.on_text = lambda count: asyncio.get_running_loop().call_later(3600, opened.move, "paused")
    assert sending.run() == Ended("halted", "paused")
    assert sending.took < 3700


def test_a_campaign_that_is_not_being_sent_is_left_alone(scene: Open) -> None:
    opened, post = scene(3), Post()
    opened.move("paused")
    assert Sending(opened, post).run() == Ended("halted", "paused")
    assert (post.tried, opened.counts()) == ([], {"planned": 3})


def test_without_its_lock_it_begins_nothing(scene: Open) -> None:
    opened, post = scene(1000), Post()
    sending = Sending(opened, post)
    post.on_text = lambda count: setattr(sending, "held", count < 10)
    assert sending.run() == Ended("lost")
    assert len(post.texts) < 1000
    assert opened.counts() == {"sent": len(post.texts), "planned": 1000 - len(post.texts)}


def test_it_waits_for_another_sender_s_deliveries(scene: Open) -> None:
    opened, post = scene(3), Post()
    (theirs,) = opened.ledger.claim(CAMPAIGN, OTHER, NOW, 1)
    opened.ledger.fails["recover"] = (0, 0)
    sending = Sending(opened, post)
    alive = opened.ledger.__dict__["_ledger"]
    alive.recover = lambda worker, now: (0, 0)

    def finish() -> None:
        assert opened.ledger.mark(OTHER, [theirs.id], NOW) == {theirs.id}
        opened.ledger.settle(OTHER, [(theirs.id, Sent("theirs"), NOW)])

    post.on_text = lambda count: asyncio.get_running_loop().call_later(60, finish) if count == 1 else None
    assert sending.run() == Ended("done")
    assert sending.took >= 60
    assert opened.outcomes()[0] == "theirs"
    assert len(post.texts) == 2


def test_it_takes_over_from_a_sender_that_is_gone(scene: Open) -> None:
    opened, post = scene(3), Post()
    began, claimed = opened.ledger.claim(CAMPAIGN, OTHER, NOW, 2)
    opened.ledger.mark(OTHER, [began.id], NOW)
    assert Sending(opened, post).run() == Ended("done")
    assert opened.states() == ["unknown", "sent", "sent"]
    assert address(claimed.id) in post.recipients


def test_what_it_shows_adds_up(scene: Open) -> None:
    opened, post = scene(40), Post()
    answers = [Refused("550"), Unknown("lost"), TryLater(30.0, "450 at RCPT")]
    post.after = in_turn(answers, taken)
    sending = Sending(opened, post)
    assert sending.run() == Ended("done")
    assert all(shown.sent + shown.unknown + shown.refused + shown.open == 40 for shown in sending.shown)
    last = sending.shown[-1]
    assert (last.sent, last.unknown, last.refused, last.waiting, last.open) == (38, 1, 1, 0, 0)
    assert any(shown.waiting == 1 for shown in sending.shown)
    assert last.rate > 0
