"""Drafts and learned answers as files: written for people, read with every mistake named, taken out again to the byte."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from bot.files.answers_files import last_published, plain, publish, published, withdraw
from bot.files.drafts import read_draft, write_draft
from bot.files.yaml_lines import KnowledgeError
from bot.model.draft import Draft, Proof, distinctive
from bot.model.knowledge import Fact, Knowledge, Statement

SAY = {"en": "There is no age limit: all: ages #1.", "de": "Es gibt keine Altersgrenze."}
OLD = """\
# By hand.
- id: 9-visa  # mine
  fact:
    topic: visa
    say: {en: Visas are paid.}
    statement: {by: Cora, on: 2026-01-02, text: Visas are paid.}
  question:
    question: Is my visa paid?

# The end.
"""


def draft(name: str = "1-age-limit", **changes) -> Draft:
    fact = Fact(topic="age-limit", say=SAY, statement=Statement(by="Cora", on=date(2026, 1, 15), text=SAY["en"]))
    proof = Proof(question="Is there an age limit?", must=distinctive(SAY["en"]))
    made = Draft(id=name, call="ideas-2026", fact=fact, question=proof, phrasings={"en": ("Too old?",)}, requests=(1,))
    return replace(made, **changes)


def files(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "calls" / "ideas-2026").mkdir(parents=True)
    (tmp_path / "phrasings" / "en" / "plain").mkdir(parents=True)
    return tmp_path


def test_a_draft_is_read_as_it_was_written(tmp_path: Path, knowledge: Knowledge):
    file = write_draft(tmp_path / "new", draft())
    assert plain(read_draft(file, knowledge)) == plain(draft())
    assert file.stat().st_mode & 0o077 == 0
    assert "# A draft" in file.read_text()


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("topic: age-limit", "topic: age-limt", "age-limt` is no topic that holds facts: did you mean `age-limit`?"),
        ("call: ideas-2026", "call: ideas-1926", "`ideas-1926` is no call: name one of"),
        ("call: ideas-2026", "call: ideas-2026\nproject: nothing", "`nothing` is no project of ideas-2026"),
        ("id: 1-age-limit", "id: 'Age limit!'", "must be small letters, digits and hyphens"),
        ("  say:", "  sai:", "sai"),
        ("  statement:", "  quote: x\n  statment:", "statment"),
        ("question: Is there an age limit?", "question: ' '", "is empty"),
    ],
)
def test_mistakes_in_a_draft_are_named_by_file_and_line(tmp_path: Path, knowledge: Knowledge, old, new, named):
    file = write_draft(tmp_path, draft())
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new, 1))
    with pytest.raises(KnowledgeError) as error:
        read_draft(file, knowledge)
    assert named in str(error.value)
    assert f"{file}:" in str(error.value)


@pytest.mark.parametrize("before", [None, OLD])
def test_what_is_published_is_taken_out_to_the_byte_in_any_order(folder: Path, before: str | None):
    if before:
        (folder / "calls" / "ideas-2026" / "answers.yaml").write_text(before)
    start = files(folder)
    publish(folder, draft(), "2026-01-15T12:00:00+00:00", phrasings=True)
    first = files(folder)
    publish(folder, draft("2-age-limit"), "2026-01-15T12:00:01+00:00", phrasings=False)
    assert last_published(folder) == "2-age-limit"
    assert [entry.id for _, entry in published(folder)][-2:] == ["1-age-limit", "2-age-limit"]
    withdraw(folder, "2-age-limit")
    assert files(folder) == first
    publish(folder, draft("2-age-limit"), "2026-01-15T12:00:01+00:00", phrasings=False)
    withdraw(folder, "1-age-limit")
    withdraw(folder, "2-age-limit")
    assert files(folder) == start
    assert not (folder / "phrasings" / "en" / "coordinators").exists()
    with pytest.raises(KeyError):
        withdraw(folder, "2-age-limit")


def test_nothing_is_left_behind_where_it_cannot_be_written(folder: Path, monkeypatch: pytest.MonkeyPatch):
    start = files(folder)
    real = Path.replace

    def full(self: Path, target: Path) -> Path:
        if target.name == "answers.yaml":
            raise OSError(28, "No space left on device")
        return real(self, target)

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space"):
        publish(folder, draft(), "", phrasings=True)
    assert files(folder) == start


def test_a_list_in_another_form_is_not_added_to(folder: Path):
    file = folder / "calls" / "ideas-2026" / "answers.yaml"
    file.write_text("[]\n")
    with pytest.raises(KnowledgeError, match="is no list whose entries begin"):
        publish(folder, draft(), "", phrasings=False)
    assert file.read_text() == "[]\n"


@given(st.text(min_size=1).filter(str.strip), st.text(min_size=1).filter(str.strip))
def test_any_wording_survives_the_file(tmp_path_factory, knowledge: Knowledge, wording: str, question: str):
    said = {"en": "".join(sign for sign in wording if sign.isprintable()) or "x"}
    asked = "".join(sign for sign in question if sign.isprintable()).strip() or "x"
    fact = Fact(topic="age-limit", say=said, statement=Statement(by="Cora", on=date(2026, 1, 15), text=said["en"]))
    made = draft(fact=fact, question=Proof(question=asked, must=distinctive(said["en"])))
    file = write_draft(tmp_path_factory.mktemp("drafts"), made)
    assert plain(read_draft(file, knowledge)) == plain(made)
