"""what is taught"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "handraise_canned_reply",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("intent", sa.String(), nullable=True),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("edited_at", sa.DateTime(), nullable=True),
        sa.Column("retired_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("handraise_canned_reply", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_handraise_canned_reply_intent"), ["intent"], unique=False)

    op.create_table(
        "handraise_guideline",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("intent", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("definition", sa.String(), nullable=False),
        sa.Column("example", sa.String(), nullable=False),
        sa.Column("counter_example", sa.String(), nullable=False),
        sa.Column("counter_intent", sa.String(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("handraise_guideline", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_handraise_guideline_intent"), ["intent"], unique=False)

    op.create_table(
        "handraise_canned_use",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("canned_id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("was_edited", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["canned_id"],
            ["handraise_canned_reply.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("message_id"),
    )
    with op.batch_alter_table("handraise_canned_use", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_handraise_canned_use_canned_id"), ["canned_id"], unique=False)

    op.create_table(
        "handraise_cause",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("correction_id", sa.Integer(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["correction_id"],
            ["handraise_correction.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("handraise_cause", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_handraise_cause_correction_id"), ["correction_id"], unique=False)

    op.create_table(
        "handraise_rating",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("stars", sa.Integer(), nullable=False),
        sa.Column("comment", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["handraise_case.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("handraise_rating", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_handraise_rating_case_id"), ["case_id"], unique=False)

    with op.batch_alter_table("handraise_correction", schema=None) as batch_op:
        batch_op.add_column(sa.Column("examples", sa.JSON(), server_default="[]", nullable=False))
        batch_op.add_column(sa.Column("second_intent", sa.String(), nullable=True))

    with op.batch_alter_table("handraise_review", schema=None) as batch_op:
        batch_op.add_column(sa.Column("second_intent", sa.String(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("handraise_review", schema=None) as batch_op:
        batch_op.drop_column("second_intent")

    with op.batch_alter_table("handraise_correction", schema=None) as batch_op:
        batch_op.drop_column("second_intent")
        batch_op.drop_column("examples")

    with op.batch_alter_table("handraise_rating", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_handraise_rating_case_id"))

    op.drop_table("handraise_rating")
    with op.batch_alter_table("handraise_cause", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_handraise_cause_correction_id"))

    op.drop_table("handraise_cause")
    with op.batch_alter_table("handraise_canned_use", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_handraise_canned_use_canned_id"))

    op.drop_table("handraise_canned_use")
    with op.batch_alter_table("handraise_guideline", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_handraise_guideline_intent"))

    op.drop_table("handraise_guideline")
    with op.batch_alter_table("handraise_canned_reply", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_handraise_canned_reply_intent"))

    op.drop_table("handraise_canned_reply")
