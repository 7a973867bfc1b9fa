"""what is spoken: files, pictures, corrections of what was said, and what was seen"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "handraise_file",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=True),
        sa.Column("slack_id", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["handraise_message.id"],
        ),
        sa.PrimaryKeyConstraint("key"),
    )
    with op.batch_alter_table("handraise_file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_handraise_file_message_id"), ["message_id"], unique=False)

    with op.batch_alter_table("handraise_conversation", schema=None) as batch_op:
        batch_op.add_column(sa.Column("page_title", sa.String(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("seen_number", sa.Integer(), server_default="0", nullable=False))

    with op.batch_alter_table("handraise_case", schema=None) as batch_op:
        batch_op.add_column(sa.Column("owner_shown_as", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("owner_picture", sa.String(), server_default="", nullable=False))

    with op.batch_alter_table("handraise_message", schema=None) as batch_op:
        batch_op.add_column(sa.Column("shown_as", sa.String(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("picture", sa.String(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("slack_parts", sa.JSON(), server_default="[]", nullable=False))
        batch_op.add_column(sa.Column("delivered_revision", sa.Integer(), server_default="0", nullable=False))
    # What was reworded before now has been told as far as it could be.
    op.execute("UPDATE handraise_message SET delivered_revision = revision")
    op.create_index(
        "ix_handraise_message_reworded",
        "handraise_message",
        ["conversation_id", "number"],
        sqlite_where=sa.text("revision > delivered_revision"),
        postgresql_where=sa.text("revision > delivered_revision"),
    )

    with op.batch_alter_table("handraise_remark", schema=None) as batch_op:
        batch_op.add_column(sa.Column("files", sa.JSON(), server_default="[]", nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("handraise_remark", schema=None) as batch_op:
        batch_op.drop_column("files")

    op.drop_index("ix_handraise_message_reworded", "handraise_message")
    with op.batch_alter_table("handraise_message", schema=None) as batch_op:
        batch_op.drop_column("delivered_revision")
        batch_op.drop_column("slack_parts")
        batch_op.drop_column("picture")
        batch_op.drop_column("shown_as")

    with op.batch_alter_table("handraise_case", schema=None) as batch_op:
        batch_op.drop_column("owner_picture")
        batch_op.drop_column("owner_shown_as")

    with op.batch_alter_table("handraise_conversation", schema=None) as batch_op:
        batch_op.drop_column("seen_number")
        batch_op.drop_column("page_title")

    with op.batch_alter_table("handraise_file", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_handraise_file_message_id"))

    op.drop_table("handraise_file")
