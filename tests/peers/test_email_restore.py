"""A record restored from an older backup: what was answered since is known by the mailbox, and not answered again."""

from pathlib import Path

import email_program
import pytest
from daemons import wait_for
from email_program import Callboard, House, plain

from bot.storage.backup import read_backup, write_backup
from bot.storage.store import open_store

house = email_program.house


def test_what_was_answered_since_the_backup_is_not_answered_again(
    house: House, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    anna, file = house.person(), tmp_path / "backup.jsonl"
    with Callboard(house, monkeypatch) as callboard:
        house.ask(anna)
        wait_for(lambda: {r"\Seen", r"\Answered"} in house.flags())
        url = callboard.config.store.url
        store = open_store(url)
        write_backup(store, file)
        house.ask(anna, "Which documents do I need?")
        wait_for(lambda: house.flags().count({r"\Seen", r"\Answered"}) == 2)
    with store.engine.begin() as connection:  # the disk broke: the restored record knows nothing of the second letter
        for table in ("replies", "messages", "conversations", "mailboxes"):
            connection.exec_driver_sql(f"DELETE FROM {table}")
    read_backup(store, file)
    store.close()
    with Callboard(house, monkeypatch) as callboard:
        house.ask(anna, "Who supervises TrustSeg?")
        callboard.settled(2)
    assert len(house.dovecot.letters(anna)) == 3
    assert "Speidel" in plain(house.dovecot.letters(anna)[-1])
