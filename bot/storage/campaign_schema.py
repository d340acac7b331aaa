"""The tables of campaigns: what was planned, what became of each mail, who was told what, who did what.

They are kept apart from conversations, since contradictions can only be seen by what people were told: for the end of the call and a
retention. Then `deliveries.address`, `name`, `subject`, `outcome`, `letters` and the names in `tracks` are blanked.
"""

import sqlalchemy as sa

from bot.storage.engine import Moment
from bot.storage.schema import metadata

campaigns = sa.Table(
    "campaigns",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("call", sa.String(80), nullable=False, index=True),
    sa.Column("kind", sa.String(32), nullable=False),
    sa.Column("state", sa.String(16), nullable=False, index=True),
    sa.Column("plan", sa.Text, nullable=False, doc="JSON: model.campaign.Plan"),
    sa.Column("planned", Moment, nullable=False),
    sa.Column("digest", sa.String(64), nullable=False, server_default="", doc="over recipients and bytes"),
    sa.Column("total", sa.Integer, nullable=False, server_default="0"),
    sa.Column("previewed", Moment),
    sa.Column("note", sa.String(400), nullable=False, server_default="", doc="why it is paused"),
    sqlite_autoincrement=True,  # a number that was shown to people is never another campaign's
)

tracks = sa.Table(
    "tracks",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("call", sa.String(80), nullable=False),
    sa.Column("person", sa.String(400), nullable=False, doc="the applicant's number, else the address"),
    sa.Column("address", sa.String(400), nullable=False, doc="as a key: capitals do not matter"),
    sa.Column("name", sa.String(400), nullable=False, server_default=""),
    sa.Column("what", sa.String(32), nullable=False, doc="kind of the delivery, or the person's reaction"),
    sa.Column("at", Moment, nullable=False),
    sa.Column("by", sa.String(200), nullable=False, server_default=""),
    sa.Column(
        "delivery",
        sa.ForeignKey("deliveries.id", ondelete="CASCADE"),
        unique=True,
        doc="NULL: a reaction, or told by other means",
    ),
    sa.Index("ix_tracks_call_person", "call", "person"),
    sa.Index("ix_tracks_call_address", "call", "address"),
    sqlite_autoincrement=True,
)

deliveries = sa.Table(
    "deliveries",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("campaign", sa.ForeignKey("campaigns.id", ondelete="CASCADE"), nullable=False),
    sa.Column("call", sa.String(80), nullable=False),
    sa.Column("row", sa.Integer, nullable=False, doc="in the recipients' table"),
    sa.Column("person", sa.String(400), nullable=False),
    sa.Column("address", sa.String(400), nullable=False),
    sa.Column("name", sa.String(400), nullable=False),
    sa.Column("language", sa.String(8), nullable=False),
    sa.Column("token", sa.String(32), nullable=False, unique=True, doc="unguessable; stands in the Message-ID"),
    sa.Column("kind", sa.String(32), nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("subject", sa.Text, nullable=False, server_default=""),
    sa.Column("digest", sa.String(64), nullable=False, doc="of the letter's bytes"),
    sa.Column("wording", sa.String(64), nullable=False, doc="of subject and text: the same words are not told twice"),
    sa.Column("after", sa.Integer, nullable=False, doc="the track it follows; 0: none"),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("worker", sa.String(80), nullable=False, server_default=""),
    sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
    sa.Column("due", Moment),
    sa.Column("began", Moment),
    sa.Column("finished", Moment),
    sa.Column("outcome", sa.String(400), nullable=False, server_default="", doc="the server's reply, or why not sent"),
    sa.Column("oddness", sa.Float, nullable=False, server_default="0"),
    sa.Column("oddities", sa.Text, nullable=False, server_default="[]", doc="JSON: in what it differs"),
    sa.UniqueConstraint("call", "person", "kind", "revision", name="uq_deliveries_call_person_kind_revision"),
    sa.Index("ix_deliveries_campaign_state_row", "campaign", "state", "row"),
    sqlite_autoincrement=True,
)

letters = sa.Table(
    "letters",
    metadata,
    sa.Column("delivery", sa.ForeignKey("deliveries.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("text", sa.Text, nullable=False, doc="the plain part"),
    sa.Column("body", sa.LargeBinary, nullable=False, doc="the letter as it goes, CRLF, signed"),
    sa.Column(
        "fields", sa.Text, nullable=False, server_default="{}", doc="JSON: the template's fields as given, and the zone"
    ),
)

approvals = sa.Table(
    "approvals",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("campaign", sa.ForeignKey("campaigns.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("by", sa.String(200), nullable=False),
    sa.Column("digest", sa.String(64), nullable=False, doc="the campaign's, when it was asked for"),
    sa.Column("asked", Moment, nullable=False),
    sa.Column("code", sa.String(64), nullable=False, doc="digest of the mailed code, keyed by the store's secret"),
    sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
    sa.Column("given", Moment, doc="NULL: asked for only"),
    sa.UniqueConstraint("campaign", "by", name="uq_approvals_campaign_by"),
)

actions = sa.Table(
    "actions",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at", Moment, nullable=False),
    sa.Column("by", sa.String(200), nullable=False),
    sa.Column("what", sa.String(40), nullable=False),
    sa.Column("campaign", sa.Integer, nullable=False, server_default="0"),
    sa.Column("detail", sa.Text, nullable=False, server_default="", doc="ids, counts, reasons"),
    sa.Column("chain", sa.String(64), nullable=False, doc="digest over this and the one before"),
    sqlite_autoincrement=True,
)

columns = sa.Table(
    "columns",
    metadata,
    sa.Column("call", sa.String(80), primary_key=True),
    sa.Column("field", sa.String(80), primary_key=True, doc="what a column holds, or `decision:VALUE`"),
    sa.Column("column", sa.String(400), nullable=False, doc="its head in the table, or the decision meant"),
)

relay_uses = sa.Table(
    "relay_uses",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("what", sa.String(16), nullable=False, doc="mail or login"),
    sa.Column("at", Moment, nullable=False, index=True),
    sa.Column("count", sa.Integer, nullable=False, server_default="1"),
)
