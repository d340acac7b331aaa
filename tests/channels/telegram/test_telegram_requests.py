"""Requests to the bot itself, as people send them in Telegram."""

import json
from functools import partial
from pathlib import Path

import pytest

from bot.usecases.answer_question import AnswerQuestion
from tests.channels.harness import COORDINATOR, StubBrain, ask, buttons, then, until
from tests.channels.telegram.conftest import Start
from tests.telegram_server import ANN, TelegramServer
from tests.telegram_server.shapes import Upload

BOB = 1002
NOTICE = "I am a bot, an automatic assistant"


def document(server: TelegramServer, chat: int = ANN) -> str:
    """The file that the last message to a chat brought, as it was uploaded."""
    kept: Upload = server.world.files[server.last(chat)["document"]["file_id"]]
    return kept.content.decode()


def test_commands_are_registered_in_every_language(easy: TelegramServer, stub: StubBrain, start: Start) -> None:
    start(easy, stub)
    easy.wait_for(lambda fake: fake.calls["getUpdates"])
    assert not easy.violations
    commands = {json.loads(scope)[1]: told for scope, told in easy.world.commands.items()}
    assert set(commands) == {"", "de"}
    names = {language: [one["command"] for one in told] for language, told in commands.items()}
    assert names[""] == names["de"]
    assert {"help", "projects", "deadline", "human", "privacy", "mydata", "forget", "cancel"} <= set(names["de"])
    assert commands[""] != commands["de"]
    assert easy.calls["setMyShortDescription"] == 2


def test_start_with_its_buttons(easy: TelegramServer, brain: AnswerQuestion, start: Start) -> None:
    start(easy, brain)
    assert NOTICE in ask(easy, "/start")
    assert list(buttons(easy)) == ["When is the deadline?", "Which documents do I need?", "Which projects are there?"]
    assert "22 February 2026" in then(easy, lambda: easy.press(easy.last(), "When is the deadline?"))
    easy.wait_for(lambda fake: fake.calls["answerCallbackQuery"])


def test_start_by_a_link_that_names_a_project(easy: TelegramServer, brain: AnswerQuestion, start: Start) -> None:
    call = next(call for call in brain.knowledge.calls.values() if call.advertised)
    project = call.advertised[0]
    start(easy, brain)
    assert project.name in ask(easy, f"/start {call.id}__{project.id}")
    assert project.name in ask(easy, "What is it about?")
    for payload in ("nothing-known", f"{call.id}__nothing", "__", "a" * 64):
        assert project.name not in ask(easy, f"/start {payload}", BOB)


def test_help_projects_deadline_and_human(easy: TelegramServer, brain: AnswerQuestion, start: Start) -> None:
    start(easy, brain)
    help_ = ask(easy, "/help")
    assert all(f"/{name} - " in help_ for name in ("projects", "deadline", "human", "privacy", "mydata", "forget"))
    assert ask(easy, "/projects") == ask(easy, "Which projects are there?")
    assert "22 February 2026" in ask(easy, "/deadline")
    assert COORDINATOR.email in ask(easy, "/human")
    assert "30 days" in ask(easy, "/privacy")
    assert "/help" in ask(easy, "/nosuchcommand")
    assert "22. Februar 2026" in ask(easy, "/deadline", user={"id": BOB, "language_code": "de"}, chat=BOB)


def test_mydata_is_this_persons_data_only(easy: TelegramServer, stub: StubBrain, start: Start) -> None:
    start(easy, stub)
    ask(easy, "Bob's own question", BOB)
    for text in ("Ann asks", "Ann's <odd> “words” 😀"):
        ask(easy, text)
    assert "3 messages" in ask(easy, "/mydata")
    effect = easy.sent[-1]["params"]
    assert effect["document"]["file_name"] == "mydata.json"
    told = json.loads(document(easy))
    assert (told["channel"], told["address"]) == ("telegram", str(ANN))
    assert [one["text"] for one in told["messages"]] == ["Ann asks", "Ann's <odd> “words” 😀", "/mydata"]
    assert [[reply["text"] for reply in one["replies"]] for one in told["messages"][:2]] == [
        ["answer to: Ann asks"],
        ["answer to: Ann's <odd> “words” 😀"],
    ]
    assert "Bob" not in document(easy)
    assert str(BOB) not in document(easy)


def test_a_second_mydata_does_not_hold_the_first(easy: TelegramServer, stub: StubBrain, start: Start) -> None:
    start(easy, stub)
    for _ in range(2):
        ask(easy, "/mydata")
    assert document(easy).count('"address"') == 1


@pytest.mark.parametrize("way", ["button", "code", "code in small letters"])
def test_forget(easy: TelegramServer, stub: StubBrain, start: Start, tmp_path: Path, way: str) -> None:
    start(easy, stub)
    ask(easy, "my secret plan")
    ask(easy, "Bob's plan", BOB)
    code = ask(easy, "/forget").partition("/forget ")[2].split()[0]
    if way == "button":
        said = then(easy, lambda: easy.press(easy.last(), "Yes, erase everything"))
    else:
        said = ask(easy, f"/forget {code if way == 'code' else code.lower()}")
    assert "is erased" in said
    told = json.loads(ask(easy, "/mydata") and document(easy))
    assert "secret plan" not in json.dumps(told)
    until(lambda: b"secret plan" not in (tmp_path / "record.db").read_bytes())
    ask(easy, "/mydata", BOB)
    assert "Bob's plan" in document(easy, BOB)


def test_nothing_is_forgotten_by_mistake(easy: TelegramServer, stub: StubBrain, start: Start) -> None:
    start(easy, stub)
    ask(easy, "my plan")
    assert "not or no longer valid" in ask(easy, "/forget 0000000000")
    code = ask(easy, "/forget").partition("/forget ")[2].split()[0]
    assert "not or no longer valid" in ask(easy, f"/forget {code}", BOB)
    assert "not or no longer valid" in ask(easy, f"/forget {code[:-1]}")
    assert "nothing was erased" in ask(easy, "/cancel")
    assert "not or no longer valid" in ask(easy, f"/forget {code}")
    assert "nothing to stop" in ask(easy, "/cancel")
    ask(easy, "/forget")
    assert "nothing was erased" in then(easy, lambda: easy.press(easy.last(), "No, keep it"))
    ask(easy, "/mydata")
    assert "my plan" in document(easy)


def test_an_old_button_after_forget(easy: TelegramServer, brain: AnswerQuestion, start: Start) -> None:
    start(easy, brain)
    ask(easy, "/start")
    old = easy.last()
    ask(easy, "/forget")
    then(easy, lambda: easy.press(easy.last(), "Yes, erase everything"))
    data = old["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
    for without_content in (False, True):
        assert "no longer valid" in then(easy, partial(easy.press, old, data=data, old=without_content))
