"""The lock of the serving process: once it is lost, the program ends by itself and says so."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.storage.store import open_store
from bot.usecases import hold
from bot.usecases.converse import Converse
from bot.usecases.hold import Hold
from bot.usecases.ports import silent_log
from bot.usecases.runtime import Runtime
from bot.usecases.serve import Serve


def test_a_program_without_its_lock_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hold, "PAUSE", 0.01)
    store = open_store(f"sqlite:///{tmp_path / 'record.db'}")
    answers = iter([True, True, False])

    async def serve() -> Serve:
        with ThreadPoolExecutor(1) as executor:
            runtime = Runtime(lambda: datetime.now(UTC), silent_log(), executor)
            watched = Hold(lambda: next(answers), runtime)
            converse = Converse((store.inbox, store.outbox), None, {}, runtime, lambda: None)
            serving = Serve([], converse, {"lock": watched.run}, store.outbox, runtime, hold=watched)
            assert await serving.run(asyncio.Event()) is None
            return serving

    try:
        assert asyncio.run(serve()).lost
    finally:
        store.close()
