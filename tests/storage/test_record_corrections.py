"""The book of corrections: who was told what, and that nobody is corrected twice, whoever decides and however often."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.model.conversation import Told
from bot.model.correction import Change, Concerned, Letter, changes
from bot.model.message import Incoming, Outgoing, Received, Refused, Unknown
from bot.storage.store import Store, open_store
from tests.storage.record import ANN, BOB, CLEO, EVER, LATER, NOW, answer, chat, due, letter, rows, says, send
from tests.storage.test_record_together import together

CALLS = frozenset({"call"})
MATTER = ("call", "", "deadline")
BEN = ("Ben", LATER)


def told(digest: str, topic: str = "deadline") -> Told:
    return Told("call", "", topic, digest, f"It is {digest}.")


def tell(store: Store, sender: str, *facts: Told, sent: bool = True) -> Received:
    """A question of theirs answered with these facts."""
    message: Callable[..., Incoming] = letter if "@" in sender else chat
    received = answer(store, message(sender=sender), says(told=facts))
    if sent:
        send(store, received.incoming.channel, NOW)
    return received


def listed(store: Store, *current: str) -> list[Change]:
    book = store.corrections
    stated = {MATTER: frozenset(current)} if current else {}
    return changes(book.tellings(), book.verdicts(), stated, CALLS)


def letters(people: list[Concerned], *current: str) -> list[Letter]:
    body = Outgoing("It is otherwise.", "correction", "en", told=tuple(map(told, current)))
    return [Letter(person, body) for person in people]


def correct(store: Store, change: Change, *current: str, standing: str = "open") -> list[int]:
    return store.corrections.tell(change.key, letters(change.standing(standing), *current), BEN, "v2")


def standings(changed: list[Change]) -> dict[str, dict[str, str]]:
    return {change.digest: {one.telling.address: one.standing for one in change.people} for change in changed}


def test_those_who_were_told_the_old_value_are_listed_and_nobody_else(store):
    tell(store, ANN, told("old"), told("place", "town"))
    tell(store, BOB, told("new"))
    tell(store, "100", told("old"))
    tell(store, CLEO)
    tell(store, "200", told("old"), sent=False)
    assert standings(listed(store, "new")) == {"old": {ANN: "open", "100": "open"}} | {"place": {ANN: "open"}}
    assert "place" not in standings(changes(store.corrections.tellings(), [], {MATTER: {"new"}}, frozenset()))


def test_a_correction_goes_to_the_message_that_was_answered_once(store):
    asked = tell(store, ANN, told("old"))
    (change,) = listed(store, "new")
    (planned,) = correct(store, change, "new")
    assert correct(store, change, "new") == []  # the same list a second time
    (reply,) = due(store)
    assert (reply.id, reply.thread, reply.address) == (planned, asked.incoming.thread, ANN)
    assert standings(listed(store, "new")) == {"old": {ANN: "planned"}}
    assert send(store) == ["It is otherwise."]
    assert standings(listed(store, "new")) == {"old": {ANN: "sent"}}
    assert [(row.by, row.decided, row.reply) for row in rows(store, "corrections")] == [(*BEN, planned)]


def test_two_coordinators_at_the_same_moment_correct_once(url):
    stores = [open_store(url) for _ in range(2)]
    try:
        people = [f"{number}@example.org" for number in range(20)]
        for sender in people:
            tell(stores[0], sender, told("old"))
        (change,) = listed(stores[0], "new")
        planned = together(*[lambda store=store: correct(store, change, "new") for store in stores])
        assert sorted(map(len, planned)) == [0, 20]
        assert [reply.address for reply in due(stores[0])] == people
    finally:
        for store in stores:
            store.close()


def test_who_is_told_meanwhile_is_left_out(store):
    for sender in (ANN, BOB, CLEO):
        tell(store, sender, told("old"))
    (change,) = listed(store, "new")
    tell(store, BOB, told("new"))
    assert len(correct(store, change, "new")) == 2
    assert standings(listed(store, "new")) == {"old": {ANN: "planned", BOB: "knows", CLEO: "planned"}}


def test_who_is_forgotten_meanwhile_is_left_out(store):
    tell(store, ANN, told("old"))
    (change,) = listed(store, "new")
    store.people.expire(EVER)
    assert correct(store, change, "new") == []
    assert listed(store, "new") == []


def test_who_is_forgotten_after_a_correction_was_planned_is_not_written_to(store):
    asked = tell(store, ANN, told("old"))
    correct(store, listed(store, "new")[0], "new")
    forget = answer(store, letter("/forget", ANN), says("Erased.", "erased"))
    store.people.erase(forget, LATER)
    send(store)
    store.people.erase_finished(EVER)
    assert [row.state for row in rows(store, "replies") if row.message == asked.id] == ["sent", "erased"]
    assert (listed(store, "new"), rows(store, "corrections", "conversation")) == ([], [None])
    assert store.corrections.verdicts() == []


def test_the_value_changed_again_is_a_change_of_its_own_for_those_corrected(store):
    tell(store, ANN, told("old"))
    correct(store, listed(store, "new")[0], "new")
    send(store)
    tell(store, BOB, told("new"))
    changed = listed(store, "newest")
    assert standings(changed) == {"old": {ANN: "sent"}, "new": {ANN: "open", BOB: "open"}}
    assert len(correct(store, changed[1], "newest")) == 2
    back = listed(store, "old")  # a mistake: the first value holds after all
    send(store)
    assert standings(back)["new"] == {ANN: "planned", BOB: "planned"}
    again = listed(store, "old")
    assert standings(again) == {"new": {ANN: "sent", BOB: "sent"}, "newest": {ANN: "open", BOB: "open"}}
    assert len(correct(store, again[1], "old")) == 2
    send(store)
    assert standings(listed(store, "new"))["old"] == {ANN: "open", BOB: "open"}  # Ann's old row is moved on
    (change,) = [change for change in listed(store, "new") if change.digest == "old"]
    assert len(correct(store, change, "new")) == 2
    assert correct(store, change, "new") == []


@pytest.mark.parametrize("outcome", [Unknown("it went silent"), Refused("full")])
def test_a_correction_in_doubt_is_sent_again_on_a_word_only(store, outcome):
    tell(store, ANN, told("old"))
    (change,) = listed(store, "new")
    correct(store, change, "new")
    (reply,) = due(store)
    assert store.outbox.begin(reply)
    store.outbox.finish(reply, outcome, LATER)
    assert due(store) == []
    (change,) = listed(store, "new")
    state = type(outcome).__name__.lower()
    assert standings([change]) == {"old": {ANN: state}}
    assert correct(store, change, "new") == []
    assert len(correct(store, change, "new", standing=state)) == 1
    assert correct(store, change, "new", standing=state) == []  # the same list a second time
    assert len(due(store)) == 1


def test_what_is_stated_no_more_is_told_once_though_two_values_were_told(store):
    tell(store, ANN, told("old"))
    tell(store, ANN, told("older"))
    first, second = listed(store)
    assert len(correct(store, first)) == 1
    assert correct(store, second) == []  # from the list made before
    assert standings(listed(store)) == {"old": {ANN: "planned"}, "older": {ANN: "knows"}}


def test_a_dismissed_change_is_open_for_who_is_told_the_old_value_later(store):
    tell(store, ANN, told("old"))
    (change,) = listed(store, "new")
    store.corrections.dismiss(change.key, "Ben", LATER)
    assert standings(listed(store, "new")) == {"old": {ANN: "dismissed"}}
    later = LATER + timedelta(days=1)
    answer(store, letter(sender=BOB), says(told=(told("old"),)), now=later)
    send(store, now=later)
    assert standings(listed(store, "new")) == {"old": {ANN: "dismissed", BOB: "open"}}


def test_the_knowledge_of_the_last_answer_is_known(store):
    assert store.corrections.answered_from() is None
    tell(store, ANN, told("old"))
    correct(store, listed(store, "new")[0], "new")
    assert store.corrections.answered_from() == ("v1", NOW)


def test_a_failure_in_the_middle_plans_nothing(store):
    for sender in (ANN, BOB):
        tell(store, sender, told("old"))
    (change,) = listed(store, "new")
    whole, broken = letters(change.standing("open"), "new")
    broken = replace(broken, body=replace(broken.body, kind=None))
    with pytest.raises(sa.exc.SQLAlchemyError):
        store.corrections.tell(change.key, [whole, broken], BEN, "v2")
    assert (due(store), rows(store, "corrections")) == ([], [])
