"""Updates of groups: only what speaks to the bot is read."""

from typing import Any

import pytest

from tests.channels.telegram.crowd import GROUP, SUPERGROUP, Crowd

TO_US = {
    "a mention first": ("@callboard_bot when is the deadline?", "when is the deadline?"),
    "a mention last": ("When is the deadline, @callboard_bot", "When is the deadline,"),
    "a mention within": ("Hey @callboard_bot when?", "Hey  when?"),
    "a mention after emoji": ("👩‍👩‍👧😀 @callboard_bot when?", "👩‍👩‍👧😀  when?"),
    "a mention in other case": ("@CallBoard_Bot when?", "when?"),
    "mentioned twice": ("@callboard_bot when? @CALLBOARD_BOT!", "when?  !"),
    "beside another bot": ("@callboard_bot2 or @callboard_bot: when?", "@callboard_bot2 or  : when?"),
    "a line further": ("Hello\n@callboard_bot\nwhen?", "Hello\n \nwhen?"),
    "a command for us": ("/deadline@callboard_bot", "/deadline"),
    "in other case": ("/deadline@Callboard_Bot", "/deadline"),
    "with a word": ("/forget@callboard_bot ABC", "/forget ABC"),
}
NOT_TO_US = {
    "nobody named": "When is the deadline?",
    "a longer name": "@callboard_bot2 when?",
    "a name that ends alike": "@my_callboard_bot when?",
    "a command for another": "/deadline@otherbot",
    "a command for a longer name": "/deadline@callboard_bot2",
    "a command for nobody": "/deadline",
    "an address": "mail me@callboard_bot.example please",
}


@pytest.fixture
def crowd() -> Crowd:
    return Crowd()


def spaced(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("name", TO_US)
def test_spoken_to(crowd: Crowd, name: str) -> None:
    said, meant = TO_US[name]
    for chat in (GROUP, SUPERGROUP):
        message = crowd.say(said, chat=chat)
        heard = crowd.heard()
        assert spaced(heard.text) == spaced(meant)
        assert (heard.private, heard.address, heard.form) == (False, f"{chat}/1001", "text")
        assert (crowd.context()["answers"], crowd.context()["message"]) == ("1", str(message["message_id"]))


@pytest.mark.parametrize("name", NOT_TO_US)
def test_not_spoken_to(crowd: Crowd, name: str) -> None:
    crowd.say(NOT_TO_US[name], chat=GROUP)
    assert crowd.read() is None
    crowd.share("photo", caption=NOT_TO_US[name], chat=GROUP)
    assert crowd.read() is None


def test_a_mention_in_a_caption(crowd: Crowd) -> None:
    crowd.share("photo", caption="Is this enough, @Callboard_bot?", chat=GROUP)
    assert (crowd.heard().form, spaced(crowd.heard().text)) == ("photo", "Is this enough, ?")
    crowd.share("photo", chat=GROUP)
    assert crowd.read() is None


def test_an_answer_to_the_bot(crowd: Crowd) -> None:
    ours, theirs = crowd.from_bot("Which one?"), crowd.say("hello", chat=GROUP, user=8)
    crowd.say("the second", chat=GROUP, reply_to=ours)
    assert crowd.heard().text == "the second"
    crowd.share("voice", chat=GROUP, reply_to=ours)
    assert crowd.heard().form == "voice"
    crowd.say("the second", chat=GROUP, reply_to=theirs)
    assert crowd.read() is None
    crowd.say("/second@otherbot", chat=GROUP, reply_to=ours)
    assert crowd.read() is None


def test_a_name_alone_is_met_as_something_without_text(crowd: Crowd) -> None:
    crowd.say("@callboard_bot", chat=GROUP)
    assert (crowd.heard().form, crowd.heard().text) == ("other", "")


def test_words_edited_so_that_they_speak_to_the_bot(crowd: Crowd) -> None:
    said = crowd.say("when?", chat=GROUP)
    crowd.edit(said, "@callboard_bot when?")
    assert (crowd.heard().form, crowd.heard().text) == ("edited", "when?")


def test_two_people_have_two_conversations(crowd: Crowd) -> None:
    addresses = []
    for user in (7, 8):
        crowd.say("@callboard_bot when?", chat=GROUP, user=user)
        addresses.append(crowd.heard().address)
    crowd.press(crowd.from_bot("Which one?"), data="1:0", user=8)
    assert [*addresses, crowd.heard().address] == [f"{GROUP}/7", f"{GROUP}/8", f"{GROUP}/8"]
    assert not crowd.heard().private


def test_topics_of_a_forum_are_kept(crowd: Crowd) -> None:
    topic: dict[str, Any] = {"message_thread_id": 44, "is_topic_message": True}
    crowd.say("@callboard_bot when?", chat=SUPERGROUP, **topic)
    assert crowd.context()["topic"] == "44"
    ours = crowd.world.keep(crowd.from_bot("Which one?", SUPERGROUP) | topic)
    crowd.press(ours, data="1:0")
    assert crowd.context()["topic"] == "44"
    crowd.press(ours, data="1:0", old=True)
    assert crowd.context()["topic"] == ""
    crowd.say("@callboard_bot when?", chat=SUPERGROUP, message_thread_id=45)  # a thread of answers, not a topic
    assert crowd.context()["topic"] == ""
