"""Letters of a plan written down: deliveries, texts and bytes, Telegram links and calendar entries, a few statements for all."""

import hashlib
from collections.abc import Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from bot.model.campaign import address_key
from bot.model.delivery import Letter, wording
from bot.storage.appointments import invitation_values
from bot.storage.campaign_rows import brief
from bot.storage.campaign_schema import deliveries, letters
from bot.storage.engine import storable
from bot.storage.own_mails import link_digest
from bot.storage.return_schema import invitations, links


def person_of(letter: Letter) -> str:
    """By what a letter's recipient is known within the call."""
    return storable(letter.person) or address_key(storable(letter.address))


def write_letters(connection: sa.Connection, plan: sa.Row[Any], letters_: Sequence[Letter], secret: str) -> None:
    """Write down some letters of a plan, with all that belongs to them."""
    numbers = _write(connection, plan, letters_)
    _write_links(connection, secret, numbers, letters_)
    _write_entries(connection, plan, numbers, letters_)


def _write(connection: sa.Connection, plan: sa.Row[Any], letters_: Sequence[Letter]) -> dict[str, int]:
    """Deliveries with their letters; the number of each token."""
    rows = [
        {
            "campaign": plan.id,
            "call": plan.call,
            "kind": plan.kind,
            "row": one.row,
            "person": person_of(one),
            "address": storable(one.address),
            "name": brief(one.name),
            "language": one.language,
            "token": one.token,
            "revision": one.revision,
            "subject": storable(one.subject),
            "digest": hashlib.sha256(one.body).hexdigest(),
            "wording": wording(one.subject, one.text),
            "after": one.after,
            "state": "planned",
            "oddness": one.oddness,
            "oddities": storable(msgspec.json.encode(one.oddities).decode()),
        }
        for one in letters_
    ]
    connection.execute(deliveries.insert(), rows)
    written = sa.select(deliveries.c.token, deliveries.c.id).where(deliveries.c.campaign == plan.id)
    numbers = {row.token: row.id for row in connection.execute(written.where(deliveries.c.token.in_(_tokens(rows))))}
    bodies = [
        {"delivery": numbers[one.token], "text": storable(one.text), "body": one.body, "fields": _fields(one)}
        for one in letters_
    ]
    connection.execute(letters.insert(), bodies)
    return numbers


def _fields(letter: Letter) -> str:
    plain = {storable(name): storable(text) for name, text in letter.fields.items()}
    return msgspec.json.encode(plain).decode()


def _write_links(connection: sa.Connection, secret: str, numbers: dict[str, int], letters_: Sequence[Letter]) -> None:
    rows = [{"delivery": numbers[one.token], "digest": link_digest(secret, one.link)} for one in letters_ if one.link]
    if rows:
        connection.execute(links.insert(), rows)


def _write_entries(
    connection: sa.Connection, plan: sa.Row[Any], numbers: dict[str, int], letters_: Sequence[Letter]
) -> None:
    """The calendar entries that letters bring."""
    rows = [
        {"call": plan.call, "person": person_of(one), "delivery": numbers[one.token], "at": plan.planned}
        | invitation_values(one.invitation)
        for one in letters_
        if one.invitation is not None
    ]
    if rows:
        connection.execute(invitations.insert(), rows)


def _tokens(rows: Sequence[dict[str, object]]) -> list[object]:
    return [row["token"] for row in rows]
