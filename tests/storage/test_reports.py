"""The rows for reports: what counts, what does not, and what stays when its person is erased."""

from datetime import timedelta

import sqlalchemy as sa

from bot.model.conversation import Matter
from bot.model.hand_over import Step
from bot.model.message import Refused, Sent, Settled, Unknown
from bot.storage.schema import messages
from bot.storage.store import Store
from bot.usecases.report import report
from tests.storage.record import ANN, BOB, NOW, answer, chat, due, letter, says, settle, take

HOUR = timedelta(hours=1)
SALARY = Matter("not-stated", "salary-amount", "a-call", "a-project")
START = NOW - timedelta(days=1)
END = NOW + timedelta(days=1)


def asks_person(store: Store, sender: str = ANN, when=NOW) -> int:
    """A request to a person, by its number."""
    received = take(store, letter(sender=sender, received=when))
    settled = Settled("answered", "", "", "en", (says(matters=(SALARY,)),), "v1", Step("ask", matters=(SALARY,)))
    store.inbox.settle(received, settled, when)
    return store.hand_overs.open()[-1][0].id


def person_says(store: Store, request: int, kind: str, when) -> None:
    """A coordinator's message that answers or ends a request."""
    received = take(store, letter(sender="cora@example.org", received=when))
    words = says(kind="person", hand_over=request, author="Cora")
    step = Step(kind, request, by="Cora")
    store.hand_overs.tell(store.hand_overs.get(request), [], when)
    store.inbox.settle(received, Settled("answered", "a coordinator", "", "en", (words,), "", step), when)


def forget(store: Store, sender: str) -> None:
    received = take(store, letter("/forget", sender))
    store.people.erase(received, NOW)
    settle(store, received, says(kind="erased"))
    (last,) = due(store)
    assert store.outbox.begin(last)
    store.outbox.finish(last, Sent(), NOW)
    store.people.erase_finished(NOW)


def test_an_empty_record_has_no_rows(store: Store):
    assert store.reports.asked(START, END) == []
    assert store.reports.requests(START) == []
    assert store.reports.undelivered(START, END) == []


def test_settled_messages_count_with_what_they_were_about(store: Store):
    answer(store, letter("How much?", received=NOW), says(matters=(SALARY, Matter("stated", "deadline", "a-call"))))
    take(store, letter("Not answered yet"))
    (row,) = store.reports.asked(START, END)
    assert (row.received, row.channel, row.state, row.language, row.text) == (
        NOW,
        "email",
        "answered",
        "en",
        "How much?",
    )
    assert row.matters == (SALARY, Matter("stated", "deadline", "a-call"))
    assert row.person is not None


def test_only_what_came_between_the_two_times_counts(store: Store):
    for when in (START - HOUR, START, NOW, END + HOUR):
        answer(store, letter(received=when))
    assert [row.received for row in store.reports.asked(START, END)] == [START, NOW]


def test_people_are_told_apart_and_known_again_in_groups(store: Store):
    for incoming in (letter(sender=ANN), letter(sender=BOB), letter(sender=ANN), chat(sender="7"), chat(sender="-5/7")):
        answer(store, incoming)
    ann, bob, again, chatting, in_group = (row.person for row in store.reports.asked(START, END))
    assert (ann, chatting) == (again, in_group)
    assert len({ann, bob, chatting}) == 3


def test_ignored_messages_are_told_as_such(store: Store):
    settle(store, take(store, letter()), state="ignored")
    assert store.inbox.receive(letter("I am away", stop="automatic"))
    assert [row.state for row in store.reports.asked(START, END)] == ["ignored", "ignored"]


def test_words_of_coordinators_are_no_questions(store: Store):
    person_says(store, asks_person(store), "answer", NOW + HOUR)
    (row,) = store.reports.asked(START, END)
    assert row.matters == (SALARY,)


def test_a_button_counts_with_what_it_said(store: Store):
    received = take(store, chat("12:0", form="choice"))
    store.inbox.settle(received, Settled("answered", "", "Can I bring my dog?", "en", (says(),), "v1"), NOW)
    assert [row.text for row in store.reports.asked(START, END)] == ["Can I bring my dog?"]


def test_who_was_forgotten_counts_without_words_and_without_a_name(store: Store):
    answer(store, letter("secret"), says(matters=(SALARY,)))
    forget(store, ANN)
    found = store.reports.asked(START, END)
    assert [row.matters for row in found if row.matters] == [(SALARY,)]
    assert {row.text for row in found} == {row.person for row in found} == {None}
    assert not report(store.reports, END, 7).people.exact


def test_what_is_past_its_time_counts_all_the_same(store: Store):
    answer(store, letter("secret"), says(matters=(SALARY,)))
    store.people.expire(END)
    (row,) = store.reports.asked(START, END)
    assert (row.matters, row.text, row.person, row.state) == ((SALARY,), None, None, "answered")


def test_rows_of_a_release_without_matters_count_as_messages(store: Store):
    answer(store, letter(), says(topics=("deadline",)))
    assert [row.matters for row in store.reports.asked(START, END)] == [()]


def test_a_request_is_open_answered_and_closed(store: Store):
    request = asks_person(store)
    (row,) = store.reports.requests(START)
    assert (row.state, row.opened, row.matters, row.by, row.news) == ("waiting", NOW, (SALARY,), "", NOW)
    person_says(store, request, "answer", NOW + HOUR)
    person_says(store, request, "close", NOW + 5 * HOUR)
    (row,) = store.reports.requests(START)
    assert (row.state, row.by, row.answered, row.closed) == ("closed", "Cora", NOW + HOUR, NOW + 5 * HOUR)


def test_old_requests_count_while_they_are_open_only(store: Store):
    old = NOW - timedelta(days=30)
    ended, waiting = asks_person(store, ANN, old), asks_person(store, BOB, old)
    person_says(store, ended, "close", old + HOUR)
    assert [row.id for row in store.reports.requests(START)] == [waiting]
    assert {row.id for row in store.reports.requests(old)} == {ended, waiting}


def test_an_erased_request_tells_how_long_it_waited_and_nothing_else(store: Store):
    person_says(store, asks_person(store), "answer", NOW + HOUR)
    forget(store, ANN)
    (row,) = store.reports.requests(START)
    assert (row.state, row.matters, row.answered) == ("erased", (), NOW + HOUR)


def test_replies_that_did_not_or_may_not_have_arrived(store: Store):
    for outcome in (Sent(), Refused("no such mailbox ann@example.org"), Unknown("cut")):
        answer(store, letter())
        while replies := due(store):  # in doubt, it is sent once more
            assert store.outbox.begin(replies[0])
            store.outbox.finish(replies[0], outcome, NOW)
    found = store.reports.undelivered(START, END)
    assert [(row.channel, row.state, row.kind) for row in found] == [
        ("email", "refused", "answer"),
        ("email", "unknown", "answer"),
    ]
    assert "ann@example.org" not in repr(found)
    assert store.reports.undelivered(END, END) == []


def test_the_whole_report_of_a_record(store: Store):
    asks_person(store)
    answer(store, chat("qwertz"), says(kind="abstain", matters=(Matter("not-understood"),)))
    with store.engine.begin() as connection:  # a message of long ago is none of these days
        connection.execute(sa.insert(messages).values(_long_ago()))
    made = report(store.reports, END, 7, texts=True)
    assert (made.messages, made.not_understood, made.texts) == (2, 1, ("qwertz",))
    assert [(gap.topic, gap.call, gap.project) for gap in made.gaps] == [("salary-amount", "a-call", "a-project")]
    assert sum(count for _, count in made.days) == 2
    assert len(made.handed_over.open) == 1


def _long_ago() -> dict[str, object]:
    old = {"received": NOW - timedelta(days=400), "state": "answered", "form": "text"}
    return {"channel": "email", "key": "old", **old}
