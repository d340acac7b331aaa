"""The record used by several at once: threads, processes, and processes that are killed."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import ExitStack, closing, contextmanager
from threading import Barrier, Event
from typing import TypeVar

import pytest
import sqlalchemy as sa

from bot.model.message import Sent
from bot.storage.engine import AlreadyServingError, open_engine, serving
from bot.storage.store import Store, open_store
from tests.storage.record import ANN, EVER, LATER, NOW, answer, due, letter, rows, says, settle, take

T = TypeVar("T")

SERVES = """
import sys
from bot.storage.engine import serving
from bot.storage.store import open_store
store = open_store(sys.argv[1])
with serving(store.engine):
    print("serving", flush=True)
    sys.stdin.read()
"""
WRITES = """
import itertools, sys
from bot.storage.store import open_store
from tests.storage.record import answer, letter
store = open_store(sys.argv[1])
for number in itertools.count(1):
    answer(store, letter(key=f"key {number}", sender=f"{number % 5}@example.org"))
    print(number, flush=True)
"""


def together(*works: Callable[[], T]) -> list[T]:
    """Each work in a thread of its own, begun at the same moment."""
    barrier = Barrier(len(works))

    def begin(work: Callable[[], T]) -> T:
        barrier.wait()
        return work()

    with ThreadPoolExecutor(len(works)) as pool:
        return [future.result() for future in [pool.submit(begin, work) for work in works]]


@contextmanager
def process(program: str, url: str) -> Iterator[subprocess.Popen[str]]:
    """Another process on the same record, killed in the end."""
    command = [sys.executable, "-c", program, url]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as running:
        try:
            yield running
        finally:
            running.kill()


def test_several_open_a_new_record_at_once(url: str) -> None:
    with ExitStack() as stack:
        stores = together(*[lambda: open_store(url)] * 4)
        for store in stores:
            stack.callback(store.close)
        assert len({store.inbox.digest("key") for store in stores}) == 1
        assert rows(stores[0], "settings", "name") == ["secret"]


def test_two_readers_receive_each_message_once(url: str) -> None:
    with closing(open_store(url)) as one, closing(open_store(url)) as two:
        for number in range(40):
            same = letter(key=f"same {number}", sender=f"{number}@example.org")
            took = together(lambda same=same: one.inbox.receive(same), lambda same=same: two.inbox.receive(same))
            assert sorted(took) == [False, True]
        assert len(rows(one, "messages")) == len(rows(one, "conversations")) == 40


def test_two_first_messages_of_a_person_are_both_received(url: str) -> None:
    with closing(open_store(url)) as store:
        for number in range(40):
            first, second = (letter(sender=f"{number}@example.org") for _ in range(2))
            took = together(lambda new=first: store.inbox.receive(new), lambda new=second: store.inbox.receive(new))
            assert took == [True, True]
        assert len(rows(store, "messages")) == 80
        assert len(rows(store, "conversations")) == 40


def test_receiving_answering_and_sending_at_once_loses_nothing(url: str) -> None:
    count = 60
    with closing(open_store(url)) as store:

        def receive() -> None:
            for number in range(count):
                assert store.inbox.receive(letter(sender=f"{number % 7}@example.org"))

        def settle_all() -> None:
            done = 0
            while done < count:
                for received in store.inbox.unanswered(5):
                    settle(store, received, says(received.incoming.key))
                    done += 1

        def send_all() -> int:
            sent = 0
            while set(rows(store, "replies", "state")) != {"sent"} or len(rows(store, "replies")) < count:
                for reply in store.outbox.due("email", NOW, 5):
                    if store.outbox.begin(reply):
                        store.outbox.finish(reply, Sent(), NOW)
                        sent += 1
            return sent

        _, _, sent_by_one, sent_by_two = together(receive, settle_all, send_all, send_all)
        assert (sent_by_one or 0) + (sent_by_two or 0) == count
        assert set(rows(store, "replies", "tries")) == {1}


def test_what_comes_while_others_are_erased_is_not_lost(url: str) -> None:
    with closing(open_store(url)) as store:
        texts = [str(number) for number in range(60)]

        def receive() -> None:
            for text in texts:
                assert store.inbox.receive(letter(text, sender=f"{int(text) % 2}@example.org", received=EVER))
                for received in store.inbox.unanswered(1):
                    settle(store, received)

        def expire() -> None:
            for _ in range(40):
                store.people.expire(EVER.replace(year=EVER.year + 1))

        together(receive, expire)
        found = rows(store, "messages")
        assert len(found) == len(texts)
        for row in found:
            erased = row.text is None
            assert (row.conversation is None) == erased
            assert row.state != "received" or not erased
        store.people.expire(EVER.replace(year=EVER.year + 1))
        assert set(rows(store, "replies", "body")) | set(rows(store, "messages", "text")) == {None}


def overlapped(store: Store, first: Callable[[], object], second: Callable[[], object]) -> None:
    """`second` begins while `first` has done everything but commit."""
    arrived, go = Event(), Event()

    def hold(_: object) -> None:
        if not arrived.is_set():
            arrived.set()
            assert go.wait(60)

    sa.event.listen(store.engine, "commit", hold)
    with ThreadPoolExecutor(2) as pool:
        works = [pool.submit(first)]
        assert arrived.wait(60)
        works.append(pool.submit(second))
        wait(works[1:], timeout=0.5)
        go.set()
        for work in works:
            work.result()


def test_what_is_settled_while_it_is_erased_is_erased(url: str) -> None:
    with closing(open_store(url)) as store:
        received = take(store, letter())
        overlapped(store, lambda: settle(store, received, says()), lambda: store.people.expire(EVER))
        assert rows(store, "replies", "state") == ["erased"]
        assert rows(store, "replies", "body") == rows(store, "messages", "turn") == [None]
        assert rows(store, "conversations") == []


@pytest.mark.parametrize("order", [1, -1], ids=["receiving first", "erasing first"])
def test_what_comes_while_its_conversation_is_closed_is_answered(url: str, order: int) -> None:
    with closing(open_store(url)) as store:
        answer(store, letter("old"))
        new = letter("new", received=EVER)
        overlapped(store, *[lambda: store.inbox.receive(new), lambda: store.people.expire(LATER)][::order])
        assert [received.incoming.text for received in store.inbox.unanswered(9)] == ["new"]
        assert rows(store, "conversations", "address") == [ANN]


def test_one_process_serves(url: str) -> None:
    with closing(open_store(url)) as one, closing(open_store(url)) as two:
        for _ in range(2):
            with serving(one.engine):
                for other in (one, two):
                    with pytest.raises(AlreadyServingError), serving(other.engine):
                        pass
                assert two.inbox.receive(letter()), "others may use the record, to look or to back it up"
        with serving(two.engine), pytest.raises(AlreadyServingError), serving(one.engine):
            pass


def test_the_lock_falls_with_its_process(url: str) -> None:
    with closing(open_store(url)) as store, process(SERVES, url) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == "serving\n"
        with pytest.raises(AlreadyServingError), serving(store.engine):
            pass
        running.kill()
        running.wait()
        for _ in range(100):  # PostgreSQL's own process has to notice
            try:
                with serving(store.engine):
                    return
            except AlreadyServingError:
                time.sleep(0.1)
        pytest.fail("the lock outlives its process")


def test_what_was_committed_outlives_a_kill(url: str) -> None:
    with process(WRITES, url) as running:
        assert running.stdout is not None
        for _ in range(50):
            running.stdout.readline()
        running.kill()
        last = 50 + len(running.stdout.read().splitlines())
    with closing(open_store(url)) as store:
        for number in range(1, last + 1):
            assert not store.inbox.receive(letter(key=f"key {number}"))
        assert len(rows(store, "replies")) in (last, last + 1)
        assert len(due(store)) == 5
        answer(store, letter())


def test_a_server_is_named_by_the_usual_url() -> None:
    for name in ("postgresql://u@h/d", "postgresql+psycopg://u@h/d"):
        engine = open_engine(name)
        assert engine.driver == "psycopg"
        engine.dispose()
