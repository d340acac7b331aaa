"""What came back, written down with its message: which delivery it belongs to, and what it proves.

A token or a calendar entry's uid proves, of a mail that left; an address alone is a perhaps. Nothing of it shows in the message's own
row but `about`, and that only where the letter carries the token and comes from, and answers go to, the mail's own address, which is
its person's still. A reply with a token is written down whether the token is known or not: nobody can tell by how long it takes.
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from bot.model.campaign import address_key
from bot.model.message import Incoming
from bot.model.returned import Returned
from bot.storage.bookings import LEFT
from bot.storage.campaign_rows import brief
from bot.storage.campaign_schema import deliveries, tracks
from bot.storage.engine import storable
from bot.storage.return_schema import invitations, panel, returns
from bot.storage.returns import bounce, lock_mails, log_bounce
from bot.storage.same_person import STILL_THEIRS

RECENT = timedelta(days=30)
"""A mail that left longer ago is not guessed at by its address."""
REPORTS = ("failed", "delayed")
GUESSED = (*REPORTS, "away")
_COLUMNS = ("id", "campaign", "row", "address", "began", "state")
_LEFT = (deliveries.c.state.in_(LEFT), deliveries.c.address != "")
_MAILS = sa.select(*(deliveries.c[name] for name in _COLUMNS), STILL_THEIRS.label("theirs")).where(*_LEFT)
"""Those that left, and are not forgotten."""


@dataclass(frozen=True, slots=True)
class Match:
    """A mail that a letter belongs to; without proof it only may. `about`: its writer may be told about it."""

    mail: sa.Row[Any]
    proven: bool
    about: int | None = None


def find_mail(connection: sa.Connection, incoming: Incoming) -> Match | None:
    """The mail that a letter came back for."""
    returned = incoming.returned
    if returned is None:
        return None
    if returned.token:
        mail = connection.execute(_MAILS.where(deliveries.c.token == storable(returned.token))).one_or_none()
        if mail is not None:
            return _by_token(mail, incoming, returned)
    if returned.kind == "calendar" and returned.uid:
        return _by_entry(connection, returned)
    if returned.kind in GUESSED and not returned.token and not _is_of_ours(incoming):
        return _by_address(connection, incoming, returned)
    return None


def _by_token(mail: sa.Row[Any], incoming: Incoming, returned: Returned) -> Match:
    if returned.kind != "reply":
        return Match(mail, proven=True)
    writers = {address_key(one) for one in (incoming.address, *returned.addresses)}
    own = mail.theirs and writers == {address_key(mail.address)}
    return Match(mail, own, mail.id if own else None)


def _by_entry(connection: sa.Connection, returned: Returned) -> Match | None:
    """By a calendar's answer to an entry; interviewers' calendars answer to entries of the same uid."""
    uid = storable(returned.uid)
    writers = {address_key(one) for one in returned.addresses}
    on_panel = connection.scalars(sa.select(panel.c.address).where(panel.c.uid == uid))
    if writers & {address_key(one) for one in on_panel}:
        return None
    brought_by = sa.func.coalesce(invitations.c.delivery, invitations.c.invited)
    last = _MAILS.join(invitations, brought_by == deliveries.c.id).where(invitations.c.uid == uid)
    mail = connection.execute(last.order_by(invitations.c.id.desc()).limit(1)).one_or_none()
    return Match(mail, address_key(mail.address) in writers) if mail is not None else None


def _by_address(connection: sa.Connection, incoming: Incoming, returned: Returned) -> Match | None:
    keys = sorted({address_key(storable(one)) for one in returned.addresses} - {""})
    recent = (tracks.c.address.in_(keys), deliveries.c.began >= incoming.received - RECENT)
    newest = _MAILS.join(tracks, tracks.c.delivery == deliveries.c.id).where(*recent)
    chosen = newest.order_by(deliveries.c.began.desc(), deliveries.c.id.desc()).limit(1)
    mail = connection.execute(chosen).one_or_none() if keys else None
    return Match(mail, proven=False) if mail is not None else None


def _is_of_ours(incoming: Incoming) -> bool:
    """Whether it belongs to another letter of ours: a reply, or a request to a person."""
    return bool(incoming.thread) or incoming.reacts_to is not None


def _is_kept(incoming: Incoming, returned: Returned) -> bool:
    """Whether something is written down that belongs to no mail."""
    if returned.kind == "reply":
        return bool(returned.token)
    return returned.kind in REPORTS and not _is_of_ours(incoming)


def bounce_mail(connection: sa.Connection, incoming: Incoming, match: Match | None) -> bool:
    """End the delivery of a proven failure; one that is on its way still is left to `Returns.settle`."""
    returned = incoming.returned
    if returned is None or match is None or not match.proven or returned.kind != "failed":
        return False
    lock_mails(connection, [match.mail])
    return bounce(connection, match.mail.id, brief(returned.status, 16), brief(returned.detail))


def write_return(
    connection: sa.Connection, message: int, incoming: Incoming, match: Match | None, *, bounced: bool
) -> None:
    """Write down what came back; of what belongs to no mail, reports, and replies with a token (which are listed nowhere)."""
    returned = incoming.returned
    if returned is None or (match is None and not _is_kept(incoming, returned)):
        return
    if match is None and returned.kind == "reply":
        returned = replace(returned, addresses=(), detail="")  # nobody is told of it
    own = address_key(match.mail.address) if match is not None else ""
    address = next((one for one in returned.addresses if address_key(one) == own), next(iter(returned.addresses), ""))
    values = {
        "at": incoming.received,
        "kind": returned.kind,
        "delivery": match.mail.id if match is not None else None,
        "proven": match is not None and match.proven,
        "message": message,
        "address": brief(address),
        "status": brief(returned.status, 16),
        "says": brief(returned.says, 16),
        "detail": brief(returned.detail),
    }
    connection.execute(returns.insert().values(**values))
    if bounced and match is not None:
        log_bounce(connection, match.mail, brief(returned.status, 16), incoming.received)
