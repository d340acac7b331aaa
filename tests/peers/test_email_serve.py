"""`callboard serve` as people run it: a process with a settings file, its log, its end, its sudden death."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import email_program
import pytest
import yaml
from daemons import PATIENCE, wait_for
from email_program import QUESTION, Callboard, House, configured

house = email_program.house
REPOSITORY = Path(__file__).parent.parent.parent


class Process:
    """`callboard serve` with settings for the house's servers."""

    def __init__(self, house: House, folder: Path) -> None:
        self.house = house
        self.log = folder / "serve.log"
        self.settings = folder / "config.yaml"
        self.database = folder / "callboard.db"
        config = configured(house, self.database)
        values = {
            "knowledge": str(REPOSITORY / "knowledge"),
            "templates": str(REPOSITORY / "templates"),
            "store": {"url": config.store.url},
            "imap": {name: getattr(config.imap, name) for name in config.imap.__struct_fields__},
            "smtp": {name: getattr(config.smtp, name) for name in config.smtp.__struct_fields__},
            "coordinators": [{"name": one.name, "email": one.email} for one in config.coordinators],
        }
        self.settings.write_text(yaml.safe_dump(values))
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        password = self.house.bot.password
        secrets = {"CALLBOARD_IMAP_PASSWORD": password, "CALLBOARD_SMTP_PASSWORD": password}
        known = {name: value for name, value in os.environ.items() if not name.startswith("CALLBOARD_")}
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "bot", "serve", "--config", str(self.settings)],
                cwd=REPOSITORY,
                env={**known, **secrets},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def end(self, how: signal.Signals = signal.SIGTERM) -> int:
        if self._process is None:
            return 0
        self._process.send_signal(how)
        code = self._process.wait(PATIENCE)
        self._process = None
        return code

    def record(self, query: str) -> list[tuple[object, ...]]:
        return Callboard.record(self, query)  # type: ignore[arg-type]  # it only needs the database


@pytest.fixture
def serve(house: House, tmp_path: Path) -> Iterator[Process]:
    process = Process(house, tmp_path)
    process.start()
    yield process
    process.end(signal.SIGKILL)


def test_its_log_holds_no_address_no_text_no_password(house: House, serve: Process) -> None:
    words = ("xylophonist", "zanzibar")
    anna, bo, nobody = house.person(), house.person("bo"), house.person("gone")
    house.ask(anna, f"When is the IDEAS deadline? I am a {words[0]}.", Subject=f"About {words[1]}")
    house.ask(anna, "/mydata")
    house.deliver(house.write(bo, f"I am away in {words[1]}.", Auto_Submitted="auto-replied"))
    house.deliver(house.write(nobody, QUESTION, From=f"{words[0]}@test.invalid"))
    wait_for(lambda: serve.record("select id from replies where outcome = 'bounced'"))
    house.deliver(b"\xff\xfe" + words[0].encode() + b"\r\n\r\n" + words[1].encode(), anna.address)
    house.dovecot.kill()
    wait_for(lambda: "failed and starts anew" in serve.log.read_text())
    house.dovecot.start()
    house.postfix.kill()
    house.deliver(house.write(bo, QUESTION))
    wait_for(lambda: "takes nothing for" in serve.log.read_text())
    house.postfix.start()
    assert serve.end() == 0
    log = serve.log.read_text()
    assert "serving email" in log
    assert "message 1: answered" in log
    assert "stopped" in log
    for word in (*words, anna.login, bo.login, house.bot.login, house.bot.address, "test.invalid", "carla", "/mydata"):
        assert word.lower() not in log.lower(), word
    assert house.bot.password not in log
    assert "Traceback" not in log


def test_killed_again_and_again_it_loses_nothing(house: House, serve: Process) -> None:
    """What is killed between the text and the server's word on it may be sent again, with the same Message-ID."""
    people = [house.person() for _ in range(9)]
    for number, person in enumerate(people):
        house.deliver(house.write(person, QUESTION, Subject=f"Question {number}"))
        if number % 3 == 2:
            house.replies(people[number - 2], 1)
            serve.end(signal.SIGKILL)
            serve.start()
    for person in people:
        wait_for(lambda person=person: house.dovecot.letters(person))
    wait_for(lambda: not serve.record("select id from replies where state != 'sent'"))
    assert serve.record("select count(*) from messages") == [(9,)]
    assert serve.record("select count(*) from replies") == [(9,)]
    for person in people:
        got = house.dovecot.letters(person)
        assert len(got) <= 2
        assert len({letter["Message-ID"] for letter in got}) == 1


def test_a_second_one_beside_it_is_refused(house: House, serve: Process, tmp_path: Path) -> None:
    house.ask(house.person())
    told = tmp_path / "second.log"
    second = Process(house, tmp_path)
    second.log = told
    second.start()
    assert wait_for(lambda: second._process.poll() is not None and told.read_text())
    assert second._process.returncode == 1
    assert "Another callboard serves from this store" in told.read_text()
