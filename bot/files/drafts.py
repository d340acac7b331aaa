"""Drafts of learned answers as files to review: written with comments for whoever edits them, read with every mistake named.

Knows the folder of drafts and the form of a draft. Does not know what a draft would change.
"""

from pathlib import Path

from bot.files.answers_files import check_entry, dumped, plain, replace_file
from bot.files.yaml_lines import KnowledgeError, Mistake, convert, read_document
from bot.model.draft import Draft
from bot.model.knowledge import Knowledge

_HEAD = """\
# A draft of an answer for everybody who asks the same. Nothing of it is live until `callboard publish` has been told so.
# You may change the texts; `callboard review {name}` shows what changes with it, and refuses what breaks.
"""
_COMMENTS = {
    "id": "The name of the answer: small letters, digits, hyphens. `callboard rollback` takes it.",
    "call": "The call, and the project if it is about one only (names of folders and files in knowledge/calls).",
    "fact": "What applicants read (`say`), on which topic, and who stated it, when. No name or word of an applicant.",
    "phrasings": "How one may ask for it, in your words. Added only if the bot does not read it so already.",
    "question": "The test question: with this answer its reply must hold every word of `must` (patterns, upper or lower case).",
    "requests": "The requests that gave rise to it (numbers).",
}


def draft_file(folder: Path, draft: Draft) -> Path:
    """Where a draft is kept."""
    return folder / f"{draft.id}.yaml"


def draft_files(folder: Path) -> list[Path]:
    """The drafts of a folder."""
    return sorted(folder.glob("*.yaml"))


def write_draft(folder: Path, draft: Draft) -> Path:
    """Write a draft where `draft_file` says; OSError if that cannot be."""
    folder.mkdir(parents=True, exist_ok=True)
    file = draft_file(folder, draft)
    parts = [_HEAD.format(name=file)]
    for name, value in plain(draft).items():
        comment = _COMMENTS.get(name)
        parts.append((f"\n# {comment}\n" if comment else "") + dumped({name: value}))
    replace_file(file, "".join(parts))
    file.chmod(0o600)
    return file


def read_draft(file: Path, knowledge: Knowledge) -> Draft:
    """The draft of a file; raises KnowledgeError with every mistake."""
    mistakes: list[Mistake] = []
    document = read_document(file, mistakes)
    draft: Draft | None = None if mistakes else convert(document, (), document.value, Draft, mistakes)
    if draft is not None:
        call = knowledge.calls.get(draft.call)
        if call is None:
            what = f"`{draft.call}` is no call: name one of {', '.join(knowledge.calls)}"
            mistakes.append(Mistake(file, document.line(("call",)), what))
        elif check_entry(draft, call, knowledge.topics, (document, ()), mistakes):
            return draft
    raise KnowledgeError(sorted(mistakes, key=lambda mistake: mistake.line))
