"""The templates of letters as files: whatever is wrong with one is told with its file, its line and a cure, before anything is planned."""

import re
import shutil
from pathlib import Path

import pytest

from bot.files.mail_templates import load_mail_templates, wordings_of
from bot.files.template_files import check_templates
from bot.files.yaml_lines import KnowledgeError
from bot.model.campaign import KINDS

TEMPLATES = Path(__file__).parent.parent.parent / "templates"
GOOD = """\
# A letter.
about: "A letter."
fields:
  message: {type: text, en: "words", de: "Worte"}
  link: {type: link, optional: true, en: "a page", de: "eine Seite"}
en:
  subject: "A letter ({{ call.name }})"
  text: |
    Dear {{ name }},

    {{ message }}
    {% if link %}
    {{ link }}
    {% endif %}
de:
  subject: "Ein Brief"
  text: |-
    Guten Tag {{ name }},

    {{ message }} {% if link %}{{ link }}{% endif %}
"""


@pytest.fixture
def folder(tmp_path):
    shutil.copytree(TEMPLATES / "mail", tmp_path / "mail")
    (tmp_path / "mail" / "free-text.yaml").write_text(GOOD, encoding="utf-8")
    return tmp_path


def mistakes(folder, topics=None):
    with pytest.raises(KnowledgeError) as refused:
        load_mail_templates(folder, topics)
    return refused.value.mistakes


def test_the_shipped_templates_are_sound_and_every_kind_has_one(knowledge):
    templates = load_mail_templates(TEMPLATES, knowledge.topics)
    assert tuple(templates) == KINDS
    assert all(one.about and one.source and set(one.wordings) == {"en", "de"} for one in templates.values())


def test_no_german_letter_assumes_the_gender_of_a_calls_name():
    for kind, one in load_mail_templates(TEMPLATES).items():
        text = " ".join(one.wordings["de"].text.split())
        before = re.findall(r"(\S*) ?\{\{ call\.name", text)
        assert all(word.endswith("(") for word in before), kind


def test_no_shipped_template_needs_a_fact_that_a_call_may_not_state():
    assert not any(one.facts for one in load_mail_templates(TEMPLATES).values())


def test_an_offer_needs_no_more_than_project_and_day():
    fields = load_mail_templates(TEMPLATES)["offer"].fields
    assert [name for name, field in fields.items() if not field.optional] == ["project", "reply_by"]


def test_a_good_file_is_taken(folder):
    assert load_mail_templates(folder)["free-text"].fields.keys() == {"message", "link"}


@pytest.mark.parametrize(
    ("before", "after", "line", "what"),
    [
        ("{{ message }}\n", "{{ mesage }}\n", 11, "`mesage` is unknown"),
        ("{{ message }} {%", "{{ mesage }} {%", 20, "`mesage` is unknown"),
        ("    {{ link }}\n", "    {{ link.host }}\n", 13, "`link.host` is unknown"),
        ("{% endif %}\nde", "{% endfi %}\nde", 14, "is no template"),
        ("    {% if link %}\n", "", 13, "is no template"),
        ("    {% if link %}\n    {{ link }}\n    {% endif %}\n", "    {{ link }}\n", 12, "`link` is optional"),
        ("Dear {{ name }}", "Dear {{ name | title }}", 9, "uses `filter`"),
        ("({{ call.name }})", "({{ call.places }})", 7, "`call.places` is unknown"),
        ("({{ call.name }})", "({{ call.facts.nothing }})", 7, "names no topic"),
        ("({{ call.name }})", "({{ message }})", 7, "a subject has one"),
        ('subject: "Ein Brief"', 'subject: ""', 16, "subject is empty"),
        ('subject: "Ein Brief"', 'subject: "Ein\\nBrief"', 16, "a subject has one line"),
        ('  subject: "Ein Brief"\n', "", 15, "subject"),
        ("  link: {", "  spare: {type: line, en: x, de: y}\n  link: {", 5, "`spare` is used nowhere in `en`"),
        (" {% if link %}{{ link }}{% endif %}", "", 5, "`link` is used nowhere in `de`"),
        ("type: link", "type: url", 5, "`type: url` is unknown: use one of line, text, date"),
        ("optional: true", "optional: yes", 5, "`optional`: Expected `bool`"),
        ("type: link, ", "", 5, "missing required field `type`"),
        ("type: link", "type: [link]", 5, "type"),
        ("  link: {", "  spare: words\n  link: {", 3, "Expected `object`"),
        ('de: "eine Seite"', 'de: ""', 5, "say in `en:` and `de:`"),
        ("  link: {", "  name: {type: line, en: x, de: y}\n  link: {", 5, "`name` cannot be a field"),
        ("  link: {", "  Reply-By: {type: line, en: x, de: y}\n  link: {", 5, "`Reply-By` cannot be a field"),
        ("about:", "abuot:", 2, "abuot"),
        ("fields:\n", "fields:\n  message: {type: line, en: x, de: y}\n", 5, "a second time"),
        ("  text: |\n", "  text: >\n", 8, "YAML would join the lines"),
        ("  text: |-\n", "  text:\n", 17, "YAML would join the lines"),
    ],
)
def test_a_mistake_is_told_with_its_line(folder, knowledge, before, after, line, what):
    file = folder / "mail" / "free-text.yaml"
    assert before in GOOD
    file.write_text(GOOD.replace(before, after, 1), encoding="utf-8")
    found = mistakes(folder, knowledge.topics)
    assert all(one.file == file for one in found)
    assert any(one.line == line and what in one.what for one in found), [str(one) for one in found]


def test_a_missing_kind_a_missing_language_and_no_layout_are_told_together(folder):
    (folder / "mail" / "offer.yaml").unlink()
    (folder / "mail" / "letter.html").write_text("{{ languge }}", encoding="utf-8")
    file = folder / "mail" / "free-text.yaml"
    file.write_text(GOOD[: GOOD.index("de:\n")], encoding="utf-8")
    found = {one.file.name: one.what for one in mistakes(folder)}
    assert "is missing" in found["offer.yaml"]
    assert "`de`" in found["free-text.yaml"]
    assert "languge" in found["letter.html"]


@pytest.mark.parametrize("content", [b"", b"- a\n", b"\xff\xfe", b"a: [", b"just words"])
def test_a_file_that_is_no_template_at_all_is_told(folder, content):
    (folder / "mail" / "free-text.yaml").write_bytes(content)
    assert {one.file.name for one in mistakes(folder)} == {"free-text.yaml"}


def test_checking_the_templates_loads_these_too(tmp_path):
    shutil.copytree(TEMPLATES, tmp_path / "templates")
    check_templates(tmp_path / "templates")
    file = tmp_path / "templates" / "mail" / "offer.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("{{ sender }}", "{{ sendr }}", 1), encoding="utf-8")
    with pytest.raises(KnowledgeError, match="sendr"):
        check_templates(tmp_path / "templates")


def test_the_words_of_a_template_are_read_from_its_source():
    assert wordings_of(GOOD)["de"][0] == "Ein Brief"


def test_a_letter_to_choose_a_time_names_the_times(folder):
    file = folder / "mail" / "interview-booking.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("    {{ times }}", "    soon", 1), encoding="utf-8")
    assert [(one.file.name, one.what.partition(":")[0]) for one in mistakes(folder)] == [
        ("interview-booking.yaml", "en.text")
    ]
    file.write_text(text, encoding="utf-8")
    letter = GOOD.replace("{{ message }}\n", "{{ message }} {{ times }}\n", 1)
    (folder / "mail" / "free-text.yaml").write_text(letter, encoding="utf-8")
    assert "`times` is unknown" in mistakes(folder)[0].what


def test_the_title_of_a_calendar_entry(folder):
    file = folder / "mail" / "interview.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace('event: "Interview: {{ call.name }}"', 'event: "{{ nobody }}"', 1), encoding="utf-8")
    (wrong,) = mistakes(folder)
    assert "en.event: `nobody` is unknown" in wrong.what
    assert "{{ nobody }}" in file.read_text(encoding="utf-8").split("\n")[wrong.line - 1]
    file.write_text(text, encoding="utf-8")
    letter = GOOD.replace("\n  text: |\n", '\n  event: "A letter"\n  text: |\n', 1)
    (folder / "mail" / "free-text.yaml").write_text(letter, encoding="utf-8")
    assert "leave `event` out" in mistakes(folder)[0].what
