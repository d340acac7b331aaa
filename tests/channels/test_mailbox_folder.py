"""Letters in a folder that mail programs open: whole, once, found again by their token, seen only after `begin`."""

import asyncio
import mailbox
import stat
from pathlib import Path

import pytest

from bot.channels.mailbox_folder import MailboxFolder
from bot.model.message import Outcome, Sent, TryLater, Unknown

TOKEN = "0123456789abcdef" * 2
LETTER = (
    f"From: a@example.org\r\nMessage-ID:\r\n <{TOKEN}.mail@example.org>\r\nSubject: x\r\n\r\nFirst\r\n.dot\r\n".encode()
)
TO = "ann@example.org"


async def yes() -> bool:
    return True


async def no() -> bool:
    return False


def sent(folder: Path, letter: bytes = LETTER, begin: object = yes) -> Outcome | None:
    return asyncio.run(MailboxFolder(folder).send(TO, letter, begin))


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_a_letter_lies_where_a_mail_program_finds_it(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "mail"
    assert sent(folder) == Sent(f"{TOKEN}.callboard")
    (message,) = mailbox.Maildir(folder, create=False)
    assert (message["Subject"], message.get_payload()) == ("x", "First\n.dot\n")
    assert message.get_subdir() == "new"


def test_only_its_owner_reads_it(tmp_path: Path) -> None:
    sent(tmp_path)
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "new" / f"{TOKEN}.callboard").stat().st_mode) == 0o600


def test_it_is_seen_only_after_begin(tmp_path: Path) -> None:
    seen: list[list[str]] = []

    async def begin() -> bool:
        seen.append(files(tmp_path))
        return True

    sent(tmp_path, begin=begin)
    assert seen == [[f"tmp/{TOKEN}.callboard"]]
    assert files(tmp_path) == [f"new/{TOKEN}.callboard"]


def test_where_begin_says_no_nothing_is_left(tmp_path: Path) -> None:
    assert sent(tmp_path, begin=no) is None
    assert files(tmp_path) == []


def test_where_begin_fails_nothing_is_left(tmp_path: Path) -> None:
    async def begin() -> bool:
        raise OSError

    with pytest.raises(OSError):  # noqa: PT011 - it is the one above
        sent(tmp_path, begin=begin)
    assert files(tmp_path) == []


@pytest.mark.parametrize("moved_to", ["new/{}.callboard", "cur/{}.callboard:2,S"])
def test_a_letter_is_never_written_twice_whether_read_or_not(tmp_path: Path, moved_to: str) -> None:
    sent(tmp_path)
    place = tmp_path / moved_to.format(TOKEN)
    (tmp_path / "new" / f"{TOKEN}.callboard").rename(place)
    assert MailboxFolder(tmp_path).holds(TOKEN)
    assert sent(tmp_path) == Sent(f"{TOKEN}.callboard")
    assert files(tmp_path) == [moved_to.format(TOKEN)]


def test_what_is_not_there_is_not_held(tmp_path: Path) -> None:
    assert not MailboxFolder(tmp_path / "none").holds(TOKEN)
    sent(tmp_path, begin=no)
    assert not MailboxFolder(tmp_path).holds(TOKEN)


def test_letters_with_ids_of_others_lie_beside_each_other(tmp_path: Path) -> None:
    for _ in range(2):
        assert isinstance(sent(tmp_path, b"Subject: y\r\n\r\nz\r\n"), Sent)
    assert len(files(tmp_path)) == 2


def test_a_token_in_the_text_is_none(tmp_path: Path) -> None:
    outcome = sent(tmp_path, b"Subject: y\r\n\r\n" + LETTER)
    assert isinstance(outcome, Sent)
    assert TOKEN not in outcome.receipt


def test_a_folder_that_cannot_be_made_is_tried_later(tmp_path: Path) -> None:
    (tmp_path / "mail").write_text("a file")
    begun: list[int] = []

    async def begin() -> bool:
        begun.append(1)
        return True

    outcome = sent(tmp_path / "mail" / "box", begin=begin)
    assert outcome == TryLater(60.0, "the mail folder cannot be used (NotADirectoryError)", all=True)
    assert not begun


def test_what_fails_after_begin_is_unknown(tmp_path: Path) -> None:
    async def begin() -> bool:
        (tmp_path / "new").rmdir()
        return True

    assert sent(tmp_path, begin=begin) == Unknown("FileNotFoundError while putting it into the mail folder")
    assert not MailboxFolder(tmp_path).holds(TOKEN)
    asyncio.run(MailboxFolder(tmp_path).quit())
