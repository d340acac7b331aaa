"""Settings of the Telegram channel."""

from msgspec import Struct

OFFICIAL = "https://api.telegram.org"


class WebhookSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where Telegram delivers messages, instead of being asked for them.

    `url` is the public address (https); Callboard listens on `listen`:`port` behind a proxy that holds the certificate.
    """

    url: str
    listen: str = "127.0.0.1"
    port: int = 8443


class TelegramSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The Bot API's address (one's own server, if it is not Telegram's) and the way messages come.

    `coordinators_chat` is the number of the coordinators' group, in which requests to a person are posted and answered. `name` is the
    bot's own, for links in mails that invite to choose a time (https://core.telegram.org/api/links#bot-links); "" leaves them out.
    """

    api_url: str = OFFICIAL
    webhook: WebhookSettings | None = None
    coordinators_chat: int | None = None
    name: str = ""
