"""The book of requests to a person: what a message changes, what is told once, what is left of it when its applicant is forgotten."""

from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.model.conversation import Matter
from bot.model.hand_over import STEPS, Request, RequestState, Step
from bot.model.message import Outgoing, Received, Refused, Sent, Settled, Unknown
from bot.storage.backup import read_backup, write_backup
from bot.storage.store import Store, open_store
from tests.storage.record import ANN, BOB, CLEO, EVER, LATER, NOW, chat, due, letter, rows, says, send, settle, take

AGE = Matter("not-stated", "age-limit", "ideas-2026")
HUMAN = Matter("hand-over", "human")
CORA, DIRK = "cora@example.org", "dirk@example.org"
HOUR = timedelta(hours=1)


def step(store: Store, received: Received, change: Step, *replies: Outgoing, when=NOW, state="answered") -> None:
    store.inbox.settle(received, Settled(state, "", received.incoming.text, "en", replies, "v1", step=change), when)


def ask(store: Store, text: str = "May I?", sender: str = ANN, matters: Sequence[Matter] = (AGE,), when=NOW) -> Request:
    received = take(store, letter(text, sender) if "@" in sender else chat(text, sender))
    step(store, received, Step("ask", matters=tuple(matters)), says("I asked."), when=when)
    found = store.hand_overs.open_of(received.conversation)
    assert found is not None
    return found


def notice(request: Request, to: str = CORA, text: str = "Somebody asks.", **more) -> Outgoing:
    return says(text, kind="to-coordinator", to=to, hand_over=request.id, **more)


def answer(store: Store, request: Request, text: str = "Yes.", by: str = "Cora", *, ends: bool = False, when=LATER):
    received = take(store, letter(text, f"{by.lower()}@example.org"))
    words = says(text, kind="person", author=by, hand_over=request.id, via="email")
    step(store, received, Step("close" if ends else "answer", request.id, by=by), words, when=when)
    return store.hand_overs.get(request.id)


def told(store: Store, request: Request, *to: str, when=NOW) -> Request:
    store.hand_overs.tell(request, [notice(request, one) for one in to or (CORA,)], when)
    found = store.hand_overs.get(request.id)
    assert found is not None
    return found


def token(store: Store, request: Request) -> str:
    return next(row.token for row in rows(store, "hand_overs") if row.id == request.id)


def test_a_request_is_written_with_the_message_that_asks(store: Store) -> None:
    request = ask(store)
    assert (request.state, request.address, request.channel, request.matters) == ("waiting", ANN, "email", (AGE,))
    assert (request.told, request.reminded, request.by, request.written) == (0, 0, "", None)
    assert request.message == rows(store, "messages")[-1].id
    assert store.hand_overs.open() == [(request, NOW)]


def test_more_is_added_to_the_open_one(store: Store) -> None:
    first = ask(store)
    again = ask(store, "And?", matters=(AGE, HUMAN), when=LATER)
    assert (again.id, again.matters) == (first.id, (AGE, HUMAN))
    assert again.message > first.message
    assert store.hand_overs.open() == [(again, NOW)], "it waits since the first"


def test_each_conversation_has_its_own(store: Store) -> None:
    ann, bob, chatting = ask(store), ask(store, sender=BOB), ask(store, sender="100")
    assert len({ann.id, bob.id, chatting.id}) == 3
    assert len({token(store, one) for one in (ann, bob, chatting)}) == 3
    assert [one.id for one in store.hand_overs.waiting_for(AGE)] == [ann.id, bob.id, chatting.id]
    assert store.hand_overs.waiting_for(HUMAN) == []


def test_untold_until_it_is_told(store: Store) -> None:
    request = ask(store)
    assert store.hand_overs.untold(NOW - HOUR, NOW - HOUR, EVER) == []
    assert store.hand_overs.untold(NOW, NOW, EVER) == [request]
    request = told(store, request, CORA, DIRK)
    assert store.hand_overs.untold(NOW, NOW, EVER) == []
    assert sorted(reply.address for reply in due(store)) == [ANN, CORA, DIRK]
    assert request.told == request.message


def test_a_stale_view_tells_nothing(store: Store) -> None:
    request = ask(store)
    told(store, request)
    told(store, request)
    assert [reply.address for reply in due(store)].count(CORA) == 1


def test_a_reminder_is_counted_once(store: Store) -> None:
    request = told(store, ask(store))
    for _ in range(2):
        store.hand_overs.tell(request, [notice(request, DIRK)], LATER, reminder=True)
    assert store.hand_overs.get(request.id).reminded == 1
    assert [reply.address for reply in due(store)].count(DIRK) == 1
    assert store.hand_overs.unanswered(NOW - HOUR) == []
    assert [(one.id, since) for one, since in store.hand_overs.unanswered(NOW)] == [(request.id, NOW)]


def test_letters_to_coordinators_carry_the_requests_token(store: Store) -> None:
    request = told(store, ask(store))
    by = {reply.address: reply for reply in due(store)}
    assert by[CORA].thread == token(store, request)
    assert by[CORA].context == {}
    assert by[ANN].thread != token(store, request)


def test_an_answer_names_its_request_by_the_token(store: Store) -> None:
    request, other = told(store, ask(store)), told(store, ask(store, sender=BOB))
    received = take(store, letter("Yes.", CORA, thread=token(store, request), reacts_to=7))
    assert (received.request, received.incoming.reacts_to) == (request.id, 7)
    assert take(store, letter("Yes.", CORA, thread=token(store, other))).request == other.id
    for forged in ("", "0" * 32, token(store, request)[:-1], rows(store, "messages")[0].thread):
        assert take(store, letter("Yes.", CORA, thread=forged)).request is None


def test_a_token_makes_nobody_part_of_the_thread(store: Store) -> None:
    request = told(store, ask(store))
    received = take(store, letter("Yes.", CLEO, thread=token(store, request)))
    assert received.incoming.thread not in (token(store, request), rows(store, "messages")[0].thread)
    assert store.inbox.earlier(received) == ()


def test_in_the_group_it_is_the_message_answered(store: Store) -> None:
    request = ask(store)
    store.hand_overs.tell(request, [notice(request, "-7", via="telegram")], NOW)
    (reply,) = due(store, "telegram")
    assert store.outbox.begin(reply)
    store.outbox.finish(reply, Sent("41"), NOW)
    for context, found in (
        ({"chat": "-7", "answered": "41"}, request.id),
        ({"chat": "-7", "answered": "42"}, None),
        ({"chat": "-7", "answered": ""}, None),
        ({"chat": "-8", "answered": "41"}, None),
        ({"chat": "", "answered": "41"}, None),
    ):
        received = take(store, chat("Yes.", f"{context['chat']}/71", context=context))
        assert received.request == found
        assert received.incoming.reacts_to == (reply.id if found else None)


def test_the_answer_goes_to_the_applicant_in_answer_to_their_last_message(store: Store) -> None:
    first = ask(store, sender="100")
    take_two = take(store, chat("And?", "100", context={"message": "2"}))
    step(store, take_two, Step("ask", matters=(HUMAN,)))
    send(store, "telegram")
    request = answer(store, told(store, store.hand_overs.get(first.id)))
    assert (request.state, request.by, request.written) == ("taken", "Cora", LATER)
    (words,) = due(store, "telegram")
    assert (words.body.kind, words.body.author) == ("person", "Cora")
    assert (words.address, words.context.get("message")) == ("100", "2")


def test_what_an_answer_did_not_see_still_waits(store: Store) -> None:
    request = told(store, ask(store))
    more = take(store, letter("And?"))
    step(store, more, Step("add", request.id), state="relayed", when=LATER)
    request = answer(store, request, when=LATER + HOUR)
    assert store.hand_overs.open() == [(request, NOW)]
    request = answer(store, told(store, request), when=LATER + 2 * HOUR)
    assert store.hand_overs.open() == [(request, None)]


def test_nothing_unseen_is_closed_by_its_coordinator(store: Store) -> None:
    request = answer(store, told(store, ask(store)))
    more = take(store, letter("And?"))
    step(store, more, Step("add", request.id), state="relayed", when=LATER)
    assert answer(store, request, ends=True, when=LATER + HOUR).state == "waiting"
    assert [one.id for one in store.hand_overs.untold(EVER, EVER, EVER)] == [request.id]
    request = told(store, store.hand_overs.get(request.id))
    assert answer(store, request, ends=True, when=LATER + HOUR).state == "closed"


def test_an_applicant_closes_whatever_coordinators_know(store: Store) -> None:
    request = ask(store)
    step(store, take(store, letter("/cancel")), Step("close", request.id))
    assert store.hand_overs.get(request.id).state == "closed"
    assert store.hand_overs.untold(EVER, EVER, EVER) == []


def test_a_late_answer_opens_it_again_before_a_newer_one(store: Store) -> None:
    old = answer(store, told(store, ask(store)), ends=True)
    new = ask(store, "Another thing")
    assert new.id != old.id
    answer(store, old)
    assert store.hand_overs.open_of(new.conversation).id == old.id
    assert ask(store, "More", matters=(HUMAN,)).id == old.id
    answer(store, told(store, store.hand_overs.get(old.id)), ends=True)
    assert store.hand_overs.open_of(new.conversation).id == new.id


def test_only_steps_of_the_table(store: Store) -> None:
    states: list[RequestState] = ["waiting", "taken", "closed", "erased"]
    assert {one for following in STEPS.values() for one in following} <= set(states)
    request = answer(store, told(store, ask(store)), ends=True)
    assert answer(store, request, ends=True).state == "closed"
    assert answer(store, request).state == "taken"
    forget(store, ANN)
    assert answer(store, request).state == "erased"
    assert answer(store, request, ends=True).state == "erased"


@pytest.mark.parametrize(("more", "state"), [(True, "waiting"), (False, "closed")])
def test_a_silence_ends(store: Store, more: bool, state: str) -> None:
    request = answer(store, told(store, ask(store)))
    if more:
        step(store, take(store, letter("And?")), Step("add", request.id), state="relayed", when=LATER)
    assert store.hand_overs.lapsed(LATER - HOUR) == []
    (lapsed,) = store.hand_overs.lapsed(LATER)
    store.hand_overs.lapse(lapsed, EVER)
    assert store.hand_overs.get(request.id).state == state
    assert store.hand_overs.lapsed(EVER) == []


def test_a_silence_does_not_end_while_the_person_writes_on(store: Store) -> None:
    request = answer(store, told(store, ask(store)))
    answer(store, request, "More.", when=LATER + HOUR)
    store.hand_overs.lapse(request, EVER)
    assert store.hand_overs.get(request.id).state == "taken"


def test_the_conversation_as_coordinators_read_it(store: Store) -> None:
    settle(store, take(store, letter("Hello")), says("Hello, I am a bot."))
    step(store, take(store, letter("", form="voice")), Step("ask", matters=(HUMAN,)), says("I asked."))
    settle(store, take(store, letter("Not mine", BOB)), says("Bob's"))
    request = told(store, store.hand_overs.open()[0][0])
    answer(store, request)
    read = [(line.who, line.text, line.form) for line in store.hand_overs.lines(request, 0)]
    assert read == [
        ("applicant", "Hello", ""),
        ("bot", "Hello, I am a bot.", ""),
        ("applicant", "", "voice"),
        ("bot", "I asked.", ""),
        ("Cora", "Yes.", ""),
    ]
    assert store.hand_overs.lines(request, request.message) == []
    assert [line.text for line in store.hand_overs.answers(request)] == ["Yes."]


def test_who_has_answered_meanwhile(store: Store) -> None:
    request = told(store, ask(store), CORA, DIRK)
    notices = {reply.address: reply.id for reply in due(store)}
    assert store.hand_overs.overtaken(request.id, notices[DIRK], "Dirk") == ""
    answer(store, request)
    assert store.hand_overs.overtaken(request.id, notices[DIRK], "Dirk") == "Cora"
    assert store.hand_overs.overtaken(request.id, None, "Dirk") == "Cora"
    assert store.hand_overs.overtaken(request.id, notices[CORA], "Cora") == ""
    later = rows(store, "replies")[-1].id + 1
    assert store.hand_overs.overtaken(request.id, later, "Dirk") == ""
    assert store.hand_overs.overtaken(ask(store, sender=BOB).id, None, "Dirk") == ""


@pytest.mark.parametrize("outcome", [Refused("no"), Refused("no", gone=True), Unknown("?")])
def test_undelivered_words_are_reported_once(store: Store, outcome) -> None:
    request = answer(store, told(store, ask(store)))
    send_all_but(store, outcome)
    (lost,) = store.hand_overs.undelivered()
    assert (lost.request, lost.author, lost.unknown) == (request.id, "Cora", isinstance(outcome, Unknown))
    for _ in range(2):
        store.hand_overs.report(lost.reply, request, [notice(request, DIRK)], LATER)
    assert store.hand_overs.undelivered() == []
    assert [one.address for one in due(store)] == [DIRK]


def send_all_but(store: Store, outcome) -> None:
    when = EVER
    while replies := due(store, now=when):
        for reply in replies:
            assert store.outbox.begin(reply)
            store.outbox.finish(reply, outcome if reply.body.kind == "person" else Sent(), when)
        when += HOUR


def forget(store: Store, sender: str, when: datetime = NOW) -> None:
    asking = take(store, letter("/forget 12", sender))
    store.people.erase(asking, when)
    settle(store, asking, says("Erased.", kind="erased"))
    send(store)
    store.people.erase_finished(NOW)


def test_forgotten_with_its_applicant(store: Store) -> None:
    request, other = answer(store, told(store, ask(store, "Xantippe asks"))), ask(store, sender=BOB)
    received = take(store, letter("Dear Xantippe", CORA, thread=token(store, request)))
    forget(store, ANN)
    gone = store.hand_overs.get(request.id)
    assert (gone.state, gone.conversation, gone.address, gone.matters) == ("erased", None, "", ())
    assert store.hand_overs.lines(gone, 0) == []
    assert store.hand_overs.answers(gone) == []
    assert [one.id for one, _ in store.hand_overs.open()] == [other.id]
    assert all("Xantippe" not in str(tuple(row)) for name in ("messages", "replies") for row in rows(store, name))
    assert received.id not in [one.id for one in store.inbox.unanswered(9)]
    assert take(store, letter("Late", CORA, thread=token(store, request))).request == request.id


def test_an_answer_planned_when_its_applicant_is_forgotten_never_leaves(store: Store) -> None:
    request = told(store, ask(store, sender="100"))
    answer(store, request)
    asking = take(store, chat("/forget 12", "100"))
    store.people.erase(asking, NOW)
    assert [reply for reply in due(store, "telegram") if reply.body.kind == "person"] == []
    assert answer(store, request).state == "erased"
    assert [reply for reply in due(store, "telegram") if reply.body.kind == "person"] == []


def test_forgotten_by_age(store: Store) -> None:
    request = told(store, ask(store))
    send(store)
    store.people.expire(NOW + HOUR)
    assert store.hand_overs.get(request.id).state == "waiting", "nobody has answered it yet"
    answer(store, request, ends=True)
    send(store)
    store.people.expire(NOW + HOUR)
    assert store.hand_overs.get(request.id).state == "erased"
    assert store.hand_overs.open() == []


def test_a_backup_keeps_requests(store: Store, tmp_path: Path) -> None:
    request = answer(store, told(store, ask(store)))
    write_backup(store, tmp_path / "backup")
    with closing(open_store("sqlite://")) as other:
        read_backup(other, tmp_path / "backup")
        assert other.hand_overs.get(request.id) == request
        assert token(other, request) == token(store, request)
        lost = [one for one in other.hand_overs.undelivered() if one.author]
        assert [(one.request, one.unknown, one.author) for one in lost] == [(request.id, True, "Cora")], (
            "it was open then"
        )


def test_a_backup_does_not_bring_back_a_forgotten_request(store: Store, tmp_path: Path) -> None:
    request = told(store, ask(store))
    received = take(store, letter("Dear Xantippe", CORA, thread=token(store, request)))
    words = says("Dear Xantippe", kind="person", author="Cora", hand_over=request.id)
    step(store, received, Step("answer", request.id, by="Cora"), words)
    send(store)
    write_backup(store, tmp_path / "backup")
    forget(store, ANN, datetime.now(UTC) + HOUR)  # after the backup, which looks at the clock itself
    read_backup(store, tmp_path / "backup")
    gone = store.hand_overs.get(request.id)
    assert (gone.state, gone.matters) == ("erased", ())
    assert all("Xantippe" not in str(tuple(row)) for name in ("messages", "replies") for row in rows(store, name))
