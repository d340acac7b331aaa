"""A private Dovecot: IMAP (plain, STARTTLS, TLS), LMTP, and SASL for Postfix.

Users are made on the fly; each has a maildir under the server's folder, which outlives `kill` and `stop`. What a test
reads here is read by IMAP with the standard library, never with the code under test.
"""

import email
import email.policy
import imaplib
import re
import shutil
import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

from certificates import Certificates
from daemons import PATIENCE, Daemon, fill, free_port, listens, require, require_root, run

DOMAIN = "test.invalid"
NOBODY = 65534
NOBODY_TO_KICK = 68  # doveadm's answer when the user is not logged in


@dataclass(frozen=True)
class User:
    """A person or a bot with a mailbox."""

    address: str
    login: str
    password: str


@dataclass(frozen=True)
class Stored:
    """A letter as it lies in a folder."""

    uid: int
    flags: frozenset[str]
    text: bytes

    @property
    def message(self) -> EmailMessage:
        return email.message_from_bytes(self.text, policy=email.policy.default)


class Dovecot(Daemon):
    """One server, its users and their letters."""

    grace = 1.0  # it says BYE at once, then may wait five seconds for a child that has nothing to do

    def __init__(self, folder: Path, certificates: Certificates) -> None:
        super().__init__(folder)
        require_root("Dovecot")
        self._program = require("dovecot", "dovecot-imapd dovecot-lmtpd")
        self.imap_port, self.imaps_port = free_port(), free_port()
        self.lmtp_port, self.sasl_port = free_port(), free_port()
        for name in ("run", "state", "mail", "users"):
            (folder / name).mkdir(exist_ok=True)
        folder.chmod(0o755)
        shutil.chown(folder / "mail", NOBODY, NOBODY)
        self._configuration = folder / "dovecot.conf"
        self._configuration.write_text(self._configured(certificates))

    def command(self) -> list[str]:
        (self.folder / "run" / "master.pid").unlink(missing_ok=True)  # left by a kill -9
        return [self._program, "-F", "-c", str(self._configuration)]

    def ready(self) -> bool:
        return all(map(listens, (self.imap_port, self.imaps_port, self.lmtp_port, self.sasl_port)))

    def add_user(self, name: str, password: str = "secret") -> User:
        """Make a mailbox; `name+anything@test.invalid` reaches it too."""
        line = f"{name}:{{PLAIN}}{password}:{NOBODY}:{NOBODY}::{self._home(name)}::\n"
        (self.folder / "users" / name).write_text(line)
        return User(f"{name}@{DOMAIN}", name, password)

    def deliver(self, address: str, letter: bytes | EmailMessage, sender: str = "") -> None:
        """Put a letter into a mailbox by LMTP, as a mail server would."""
        text = letter if isinstance(letter, bytes) else letter.as_bytes(policy=email.policy.SMTP)
        with smtplib.LMTP("127.0.0.1", self.lmtp_port, timeout=PATIENCE) as server:
            refused = server.sendmail(sender, [address], text, mail_options=["BODY=8BITMIME"])
        assert not refused, refused

    def stored(self, user: User, folder: str = "INBOX") -> list[Stored]:
        """Return the letters of a folder with their flags, oldest first; reading marks nothing as seen."""
        with self.session(user) as session:
            kind, _ = session.select(f'"{folder}"', readonly=True)
            if kind != "OK":
                return []
            _, answers = session.uid("FETCH", "1:*", "(UID FLAGS BODY.PEEK[])")
        return [_stored(answer) for answer in answers if isinstance(answer, tuple)]

    def letters(self, user: User, folder: str = "INBOX") -> list[EmailMessage]:
        return [stored.message for stored in self.stored(user, folder)]

    def folders(self, user: User) -> set[str]:
        with self.session(user) as session:
            _, answers = session.list()
        return {answer.decode().rpartition(' "/" ')[2].strip('"') for answer in answers}

    def uid_validity(self, user: User, folder: str = "INBOX") -> int:
        with self.session(user) as session:
            _, (answer,) = session.status(f'"{folder}"', "(UIDVALIDITY)")
        return int(re.search(rb"UIDVALIDITY (\d+)", answer)[1])

    def put(self, user: User, letter: bytes, folder: str = "INBOX", flags: frozenset[str] = frozenset()) -> None:
        """Put a letter into a folder by IMAP APPEND, byte by byte as it is; the folder is made if it is missing."""
        kept = " ".join(sorted(flags - {r"\Recent"}))
        with self.session(user) as session:
            session.create(f'"{folder}"')
            kind, told = session.append(f'"{folder}"', f"({kept})", None, letter)
        assert kind == "OK", told

    def recreate_mailbox(self, user: User, *, keep: bool = False) -> list[Stored]:
        """Throw INBOX away and begin another: another UIDVALIDITY, UIDs from 1 again. Return the old letters.

        With `keep` they lie in the new one too, in their order and with their flags. Who was logged in is thrown out.
        """
        old, validity = self.stored(user), self.uid_validity(user)
        self.throw_out(user)
        maildir = self._home(user.login) / "Maildir"
        for name in ("cur", "new", "tmp"):
            for letter in (maildir / name).iterdir():
                letter.unlink()
        for index in maildir.glob("dovecot*"):
            if index.is_file() and not index.name.startswith("dovecot-uidvalidity"):
                index.unlink()
        assert self.uid_validity(user) != validity
        for stored in old if keep else ():
            self.put(user, stored.text, flags=stored.flags)
        return old

    def throw_out(self, user: User) -> None:
        """End the user's connections, as a server does on its own account."""
        doveadm = [require("doveadm", "dovecot-core"), "-c", str(self._configuration)]
        run([*doveadm, "kick", user.login], self.folder, fine=(0, NOBODY_TO_KICK))

    @contextmanager
    def session(self, user: User) -> Iterator[imaplib.IMAP4]:
        """Log in with the standard library's client, for whatever has no method here."""
        with imaplib.IMAP4("127.0.0.1", self.imap_port, timeout=PATIENCE) as session:
            session.login(user.login, user.password)
            yield session

    def _home(self, name: str) -> Path:
        return self.folder / "mail" / name

    def _configured(self, certificates: Certificates) -> str:
        known = {
            "folder": self.folder,
            "cert": certificates.cert,
            "key": certificates.key,
            "imap_port": self.imap_port,
            "imaps_port": self.imaps_port,
            "lmtp_port": self.lmtp_port,
            "sasl_port": self.sasl_port,
        }
        return fill("dovecot.conf.template", known)


def _stored(answer: tuple[bytes, bytes]) -> Stored:
    head, text = answer
    flags = re.search(rb"FLAGS \(([^)]*)\)", head)[1].decode().split()
    return Stored(int(re.search(rb"UID (\d+)", head)[1]), frozenset(flags), text)
