"""What follows a mail that told somebody their result: returns, Telegram links, slots, calendar entries."""

import sqlalchemy as sa
from alembic import op

from bot.storage.engine import Moment

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the tables."""
    op.create_table(
        "panel",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=200), nullable=False),
        sa.Column("address", sa.String(length=400), nullable=False),
        sa.Column("name", sa.String(length=400), server_default="", nullable=False),
        sa.Column("call", sa.String(length=80), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("method", sa.String(length=16), nullable=False),
        sa.Column("starts", Moment(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("place", sa.String(length=400), server_default="", nullable=False),
        sa.Column("link", sa.String(length=800), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_panel")),
        sa.UniqueConstraint("uid", "address", name="uq_panel_uid_address"),
    )
    with op.batch_alter_table("panel", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_panel_call"), ["call"], unique=False)

    op.create_table(
        "slots",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call", sa.String(length=80), nullable=False),
        sa.Column("starts", Moment(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("place", sa.String(length=400), server_default="", nullable=False),
        sa.Column("link", sa.String(length=800), server_default="", nullable=False),
        sa.Column("panel", sa.Text(), server_default="[]", nullable=False),
        sa.Column("holder", sa.String(length=400), nullable=True),
        sa.Column("withdrawn", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slots")),
        sa.UniqueConstraint("call", "holder", name="uq_slots_call_holder"),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("slots", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_slots_call"), ["call"], unique=False)

    op.create_table(
        "invitations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call", sa.String(length=80), nullable=False),
        sa.Column("person", sa.String(length=400), nullable=False),
        sa.Column("uid", sa.String(length=200), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("method", sa.String(length=16), nullable=False),
        sa.Column("starts", Moment(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("place", sa.String(length=400), server_default="", nullable=False),
        sa.Column("link", sa.String(length=800), server_default="", nullable=False),
        sa.Column("panel", sa.Text(), server_default="[]", nullable=False),
        sa.Column("slot", sa.Integer(), nullable=True),
        sa.Column("invited", sa.Integer(), nullable=True),
        sa.Column("delivery", sa.Integer(), nullable=True),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["delivery"], ["deliveries.id"], name=op.f("fk_invitations_delivery"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["invited"], ["deliveries.id"], name=op.f("fk_invitations_invited"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["slot"], ["slots.id"], name=op.f("fk_invitations_slot"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
        sa.UniqueConstraint("delivery", name=op.f("uq_invitations_delivery")),
        sa.UniqueConstraint("uid", "sequence", name="uq_invitations_uid_sequence"),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("invitations", schema=None) as batch_op:
        batch_op.create_index("ix_invitations_call_person", ["call", "person"], unique=False)
        batch_op.create_index(batch_op.f("ix_invitations_uid"), ["uid"], unique=False)

    op.create_table(
        "links",
        sa.Column("delivery", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("conversation", sa.Integer(), nullable=True),
        sa.Column("bound", Moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation"], ["conversations.id"], name=op.f("fk_links_conversation"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["delivery"], ["deliveries.id"], name=op.f("fk_links_delivery"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("delivery", name=op.f("pk_links")),
        sa.UniqueConstraint("digest", name=op.f("uq_links_digest")),
    )
    with op.batch_alter_table("links", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_links_conversation"), ["conversation"], unique=False)

    op.create_table(
        "returns",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("delivery", sa.Integer(), nullable=True),
        sa.Column("proven", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("message", sa.Integer(), nullable=True),
        sa.Column("address", sa.String(length=400), server_default="", nullable=False),
        sa.Column("status", sa.String(length=16), server_default="", nullable=False),
        sa.Column("says", sa.String(length=16), server_default="", nullable=False),
        sa.Column("detail", sa.String(length=400), server_default="", nullable=False),
        sa.Column("told", Moment(), nullable=True),
        sa.Column("handled", Moment(), nullable=True),
        sa.Column("by", sa.String(length=200), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["delivery"], ["deliveries.id"], name=op.f("fk_returns_delivery"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["message"], ["messages.id"], name=op.f("fk_returns_message"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_returns")),
        sa.UniqueConstraint("message", name=op.f("uq_returns_message")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("returns", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_returns_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_returns_delivery"), ["delivery"], unique=False)

    with op.batch_alter_table("letters", schema=None) as batch_op:
        batch_op.add_column(sa.Column("fields", sa.Text(), server_default="{}", nullable=False))

    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.add_column(sa.Column("about", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_messages_about"), "deliveries", ["about"], ["id"], ondelete="SET NULL"
        )
