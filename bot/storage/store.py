"""The record opened: one engine, the schema migrated to this release, one object a book."""

import secrets
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from bot.storage.campaigns import Campaigns
from bot.storage.corrections import Corrections
from bot.storage.engine import migrating, open_engine
from bot.storage.hand_overs import HandOvers
from bot.storage.inbox import Inbox
from bot.storage.ledger import Ledger
from bot.storage.mailboxes import Mailboxes
from bot.storage.outbox import Outbox
from bot.storage.own_mails import OwnMails
from bot.storage.panel import Panel
from bot.storage.people import People
from bot.storage.reminders import Reminders
from bot.storage.reports import Reports
from bot.storage.returns import Returns
from bot.storage.routines import Routines
from bot.storage.schema import settings
from bot.storage.slots import Slots


class NewerSchemaError(Exception):
    """The store was written by a later release of Callboard."""


@dataclass(frozen=True, slots=True)
class Store:
    """The record's books."""

    engine: sa.Engine
    inbox: Inbox
    outbox: Outbox
    people: People
    mailboxes: Mailboxes
    hand_overs: HandOvers
    reminders: Reminders
    routines: Routines
    corrections: Corrections
    reports: Reports
    campaigns: Campaigns
    ledger: Ledger
    returns: Returns
    slots: Slots
    own_mails: OwnMails
    panel: Panel

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()


def open_store(url: str) -> Store:
    """The store at `url`, its tables made or migrated; raises NewerSchemaError rather than touch a later release's."""
    engine = open_engine(url)
    try:
        secret = migrate(engine)
    except BaseException:
        engine.dispose()
        raise
    inbox = Inbox(engine, secret)
    return Store(
        engine=engine,
        inbox=inbox,
        outbox=Outbox(engine),
        people=People(engine, inbox),
        mailboxes=Mailboxes(engine),
        hand_overs=HandOvers(engine),
        reminders=Reminders(engine),
        routines=Routines(engine),
        corrections=Corrections(engine),
        reports=Reports(engine),
        campaigns=Campaigns(engine, secret),
        ledger=Ledger(engine),
        returns=Returns(engine),
        slots=Slots(engine),
        own_mails=OwnMails(engine, secret),
        panel=Panel(engine),
    )


def migrate(engine: sa.Engine) -> str:
    """Bring the tables to this release's schema, in one transaction; the secret of the store's digests."""
    config = _alembic()
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    with migrating(engine) as connection:
        current = schema_version(connection)
        if current is not None and current not in known:
            raise NewerSchemaError(current)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        return _secret(connection)


def schema_version(connection: sa.Connection) -> str | None:
    """The revision of the tables, None where there are none yet."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
    return found


def newest_schema() -> str:
    """The revision that this release writes."""
    return str(ScriptDirectory.from_config(_alembic()).get_current_head())


def _alembic() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    return config


def _secret(connection: sa.Connection) -> str:
    """The key of digests, made once a store."""
    known: str | None = connection.scalar(sa.select(settings.c.value).where(settings.c.name == "secret"))
    if known is None:
        known = secrets.token_hex(32)
        connection.execute(settings.insert().values(name="secret", value=known))
    return known
