"""The commands as somebody runs them, from an empty folder."""

import json
import subprocess
import sys

import pytest

NOW = ["--now", "2026-01-15T12:00:00+01:00"]


@pytest.fixture
def run(brain, tmp_path):
    """Runs `python -m bot`; the brain is asked for first, so that its index is fitted."""

    def ran(*arguments, given=""):
        return subprocess.run(
            [sys.executable, "-m", "bot", *arguments],
            cwd=tmp_path,
            input=given,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=120,
            check=False,
        )

    return ran


def test_ask_prints_the_reply(run):
    done = run("ask", *NOW, "When is the deadline of the IDEAS call?")
    assert done.returncode == 0, done.stderr
    assert "22 February 2026" in done.stdout
    assert done.stderr == ""


def test_ask_reads_standard_input(run):
    assert "22 February 2026" in run("ask", *NOW, given="When is the deadline of the IDEAS call?").stdout


def test_jsonl_answers_every_good_line_and_names_the_bad_ones(run):
    good = {"id": "a", "question": "Wann endet die Bewerbungsfrist bei IDEAS?", "now": "2026-01-15T12:00:00+01:00"}
    next_turn = {
        "id": 7,
        "question": "And the DKFZ?",
        "conversation": ["How long is the IDEAS contract?"],
        "now": "2026-01-15T12:00:00+01:00",
    }
    bad = [
        "{",
        "[]",
        '{"id": "b"}',
        '{"question": 3}',
        '{"question": "x", "now": "2026-01-15T12:00"}',
        '{"question": "x", "conversation": "y"}',
    ]
    done = run("ask", "--jsonl", given="\n".join([json.dumps(good), *bad, "", json.dumps(next_turn)]) + "\n")
    assert done.returncode == 1
    first, second = map(json.loads, done.stdout.splitlines())
    assert (first["id"], second["id"]) == ("a", 7)
    for answer in (first, second):
        assert list(answer) == ["id", "kind", "reply", "language", "citations"]
        assert answer["kind"] in ("answer", "clarify", "abstain", "smalltalk")
        assert all(list(citation) == ["call", "section", "quote"] for citation in answer["citations"])
    assert first["language"] == "de"
    assert first["citations"]
    assert "22. Februar 2026" in first["reply"]
    assert [line.split(":")[0] for line in done.stderr.splitlines()] == [f"line {number}" for number in range(2, 8)]


def test_jsonl_with_good_lines_succeeds(run):
    done = run("ask", "--jsonl", given='{"id": null, "question": "", "now": null}\n')
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["reply"]


def test_a_time_without_offset_is_refused(run):
    done = run("ask", "--now", "2026-01-15", "x")
    assert done.returncode == 2
    assert "offset" in done.stderr


def test_check_says_what_it_checked(run):
    done = run("check")
    assert done.returncode == 0, done.stderr
    assert "ideas-2026" in done.stdout
    assert "dkfz-2025-0184" in done.stdout


def test_check_names_a_missing_page(run):
    assert run("check", "--page", "ideas-2026=nowhere.html").returncode == 2
    assert run("check", "--page", "nothing").returncode == 2


def test_check_names_quotes_that_do_not_stand_in_the_page(run, tmp_path):
    (tmp_path / "page.html").write_text("<html>nothing of it</html>", encoding="utf-8")
    done = run("check", "--page", "ideas-2026=page.html")
    assert done.returncode == 1
    assert "does not stand in page.html" in done.stdout


def test_chat_answers_a_pipe_line_by_line_and_ends(run):
    done = run("chat", *NOW, given="How long is the IDEAS contract?\n\nAnd who supervises EXACT?\n")
    assert done.returncode == 0, done.stderr
    assert "3 years" in done.stdout
    assert "Stadler" in done.stdout
    assert done.stdout.index("3 years") < done.stdout.index("Stadler")


def test_no_command_is_the_chat(run):
    assert "3 years" in run(given="How long is the IDEAS contract?\n").stdout


def test_mistakes_in_knowledge_stop_the_program(run, tmp_path):
    done = run("--knowledge", str(tmp_path / "nowhere"), "ask", "x")
    assert done.returncode == 1
    assert "is no folder" in done.stderr
    assert "Traceback" not in done.stderr


def test_explain_says_how_it_read(run):
    done = run("explain", *NOW, "Who supervises EXACT?")
    assert done.returncode == 0, done.stderr
    assert "supervisors" in done.stdout
    assert "exact" in done.stdout
