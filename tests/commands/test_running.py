"""What a coordinator runs around `serve`: doctor, backup, restore, unit; and serve's own refusals."""

import json
import os
import subprocess
import sys

import pytest
from smtp_server import SmtpServer

from tests.telegram_server import TelegramServer


@pytest.fixture
def run(tmp_path, brain):
    def ran(*arguments, given="", **secrets):
        plain = {name: value for name, value in os.environ.items() if not name.startswith("CALLBOARD_")}
        environment = {**plain, "CALLBOARD_STORE_URL": f"sqlite:///{tmp_path}/record.db", **secrets}
        return subprocess.run(
            [sys.executable, "-m", "bot", *arguments],
            cwd=tmp_path,
            input=given,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=120,
            check=False,
            env=environment,
        )

    return ran


def settings(tmp_path, text):
    file = tmp_path / "config.yaml"
    file.write_text(text, encoding="utf-8")
    return "--config", str(file)


def lines(done):
    return {line.split()[0]: line for line in done.stdout.splitlines() if not line.startswith(" ")}


def test_serve_says_what_is_missing(run):
    done = run("serve")
    assert done.returncode == 1
    assert "CALLBOARD_TELEGRAM_TOKEN" in done.stderr
    assert "Traceback" not in done.stderr


def test_doctor_without_channels_finds_nothing_wrong(run):
    done = run("doctor")
    assert done.returncode == 0, done.stdout
    assert {"settings", "knowledge", "record", "telegram", "mailbox", "sending", "people", "campaigns"} == set(
        lines(done)
    )


def test_doctor_knows_the_bot(run, tmp_path):
    with TelegramServer() as server:
        config = settings(
            tmp_path,
            f"telegram: {{api_url: 'http://127.0.0.1:{server.port}'}}\ncoordinators: [{{name: A, email: a@b.org}}]",
        )
        well = run(*config, "doctor", CALLBOARD_TELEGRAM_TOKEN=server.token)
        assert well.returncode == 0, well.stdout
        assert "@callboard_bot" in lines(well)["telegram"]
        ill = run(*config, "doctor", CALLBOARD_TELEGRAM_TOKEN="1:wrong")
    assert ill.returncode == 1
    assert "not accepted" in lines(ill)["telegram"]
    assert "@BotFather" in ill.stdout
    assert "1:wrong" not in ill.stdout + ill.stderr


def test_doctor_is_content_with_a_webhook_without_a_secret_of_its_own(run, tmp_path):
    """Serving makes one then."""
    with TelegramServer() as server:
        webhook = "{url: 'https://bot.example.org/telegram'}"
        config = settings(
            tmp_path,
            f"telegram: {{api_url: 'http://127.0.0.1:{server.port}', webhook: {webhook}}}\n"
            "coordinators: [{name: A, email: a@b.org}]",
        )
        done = run(*config, "doctor", CALLBOARD_TELEGRAM_TOKEN=server.token)
    assert done.returncode == 0, done.stdout
    assert "by webhook" in lines(done)["telegram"]


def test_doctor_tells_each_failure_and_its_cure(run, tmp_path):
    with SmtpServer(users={"bot": "secret"}) as server:
        config = settings(
            tmp_path,
            "imap: {host: no-such-host.invalid, user: u}\n"
            f"smtp: {{host: 127.0.0.1, port: {server.port}, security: none, user: bot, address: call@example.org}}\n"
            "telegram: {api_url: 'http://127.0.0.1:9'}\n",
        )
        done = run(*config, "doctor", CALLBOARD_TELEGRAM_TOKEN="1:a", CALLBOARD_SMTP_PASSWORD="wrong")
    assert done.returncode == 1
    found = lines(done)
    for name in ("telegram", "mailbox", "sending", "people"):
        assert "FAIL" in found[name], done.stdout
    assert done.stdout.count("->") == 4
    assert "CALLBOARD_SMTP_PASSWORD" in done.stdout
    assert "wrong" not in done.stdout
    assert "unexpected" not in done.stdout


def test_doctor_sends_no_letter(run, tmp_path):
    with SmtpServer(users={"bot": "secret"}) as server:
        config = settings(
            tmp_path,
            "imap: {host: no-such-host.invalid, user: u}\n"
            f"smtp: {{host: 127.0.0.1, port: {server.port}, security: none, user: bot, address: call@example.org}}\n",
        )
        done = run(*config, "doctor", CALLBOARD_SMTP_PASSWORD="secret")
        assert "ok" in lines(done)["sending"], done.stdout
        assert not server.letters


def test_a_store_that_cannot_be_opened_is_told(run):
    done = run("doctor", CALLBOARD_STORE_URL="sqlite:////proc/nowhere/record.db")
    assert done.returncode == 1
    assert "store.url" in done.stdout
    assert "unexpected" not in done.stdout


def test_backup_and_restore(run, tmp_path):
    assert run("backup", "record.jsonl").returncode == 0
    assert (tmp_path / "record.jsonl").stat().st_mode & 0o077 == 0
    assert run("restore", "record.jsonl").returncode == 1  # nobody said yes
    done = run("restore", "--yes", "record.jsonl")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("broken", ["", "{}", "rubbish", "cut", "other schema"])
def test_a_broken_backup_changes_nothing(run, tmp_path, broken):
    file = tmp_path / "record.jsonl"
    run("backup", "record.jsonl")
    kept = file.read_text(encoding="utf-8").splitlines()
    if broken == "cut":
        file.write_text("\n".join(kept[:-1]), encoding="utf-8")
    elif broken == "other schema":
        head = {**json.loads(kept[0]), "schema": "9999"}
        file.write_text("\n".join([json.dumps(head), *kept[1:]]), encoding="utf-8")
    else:
        file.write_text(broken, encoding="utf-8")
    done = run("restore", "--yes", "record.jsonl")
    assert done.returncode == 1
    assert "nothing was changed" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_unit_starts_this_installation(run):
    unit = run("--config", "config.yaml", "unit").stdout
    assert "ExecStart=" in unit
    assert "serve" in unit
    assert "Restart=always" in unit
