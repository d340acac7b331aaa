"""Whose mail it is: mails that left, as their recipients may be told about them; and the links by which a chat proves to be theirs.

Of a link only a keyed digest is kept. No such link, a mail that did not leave and another chat's link are one answer, by one statement.
"""

import hashlib
import hmac
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from bot.model.campaign import COUNTS, REACTIONS, address_key
from bot.model.delivery import UNTOLD
from bot.model.own_mail import OwnMail
from bot.storage.appointments import stand_of
from bot.storage.bookings import LEFT
from bot.storage.campaign_rows import DELIVERY
from bot.storage.campaign_schema import deliveries, letters, tracks
from bot.storage.engine import reading
from bot.storage.return_schema import links
from bot.storage.same_person import STILL_THEIRS, TOLD, entries_of
from bot.storage.schema import conversations

_ZONE = "zone"
_LEFT = (deliveries.c.state.in_(LEFT), deliveries.c.address != "")
"""Those that left, and are not forgotten."""
_THEIRS = (*_LEFT, STILL_THEIRS)
"""Those of them whose address is their person's still: a letter that went to a wrong one is its reader's, not the person's."""
_MAILS = (
    sa.select(*DELIVERY, deliveries.c.call, deliveries.c.kind, letters.c.fields, tracks.c.id.label("number"))
    .outerjoin(letters, letters.c.delivery == deliveries.c.id)
    .join(tracks, tracks.c.delivery == deliveries.c.id)
    .where(*_THEIRS)
)


class OwnMails:
    """Mails that left, as their recipients see them."""

    def __init__(self, engine: sa.Engine, secret: str) -> None:
        self._engine = engine
        self._reading = reading(engine)
        self._secret = secret

    def mail(self, delivery: int) -> OwnMail | None:
        """A mail that left, by its number."""
        with self._reading.connect() as connection:
            return _first(connection, _MAILS.where(deliveries.c.id == delivery))

    def fields(self, call: str) -> dict[int, dict[str, str]]:
        """The template's fields, as given, of a call's mails that left, by the mail's number."""
        chosen = sa.select(letters.c.delivery, letters.c.fields).join(deliveries, deliveries.c.id == letters.c.delivery)
        with self._reading.connect() as connection:
            rows = connection.execute(chosen.where(deliveries.c.call == call, *_LEFT)).all()
        return {row.delivery: _fields(row.fields)[0] for row in rows}

    def of_chat(self, conversation: int) -> OwnMail | None:
        """The mail whose link this chat used last."""
        with self._reading.connect() as connection:
            return _first(connection, _of_chat(conversation))

    def bind(self, link: str, conversation: int, now: datetime) -> OwnMail | None:
        """Bind a mail's link to the first chat that uses it; None if there is no such link, or another chat has it."""
        mine = (links.c.digest == link_digest(self._secret, link), *_unbound(conversation))
        with self._engine.begin() as connection:
            chat = sa.select(conversations.c.id).where(conversations.c.id == conversation)
            if connection.scalar(chat.with_for_update(read=True, key_share=True)) is None:
                return None
            bound = connection.execute(links.update().where(*mine).values(conversation=conversation, bound=now))
            if bound.rowcount != 1:
                return None
            return _first(connection, _of_chat(conversation, links.c.digest == link_digest(self._secret, link)))


def link_digest(secret: str, word: str) -> str:
    """What is kept of a link's word (RFC 2104)."""
    words = f"link\0{word}".encode("utf-8", "surrogatepass")
    return hmac.new(secret.encode(), words, hashlib.sha256).hexdigest()


def _unbound(conversation: int) -> tuple[sa.ColumnElement[bool], sa.ColumnElement[bool]]:
    """Bound to nobody so far, or to this chat; a chat that was forgotten leaves its link used."""
    nobodys = sa.and_(links.c.conversation.is_(None), links.c.bound.is_(None))
    left = sa.select(deliveries.c.id).where(*_THEIRS)
    return sa.or_(nobodys, links.c.conversation == conversation), links.c.delivery.in_(left)


def _of_chat(conversation: int, *which: sa.ColumnElement[bool]) -> sa.Select[Any]:
    mine = _MAILS.join(links, links.c.delivery == deliveries.c.id).where(links.c.conversation == conversation, *which)
    return mine.order_by(links.c.bound.desc(), deliveries.c.id.desc()).limit(1)


def _first(connection: sa.Connection, chosen: sa.Select[Any]) -> OwnMail | None:
    row = connection.execute(chosen).first()
    if row is None:
        return None
    keys = {row.person, address_key(row.address)}
    entries = entries_of(connection, row.call, keys)
    keys |= {key for entry in entries for key in (entry.person, entry.address)}
    later = [entry.what for entry in entries if entry.id > row.number and (entry.state or "") in TOLD]
    stand = stand_of(connection, row.call, keys, entries)
    unclear = row.state in UNTOLD or (stand is not None and stand.since(row.id))
    fields, zone = _fields(row.fields)
    return OwnMail(
        delivery=row.id,
        campaign=row.campaign,
        call=row.call,
        kind=row.kind,
        person=row.person,
        address=row.address,
        name=row.name,
        language=row.language,
        subject=row.subject,
        told=row.finished or row.began,
        zone=zone,
        fields=fields,
        appointment=stand.appointment if stand and not stand.unclear else None,
        superseded=unclear or any(what in COUNTS and what not in REACTIONS for what in later),
        unclear=unclear,
        recorded=next((what for what in reversed(later) if what in REACTIONS), None),
    )


def _fields(written: str | None) -> tuple[dict[str, str], str]:
    """The fields, and the zone that is kept with them."""
    fields = msgspec.json.decode(written or "{}", type=dict[str, str])
    return fields, fields.pop(_ZONE, "")
