"""Groups: only who speaks to the bot is answered, each in a conversation of their own."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.usecases.answer_question import AnswerQuestion
from tests.channels.harness import StubBrain, ask, buttons, then
from tests.channels.telegram.conftest import Start
from tests.telegram_server import ANN, TelegramServer
from tests.telegram_server.shapes import Upload

BOB, GROUP, FORUM = 1002, -2001, -1002002


@pytest.fixture
def group(easy: TelegramServer) -> TelegramServer:
    easy.group(GROUP)
    easy.group(FORUM, "supergroup", is_forum=True)
    return easy


def test_what_is_not_said_to_the_bot_is_not_even_recorded(
    group: TelegramServer, stub: StubBrain, start: Start, tmp_path: Path
) -> None:
    start(group, stub)
    group.join(GROUP)
    group.say("Nobody reads this.", chat=GROUP)
    group.say("/deadline@otherbot", chat=GROUP)
    group.share("photo", chat=GROUP)
    said = group.say("@callboard_bot When?", chat=GROUP)
    group.wait_for(lambda fake: fake.replies(GROUP))
    assert len(group.replies(GROUP)) == 1
    assert group.replies(GROUP)[0].endswith("answer to: When?")
    assert group.last(GROUP)["reply_to_message"]["message_id"] == said["message_id"]
    with closing(sqlite3.connect(tmp_path / "record.db")) as record:
        assert record.execute("SELECT text FROM messages").fetchall() == [("When?",)]


def test_two_peoples_conversations_are_kept_apart(group: TelegramServer, brain: AnswerQuestion, start: Start) -> None:
    start(group, brain)
    assert "Which one" in ask(group, "@callboard_bot Is the salary good?", GROUP, user=ANN)
    assert "Which one" in ask(group, "@callboard_bot Is the salary good?", GROUP, user=BOB)
    anns = ask(group, "@callboard_bot IDEAS PhD call", GROUP, user=ANN)
    bobs = ask(group, "@callboard_bot DKFZ postdoc posting", GROUP, user=BOB)
    assert "Source: IDEAS" in anns
    assert "Source: IDEAS" not in bobs


def test_a_button_is_for_whom_it_was_shown_to(group: TelegramServer, brain: AnswerQuestion, start: Start) -> None:
    start(group, brain)
    ask(group, "@callboard_bot Is the salary good?", GROUP, user=ANN)
    asked = group.last(GROUP)
    assert list(buttons(group, GROUP)) == ["DKFZ postdoc posting", "IDEAS PhD call"]
    bobs = then(group, lambda: group.press(asked, "IDEAS PhD call", user=BOB), GROUP)
    assert "Source:" not in bobs
    assert "no longer valid" in bobs
    anns = then(group, lambda: group.press(asked, "IDEAS PhD call", user=ANN), GROUP)
    assert "Source: IDEAS" in anns


@pytest.mark.parametrize("request_", ["/mydata", "/forget", "/forget 0000000000", "/cancel"])
def test_what_is_private_is_not_done_in_groups(
    group: TelegramServer, stub: StubBrain, start: Start, request_: str
) -> None:
    start(group, stub)
    word, _, rest = request_.partition(" ")
    assert "private chat" in ask(group, f"{word}@callboard_bot {rest}".strip(), GROUP)
    assert group.calls["sendDocument"] == 0


def test_a_group_is_not_shown_to_another(group: TelegramServer, stub: StubBrain, start: Start) -> None:
    start(group, stub)
    ask(group, "@callboard_bot Bob's plan", GROUP, user=BOB)
    ask(group, "/mydata")
    kept: Upload = group.world.files[group.last()["document"]["file_id"]]
    assert "Bob" not in kept.content.decode()


def test_what_was_said_in_groups_is_shown_and_forgotten_too(
    group: TelegramServer, stub: StubBrain, start: Start, tmp_path: Path
) -> None:
    start(group, stub)
    ask(group, "@callboard_bot my group plan", GROUP)
    ask(group, "/mydata")
    kept: Upload = group.world.files[group.last()["document"]["file_id"]]
    assert "my group plan" in json.dumps(json.loads(kept.content))
    ask(group, "/forget")
    then(group, lambda: group.press(group.last(), "Yes, erase everything"))
    with closing(sqlite3.connect(tmp_path / "record.db")) as record:
        assert ("my group plan",) not in record.execute("SELECT text FROM messages").fetchall()


def test_topics_of_a_forum(group: TelegramServer, brain: AnswerQuestion, start: Start) -> None:
    start(group, brain)
    topic = {"message_thread_id": 44, "is_topic_message": True}
    ask(group, "@callboard_bot Is the salary good?", FORUM, **topic)
    assert group.last(FORUM)["message_thread_id"] == 44
    then(group, lambda: group.press(group.last(FORUM), "IDEAS PhD call"), FORUM)
    assert group.last(FORUM)["message_thread_id"] == 44
    typing = [effect["params"] for effect in group.sent if effect["method"] == "sendChatAction"]
    assert all(params["message_thread_id"] == 44 for params in typing)


def test_a_group_that_becomes_a_supergroup(group: TelegramServer, stub: StubBrain, start: Start) -> None:
    for number in range(3):
        group.say(f"@callboard_bot question {number}", chat=GROUP)
    moved = group.migrate(GROUP)["id"]
    start(group, stub)
    group.wait_for(lambda fake: len(fake.replies(moved)) == 3)
    assert [reply[-1] for reply in group.replies(moved)] == ["0", "1", "2"]
    assert "answer to: more" in ask(group, "@callboard_bot more", moved)
    assert not group.replies(GROUP)
