"""Whether the record can be written, and what in it awaits a person."""

import shutil
from pathlib import Path

import sqlalchemy as sa

from bot.storage.campaign_schema import deliveries
from bot.storage.engine import reading
from bot.storage.schema import messages, replies
from bot.storage.store import NewerSchemaError, Store, newest_schema, open_store
from bot.usecases.diagnose import AilmentError

LITTLE = 200 * 2**20
"""Bytes of free disk below which the record is in danger."""


async def check_store(url: str) -> str:
    """Where the record is and how it fares; raises AilmentError."""
    shown = sa.make_url(url).render_as_string(hide_password=True)
    try:
        store = open_store(url)
    except NewerSchemaError as error:
        raise AilmentError(
            f"{shown} was written by a later Callboard (schema {error}; this one writes {newest_schema()})",
            "install that release, or restore a backup of this one's",
        ) from None
    except (sa.exc.SQLAlchemyError, OSError) as error:
        raise AilmentError(
            f"{shown} cannot be opened ({type(error).__name__})", "check store.url, its folder's rights, or the server"
        ) from None
    try:
        return f"{shown}, schema {newest_schema()}; {_free(url)}{_awaiting(store)}"
    finally:
        store.close()


def _free(url: str) -> str:
    file = sa.make_url(url).database
    if not url.startswith("sqlite") or not file or file == ":memory:":
        return ""
    free = shutil.disk_usage(Path(file).expanduser().parent).free
    if free < LITTLE:
        raise AilmentError(f"only {free >> 20} MB of disk are free", "make room: without it, messages are not taken in")
    return f"{free >> 30} GB free; "


def _awaiting(store: Store) -> str:
    """What is open, and what a person should know of."""
    state = sa.select(sa.func.count()).select_from(messages)
    reply = sa.select(sa.func.count()).select_from(replies)
    decisions = sa.select(sa.func.count()).select_from(deliveries)
    counts = {
        "messages": sa.select(sa.func.count()).select_from(messages),
        "to answer": state.where(messages.c.state == "received"),
        "to send": reply.where(replies.c.state.in_(("planned", "sending"))),
        "of unknown outcome": reply.where(replies.c.state == "unknown"),
        "refused": reply.where(replies.c.state == "refused"),
        "mails of campaigns of unknown outcome": decisions.where(deliveries.c.state == "unknown"),
        "failed": state.where(messages.c.reason == "failed"),
    }
    with reading(store.engine).connect() as connection:
        return ", ".join(f"{connection.scalar(count)} {name}" for name, count in counts.items())
