"""What `callboard serve` writes to standard error: never texts, names, chats or tokens, whatever is said and goes wrong."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.usecases.answer_question import AnswerQuestion
from tests.channels.harness import until
from tests.conftest import REPOSITORY
from tests.telegram_server import MIXED, TelegramServer

WORDS, NAME, USERNAME, TITLE = "Quokka", "Zebulon", "zebulon_x", "Wombat Club"
ANN, GROUP = 7700112233, -1007700112244
PRIVATE = (WORDS, NAME, USERNAME, TITLE, str(ANN), str(-GROUP))
TEXTS = {
    "a plain text": "Quokka asks about the deadline",
    "tags": "<Quokka> </i> & &lt;",
    "right to left": "\u202eQuokka מועד",
    "half a pair": "Quokka \ud83d",
    "NUL and control": "Quokka \0 \x1b[31m",
    "format": "%s %(Quokka)s {Quokka!r} %n",
    "lines": "Quokka\nWARNING telegram: Quokka\n",
    "a command": "/Quokka Quokka",
    "a wrong code": "/forget Quokka",
    "a link": "/start Quokka__Quokka",
    "long": "Quokka " * 580,
    "SQL": "Quokka'; DROP TABLE messages;--",
}
SPOKEN = 'Bad Request: can\'t parse entities: "Quokka" of user 7700112233 (@zebulon_x)'

Serve = Callable[[TelegramServer, str], subprocess.Popen[bytes]]


@pytest.fixture
def serve(tmp_path: Path, brain: AnswerQuestion) -> Iterator[Serve]:
    """Starts `callboard serve`; the brain is asked for first, so that its index is fitted."""
    started: list[subprocess.Popen[bytes]] = []

    def run(server: TelegramServer, token: str) -> subprocess.Popen[bytes]:
        settings = tmp_path / "config.yaml"
        settings.write_text(
            f"knowledge: {REPOSITORY / 'knowledge'}\ntemplates: {REPOSITORY / 'templates'}\n"
            f"telegram: {{api_url: '{server.url}'}}\nstore: {{url: 'sqlite:///record.db'}}\n"
        )
        environment = os.environ | {"CALLBOARD_TELEGRAM_TOKEN": token, "PYTHONPATH": str(REPOSITORY)}
        with (tmp_path / "log").open("wb") as log:
            started.append(
                subprocess.Popen(
                    [sys.executable, "-W", "error", "-m", "bot", "--config", str(settings), "serve"],
                    cwd=tmp_path,
                    env=environment,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=log,
                )
            )
        return started[-1]

    yield run
    for process in started:
        process.kill()
        process.wait()


def ended(process: subprocess.Popen[bytes], log: Path) -> str:
    """The log of a program that was told to end, and did."""
    process.send_signal(signal.SIGTERM)
    assert process.wait(40) == 0
    return log.read_text()


def test_nothing_private_is_logged(serve: Serve, tmp_path: Path) -> None:
    with TelegramServer() as server:
        server.mix(0.25, seed=3, methods=["sendMessage", "sendChatAction"], faults=MIXED[1:])
        server.fault("getUpdates", "refuse", code=409, description=SPOKEN)
        server.fault("sendMessage", "refuse", code=400, description=SPOKEN, times=2)
        server.fault("sendMessage", "refuse", code=400, description=f"Bad Request: {SPOKEN}")
        server.fault("setMyCommands", "refuse", code=400, description=SPOKEN)
        person = {"first_name": NAME, "last_name": WORDS, "username": USERNAME}
        ann = person | {"id": ANN}
        server.group(GROUP, "supergroup", title=TITLE)
        process = serve(server, server.token)
        for number, text in enumerate(TEXTS.values()):
            server.say(text, user=person | {"id": int(f"{ANN}{number}")})
        server.say("@callboard_bot Quokka?", chat=GROUP, user=ann)
        server.share("document", chat=ANN, caption="Quokka", value={"file_name": "Quokka.pdf"})
        server.press(server.say("Quokka", user=ann), data="Quokka:0")
        server.wait_for(lambda fake: not fake.pending and fake.calls["sendMessage"] >= 12, 40)
        log = ended(process, tmp_path / "log")
    for private in (*PRIVATE, server.token, server.token.partition(":")[2]):
        assert private not in log
    assert re.search(r"INFO message \d+: answered", log)
    assert re.search(r"INFO reply \d+: (Sent|Unknown|Refused)", log)
    assert "stopped" in log
    assert "Traceback" not in log


def test_a_wrong_token_is_told_and_not_shown(serve: Serve, tmp_path: Path) -> None:
    token = "987654321:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsawX"
    with TelegramServer() as server:
        process = serve(server, token)
        until(lambda: "the bot's token is not accepted" in (tmp_path / "log").read_text(), 40)
        log = ended(process, tmp_path / "log")
    assert token not in log
    assert token.partition(":")[2] not in log
    assert "Traceback" not in log
