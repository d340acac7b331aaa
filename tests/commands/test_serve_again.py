"""`serve` as a process: a changed fact is answered from soon, without a restart; a file with a mistake changes nothing."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.channels.harness import ask, until
from tests.telegram_server import TelegramServer


@pytest.fixture
def server():
    with TelegramServer() as fake:
        yield fake


@pytest.fixture
def call(tmp_path, folders):
    shutil.copytree(folders.knowledge, tmp_path / "knowledge")
    return tmp_path / "knowledge" / "calls" / "ideas-2026" / "call.yaml"


@pytest.fixture
def log(tmp_path, server, call):
    plain = {name: value for name, value in os.environ.items() if not name.startswith("CALLBOARD_")}
    config = tmp_path / "config.yaml"
    config.write_text(f"telegram: {{api_url: '{server.url}'}}\nknowledge: knowledge\n", encoding="utf-8")
    store = {"CALLBOARD_STORE_URL": f"sqlite:///{tmp_path}/record.db", "CALLBOARD_TELEGRAM_TOKEN": server.token}
    told = tmp_path / "log"
    with told.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "bot", "--config", str(config), "serve"],
            cwd=tmp_path,
            env={**plain, **store, "PYTHONPATH": str(Path.cwd())},
            stdout=out,
            stderr=out,
        )
        try:
            yield lambda: told.read_text(encoding="utf-8")
        finally:
            process.terminate()
            assert process.wait(60) == 0


def test_serve_goes_on_with_changed_knowledge_and_keeps_the_old_beside_a_mistake(server, call, log):
    until(lambda: "connected as" in log(), 60)
    assert "22 February 2026" in ask(server, "When is the deadline for IDEAS?")
    good = call.read_text(encoding="utf-8")
    call.write_text(good.replace("date: 2026-02-22 23:59", "date: the day before yesterday"), encoding="utf-8")
    until(lambda: "hold mistakes" in log(), 60)
    assert "22 February 2026" in ask(server, "When is the deadline for IDEAS?")
    call.write_text(good.replace("date: 2026-02-22 23:59", "date: 2026-03-01 23:59"), encoding="utf-8")
    until(lambda: log().count("connected as") == 2, 90)
    assert "1 March 2026" in ask(server, "When is the deadline for IDEAS?")
