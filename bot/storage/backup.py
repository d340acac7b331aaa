"""The record copied to a file and back, while the program runs, from either engine to either.

A backup is lines of JSON: a head, a line a row, an end that counts them. What a restored record cannot know is not acted on: replies
and deliveries that were open are shown as unknown, campaigns are paused, messages that were unanswered are left to a person, and
whoever had everything erased since the backup is forgotten again. The file holds personal data: it is readable by its owner only.
"""

import base64
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

import sqlalchemy as sa

from bot.model.delivery import OPEN
from bot.storage.campaign_schema import campaigns, deliveries
from bot.storage.engine import Moment, reading, scrub
from bot.storage.hand_over_steps import erase_requests
from bot.storage.people import blank
from bot.storage.schema import conversations, erasures, mailboxes, messages, metadata, replies
from bot.storage.store import Store, newest_schema

FORM = "callboard-backup-1"
OUTCOME = "open when the backup was made"


class BrokenBackupError(Exception):
    """The file is no backup, not whole, or of another schema; nothing was changed."""


def write_backup(store: Store, file: Path) -> int:
    """Copy the record as it is at this moment; how many rows. The file appears only when it is whole."""
    part = file.with_name(f"{file.name}.part")
    count = 0
    engine = reading(store.engine)
    if engine.dialect.name == "postgresql":
        engine = engine.execution_options(isolation_level="REPEATABLE READ")
    with _private(part) as out, engine.connect() as connection:
        _line(out, {"form": FORM, "schema": newest_schema(), "made": datetime.now(UTC).isoformat()})
        for table in metadata.sorted_tables:
            for row in connection.execute(sa.select(table)):
                _line(out, {"table": table.name, "row": {key: _plain(value) for key, value in row._mapping.items()}})
                count += 1
        _line(out, {"rows": count})
        out.flush()
        os.fsync(out.fileno())
    part.replace(file)
    return count


def read_backup(store: Store, file: Path) -> int:
    """Put a backup in the record's place, in one transaction; how many rows. Raises BrokenBackupError."""
    head, rows = _whole(file)
    made = datetime.fromisoformat(head["made"])
    with store.engine.begin() as connection:
        forgotten = {
            row.digest: row.erased for row in connection.execute(sa.select(erasures).where(erasures.c.erased >= made))
        }
        progress = connection.execute(sa.select(mailboxes)).all()
        for table in reversed(metadata.sorted_tables):
            connection.execute(table.delete())
        for table in metadata.sorted_tables:
            mine = [_typed(table, row) for name, row in rows if name == table.name]
            if mine:
                connection.execute(table.insert(), mine)
            _go_on_counting(connection, table)
        _leave_to_people(connection)
        _forget_again(connection, store, forgotten)
        for row in progress:
            further = (mailboxes.c.name == row.name, mailboxes.c.uidvalidity == row.uidvalidity)
            behind = mailboxes.c.last_uid < row.last_uid
            connection.execute(mailboxes.update().where(*further, behind).values(last_uid=row.last_uid))
    scrub(store.engine)
    return len(rows)


def _whole(file: Path) -> tuple[dict[str, Any], list[tuple[str, dict[str, Any]]]]:
    try:
        with file.open(encoding="utf-8") as lines:
            entries = [json.loads(line) for line in lines]
    except (OSError, ValueError) as error:
        raise BrokenBackupError(f"{file} cannot be read as a backup ({error})") from None
    if len(entries) < 2 or not isinstance(entries[0], dict) or entries[0].get("form") != FORM:
        raise BrokenBackupError(f"{file} is no backup of Callboard")
    head, rows, end = entries[0], entries[1:-1], entries[-1]
    if end != {"rows": len(rows)}:
        raise BrokenBackupError(f"{file} is not whole: its end is missing")
    if head["schema"] != newest_schema():
        raise BrokenBackupError(
            f"{file} has schema {head['schema']}, this Callboard writes {newest_schema()}:"
            " restore it with the release that made it, then upgrade"
        )
    return head, [(entry["table"], entry["row"]) for entry in rows]


def _leave_to_people(connection: sa.Connection) -> None:
    open_reply = replies.update().where(replies.c.state.in_(("planned", "sending")))
    connection.execute(open_reply.values(state="unknown", outcome=OUTCOME))
    unanswered = messages.update().where(messages.c.state == "received")
    connection.execute(unanswered.values(state="ignored", reason=OUTCOME))
    _pause(connection)


def _pause(connection: sa.Connection) -> None:
    """Leave campaigns to people: what was approved or sent since the backup is not known; half a plan is nothing."""
    connection.execute(campaigns.delete().where(campaigns.c.state == "planning"))
    under_way = deliveries.c.state.in_(OPEN)
    going = campaigns.c.state.in_(("planned", "approved", "sending"))
    again = (campaigns.c.state == "finished") & campaigns.c.id.in_(sa.select(deliveries.c.campaign).where(under_way))
    connection.execute(campaigns.update().where(going | again).values(state="paused", note=OUTCOME))
    connection.execute(deliveries.update().where(under_way).values(state="unknown", outcome=OUTCOME, worker=""))


def _forget_again(connection: sa.Connection, store: Store, forgotten: dict[str, datetime]) -> None:
    for row in connection.execute(sa.select(conversations)).all() if forgotten else ():
        digest = store.inbox.digest(row.channel, row.address)
        if digest in forgotten:
            blank(connection, messages.c.conversation == row.id)
            requests = erase_requests(connection, [row.id])
            blank(connection, messages.c.hand_over.in_(requests))
            connection.execute(conversations.delete().where(conversations.c.id == row.id))
    known = set(connection.scalars(sa.select(erasures.c.digest)))
    again = [{"digest": digest, "erased": when} for digest, when in forgotten.items() if digest not in known]
    if again:
        connection.execute(erasures.insert(), again)


def _go_on_counting(connection: sa.Connection, table: sa.Table) -> None:
    """PostgreSQL counts ids apart from the rows."""
    if connection.dialect.name == "postgresql" and "id" in table.c:
        highest = connection.scalar(sa.select(sa.func.max(table.c.id)))
        if highest is not None:
            connection.execute(sa.select(sa.func.setval(sa.func.pg_get_serial_sequence(table.name, "id"), highest)))


def _typed(table: sa.Table, row: dict[str, Any]) -> dict[str, Any]:
    return {key: _read(table.c[key].type, value) for key, value in row.items()}


def _read(kind: sa.types.TypeEngine[Any], value: Any) -> Any:
    if isinstance(kind, Moment) and value:
        return datetime.fromisoformat(value)
    return base64.b64decode(value) if isinstance(kind, sa.LargeBinary) else value


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value.isoformat() if isinstance(value, datetime) else value


def _line(out: TextIO, entry: dict[str, Any]) -> None:
    out.write(json.dumps(entry, ensure_ascii=False) + "\n")


def _private(file: Path) -> TextIO:
    """A new file that its owner alone can read."""
    file.unlink(missing_ok=True)
    return os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8")
