"""Applicants, the bot and coordinators on a record in memory; campaigns on a ledger in memory and in a record."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest

from bot.storage.store import Store, open_store
from bot.usecases.answer_question import AnswerQuestion
from tests.usecases.ledger_book import Scene, address, on_memory, on_sqlite
from tests.usecases.office import CORA, DIRK, Office


@pytest.fixture
def store() -> Iterator[Store]:
    store = open_store("sqlite://")
    yield store
    store.close()


@pytest.fixture
def open_office(store: Store, brain: AnswerQuestion) -> Callable[..., Office]:
    return lambda *coordinators, **more: Office(store, brain, coordinators or (CORA, DIRK), **more)


@pytest.fixture
def office(open_office: Callable[..., Office]) -> Office:
    return open_office()


@pytest.fixture(params=["memory", "sqlite"])
def scene(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[..., Scene]]:
    """Opens a campaign of so many deliveries, or to these addresses."""
    with ExitStack() as opened:

        def made(people: int | Sequence[str]) -> Scene:
            to = [address(number) for number in range(1, people + 1)] if isinstance(people, int) else people
            return on_memory(to) if request.param == "memory" else opened.enter_context(on_sqlite(to, tmp_path))

        yield made
