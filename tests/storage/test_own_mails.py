"""Whose mail it is: told only of what left, to whoever proved it; a link is the first chat's for ever."""

from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest

from bot.model.message import Refused, Sent, TryLater, Unknown
from bot.model.own_mail import OwnMail
from bot.storage.store import Store, open_store
from tests.storage.interviews import back, booking, books, entry, offered, token_of, told
from tests.storage.letters import CALL, WORKER, begin, mail, planned, sends
from tests.storage.record import LATER, NOW, chat, letter, rows, take
from tests.storage.test_record_together import together


def own(store: Store, delivery: int) -> OwnMail:
    found = store.own_mails.mail(delivery)
    assert found is not None
    return found


def chat_of(store: Store, sender: str = "100") -> int:
    """A chat that wrote something."""
    return take(store, chat(sender=sender)).conversation


def test_a_mail_that_left_is_told_as_it_was_given(store: Store) -> None:
    fields = {"where": "Room 5", "zone": "Asia/Kolkata"}
    delivery = told(store, "17", "interview", fields=fields, subject="Your interview", language="de")
    found = own(store, delivery)
    assert (found.delivery, found.call, found.kind, found.person) == (delivery, CALL, "interview", "17")
    assert (found.address, found.name, found.language) == ("17@example.org", "Person 17", "de")
    assert (found.subject, found.told, found.zone) == ("Your interview", NOW, "Asia/Kolkata")
    assert (found.fields, found.appointment, found.superseded) == ({"where": "Room 5"}, None, False)
    assert store.own_mails.fields(CALL) == {delivery: {"where": "Room 5"}}
    assert store.own_mails.fields("other") == {}
    assert store.own_mails.mail(delivery + 1) is None


@pytest.mark.parametrize(
    ("outcome", "known"),
    [(Sent(), True), (Unknown("lost"), True), (TryLater(1, "busy"), False), (Refused("550"), False), (None, True)],
)
def test_only_what_left_is_told(store: Store, outcome: Any, known: bool) -> None:
    campaign = sends(store, [mail("17", link="word")])
    (delivery,) = begin(store, campaign)
    if outcome is not None:
        store.ledger.settle(WORKER, [(delivery, outcome, LATER)])
    found = store.own_mails.mail(delivery)
    assert (found is not None) == known
    assert found is None or found.told == (LATER if outcome else NOW)
    assert (store.own_mails.bind("word", chat_of(store), NOW) is not None) == known
    assert set(store.own_mails.fields(CALL)) == ({delivery} if known else set())


def test_what_came_back_is_known_still(store: Store) -> None:
    delivery = told(store)
    store.inbox.receive(back(token=token_of("17")))
    assert own(store, delivery).kind == "interview-booking"


@pytest.mark.parametrize(
    ("later", "superseded"),
    [("rejection", True), ("interview-cancellation", True), ("interview-change", False), ("reminder", False)],
)
def test_a_later_decision_takes_the_place_of_a_mail(store: Store, later: Any, superseded: bool) -> None:
    first = told(store)
    second = told(store, "17", later)
    told(store, "18", "rejection")
    assert (own(store, first).superseded, own(store, second).superseded) == (superseded, False)


def test_what_did_not_arrive_does_not_and_a_reaction_is_told_apart(store: Store) -> None:
    delivery = told(store, "17", "offer")
    planned(store, ["17"], "rejection")
    told(store, "17", "waiting-list", outcome=Refused("550 no"), after=1)
    assert not own(store, delivery).superseded
    store.campaigns.react(CALL, store.campaigns.told(CALL)[0], "declined", "maria", LATER)
    assert (own(store, delivery).superseded, own(store, delivery).recorded) == (False, "declined")


def test_the_appointment_is_the_last_that_stands(store: Store) -> None:
    first = told(store, "17", "interview", invitation=entry("one@x"))
    planned(store, [mail("17", after=1, invitation=entry("one@x", 1))], "interview-change")
    found = own(store, first).appointment
    assert found is not None
    assert (found.invitation.sequence, found.told) == (0, first)
    second = told(store, "17", "free-text", address="new@example.org", invitation=entry("one@x", 2, "CANCEL"), after=1)
    found = own(store, first).appointment
    assert found is not None
    assert (found.stands, found.told, found.address) == (False, second, "new@example.org")
    third = told(store, "", "free-text", address="NEW@example.org", after=1, token="a" * 32)
    assert own(store, third).appointment == found, "the address is the same person's"
    assert own(store, told(store, "18")).appointment is None


def test_a_link_is_the_first_chats(store: Store) -> None:
    delivery = told(store, link="word")
    first, second = chat_of(store), chat_of(store, "200")
    assert store.own_mails.of_chat(first) is None
    assert store.own_mails.bind("no such word", first, NOW) is None
    assert store.own_mails.bind("word", 999, NOW) is None, "no such chat"
    found = store.own_mails.bind("word", first, NOW)
    assert found is not None
    assert found == own(store, delivery) == store.own_mails.of_chat(first)
    assert store.own_mails.bind("word", second, NOW) is None
    assert store.own_mails.of_chat(second) is None
    assert store.own_mails.bind("word", first, LATER) == found, "as often as they like"


def test_a_chat_is_about_the_link_it_used_last(store: Store) -> None:
    one, two = told(store, link="one"), told(store, "18", link="two")
    conversation = chat_of(store)
    for minute, (word, delivery) in enumerate([("one", one), ("two", two), ("one", one)]):
        found = store.own_mails.bind(word, conversation, NOW + timedelta(minutes=minute))
        assert found == store.own_mails.of_chat(conversation) == own(store, delivery)


def test_a_link_of_what_did_not_leave_is_not_used_up(store: Store) -> None:
    campaign = sends(store, [mail("17", link="word")])
    conversation = chat_of(store)
    assert store.own_mails.bind("word", conversation, NOW) is None
    assert rows(store, "links", "bound") == [None]
    begin(store, campaign)
    assert store.own_mails.bind("word", conversation, NOW) is not None


def test_whoever_is_forgotten_leaves_the_link_used(store: Store) -> None:
    told(store, link="word")
    received = take(store, chat())
    assert store.own_mails.bind("word", received.conversation, NOW) is not None
    store.people.erase(received, LATER)
    assert store.own_mails.of_chat(received.conversation) is None
    assert (rows(store, "links", "conversation"), rows(store, "links", "bound")) == ([None], [NOW])
    for conversation in (received.conversation, chat_of(store, "200")):
        assert store.own_mails.bind("word", conversation, LATER) is None


def test_of_many_chats_one_has_the_link(url: str) -> None:
    with closing(open_store(url)) as one, closing(open_store(url)) as two:
        delivery = told(one, link="word")
        chats = [chat_of(one, str(number)) for number in range(12)]
        works = [
            lambda store=(one, two)[place % 2], chat_=chat_: store.own_mails.bind("word", chat_, NOW) is not None
            for place, chat_ in enumerate(chats)
        ]
        assert sum(together(*works)) == 1
        assert [found.delivery for chat_ in chats if (found := two.own_mails.of_chat(chat_))] == [delivery]


def test_a_mail_is_read_again_after_the_record_was_opened_anew(url: str) -> None:
    with closing(open_store(url)) as store:
        slot, delivery = offered(store)[0], told(store, link="word")
        books(store, booking(store, delivery, slot))
        conversation = take(store, letter()).conversation
        before = own(store, delivery)
    with closing(open_store(url)) as store:
        assert store.own_mails.bind("word", conversation, NOW) == own(store, delivery) == before
