"""Learning put together: drafts, the brain with and without them, the record."""

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.answering.topics import Index
from bot.files.answers_files import publish, published
from bot.files.index_files import cache_folder, find_index, index_name, write_index
from bot.files.knowledge_files import load_knowledge
from bot.files.phrasing_files import load_phrasings
from bot.files.question_files import load_questions
from bot.model.conversation import Matter
from bot.model.draft import Draft, Recorded, applied
from bot.storage.learned import Learned
from bot.storage.recorded import RecordedQuestions
from bot.storage.store import Store
from bot.usecases.answer_question import AnswerQuestion
from bot.usecases.evaluate import Gold
from bot.usecases.learn import Case, gold_of, needs_phrasing, objections
from bot.usecases.review import Asked, Progress, Review, review
from bot.usecases.tell_waiting import TellWaiting, Told
from bot.wiring.answering import answering, brain, fit_index, open_index
from bot.wiring.folders import Folders
from bot.wiring.serving import PAGES

QUESTIONS = "questions.yaml"
"""The questions of a call that must hold, beside its call.yaml."""


@dataclass(frozen=True, slots=True)
class Workshop:
    """The knowledge as it is live, with the brain on it, and the record."""

    folders: Folders
    live: AnswerQuestion
    store: Store

    def case(self, number: int) -> Case | None:
        """A request with its conversation and the persons' answers."""
        request = self.store.hand_overs.get(number)
        if request is None:
            return None
        books = self.store.hand_overs
        return Case(request, tuple(books.lines(request, 0)), tuple(books.answers(request)))

    def with_draft(self, draft: Draft, progress: Progress) -> AnswerQuestion:
        """The brain on the knowledge with a draft. If its ways of asking are new to the reader, they are learnt first, which takes
        minutes once; nothing is written but the index that publishing needs.
        """
        if not needs_phrasing(draft, self.live):
            index = open_index(self.folders.knowledge, self.live.knowledge, progress)
            return brain(applied(self.live.knowledge, draft), index, self.folders)
        with _staged(self.folders, draft) as folders:
            knowledge = load_knowledge(folders.knowledge)
            name = index_name(folders.knowledge, knowledge.topics)
            return brain(knowledge, _fitted(name, folders, progress), folders)

    def asked_ways(self, draft: Draft) -> list[str]:
        """Phrasings of the catalogue for a draft's topic, in the language of its test question."""
        language = draft.question.lang
        return [
            phrasing.text
            for phrasing in load_phrasings(self.folders.knowledge, self.live.knowledge.topics)
            if phrasing.topic == draft.fact.topic and phrasing.language == language
        ]

    def review(self, draft: Draft, new: AnswerQuestion, files: Sequence[Path], progress: Progress) -> Review:
        """Everything asked of both brains, and whether the wording is fit for everybody."""
        golds = [gold for gold in self.golds(files) if gold.id != draft.id]
        asked = Asked(gold_of(draft), golds, self.recorded())
        return review(self.live, new, asked, self.objections(draft), progress)

    def objections(self, draft: Draft) -> list[str]:
        """What in a draft looks personal, seen from the requests that gave rise to it."""
        ways = [way for several in draft.phrasings.values() for way in several]
        said = [*draft.fact.say.values(), draft.fact.statement.text if draft.fact.statement else ""]
        cases = filter(None, map(self.case, draft.requests))
        found = [
            what
            for case in cases
            for what in objections([*said, *ways, draft.question.question], case, self.live.knowledge)
        ]
        return list(dict.fromkeys(found))

    def golds(self, files: Sequence[Path] = ()) -> list[Gold]:
        """The questions that must hold: of every call, of every learned answer, of the files named."""
        own = sorted((self.folders.knowledge / "calls").glob(f"*/{QUESTIONS}"))
        learned = [
            gold_of(Draft(id=entry.id, call=call, project=entry.project, fact=entry.fact, question=entry.question))
            for call, entry in published(self.folders.knowledge)
        ]
        return [*load_questions([*own, *files]), *learned]

    def recorded(self) -> list[Recorded]:
        """The questions of the record."""
        return RecordedQuestions(self.store.engine).all()

    def publish(self, draft: Draft, now: datetime) -> None:
        """Make a draft part of the knowledge; OSError if the folder cannot be written."""
        at = now.isoformat(timespec="seconds")
        publish(self.folders.knowledge, draft, at, phrasings=needs_phrasing(draft, self.live))

    def tell(self, draft: Draft, now: datetime, progress: Progress) -> Told:
        """Plan the replies to everybody who waits for what a published draft states."""
        answer = answering(self.folders, progress)
        tell = TellWaiting(
            answer,
            answer.templates,
            self.store.hand_overs,
            RecordedQuestions(self.store.engine),
            Learned(self.store.engine),
            PAGES,
        )
        return tell(matter_of(draft), now)


def matter_of(draft: Draft) -> Matter:
    """What a draft answers."""
    return Matter("stated", draft.fact.topic, draft.call, draft.project)


@contextmanager
def _staged(folders: Folders, draft: Draft) -> Iterator[Folders]:
    """A copy of the knowledge with a draft published in it."""
    with tempfile.TemporaryDirectory(prefix="callboard-review-") as name:
        copy = Path(name) / "knowledge"
        shutil.copytree(folders.knowledge, copy)
        publish(copy, draft, "", phrasings=True)
        yield Folders(copy, folders.templates)


def _fitted(name: str, folders: Folders, progress: Progress) -> Index:
    """The index of that name; fitted if need be, and kept beside the one in use."""
    index = find_index(name)
    if index is None:
        index = fit_index(folders.knowledge, load_knowledge(folders.knowledge), progress)
        write_index(index, cache_folder() / name)
    return index
