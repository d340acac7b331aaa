"""A mail that told somebody their result, as its recipient may be told about it again.

Made only for whoever proved to be its recipient: by the mail's token from its address, or from the chat that first used its link.
"""

import datetime as dt
from dataclasses import dataclass, field

from bot.model.campaign import Kind, Reaction
from bot.model.slot import Appointment, Slot


@dataclass(frozen=True, slots=True)
class OwnMail:
    """What its recipient was told. `delivery` is its number; `person` is `Recipient.key`; `zone` theirs (IANA, "" if unknown).

    `fields` are the template's fields as they were given (times as typed in, on the call's clock); `appointment` where their interview
    stands now; `superseded` says that they were told something later, `recorded` what they did since. `unclear` (it is superseded,
    too) says that only a person knows what holds: the mail is noted as come back, or a later one that changed their interview was.
    """

    delivery: int
    campaign: int
    call: str
    kind: Kind
    person: str
    address: str
    name: str
    language: str
    subject: str
    told: dt.datetime
    zone: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    appointment: Appointment | None = None
    superseded: bool = False
    unclear: bool = False
    recorded: Reaction | None = None


@dataclass(frozen=True, slots=True)
class Booking:
    """A slot that somebody picks by a message: claimed in the transaction that settles the message, or not at all.

    `sequence` and `uid` are those of the calendar entry that the reply carries.
    """

    mail: OwnMail
    slot: Slot
    uid: str
    sequence: int
