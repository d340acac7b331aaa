"""The tables of the record.

Personal data stands in `conversations.address`, `messages.text`, `turn` and `context`, and in `replies.body` and `outcome` only;
erasing blanks these and leaves rows that count and keys by which a message is never answered twice. A request to a person
keeps its token, by which a late answer is known, and nothing of its applicant.
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

hand_overs = sa.Table(
    "hand_overs",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("token", sa.String(64), nullable=False, unique=True, doc="unguessable; coordinators' answers carry it"),
    sa.Column("conversation", sa.ForeignKey("conversations.id", ondelete="SET NULL"), index=True),
    sa.Column("state", sa.String(16), nullable=False, index=True),
    sa.Column("language", sa.String(8), nullable=False, server_default=""),
    sa.Column("opened", Moment, nullable=False),
    sa.Column("matters", sa.Text, nullable=False, doc="JSON: form, topic, call, project"),
    sa.Column("message", sa.Integer, nullable=False, doc="the applicant's last message that belongs to it"),
    sa.Column("told", sa.Integer, nullable=False, server_default="0", doc="the last one coordinators were told of"),
    sa.Column("by", sa.String(200), nullable=False, server_default="", doc="the coordinator who wrote last"),
    sa.Column("written", Moment),
    sa.Column("news", Moment, doc="since when something waits for a person; NULL: nothing does"),
    sa.Column("reminded", sa.Integer, nullable=False, server_default="0", doc="reminders since then"),
    sa.Column("closed", Moment),
)

reminders = sa.Table(
    "reminders",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("conversation", sa.ForeignKey("conversations.id", ondelete="SET NULL"), index=True),
    sa.Column("message", sa.ForeignKey("messages.id", ondelete="CASCADE"), nullable=False),
    sa.Column("call", sa.String(80), nullable=False),
    sa.Column("days", sa.Integer, nullable=False, doc="before the call's deadline, whenever that is"),
    sa.Column("language", sa.String(8), nullable=False, server_default=""),
    sa.Column("asked", Moment, nullable=False),
    sa.Column("state", sa.String(16), nullable=False, index=True, doc="waiting, sent, withdrawn, late or erased"),
)

corrections = sa.Table(
    "corrections",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("change", sa.String(400), nullable=False, doc="call/project/topic@digest of what was told"),
    sa.Column("conversation", sa.ForeignKey("conversations.id", ondelete="SET NULL")),
    sa.Column(
        "reply", sa.ForeignKey("replies.id", ondelete="CASCADE"), doc="the correction; NULL: nobody is to be told"
    ),
    sa.Column("by", sa.String(200), nullable=False, server_default="", doc="who decided"),
    sa.Column("decided", Moment, nullable=False),
    sa.UniqueConstraint("change", "conversation", name="uq_corrections_change_conversation"),
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
        "hand_over",
        sa.ForeignKey("hand_overs.id", ondelete="SET NULL"),
        index=True,
        doc="the request to a person that it belongs to or, a coordinator's, answers",
    ),
    sa.Column(
        "about",
        sa.ForeignKey("deliveries.id", ondelete="SET NULL"),
        doc="the mail that told its writer their result, if it carries its token from its address",
    ),
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
    sa.Column(
        "message",
        sa.ForeignKey("messages.id", ondelete="CASCADE"),
        index=True,
        doc="that it answers; NULL for letters to coordinators that answer none",
    ),
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
    sa.Column("matters", sa.Text, nullable=False, server_default="[]", doc="JSON: form, topic, call, project"),
    sa.Column("told", sa.Text, nullable=False, server_default="[]", doc="JSON: facts told, with digests"),
    sa.Column("hand_over", sa.ForeignKey("hand_overs.id", ondelete="SET NULL"), index=True),
    sa.Column(
        "reported",
        sa.Boolean,
        nullable=False,
        server_default=sa.false(),
        doc="a person's words that did not arrive: their author knows",
    ),
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
