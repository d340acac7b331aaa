"""`callboard report`: in the terminal and as a page, from a record that holds a hostile message."""

import os
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from bot.model.conversation import Matter
from bot.model.hand_over import Step
from bot.model.message import Incoming, Outgoing, Settled
from bot.storage.store import open_store

ATTACK = "<script>alert(1)</script>\x1b[2J"


@pytest.fixture
def record(tmp_path):
    url = f"sqlite:///{tmp_path}/record.db"
    store = open_store(url)
    now = datetime.now(UTC)
    asked = {
        ATTACK: Matter("not-understood"),
        "How much money?": Matter("not-stated", "salary-amount", "ideas-2026"),
    }
    for text, matter in asked.items():
        store.inbox.receive(Incoming("email", text, "ann@example.org", text, now))
        (received,) = store.inbox.unanswered(1)
        step = Step("ask", matters=(matter,)) if matter.topic else None
        reply = Outgoing("A reply.", "abstain", "en", matters=(matter,))
        store.inbox.settle(received, Settled("answered", "", text, "en", (reply,), "v1", step), now)
    store.close()
    return url


@pytest.fixture
def run(tmp_path, record):
    def ran(*arguments):
        plain = {name: value for name, value in os.environ.items() if not name.startswith("CALLBOARD_")}
        return subprocess.run(
            [sys.executable, "-m", "bot", "report", *arguments],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=120,
            check=False,
            env={**plain, "CALLBOARD_STORE_URL": record, "PYTHONIOENCODING": "utf-8"},
        )

    return ran


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_terminal_shows_what_matters_and_no_words(run, knowledge, language):
    done = run("--language", language)
    assert done.returncode == 0, done.stderr
    assert knowledge.topics["salary-amount"].name(language) in done.stdout
    assert knowledge.calls["ideas-2026"].name[language] in done.stdout
    assert "alert" not in done.stdout
    assert "ann@example.org" not in done.stdout


def test_texts_are_shown_where_they_are_wanted_without_what_steers_a_terminal(run):
    done = run("--texts", "--since", "1")
    assert "alert(1)" in done.stdout
    assert "How much money?" not in done.stdout
    assert "\x1b" not in done.stdout


def test_the_page_is_written_for_its_owner_alone_and_escaped(run, tmp_path):
    done = run("--html", "report.html", "--texts")
    assert done.returncode == 0, done.stderr
    page = tmp_path / "report.html"
    assert page.stat().st_mode & 0o077 == 0
    assert "<script" not in page.read_text(encoding="utf-8")
    assert "&lt;script&gt;" in page.read_text(encoding="utf-8")


def test_a_page_that_cannot_be_written_is_told(run):
    done = run("--html", "no/such/folder/report.html")
    assert done.returncode == 1
    assert "nothing was written" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("days", ["0", "-1", "many", "99999"])
def test_days_that_are_none_are_refused_with_the_cure(run, days):
    done = run(f"--since={days}")
    assert done.returncode == 2
    assert "no number of days" in done.stderr
