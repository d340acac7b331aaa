"""Letters put into a folder that mail programs open (Maildir, https://cr.yp.to/proto/maildir.html), where no mail server is configured.

A letter is written to `tmp`, to the disk, and only then moved to `new`: a reader never sees half of one. Its name holds the token of its
Message-ID, so that it is known whether a letter of unknown outcome is there, and none is written twice.
"""

import asyncio
import os
import re
from contextlib import suppress
from pathlib import Path

from bot.model.message import Outcome, Sent, TryLater, Unknown
from bot.usecases.campaign_ports import Begin

SOON = 60.0
"""Seconds until a folder that cannot be written to is tried again."""
_TOKEN = re.compile(rb"(?im)^Message-ID:\s*<([0-9a-f]{32})\.")
FOLDERS = ("tmp", "new", "cur")


class MailboxFolder:
    """A folder that takes letters. Letters of ours lie there as `TOKEN.callboard`; mail programs add `:2,` and flags when they are read."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def send(self, recipient: str, letter: bytes, begin: Begin) -> Outcome | None:
        """Put one letter there; `begin` is awaited before it can be seen. None if `begin` says no."""
        found = _TOKEN.search(letter.partition(b"\r\n\r\n")[0])
        token = found[1].decode() if found is not None else os.urandom(16).hex()
        try:
            await asyncio.to_thread(self._prepare, token, letter)
        except OSError as error:
            return TryLater(SOON, f"the mail folder cannot be used ({type(error).__name__})", all=True)
        try:
            return await self._shown(token) if await begin() else None
        finally:
            with suppress(OSError):
                (self._folder / "tmp" / _name(token)).unlink(missing_ok=True)

    async def quit(self) -> None:
        """Nothing is held."""

    def holds(self, token: str) -> bool:
        """Whether the letter with this token is there, read or not."""
        read = self._folder / "cur"
        seen = read.iterdir() if read.is_dir() else ()
        return (self._folder / "new" / _name(token)).exists() or any(
            file.name.startswith(_name(token)) for file in seen
        )

    async def _shown(self, token: str) -> Outcome:
        try:
            return Sent(await asyncio.to_thread(self._show, token))
        except OSError as error:
            return Unknown(f"{type(error).__name__} while putting it into the mail folder")

    def _prepare(self, token: str, letter: bytes) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        for name in FOLDERS:
            (self._folder / name).mkdir(mode=0o700, exist_ok=True)  # decisions about people
        draft = self._folder / "tmp" / _name(token)
        with draft.open("wb") as target:
            draft.chmod(0o600)
            target.write(letter.replace(b"\r\n", b"\n"))  # a Maildir's lines end so; on the wire they end with CRLF
            target.flush()
            os.fsync(target.fileno())

    def _show(self, token: str) -> str:
        """Move it to where it is read, unless it is there already, and see to it that this is on the disk."""
        if not self.holds(token):
            draft = self._folder / "tmp" / _name(token)
            draft.rename(self._folder / "new" / _name(token))
            _sync(self._folder / "new")
        return _name(token)


def _name(token: str) -> str:
    return f"{token}.callboard"


def _sync(folder: Path) -> None:
    if os.name != "posix":  # a folder cannot be opened elsewhere
        return
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
