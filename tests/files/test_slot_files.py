"""Files of slots: private, never in place of another, read back as they were meant."""

from pathlib import Path

import pytest

from bot.files.slot_files import FileStandsError, table_bytes, unused, write_private
from bot.files.tables import read_table


def test_a_file_is_private_and_takes_no_others_place(tmp_path: Path) -> None:
    file = tmp_path / "week.ics"
    write_private(file, b"one")
    assert file.stat().st_mode & 0o777 == 0o600
    with pytest.raises(FileStandsError, match="stands already"):
        write_private(file, b"two")
    assert file.read_bytes() == b"one"


def test_a_link_that_leads_elsewhere_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "week.ics").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(FileStandsError):
        write_private(tmp_path / "week.ics", b"one")
    assert not (tmp_path / "elsewhere").exists()
    assert unused(tmp_path / "week.ics") == tmp_path / "week-2.ics"


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileStandsError, match="cannot be written"):
        write_private(tmp_path / "none" / "week.ics", b"one")


def test_a_name_that_no_file_has(tmp_path: Path) -> None:
    file = tmp_path / "told.csv"
    for name in ("told.csv", "told-2.csv"):
        assert unused(file).name == name
        write_private(unused(file), b"x")
    assert unused(file).name == "told-3.csv"


def test_a_table_is_read_as_it_was_written(tmp_path: Path) -> None:
    rows = [("Müller; Ada", 'says "hi"'), ("=cmd()", "2026-11-30 09:00")]
    write_private(tmp_path / "told.csv", table_bytes(("name", "interview"), rows))
    table = read_table(tmp_path / "told.csv")
    assert table.head == ("name", "interview")
    assert [row.cells for row in table.rows] == [rows[0], ("'=cmd()", "2026-11-30 09:00")]
