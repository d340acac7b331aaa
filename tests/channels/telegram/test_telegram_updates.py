"""Updates read as messages, in private chats."""

from typing import Any

import pytest

from bot.model.message import Incoming
from tests.channels.telegram.crowd import CHANNEL, GROUP, NOW, Crowd
from tests.telegram_server.media import CAPTIONED

FORMS = {
    "photo": "photo",
    "document": "file",
    "animation": "file",
    "voice": "voice",
    "audio": "voice",
    "video": "voice",
    "video_note": "voice",
    "sticker": "sticker",
    "location": "other",
    "contact": "other",
    "poll": "other",
    "dice": "other",
    "game": "other",
}
SERVICE: dict[str, dict[str, Any]] = {
    "members joined": {"new_chat_members": [{"id": 5, "is_bot": False, "first_name": "Bo"}]},
    "a member left": {"left_chat_member": {"id": 5, "is_bot": False, "first_name": "Bo"}},
    "a new title": {"new_chat_title": "Applicants"},
    "the chat was migrated": {"migrate_to_chat_id": -1002001},
    "a video chat": {"video_chat_started": {}},
    "deletion timer": {"message_auto_delete_timer_changed": {"message_auto_delete_time": 86400}},
    "a topic": {"forum_topic_created": {"name": "Deadlines", "icon_color": 7322096}},
}


@pytest.fixture
def crowd() -> Crowd:
    return Crowd()


def test_a_text(crowd: Crowd) -> None:
    said = crowd.say("When is the deadline?", user={"id": 7, "language_code": "de-AT"})
    assert crowd.read() == Incoming(
        channel="telegram",
        key=crowd.heard().key,
        address="7",
        text="When is the deadline?",
        received=NOW,
        form="text",
        context={
            "chat": "7",
            "message": str(said["message_id"]),
            "topic": "",
            "answers": "",
            "album": "",
            "answered": "",
        },
        private=True,
        language="de",
    )


@pytest.mark.parametrize(("code", "language"), [("de", "de"), ("pt-br", "pt"), ("fil", "fil"), ("", "")])
def test_the_language_of_the_client(crowd: Crowd, code: str, language: str) -> None:
    crowd.say("hello", user={"id": 7, "language_code": code})
    assert crowd.heard().language == language


@pytest.mark.parametrize("kind", FORMS)
def test_every_form(crowd: Crowd, kind: str) -> None:
    crowd.share(kind)
    assert (crowd.heard().form, crowd.heard().text) == (FORMS[kind], "")


@pytest.mark.parametrize("kind", sorted(CAPTIONED))
def test_a_caption_is_what_was_said(crowd: Crowd, kind: str) -> None:
    crowd.share(kind, caption="Is this 😀 enough?")
    assert (crowd.heard().form, crowd.heard().text) == (FORMS[kind], "Is this 😀 enough?")


def test_edited_words_are_told_from_new_ones(crowd: Crowd) -> None:
    text, photo = crowd.say("When?"), crowd.share("photo", caption="This?")
    crowd.edit(text, "When exactly?")
    edited = crowd.heard()
    assert (edited.form, edited.text) == ("edited", "When exactly?")
    assert edited.context is not None
    assert (edited.context["answers"], edited.context["message"]) == ("1", str(text["message_id"]))
    crowd.edit(photo, "Or this?")
    assert (crowd.heard().form, crowd.heard().text) == ("edited", "Or this?")


@pytest.mark.parametrize("kind", ["location", "poll", "photo", "sticker"])
def test_what_changes_without_words_is_no_message(crowd: Crowd, kind: str) -> None:
    """A live location is edited every few seconds."""
    crowd.again("edited_message", crowd.share(kind), edit_date=1768478400)
    assert crowd.read() is None


def test_an_album_has_one_key_and_its_words_another(crowd: Crowd) -> None:
    keys = []
    for caption in ("Enough?", None, None):
        crowd.share("photo", caption=caption, media_group_id="99")
        keys.append(crowd.heard().key)
    assert keys[1] == keys[2] != keys[0]
    assert crowd.context()["album"] == keys[1]
    crowd.share("photo", media_group_id="100")
    assert crowd.heard().key != keys[1]


def test_an_edited_album_is_read_anew(crowd: Crowd) -> None:
    part = crowd.share("photo", caption="Enough?", media_group_id="99")
    first = crowd.heard()
    crowd.edit(part, "Enough now?")
    assert (crowd.heard().form, crowd.heard().key != first.key) == ("edited", True)


def test_keys_are_stable_on_redelivery_and_unique(crowd: Crowd) -> None:
    message = crowd.say("same")
    crowd.say("same")
    crowd.say("same", user=8)
    crowd.edit(message, "other")
    crowd.edit(message, "same")
    query = crowd.from_bot("A?", chat=1001)
    for _ in range(2):
        crowd.press(query, data="1:0")
    keys = [crowd.heard(number).key for number in range(7)]
    assert len(set(keys)) == 7
    assert [crowd.heard(number).key for number in range(7)] == keys


@pytest.mark.parametrize("name", SERVICE)
def test_service_messages_are_nobodys_question(crowd: Crowd, name: str) -> None:
    crowd.again("message", crowd.world.put(crowd.world.chats[GROUP], {"from": crowd.person(5)}), **SERVICE[name])
    assert crowd.read() is None


def test_others_than_people_are_not_answered(crowd: Crowd) -> None:
    crowd.say("@callboard_bot from a channel", chat=CHANNEL)
    assert crowd.read() is None
    crowd.say("from a bot", user={"id": 9, "is_bot": True, "username": "other_bot"})
    assert crowd.read() is None
    anonymous = {"id": 1087968824, "is_bot": True, "username": "GroupAnonymousBot"}
    crowd.say("@callboard_bot hi", chat=GROUP, user=anonymous, sender_chat=crowd.world.chats[GROUP])
    assert crowd.read() is None
    crowd.say("@callboard_bot hi", chat=GROUP, user=11, sender_chat=crowd.world.chats[CHANNEL])
    assert crowd.read() is None


def test_other_kinds_of_update_carry_nothing(crowd: Crowd) -> None:
    crowd.person()
    crowd.block()
    assert crowd.read() is None


def test_a_button(crowd: Crowd) -> None:
    crowd.person()
    asked = crowd.from_bot("Which one?", chat=1001)
    crowd.press(asked, data="17:1")
    pressed = crowd.heard()
    assert (pressed.form, pressed.text, pressed.address, pressed.private) == ("choice", "17:1", "1001", True)


def test_a_button_under_a_message_that_telegram_no_longer_shows(crowd: Crowd) -> None:
    crowd.person()
    crowd.press(crowd.from_bot("Which one?", chat=1001), data="17:1", old=True)
    assert (crowd.heard().form, crowd.heard().address) == ("choice", "1001")


def test_buttons_elsewhere_carry_nothing(crowd: Crowd) -> None:
    asked = crowd.from_bot("Which one?", chat=CHANNEL)
    crowd.press(asked, data="17:1")
    assert crowd.read() is None
    query = {"id": "5", "from": crowd.person(), "chat_instance": "x", "inline_message_id": "abc", "data": "17:1"}
    crowd.again("callback_query", query)
    assert crowd.read() is None
