"""Conversations in private chats: notices, buttons, captions, things that are no text, edited words."""

from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from bot.model.message import Incoming
from bot.storage.store import open_store
from bot.usecases.answer_question import AnswerQuestion
from tests.channels.harness import StubBrain, ask, buttons, then
from tests.channels.telegram.conftest import Start
from tests.telegram_server import ANN, TelegramServer

BOB = 1002
NOTICE = "I am a bot, an automatic assistant"
NO_TEXT = {
    "photo": "cannot look at pictures",
    "document": "cannot open files",
    "animation": "cannot open files",
    "voice": "cannot listen",
    "audio": "cannot listen",
    "video": "cannot listen",
    "video_note": "cannot listen",
    "sticker": "only read text",
    "location": "only read text",
    "contact": "only read text",
    "poll": "only read text",
    "dice": "only read text",
    "game": "only read text",
}
FORGED = {
    "nothing": " ",
    "no number": "x",
    "no place": "{reply}",
    "no such place": "{reply}:99",
    "a place below": "{reply}:-1",
    "no such reply": "99999:0",
    "more than a database counts": "9" * 60 + ":0",
    "a place beyond all counting": "{reply}:" + "9" * 50,
    "digits that are no numbers": "²:0",
    "a place that is no number": "{reply}:²",
    "SQL": "1 OR 1=1;--:0",
    "a command": "/forget 0000000000",
    "markup": "<b>1</b>:0",
    "white space": "  :  ",
}


def test_the_notice_comes_once(easy: TelegramServer, stub: StubBrain, start: Start) -> None:
    start(easy, stub)
    first = [ask(easy, f"question {number}") for number in range(3)]
    assert [NOTICE in reply for reply in first] == [True, False, False]
    assert [NOTICE in ask(easy, text, BOB) for text in ("/start", "question")] == [True, False]


def test_the_notice_comes_once_though_much_was_asked_before_the_start(
    easy: TelegramServer, stub: StubBrain, start: Start, tmp_path: Path
) -> None:
    easy.person()
    now = datetime.now(UTC)
    store = open_store(f"sqlite:///{tmp_path / 'record.db'}")
    for number in range(3):
        store.inbox.receive(Incoming("telegram", f"key {number}", str(ANN), f"question {number}", now, context={}))
    store.close()
    start(easy, stub)
    easy.wait_for(lambda fake: len(fake.replies()) == 3)
    assert [NOTICE in reply for reply in easy.replies()] == [True, False, False]


def test_replies_keep_their_order(easy: TelegramServer, stub: StubBrain, start: Start) -> None:
    start(easy, stub)
    easy.many([["say", {"text": f"{number}.", "chat": chat}] for number in range(8) for chat in (ANN, BOB)])
    easy.wait_for(lambda fake: len(fake.replies(ANN)) == len(fake.replies(BOB)) == 8)
    for chat in (ANN, BOB):
        assert [reply[-2:] for reply in easy.replies(chat)] == [f"{number}." for number in range(8)]


def test_which_one_by_button_and_in_words(easy: TelegramServer, brain: AnswerQuestion, start: Start) -> None:
    start(easy, brain)
    assert "Which one" in ask(easy, "Is the salary good?")
    assert list(buttons(easy)) == ["DKFZ postdoc posting", "IDEAS PhD call"]
    pressed = then(easy, lambda: easy.press(easy.last(), "IDEAS PhD call"))
    assert "Which one" in ask(easy, "Is the salary good?", BOB)
    assert ask(easy, "IDEAS PhD call", BOB) == pressed
    assert "Source: IDEAS" in pressed


def test_whoever_is_not_answered_can_ask_a_person(easy: TelegramServer, brain: AnswerQuestion, start: Start) -> None:
    start(easy, brain)
    ask(easy, "asdf qwer zxcv yxcv", user={"id": ANN, "language_code": "en"})
    (button,) = buttons(easy)
    assert "cora@example.org" in then(easy, lambda: easy.press(easy.last(), button))


def test_forged_buttons(easy: TelegramServer, brain: AnswerQuestion, start: Start) -> None:
    start(easy, brain)
    ask(easy, "/start")
    shown = easy.last()
    reply = buttons(easy)["When is the deadline?"].partition(":")[0]
    forged = {name: data.replace("{reply}", reply) for name, data in FORGED.items()}
    told = {name: then(easy, partial(easy.press, shown, data=data)) for name, data in forged.items()}
    assert {name: said for name, said in told.items() if "no longer valid" not in said} == {}


def test_a_button_of_somebody_else(easy: TelegramServer, brain: AnswerQuestion, start: Start) -> None:
    start(easy, brain)
    ask(easy, "/forget", BOB)
    bobs = next(data for label, data in buttons(easy, BOB).items() if label.startswith("Yes"))
    ask(easy, "/start")
    assert "no longer valid" in then(easy, lambda: easy.press(easy.last(), data=bobs))


def test_captions_are_answered_with_a_note(easy: TelegramServer, stub: StubBrain, start: Start) -> None:
    start(easy, stub)
    for kind in ("photo", "document", "voice"):
        said = then(easy, partial(easy.share, kind, caption="Is this enough?"))
        assert "answer to: Is this enough?" in said
        assert NO_TEXT[kind] in said


def test_what_is_no_text_is_met_politely(easy: TelegramServer, stub: StubBrain, start: Start) -> None:
    start(easy, stub)
    told = {kind: then(easy, partial(easy.share, kind)) for kind in NO_TEXT}
    assert {kind: said for kind, said in told.items() if NO_TEXT[kind] not in said or "letter" in said} == {}


@pytest.mark.parametrize(
    ("captions", "answers"),
    [
        (("Enough?", None, None), ["answer to: Enough?"]),
        ((None, None, None), ["cannot open files"]),
        ((None, None, "Enough?"), ["answer to: Enough?"]),  # so does Telegram Desktop with files
        (("One?", "Two?", None), ["answer to: One?", "answer to: Two?"]),
    ],
)
def test_albums(
    easy: TelegramServer, stub: StubBrain, start: Start, captions: tuple[str | None, ...], answers: list[str]
) -> None:
    for caption in captions:
        easy.share("document", caption=caption, media_group_id="99")
    easy.say("the end")
    start(easy, stub)
    easy.wait_for(lambda fake: fake.replies() and fake.replies()[-1].endswith("answer to: the end"))
    told = easy.replies()[:-1]
    assert len(told) == len(answers)
    assert all(answer in reply for answer, reply in zip(answers, told, strict=True))


def test_edited_words(easy: TelegramServer, stub: StubBrain, start: Start) -> None:
    start(easy, stub)
    said = easy.say("When?")
    easy.wait_for(lambda fake: len(fake.replies()) == 1)
    easy.edit(said, "When?")
    assert then(easy, lambda: easy.edit(said, "When exactly?")) == "answer to: When exactly?"
    assert easy.last()["reply_to_message"]["message_id"] == said["message_id"]
    place = easy.share("location")
    easy.wait_for(lambda fake: len(fake.replies()) == 3)
    with easy.world.changed:
        easy.world.update("edited_message", place | {"edit_date": 1768478400})
    assert ask(easy, "the end") == "answer to: the end"
    assert len(easy.replies()) == 4


def test_a_long_answer_comes_in_pages(easy: TelegramServer, stub: StubBrain, start: Start) -> None:
    stub.reply = lambda text: "\n\n".join([f"<{text}> & 😀 paragraph of some words."] * 400)
    start(easy, stub)
    easy.say("long")
    easy.wait_for(lambda fake: "".join(fake.replies()).count("paragraph") == 400)
    assert len(easy.replies()) > 3
    assert not easy.refused


ODD = {
    "right to left": "\u202eמתי המועד האחרון?",
    "zero width": "\u200b\u200d\ufeff",
    "tags": "<b>When</b> & <script>",
    "NUL": "When\0?",
    "half a pair": "When \ud83d?",
    "very long": "deadline " * 455,
    "many lines": "\n" * 50 + "When?",
    "zalgo": "W" + "\u0301" * 500,
    "slash alone": "/",
    "template": "{{ 7 * 7 }} {% raw %}",
    "format": "%s %n {0} {reply}",
}


def test_odd_texts_are_answered(easy: TelegramServer, brain: AnswerQuestion, start: Start) -> None:
    start(easy, brain)
    told = {name: ask(easy, text) for name, text in ODD.items()}
    assert {name: said for name, said in told.items() if not said or "something went wrong" in said} == {}
    assert ask(easy, "When is the deadline?")
    assert not easy.refused
