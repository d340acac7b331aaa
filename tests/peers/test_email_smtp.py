"""The relay over the program's life: Postfix killed and back, and a server that keeps a letter and loses the answer."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import email_program
import pytest
from certificates import Certificates
from daemons import wait_for
from dovecot import User
from email_program import QUESTION, Callboard, House
from smtp_server import Fault
from smtp_sink import SmtpSink

from bot.channels.email import smtp
from bot.storage import outbox

house, callboard = email_program.house, email_program.callboard


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SOON", "LATER", "STOPPED"):
        monkeypatch.setattr(smtp, name, 1.0)
    monkeypatch.setattr(outbox, "AFTER_DOUBT", timedelta(seconds=1))


@pytest.fixture
def relay(house: House, tmp_path: Path, certificates: Certificates) -> Iterator[SmtpSink]:
    """A relay that breaks on a test's word; it delivers nothing."""
    users = {house.bot.login: house.bot.password}
    with SmtpSink(tmp_path / "relay", tls=certificates.pair(), users=users) as sink:
        yield sink


def ask(house: House) -> User:
    anna = house.person()
    house.deliver(house.write(anna, QUESTION))
    return anna


def states(callboard: Callboard) -> list[str]:
    return [state for (state,) in callboard.record("select state from replies order by id")]


def test_postfix_killed_and_back(house: House, callboard: Callboard) -> None:
    before = house.person()
    house.ask(before)
    house.postfix.kill()
    anna = ask(house)
    wait_for(lambda: callboard.failures, what="a warning")
    assert states(callboard) == ["sent", "planned"]
    house.postfix.start()
    house.replies(anna)
    wait_for(lambda: states(callboard) == ["sent", "sent"])
    assert [len(house.dovecot.letters(person)) for person in (before, anna)] == [1, 1]


def test_postfix_frozen_and_thawed(house: House, callboard: Callboard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp, "CONNECT", 2.0)
    house.postfix.freeze()
    anna = ask(house)
    wait_for(lambda: callboard.failures, what="a warning")
    house.postfix.thaw()
    house.replies(anna)
    wait_for(lambda: states(callboard) == ["sent"])


def test_kept_and_the_answer_lost_it_is_sent_once_more(
    house: House, relay: SmtpSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    relay.fail(Fault("dot", "lost", times=1))
    with Callboard(house, monkeypatch, smtp_port=relay.port) as callboard:
        ask(house)
        wait_for(lambda: states(callboard) == ["sent"])
        first, second = relay.letters()
        assert first.message_id == second.message_id
        assert first.message["Date"] == second.message["Date"]


def test_always_lost_it_is_sent_twice_and_then_left(
    house: House, relay: SmtpSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    relay.fail(Fault("dot", "lost"))
    with Callboard(house, monkeypatch, smtp_port=relay.port) as callboard:
        ask(house)
        wait_for(lambda: states(callboard) == ["unknown"])
        relay.fail()
        ask(house)
        wait_for(lambda: states(callboard) == ["unknown", "sent"])
        assert len(relay.letters()) == 3
        assert len(set(relay.message_ids())) == 2


@pytest.mark.parametrize(
    "fault",
    [
        Fault("connect", "drop", times=2),
        Fault("auth", "refuse", code=454, times=2),
        Fault("mail", "refuse", code=451, times=2),
        Fault("mail", "refuse", code=554, times=2),
        Fault("rcpt", "refuse", code=450, times=2),
        Fault("data", "drop", times=2),
        Fault("dot", "refuse", code=452, times=2),
        Fault("dot", "drop", times=1),
    ],
    ids=lambda fault: f"{fault.step}-{fault.action}-{fault.code}",
)
def test_what_passes_is_waited_for(
    house: House, relay: SmtpSink, monkeypatch: pytest.MonkeyPatch, fault: Fault
) -> None:
    relay.fail(fault)
    with Callboard(house, monkeypatch, smtp_port=relay.port) as callboard:
        ask(house)
        wait_for(lambda: states(callboard) == ["sent"])
    assert len(relay.letters()) == 1


def test_one_persons_refusal_holds_up_nobody(house: House, relay: SmtpSink, monkeypatch: pytest.MonkeyPatch) -> None:
    people = [house.person() for _ in range(5)]
    relay.fail(Fault("rcpt", "refuse", code=550, match=people[1].login), Fault("dot", code=554, match=people[2].login))
    with Callboard(house, monkeypatch, smtp_port=relay.port) as callboard:
        for person in people:
            house.deliver(house.write(person, QUESTION))
        wait_for(lambda: states(callboard) == ["sent", "refused", "refused", "sent", "sent"])
        assert callboard.settled(5) == [("answered", "")] * 5
    assert [letter.recipients[0] for letter in relay.letters()] == [people[at].address for at in (0, 3, 4)]
    assert {letter.connection for letter in relay.letters()} != set()


def test_a_wrong_certificate_stops_sending_and_loses_nothing(
    house: House, tmp_path: Path, certificates: Certificates, monkeypatch: pytest.MonkeyPatch
) -> None:
    users = {house.bot.login: house.bot.password}
    with (
        SmtpSink(tmp_path / "wrong", tls=certificates.pair("elsewhere"), users=users) as wrong,
        Callboard(house, monkeypatch, smtp_port=wrong.port) as callboard,
    ):
        ask(house)
        wait_for(lambda: callboard.failures, what="a warning")
        assert (states(callboard), wrong.letters()) == (["planned"], [])


def test_stopped_while_a_letter_waits_and_started_again(
    house: House, relay: SmtpSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    callboard = Callboard(house, monkeypatch, smtp_port=relay.port)
    relay.fail(Fault("mail", "refuse", code=451))
    with callboard:
        ask(house)
        wait_for(lambda: callboard.failures, what="a warning")
    assert states(callboard) == ["planned"]
    relay.fail()
    with callboard:
        wait_for(lambda: states(callboard) == ["sent"])
        assert len(relay.letters()) == 1
