"""The record on PostgreSQL: every test of tests/storage that is not about SQLite itself."""

from collections.abc import Iterator

import pytest
from postgres import Postgres

from bot.storage.store import Store, open_store
from tests.storage import (
    test_record_inbox,
    test_record_machine,
    test_record_outbox,
    test_record_people,
    test_record_privacy,
    test_record_schema,
    test_record_together,
)

_MODULES = (
    test_record_inbox,
    test_record_machine,
    test_record_outbox,
    test_record_people,
    test_record_privacy,
    test_record_schema,
    test_record_together,
)
for _module in _MODULES:
    globals().update({name: test for name, test in vars(_module).items() if name.startswith("test_")})


later_release = test_record_schema.later_release


@pytest.fixture
def url(postgres: Postgres) -> str:
    return postgres.fresh_database()


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    store = open_store(url)
    yield store
    store.close()
