import datetime as dt
import hashlib
import io
import zipfile
from pathlib import Path

import openpyxl
import pytest
from coordinator_tables import csv_file, xlsx_file

from bot.files import spreadsheets, table_rows, tables
from bot.files.tables import read_table
from bot.mailing.table import TableError

ROWS = [
    ["Name", "E-Mail", "Projekt"],
    ["Anna Müller", "a@example.org", "P1"],
    ["Ben, Jr.", "b@example.org", 'the "big" one'],
]
CELLS = (("Anna Müller", "a@example.org", "P1"), ("Ben, Jr.", "b@example.org", 'the "big" one'))


def written(tmp_path: Path, data: bytes | str, name: str = "t.csv") -> Path:
    file = tmp_path / name
    file.write_bytes(data.encode() if isinstance(data, str) else data)
    return file


def red(table) -> list[tuple[str, int, str]]:
    return [(each.code, each.row, each.column) for each in table.findings if each.level == "red"]


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_csv_as_spreadsheets_write_it(tmp_path, delimiter: str, encoding: str, end: str) -> None:
    lines = ['"' + f'"{delimiter}"'.join(cell.replace('"', '""') for cell in row) + '"' for row in ROWS]
    file = written(tmp_path, end.join(lines).encode(encoding))
    table = read_table(file)
    assert table.head == ("Name", "E-Mail", "Projekt")
    assert tuple(row.cells for row in table.rows) == CELLS
    assert [row.number for row in table.rows] == [2, 3]
    assert (table.findings, table.name) == ((), "t.csv")
    assert table.digest == hashlib.sha256(file.read_bytes()).hexdigest()


def test_xlsx_is_the_same_table(tmp_path) -> None:
    table = read_table(xlsx_file(tmp_path, ROWS))
    assert (table.head, tuple(row.cells for row in table.rows), table.findings) == (tuple(ROWS[0]), CELLS, ())


def test_content_tells_the_format_not_the_name(tmp_path) -> None:
    file = xlsx_file(tmp_path, ROWS, "table.csv.xlsx").rename(tmp_path / "table.csv")
    assert tuple(row.cells for row in read_table(file).rows) == CELLS


def test_rows_are_numbered_as_a_spreadsheet_shows_them(tmp_path) -> None:
    text = 'sep=;\r\n\r\nName;Mail\r\n"Anna\r\nMaria";a@example.org\r\n;\r\n\r\nBen;b@example.org\r\n'
    table = read_table(written(tmp_path, text))
    assert [(row.number, row.cells) for row in table.rows] == [
        (3, ("Anna\r\nMaria", "a@example.org")),
        (6, ("Ben", "b@example.org")),
    ]
    book = read_table(
        xlsx_file(tmp_path, [[], ["Name", "Mail"], ["Anna", "a@x.org"], [None, " "], [], ["Ben", "b@x.org"]])
    )
    assert [row.number for row in book.rows] == [3, 6]


def test_encoding_is_never_guessed(tmp_path) -> None:
    file = written(tmp_path, 'Name;Mail\n"A\nB";x\nMüller;m@example.org\n'.encode("cp1252"))
    with pytest.raises(TableError, match=r"t.csv, row 3: byte 0xFC after `M` is not utf-8: .*--encoding cp1252"):
        read_table(file)
    assert read_table(file, encoding="cp1252").rows[1].cells[0] == "Müller"
    with pytest.raises(TableError, match="no encoding `cp12525`"):
        read_table(file, encoding="cp12525")
    utf8 = written(tmp_path, "Name;Mail\nMüller;m@example.org\n")
    assert red(read_table(utf8, encoding="cp1252")) == [("misread", 2, "Name")]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf  \n", "holds no row"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest", "old Excel file"),
        (b"%PDF-1.7", "is a PDF"),
        (b"<html><table>", "is a page"),
        ("Name;Mail\nA;b@x.org".encode("utf-16-le"), "UTF-16 without its mark"),
        ("Name;Mail".encode("utf-32"), "UTF-32"),
        (b'Name;Mail\n"A;b@x.org\nB;c@x.org\n', "row 2: unexpected end of data"),
        (b'Name;Mail\nA;"b"@x.org\n', "row 2: .*check the quotes"),
        (b"Name;Mail,Rank;City,Zone\n", "put a line sep=; above"),
        (b"PK\x03\x04broken", "damaged"),
        (b"Name\n" + b"x" * 200_000, "field larger"),
        (b";".join(b"h%d" % i for i in range(400)), "wider than 300 columns"),
    ],
)
def test_what_cannot_be_read_has_a_cure(tmp_path, data: bytes, says: str) -> None:
    with pytest.raises(TableError, match=says):
        read_table(written(tmp_path, data))


def test_a_damaged_workbook_is_no_bad_csv(tmp_path) -> None:
    for name, data in (("a.xlsx", bytes(range(255, 0, -1)) * 20_000), ("b.XLSX", b"\0" * 5_000_000)):
        (tmp_path / name).write_bytes(data)
        with pytest.raises(TableError, match="is no workbook") as refused:
            read_table(tmp_path / name)
        assert "encoding" not in str(refused.value)
    csv_file(tmp_path, ROWS, "c.xlsx")
    assert read_table(tmp_path / "c.xlsx").head == tuple(ROWS[0])


@pytest.mark.parametrize("sign", ["?", "\ufffd", "ï»¿"])
def test_a_first_head_with_a_lost_sign(tmp_path, sign: str) -> None:
    (found,) = read_table(csv_file(tmp_path, [[f"{sign}Name", "Mail"], ["Anna", "a@x.org"]])).findings
    assert (found.level, found.code, found.row) == ("orange", "head-misread", 1)


def test_no_file(tmp_path) -> None:
    with pytest.raises(TableError, match="cannot be read"):
        read_table(tmp_path / "none.csv")
    with pytest.raises(TableError, match="leave out --sheet"):
        read_table(csv_file(tmp_path, ROWS), sheet="A")


def test_limits(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(table_rows, "MOST_ROWS", 2)
    with pytest.raises(TableError, match="more than 2 rows"):
        read_table(csv_file(tmp_path, [*ROWS, *ROWS]))
    with pytest.raises(TableError, match="more than 2 rows"):
        read_table(xlsx_file(tmp_path, [*ROWS, *ROWS]))
    monkeypatch.setattr(tables, "LARGEST", 10)
    with pytest.raises(TableError, match="is larger than"):
        read_table(csv_file(tmp_path, ROWS))


def test_cells_that_a_spreadsheet_would_run(tmp_path) -> None:
    texts = ["=1+1", "+cmd|' /C calc'!A0", "-2+3+cmd()", "@SUM(A1)", "\t=1", "\r=1", " =A1", "＝1+A1", "=HYPERLINK(1)"]
    fine = ["-3", "+49 6221 42-0", "-3,5", "+49 (0)6221/42", "-", "--", "a=b", "1-2", "'=1", "", "+1.5%"]
    table = read_table(csv_file(tmp_path, [["Name", "Note"], *[["A", text] for text in [*texts, *fine]]]))
    assert red(table) == [("formula", row, "Note") for row in range(2, 2 + len(texts))]
    book = read_table(xlsx_file(tmp_path, [["Name", "Note"], *[["A", text] for text in ("=1+1", "+A1", "x")]]))
    assert red(book) == [("formula", 2, "Note"), ("formula", 3, "Note")]
    assert "paste it as values" in book.findings[0].cure


def test_ragged_rows_are_named(tmp_path) -> None:
    table = read_table(written(tmp_path, "Name;Mail;City\nA;a@x.org;B;C\nA;a@x.org\nA;a@x.org;B;;\nA;a@x.org;\n"))
    assert red(table) == [("ragged", 2, ""), ("ragged", 3, "")]
    assert all(len(row.cells) == 3 for row in table.rows)
    book = read_table(xlsx_file(tmp_path, [["Name", "Mail"], ["A"], ["A", "a@x.org", "stray"]]))
    assert book.head == ("Name", "Mail", "column C")
    assert [(each.level, each.code, each.column) for each in book.findings] == [("orange", "no-head", "column C")]


def test_one_head_twice(tmp_path) -> None:
    (finding,) = read_table(csv_file(tmp_path, [["Mail", "Name", "mail"], ["a", "b", "c"]])).findings
    assert (finding.code, finding.what) == ("head-twice", "`Mail` heads 2 columns (A and C)")


def test_unseen_and_lost_letters(tmp_path) -> None:
    bad = ["a\u202eb", "a\x00b", "\x1b[31mred", "M\ufffdller", "MÃ¼ller", "M√ºller"]
    table = read_table(
        csv_file(tmp_path, [["Name"], *[[text] for text in [*bad, "Ærøskøbing", "“naïve” – José…", "a\nb"]]])
    )
    assert [each.row for each in table.findings if each.level == "red"] == [2, 3, 4, 5, 6, 7]
    assert not any("\u202e" in str(each) or "\x1b" in str(each) for each in table.findings)


def test_values_of_a_workbook_as_text(tmp_path) -> None:
    moment = dt.datetime(2026, 3, 12, 14)  # noqa: DTZ001 # cells of a workbook have no zone
    values = [moment, moment.date(), dt.time(9, 5), 17.0, 0.1 + 0.2, True, dt.timedelta(hours=25), "x_x000D_y", 12345]
    file = xlsx_file(tmp_path, [[f"c{i}" for i in range(9)], values])
    assert read_table(file).rows[0].cells == (
        *("2026-03-12 14:00", "2026-03-12", "09:05", "17", "0.3", "yes", "25:00", "x\ry", "12345"),
    )


def test_numbers_with_leading_zeros_and_too_many_digits(tmp_path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["No", "Long"])
    book.active.append([17, 12345678901234567])
    book.active["A2"].number_format = "0000"
    book.save(tmp_path / "n.xlsx")
    table = read_table(tmp_path / "n.xlsx")
    assert table.rows[0].cells[0] == "0017"
    assert red(table) == [("rounded", 2, "Long")]


def test_sheets(tmp_path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "Zusagen"
    book.create_sheet("leer")
    book.active.append(["Name"])
    book.active.append(["Anna"])
    book.save(tmp_path / "s.xlsx")
    assert len(read_table(tmp_path / "s.xlsx").rows) == 1
    other = book.create_sheet("Absagen")
    other.append(["Name"])
    other.sheet_state = "hidden"
    book.save(tmp_path / "s.xlsx")
    with pytest.raises(TableError, match=r'several sheets .* --sheet with one of "Zusagen", "Absagen" \(hidden\)'):
        read_table(tmp_path / "s.xlsx")
    assert len(read_table(tmp_path / "s.xlsx", sheet="Zusagen").rows) == 1
    with pytest.raises(TableError, match="no sheet `zusagen`"):
        read_table(tmp_path / "s.xlsx", sheet="zusagen")


def test_hidden_merged_and_errors(tmp_path) -> None:
    book = openpyxl.Workbook()
    for row in (["Name", "Mail", "Class"], ["A", "#N/A", "x"], ["B", "b@x.org", None], ["C", "c@x.org", "x"]):
        book.active.append(row)
    book.active["B2"].data_type = "e"
    book.active.merge_cells("C2:C3")
    book.active.row_dimensions[4].hidden = True
    book.active.column_dimensions["B"].hidden = True
    book.save(tmp_path / "h.xlsx")
    table = read_table(tmp_path / "h.xlsx")
    assert red(table) == [("error-value", 2, "Mail")]
    assert {(each.code, each.what.partition(": ")[2]) for each in table.findings if each.level == "orange"} == {
        ("hidden-rows", "4"),
        ("hidden-columns", "B"),
        ("merged", "C2:C3"),
    }
    assert len(table.rows) == 3


def changed(file: Path, member: str, old: bytes, new: bytes) -> Path:
    """A workbook in which something of a member is replaced."""
    out = io.BytesIO()
    with zipfile.ZipFile(file) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            data = source.read(name)
            assert name != member or old in data
            target.writestr(name, data.replace(old, new) if name == member else data)
    file.write_bytes(out.getvalue())
    return file


SHEET = "xl/worksheets/sheet1.xml"


def test_a_size_that_the_file_claims_wrongly_loses_no_row(tmp_path) -> None:
    file = changed(xlsx_file(tmp_path, ROWS), SHEET, b'<dimension ref="A1:C3"', b'<dimension ref="A1:A1"')
    assert tuple(row.cells for row in read_table(file).rows) == CELLS


def test_rows_out_of_order_are_refused(tmp_path) -> None:
    file = changed(xlsx_file(tmp_path, ROWS), SHEET, b'<row r="2"', b'<row r="9"')
    with pytest.raises(TableError, match="row 3: stands out of order"):
        read_table(file)


def test_hostile_workbooks(tmp_path, monkeypatch) -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><worksheet '
    with pytest.raises(TableError, match="no sound workbook"):
        read_table(changed(xlsx_file(tmp_path, ROWS), SHEET, b"<worksheet ", bomb))
    with pytest.raises(TableError, match="no sound workbook"):
        read_table(changed(xlsx_file(tmp_path, ROWS), SHEET, b"</row>", b"</rwo>"))
    with pytest.raises(TableError, match="far right"):
        read_table(changed(xlsx_file(tmp_path, ROWS), SHEET, b'r="C3"', b'r="XFD3"'))
    monkeypatch.setattr(spreadsheets, "LARGEST_UNFOLDED", 1000)
    with pytest.raises(TableError, match="unfolds to more"):
        read_table(xlsx_file(tmp_path, ROWS))


@pytest.mark.parametrize(
    ("member", "says"),
    [
        ("mimetype", "OpenDocument"),
        ("Index/Document.iwa", "Numbers"),
        ("xl/workbook.bin", "xlsb"),
        ("word/document.xml", "Word"),
        ("table.csv", "is an archive"),
    ],
)
def test_other_archives(tmp_path, member: str, says: str) -> None:
    with zipfile.ZipFile(tmp_path / "o.zip", "w") as archive:
        archive.writestr(member, "x")
    with pytest.raises(TableError, match=says):
        read_table(tmp_path / "o.zip")
