"""Letters that the tests' mail server took, in memory and in a journal of JSON lines.

A line is written whole and handed to the kernel before the client hears 250: it survives a kill -9 of the server, not
the loss of power.
"""

import base64
import email
import email.policy
import json
import os
from dataclasses import asdict, dataclass
from email.message import EmailMessage
from pathlib import Path


@dataclass(frozen=True)
class Letter:
    """One accepted letter: its envelope, its bytes as they came (dots undone), and how the client stood there."""

    sender: str
    recipients: tuple[str, ...]
    text: bytes
    tls: bool = False
    login: str | None = None
    connection: int = 0

    @property
    def message(self) -> EmailMessage:
        return email.message_from_bytes(self.text, policy=email.policy.default)

    @property
    def message_id(self) -> str:
        return str(self.message["Message-ID"] or "").strip()


def write_journal(journal: Path, letter: Letter) -> None:
    """Append one letter, in one write."""
    text = base64.b64encode(letter.text).decode()
    line = json.dumps({**asdict(letter), "text": text, "message_id": letter.message_id}) + "\n"
    target = os.open(journal, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    try:
        data = line.encode()
        while data:
            data = data[os.write(target, data) :]
    finally:
        os.close(target)


def mend_journal(journal: Path) -> None:
    """End a line that a kill -9 cut short, so that the next one begins at its own beginning."""
    if journal.exists() and journal.read_bytes()[-1:] not in (b"", b"\n"):
        with journal.open("ab") as target:
            target.write(b"\n")


def read_journal(journal: Path) -> list[Letter]:
    """Return the letters of a journal. A line that was cut short is none: its client never heard 250."""
    lines = journal.read_bytes().split(b"\n") if journal.exists() else []
    return [_letter(json.loads(line)) for line in lines if line.endswith(b"}")]


def _letter(read: dict[str, object]) -> Letter:
    del read["message_id"]
    return Letter(**{**read, "recipients": tuple(read["recipients"]), "text": base64.b64decode(read["text"])})
