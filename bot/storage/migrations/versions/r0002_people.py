"""Requests to a person, reminders, corrections; what each reply was about and which facts it told."""

import sqlalchemy as sa
from alembic import op

from bot.storage.engine import Moment

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the tables."""
    op.create_table(
        "hand_overs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("conversation", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("language", sa.String(length=8), server_default="", nullable=False),
        sa.Column("opened", Moment(), nullable=False),
        sa.Column("matters", sa.Text(), nullable=False),
        sa.Column("message", sa.Integer(), nullable=False),
        sa.Column("told", sa.Integer(), server_default="0", nullable=False),
        sa.Column("by", sa.String(length=200), server_default="", nullable=False),
        sa.Column("written", Moment(), nullable=True),
        sa.Column("news", Moment(), nullable=True),
        sa.Column("reminded", sa.Integer(), server_default="0", nullable=False),
        sa.Column("closed", Moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation"], ["conversations.id"], name=op.f("fk_hand_overs_conversation"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hand_overs")),
        sa.UniqueConstraint("token", name=op.f("uq_hand_overs_token")),
    )
    with op.batch_alter_table("hand_overs", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_hand_overs_conversation"), ["conversation"], unique=False)
        batch_op.create_index(batch_op.f("ix_hand_overs_state"), ["state"], unique=False)

    op.create_table(
        "reminders",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("conversation", sa.Integer(), nullable=True),
        sa.Column("message", sa.Integer(), nullable=False),
        sa.Column("call", sa.String(length=80), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=8), server_default="", nullable=False),
        sa.Column("asked", Moment(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation"], ["conversations.id"], name=op.f("fk_reminders_conversation"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["message"], ["messages.id"], name=op.f("fk_reminders_message"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminders")),
    )
    with op.batch_alter_table("reminders", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reminders_conversation"), ["conversation"], unique=False)
        batch_op.create_index(batch_op.f("ix_reminders_state"), ["state"], unique=False)

    op.create_table(
        "corrections",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("change", sa.String(length=400), nullable=False),
        sa.Column("conversation", sa.Integer(), nullable=True),
        sa.Column("reply", sa.Integer(), nullable=True),
        sa.Column("by", sa.String(length=200), server_default="", nullable=False),
        sa.Column("decided", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation"], ["conversations.id"], name=op.f("fk_corrections_conversation"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["reply"], ["replies.id"], name=op.f("fk_corrections_reply"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_corrections")),
        sa.UniqueConstraint("change", "conversation", name="uq_corrections_change_conversation"),
    )
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.add_column(sa.Column("hand_over", sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f("ix_messages_hand_over"), ["hand_over"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_messages_hand_over"), "hand_overs", ["hand_over"], ["id"], ondelete="SET NULL"
        )

    with op.batch_alter_table("replies", schema=None) as batch_op:
        batch_op.alter_column("message", existing_type=sa.Integer(), nullable=True)
        batch_op.add_column(sa.Column("matters", sa.Text(), server_default="[]", nullable=False))
        batch_op.add_column(sa.Column("told", sa.Text(), server_default="[]", nullable=False))
        batch_op.add_column(sa.Column("hand_over", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("reported", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.create_index(batch_op.f("ix_replies_hand_over"), ["hand_over"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_replies_hand_over"), "hand_overs", ["hand_over"], ["id"], ondelete="SET NULL"
        )
