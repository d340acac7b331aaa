"""The record on SQLite; tests/peers/test_record_postgres.py runs the same tests on PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.storage.store import Store, open_store


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A place for a record that does not exist yet."""
    return f"sqlite:///{tmp_path / 'record.db'}"


@pytest.fixture(params=["memory", "file"])
def store(request: pytest.FixtureRequest, url: str) -> Iterator[Store]:
    store = open_store("sqlite:///:memory:" if request.param == "memory" else url)
    yield store
    store.close()
