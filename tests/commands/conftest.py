"""Desks of coordinators, with a mail server and without."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from campaigns_desk import Desk
from smtp_server import SmtpServer


@pytest.fixture
def server() -> Iterator[SmtpServer]:
    with SmtpServer() as running:
        yield running


@pytest.fixture
def desk(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], server: SmtpServer, monkeypatch: pytest.MonkeyPatch
) -> Desk:
    monkeypatch.chdir(tmp_path)
    made = Desk(tmp_path, capsys, server)
    made.configure()
    return made


@pytest.fixture
def alone(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Without a mail server."""
    monkeypatch.chdir(tmp_path)
    made = Desk(tmp_path, capsys)
    made.configure()
    return made
