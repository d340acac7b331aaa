"""The brain put together: knowledge, phrasings and templates from disk, every part of answering."""

import gc
import hashlib
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bot.answering.answers import Answers
from bot.answering.choose import Chooser
from bot.answering.clocks import Clocks
from bot.answering.commonness import commonness
from bot.answering.context import Resolver
from bot.answering.guard import Guard
from bot.answering.language import Languages
from bot.answering.lexicon import Lexicon, function_words, lexicon_from
from bot.answering.mending import Mender
from bot.answering.paraphrase import Paraphrases
from bot.answering.passages import Passages
from bot.answering.pointed import Pointed
from bot.answering.reading import Reader
from bot.answering.replies import Replies
from bot.answering.spans import SpanReader, SpansError, spans_from
from bot.answering.strangers import Strangers
from bot.answering.subjects import Gazetteer, call_names, proper_names, vocabulary_names
from bot.answering.topics import Index, TopicRanker, build_index
from bot.files.index_files import cache_folder, find_index, forget_older, index_name, write_index
from bot.files.knowledge_files import load_knowledge
from bot.files.phrasing_files import load_phrasings
from bot.files.places import GeoPlaces
from bot.files.template_files import load_templates
from bot.files.yaml_lines import KnowledgeError, Mistake, read_document
from bot.model.knowledge import Knowledge
from bot.usecases.answer_question import AnswerQuestion, Brain
from bot.usecases.ports import silent_log
from bot.wiring.folders import Folders

Progress = Callable[[int, int], None]


def open_index(folder: Path, knowledge: Knowledge, progress: Progress) -> Index:
    """The fitted index of the knowledge in `folder`; fitted now, and kept, if the phrasings have changed."""
    name = index_name(folder, knowledge.topics)
    index = find_index(name)
    if index is None:
        index = fit_index(folder, knowledge, progress)
        try:
            write_index(index, cache_folder() / name)
            forget_older(cache_folder() / name)
        except OSError as error:
            silent_log().warning("the index could not be kept: %s", error.strerror)
    return index


def fit_index(folder: Path, knowledge: Knowledge, progress: Progress) -> Index:
    """The index fitted from the phrasings in `folder`."""
    frames = read_document(folder / "vocabulary" / "frames.yaml", []).value or {}
    kinds = lexicon_from(_reading(folder)).call_kinds
    return build_index(knowledge, load_phrasings(folder, knowledge.topics), progress, frames=frames, kinds=kinds)


def _reading(folder: Path) -> dict[str, Any]:
    return read_document(folder / "vocabulary" / "reading.yaml", []).value or {}


def files_state(folders: Folders) -> str:
    """Changes whenever a file of the knowledge or the templates does."""
    files = sorted(file for folder in (folders.knowledge, folders.templates) for file in folder.rglob("*.*"))
    stats = [(str(file), file.stat().st_mtime_ns, file.stat().st_size) for file in files]
    return hashlib.sha256(repr(stats).encode()).hexdigest()


def spans(folder: Path) -> SpanReader:
    """Reads how long before a date somebody wants to be reminded; raises KnowledgeError for a malformed vocabulary."""
    file = folder / "vocabulary" / "spans.yaml"
    document = read_document(file, [])
    try:
        return spans_from(document.value or {})
    except SpansError as error:
        raise KnowledgeError([Mistake(file, document.line(error.path), str(error))]) from None


def answering(folders: Folders, progress: Progress = lambda done, total: None) -> AnswerQuestion:
    """The brain on the knowledge and templates of `folders`; raises KnowledgeError if they hold mistakes."""
    gc.disable()  # a tenth of the start-up: everything built here stays
    try:
        knowledge = load_knowledge(folders.knowledge)
        return brain(knowledge, open_index(folders.knowledge, knowledge, progress), folders)
    finally:
        gc.freeze()
        gc.enable()


def brain(knowledge: Knowledge, index: Index, folders: Folders) -> AnswerQuestion:
    """The brain on knowledge and an index at hand."""
    templates = load_templates(folders.templates)
    reading = _reading(folders.knowledge)
    lexicon: Lexicon = lexicon_from(reading)
    ordinary = Counter(word for word in index.postings.words if not word.startswith("{"))
    counts = Counter(
        {
            word: int(index.postings.starts[place + 1] - index.postings.starts[place])
            for word, place in index.postings.words.items()
            if not word.startswith("{")
        }
    )
    gazetteer = _gazetteer(knowledge, lexicon, frozenset(ordinary) | lexicon.function_words)
    common = commonness(counts)
    paraphrases = Paraphrases(knowledge, common, lexicon.function_words, lexicon.project_words | lexicon.pointers)
    mender = Mender(counts, (word for form in gazetteer.entries for word in form))
    resolver = Resolver(knowledge, lexicon)
    pointed = Pointed(knowledge.topics, Passages(common, lexicon.function_words | lexicon.project_words))
    return AnswerQuestion(
        Brain(
            knowledge=knowledge,
            reader=Reader(
                gazetteer, TopicRanker(knowledge.topics, index), lexicon, paraphrases, mender, frozenset(ordinary)
            ),
            chooser=Chooser(knowledge, lexicon, resolver, Answers(knowledge, lexicon), pointed),
            strangers=Strangers(knowledge, lexicon, frozenset(ordinary) | _known_words(gazetteer, lexicon)),
            replies=Replies(knowledge, templates),
            clocks=Clocks(GeoPlaces(), templates, lexicon.living),
            templates=templates,
            languages=Languages(function_words(reading), templates.languages),
            guard=Guard(knowledge, _proper_names(knowledge, frozenset(ordinary))),
            log=silent_log(),
        )
    )


def _gazetteer(knowledge: Knowledge, lexicon: Lexicon, ordinary: frozenset[str]) -> Gazetteer:
    gazetteer = Gazetteer(announcing=lexicon.project_words)
    for name, text in vocabulary_names(knowledge):
        gazetteer.add(text, name)
    for call in knowledge.calls.values():
        for name, text in call_names(call):
            gazetteer.add(text, name)
    gazetteer.seal(ordinary)
    return gazetteer


def _known_words(gazetteer: Gazetteer, lexicon: Lexicon) -> frozenset[str]:
    kinds = (word for words in lexicon.call_kinds.values() for word in words)
    return frozenset(
        part for text in (*kinds, *(word for form in gazetteer.entries for word in form)) for part in text.split()
    )


def _proper_names(knowledge: Knowledge, ordinary: frozenset[str]) -> Gazetteer:
    gazetteer = Gazetteer()
    for call in knowledge.calls.values():
        for name, text in proper_names(call):
            gazetteer.add(text, name)
    gazetteer.seal(ordinary)
    return gazetteer
