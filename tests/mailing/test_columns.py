from pathlib import Path

import pytest
import yaml
from coordinator_tables import COLUMNS

from bot.files.column_files import load_heads
from bot.mailing.columns import Heads, decisions_of, match_columns
from bot.model.campaign import DECISIONS


@pytest.fixture(scope="module")
def heads() -> Heads:
    return load_heads(COLUMNS)


def red(columns) -> list[str]:
    return [each.code for each in columns.findings if each.level == "red"]


@pytest.mark.parametrize(
    ("head", "found"),
    [
        (
            ("Bewerbungs-Nr.", "Vorname", "Nachname", "E-Mail-Adresse", "Ergebnis", "Platz"),
            ("person", "first_name", "last_name", "address", "decision", "rank"),
        ),
        (
            ("Application ID", "Full name", "Email address *", "Final decision", "Time zone", "Preferred language"),
            ("person", "name", "address", "decision", "zone", "language"),
        ),
        (("applicant", "contact_email", "Zeitzone", "Sprache"), ("name", "address", "zone", "language")),
        (("NAME", "E-MAIL"), ("name", "address")),
        (("Name", "Nachname", "Vorname", "Mail"), ("name", "last_name", "first_name", "address")),
        (("Bewerber:in", "Kontakt-Mail", "Projekt-ID", "Antwort bis"), ("name", "address", "project", "reply_by")),
    ],
)
def test_heads_of_real_exports(heads: Heads, head, found) -> None:
    columns = match_columns(head, heads, {"project": False, "reply_by": False}, {})
    assert red(columns) == []
    assert columns.chosen == dict(zip(found, head, strict=True))


def test_name_beside_a_first_name_is_asked(heads: Heads) -> None:
    head = ("Name", "Vorname", "E-Mail")
    columns = match_columns(head, heads, {}, {})
    assert red(columns) == ["column-unclear"]
    assert '--column last_name="Name"' in columns.findings[0].cure
    assert red(match_columns(head, heads, {}, {"last_name": "Name"})) == []
    assert match_columns(head, heads, {}, {"name": "name"}).chosen["name"] == "Name"


def test_two_columns_for_one_field_are_asked(heads: Heads) -> None:
    columns = match_columns(("Name", "E-Mail", "email"), heads, {}, {})
    assert red(columns) == ["column-twice"]
    assert "address" not in columns.of
    kept = match_columns(("Name", "E-Mail", "email"), heads, {}, {"address": "email"})
    assert (red(kept), kept.of["address"]) == ([], 2)


def test_one_head_for_two_fields_is_asked_where_both_are_wanted(heads: Heads) -> None:
    head = ("Name", "E-Mail", "Datum")
    assert red(match_columns(head, heads, {"interview": True, "reply_by": False}, {})) == ["column-unclear"]
    assert match_columns(head, heads, {"interview": True}, {}).chosen["interview"] == "Datum"


def test_missing_columns(heads: Heads) -> None:
    columns = match_columns(("Wer", "Wohin"), heads, {"project": True, "room": False}, {})
    missing = [each for each in columns.findings if each.level == "red"]
    assert [each.what for each in missing] == [f"no column holds `{name}`" for name in ("address", "project", "name")]
    assert missing[0].cure == 'say --column address="HEAD"'
    assert "--set project=" in missing[1].cure
    (unused,) = [each for each in columns.findings if each.level == "orange"]
    assert "`Wer`, `Wohin`" in unused.what
    assert red(match_columns(("Vorname", "E-Mail"), heads, {}, {})) == ["column-missing"]


def test_kept_columns(heads: Heads) -> None:
    head = ("Wer", "Wohin", "E-Mail")
    assert match_columns(head, heads, {}, {"name": "Wer", "address": "wohin"}).of == {"name": 0, "address": 1}
    assert red(match_columns(head, heads, {}, {"name": "Wer", "address": "E-Mail 2"})) == ["column-gone"]
    assert red(match_columns(("X", "x", "E-Mail"), heads, {}, {"name": "X"})) == []
    assert red(match_columns(("X", "X", "E-Mail"), heads, {}, {"name": "X"})) == ["column-twice"]
    assert red(match_columns(head, heads, {}, {"name": "Wer", "room": "gone", "decision:Ja": "offer"})) == []


def test_a_field_can_be_said_to_have_no_column(heads: Heads) -> None:
    head = ("Name", "E-Mail", "Status")
    assert "decision" in match_columns(head, heads, {}, {}).of
    assert "decision" not in match_columns(head, heads, {}, {"decision": "-"}).of
    assert red(match_columns(head, heads, {}, {"address": "-"})) == ["column-missing"]


def test_a_committees_own_notes_are_never_put_into_a_letter_unasked(heads: Heads) -> None:
    head = ("Name", "Mail", "Note", "Grund", "Bemerkungen")
    fields = {"note": False, "reason": False, "project": False}
    found = match_columns(head, heads, fields, {})
    assert {*found.chosen} == {"name", "address"}
    assert {*red(found)} <= {"column-unclear", "column-twice"}
    said = match_columns(head, heads, fields, {"note": "Note", "reason": "-"})
    assert (red(said), {*said.chosen}) == ([], {"name", "address", "note"})
    assert red(match_columns(head, heads, {"project": False}, {})) == []


def test_every_field_of_the_shipped_templates_is_known(heads: Heads) -> None:
    """A field added to a template gets its heads; those that every column could be are asked for."""
    known = {name for names in heads.fields.values() for name in names}
    for file in sorted((COLUMNS.parent.parent.parent / "templates" / "mail").glob("*.yaml")):
        fields = yaml.safe_load(file.read_text(encoding="utf-8"))["fields"] or {}
        assert {*fields} <= known, file.name


def test_a_templates_own_field_is_known_by_its_name(heads: Heads) -> None:
    assert match_columns(("Name", "Mail", "Bus stop"), heads, {"bus_stop": True}, {}).of["bus_stop"] == 2


def test_shipped_vocabulary(heads: Heads) -> None:
    assert {*heads.decisions.values()} == {*DECISIONS, "none"}
    assert {*heads.languages.values()} == {"en", "de"}
    for said, meant in {
        "Zusage": "offer",
        "ABGELEHNT": "rejection",
        "wait-list": "waiting-list",
        "eingeladen": "interview",
        "short-listed": "shortlist",
        "zurückgezogen": "none",
        "not accepted": "rejection",
    }.items():
        assert decisions_of(heads, {})["".join(filter(str.isalnum, said.casefold()))] == meant
    assert decisions_of(heads, {"decision:Ja!": "offer", "decision:Zusage": "none", "name": "X"})["ja"] == "offer"
    assert decisions_of(heads, {"decision:Zusage": "none"})["zusage"] == "none"


def test_mistakes_of_the_vocabulary_are_named_by_line(tmp_path: Path) -> None:
    from bot.files.yaml_lines import KnowledgeError

    file = tmp_path / "columns.yaml"
    file.write_text("fields:\n  name: [Name, '??']\ndecisions:\n  offer: [yes]\n  rejection: ['Yes!']\n  maybe: [x]\n")
    with pytest.raises(KnowledgeError) as found:
        load_heads(file)
    assert [(each.line, each.what.split(":")[0]) for each in found.value.mistakes] == [
        (2, "`??` holds no letter or digit"),
        (5, "`yes` stands under `offer` and under `rejection`"),
        (6, "`maybe` is no decision"),
    ]
