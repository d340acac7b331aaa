"""What comes back for a mail that told somebody their result: failures, delays, absences, calendar answers, replies.

Knows the kinds and what each says. Does not know letters (`correspondence/returned.py`) or storage.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Literal

ReturnKind = Literal["failed", "delayed", "away", "calendar", "reply"]
"""`failed` for good and `delayed` are a server's reports (RFC 3464, 2.3.3); `away` an absence note; `calendar` a calendar's answer to
an entry (RFC 5546, 3.2.3); `reply` a person's letter."""


@dataclass(frozen=True, slots=True)
class Returned:
    """A letter that came back, as it was read.

    `token` is that of the mail it answers or quotes, "" if it carries none; `uid` that of a calendar entry. `addresses` are those
    that failed or are delayed, else the writer's; `status` the code of RFC 3463, as in 5.1.1, "" if unknown; `says` a calendar's
    "accepted", "declined" or "tentative"; `detail` the server's words, or the subject. Anybody can write such a letter: only the token
    proves that the mail came to its writer, or to a server on the way.
    """

    kind: ReturnKind
    token: str = ""
    uid: str = ""
    addresses: tuple[str, ...] = ()
    status: str = ""
    says: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Return:
    """A return in the record.

    `delivery` is the mail it belongs to, None if unmatched; `proven` says that it carries that mail's token (and, for a person's reply,
    was written from its address), otherwise it only may belong there. `by` handled it (`handled` when).
    """

    id: int
    at: dt.datetime
    kind: ReturnKind
    delivery: int | None
    proven: bool
    address: str = ""
    status: str = ""
    says: str = ""
    detail: str = ""
    handled: dt.datetime | None = None
    by: str = ""
