"""The record on PostgreSQL: every test of tests/storage that is not about SQLite itself."""

from collections.abc import Iterator
from contextlib import closing

import psycopg
import pytest
from daemons import wait_for
from postgres import Postgres

from bot.storage.engine import AlreadyServingError, serving
from bot.storage.store import Store, open_store
from tests.storage import (
    test_hand_overs,
    test_record_corrections,
    test_record_inbox,
    test_record_machine,
    test_record_outbox,
    test_record_people,
    test_record_privacy,
    test_record_schema,
    test_record_together,
    test_reports,
)

_MODULES = (
    test_hand_overs,
    test_record_corrections,
    test_record_inbox,
    test_record_machine,
    test_record_outbox,
    test_record_people,
    test_record_privacy,
    test_record_schema,
    test_record_together,
    test_reports,
)
for _module in _MODULES:
    _tests = {name: test for name, test in vars(_module).items() if name.startswith("test_")}
    assert not _tests.keys() & globals().keys(), (
        f"{_module.__name__} names a test as another module does: one would be lost"
    )
    globals().update(_tests)


later_release = test_record_schema.later_release


@pytest.fixture
def url(postgres: Postgres) -> str:
    return postgres.fresh_database()


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    store = open_store(url)
    yield store
    store.close()


def _end_sessions(postgres: Postgres, url: str) -> None:
    """What a restart of the server does to its sessions, waiting until they are gone."""
    database = url.rpartition("/")[2]
    with psycopg.connect(postgres.dsn(), autocommit=True) as connection:
        connection.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", [database])
        left = "select count(*) from pg_stat_activity where datname = %s"
        wait_for(lambda: connection.execute(left, [database]).fetchone() == (0,))


def test_the_serving_process_can_tell_that_its_lock_was_lost(postgres: Postgres, url: str) -> None:
    with closing(open_store(url)) as one, closing(open_store(url)) as two:
        with serving(one.engine) as held:
            assert held()
            with pytest.raises(AlreadyServingError), serving(two.engine):
                pass
            assert held()
            _end_sessions(postgres, url)
            with serving(two.engine) as others:
                assert not held()
                assert not held(), "a new connection must not be taken for the old one"
                assert others()
        with serving(one.engine) as held:
            assert held()


def test_a_lock_lost_unnoticed_is_let_go_without_a_murmur(postgres: Postgres, url: str) -> None:
    with closing(open_store(url)) as store:
        with serving(store.engine):
            _end_sessions(postgres, url)
        with serving(store.engine) as held:
            assert held()
