"""The network between a client and an IMAP server, with its ways to fail: cut, refused, held, an answer lost.

Knows lines of IMAP as far as `lose_answer` needs it, and that only where there is no TLS. Works for any other protocol
without that.
"""

import asyncio
import re
import threading
from collections.abc import Coroutine
from typing import Any, Self


class ImapProxy:
    """Passes connections from `port` on to `target_port`, both on 127.0.0.1, until told otherwise."""

    def __init__(self, target_port: int) -> None:
        self.port = 0
        self.connections = 0
        self.lost = 0  # answers lost so far
        self._target_port = target_port
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._lose: re.Pattern[bytes] | None = None

    def cut(self) -> None:
        """End every connection without a word; new ones are welcome."""
        self._call(self._cut())

    def refuse(self) -> None:
        """Cut, and refuse new connections."""
        self._call(self._close())

    def accept(self) -> None:
        """Take connections again after `refuse`."""
        self._call(self._listen())

    def hold(self) -> None:
        """Pass on nothing more, in no direction, and say nothing: a cable that nobody knows to be broken."""
        self._call(self._hold())

    def release(self) -> None:
        """Pass on again, what was held first."""
        self._call(self._release())

    def lose_answer(self, command: bytes) -> None:
        """Let the next such command (MOVE, STORE, EXPUNGE) reach the server and be done; then cut, without its answer."""
        self._lose = re.compile(rb"(?im)^(\S+) (?:UID )?" + re.escape(command) + rb"\b")

    def __enter__(self) -> Self:
        self._loop = asyncio.new_event_loop()
        self._open = asyncio.Event()
        self._open.set()
        self._thread = threading.Thread(target=self._loop.run_forever, name="imap proxy", daemon=True)
        self._thread.start()
        self._call(self._listen())
        return self

    def __exit__(self, *error: object) -> None:
        self._call(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _call(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(60)

    async def _listen(self) -> None:
        self._listener = await asyncio.start_server(self._connected, "127.0.0.1", self.port)
        self.port = self._listener.sockets[0].getsockname()[1]

    async def _close(self) -> None:
        self._listener.close()
        await self._cut()
        await self._listener.wait_closed()

    async def _cut(self) -> None:
        tasks = set(self._tasks)
        for writer in list(self._writers):
            writer.transport.abort()
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    async def _hold(self) -> None:
        self._open.clear()

    async def _release(self) -> None:
        self._open.set()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        mine, writers = {asyncio.current_task()}, {writer}
        self._tasks.update(mine)
        self._writers.update(writers)
        try:
            inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", self._target_port)
            writers.add(inner_writer)
            doomed: list[bytes] = []  # the tag of the command whose answer gets lost
            ways = (self._upwards(reader, inner_writer, doomed), self._downwards(inner_reader, writer, doomed))
            tasks = [asyncio.ensure_future(way) for way in ways]
            mine.update(tasks)
            self._tasks.update(mine)
            self._writers.update(writers)
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        except (OSError, asyncio.CancelledError):
            pass  # the server is away, or the cut
        finally:
            for each in writers:
                each.close()
            self._writers -= writers
            self._tasks -= mine

    async def _upwards(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, doomed: list[bytes]) -> None:
        while data := await reader.read(65536):
            await self._open.wait()
            if self._lose and (found := self._lose.search(data)):
                self._lose = None
                doomed.append(found[1])
            writer.write(data)
            await writer.drain()

    async def _downwards(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, doomed: list[bytes]) -> None:
        withheld = b""
        while data := await reader.read(65536):
            await self._open.wait()
            if doomed:
                withheld += data
                if re.search(rb"(?m)^" + re.escape(doomed[0]) + rb" (?:OK|NO|BAD)\b", withheld):
                    self.lost += 1
                    return
                continue
            writer.write(data)
            await writer.drain()
