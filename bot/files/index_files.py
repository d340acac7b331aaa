"""The fitted index on disk: written once for each state of the phrasings, read in a few hundredths of a second.

Knows numpy's .npz format and where an index may lie: in the package (a build product) or in the user's cache.
"""

import json
import os
import zlib
from collections.abc import Mapping
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from platformdirs import user_cache_path

from bot.answering.linear import LinearModel
from bot.answering.search import Postings
from bot.answering.topics import Index
from bot.files.knowledge_files import digest
from bot.model.knowledge import Topic

FORMAT = 2
"""Raised when features or layout change, so that an older index is not read."""


_LEARNT = (
    "phrasings",
    "vocabulary/fields.yaml",
    "vocabulary/skills.yaml",
    "vocabulary/frames.yaml",
    "vocabulary/reading.yaml",
)
"""What the index depends on."""


def index_name(knowledge_folder: Path, topics: Mapping[str, Topic]) -> str:
    """The file name of the index for the phrasings and vocabulary of a folder and the topics they are on."""
    learnt = digest(knowledge_folder, *_LEARNT)
    asked = zlib.crc32(
        "\n".join(f"{topic.id} {topic.kind} {bool(topic.by)}" for _, topic in sorted(topics.items())).encode()
    )
    return f"index-{FORMAT}-{learnt}-{asked:08x}.npz"


def built_folder() -> Path:
    """Where the index of the shipped knowledge lies after a build."""
    return Path(__file__).parent.parent / "_index"


def cache_folder() -> Path:
    """Where an index of other knowledge is kept: CALLBOARD_CACHE, or the user's cache."""
    return Path(os.environ.get("CALLBOARD_CACHE") or user_cache_path("callboard"))


def find_index(name: str) -> Index | None:
    """The index of that name, or None if it was not fitted yet or cannot be read."""
    for folder in (built_folder(), cache_folder()):
        try:
            return _read(folder / name)
        except (OSError, ValueError, KeyError, EOFError, BadZipFile, zlib.error):
            continue
    return None


def write_index(index: Index, file: Path) -> None:
    """Write the index so that a reader never sees half of it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    head = {"topics": index.topics, "words": list(index.postings.words), "size": index.postings.size}
    arrays: dict[str, np.ndarray] = {
        "head": np.frombuffer(json.dumps(head).encode(), np.uint8),
        "starts": index.postings.starts,
        "documents": index.postings.documents,
        "gains": index.postings.gains,
        "owners": index.owners,
    }
    if index.model is not None:
        arrays |= {
            "hashes": index.model.hashes,
            "idf": index.model.idf,
            "weights": index.model.weights,
            "bias": index.model.bias,
        }
    temporary = file.with_name(f"{file.name}.{os.getpid()}.tmp.npz")
    try:
        np.savez(temporary, allow_pickle=False, **arrays)
        temporary.replace(file)
    finally:
        temporary.unlink(missing_ok=True)


def forget_older(file: Path, kept: int = 2) -> None:
    """Remove the indexes beside `file` but for the `kept` newest."""
    newest = sorted(file.parent.glob("index-*.npz"), key=lambda other: other.stat().st_mtime, reverse=True)
    for other in newest[kept:]:
        other.unlink(missing_ok=True)


def _read(file: Path) -> Index:
    with file.open("rb") as opened, np.load(opened, allow_pickle=False) as stored:
        head = json.loads(stored["head"].tobytes())
        words = {word: place for place, word in enumerate(head["words"])}
        postings = Postings(words, stored["starts"], stored["documents"], stored["gains"], head["size"])
        model = None
        if "weights" in stored:
            model = LinearModel(stored["hashes"], stored["idf"], stored["weights"], stored["bias"])
        return Index(tuple(head["topics"]), postings, stored["owners"], model)
