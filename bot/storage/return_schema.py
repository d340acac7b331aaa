"""The tables of what follows a mail that told somebody their result: returns, links, slots, calendar entries.

Personal data stands in `returns.address` and `detail`, and in the names and addresses of `panel`; they go with the campaign's
(`campaign_retention.py`), those of unmatched returns with the messages (`people.py`).
"""

import sqlalchemy as sa

from bot.storage.engine import Moment
from bot.storage.schema import metadata

returns = sa.Table(
    "returns",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at", Moment, nullable=False, index=True),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("delivery", sa.ForeignKey("deliveries.id", ondelete="CASCADE"), index=True, doc="NULL: unmatched"),
    sa.Column("proven", sa.Boolean, nullable=False, server_default=sa.false(), doc="carries the mail's token"),
    sa.Column("message", sa.ForeignKey("messages.id", ondelete="SET NULL"), unique=True),
    sa.Column("address", sa.String(400), nullable=False, server_default=""),
    sa.Column("status", sa.String(16), nullable=False, server_default=""),
    sa.Column("says", sa.String(16), nullable=False, server_default=""),
    sa.Column("detail", sa.String(400), nullable=False, server_default=""),
    sa.Column("told", Moment, doc="when coordinators were told of a bounce"),
    sa.Column("handled", Moment),
    sa.Column("by", sa.String(200), nullable=False, server_default="", doc="who handled it"),
    sqlite_autoincrement=True,
)

links = sa.Table(
    "links",
    metadata,
    sa.Column("delivery", sa.ForeignKey("deliveries.id", ondelete="CASCADE"), primary_key=True),
    sa.Column(
        "digest", sa.String(64), nullable=False, unique=True, doc="of the link's word, keyed by the store's secret"
    ),
    sa.Column("conversation", sa.ForeignKey("conversations.id", ondelete="SET NULL"), index=True),
    sa.Column("bound", Moment, doc="when the first chat used it; no other chat may after that"),
)

slots = sa.Table(
    "slots",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("call", sa.String(80), nullable=False, index=True),
    sa.Column("starts", Moment, nullable=False),
    sa.Column("minutes", sa.Integer),
    sa.Column("place", sa.String(400), nullable=False, server_default=""),
    sa.Column("link", sa.String(800), nullable=False, server_default=""),
    sa.Column("panel", sa.Text, nullable=False, server_default="[]", doc="JSON: model.slot.Interviewer"),
    sa.Column("holder", sa.String(400), doc="the person who booked it; NULL: free"),
    sa.Column("withdrawn", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.UniqueConstraint("call", "holder", name="uq_slots_call_holder"),  # nobody holds two
    sqlite_autoincrement=True,
)

invitations = sa.Table(
    "invitations",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("call", sa.String(80), nullable=False),
    sa.Column("person", sa.String(400), nullable=False, doc="as in deliveries"),
    sa.Column("uid", sa.String(200), nullable=False, index=True),
    sa.Column("sequence", sa.Integer, nullable=False),
    sa.Column("method", sa.String(16), nullable=False),
    sa.Column("starts", Moment, nullable=False),
    sa.Column("minutes", sa.Integer),
    sa.Column("place", sa.String(400), nullable=False, server_default=""),
    sa.Column("link", sa.String(800), nullable=False, server_default=""),
    sa.Column("panel", sa.Text, nullable=False, server_default="[]", doc="JSON: model.slot.Interviewer"),
    sa.Column("slot", sa.ForeignKey("slots.id", ondelete="SET NULL"), doc="NULL: a coordinator named the time"),
    sa.Column("invited", sa.ForeignKey("deliveries.id", ondelete="CASCADE"), doc="the mail by which a slot was booked"),
    sa.Column(
        "delivery",
        sa.ForeignKey("deliveries.id", ondelete="CASCADE"),
        unique=True,
        doc="the mail that brings it, and with whose sending it counts; NULL: booked",
    ),
    sa.Column("at", Moment, nullable=False),
    sa.UniqueConstraint("uid", "sequence", name="uq_invitations_uid_sequence"),
    sa.Index("ix_invitations_call_person", "call", "person"),
    sqlite_autoincrement=True,
)

panel = sa.Table(
    "panel",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("uid", sa.String(200), nullable=False),
    sa.Column("address", sa.String(400), nullable=False),
    sa.Column("name", sa.String(400), nullable=False, server_default=""),
    sa.Column("call", sa.String(80), nullable=False, index=True),
    sa.Column("sequence", sa.Integer, nullable=False),
    sa.Column("method", sa.String(16), nullable=False, doc="as last sent"),
    sa.Column("starts", Moment, nullable=False),
    sa.Column("minutes", sa.Integer),
    sa.Column("place", sa.String(400), nullable=False, server_default=""),
    sa.Column("link", sa.String(800), nullable=False, server_default=""),
    sa.UniqueConstraint("uid", "address", name="uq_panel_uid_address"),
)
"""Which calendar entries interviewers have."""
