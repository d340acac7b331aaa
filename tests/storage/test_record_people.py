"""What is kept of people: shown, erased on their word, erased by age; and how far mailboxes were read."""

from datetime import timedelta

from bot.model.message import Refused, Sent
from bot.storage.store import Store
from tests.storage.record import ANN, BOB, EVER, LATER, NOW, answer, chat, due, letter, rows, says, send, settle, take

DAY = timedelta(days=1)


def forget(store: Store, sender: str = ANN) -> None:
    """The person had everything erased, and was told so."""
    asking = take(store, letter("/forget 12", sender=sender))
    store.people.erase(asking, NOW)
    settle(store, asking, says("Everything was erased.", kind="erased"))
    send(store)
    store.people.erase_finished(NOW)


def test_everything_kept_is_shown(store: Store) -> None:
    received = answer(store, letter("one"), says("first"), says("second"))
    send(store)
    store.inbox.receive(letter("two", form="file"))
    bob = answer(store, letter("Bob's", sender=BOB), says("for a coordinator", kind="to-coordinator", to=ANN))
    shown = store.people.export(received.conversation)
    assert [(entry["text"], entry["form"], entry["state"]) for entry in shown] == [
        ("one", "text", "answered"),
        ("two", "file", "received"),
    ]
    assert shown[0]["received"] == NOW.isoformat()
    assert [(reply["text"], reply["state"]) for reply in shown[0]["replies"]] == [("first", "sent"), ("second", "sent")]
    assert shown[1]["replies"] == []
    assert [entry["replies"] for entry in store.people.export(bob.conversation)] == [[]], "it went to somebody else"


def test_a_code_is_awaited_for_a_while(store: Store) -> None:
    ann, bob = answer(store, letter()), answer(store, letter(sender=BOB))
    assert store.people.awaited_code(ann.conversation, NOW) == ""
    store.people.ask_erasure(ann.conversation, "12AB", NOW + DAY)
    assert store.people.awaited_code(ann.conversation, NOW + DAY - timedelta(seconds=1)) == "12AB"
    assert store.people.awaited_code(ann.conversation, NOW + DAY) == ""
    assert store.people.awaited_code(bob.conversation, NOW) == ""
    store.people.ask_erasure(ann.conversation, "34CD", NOW + DAY)
    assert store.people.awaited_code(ann.conversation, NOW) == "34CD"
    store.people.ask_erasure(ann.conversation, "", NOW)
    assert store.people.awaited_code(ann.conversation, NOW) == ""


def test_everything_is_erased_but_the_asking_message(store: Store) -> None:
    answer(store, letter("sent"))
    send(store)
    answer(store, letter("planned"), says("planned"), says("for a coordinator", kind="to-coordinator", to=BOB))
    unanswered = take(store, letter("unanswered"))
    bob = answer(store, letter("Bob's", sender=BOB))
    asking = take(store, letter("/forget 12"))
    store.people.ask_erasure(asking.conversation, "12", NOW + DAY)

    assert store.people.erase(asking, NOW) == 3

    assert rows(store, "messages", "text") == [None, None, None, "Bob's", "/forget 12"]
    assert rows(store, "messages", "state") == ["answered", "answered", "erased", "answered", "received"]
    assert rows(store, "replies", "state") == ["sent", "erased", "erased", "planned"]
    assert [body is None for body in rows(store, "replies", "body")] == [True, True, True, False]
    assert store.people.awaited_code(asking.conversation, NOW) == ""
    assert [entry["text"] for entry in store.people.export(asking.conversation)] == ["/forget 12"]
    assert [received.incoming.text for received in store.inbox.unanswered(9)] == ["/forget 12"]
    assert store.inbox.earlier(asking) == ()
    assert len(store.people.export(bob.conversation)) == 1
    settle(store, unanswered, says())
    assert send(store) == ["On 1 March."], "Bob's only"


def test_that_somebody_was_erased_is_noted_as_a_digest(store: Store) -> None:
    forget(store)
    assert rows(store, "erasures", "digest") == [store.inbox.digest("email", ANN)]


def test_the_last_word_goes_when_it_is_sent(store: Store) -> None:
    asking = take(store, letter("/forget 12"))
    store.people.erase(asking, NOW)
    settle(store, asking, says("Everything was erased.", kind="erased"))
    for _ in range(2):
        store.people.erase_finished(NOW)
        assert rows(store, "conversations", "address") == [ANN], "it is still to be sent"
        store.outbox.begin(due(store)[0]) if due(store) else None
    (reply_id,) = rows(store, "replies", "id")
    store.outbox.recover(NOW)
    (reply,) = due(store)
    assert reply.id == reply_id
    store.outbox.begin(reply)
    store.outbox.finish(reply, Sent(), NOW)
    store.people.erase_finished(NOW)
    assert rows(store, "conversations") == []
    assert (rows(store, "messages", "text"), rows(store, "replies", "body")) == ([None], [None])
    store.people.erase_finished(NOW)


def test_a_new_message_after_the_last_word_is_kept(store: Store) -> None:
    asking = take(store, letter("/forget 12"))
    store.people.erase(asking, NOW)
    settle(store, asking, says("Everything was erased.", kind="erased"))
    store.inbox.receive(letter("one more thing"))
    send(store)
    store.people.erase_finished(NOW)
    assert rows(store, "messages", "text") == [None, "one more thing"]
    assert [received.incoming.address for received in store.inbox.unanswered(9)] == [ANN]


def test_who_was_forgotten_is_new_and_stays_answered(store: Store) -> None:
    old = letter("old")
    before = answer(store, old)
    send(store)
    forget(store)
    assert not store.inbox.receive(old)
    again = take(store, letter("I am back"))
    assert (again.first, again.language) == (True, "")
    assert again.conversation != before.conversation, "no number of an erased conversation is used anew"


def test_age_erases_and_leaves_what_counts(store: Store) -> None:
    old = letter("old", received=NOW - 31 * DAY, place="9:17")
    answer(store, old)
    send(store)
    store.inbox.receive(letter("old, unanswered", sender=BOB, received=NOW - 31 * DAY))
    store.inbox.receive(letter(stop="automatic", received=NOW - 31 * DAY))
    answer(store, letter("new"))
    assert store.people.expire(NOW - 30 * DAY) == 2
    assert store.people.expire(NOW - 30 * DAY) == 0
    assert rows(store, "messages", "text") == [None, None, None, "new"]
    assert rows(store, "messages", "state") == ["answered", "erased", "ignored", "answered"]
    assert rows(store, "replies", "state") == ["sent", "planned"]
    assert rows(store, "conversations", "address") == [ANN]
    assert not store.inbox.receive(old)
    assert store.people.expire(EVER) == 1
    assert rows(store, "conversations") == []
    assert len(rows(store, "messages")) == 4


def test_what_a_server_said_of_an_address_goes_with_it(store: Store) -> None:
    answer(store, letter())
    (reply,) = due(store)
    store.outbox.begin(reply)
    store.outbox.finish(reply, Refused(f"550 5.1.1 <{ANN}>: no such user"), NOW)
    store.people.expire(EVER)
    assert rows(store, "replies", "outcome") == [""]


def test_very_many_are_erased_at_once(store: Store) -> None:
    for number in range(1100):
        store.inbox.receive(chat(str(number), sender=str(number % 7)))
    assert store.people.expire(EVER) == 1100
    assert set(rows(store, "messages", "text")) == {None}
    assert rows(store, "conversations") == []


def test_how_far_a_mailbox_was_read(store: Store) -> None:
    assert store.mailboxes.read_up_to("INBOX") is None
    store.mailboxes.advance("INBOX", 9, 17, NOW)
    store.mailboxes.advance("other", 4_294_967_295, 4_294_967_295, NOW)
    store.mailboxes.advance("INBOX", 9, 18, LATER)
    assert store.mailboxes.read_up_to("INBOX") == (9, 18, LATER)
    assert store.mailboxes.read_up_to("other") == (4_294_967_295, 4_294_967_295, NOW)


def test_letters_are_filed_when_they_are_done_with(store: Store) -> None:
    answered = answer(store, letter(place="9:1"))
    store.inbox.receive(letter(place="9:2"))
    store.inbox.receive(letter(place="9:3", stop="automatic"))
    answer(store, chat())
    settle(store, take(store, letter(place="9:4", sender=BOB)), state="ignored")
    done = store.mailboxes.to_file()
    assert [(place, state) for _, place, state in done] == [("9:3", "ignored"), ("9:4", "ignored")]
    send(store)
    assert store.mailboxes.to_file(1) == [(answered.id, "9:1", "answered")]
    store.mailboxes.filed([identity for identity, _, _ in store.mailboxes.to_file()])
    store.mailboxes.filed([])
    assert store.mailboxes.to_file() == []
    store.people.expire(EVER)
    assert [(place, state) for _, place, state in store.mailboxes.to_file()] == [("9:2", "erased")]


def test_a_letter_whose_reply_did_not_arrive_does_not_look_answered(store: Store) -> None:
    answer(store, letter(place="9:1"))
    (reply,) = due(store)
    assert store.outbox.begin(reply)
    store.outbox.finish(reply, Refused("550"), NOW)
    assert [(place, state) for _, place, state in store.mailboxes.to_file()] == [("9:1", "undelivered")]
