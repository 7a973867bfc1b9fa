"""audits, alarms and looks"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0005"


def upgrade() -> None:
    with op.batch_alter_table("handraise_turn", schema=None) as batch_op:
        batch_op.add_column(sa.Column("audit_rate", sa.Float(), nullable=True))
        batch_op.create_index(
            "ix_handraise_turn_audit",
            ["id"],
            unique=False,
            sqlite_where=sa.text("audit IS 1"),
            postgresql_where=sa.text("audit IS true"),
        )

    op.create_table(
        "handraise_alarm",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tier", sa.String(), nullable=False),
        sa.Column("promise", sa.Float(), nullable=False),
        sa.Column("evidence", sa.Float(), nullable=False),
        sa.Column("audits", sa.Integer(), nullable=False),
        sa.Column("right", sa.Integer(), nullable=False),
        sa.Column("rung_at", sa.DateTime(), nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.Column("ended_by", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("handraise_alarm", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_handraise_alarm_tier"), ["tier"], unique=False)

    op.create_table(
        "handraise_look",
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("model_version", sa.String(), nullable=False),
        sa.Column("last_turn", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )


def downgrade() -> None:
    op.drop_table("handraise_look")
    op.drop_table("handraise_alarm")
    with op.batch_alter_table("handraise_turn", schema=None) as batch_op:
        batch_op.drop_index("ix_handraise_turn_audit")
        batch_op.drop_column("audit_rate")
