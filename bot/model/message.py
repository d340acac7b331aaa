"""What passes between a channel and the record: messages received, replies to send, and what became of them.

Knows no channel's formats: what an edge needs to answer in place stands in `context`, which only that edge reads.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.model.conversation import Citation, Matter, Told
from bot.model.hand_over import Step
from bot.model.own_mail import Booking
from bot.model.returned import Returned

Channel = Literal["telegram", "email"]

Form = Literal[
    "text",
    "edited",  # a text written anew by its author
    "choice",  # a button: `text` names the reply and the choice
    "photo",
    "file",
    "voice",
    "sticker",
    "other",  # a form that carries no text: a place, a contact, a poll, a game
    "unreadable",  # encrypted, or without any text
]

MessageState = Literal["received", "answered", "relayed", "ignored", "erased"]
"""`relayed` went to a person instead of being answered; `ignored` carries a reason; an erased message leaves its key, so that
it is never answered anew."""

ReplyState = Literal["planned", "sending", "sent", "unknown", "refused", "erased"]
"""`sending` is committed before the first byte of the text can leave; whatever is `sending` when its process is gone has an
outcome that cannot be known. An unknown reply goes out once more: a lost answer is worse than a double one (DESIGN.md 4)."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """A message as an edge read it.

    `key` is the same whenever the same message is read again; `place` is where it lies, if somebody may want to find it.
    `address` is whom a reply goes to: a mail address, or a chat, with the person's id after a slash in a group.
    `thread` is a token of ours that the message carries, `reacts_to` the reply of ours that it answers. `private` is false
    where others read along. `stop` is why it must not be answered ("" for a person's message). `returned` says what it is
    to a mail that told somebody their result, as far as the letter itself tells.
    """

    channel: Channel
    key: str
    address: str
    text: str
    received: datetime
    form: Form = "text"
    context: dict[str, str] | None = None
    thread: str = ""
    reacts_to: int | None = None
    private: bool = True
    language: str = ""
    attachments: tuple[str, ...] = ()
    stop: str = ""
    place: str = ""
    returned: Returned | None = None


@dataclass(frozen=True, slots=True)
class Received:
    """A message in the record, with what is known of its conversation.

    `first` says that no automatic reply was the last word to this address, `language` is the one last spoken with it ("" if
    unknown); `request` is the hand-over that the message names, as an answer of a coordinator does. `about` is the mail
    that told somebody their result (its delivery), if the message or an earlier one of its thread carries its token from its address.
    """

    id: int
    conversation: int
    incoming: Incoming
    first: bool
    language: str
    request: int | None = None
    about: int | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """A button: what it shows, and what pressing it says in the asker's place."""

    label: str
    says: str


@dataclass(frozen=True, slots=True)
class File:
    """A file that goes with a reply; one of type text/calendar is an entry for the reader's calendar (RFC 6047), of `method`."""

    name: str
    content: str
    type: str = "application/json"
    method: str = ""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message to send, as text; each edge formats and escapes for itself.

    `kind` is that of the answer, or "service" (the bot speaks of itself), "erased" (the last word to somebody who had
    everything erased), "to-coordinator", "person" (a person's words; `author` wrote them), "correction", "reminder", or
    "interviewer" (a calendar entry for somebody who interviews).
    `notice` says who writes and how to reach a person; each edge puts it where it belongs. `to` is the address if it is not
    that of the message it replies to, on the channel `via`, and `reply_to` where an answer shall go then; `hand_over` is the
    request that it belongs to.
    """

    text: str
    kind: str
    language: str
    choices: tuple[Choice, ...] = ()
    sources: tuple[str, ...] = ()
    citations: tuple[Citation, ...] = ()
    topics: tuple[str, ...] = ()
    matters: tuple[Matter, ...] = ()
    told: tuple[Told, ...] = ()
    notice: str = ""
    file: File | None = None
    subject: str = ""
    to: str = ""
    via: Channel = "email"
    reply_to: str = ""
    author: str = ""
    hand_over: int | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply in the record that is due: where it goes, in answer to what, and how often sending it was begun."""

    id: int
    channel: Channel
    address: str
    context: dict[str, str]
    thread: str
    body: Outgoing
    planned: datetime
    tries: int


@dataclass(frozen=True, slots=True)
class Sent:
    """The other side has it."""

    receipt: str = ""


@dataclass(frozen=True, slots=True)
class TryLater:
    """It surely does not have it, and may take it after `seconds`; `all` says that the whole channel must wait, `stop` that a person
    must look at it first (a refused login or sender, a certificate that is not accepted).
    """

    seconds: float
    reason: str
    all: bool = False
    stop: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """It will not take it, however often it is asked; `gone` says that the address is not to be written to at all."""

    reason: str
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Unknown:
    """It may have it or not."""

    reason: str


Outcome = Sent | TryLater | Refused | Unknown


@dataclass(frozen=True, slots=True)
class Settled:
    """What answering a message came to: the replies, or why there is none.

    `turn` is what the message said as a turn of the conversation ("" if it is none), `language` that of the conversation,
    `step` what it changes about a request to a person; a `blank` message's text is not kept. `booking` is claimed with it:
    if the slot is gone meanwhile, nothing is settled.
    """

    state: MessageState
    reason: str = ""
    turn: str = ""
    language: str = ""
    replies: tuple[Outgoing, ...] = ()
    knowledge: str = ""
    step: Step | None = None
    blank: bool = False
    booking: Booking | None = None


ONCE = ("correction", "reminder")
"""Kinds of message that leave at most once: in doubt they are shown as unknown, and a person decides."""
DOUBTS = 2
"""Unknown outcomes after which a reply is shown as unknown: it is sent once more, not oftener."""
CRASHES = 5
"""The same for outcomes unknown because the process itself was killed, which may happen to the same reply by chance."""
