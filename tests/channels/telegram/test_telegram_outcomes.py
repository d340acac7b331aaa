"""What each error of the Bot API means for a message."""

import asyncio
from datetime import timedelta

import httpx
import pytest
import telegram.error
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    EndPointNotFound,
    Forbidden,
    InvalidToken,
    NetworkError,
    PassportDecryptionError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from bot.channels.telegram import sending
from bot.channels.telegram.sending import TelegramSender, outcome_of
from bot.model.message import Outcome, Outgoing, Refused, Reply, TryLater, Unknown
from tests.channels.telegram.crowd import NOW


def because(error: TelegramError, cause: Exception) -> TelegramError:
    error.__cause__ = cause
    return error


def of_a_proxy(error: TelegramError) -> TelegramError:
    return because(error, TelegramError("Invalid server response"))


NOT_OURS = Unknown("an answer that is not Telegram's")
NOT_REACHED = TryLater(sending.UNREACHABLE, "Telegram cannot be reached", all=True)
OUTCOMES: dict[str, tuple[TelegramError, Outcome]] = {
    "flood": (RetryAfter(timedelta(seconds=7)), TryLater(7.5, "flood limit", all=True)),
    "flood in numbers": (RetryAfter(7), TryLater(7.5, "flood limit", all=True)),
    "blocked": (Forbidden("Forbidden: bot was blocked by the user"), Refused("blocked", gone=True)),
    "kicked": (Forbidden("Forbidden: bot was kicked from the group chat"), Refused("blocked", gone=True)),
    "token": (
        InvalidToken("Unauthorized"),
        TryLater(sending.BAD_TOKEN, "the token is not accepted; run callboard doctor", all=True),
    ),
    "no chat": (BadRequest("Bad Request: chat not found"), Refused("bad request: Chat not found", gone=True)),
    "no rights": (
        BadRequest("Bad Request: not enough rights to send text messages to the chat"),
        Refused("bad request: Not enough rights to send text messages to the chat", gone=True),
    ),
    "peer": (BadRequest("PEER_ID_INVALID"), Refused("bad request: PEER_ID_INVALID", gone=True)),
    "too long": (BadRequest("Message is too long"), Refused("bad request: Message is too long")),
    "somebody's words": (
        BadRequest('Can\'t find "my name is Ann" of user 4711001 (@ann) in -1002001'),
        Refused("bad request: Can't find ... of user ... (...) in ..."),
    ),
    "never connected": (because(NetworkError("x"), httpx.ConnectError("x")), NOT_REACHED),
    "never connected in time": (because(TimedOut(), httpx.ConnectTimeout("x")), NOT_REACHED),
    "never left": (because(TimedOut(), httpx.PoolTimeout("x")), NOT_REACHED),
    "no answer in time": (because(TimedOut(), httpx.ReadTimeout("x")), Unknown("timed out")),
    "cut while writing": (because(NetworkError("x"), httpx.WriteError("x")), Unknown("NetworkError")),
    "cut while reading": (because(NetworkError("x"), httpx.RemoteProtocolError("x")), Unknown("NetworkError")),
    "inner error": (NetworkError("Internal Server Error"), Unknown("NetworkError")),
    "two programs": (Conflict("terminated"), Unknown("Conflict")),
    "migrated twice": (ChatMigrated(-1002001), Unknown("ChatMigrated")),
    "garbage": (TelegramError("Invalid server response"), Unknown("TelegramError")),
    "no such method": (EndPointNotFound("x"), Unknown("EndPointNotFound")),
    "passport": (PassportDecryptionError("x"), Unknown("PassportDecryptionError")),
    "a proxy forbids": (of_a_proxy(Forbidden("Forbidden (403)")), NOT_OURS),
    "a proxy finds it bad": (of_a_proxy(BadRequest("Bad Request (400)")), NOT_OURS),
    "a proxy has no gateway": (of_a_proxy(NetworkError("Bad Gateway (502)")), NOT_OURS),
}


@pytest.mark.parametrize("name", OUTCOMES)
def test_outcomes(name: str) -> None:
    error, outcome = OUTCOMES[name]
    assert outcome_of(error) == outcome


def test_no_error_is_forgotten() -> None:
    assert {type(error).__name__ for error, _ in OUTCOMES.values()} == set(telegram.error.__all__)


def test_nothing_begins_before_the_channel_is_connected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "CONNECTING", 0.01)

    async def begin() -> bool:
        raise AssertionError

    reply = Reply(1, "telegram", "1001", {}, "", Outgoing("x", "answer", "en"), NOW, 0)
    outcome = asyncio.run(TelegramSender().send(reply, begin))
    assert outcome == TryLater(sending.NOT_CONNECTED, "not connected", all=True)
