"""Mails as files: safe names, nobody else's files touched, nobody else reads them."""

import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.files.eml_folder import MARKER, EmlFolderError, file_stem, write_eml
from bot.model.delivery import Delivery


def mail(row: int, name: str, address: str = "p@x.org") -> tuple[Delivery, bytes]:
    return Delivery(row, 1, row, "", address, name, "en", f"{row}", 1, "", "planned"), f"{name}\r\n".encode(
        "utf-8", "replace"
    )


def names(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir() if each.name != MARKER)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Ada Lovelace", "0017-ada-lovelace"),
        ("Łucja Ødegård-Weiß", "0017-lucja-odegard-weiss"),
        ("Jürgen", "0017-juergen"),
        ("../../etc/passwd", "0017-etc-passwd"),
        ("C:\\Windows\\con", "0017-c-windows-con"),
        ("CON", "0017-con"),
        ("a\x00b\nc\u202ed", "0017-a-b-cd"),
        ("x" * 500, "0017-" + "x" * 40),
        ("王小明", "0017-p"),
        ("", "0017-p"),
        ("\ud800", "0017-p"),
    ],
)
def test_a_name_becomes_a_file_name(name: str, expected: str) -> None:
    assert file_stem(mail(17, name)[0]) == expected


@given(st.text(), st.text())
def test_any_name_and_address_give_a_safe_file_name(name: str, address: str) -> None:
    stem = file_stem(mail(1, name, address)[0])
    assert len(stem) <= 60
    assert set(stem) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert stem.startswith("0001-")
    assert not stem.endswith("-")


def test_each_mail_is_a_file_of_its_own_with_its_very_bytes_for_its_owner_only(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "preview"
    assert write_eml(folder, [mail(2, "Ada"), mail(3, "Ada"), mail(3, "ada")]) == 3
    assert names(folder) == ["0002-ada.eml", "0003-ada-2.eml", "0003-ada.eml"]
    assert (folder / "0002-ada.eml").read_bytes() == b"Ada\r\n"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(each.stat().st_mode) for each in folder.iterdir()} == {0o600}


def test_an_empty_folder_open_to_all_is_closed(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    write_eml(tmp_path, [mail(2, "Ada")])
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o700


def test_an_earlier_preview_is_replaced_whole(tmp_path: Path) -> None:
    write_eml(tmp_path, [mail(2, "Ada"), mail(3, "Ben")])
    (tmp_path / ".DS_Store").touch()
    assert write_eml(tmp_path, [mail(2, "Clara")]) == 1
    assert names(tmp_path) == [".DS_Store", "0002-clara.eml"]


@pytest.mark.parametrize("foreign", ["notes.txt", "0001-ada.eml.bak", "letter.eml"])
def test_a_folder_with_other_files_is_refused_and_left_alone(tmp_path: Path, foreign: str) -> None:
    write_eml(tmp_path, [mail(2, "Ada")])
    (tmp_path / foreign).write_text("mine")
    with pytest.raises(EmlFolderError, match=f"holds other files .{foreign}.*name a new folder"):
        write_eml(tmp_path, [mail(2, "Ben")])
    assert names(tmp_path) == sorted(["0002-ada.eml", foreign])


def test_mails_that_somebody_else_put_there_are_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "0001-ada.eml").write_text("mine")
    with pytest.raises(EmlFolderError, match="other files"):
        write_eml(tmp_path, [mail(2, "Ben")])
    assert (tmp_path / "0001-ada.eml").read_text() == "mine"


def test_a_link_or_a_folder_named_like_a_mail_is_not_followed(tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.write_text("mine")
    folder = tmp_path / "preview"
    write_eml(folder, [])
    (folder / "0002-ada.eml").symlink_to(target)
    with pytest.raises(EmlFolderError, match="other files"):
        write_eml(folder, [mail(2, "Ada")])
    (folder / "0002-ada.eml").unlink()
    (folder / "0002-ada.eml").mkdir()
    with pytest.raises(EmlFolderError, match="other files"):
        write_eml(folder, [mail(2, "Ada")])
    assert target.read_text() == "mine"


def test_a_file_in_the_place_of_the_folder_is_told(tmp_path: Path) -> None:
    file = tmp_path / "preview"
    file.touch()
    with pytest.raises(EmlFolderError, match=r"preview: .*name a new folder"):
        write_eml(file, [mail(2, "Ada")])
