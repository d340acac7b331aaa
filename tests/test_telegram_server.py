"""The fake Telegram, under an unchanged python-telegram-bot and by hand."""

import asyncio
import json
import threading
import urllib.error
import urllib.request
from collections.abc import Awaitable, Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from telegram import Bot, BotCommand, InlineKeyboardButton, InlineKeyboardMarkup, ReplyParameters, Update
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)
from telegram.ext import Updater
from telegram.request import HTTPXRequest

from tests.telegram_server import ANN, SHAPES, Fault, Limits, RemoteServer, ShapeError, TelegramServer
from tests.telegram_server.floods import Floods
from tests.telegram_server.media import CAPTIONED, MEDIA

pytestmark = pytest.mark.usefixtures("new_durations")
Server = TelegramServer | RemoteServer


@pytest.fixture
def new_durations(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it python-telegram-bot warns when it makes a RetryAfter."""
    monkeypatch.setenv("PTB_TIMEDELTA", "true")


@pytest.fixture
def server() -> Iterator[TelegramServer]:
    with TelegramServer() as server:
        yield server


def with_bot(server: Server, test: Callable[[Bot], Awaitable[None]], token: str | None = None) -> None:
    async def run() -> None:
        request = HTTPXRequest(connection_pool_size=64, read_timeout=20)
        polls = HTTPXRequest(connection_pool_size=4, read_timeout=20)
        base = {"base_url": server.base_url, "base_file_url": server.base_file_url}
        async with Bot(token or server.token, request=request, get_updates_request=polls, **base) as bot:
            await test(bot)

    asyncio.run(run())


def posted(server: TelegramServer, path: str, body: bytes = b"{}") -> tuple[int, dict]:
    """The answer to a request that no library made."""
    request = urllib.request.Request(f"{server.url}{path}", body, {"Content-Type": "application/json"})
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code, json.load(refusal)


def test_updates_are_polled_and_answered(server: TelegramServer) -> None:
    async def talk(bot: Bot) -> None:
        queue: asyncio.Queue[Update] = asyncio.Queue()
        async with Updater(bot, queue) as updater:
            await updater.start_polling(poll_interval=0, timeout=5)
            for number in range(3):
                server.say(f"question {number}")
                update = await queue.get()
                assert update.message is not None
                await update.message.reply_text(f"answer {number}")
            await updater.stop()

    with_bot(server, talk)
    assert server.replies(ANN) == ["answer 0", "answer 1", "answer 2"]
    assert not server.pending
    assert not server.violations


def test_unconfirmed_updates_come_again(server: TelegramServer) -> None:
    async def poll(bot: Bot) -> None:
        first, second = (server.say(text) and server.updates[-1]["update_id"] for text in ("one", "two"))
        for _ in range(2):
            assert [update.update_id for update in await bot.get_updates()] == [first, second]
        assert [update.update_id for update in await bot.get_updates(limit=1)] == [first]
        assert [update.update_id for update in await bot.get_updates(offset=second)] == [second]
        assert await bot.get_updates(offset=second + 1) == ()
        server.many([["say", {"text": text}] for text in ("three", "four", "five")])
        assert [update.message.text for update in await bot.get_updates(offset=-2)] == ["four", "five"]
        assert len(server.pending) == 2

    with_bot(server, poll)


def test_allowed_updates_hold_from_then_on(server: TelegramServer) -> None:
    async def poll(bot: Bot) -> None:
        await bot.get_updates(allowed_updates=["callback_query"])
        server.say("not wanted")
        assert await bot.get_updates() == ()
        await bot.get_updates(allowed_updates=[])
        server.say("wanted")
        assert len(await bot.get_updates()) == 1

    with_bot(server, poll)


def test_the_older_of_two_polls_is_ended(server: TelegramServer) -> None:
    async def poll(bot: Bot) -> None:
        older = asyncio.create_task(bot.get_updates(timeout=15))
        await server.until(lambda fake: fake.calls["getUpdates"] == 1)
        await bot.get_updates(timeout=0)
        with pytest.raises(Conflict, match="terminated by other getUpdates"):
            await older
        await bot.set_webhook("http://127.0.0.1:9/")
        with pytest.raises(Conflict, match="while webhook is active"):
            await bot.get_updates()

    with_bot(server, poll)


def test_html_is_shown_as_entities(server: TelegramServer) -> None:
    async def send(bot: Bot) -> None:
        said = server.say("hello")
        html = '😀 <b>due &lt;soon&gt;</b> <a href="https://a.org/?a=1&amp;b=2">here</a><pre><code class="language-py">x</code></pre>'
        message = await bot.send_message(
            ANN, html, parse_mode="HTML", reply_parameters=ReplyParameters(said["message_id"])
        )
        assert message.text == "😀 due <soon> herex"
        assert message.parse_entities() == dict(zip(message.entities, ["due <soon>", "here", "x"], strict=True))
        assert [entity.offset for entity in message.entities] == [3, 14, 18]
        assert message.entities[1].url == "https://a.org/?a=1&b=2"
        assert message.entities[2].language == "py"
        assert message.reply_to_message.text == "hello"

    with_bot(server, send)


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("a < b", "Can't parse entities"),
        ("<p>paragraph</p>", 'Unsupported start tag "p"'),
        ("<b>open", "Can't find end tag"),
        ("<b><i>crossed</b></i>", "Unmatched end tag"),
        ("</b>", "Unexpected end tag"),
        ("<span>plain</span>", "tg-spoiler"),
        ("<b> </b>", "Message text is empty"),
        ("😀" * 2049, "Message is too long"),
    ],
)
def test_text_that_telegram_refuses(server: TelegramServer, text: str, mistake: str) -> None:
    async def send(bot: Bot) -> None:
        server.say("hello")
        with pytest.raises(BadRequest, match=f"(?i){mistake}"):
            await bot.send_message(ANN, text, parse_mode="HTML")
        await bot.send_message(ANN, f"<b>{'x' * 4096}</b>", parse_mode="HTML")

    with_bot(server, send)
    assert len(server.sent) == 1


def test_chats_that_cannot_be_written_to(server: TelegramServer) -> None:
    async def send(bot: Bot) -> None:
        with pytest.raises(BadRequest, match="Chat not found"):
            await bot.send_message(ANN, "first")
        group = server.group()["id"]
        server.say("hi", chat=group, user=5)
        with pytest.raises(Forbidden, match="can't initiate"):
            await bot.send_message(5, "first")
        server.say("hello")
        server.block()
        with pytest.raises(Forbidden, match="blocked by the user"):
            await bot.send_message(ANN, "hello?")
        server.unblock()
        await bot.send_message(ANN, "again")
        new = server.migrate(group)
        with pytest.raises(ChatMigrated) as moved:
            await bot.send_message(group, "hello, group")
        assert moved.value.new_chat_id == new["id"]
        await bot.send_message(new["id"], "hello, group")
        server.block(new["id"])
        with pytest.raises(Forbidden, match="kicked from the supergroup chat"):
            await bot.send_message(new["id"], "hello?")

    with_bot(server, send)
    assert [reply for chat in server.world.chats for reply in server.replies(chat)] == ["again", "hello, group"]


def test_what_goes_wrong_on_the_way(server: TelegramServer) -> None:
    async def send(bot: Bot) -> None:
        server.say("hello")
        server.fault("sendMessage", "refuse", code=429, retry_after=7)
        with pytest.raises(RetryAfter) as flood:
            await bot.send_message(ANN, "flood")
        assert flood.value.retry_after.total_seconds() == 7
        for code, exception in (
            (400, BadRequest),
            (403, Forbidden),
            (409, Conflict),
            (500, NetworkError),
            (502, NetworkError),
        ):
            server.fault("*", "refuse", code=code)
            with pytest.raises(exception):
                await bot.send_message(ANN, "refused")
        server.fault("sendMessage", "drop")
        with pytest.raises(NetworkError):
            await bot.send_message(ANN, "dropped")
        server.fault("sendMessage", "lost")
        with pytest.raises(NetworkError):
            await bot.send_message(ANN, "lost")
        for form in ("html", "text", "truncated", "empty"):
            server.fault("sendMessage", "garbage", form=form)
            with pytest.raises(TelegramError, match="Invalid server response"):
                await bot.send_message(ANN, form)
        server.fault("sendMessage", "garbage", status=502, effect=True)
        with pytest.raises(NetworkError, match="Bad Gateway"):
            await bot.send_message(ANN, "behind a proxy")
        server.fault("sendMessage", "slow", seconds=0.01)
        await bot.send_message(ANN, "slow")

    with_bot(server, send)
    assert server.replies(ANN) == ["lost", "behind a proxy", "slow"]
    assert len(server.met) == 14
    assert server.figures["refusals_429"] == 1


def test_faults_for_one_chat_and_at_random(server: TelegramServer) -> None:
    def outcomes(seed: int) -> list[bool]:
        server.mix(0.5, seed, ["sendChatAction"], [Fault("refuse", code=502)])
        path, body = f"/bot{server.token}/sendChatAction", json.dumps({"chat_id": ANN, "action": "typing"}).encode()
        return [posted(server, path, body)[0] == 200 for _ in range(20)]

    server.person()
    assert outcomes(1) == outcomes(1) != outcomes(2)
    server.heal()
    server.fault("sendChatAction", "refuse", times=None, code=403, chat=5)
    assert all(outcomes_of(server, ANN))
    assert not any(outcomes_of(server, 5))


def outcomes_of(server: TelegramServer, chat: int) -> list[bool]:
    server.person(chat)
    body = json.dumps({"chat_id": chat, "action": "typing"}).encode()
    return [posted(server, f"/bot{server.token}/sendChatAction", body)[0] == 200 for _ in range(3)]


def test_a_penalty_runs_its_time() -> None:
    floods = Floods(Limits(private_per_second=2))
    for now in (10.0, 10.4):
        assert not floods.wait(ANN, now, group=False)
        floods.sent(ANN, now, group=False)
    assert floods.wait(ANN, 10.5, group=False) == 1
    assert floods.wait(ANN, 11.3, group=False) == 1
    assert not floods.wait(5, 11.3, group=False)
    assert not floods.wait(ANN, 11.5, group=False)
    floods.silence(None, 7, 20.0)
    assert floods.wait(5, 24.5, group=False) == 3
    assert not floods.wait(5, 27.0, group=False)
    assert floods.figures()["floods_by_reason"] == {"private": 1, "silence": 2}
    assert floods.figures()["chats"] == {str(ANN): 2}


def test_floods_over_all_and_in_a_group() -> None:
    async def flood(bot: Bot) -> None:
        group = server.group()["id"]
        for _ in range(3):
            await bot.send_message(group, "to the group")
        with pytest.raises(RetryAfter):
            await bot.send_message(group, "once more")
        for user in (1, 2):
            server.person(user)
            await bot.send_message(user, "to one")
        server.person(3)
        with pytest.raises(RetryAfter):
            await bot.send_message(3, "to one")

    with TelegramServer(limits=Limits(overall_per_second=5, group_per_minute=3)) as server:
        server.world.floods.overall.seconds = 60  # so that a slow machine is no slower than the window
        with_bot(server, flood)
        assert server.figures["floods_by_reason"] == {"group": 1, "overall": 1}
        assert server.figures["most_per_second"] == 5


def test_buttons_are_pressed_and_messages_edited(server: TelegramServer) -> None:
    async def press(bot: Bot) -> None:
        said = server.say("what is due?")
        buttons = InlineKeyboardMarkup(
            [[InlineKeyboardButton("A", callback_data="call:a"), InlineKeyboardButton("B", callback_data="b")]]
        )
        message = await bot.send_message(ANN, "Which one?", reply_markup=buttons)
        server.press(server.sent[-1], "A")
        query = (await bot.get_updates(offset=server.updates[-1]["update_id"]))[0].callback_query
        assert (query.data, query.message.message_id) == ("call:a", message.message_id)
        assert await query.answer()
        await query.edit_message_reply_markup(None)
        with pytest.raises(ValueError, match="no button 'A'"):
            server.press(server.sent[-1], "A")
        with pytest.raises(BadRequest, match="not modified"):
            await query.edit_message_text("Which one?")
        await query.edit_message_text("<b>A</b>, then", parse_mode="HTML")
        assert server.last()["text"] == "A, then"
        with pytest.raises(BadRequest, match="can't be edited"):
            await bot.edit_message_text("mine?", ANN, said["message_id"])
        with pytest.raises(BadRequest, match="Query is too old"):
            await bot.answer_callback_query("unknown")
        server.press(message.to_dict() | {"chat_id": ANN}, data="forged", old=True)
        update = (await bot.get_updates(offset=-1))[0]
        assert (update.callback_query.data, update.callback_query.message.is_accessible) == ("forged", False)

    with_bot(server, press)
    assert not server.violations


class _Webhook(BaseHTTPRequestHandler):
    """A bot's webhook that fails at first."""

    seen: list[tuple[str, int]]
    failures: list[int]

    def do_POST(self) -> None:
        update = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.seen.append((self.headers["X-Telegram-Bot-Api-Secret-Token"], update["update_id"]))
        self.send_response(self.failures.pop() if self.failures else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Silent."""


@pytest.fixture
def webhook() -> Iterator[HTTPServer]:
    handler = type("Handler", (_Webhook,), {"seen": [], "failures": [500, 502]})
    with HTTPServer(("127.0.0.1", 0), handler) as listener:
        thread = threading.Thread(target=listener.serve_forever, args=(0.05,))
        thread.start()
        yield listener
        listener.shutdown()
        thread.join()


def test_updates_are_posted_until_accepted(server: TelegramServer, webhook: HTTPServer) -> None:
    async def post(bot: Bot) -> None:
        await bot.set_webhook(f"http://127.0.0.1:{webhook.server_port}/hook", secret_token="s3cret_Token")
        for text in ("one", "two", "three"):
            server.say(text)
        await server.until(lambda fake: not fake.pending)
        info = await bot.get_webhook_info()
        assert info.url.endswith("/hook")
        assert info.last_error_message.startswith("Wrong response from the webhook: 50")
        await bot.delete_webhook()
        assert (await bot.get_webhook_info()).url == ""
        with pytest.raises(BadRequest, match="Secret token"):
            await bot.set_webhook("http://127.0.0.1/", secret_token="no spaces")

    with_bot(server, post)
    first, second, third = (update["update_id"] for update in server.updates)
    seen = webhook.RequestHandlerClass.seen
    assert [update for _, update in seen] == [first, first, first, second, third]
    assert {secret for secret, _ in seen} == {"s3cret_Token"}


def test_all_that_people_do_is_read_by_the_library(server: TelegramServer) -> None:
    server.say("/start@callboard_bot https://a.org", user={"id": 7, "first_name": "Zoë", "language_code": "de"})
    photo = server.share("photo", caption="see @callboard_bot", media_group_id="album")
    server.edit(photo, "see there")
    for kind in MEDIA:
        server.share(kind, caption="a caption" if kind in CAPTIONED else None)
    server.share("document", value={"file_name": "cv.pdf"})
    group = server.group()["id"]
    server.join(group)
    server.edit(server.say("@callboard_bot hi", chat=group, user=8, reply_to=server.say("hi", chat=group)), "hello")
    server.edit(server.say("news", chat=server.group(-1003001, "channel", username="news")["id"]), "newer news")
    server.migrate(group)
    server.person()
    server.block()
    server.unblock()

    async def read(bot: Bot) -> None:
        updates = await bot.get_updates()
        assert [update.update_id for update in updates] == [update["update_id"] for update in server.updates]
        for update, raw in zip(updates, server.updates, strict=True):
            SHAPES.value(raw, ["Update"], "update")
            assert not (update.effective_message or update.my_chat_member).api_kwargs
            assert set(raw) <= set(Update.de_json(raw, bot).to_dict())
        assert updates[0].message.parse_entities() == dict(
            zip(updates[0].message.entities, ["/start@callboard_bot", "https://a.org"], strict=True)
        )

    with_bot(server, read)


def test_documents_commands_and_actions(server: TelegramServer) -> None:
    async def act(bot: Bot) -> None:
        server.say("hello")
        await bot.send_chat_action(ANN, "typing")
        sent = await bot.send_document(
            ANN, b"BEGIN:VCALENDAR\r\n\r\n", caption="<i>due</i>", parse_mode="HTML", filename="fällig.ics"
        )
        assert (sent.document.file_name, sent.document.file_size, sent.caption) == ("fällig.ics", 19, "due")
        assert server.world.files[sent.document.file_id].content == b"BEGIN:VCALENDAR\r\n\r\n"
        await bot.send_document(ANN, sent.document.file_id)
        commands = (BotCommand("start", "Begin"), BotCommand("help", "What I can do"))
        await bot.set_my_commands(commands, language_code="de")
        assert await bot.get_my_commands(language_code="de") == commands
        assert await bot.get_my_commands() == ()
        await bot.delete_my_commands(language_code="de")
        assert await bot.get_my_commands(language_code="de") == ()
        await bot.set_my_description("d")
        await bot.set_my_short_description("s")
        assert (await bot.get_me()).username == "callboard_bot"

    with_bot(server, act)
    assert server.replies(ANN) == ["due", ""]
    assert not server.violations


@pytest.mark.parametrize(
    ("method", "body"),
    [
        ("sendMessage", {"chat_id": ANN}),
        ("sendMessage", {"chat_id": ANN, "text": 5}),
        ("sendMessage", {"chat_id": ANN, "text": "x", "colour": "red"}),
        ("sendMessage", {"chat_id": ANN, "text": "x", "reply_markup": {"inline_keyboard": [[{"text": "no action"}]]}}),
        (
            "sendMessage",
            {
                "chat_id": ANN,
                "text": "x",
                "reply_markup": '{"inline_keyboard": [[{"text": "a", "callback_data": ""}]]}',
            },
        ),
        (
            "sendMessage",
            {
                "chat_id": ANN,
                "text": "x",
                "reply_markup": {"inline_keyboard": [[{"text": "a", "callback_data": "ä" * 33}]]},
            },
        ),
        ("sendMessage", {"chat_id": ANN, "text": "x", "parse_mode": "MarkdownV2"}),
        ("setMyCommands", {"commands": [{"command": "start"}]}),
        ("setMyShortDescription", {"short_description": "x" * 121}),
        ("getUpdates", {"timeout": "soon"}),
    ],
)
def test_requests_of_a_wrong_shape_are_refused_and_kept(server: TelegramServer, method: str, body: dict) -> None:
    server.person()
    status, answer = posted(server, f"/bot{server.token}/{method}", json.dumps(body).encode())
    assert (status, answer["ok"], answer["error_code"]) == (400, False, 400)
    assert answer["description"].startswith("Bad Request: ")
    assert [violation["method"] for violation in server.violations] == [method]
    assert not server.sent


def test_tokens_and_methods_that_telegram_does_not_know(server: TelegramServer) -> None:
    assert posted(server, "/bot123/getMe")[0] == 404
    assert posted(server, f"/bot{server.token}/sendMoney") == (
        404,
        {"ok": False, "error_code": 404, "description": "Not Found: method not found"},
    )
    assert [violation["method"] for violation in server.violations] == ["sendMoney"]
    with pytest.raises(InvalidToken):
        with_bot(server, lambda bot: bot.get_me(), server.token[:-1] + "x")


def test_the_fake_may_not_answer_in_a_wrong_shape(server: TelegramServer) -> None:
    server.person()
    with pytest.raises(ShapeError, match="unknown field colour"):
        server.say("hello", colour="red")
    with pytest.raises(ShapeError, match="missing chat_instance"):
        server.world.update("callback_query", {"id": "1", "from": server.person()})


def test_a_process_of_its_own_writes_a_journal(tmp_path: Path) -> None:
    async def talk(bot: Bot) -> None:
        for update in await bot.get_updates(timeout=5):
            await bot.send_message(update.message.chat.id, update.message.text.upper())
        remote.fault("sendMessage", "lost")
        with pytest.raises(NetworkError):
            await bot.send_message(5, "lost")

    with RemoteServer(tmp_path / "journal") as remote:
        remote.many([["say", {"text": text, "chat": chat}] for text, chat in (("one", 5), ("two", 6))])
        with_bot(remote, talk)
        remote.wait_for(lambda fake: len(fake.sent) == 3)
        assert remote.replies(5) == ["ONE", "lost"]
        assert remote.journalled() == remote.sent
        assert [(effect["method"], effect["chat_id"], effect["text"]) for effect in remote.journalled()] == [
            ("sendMessage", 5, "ONE"),
            ("sendMessage", 6, "TWO"),
            ("sendMessage", 5, "lost"),
        ]
        assert remote.figures["most_per_second"] in (1, 2, 3)
        with pytest.raises(ValueError, match="no shout to control"):
            remote.shout("hello")
