"""What is SQLite's own: how its connections are set, and what its files hold after erasing."""

import random
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.model.message import Refused
from bot.storage.engine import AlreadyServingError, open_engine, reading, scrub, serving
from bot.storage.store import Store, open_store
from tests.storage.record import ANN, BOB, EVER, NOW, answer, due, letter, rows, says, send, settle, take

WORD = "Xylograph"
SEED = 26
"""Without VACUUM, three words are left in the file then, where rows once stood (SQLite 3.40, secure_delete=ON)."""


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    with closing(open_store(url)) as store:
        yield store


def held(store: Store, word: str = WORD) -> dict[str, int]:
    """How often a word stands in each of the record's files."""
    file = Path(str(store.engine.url.database))
    found = {path.name: path.read_bytes().lower().count(word.lower().encode()) for path in file.parent.iterdir()}
    return {name: count for name, count in found.items() if count}


def test_every_connection_is_set(store: Store) -> None:
    wanted = {"journal_mode": "wal", "synchronous": 2, "secure_delete": 1, "foreign_keys": 1}
    with ExitStack() as stack:
        for number in range(8):  # more than the pool keeps
            engine = reading(store.engine) if number % 2 else store.engine
            raw = stack.enter_context(engine.connect()).connection.driver_connection
            assert raw is not None
            for name, value in wanted.items():
                assert raw.execute(f"PRAGMA {name}").fetchone() == (value,)
            assert raw.execute("PRAGMA busy_timeout").fetchone()[0] >= 10_000


def test_reading_does_not_wait_for_writing(store: Store) -> None:
    answer(store, letter())
    with store.engine.begin() as connection:
        connection.execute(sa.text("DELETE FROM replies"))
        assert len(due(store)) == 1


def test_the_files_are_their_owners(store: Store) -> None:
    answer(store, letter())
    file = Path(str(store.engine.url.database))
    for path in (file, file.with_name(f"{file.name}-wal")):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_folder_is_made_and_home_is_understood(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    with closing(open_store("sqlite:///~/new/folder/record.db")) as store, serving(store.engine):
        assert (tmp_path / "new" / "folder" / "record.db").exists()
        link = tmp_path / "link.db"
        link.symlink_to(tmp_path / "new" / "folder" / "record.db")
        with (
            closing(open_store(f"sqlite:///{link}")) as same,
            pytest.raises(AlreadyServingError),
            serving(same.engine),
        ):
            pass


def test_a_lock_that_cannot_be_made_is_not_another_process(store: Store) -> None:
    Path(
        f"{store.engine.url.database}.serving"
    ).mkdir()  # as in a folder that is closed, which root may write all the same
    with pytest.raises(sqlite3.OperationalError), serving(store.engine):
        pass


def test_a_lock_that_cannot_be_taken_is_not_another_process(store: Store) -> None:
    Path(f"{store.engine.url.database}.serving").write_bytes(b"no database " * 100)
    with pytest.raises(sqlite3.DatabaseError), serving(store.engine):
        pass


def test_two_records_in_memory_serve_apart() -> None:
    engines = [open_engine("sqlite:///:memory:") for _ in range(2)]
    with serving(engines[0]), serving(engines[1]):
        pass
    for engine in engines:
        engine.dispose()


def fill(store: Store, word: str, seed: int) -> None:
    """400 messages of many lengths, their rows growing while they are answered: pages are split and rows moved about."""
    chance = random.Random(seed)
    for _ in range(400):
        text = word + "".join(chance.choice(" abc") for _ in range(chance.choice([10, 300, 1200, 5000])))
        incoming = letter(text, f"{word}{chance.randrange(90)}@example.org", context={"subject": word})
        store.inbox.receive(incoming)
        if chance.random() < 0.7:
            for received in store.inbox.unanswered(5):
                settle(store, received, says(word + "y" * chance.choice([10, 500, 3000])))
    for reply in due(store)[:40]:
        store.outbox.begin(reply)
        store.outbox.finish(reply, Refused(f"550 <{reply.address}>"), NOW)
    send(store)


def test_nothing_that_expired_stands_in_the_files(store: Store) -> None:
    fill(store, WORD, SEED)
    assert held(store)
    store.people.expire(EVER)
    assert held(store) == {}
    assert len(rows(store, "messages")) == 400


def test_nothing_of_somebody_who_was_forgotten_stands_in_the_files(store: Store) -> None:
    fill(store, "others", 1)
    for number in range(30):
        text = f"{WORD} " + "x" * (number * 700)
        answer(store, letter(text, f"{WORD}@example.org", context={"subject": WORD}), says(f"{WORD} {number}"))
    fill(store, "others", 1)
    store.inbox.receive(letter("unanswered", f"{WORD}@example.org"))
    asking = take(store, letter("/forget 12", f"{WORD}@example.org"))
    assert store.people.erase(asking, NOW) == 31
    assert sum(held(store).values()) == 3, "the address alone: the conversation's, its index's, the asking message's"
    settle(store, asking, says("Everything was erased.", kind="erased"))
    send(store)
    store.people.erase_finished(NOW)
    assert held(store) == {}
    assert held(store, "others")


def test_what_a_reader_held_up_is_wiped_with_the_next_look(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.storage.engine.BUSY", 0.1)
    impatient = open_store(str(store.engine.url))
    answer(impatient, letter(WORD, ANN))
    with reading(store.engine).connect() as reader:
        reader.execute(sa.text("SELECT * FROM messages")).all()
        assert impatient.people.expire(EVER) == 1
        assert not scrub(impatient.engine)
        assert held(store)
    assert impatient.people.expire(EVER) == 0
    assert held(store) == {}
    impatient.close()
    answer(store, letter(sender=BOB))
