"""What goes wrong between the program and Telegram while replies are sent: nothing lost, nothing sent oftener than twice."""

from pathlib import Path
from typing import Any

import pytest

from tests.channels.harness import StubBrain, ask, states, until
from tests.channels.telegram.conftest import Start
from tests.telegram_server import ANN, MIXED, TelegramServer

BOB = 1002
FAULTS: dict[str, tuple[dict[str, Any], int]] = {  # what goes wrong once, and how often the reply then arrives
    "500": ({"kind": "refuse", "code": 500}, 1),
    "502": ({"kind": "refuse", "code": 502}, 1),
    "502 though sent": ({"kind": "refuse", "code": 502, "effect": True}, 2),
    "409": ({"kind": "refuse", "code": 409}, 1),
    "401": ({"kind": "refuse", "code": 401}, 1),
    "404": ({"kind": "refuse", "code": 404}, 1),
    "429": ({"kind": "refuse", "code": 429, "retry_after": 1}, 1),
    "no JSON": ({"kind": "garbage", "form": "text"}, 1),
    "a proxy's 200": ({"kind": "garbage", "form": "html"}, 1),
    "a proxy's 400": ({"kind": "garbage", "form": "html", "status": 400}, 1),
    "a proxy's 403": ({"kind": "garbage", "form": "html", "status": 403}, 1),
    "a proxy's 404": ({"kind": "garbage", "form": "html", "status": 404}, 1),
    "a proxy's 502 though sent": ({"kind": "garbage", "form": "html", "status": 502, "effect": True}, 2),
    "cut though sent": ({"kind": "garbage", "form": "truncated", "effect": True}, 2),
    "empty": ({"kind": "garbage", "form": "empty"}, 1),
    "dropped before": ({"kind": "drop"}, 1),
    "answer lost": ({"kind": "lost"}, 2),
    "slow": ({"kind": "slow", "seconds": 0.5}, 1),
}


@pytest.fixture
def quick(quick: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.channels.telegram.receiving.ANSWER", 1.0)
    monkeypatch.setattr("bot.channels.telegram.sending.BAD_TOKEN", 0.2)


def test_one_fault_in_each_of_many_chats(
    easy: TelegramServer, stub: StubBrain, start: Start, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    chats = dict(enumerate(FAULTS, start=2001))
    for chat, name in chats.items():
        easy.fault("sendMessage", chat=chat, **FAULTS[name][0])
    easy.many([["say", {"text": f"{number}.", "chat": chat}] for number in range(3) for chat in chats])
    start(easy, stub)
    until(lambda: states(tmp_path / "record.db") == ["sent"] * 3 * len(chats), 40)
    arrived = {name: [reply[-2:] for reply in easy.replies(chat)] for chat, name in chats.items()}
    assert arrived == {name: [*["0."] * times, "1.", "2."] for name, (_, times) in FAULTS.items()}
    assert not [record for record in caplog.records if record.name == "asyncio"]


def test_an_answer_that_comes_too_late(easy: TelegramServer, stub: StubBrain, start: Start, tmp_path: Path) -> None:
    """What took effect long after it was given up comes late, but nothing comes a third time."""
    easy.fault("sendMessage", "slow", seconds=2.0)
    easy.many([["say", {"text": f"{number}."}] for number in range(3)])
    start(easy, stub)
    easy.wait_for(lambda fake: len(fake.replies()) == 4)
    assert sorted(reply[-2:] for reply in easy.replies()) == ["0.", "0.", "1.", "2."]
    assert states(tmp_path / "record.db") == ["sent"] * 3


@pytest.mark.parametrize("kind", ["lost", "drop"])
def test_a_reply_in_doubt_is_sent_once_more_only(
    easy: TelegramServer, stub: StubBrain, start: Start, tmp_path: Path, kind: Any
) -> None:
    easy.fault("sendMessage", kind, times=None)
    start(easy, stub)
    easy.say("question")
    until(lambda: states(tmp_path / "record.db") == ["unknown"])
    assert len(easy.met) == 2
    assert len(easy.replies()) == (2 if kind == "lost" else 0)
    easy.heal()
    assert ask(easy, "another") == "answer to: another"


def test_a_flood_limit_that_is_held(easy: TelegramServer, stub: StubBrain, start: Start, tmp_path: Path) -> None:
    """Whoever does not wait is refused again: 16 replies may be under way, none after that."""
    easy.fault("sendMessage", "refuse", code=429, retry_after=1, hold=True)
    acts = [["say", {"text": f"{number}.", "chat": chat}] for number in range(4) for chat in range(2001, 2011)]
    easy.many(acts)
    start(easy, stub)
    until(lambda: states(tmp_path / "record.db") == ["sent"] * len(acts), 20)
    for chat in range(2001, 2011):
        assert [reply[-2:] for reply in easy.replies(chat)] == ["0.", "1.", "2.", "3."]
    assert easy.figures["refusals_429"] <= 16


def test_whoever_blocks_the_bot_is_left_alone_until_they_write(
    easy: TelegramServer, stub: StubBrain, start: Start, tmp_path: Path
) -> None:
    stub.reply = lambda text: "a long answer, " * 1000 if "long" in text else text
    easy.say("something long")
    easy.say("and more")
    easy.block()
    start(easy, stub)
    until(lambda: "refused" in states(tmp_path / "record.db"))
    assert ask(easy, "Bob", BOB).endswith("Bob")
    until(lambda: "planned" not in states(tmp_path / "record.db"))
    assert easy.calls["sendMessage"] == 2
    easy.unblock()
    assert ask(easy, "I am back") == "I am back"


def test_what_telegram_cannot_read_goes_as_plain_text(easy: TelegramServer, stub: StubBrain, start: Start) -> None:
    stub.reply = lambda text: "<answer> & more"
    description = 'Bad Request: can\'t parse entities: Unsupported start tag "answer" at byte offset 0'
    easy.fault("sendMessage", "refuse", code=400, description=description)
    start(easy, stub)
    said = ask(easy, "question")
    assert said.startswith("I am a bot")
    assert said.endswith("<answer> & more")
    assert "parse_mode" not in easy.sent[-1]["params"]


def test_what_telegram_refuses_for_good_is_not_sent_again(
    easy: TelegramServer, stub: StubBrain, start: Start, tmp_path: Path
) -> None:
    easy.fault("sendMessage", "refuse", code=400, description="Bad Request: message is too long")
    easy.many([["say", {"text": "one"}], ["say", {"text": "two"}]])
    start(easy, stub)
    until(lambda: states(tmp_path / "record.db") == ["refused", "sent"])
    assert len(easy.replies()) == 1


def test_a_file_that_telegram_did_not_take_is_sent_again(easy: TelegramServer, stub: StubBrain, start: Start) -> None:
    easy.fault("sendDocument", "refuse", code=500)
    start(easy, stub)
    ask(easy, "/mydata")
    assert easy.last()["document"]["file_name"] == "mydata.json"


@pytest.mark.parametrize("kind", ["refuse", "drop", "garbage"])
def test_courtesies_may_fail(
    easy: TelegramServer, stub: StubBrain, start: Start, kind: Any, caplog: pytest.LogCaptureFixture
) -> None:
    for method in ("sendChatAction", "answerCallbackQuery", "setMyCommands", "setMyShortDescription"):
        easy.fault(method, kind, times=None)
    start(easy, stub)
    ask(easy, "/start")
    easy.press(easy.last(), "When is the deadline?")
    easy.wait_for(lambda fake: len(fake.replies()) == 2)
    assert [record.name for record in caplog.records if record.levelname == "WARNING"] == ["bot"]


def test_courtesies_hold_nothing_up(easy: TelegramServer, stub: StubBrain, start: Start) -> None:
    easy.fault("sendChatAction", "slow", times=None, seconds=0.9)
    start(easy, stub)
    easy.many([["say", {"text": "hi", "chat": chat}] for chat in range(2001, 2041)])
    easy.wait_for(lambda fake: all(fake.replies(chat) for chat in range(2001, 2041)))


def test_everything_at_random(easy: TelegramServer, stub: StubBrain, start: Start, tmp_path: Path) -> None:
    faults = [fault for fault in MIXED if fault.code != 429 or fault.kind != "refuse"]
    easy.mix(0.3, seed=5, faults=faults)
    chats, numbers = range(2001, 2009), range(6)
    easy.many([["say", {"text": f"{number}.", "chat": chat}] for number in numbers for chat in chats])
    start(easy, stub)
    ended = ("sent", "unknown", "refused")
    until(
        lambda: [state in ended for state in states(tmp_path / "record.db")] == [True] * len(chats) * len(numbers), 60
    )
    assert "refused" not in states(tmp_path / "record.db")
    arrived = {(chat, number): 0 for chat in chats for number in numbers}
    for chat in chats:
        order = [int(reply[-2]) for reply in easy.replies(chat)]
        assert order == sorted(order)
        for number in order:
            arrived[chat, number] += 1
    assert max(arrived.values()) <= 2
    assert list(arrived.values()).count(0) <= states(tmp_path / "record.db").count("unknown")
    assert easy.replies(ANN) == []
