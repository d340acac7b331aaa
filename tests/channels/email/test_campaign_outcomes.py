"""Campaigns over a real server that breaks at each step: the record says what DESIGN.md 4 asks for, and what is true."""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest
from smtp_faults import mixed
from smtp_line import PASSWORD, USER, Certificates, settings_of
from smtp_server import Fault, SmtpServer

from bot.channels.email import smtp
from bot.channels.email.smtp import SmtpConnection
from bot.mailing.pacing import Limits
from bot.usecases.campaign_ports import Login
from bot.usecases.ports import silent_log
from bot.usecases.runtime import Runtime
from bot.usecases.send_campaign import Ended, Progress, SendCampaign
from tests.usecases.ledger_book import CAMPAIGN, Scene, address, letter, on_sqlite

BEFORE = ("connect", "ehlo", "mail")
LOGIN = ("starttls", "auth")
WAITING = [
    *[Fault(step, "refuse", code=code) for step in (*BEFORE, *LOGIN) for code in (451, 421)],
    *[Fault(step, action) for step in (*BEFORE, *LOGIN, "rcpt", "data") for action in ("drop", "garbage")],
    *[Fault(step, "slow") for step in ("connect", "mail", "rcpt", "data")],
    *[Fault(step, "refuse", code=code) for step in ("rcpt", "data") for code in (450, 421)],
    *[Fault("dot", "refuse", code=code) for code in (452, 421)],
]
REFUSED = [
    *[Fault(step, "refuse", code=550) for step in ("rcpt", "data")],
    Fault("dot", "refuse", code=554),
]
UNKNOWN = [
    *[Fault("dot", action) for action in ("drop", "slow", "garbage", "lost", "late")],
    Fault("dot", "refuse", code=252),
    Fault("body", "slow"),
]
TABLE = [
    *[(fault, "waiting") for fault in WAITING],
    *[(fault, "refused") for fault in REFUSED],
    *[(fault, "unknown") for fault in UNKNOWN],
]
STOPS = [Fault("auth", "refuse", code=535), Fault("mail", "refuse", code=550)]
Campaign = Callable[..., "Run"]


class Run:
    """A campaign of mails over a real server, in real time."""

    def __init__(self, scene: Scene, server: SmtpServer, certificates: Certificates) -> None:
        self.scene, self._server = scene, server
        self._settings = settings_of(server, certificates)
        self.shown: list[Progress] = []
        self.enough: Callable[[Progress], bool] = lambda shown: False
        self.stop = asyncio.Event()

    def send(self, worker: str = "worker", connections: int = 1, failures: int = 20) -> Ended:
        return asyncio.run(self._send(worker, connections, failures))

    async def _send(self, worker: str, connections: int, failures: int) -> Ended:
        self.stop = asyncio.Event()
        with ThreadPoolExecutor(1) as executor:
            runtime = Runtime(lambda: datetime.now(UTC), silent_log(), executor)
            limits = Limits(connections=connections)
            sender = SendCampaign(self.scene.ledger, self._connection, limits, runtime, failures, self._show)
            ended = await sender.run(CAMPAIGN, worker, self.stop)
        await asyncio.sleep(0.05)  # transports close in the loop
        return ended

    def _connection(self, login: Login) -> SmtpConnection:
        return SmtpConnection(self._settings, PASSWORD, login)

    def _show(self, shown: Progress) -> None:
        self.shown.append(shown)
        if self.enough(shown):
            self.stop.set()

    def kept(self) -> list[int]:
        """The numbers of the letters that the server has."""
        return sorted(int(one.message_id[1:33], 16) for one in self._server.letters)


@pytest.fixture
def campaign(server: SmtpServer, certificates: Certificates, tmp_path: Path) -> Iterator[Campaign]:
    """Opens a campaign of so many mails."""
    with ExitStack() as opened:

        def made(people: int) -> Run:
            to = [address(number) for number in range(1, people + 1)]
            return Run(opened.enter_context(on_sqlite(to, tmp_path)), server, certificates)

        yield made


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is put off is tried again soon."""
    for wait in ("SOON", "LATER"):
        monkeypatch.setattr(smtp, wait, 0.05)


@pytest.fixture
def patience(request: pytest.FixtureRequest) -> None:
    if request.getfixturevalue("fault").waits:
        request.getfixturevalue("impatient")


def name(value: object) -> str:
    if not isinstance(value, Fault):
        return str(value)
    return f"{value.step}-{value.code if value.action == 'refuse' else value.action}"


@pytest.mark.usefixtures("patience")
@pytest.mark.parametrize(("fault", "state"), TABLE, ids=name)
def test_what_the_record_says_after_each_fault(
    campaign: Campaign, server: SmtpServer, fault: Fault, state: str
) -> None:
    run = campaign(1)
    server.faults = [fault]
    run.enough = lambda shown: shown.waiting + shown.refused + shown.unknown + shown.sent > 0
    ended = run.send()
    assert run.scene.states() == [state]
    assert ended.reason in ("stopped", "done")
    assert run.kept() == ([1] if fault.keeps else [])


def test_dropped_after_354_it_is_never_taken_for_sent(campaign: Campaign, server: SmtpServer) -> None:
    """Unknown; waiting, where the connection was seen to be gone before the text."""
    run = campaign(1)
    server.faults = [Fault("body", "drop")]
    run.enough = lambda shown: shown.waiting + shown.unknown > 0
    run.send()
    assert run.scene.states()[0] in ("unknown", "waiting")
    assert run.kept() == []


@pytest.mark.parametrize("fault", STOPS, ids=name)
def test_a_server_that_does_not_let_us_send_pauses_the_campaign(
    campaign: Campaign, server: SmtpServer, fault: Fault
) -> None:
    run = campaign(20)
    server.faults = [fault]
    ended = run.send(connections=4)
    assert ended.reason == "paused"
    assert str(fault.code) in ended.note
    assert run.kept() == []
    assert set(run.scene.states()) == {"waiting", "planned"}


def test_a_certificate_that_is_not_accepted_pauses_the_campaign(certificates: Certificates, tmp_path: Path) -> None:
    with (
        SmtpServer(tls=certificates.context("expired"), users={USER: PASSWORD}) as server,
        on_sqlite([address(1)], tmp_path) as scene,
    ):
        ended = Run(scene, server, certificates).send()
    assert ended == Ended("paused", "the server's certificate is not accepted; run callboard doctor")
    assert scene.states() == ["waiting"]


def test_the_letter_arrives_as_it_was_planned(campaign: Campaign, server: SmtpServer) -> None:
    run = campaign(1)
    assert run.send() == Ended("done")
    (kept,) = server.letters
    assert (kept.text, kept.recipients, kept.login, kept.tls) == (letter(1), (address(1),), USER, True)
    assert run.scene.outcomes() == ["250 2.0.0 Ok: kept as 1"]


def test_few_connections_carry_many_letters_one_login_each(campaign: Campaign, server: SmtpServer) -> None:
    run = campaign(200)
    assert run.send(connections=4) == Ended("done")
    assert run.kept() == list(range(1, 201))
    assert server.connections == 4
    assert [command.verb for command in server.commands].count("AUTH") == 4
    assert len(run.scene.ledger.used("login", datetime(2020, 1, 1, tzinfo=UTC))) == 4


@pytest.mark.usefixtures("hasty")
def test_faults_of_every_kind_at_once_send_nothing_twice_and_lose_nothing(
    campaign: Campaign, server: SmtpServer
) -> None:
    run = campaign(150)
    server.faults = mixed(0.03)
    while (ended := run.send(connections=8, failures=1000)).reason != "done":
        assert ended.reason == "paused"
    kept = run.kept()
    assert len(kept) == len(set(kept))
    states = run.scene.states()
    assert set(states) <= {"sent", "unknown"}
    missing = {number for number, state in enumerate(states, 1) if state == "sent"} - set(kept)
    assert not missing
    assert states.count("sent") > 100


@pytest.mark.usefixtures("hasty")
def test_a_server_that_restarts_in_the_middle_loses_nothing(campaign: Campaign, server: SmtpServer) -> None:
    run = campaign(100)
    server.faults = [Fault("dot", "slow", seconds=0.02)]
    hung_up: list[int] = []

    def enough(shown: Progress) -> bool:
        if shown.sent >= 20 and not hung_up:
            hung_up.append(shown.sent)
            asyncio.get_running_loop().run_in_executor(None, server.hang_up)
        return False

    run.enough = enough
    assert run.send(connections=4) == Ended("done")
    assert hung_up
    states, kept = run.scene.states(), run.kept()
    assert len(kept) == len(set(kept))
    assert states.count("sent") + states.count("unknown") == 100
    assert states.count("unknown") <= 4
    assert {number for number, state in enumerate(states, 1) if state == "sent"} <= set(kept)


def test_stopped_in_the_middle_and_begun_anew_everybody_gets_theirs_once(
    campaign: Campaign, server: SmtpServer
) -> None:
    run = campaign(120)
    server.faults = [Fault("dot", "slow", seconds=0.01)]
    run.enough = lambda shown: shown.sent >= 20
    assert run.send(connections=4) == Ended("stopped")
    counts = run.scene.counts()
    assert counts == {"sent": len(run.kept()), "planned": 120 - len(run.kept())}
    run.enough = lambda shown: False
    assert run.send("again", connections=4) == Ended("done")
    assert run.kept() == list(range(1, 121))


def test_paused_in_the_middle_by_another_process(campaign: Campaign, server: SmtpServer) -> None:
    run = campaign(120)
    server.faults = [Fault("dot", "slow", seconds=0.01)]

    def enough(shown: Progress) -> bool:
        if shown.sent >= 20 and run.scene.ledger.state(CAMPAIGN) == "sending":
            run.scene.move("paused")
        return False

    run.enough = enough
    assert run.send(connections=4) == Ended("halted", "paused")
    assert run.scene.counts() == {"sent": len(run.kept()), "planned": 120 - len(run.kept())}
    run.scene.move("sending")
    run.enough = lambda shown: False
    assert run.send("again", connections=4) == Ended("done")
    assert run.kept() == list(range(1, 121))


@pytest.mark.parametrize(("method", "works"), [("record", 1), ("record", 7), ("record", 20), ("claim", 1)])
def test_a_record_that_fails_in_the_middle(campaign: Campaign, server: SmtpServer, method: str, works: int) -> None:
    run = campaign(200)
    run.scene.ledger.fails[method] = (works, 10_000)
    run.scene.ledger.fails["settle"] = run.scene.ledger.fails["release"] = (0, 10_000)
    with pytest.raises(OSError, match="the disk is full"):
        run.send(connections=4)
    kept = run.kept()
    run.scene.ledger.fails.clear()
    run.scene.ledger.recover("again", datetime.now(UTC))
    unknown = run.scene.counts().get("unknown", 0)
    assert unknown <= 4
    assert run.send("again", connections=4) == Ended("done")
    states, arrived = run.scene.states(), run.kept()
    assert len(arrived) == len(set(arrived))
    assert set(kept) <= set(arrived)
    assert states.count("sent") == 200 - unknown
    assert {number for number, state in enumerate(states, 1) if state == "sent"} <= set(arrived)
