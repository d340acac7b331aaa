"""What tests share: the brain on the repository's own knowledge, read once."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import settings

from bot.config import Config
from bot.model.conversation import Answer, Question
from bot.model.knowledge import Knowledge
from bot.usecases.answer_question import AnswerQuestion
from bot.wiring.answering import answering
from bot.wiring.folders import Folders

settings.register_profile("callboard", deadline=None)  # speed is measured in bench/, never in a test
settings.load_profile("callboard")

REPOSITORY = Path(__file__).parent.parent
NOW = datetime.fromisoformat("2026-01-15T12:00:00+01:00")


@pytest.fixture(scope="session")
def folders() -> Folders:
    return Folders.of(Config(knowledge=str(REPOSITORY / "knowledge"), templates=str(REPOSITORY / "templates")))


@pytest.fixture(scope="session")
def brain(folders: Folders) -> AnswerQuestion:
    return answering(folders)


@pytest.fixture(scope="session")
def knowledge(brain: AnswerQuestion) -> Knowledge:
    return brain.knowledge


Ask = Callable[..., Answer]


@pytest.fixture(scope="session")
def ask(brain: AnswerQuestion) -> Ask:
    """Asks a question: `ask(text)`, with `now` as ISO text and the asker's `earlier` turns if they matter."""

    def asked(text: str, now: str = NOW.isoformat(), earlier: tuple[str, ...] = ()) -> Answer:
        return brain(Question(text, datetime.fromisoformat(now), earlier))

    return asked
