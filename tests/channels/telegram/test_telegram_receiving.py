"""Messages received whatever happens between Telegram, the program and its record: each is answered, and once."""

import json
import socket
import sqlite3
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.channels.telegram.settings import WebhookSettings
from bot.channels.telegram.updates import incoming
from tests.channels.harness import StubBrain, ask, then, until
from tests.channels.telegram.conftest import Start
from tests.telegram_server import ANN, TOKEN, TelegramServer

FAULTS: dict[str, dict[str, Any]] = {
    "500": {"kind": "refuse", "code": 500},
    "502": {"kind": "refuse", "code": 502},
    "429": {"kind": "refuse", "code": 429, "retry_after": 1},
    "401": {"kind": "refuse", "code": 401},
    "404 of a proxy": {"kind": "garbage", "form": "html", "status": 404},
    "403 of a proxy": {"kind": "garbage", "form": "html", "status": 403},
    "no JSON": {"kind": "garbage", "form": "text"},
    "empty": {"kind": "garbage", "form": "empty"},
    "dropped": {"kind": "drop"},
    "answer lost": {"kind": "lost"},
    "slow": {"kind": "slow", "seconds": 0.5},
    "another program asks": {"kind": "refuse", "code": 409},
}
OTHER_TOKEN = "987654321:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsawX"


@contextmanager
def locked(record: Path) -> Iterator[None]:
    """Another program writes to the record and takes its time."""
    with closing(sqlite3.connect(record, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")


def recorded(record: Path) -> list[str]:
    with closing(sqlite3.connect(record)) as connection:
        return [row[0] for row in connection.execute("SELECT text FROM messages ORDER BY id")]


def test_asking_for_messages_fails(easy: TelegramServer, stub: StubBrain, start: Start) -> None:
    start(easy, stub)
    for number, fault in enumerate(FAULTS.values()):
        easy.wait_for(lambda fake: not fake.pending)
        easy.fault("getUpdates", **fault)
        easy.many([["say", {"text": f"{number:02}{half}"}] for half in "ab"])
        easy.wait_for(lambda fake: len(fake.replies()) == 2 * number + 2, 20)  # noqa: B023 - waited for within its round
    texts = [f"{number:02}{half}" for number in range(len(FAULTS)) for half in "ab"]
    assert [reply[-3:] for reply in easy.replies()] == texts
    assert len(easy.met) == len(FAULTS)


@pytest.mark.parametrize(("method", "name"), [("getMe", "dropped"), ("getMe", "401"), ("deleteWebhook", "no JSON")])
def test_connecting_fails_at_first(easy: TelegramServer, stub: StubBrain, start: Start, name: str, method: str) -> None:
    easy.fault(method, **FAULTS[name])
    start(easy, stub)
    assert ask(easy, "question").endswith("answer to: question")


def test_another_program_asks_for_the_same_messages(
    easy: TelegramServer, stub: StubBrain, start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    start(easy, stub)
    easy.wait_for(lambda fake: fake.calls["getUpdates"])
    with urllib.request.urlopen(f"{easy.base_url}{TOKEN}/getUpdates?timeout=0") as answer:
        assert json.load(answer)["ok"]
    assert ask(easy, "question").endswith("answer to: question")
    assert "another program asks for this bot's messages" in caplog.text


def test_a_wrong_token(easy: TelegramServer, stub: StubBrain, start: Start, caplog: pytest.LogCaptureFixture) -> None:
    program = start(easy, stub, token=OTHER_TOKEN)
    until(lambda: caplog.text.count("the bot's token is not accepted") >= 2)
    assert program.is_alive()
    assert OTHER_TOKEN not in caplog.text
    assert OTHER_TOKEN.partition(":")[2] not in caplog.text


def test_a_webhook_of_former_days_is_taken_away(easy: TelegramServer, stub: StubBrain, start: Start) -> None:
    with urllib.request.urlopen(f"{easy.base_url}{TOKEN}/setWebhook?url=http://127.0.0.1:9/") as answer:
        assert json.load(answer)["ok"]
    start(easy, stub)
    assert ask(easy, "question").endswith("answer to: question")


def test_an_update_that_cannot_be_read_holds_nothing_up(
    easy: TelegramServer,
    stub: StubBrain,
    start: Start,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:

    def fails(update: Any, *more: Any) -> Any:
        if update.message.text == "poison":
            raise KeyError(update.message.text)
        return incoming(update, *more)

    monkeypatch.setattr("bot.channels.telegram.receiving.incoming", fails)
    start(easy, stub)
    easy.many([["say", {"text": text}] for text in ("poison", "question")])
    easy.wait_for(lambda fake: fake.replies() and not fake.pending)
    assert "cannot be read and is left out: KeyError" in caplog.text
    assert "poison" not in caplog.text


@pytest.mark.parametrize("patience", [30.0, 0.1])
def test_nothing_is_confirmed_that_is_not_recorded(
    easy: TelegramServer,
    stub: StubBrain,
    start: Start,
    tmp_path: Path,
    patience: float,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whether the record is waited for, or gives up and is asked again."""
    monkeypatch.setattr("bot.storage.engine.BUSY", patience)
    start(easy, stub)
    ask(easy, "before")
    easy.wait_for(lambda fake: not fake.pending)
    with locked(tmp_path / "record.db"):
        asked = easy.calls["getUpdates"]
        easy.say("meanwhile")
        time.sleep(1.0)  # whatever would confirm it has the time to
        assert [update["message"]["text"] for update in easy.pending] == ["meanwhile"]
        assert easy.calls["getUpdates"] == asked
        assert recorded(tmp_path / "record.db") == ["before"]
    easy.wait_for(lambda fake: fake.replies()[1:] == ["answer to: meanwhile"] and not fake.pending, 60)
    assert recorded(tmp_path / "record.db") == ["before", "meanwhile"]


def test_what_is_delivered_twice_is_answered_once(easy: TelegramServer, stub: StubBrain, start: Start) -> None:
    easy.say("question")
    easy.fault("getUpdates", "lost")
    with easy.world.changed:
        easy.world.pending.extend([easy.updates[0]] * 2)
    start(easy, stub)
    easy.wait_for(lambda fake: fake.replies() and not fake.pending)
    assert ask(easy, "the end") == "answer to: the end"
    assert len(easy.replies()) == 2


@pytest.fixture
def webhook() -> WebhookSettings:
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    return WebhookSettings(url=f"http://127.0.0.1:{port}/callboard/hook", port=port)


def post(webhook: WebhookSettings, update: dict[str, Any], **headers: str) -> int:
    """The status that a delivery to the webhook gets."""
    headers = {"Content-Type": "application/json"} | headers
    request = urllib.request.Request(webhook.url, json.dumps(update).encode(), headers)
    try:
        with urllib.request.urlopen(request) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code


def test_a_webhook(easy: TelegramServer, stub: StubBrain, start: Start, webhook: WebhookSettings) -> None:
    start(easy, stub, webhook=webhook, secret="long-random_word")
    assert ask(easy, "question").endswith("answer to: question")
    assert then(easy, lambda: easy.say("/start", ANN)).startswith("Hello")
    easy.press(easy.last(), "When is the deadline?")
    easy.wait_for(lambda fake: len(fake.replies()) == 3 and not fake.pending)
    assert easy.world.webhook.secret_token == "long-random_word"
    assert easy.calls["getUpdates"] == 0


@pytest.mark.parametrize("secret", ["long-random_word", ""])
def test_a_webhook_takes_from_telegram_only(
    easy: TelegramServer, stub: StubBrain, start: Start, webhook: WebhookSettings, secret: str, tmp_path: Path
) -> None:
    start(easy, stub, webhook=webhook, secret=secret)
    ask(easy, "question")
    forged = json.loads(json.dumps(easy.updates[0]).replace("question", "forged"))
    name = "X-Telegram-Bot-Api-Secret-Token"
    forged["update_id"] += 1
    assert [post(webhook, forged, **given) for given in ({}, {name: "wrong"}, {name: ""})] == [403] * 3
    assert recorded(tmp_path / "record.db") == ["question"]
    assert post(webhook, forged, **{name: str(easy.world.webhook.secret_token)}) == 200
    assert recorded(tmp_path / "record.db") == ["question", "forged"]


def test_a_webhook_answers_when_the_message_is_recorded(
    easy: TelegramServer, stub: StubBrain, start: Start, webhook: WebhookSettings, tmp_path: Path
) -> None:
    start(easy, stub, webhook=webhook, secret="s")
    ask(easy, "before")
    easy.wait_for(lambda fake: not fake.pending)
    with locked(tmp_path / "record.db"):
        easy.say("meanwhile")
        time.sleep(1.0)
        assert len(easy.pending) == 1
        assert recorded(tmp_path / "record.db") == ["before"]
    easy.wait_for(lambda fake: not fake.pending, 40)
    assert recorded(tmp_path / "record.db") == ["before", "meanwhile"]
    easy.wait_for(lambda fake: fake.replies()[1:] == ["answer to: meanwhile"])
