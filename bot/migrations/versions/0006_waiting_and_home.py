"""how long customers wait, what was done about it, and agents' homes"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0003"

MOMENTS = ("reopen_until", "waits_since", "asked_at", "answered_at", "look_at")
UNCLOSED = sa.text("state <> 'closed'")


def upgrade() -> None:
    # Columns are added one by one: a rebuilt table would break what refers to it on SQLite.
    op.add_column("handraise_case", sa.Column("contact", sa.String(), nullable=False, server_default=""))
    op.add_column("handraise_case", sa.Column("bot_answers", sa.Boolean(), nullable=False, server_default=sa.false()))
    for moment in MOMENTS:
        op.add_column("handraise_case", sa.Column(moment, sa.DateTime(), nullable=True))
    op.execute("UPDATE handraise_case SET look_at = opened_at")
    op.execute("UPDATE handraise_case SET waits_since = opened_at, asked_at = opened_at WHERE state = 'open'")
    op.create_index(
        "handraise_case_look_at", "handraise_case", ["look_at"], sqlite_where=UNCLOSED, postgresql_where=UNCLOSED
    )
    op.create_table(
        "handraise_move",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("move", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["handraise_case.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("case_id", "move", "since"),
    )
    op.create_index("ix_handraise_move_case_id", "handraise_move", ["case_id"])
    op.create_table(
        "handraise_agent",
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("away_since", sa.DateTime(), nullable=True),
        sa.Column("home_opened_at", sa.DateTime(), nullable=True),
        sa.Column("home_page", sa.Integer(), nullable=False),
        sa.Column("home_notice", sa.String(), nullable=False),
        sa.Column("home_shown", sa.String(), nullable=False),
        sa.Column("home_published_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("person_id"),
    )


def downgrade() -> None:
    op.drop_table("handraise_agent")
    op.drop_table("handraise_move")
    op.drop_index("handraise_case_look_at", "handraise_case")
    for column in ("contact", "bot_answers", *MOMENTS):
        op.drop_column("handraise_case", column)
