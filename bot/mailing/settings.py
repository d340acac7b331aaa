"""Settings of campaigns: how many must agree, how long records are kept, what the relay allows, who signs."""

from msgspec import Struct


class RelaySettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the relay takes, 0 meaning that it does not say: mails in a minute, an hour and a day, connections at once, logins a day.

    `profile` is the name of a known relay (`mailing/pacing.py`), whose numbers stand where these are left out.
    """

    profile: str = ""
    per_minute: int | None = None
    per_hour: int | None = None
    per_day: int | None = None
    connections: int | None = None
    logins_per_day: int | None = None


class DkimSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Signing of letters (RFC 6376), where the relay does not sign: the domain, its selector, and the file of the private key (PEM)."""

    domain: str
    selector: str
    key_file: str


class CampaignSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How coordinators tell people their result.

    `approvals` is how many people must agree, the planner included: 2, or 1 for a school with one coordinator, who then approves at the
    earliest `wait_minutes` after looking at the plan. `keep_days` is how long after a call's end deliveries are kept. `sign` is the line
    below a letter's greeting; `failures` in a row pause a campaign. A booked interview may be moved by the applicant until `move_hours`
    before it begins. `mailbox` is the folder (Maildir) that mails go to where no mail
    server is configured.
    """

    approvals: int = 2
    wait_minutes: int = 10
    keep_days: int = 183
    sign: str = ""
    failures: int = 20
    move_hours: int = 24
    mailbox: str | None = None
    relay: RelaySettings = RelaySettings()
    dkim: DkimSettings | None = None
