"""The program's settings, from config.yaml, as a frozen Config, and its secrets, from the environment; all mistakes at once.

Knows the keys of config.example.yaml, which of them need each other, and where knowledge and templates are looked for. What the
keys of a section mean is told where they are used.
"""

import difflib
import os
import re
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import msgspec
from msgspec import Struct
from platformdirs import user_data_path

from bot.channels.email.settings import ImapSettings, SmtpSettings
from bot.channels.telegram.settings import TelegramSettings
from bot.correspondence.composing import written
from bot.files.yaml_lines import Document, KnowledgeError, Mistake, Path_, convert, read_document
from bot.mailing.pacing import profile
from bot.mailing.settings import CampaignSettings
from bot.model.campaign import RIGHTS
from bot.model.hand_over import Coordinator
from bot.storage.settings import StoreSettings

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
LANGUAGES = ("en", "de")
"""Languages in which coordinators are written to."""
LOOPBACK = ("localhost", "127.0.0.1", "::1")
_BOT = re.compile(r"[A-Za-z][A-Za-z0-9_]{3,31}")


class HandOverSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How requests to a person are attended to.

    `answer_days` is what applicants are told to expect (0: nothing); reminders come every `remind_hours` while nobody answers, at
    most `reminders` of them.
    """

    answer_days: int = 0
    remind_hours: int = 24
    reminders: int = 3


class RoutineSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What `serve` does by itself: a report by mail on a day of the week, and a daily look at the calls' pages (call: address)."""

    weekly_report: Weekday | None = None
    pages: dict[str, str] = {}


class Config(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings of a Callboard. Paths are relative to the config file; None means the folder found by `find_folder`."""

    knowledge: str | None = None
    templates: str | None = None
    store: StoreSettings = StoreSettings()
    telegram: TelegramSettings = TelegramSettings()
    imap: ImapSettings | None = None
    smtp: SmtpSettings | None = None
    coordinators: tuple[Coordinator, ...] = ()
    hand_over: HandOverSettings = HandOverSettings()
    routines: RoutineSettings = RoutineSettings()
    campaigns: CampaignSettings = CampaignSettings()


@dataclass(frozen=True, slots=True)
class Secrets:
    """What only the environment tells; "" where it does not."""

    telegram_token: str = ""
    telegram_secret: str = ""
    imap_password: str = ""
    smtp_password: str = ""
    store_url: str = ""


VARIABLES = {
    "telegram_token": "CALLBOARD_TELEGRAM_TOKEN",
    "telegram_secret": "CALLBOARD_TELEGRAM_SECRET",
    "imap_password": "CALLBOARD_IMAP_PASSWORD",
    "smtp_password": "CALLBOARD_SMTP_PASSWORD",
    "store_url": "CALLBOARD_STORE_URL",
}


def load_secrets(environment: Mapping[str, str] = os.environ) -> Secrets:
    """The secrets of the environment."""
    return Secrets(**{name: environment.get(variable, "").strip() for name, variable in VARIABLES.items()})


def load_config(file: Path | None) -> Config:
    """The settings in `file`, or the defaults without one; raises KnowledgeError with every mistake."""
    if file is None:
        return Config()
    mistakes: list[Mistake] = []
    document = read_document(file, mistakes)
    value = {} if document.value is None else document.value
    _check(document, (), value, Config, mistakes)
    known: Config | None = convert(document, (), value, Config, mistakes) if not mistakes else None
    if known is not None:
        config = _from_folder(known, file)
        _check_together(document, config, mistakes)
        if not mistakes:
            return config
    raise KnowledgeError(sorted(mistakes, key=lambda mistake: mistake.line))


def _from_folder(config: Config, file: Path) -> Config:
    """The settings with paths as seen from the folder in which they stand."""
    replace = msgspec.structs.replace
    imap, smtp, campaigns = config.imap, config.smtp, config.campaigns
    dkim = campaigns.dkim
    return replace(
        config,
        knowledge=_beside(file, config.knowledge),
        templates=_beside(file, config.templates),
        store=replace(config.store, url=_store_beside(file, config.store.url)),
        imap=replace(imap, ca_file=_beside(file, imap.ca_file)) if imap else None,
        smtp=replace(smtp, ca_file=_beside(file, smtp.ca_file)) if smtp else None,
        campaigns=replace(
            campaigns,
            mailbox=_beside(file, campaigns.mailbox),
            dkim=replace(dkim, key_file=str(file.parent / dkim.key_file)) if dkim else None,
        ),
    )


def store_url(config: Config, secrets: Secrets) -> str:
    """Where the record is kept: as the environment says, else the settings, else a file in the user's data folder."""
    return secrets.store_url or config.store.url or f"sqlite:///{user_data_path('callboard') / 'callboard.db'}"


def _check(document: Document, path: Path_, value: Any, kind: Any, mistakes: list[Mistake]) -> None:
    """Every mistake of a section: unknown keys with the nearest known one, missing keys, wrong values."""
    if not isinstance(value, dict):
        mistakes.append(Mistake(document.file, document.line(path), "expected entries of the form `name: value` here"))
        return
    fields = {field.name: field for field in msgspec.structs.fields(kind)}
    mistakes += [
        Mistake(document.file, document.line((*path, key)), _unknown(str(key), list(fields)))
        for key in value
        if key not in fields
    ]
    for name, field in fields.items():
        here = (*path, name)
        inner = _section(field.type)
        if name not in value:
            if field.required:
                what = f"`{'.'.join(map(str, path))}` needs `{name}`: add it"
                mistakes.append(Mistake(document.file, document.line(path), what))
        elif inner is not None and value[name] is not None:
            _check(document, here, value[name], inner, mistakes)
        elif typing.get_origin(field.type) is Literal and value[name] not in typing.get_args(field.type):
            what = f"`{name}` must be one of {', '.join(typing.get_args(field.type))}, not {value[name]!r}"
            mistakes.append(Mistake(document.file, document.line(here), what))
        else:
            convert(document, here, value[name], field.type, mistakes)


def _section(kind: Any) -> Any:
    """The Struct that a field holds, None for plain values."""
    options = typing.get_args(kind) if isinstance(kind, types.UnionType) else (kind,)
    return next((one for one in options if isinstance(one, type) and issubclass(one, Struct)), None)


def _unknown(key: str, known: list[str]) -> str:
    if any(word in key.lower() for word in ("password", "token", "secret")):
        return (
            f"`{key}`: secrets never stand in this file; set one of {', '.join(VARIABLES.values())} in the environment"
        )
    near = difflib.get_close_matches(key, known, n=1)
    return f"unknown key `{key}`: " + (f"did you mean `{near[0]}`?" if near else f"known here are {', '.join(known)}")


def _check_together(document: Document, config: Config, mistakes: list[Mistake]) -> None:
    """What only shows when keys are seen together."""

    def wrong(path: Path_, what: str) -> None:
        mistakes.append(Mistake(document.file, document.line(path), what))

    if config.imap is not None and config.smtp is None:
        wrong(("imap",), "`imap` without `smtp`: answering letters needs both, one to read and one to send")
    for name, server in (("imap", config.imap), ("smtp", config.smtp)):
        if server is not None and server.security == "none" and server.user and server.host not in LOOPBACK:
            wrong((name, "security"), "`none` would send the password in the clear: use tls or starttls")
        if server is not None and server.ca_file and not Path(server.ca_file).is_file():
            wrong((name, "ca_file"), f"{server.ca_file} is no file")
    if config.smtp is not None and not _is_address(config.smtp.address):
        wrong(("smtp", "address"), f"`{config.smtp.address}` is no mail address")
    if config.store.keep_days < 1:
        wrong(("store", "keep_days"), "must be at least 1")
    webhook = config.telegram.webhook
    if webhook is not None and not webhook.url.startswith("https://") and "127.0.0.1" not in webhook.url:
        wrong(("telegram", "webhook", "url"), "must begin with https://: Telegram delivers nowhere else")
    if config.telegram.name and not _BOT.fullmatch(config.telegram.name):
        wrong(("telegram", "name"), "must be the bot's own name, as @BotFather gave it, without the @")
    _check_hand_over(config, wrong)
    _check_campaigns(config, wrong)
    for place, coordinator in enumerate(config.coordinators):
        if coordinator.email and not _is_address(coordinator.email):
            wrong(("coordinators", place, "email"), f"`{coordinator.email}` is no mail address")


def _is_address(address: str) -> bool:
    """Whether letters can be addressed so: to one address, without a name beside it."""
    try:
        return "@" in address and bool(written(address))
    except ValueError:
        return False


def _check_hand_over(config: Config, wrong: Callable[[Path_, str], None]) -> None:
    names = [one.name for one in config.coordinators]
    for place, one in enumerate(config.coordinators):
        here: Path_ = ("coordinators", place)
        if names.index(one.name) != place:
            wrong((*here, "name"), f"`{one.name}` stands twice: give everybody a name of their own")
        _check_coordinator(config, place, wrong)
        if one.deputy is not None and (one.deputy not in names or one.deputy == one.name):
            wrong((*here, "deputy"), f"`{one.deputy}` must be another name of this list")
        if one.language not in LANGUAGES:
            wrong((*here, "language"), f"must be one of {', '.join(LANGUAGES)}, not {one.language!r}")
    settings = config.hand_over
    if settings.remind_hours < 1 or settings.reminders < 0 or settings.answer_days < 0:
        wrong(("hand_over",), "hours must be at least 1, the other numbers at least 0")
    if config.telegram.coordinators_chat is not None and config.telegram.coordinators_chat >= 0:
        wrong(("telegram", "coordinators_chat"), "must be the number of a group, which is below 0")
    for call, page in config.routines.pages.items():
        if not page.startswith(("https://", "http://")):
            wrong(("routines", "pages", call), "must be an address that begins with https:// or http://")


def _check_campaigns(config: Config, wrong: Callable[[Path_, str], None]) -> None:
    settings = config.campaigns
    if settings.approvals not in (1, 2):
        wrong(("campaigns", "approvals"), "must be 2 (planner and another person) or 1 (a school with one coordinator)")
    if min(settings.wait_minutes, settings.move_hours) < 0 or min(settings.keep_days, settings.failures) < 1:
        what = "`wait_minutes` and `move_hours` must be at least 0, `keep_days` and `failures` at least 1"
        wrong(("campaigns",), what)
    if settings.dkim is not None and not Path(settings.dkim.key_file).is_file():
        wrong(("campaigns", "dkim", "key_file"), f"{settings.dkim.key_file} is no file")
    try:
        profile(settings.relay)
    except ValueError as error:
        wrong(("campaigns", "relay"), str(error))
    for place, one in enumerate(config.coordinators):
        if strange := [right for right in one.rights if right not in RIGHTS]:
            wrong(("coordinators", place, "rights"), f"are among {', '.join(RIGHTS)}, not {strange[0]!r}")


def _check_coordinator(config: Config, place: int, wrong: Callable[[Path_, str], None]) -> None:
    here: Path_ = ("coordinators", place)
    one, before = config.coordinators[place], config.coordinators[:place]
    if not one.name.strip() or not one.name.isprintable() or "=?" in one.name:
        wrong((*here, "name"), "must be a name on one line: applicants see it under an answer")
    own = config.smtp.address.casefold() if config.smtp is not None and _is_address(config.smtp.address) else ""
    if one.email and one.email.casefold() == own:
        wrong((*here, "email"), "is the bot's own mailbox: give the person's")
    if one.email and one.email.casefold() in [other.email.casefold() for other in before]:
        wrong((*here, "email"), f"`{one.email}` stands twice: answers could not be told apart")
    if one.telegram is not None and one.telegram in [other.telegram for other in before]:
        wrong((*here, "telegram"), f"`{one.telegram}` stands twice: answers could not be told apart")


def _beside(file: Path, folder: str | None) -> str | None:
    return str(file.parent / folder) if folder is not None else None


def _store_beside(file: Path, url: str | None) -> str | None:
    """An SQLite file named without a folder of its own lies beside the settings."""
    prefix = "sqlite:///"
    if url is None or not url.startswith(prefix) or url.startswith(f"{prefix}/"):
        return url
    return f"{prefix}{(file.parent / url.removeprefix(prefix)).resolve()}"


def find_folder(name: str, chosen: str | None, marker: str) -> Path:
    """The folder to use: the chosen one, else `name` in the current folder if it holds `marker`, else the shipped one."""
    if chosen is not None:
        return Path(chosen)
    here = Path.cwd() / name
    if (here / marker).exists():
        return here
    package = Path(__file__).parent
    shipped = package / "_data" / name
    return shipped if shipped.exists() else package.parent / name
