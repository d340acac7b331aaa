"""A session with an IMAP server: what is new, letters' first bytes, marks on letters that are done with (RFC 9051).

Runs in a thread of its own: imap-tools waits on the socket. Every call may raise; `LOST` says what means that the session is over.
imap-tools verifies TLS only with a context of its own, never waits for ever only with a timeout, and makes MOVE of COPY and
EXPUNGE unless the capabilities are asked again after login.
"""

import imaplib
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from imap_tools.errors import ImapToolsError, MailboxMoveError
from imap_tools.mailbox import BaseMailBox, MailBox, MailBoxStartTls, MailBoxUnencrypted

from bot.channels.email.settings import ImapSettings, tls_context

LOST = (OSError, imaplib.IMAP4.error, ImapToolsError)
"""imaplib.IMAP4.abort and timeouts are kinds of these."""
LISTENED = 2_000_000
"""Bytes of a letter that are read: texts come first, what is attached stays unread."""
TIMEOUT = 30
SLICE = 1.0
"""Seconds between looks whether the program stops."""
WITHOUT_IDLE = 30.0
PORTS = {"tls": 993, "starttls": 143, "none": 143}


class NotGivenError(Exception):
    """The server has the letter and does not give it, for the moment or because it cannot read it itself."""


class Mailbox:
    """An open session with one folder selected."""

    def __init__(self, settings: ImapSettings, password: str) -> None:
        """Connect, log in, select the folder."""
        self._settings = settings
        port = settings.port or PORTS[settings.security]
        self._box = _connect(settings, port)
        try:
            self._box.login(settings.user, password, initial_folder=None)
            self._box.client.capabilities = self._capabilities()
            self._box.folder.set(settings.folder)
            self.uidvalidity = self._uidvalidity()
        except BaseException:
            self.close()
            raise

    def _capabilities(self) -> tuple[str, ...]:
        kind, words = self._box.client.capability()
        return tuple(words[-1].decode("ascii", "replace").upper().split()) if kind == "OK" and words else ()

    def _uidvalidity(self) -> int:
        """The number within which UIDs hold (section 2.3.1.1), told once, when the folder is selected."""
        _, values = self._box.client.response("UIDVALIDITY")
        known = [value for value in values or () if value]
        return int(known[-1]) if known else 0

    @property
    def capabilities(self) -> tuple[str, ...]:
        """What the server can do, as of after login."""
        return tuple(self._box.client.capabilities)

    def newer(self, uid: int) -> list[int]:
        """UIDs above `uid` of letters that nobody answered, rising; a record restored from a backup may not know of some.

        The server is asked for news first: it need not tell unasked.
        """
        self._box.client.noop()
        self._told_of_news()
        return sorted(found for found in map(int, self._box.uids(f"UID {uid + 1}:* UNANSWERED")) if found > uid)

    def arrived_since(self, moment: datetime, *, unread: bool) -> list[int]:
        """UIDs of the letters that arrived since then, rising; IMAP itself searches by days."""
        day = (moment - timedelta(days=1)).strftime("%d-%b-%Y")
        found = self._box.uids(f"UNANSWERED {'UNSEEN ' if unread else ''}SINCE {day}")
        return sorted(uid for uid in map(int, found) if (when := self._arrived(uid)) is None or when >= moment)

    def mentioning(self, words: str) -> list[int]:
        """UIDs of the letters that hold these words anywhere, as a bounce or an answer quotes a Message-ID; falling."""
        return sorted(map(int, self._box.uids(f'TEXT "{words}"')), reverse=True)

    def sent_by(self, address: str, since: datetime) -> list[int]:
        """UIDs of the letters of a sender since a day, falling."""
        if not address.isascii() or '"' in address or "\\" in address:
            return []
        return sorted(map(int, self._box.uids(f'FROM "{address}" SINCE {since.strftime("%d-%b-%Y")}')), reverse=True)

    def _arrived(self, uid: int) -> datetime | None:
        _, answer = self._box.client.uid("FETCH", str(uid), "(INTERNALDATE)")
        parsed = imaplib.Internaldate2tuple(answer[0]) if answer and isinstance(answer[0], bytes) else None
        return datetime.fromtimestamp(time.mktime(parsed), UTC) if parsed else None

    def letter(self, uid: int) -> bytes | None:
        """The first bytes of a letter, which stays unread; None if it is gone. NotGivenError if the server refuses."""
        kind, answer = self._box.client.uid("FETCH", str(uid), f"(UID BODY.PEEK[]<0.{LISTENED}>)")
        if kind != "OK":
            raise NotGivenError
        return next((bytes(part[1]) for part in answer or () if isinstance(part, tuple)), None)

    def mark(self, uids: Sequence[int], *, answered: bool) -> None:
        """Mark letters that are done with: read and answered, or moved to the folder for such letters."""
        chosen = [str(uid) for uid in uids]
        if not chosen:
            return
        if answered:
            self._box.flag(chosen, ["\\Seen", "\\Answered"], value=True)
        if answered and self._settings.done:
            self._move(chosen, self._settings.done)

    def _move(self, chosen: list[str], folder: str) -> None:
        try:
            self._box.move(chosen, folder)
        except MailboxMoveError:
            if self._box.folder.exists(folder):
                raise
            self._box.folder.create(folder)
            self._box.move(chosen, folder)

    def _told_of_news(self) -> bool:
        """Whether the server told of new letters since the last time this was asked; IDLE does not tell of them again."""
        _, told = self._box.client.response("EXISTS")
        return any(told)

    def wait(self, stop: Callable[[], bool], wake: Callable[[], bool]) -> None:
        """Wait until the server tells of something, `wake` or `stop` is true, or it should be asked whether it still lives."""
        until = time.monotonic() + self._settings.idle_seconds
        if self._told_of_news():
            return
        if "IDLE" not in self.capabilities:
            until = min(until, time.monotonic() + WITHOUT_IDLE)
            while time.monotonic() < until and not stop() and not wake():
                time.sleep(SLICE)
            return
        idle = self._box.idle
        idle.start()  # type: ignore[no-untyped-call]  # imap-tools types its other methods only
        news = self._told_with_the_start()
        while not news and time.monotonic() < until and not stop() and not wake():
            began = time.monotonic()
            if idle.poll(timeout=SLICE) or time.monotonic() - began < SLICE / 2:
                break  # news, or the end of the connection, which the next command reports
        idle.stop()  # type: ignore[no-untyped-call]  # as above

    def _told_with_the_start(self) -> bool:
        """Whether news came in one packet with the "+ idling": read by then, it does not show where imap-tools looks."""
        client = self._box.client
        client.sock.settimeout(0)
        try:
            return bool(client.readline())
        except OSError:  # nothing there
            return False
        finally:
            client.sock.settimeout(TIMEOUT)

    def has_folder(self, name: str) -> bool:
        """Whether the mailbox has a folder of this name."""
        return bool(self._box.folder.exists(name))

    def close(self) -> None:
        """End the session, however it stands."""
        try:
            self._box.client.sock.settimeout(2)
            self._box.client.logout()
        except LOST:
            self._box.client.shutdown()


def _connect(settings: ImapSettings, port: int) -> BaseMailBox:
    if settings.security == "none":
        return MailBoxUnencrypted(settings.host, port, timeout=TIMEOUT)
    context = tls_context(settings.ca_file)
    if settings.security == "tls":
        return MailBox(settings.host, port, timeout=TIMEOUT, ssl_context=context)
    return MailBoxStartTls(settings.host, port, timeout=TIMEOUT, ssl_context=context)
