"""Settings of the email channel: the mailbox that is read, the server that sends."""

import ssl
from typing import Literal

from msgspec import Struct

Security = Literal["tls", "starttls", "none"]


class ImapSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The mailbox that is read.

    `port` 0 means the usual one. `done` is a folder for letters that are done with; without it they are marked as read, and as
    answered, where they lie. `idle_seconds` is how long the server is trusted to tell of new letters before it is asked whether it
    still lives. In a mailbox never seen before, unread letters of the last `first_hours` are answered and older ones left alone.
    """

    host: str
    user: str
    port: int = 0
    security: Security = "tls"
    folder: str = "INBOX"
    done: str | None = None
    ca_file: str | None = None
    idle_seconds: int = 120
    first_hours: int = 24


class SmtpSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The server that sends, and as whom.

    Without `user` no AUTH is tried. `replies_per_day` is how often one address is answered automatically a day, `per_minute` how many
    letters leave a minute.
    """

    host: str
    address: str
    port: int = 0
    security: Security = "starttls"
    user: str | None = None
    name: str = ""
    ca_file: str | None = None
    per_minute: int = 60
    replies_per_day: int = 10


def tls_context(ca_file: str | None) -> ssl.SSLContext:
    """A context that verifies certificates and names, by the system's authorities or those in `ca_file`."""
    return ssl.create_default_context(cafile=ca_file)
