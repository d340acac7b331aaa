"""`callboard corrections` as a coordinator runs it: the list, the yes, and what stands in the record afterwards."""

import os
import pty
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.model.message import Outgoing
from bot.storage.store import Store, open_store
from tests.conftest import REPOSITORY, Ask
from tests.storage.record import ANN, BOB, answer, due, letter, rows, send

QUESTION = "What is the application deadline for the IDEAS PhD positions?"
NOW = datetime.now(UTC)
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs the command on a knowledge folder in which the deadline moved; `typed` is what the coordinator types."""
    shutil.copytree(REPOSITORY / "knowledge", tmp_path / "knowledge")
    file = tmp_path / "knowledge" / "calls" / "ideas-2026" / "call.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("2026-02-22 23:59", "2026-03-01 23:59"), encoding="utf-8")
    plain = {name: value for name, value in os.environ.items() if not name.startswith("CALLBOARD_")}
    environment = {**plain, "CALLBOARD_STORE_URL": f"sqlite:///{tmp_path}/record.db", "TZ": "UTC"}

    def ran(*arguments: str, typed: str | None = None) -> subprocess.CompletedProcess[str]:
        ours, theirs = pty.openpty()
        if typed is not None:
            os.write(ours, f"{typed}\n".encode())
        done = subprocess.run(
            [sys.executable, "-m", "bot", "--knowledge", "knowledge", "corrections", *arguments],
            cwd=tmp_path,
            stdin=theirs if typed is not None else subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=120,
            check=False,
            env=environment,
        )
        os.close(ours)
        os.close(theirs)
        assert "Traceback" not in done.stderr, done.stderr
        return done

    return ran


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path}/record.db")
    yield opened
    opened.close()


def _tell(store: Store, ask: Ask, sender: str, question: str = QUESTION) -> None:
    said = ask(question)
    reply = Outgoing(said.reply, said.kind, said.language, told=said.told)
    answer(store, letter(question, sender, received=NOW), reply, now=NOW)
    send(store, now=NOW)


def test_nothing_told_is_nothing_to_correct(run):
    done = run()
    assert (done.returncode, done.stdout) == (0, "Nothing that was told has changed.\n")
    assert run("--tell", "1").returncode == 2


def test_the_list_shows_old_new_and_whom(run, store, ask):
    _tell(store, ask, ANN)
    _tell(store, ask, BOB, "How long is the contract of the IDEAS PhD positions?")
    done = run()
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("1. ")
    assert "22 February 2026" in done.stdout.split("now:")[0]
    assert "1 March 2026" in done.stdout.split("now:")[1]
    assert "to be told: 1\n" in done.stdout
    assert f"{NOW:%Y-%m-%d %H:%M}  email     {ANN}  reply 1" in done.stdout
    assert BOB not in done.stdout
    assert "1 change to decide on" in done.stdout
    assert "half a minute" in done.stderr


def test_without_a_yes_nobody_is_told(run, store, ask):
    _tell(store, ask, ANN)
    assert run("--tell", "1").returncode == 1
    done = run("--tell", "1", typed="no")
    assert done.returncode == 1
    assert "Tell 1 person now?" in done.stdout
    assert (due(store), rows(store, "corrections")) == ([], [])


@pytest.mark.parametrize("way", ["yes", "code"])
def test_on_a_yes_each_is_told_once(run, store, ask, way):
    _tell(store, ask, ANN)
    _tell(store, ask, BOB)
    code = run().stdout.partition("[")[2][:6] if way == "code" else "1"
    done = (
        run("--tell", code, "--by", "Cleo", typed="yes")
        if way == "yes"
        else run("--tell", code, "--yes", "--by", "Cleo")
    )
    assert done.returncode == 0, done.stderr
    assert "2 corrections planned" in done.stdout
    assert "Nobody is left" in run("--tell", "1", "--yes").stdout
    assert [reply.address for reply in due(store)] == [ANN, BOB]
    assert rows(store, "corrections", "by") == ["Cleo", "Cleo"]
    assert "correction waits to be sent: 2" in run().stdout
    send(store)
    shown = run()
    assert "   told: 2\n" in shown.stdout
    assert ANN not in shown.stdout
    assert ANN in run("--all").stdout
    assert "Every correction arrived" in run("--again", "1", "--yes").stdout


def test_a_change_can_be_dismissed(run, store, ask):
    _tell(store, ask, ANN)
    assert run("--dismiss", "1", typed="no").returncode == 1
    assert run("--dismiss", "1", "--yes").returncode == 0
    assert "not to be told: 1" in run().stdout
    assert "Nobody is left" in run("--tell", "1", "--yes").stdout
    assert due(store) == []
