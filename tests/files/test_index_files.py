"""An index is read back as it was written; a damaged one is as good as none."""

import numpy as np
import pytest

from bot.answering.search import Postings
from bot.answering.topics import Index
from bot.files.index_files import find_index, index_name, write_index

NAME = "index-of-a-test.npz"


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("CALLBOARD_CACHE", str(tmp_path))
    return tmp_path


@pytest.fixture
def index():
    postings = Postings.build([["when", "deadline"], ["löck", "pay"], ["pay", "when"]])
    return Index(("deadline", "pay"), postings, np.array([0, 1, 1], np.int32), None)


def test_what_is_written_is_read(cache, index):
    write_index(index, cache / NAME)
    found = find_index(NAME)
    assert found is not None
    assert found.topics == index.topics
    assert found.postings.words == index.postings.words
    assert np.array_equal(found.owners, index.owners)
    assert np.array_equal(found.postings.scores(["pay", "when"]), index.postings.scores(["pay", "when"]))


def test_the_fitted_model_is_read_back(cache, brain, folders):
    stored = find_index(index_name(folders.knowledge, brain.knowledge.topics))
    if stored is None:
        stored = brain._brain.reader.ranker._index
    write_index(stored, cache / NAME)
    found = find_index(NAME)
    assert found is not None
    assert found.model is not None
    assert np.array_equal(found.model.weights, stored.model.weights)


def test_writing_leaves_nothing_else_behind(cache, index):
    write_index(index, cache / NAME)
    assert [file.name for file in cache.iterdir()] == [NAME]


@pytest.mark.parametrize("damage", ["empty", "half", "noise", "text", "truncated end"])
def test_a_damaged_index_is_ignored(cache, index, damage):
    file = cache / NAME
    write_index(index, file)
    whole = file.read_bytes()
    file.write_bytes(
        {
            "empty": b"",
            "half": whole[: len(whole) // 2],
            "noise": bytes(range(256)) * 9,
            "text": b"hello",
            "truncated end": whole[:-30],
        }[damage]
    )
    assert find_index(NAME) is None


@pytest.mark.parametrize("place", range(0, 1200, 97))
def test_a_flipped_byte_does_not_raise(cache, index, place):
    file = cache / NAME
    write_index(index, file)
    whole = bytearray(file.read_bytes())
    whole[place % len(whole)] ^= 0xFF
    file.write_bytes(bytes(whole))
    find_index(NAME)


def test_a_missing_index_is_none(cache):
    assert find_index(NAME) is None


def test_the_name_follows_the_phrasings(tmp_path):
    file = tmp_path / "phrasings" / "en" / "voice" / "dates.yaml"
    file.parent.mkdir(parents=True)
    for part in ("topics/a.yaml", "vocabulary/fields.yaml", "vocabulary/skills.yaml", "vocabulary/frames.yaml"):
        (tmp_path / part).parent.mkdir(exist_ok=True)
        (tmp_path / part).write_text("x: 1")
    names = set()
    for text in ("deadline: [when]", "deadline: [when, until when]"):
        file.write_text(text)
        names.add(index_name(tmp_path, {}))
    assert len(names) == 2


def test_the_name_follows_the_words_for_kinds_of_calls(tmp_path):
    reading = tmp_path / "vocabulary" / "reading.yaml"
    reading.parent.mkdir()
    before = index_name(tmp_path, {})  # without the file too
    reading.write_text("call_kinds: {phd: {en: [phd]}}")
    assert index_name(tmp_path, {}) != before
