"""Every mistake in a folder of knowledge is named with file, line and cure, all at once."""

import re
from pathlib import Path

import pytest

from bot.files.knowledge_files import load_knowledge
from bot.files.yaml_lines import KnowledgeError

SMALL = {
    "topics/dates.yaml": "deadline:\n  asks: until when\n  en: deadline\n  near: [pay]\npay:\n  asks: how paid\n  en: pay\n",
    "vocabulary/fields.yaml": "physics: {en: physics, de: Physik}\n",
    "vocabulary/skills.yaml": "python: {en: Python, de: Python}\n",
    "calls/small/people.yaml": "ada: {name: Dr. Ada Lovelace, organisation: lab}\n",
    "calls/small/organisations.yaml": "lab: {name: The Lab, kind: other, quote: at the Lab}\n",
    "calls/small/themes.yaml": "tides: {en: tides, de: Gezeiten}\n",
    "calls/small/call.yaml": """id: small
kind: other
name: {en: Small call}
zone: Europe/Berlin
coordinators: [ada]
facts:
- topic: deadline
  date: 2027-03-01 12:00
  section: Dates
  quote: by 1 March
- topic: pay
  say: {en: It is paid by E13.}
  section: Pay
  quote: paid by E13
requirements:
- say: {en: a degree in physics}
  kind: degree
  strength: required
  fields: [physics]
  section: You
  quote: a degree in physics
themes:
- {theme: tides, section: Work, quote: tides}
""",
}
CALL = "calls/small/call.yaml"


@pytest.fixture
def folder(tmp_path):
    for name, text in SMALL.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def mistakes(folder: Path):
    with pytest.raises(KnowledgeError) as raised:
        load_knowledge(folder)
    return raised.value.mistakes


def change(folder: Path, name: str, old: str, new: str) -> int:
    """Replaces `old`; returns its line."""
    text = (folder / name).read_text(encoding="utf-8")
    assert text.count(old) == 1, old
    (folder / name).write_text(text.replace(old, new), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


MISTAKES = {
    "bad YAML": (CALL, "zone: Europe/Berlin", "zone: Europe/Berlin: x", r"mapping values.*check the indentation"),
    "unknown key": (CALL, "date: 2027-03-01 12:00", "date: 2027-03-01 12:00\n  colour: red", r"colour"),
    "unknown topic": (CALL, "topic: deadline", "topic: deadlin", r"did you mean `deadline`\?"),
    "no quote": (CALL, "\n  quote: by 1 March", "", r"rests on nothing: give `quote:`"),
    "bad date": (CALL, "2027-03-01 12:00", "1.3.2027", r"not of the form 2026-02-22 23:59"),
    "impossible date": (CALL, "2027-03-01 12:00", "2027-02-30 12:00", r"not of the form 2026-02-22 23:59"),
    "no English": (CALL, "say: {en: It is paid by E13.}", "say: {de: Bezahlt nach E13.}", r"no English sentence"),
    "says nothing": (CALL, "say: {en: It is paid by E13.}", "ordered: true", r"says nothing"),
    "unknown person": (CALL, "coordinators: [ada]", "coordinators: [adaa]", r"`adaa` is no person.*did you mean `ada`\?"),
    "unknown field": (CALL, "fields: [physics]", "fields: [phisics]", r"did you mean `physics`\?"),
    "unknown skill": (CALL, "fields: [physics]", "skills: [pyton]", r"did you mean `python`\?"),
    "unknown theme": (CALL, "theme: tides", "theme: tide", r"did you mean `tides`\?"),
    "unknown strength": (CALL, "strength: required", "strength: must", r"strength"),
    "duplicate key": (CALL, "kind: other", "kind: other\nkind: phd", r"`kind` stands here a second time"),
    "another id": (CALL, "id: small", "id: tiny", r"must be the folder's name, small"),
    "unknown zone": (CALL, "zone: Europe/Berlin", "zone: Europe/Berlyn", r"zone|Berlyn"),
    "unknown near": ("topics/dates.yaml", "near: [pay]", "near: [pays]", r"did you mean `pay`\?"),
    "unknown home": ("calls/small/people.yaml", "organisation: lab", "organisation: labs", r"did you mean `lab`\?"),
    "unknown kind of home": ("calls/small/organisations.yaml", "kind: other", "kind: lab", r"kind"),
}  # fmt: skip


def test_the_small_knowledge_is_right(folder):
    assert list(load_knowledge(folder).calls) == ["small"]


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_named_with_file_and_line(folder, mistake):
    name, old, new, cure = MISTAKES[mistake]
    line = change(folder, name, old, new)
    found = mistakes(folder)
    assert [entry.file for entry in found] == [folder / name], found
    assert re.search(cure, str(found[0])), found
    assert abs(found[0].line - line) <= 3, (found[0], line)
    assert str(found[0]).startswith(f"{folder / name}:{found[0].line}: ")


def test_all_mistakes_are_named_at_once(folder):
    for mistake in ("no quote", "says nothing", "unknown strength", "unknown near"):
        name, old, new, _ = MISTAKES[mistake]
        change(folder, name, old, new)
    assert len(mistakes(folder)) == 4


def test_a_file_that_is_not_utf8_is_named(folder):
    (folder / CALL).write_bytes(SMALL[CALL].replace("Small", "Kürz").encode("latin-1"))
    (mistake,) = mistakes(folder)
    assert mistake.file == folder / CALL
    assert "is not UTF-8 text" in mistake.what


@pytest.mark.parametrize(
    "text",
    [
        "",
        "- a list",
        "just text",
        "42",
        "[",
        "a: &x [*x]",
        "!!python/object:os.system {}",
        "\t",
        "a: b: c",
        "? {x: y}\n: z",
        "? [1]\n: z",
    ],
)
@pytest.mark.parametrize("name", [CALL, "topics/dates.yaml", "calls/small/people.yaml", "vocabulary/fields.yaml"])
def test_any_file_is_read_or_its_mistakes_named(folder, name, text):
    (folder / name).write_text(text, encoding="utf-8")
    assert mistakes(folder)


def test_a_call_without_its_file_is_named(folder):
    (folder / CALL).unlink()
    assert "is missing" in mistakes(folder)[0].what


def test_a_folder_that_is_none_is_named(tmp_path):
    assert "is no folder" in mistakes(tmp_path / "nowhere")[0].what
