"""What is known of a letter after each way in which each step can fail (DESIGN.md 4), and that the next one is safe."""

import asyncio

import pytest
from smtp_line import LETTER, USER, Certificates, Line, line_to
from smtp_server import Fault, SmtpServer

from bot.model.message import Refused, Sent, TryLater, Unknown

ALL, ONE, REFUSED, UNKNOWN = "all wait", "this one waits", "refused", "unknown"

BEFORE = ("connect", "ehlo", "starttls", "auth", "mail")
FAILURES = [
    *[(Fault(step, "refuse", code=451), ALL, False) for step in BEFORE],
    *[(Fault(step, "refuse", code=454), ALL, False) for step in BEFORE],
    *[(Fault(step, "refuse", code=554), ALL, False) for step in BEFORE],
    *[(Fault(step, "refuse", code=421), ALL, False) for step in BEFORE],
    *[(Fault(step, "drop"), ALL, False) for step in (*BEFORE, "rcpt", "data")],
    *[(Fault(step, "slow"), ALL, False) for step in (*BEFORE, "rcpt", "data")],
    *[(Fault(step, "garbage"), ALL, False) for step in (*BEFORE, "rcpt", "data")],
    *[(Fault(step, "refuse", code=450), ONE, False) for step in ("rcpt", "data")],
    *[(Fault(step, "refuse", code=421), ONE, False) for step in ("rcpt", "data")],
    *[(Fault(step, "refuse", code=550), REFUSED, False) for step in ("rcpt", "data")],
    (Fault("dot", "refuse", code=452), ONE, True),
    (Fault("dot", "refuse", code=421), ONE, True),
    (Fault("dot", "refuse", code=554), REFUSED, True),
    *[(Fault("dot", action), UNKNOWN, True) for action in ("drop", "slow", "garbage", "lost", "late")],
    (Fault("dot", "refuse", code=252), UNKNOWN, True),
    (Fault("body", "slow"), UNKNOWN, True),
]
USED = [fault for fault, *_ in FAILURES if fault.step not in BEFORE[:4] and not (fault.waits and fault.step != "rcpt")]


def told(outcome: object) -> str:
    match outcome:
        case TryLater(all=True):
            return ALL
        case TryLater():
            return ONE
        case Refused(gone=False):
            return REFUSED
        case Unknown():
            return UNKNOWN
    return str(outcome)


def name(value: object) -> str:
    if not isinstance(value, Fault):
        return ""
    return f"{value.step}-{value.code if value.action == 'refuse' else value.action}"


@pytest.fixture
def patience(request: pytest.FixtureRequest) -> None:
    if request.getfixturevalue("fault").action in {"slow", "late"}:
        request.getfixturevalue("impatient")


@pytest.mark.parametrize(("fault", "outcome", "begun"), FAILURES, ids=name)
@pytest.mark.usefixtures("patience")
def test_tells_what_is_known(
    server: SmtpServer, certificates: Certificates, fault: Fault, outcome: str, begun: bool
) -> None:
    async def work() -> None:
        async with line_to(server, certificates) as line:
            server.faults = [fault]
            came = await line.send(1)
            assert told(came) == outcome, came
            assert line.begun == ([1] if begun else [])
            assert line.kept() == (["1"] if fault.keeps else [])
            await sound(line, keeps=fault.keeps)

    asyncio.run(work())


@pytest.mark.parametrize("fault", USED, ids=name)
@pytest.mark.usefixtures("patience")
def test_so_it_does_on_a_connection_in_use(server: SmtpServer, certificates: Certificates, fault: Fault) -> None:
    outcome = next(outcome for known, outcome, _ in FAILURES if known == fault)

    async def work() -> None:
        async with line_to(server, certificates) as line:
            assert isinstance(await line.send(9), Sent)
            server.letters.clear()
            server.faults = [fault]
            assert told(await line.send(1)) == outcome
            assert server.connections <= 2
            await sound(line, keeps=fault.keeps)

    asyncio.run(work())


async def sound(line: Line, *, keeps: bool) -> None:
    """The next letters get the answers that are theirs."""
    line.server.faults = [Fault("rcpt", "refuse", code=550, match="gone@")]
    assert await line.send(2, "gone@example.org") == Refused("550 at RCPT")
    assert isinstance(await line.send(3), Sent)
    assert isinstance(await line.send(4), Sent)
    assert line.kept() == (["1"] if keeps else []) + ["3", "4"]
    assert [letter.connection for letter in line.server.letters[-2:]] == [line.server.connections] * 2


def test_dropped_after_354_it_is_not_lost_in_silence(server: SmtpServer, certificates: Certificates) -> None:
    async def work() -> None:
        async with line_to(server, certificates) as line:
            server.faults = [Fault("body", "drop")]
            came = await line.send(1)
            assert told(came) in {ONE, UNKNOWN, ALL}
            assert line.begun == [1]
            await sound(line, keeps=False)

    asyncio.run(work())


def test_dropped_before_the_text_it_surely_is_not_there(server: SmtpServer, certificates: Certificates) -> None:
    async def work() -> None:
        async with line_to(server, certificates) as line:

            async def begin() -> bool:
                await asyncio.to_thread(server.hang_up)
                await asyncio.sleep(0.2)
                return True

            assert told(await line.send(1, begin=begin)) in {ALL, ONE}
            await sound(line, keeps=False)

    asyncio.run(work())


def test_nothing_leaves_if_begin_says_no_or_fails(server: SmtpServer, certificates: Certificates) -> None:
    async def fails() -> bool:
        raise RuntimeError

    async def work() -> None:
        async with line_to(server, certificates) as line:
            line.answer = False
            assert await line.send(1) is None
            line.answer = True
            with pytest.raises(RuntimeError):
                await line.send(1, begin=fails)
            await sound(line, keeps=False)

    asyncio.run(work())


@pytest.mark.parametrize("address", ["änna@example.org", "anna@bücher.example", "a\0@b.example"])
def test_an_address_that_smtp_cannot_take_is_refused(
    server: SmtpServer, certificates: Certificates, address: str
) -> None:
    async def work() -> None:
        async with line_to(server, certificates) as line:
            assert told(await line.send(1, address)) == REFUSED
            assert server.letters == []
            await sound(line, keeps=False)

    asyncio.run(work())


def test_letters_arrive_byte_by_byte(server: SmtpServer, certificates: Certificates) -> None:
    async def work() -> None:
        async with line_to(server, certificates) as line:
            await line.send(1)

    asyncio.run(work())
    (letter,) = server.letters
    assert letter.text == LETTER % 1
    assert (letter.sender, letter.recipients) == ("bot@test.invalid", ("anna@example.org",))
    assert (letter.tls, letter.login) == (True, USER)
