"""The record's tables: as the code names them, brought up to date with what they hold, never touched if they are newer."""

import re
import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext

from bot.storage import migrations, store
from bot.storage.engine import open_engine
from bot.storage.schema import metadata
from bot.storage.store import NewerSchemaError, newest_schema, open_store, schema_version
from tests.storage.record import NOW, answer, empty, letter, rows, send

ORIGINAL = Path(next(iter(migrations.__path__)))
LATER = '''
import sqlalchemy as sa
from alembic import op

revision = "9999"
down_revision = "{before}"


def upgrade():
    """Tables that others refer to are changed, so that SQLite makes them anew."""
    for table, column in (("conversations", "address"), ("messages", "place")):
        with op.batch_alter_table(table) as batch:
            batch.alter_column(column, type_=sa.String(500), existing_type=sa.String())
            batch.add_column(sa.Column("colour", sa.String(8), server_default="red", nullable=False))
{more}
'''
Release = Callable[..., None]


@pytest.fixture
def later_release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Release:
    """From now on Callboard is a release with one more migration; `more` are lines for its end."""

    def make(more: str = "") -> None:
        folder = tmp_path / "migrations"
        shutil.copytree(ORIGINAL, folder, ignore=shutil.ignore_patterns("__pycache__"))
        script = LATER.format(before=newest_schema(), more=more)
        (folder / "versions" / "r9999_later.py").write_text(script, encoding="utf-8")
        config = Config()
        config.set_main_option("script_location", str(folder).replace("%", "%%"))
        monkeypatch.setattr(store, "_alembic", lambda: config)

    return make


def version(url: str) -> str | None:
    engine = open_engine(url)
    with engine.connect() as connection:
        found = schema_version(connection)
    engine.dispose()
    return found


def differ(*compared: Any) -> bool:
    """Whether two defaults differ but for quotes and casts."""
    found, _, wanted = compared[-3:]
    plain = [re.sub(r"::.*|['()]", "", default or "") for default in (found, wanted)]
    return len({"false" if default == "0" else default for default in plain}) > 1


def test_the_tables_are_as_the_code_names_them(url: str) -> None:
    assert version(url) is None
    with closing(open_store(url)) as opened, opened.engine.connect() as connection:
        options = {"compare_type": True, "compare_server_default": differ}
        assert compare_metadata(MigrationContext.configure(connection, opts=options), metadata) == []
        assert set(sa.inspect(connection).get_table_names()) == {*metadata.tables, "alembic_version"}
    assert version(url) == newest_schema()


def test_opening_again_changes_nothing(url: str) -> None:
    with closing(open_store(url)) as opened:
        answer(opened, letter(key="known"))
        secret = rows(opened, "settings")
    with closing(open_store(url)) as opened:
        assert rows(opened, "settings") == secret
        assert not opened.inbox.receive(letter(key="known"))


def test_an_older_record_is_migrated_with_what_it_holds(url: str, later_release: Release) -> None:
    with closing(open_store(url)) as opened:
        answer(opened, letter("answered", key="known"))
        send(opened)
        opened.inbox.receive(letter("open"))
        opened.mailboxes.advance("INBOX", 1, 2, NOW)
        before = [rows(opened, table) for table in ("messages", "replies", "conversations", "mailboxes", "settings")]
    later_release()
    with closing(open_store(url)) as opened:
        after = [rows(opened, table) for table in ("messages", "replies", "conversations", "mailboxes", "settings")]
        assert after == before
        assert len(after[1]) == 1
        with opened.engine.connect() as connection:
            assert connection.scalar(sa.text("SELECT colour FROM messages")) == "red"
            checked = connection.exec_driver_sql
            if opened.engine.dialect.name == "sqlite":
                assert checked("PRAGMA foreign_keys").scalar() == 1, "the connection is used again"
                assert checked("PRAGMA foreign_key_check").all() == []
        assert not opened.inbox.receive(letter(key="known"))
        empty(opened)
    assert version(url) == "9999"


@pytest.mark.parametrize(
    "more",
    ["    raise RuntimeError", "    op.execute('UPDATE messages SET conversation = 77')"],
    ids=["fails", "tears"],
)
def test_a_migration_that_fails_leaves_the_record_as_it_was(url: str, later_release: Release, more: str) -> None:
    with closing(open_store(url)) as opened:
        answer(opened, letter())
        before, known = rows(opened, "messages"), newest_schema()
    later_release(more)
    with pytest.raises((RuntimeError, sa.exc.IntegrityError)):
        open_store(url)
    assert version(url) == known
    engine = open_engine(url)
    with engine.connect() as connection:
        assert "colour" not in {column["name"] for column in sa.inspect(connection).get_columns("messages")}
        assert len(connection.execute(sa.text("SELECT * FROM messages")).all()) == len(before)
    engine.dispose()


def test_a_record_of_a_later_release_is_not_touched(
    url: str, later_release: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    later_release()
    with closing(open_store(url)) as opened:
        answer(opened, letter())
    monkeypatch.undo()
    file = sa.make_url(url).database if url.startswith("sqlite") else None
    before = Path(file).read_bytes() if file else b""
    with pytest.raises(NewerSchemaError, match="9999"):
        open_store(url)
    assert version(url) == "9999"
    assert not file or Path(file).read_bytes() == before
