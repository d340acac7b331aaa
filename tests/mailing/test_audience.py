import pytest
from coordinator_tables import csv_file, person, plan, xlsx_file
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.mailing.table import formula_like, plain_cell

HEAD = ["ID", "Name", "E-Mail", "Decision", "Project", "Language", "Time zone", "Rank"]
GOOD = ["A-1", "Anna Albrecht", "anna@example.org", "Waiting list", "P1", "de", "Europe/Berlin", "1"]


def with_(**change: str) -> list[str]:
    names = dict(zip(("id", "name", "mail", "decision", "project", "language", "zone", "rank"), GOOD, strict=True))
    return [*(names | change).values()]


def of(tmp_path, *rows: list[str], **more):
    more = {"kind": "waiting-list", "required": {"project": True, "room": False}} | more
    return plan(csv_file(tmp_path, [HEAD, *rows]), more.pop("kind"), **more)


def test_sound_row(tmp_path) -> None:
    (one,) = of(tmp_path, with_()).recipients
    assert (one.row, one.address, one.name, one.person) == (2, "anna@example.org", "Anna Albrecht", "A-1")
    assert (one.language, one.zone, one.decision) == ("de", "Europe/Berlin", "Waiting list")
    assert one.values == {"project": "P1", "rank": "1"}
    (other,) = of(tmp_path, with_(language="", zone=" ", mail=" Anna@EXAMPLE.org ")).recipients
    assert (other.language, other.zone, other.address) == ("en", "", "Anna@example.org")


@pytest.mark.parametrize(
    ("change", "code", "column"),
    [
        ({"mail": ""}, "no-address", "E-Mail"),
        ({"mail": "anna"}, "malformed-address", "E-Mail"),
        ({"mail": "anna@example"}, "malformed-address", "E-Mail"),
        ({"mail": "a@example.org; b@example.org"}, "malformed-address", "E-Mail"),
        ({"mail": "a@example.org b@example.org"}, "malformed-address", "E-Mail"),
        ({"mail": "Anna <a@example.org>"}, "malformed-address", "E-Mail"),
        ({"mail": "mailto:a@example.org"}, "malformed-address", "E-Mail"),
        ({"mail": "a@example.org."}, "malformed-address", "E-Mail"),
        ({"mail": "a@example.org,"}, "malformed-address", "E-Mail"),
        ({"mail": "a\u200b@example.org"}, "malformed-address", "E-Mail"),
        ({"mail": "a@example.org\nBcc: x@example.org"}, "malformed-address", "E-Mail"),
        ({"mail": "'a@example.org"}, "malformed-address", "E-Mail"),
        ({"mail": "x" * 10_000}, "malformed-address", "E-Mail"),
        ({"name": ""}, "no-name", "Name"),
        ({"name": "anna@example.org"}, "odd-name", "Name"),
        ({"name": "Anna\nAlbrecht"}, "odd-name", "Name"),
        ({"name": "12345"}, "odd-name", "Name"),
        ({"name": "nan nan"}, "odd-name", "Name"),
        ({"name": "x" * 10_000}, "odd-name", "Name"),
        ({"name": "Mr"}, "odd-name", "Name"),
        ({"name": "Prof. Dr."}, "odd-name", "Name"),
        ({"name": "FRAU"}, "odd-name", "Name"),
        ({"name": "Albrecht, Anna"}, "odd-name", "Name"),
        ({"name": "Anna\x00"}, "unseen", "Name"),
        ({"name": "\u202eannA"}, "unseen", "Name"),
        ({"name": "=Anna"}, "formula", "Name"),
        ({"name": "MÃ¼ller Anna"}, "misread", "Name"),
        ({"id": "A\n1"}, "odd-number", "ID"),
        ({"decision": ""}, "class-missing", "Decision"),
        ({"decision": "perhaps"}, "class-unknown", "Decision"),
        ({"project": ""}, "missing", "Project"),
        ({"project": "n/a"}, "missing", "Project"),
        ({"language": "Klingon"}, "unknown-language", "Language"),
        ({"zone": "Berlin"}, "unknown-zone", "Time zone"),
        ({"zone": "UTC+1"}, "unknown-zone", "Time zone"),
    ],
)
def test_bad_rows_are_named(tmp_path, change: dict[str, str], code: str, column: str) -> None:
    planned = of(tmp_path, with_(**change), with_(id="A-2", mail="b@example.org", name="Ben Baumann"))
    assert [(each.code, each.row, each.column) for each in planned.findings if each.level == "red"] == [
        (code, 2, column)
    ]
    assert [one.row for one in planned.recipients] == [3]
    assert all(each.cure and each.what and len(str(each)) < 400 for each in planned.findings)


@pytest.mark.parametrize(
    "change",
    [
        {"name": "Martin Luther King, Jr."},
        {"name": "Dr. Li"},
        {"name": "Msindo"},
        {"name": "{{ 7*7 }} Anna"},
        {"name": "O’Brien-Łukasz ß 王"},
        {"name": "Anna Null"},
        {"project": "{% raw %}"},
        {"project": "p" * 10_000},
        {"mail": "a+b_c-d@sub.example.org"},
        {"language": "ENGLISH"},
        {"zone": "europe/berlin"},
    ],
)
def test_plain_data_stays_as_it_is(tmp_path, change: dict[str, str]) -> None:
    planned = of(tmp_path, with_(**change))
    assert planned.red == set()
    (one,) = planned.recipients
    assert one.name == change.get("name", GOOD[1])
    assert one.values["project"] == change.get("project", GOOD[4])


def test_cures_name_what_to_type(tmp_path) -> None:
    planned = of(tmp_path, with_(decision="perhaps"), with_(zone="berlin", id="2", mail="b@example.org"))
    cures = {each.code: each.cure for each in planned.findings}
    assert '--class "perhaps=DECISION"' in cures["class-unknown"]
    assert cures["unknown-zone"] == "write Europe/Berlin"
    assert of(tmp_path, with_(decision="perhaps"), kept={"decision:perhaps": "waiting-list"}).red == set()


def test_domain_of_other_letters_is_shown(tmp_path) -> None:
    planned = of(tmp_path, with_(mail="anna@gооgle.com"))
    assert (planned.red, "look-alike" in planned.orange) == (set(), True)
    assert planned.recipients[0].address == "anna@xn--ggle-55da.com"


@pytest.mark.parametrize(
    ("one", "other", "code"),
    [
        ({}, {}, "twice"),
        ({}, {"id": "", "mail": "ANNA@example.org"}, "twice"),
        ({}, {"id": "A-2", "name": "Ben Baumann"}, "shared-address"),
        ({}, {"id": "", "name": "Ben Baumann"}, "shared-address"),
        ({}, {"id": "a-1", "mail": "b@example.org"}, "two-addresses"),
        ({"id": "7"}, {"id": "007", "mail": "b@example.org"}, "two-addresses"),
        ({"id": "7"}, {"id": "7.0"}, "twice"),
        ({"id": "7"}, {"id": "8"}, "shared-address"),
    ],
)
def test_one_person_has_one_row(tmp_path, one, other, code: str) -> None:
    planned = of(tmp_path, with_(**one), with_(**other))
    assert [(each.code, each.row) for each in planned.findings if each.level == "red"][:2] == [(code, 2), (code, 3)]
    assert planned.recipients == ()


def test_who_is_set_aside_and_why(tmp_path) -> None:
    rows = [
        with_(),
        with_(id="A-2", name="Ben Baumann", mail="nobody", decision="Absage", project="", language="Klingon"),
        with_(id="A-3", name="Cem Demir", mail="c@example.org", decision="withdrawn"),
    ]
    planned = of(tmp_path, *rows)
    assert planned.red == set()
    assert [(each.row, each.reason) for each in planned.audience.aside] == [
        (3, "`Absage` (rejection), not waiting-list"),
        (4, "`withdrawn`: gets no decision"),
    ]
    assert ("malformed-address", 3) in {(each.code, each.row) for each in planned.findings if each.level == "orange"}


def test_ragged_row_of_another_class_blocks(tmp_path) -> None:
    """Its class may be another cell's."""
    file = tmp_path / "r.csv"
    file.write_text("Name;E-Mail;Decision\nAnna Alb;a@example.org;offer\nBen Bau;b@example.org;;Absage;x\n")
    assert "ragged" in plan(file, "offer", places=9).red


def test_notices_say_which_classes(tmp_path) -> None:
    rows = [with_(), with_(id="A-2", name="Ben Baumann", mail="b@example.org", decision="Zusage")]
    rows += [with_(id="A-3", name="Cem Demir", mail="c@example.org", decision="withdrawn")]
    assert of(tmp_path, *rows, kind="free-text").red == {"class-unsaid"}
    assert [one.row for one in of(tmp_path, *rows, kind="free-text", only=["offer"]).recipients] == [3]
    assert [one.row for one in of(tmp_path, *rows, kind="free-text", only=["all"]).recipients] == [2, 3]
    assert of(tmp_path, *rows, kind="free-text", only=["everyone"]).red == {"class-unsaid", "nobody"}
    plain = csv_file(tmp_path, [["Name", "Mail"], ["Anna Albrecht", "a@example.org"]])
    assert plan(plain, "free-text").red == set()
    assert plan(plain, "free-text", only=["offer"]).red == {"class-unsaid"}


def test_interview_changes_go_to_the_class_interview(tmp_path) -> None:
    planned = of(tmp_path, with_(decision="Einladung"), with_(id="2", mail="b@example.org"), kind="interview-change")
    assert [one.row for one in planned.recipients] == [2]


def test_cells_that_no_letter_uses_never_block(tmp_path) -> None:
    rows = [["Name", "Mail", "Notes"], *[[person(i)[1], person(i)[2], "=A1" if i % 2 else "- visa"] for i in range(20)]]
    planned = plan(xlsx_file(tmp_path, rows), "free-text")
    assert planned.red == set()
    (formula,) = [each for each in planned.findings if each.code == "formula"]
    assert (formula.level, formula.column, "row 2, 3, 4, 5, 6 and 15 more" in formula.what) == ("orange", "Notes", True)


hostile = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        [
            "=1+1",
            "@x",
            "+cmd|x",
            "-a",
            "\ta",
            "a\nb",
            "\x00",
            "\u202e",
            "{{ 7*7 }}",
            "x" * 10_000,
            "offer",
            "Absage",
            "",
            "-",
        ]
    ),
    st.sampled_from(["a@example.org", "b@example.org", "A@example.org", "c@example.org", "Anna Alb", "Ben Bau", "de"]),
).filter(lambda text: not any("\ud800" <= char <= "\udfff" for char in text))


@given(st.lists(st.lists(hostile, min_size=8, max_size=8), max_size=12), st.sampled_from(["waiting-list", "free-text"]))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
def test_no_row_is_lost_and_no_formula_gets_through(tmp_path, rows, kind) -> None:
    """`plan` holds that recipients, rows aside and red rows are all the rows; whatever the cells hold, it reads them or names them."""
    planned = plan(csv_file(tmp_path, [HEAD, *rows]), kind, required={"project": True})
    for one in planned.recipients:
        for text in (one.name, one.address, one.person, one.zone, one.language, *one.values.values()):
            assert not formula_like(text)
            assert not {*text} & {"\x00", "\u202e"}
        assert "\n" not in one.name + one.address + one.person
    assert all(str(each).isprintable() for each in planned.findings)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("=1+1", "'=1+1"),
        ("+A1", "'+A1"),
        ("-A1", "'-A1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        (" =1", "' =1"),
        ("＝1+A1", "'＝1+A1"),
        ("-3", "-3"),
        ("+49 6221 42", "+49 6221 42"),
        ("a=b", "a=b"),
        ("", ""),
        ("Anna", "Anna"),
    ],
)
def test_plain_cell(text: str, plain: str) -> None:
    assert plain_cell(text) == plain
    assert not formula_like(plain_cell(text))
