"""A coordinators' desk for tests of `callboard campaign`: settings, a mail server that keeps what it took, tables, commands."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
import sqlalchemy as sa
import yaml
from smtp_server import SmtpServer

from bot.commands.main import main
from bot.storage.store import Store, open_store

ADA, BO = "Ada Muster", "Bo Beispiel"
CALL = "ideas-2026"
SOON = (datetime.now(UTC) + timedelta(days=30)).date().isoformat()
PEOPLE = (
    ("A-1", "Noor Haddad", "noor@example.org"),
    ("A-2", "Li Wei", "li.wei@example.org"),
    ("A-3", "Ines Roth", "ines@example.org"),
)


@dataclass
class Desk:
    """The desk; `out` and `err` are what the last command printed."""

    folder: Path
    capture: pytest.CaptureFixture[str]
    server: SmtpServer | None = None
    settings: dict[str, object] = field(default_factory=dict)
    out: str = ""
    err: str = ""

    def configure(self, **campaigns: object) -> None:
        smtp = {"host": "127.0.0.1", "security": "none", "address": "office@school.example", "name": "The School"}
        known: dict[str, object] = {
            "store": {"url": f"sqlite:///{self.folder / 'record.db'}"},
            "coordinators": [{"name": ADA, "email": "ada@school.example"}, {"name": BO, "email": "bo@school.example"}],
            "campaigns": {"mailbox": "outgoing", **campaigns},
            **self.settings,
        }
        if self.server is not None:
            known["smtp"] = {**smtp, "port": self.server.port}
        (self.folder / "config.yaml").write_text(yaml.safe_dump(known), encoding="utf-8")

    def run(self, *arguments: object, by: str = ADA) -> int:
        words = [str(one) for one in arguments]
        steps = (
            "plan",
            "preview",
            "record",
            "test",
            "approve",
            "send",
            "resume",
            "pause",
            "cancel",
            "resolve",
            "answer",
            "address",
            "export",
        )
        identity = ["--by", by] if words[0] in steps else []
        code = main(["--config", str(self.folder / "config.yaml"), "campaign", *words, *identity])
        self.out, self.err = self.capture.readouterr()
        return code

    def table(
        self,
        rows: Sequence[Sequence[str]] = PEOPLE,
        head: Sequence[str] = ("Application no.", "Name", "Email"),
        name: str = "people.csv",
    ) -> Path:
        file = self.folder / name
        file.write_text("\n".join(";".join(row) for row in (head, *rows)) + "\n", encoding="utf-8")
        return file

    def plan(self, kind: str = "rejection", *more: object, rows: Sequence[Sequence[str]] = PEOPLE) -> int:
        """Plan a mail to everybody in a table without a class column; the exit code."""
        return self.run("plan", self.table(rows), "--call", CALL, "--kind", kind, "--count", len(rows), *more)

    def approve(self, number: int, by: str = BO) -> int:
        """Look at a plan, have a code mailed, and approve."""
        assert self.run("preview", number, "--to", self.folder / f"preview-{number}", by=by) == 0
        if self.run("approve", number, "--mail-code", by=by):
            return 1
        return self.run("approve", number, "--phrase", self.phrase(number), "--code", self.code(), by=by)

    def sent(self, kind: str, *more: object, rows: Sequence[Sequence[str]] = PEOPLE, number: int = 1) -> None:
        """Plan, approve and send a campaign, which gets this number."""
        assert self.plan(kind, *more, rows=rows) == 0, self.out + self.err
        self.send(number)

    def send(self, number: int) -> None:
        """Approve and send a campaign."""
        assert self.approve(number) == 0, self.err
        assert self.run("send", number) == 0, self.out + self.err

    def bounce(self, number: int, address: str) -> None:
        """Let a mail that was sent come back."""
        with self.store() as store, store.engine.begin() as connection:
            values = {"number": number, "address": address}
            step = "update deliveries set state = 'bounced' where campaign = :number and address = :address"
            assert connection.execute(sa.text(f"{step} and state = 'sent'"), values).rowcount == 1

    def phrase(self, number: int) -> str:
        with self.store() as store:
            campaign = store.campaigns.campaign(number)
            assert campaign is not None
            return campaign.phrase

    def code(self) -> str:
        """The code that was mailed last."""
        texts = [letter.get_body(("plain",)).get_content() for letter in self.letters()]
        found = [one[1] for text in texts if (one := re.search(r"code is (\d{6})", text))]
        return found[-1]

    def letters(self) -> list[EmailMessage]:
        """What the mail server or the folder in its place took, oldest first."""
        if self.server is not None:
            return [letter.message for letter in self.server.letters]
        files = sorted((self.folder / "outgoing" / "new").iterdir(), key=lambda file: file.stat().st_mtime_ns)
        return [_read(file.read_bytes()) for file in files]

    def results(self) -> list[EmailMessage]:
        """The mails to applicants among them."""
        return [letter for letter in self.letters() if "school.example" not in letter["To"]]

    def states(self, number: int) -> dict[str, int]:
        with self.store() as store:
            return {state: count for state, count in store.campaigns.counts(number).items() if count}

    def store(self) -> "_Opened":
        return _Opened(f"sqlite:///{self.folder / 'record.db'}")


@dataclass
class _Opened:
    url: str
    store: Store | None = None

    def __enter__(self) -> Store:
        self.store = open_store(self.url)
        return self.store

    def __exit__(self, *_: object) -> None:
        assert self.store is not None
        self.store.close()


def _read(data: bytes) -> EmailMessage:
    return message_from_bytes(data, _class=EmailMessage, policy=default)
