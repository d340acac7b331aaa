"""The tables of the record.

Personal data stands in `conversations.address`, `messages.text`, `turn` and `context`, and in `replies.body` and `outcome` only;
erasing blanks these and leaves rows that count and keys by which a message is never answered twice.
"""

import sqlalchemy as sa

from bot.storage.engine import Moment

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

conversations = sa.Table(
    "conversations",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("channel", sa.String(16), nullable=False),
    sa.Column("address", sa.String(400), nullable=False, doc="a mail address, or a Telegram chat (and person)"),
    sa.Column("language", sa.String(8), nullable=False, server_default=""),
    sa.Column("gone", sa.Boolean, nullable=False, server_default=sa.false(), doc="the address takes no messages"),
    sa.Column("erasing", sa.String(64), nullable=False, server_default="", doc="code that confirms /forget"),
    sa.Column("erasing_until", Moment),
    sa.UniqueConstraint("channel", "address", name="uq_conversations_channel_address"),
    sqlite_autoincrement=True,  # the number of a conversation that was erased is never another person's
)

messages = sa.Table(
    "messages",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("channel", sa.String(16), nullable=False),
    sa.Column("key", sa.String(64), nullable=False, doc="digest of what identifies it in its channel"),
    sa.Column("place", sa.String(200), nullable=False, server_default="", doc="where a letter lies in its mailbox"),
    sa.Column("conversation", sa.ForeignKey("conversations.id", ondelete="SET NULL")),
    sa.Column("received", Moment, nullable=False, index=True),
    sa.Column("state", sa.String(16), nullable=False, index=True),
    sa.Column("reason", sa.String(80), nullable=False, server_default=""),
    sa.Column("form", sa.String(16), nullable=False),
    sa.Column("thread", sa.String(64), nullable=False, server_default="", index=True),
    sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
    sa.Column("text", sa.Text, doc="the person's own words"),
    sa.Column("turn", sa.Text, doc="what it said as a turn of the conversation, read again with later ones"),
    sa.Column("context", sa.Text, doc="JSON: what the edge needs to answer in place"),
    sa.Column(
        "filed",
        sa.Boolean,
        nullable=False,
        server_default=sa.false(),
        index=True,
        doc="marked in its mailbox, if it lies in one",
    ),
    sa.UniqueConstraint("channel", "key", name="uq_messages_channel_key"),
    sa.Index(None, "conversation", "state"),
)

replies = sa.Table(
    "replies",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("message", sa.ForeignKey("messages.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("conversation", sa.ForeignKey("conversations.id", ondelete="SET NULL"), index=True),
    sa.Column("channel", sa.String(16), nullable=False),
    sa.Column("planned", Moment, nullable=False),
    sa.Column("due", Moment, nullable=False),
    sa.Column("state", sa.String(16), nullable=False, index=True),
    sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
    sa.Column("doubts", sa.Integer, nullable=False, server_default="0", doc="sendings of unknown outcome"),
    sa.Column("outcome", sa.String(200), nullable=False, server_default="", doc="why it is not sent"),
    sa.Column("finished", Moment),
    sa.Column("kind", sa.String(16), nullable=False, index=True),
    sa.Column("language", sa.String(8), nullable=False),
    sa.Column("knowledge", sa.String(64), nullable=False, doc="version it was answered from"),
    sa.Column("topics", sa.Text, nullable=False, doc="JSON: ids of topics"),
    sa.Column("citations", sa.Text, nullable=False, doc="JSON: [call, section, quote]"),
    sa.Column("body", sa.Text, doc="JSON: text, choices, sources, file"),
)

mailboxes = sa.Table(
    "mailboxes",
    metadata,
    sa.Column("name", sa.String(200), primary_key=True),
    sa.Column("uidvalidity", sa.BigInteger, nullable=False),
    sa.Column("last_uid", sa.BigInteger, nullable=False, doc="every letter up to it is in the record"),
    sa.Column("checked", Moment, nullable=False),
)

erasures = sa.Table(
    "erasures",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column(
        "digest", sa.String(64), nullable=False, index=True, doc="of channel and address, keyed by the store's secret"
    ),
    sa.Column("erased", Moment, nullable=False),
)

settings = sa.Table(
    "settings",
    metadata,
    sa.Column("name", sa.String(40), primary_key=True),
    sa.Column("value", sa.String(200), nullable=False),
)
