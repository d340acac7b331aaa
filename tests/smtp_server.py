"""An SMTP server for tests: it keeps what it took, and breaks at each step on a test's word.

Runs in a thread of the tests' process; `peers/smtp_sink.py` runs it as a process of its own. Knows SMTP and its ways to
fail. Does not deliver, and forgets its letters with itself unless it is given a journal.

    with SmtpServer(users={"bot": "secret"}, tls=context) as server:
        server.faults = [Fault("rcpt", code=550, match="gone@"), Fault("dot", "lost", times=1)]
        ...
        assert [letter.message_id for letter in server.letters] == ["<1@test.invalid>"]
"""

import asyncio
import ssl
import threading
from collections.abc import Coroutine, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Self

from smtp_faults import Fault, Faults
from smtp_letters import Letter, mend_journal, write_journal
from smtp_session import Command, Session

__all__ = ["Command", "Fault", "Letter", "SmtpServer"]


class SmtpServer:
    """A server on 127.0.0.1. A port of 0 becomes a free one at the first start and is kept from then on.

    `tls` makes it offer STARTTLS and insist on it, or with `implicit_tls` speak TLS from the first byte. `users` makes it
    insist on AUTH. `faults` is what goes wrong from now on; `control` is a file of JSON that says so from another process.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        tls: ssl.SSLContext | None = None,
        implicit_tls: bool = False,
        users: Mapping[str, str] | None = None,
        journal: Path | None = None,
        control: Path | None = None,
        seed: int = 0,
        size_limit: int = 20_971_520,
    ) -> None:
        self.port = port
        self.tls, self.implicit_tls = tls, implicit_tls
        self.users = users
        self.size_limit = size_limit
        self.letters: list[Letter] = []
        self.commands: list[Command] = []
        self.connections = 0
        self.table = Faults(seed, control)
        self.open: set[Session] = set()
        self._journal = journal
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._listener: asyncio.Server | None = None

    @property
    def faults(self) -> list[Fault]:
        return self.table.faults

    @faults.setter
    def faults(self, faults: Sequence[Fault]) -> None:
        self.table.faults = faults

    def start(self) -> None:
        """Listen; again on the same port after `stop`."""
        if self._journal is not None:
            mend_journal(self._journal)
        self._loop = asyncio.new_event_loop()
        self._loop.set_exception_handler(lambda loop, context: None)  # a client that hangs up is no news
        self._thread = threading.Thread(target=self._loop.run_forever, name="smtp server", daemon=True)
        self._thread.start()
        self._call(self._listen())

    def stop(self) -> None:
        """Hang up on everyone and listen no more; from here a client's connection is refused."""
        if self._thread is not None:
            self._call(self._close())
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()
            self._thread = None

    def hang_up(self) -> None:
        """End every open connection without a word, and go on listening."""
        self._call(self._hang_up())

    def clear(self) -> None:
        """Forget letters, commands, connections and faults."""
        self.letters, self.commands, self.connections, self.faults = [], [], 0, []

    def keep(self, letter: Letter) -> None:
        if self._journal is not None:
            write_journal(self._journal, letter)
        self.letters.append(letter)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()

    def _call(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(60)

    async def _listen(self) -> None:
        wrapped = self.tls if self.implicit_tls else None
        self._listener = await self._loop.create_server(partial(Session, self), "127.0.0.1", self.port, ssl=wrapped)
        self.port = self._listener.sockets[0].getsockname()[1]

    async def _close(self) -> None:
        self._listener.close()
        await self._hang_up()
        await self._listener.wait_closed()

    async def _hang_up(self) -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for session in list(self.open):
            session.abort()
        if others:
            await asyncio.wait(others, timeout=10)
