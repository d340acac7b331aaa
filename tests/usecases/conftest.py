"""Applicants, the bot and coordinators on a record in memory."""

from collections.abc import Callable, Iterator

import pytest

from bot.storage.store import Store, open_store
from bot.usecases.answer_question import AnswerQuestion
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
