"""the labelled examples that were nearest to a turn"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0004"


def upgrade() -> None:
    with op.batch_alter_table("handraise_turn", schema=None) as batch_op:
        batch_op.add_column(sa.Column("nearest", sa.JSON(), server_default="[]", nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("handraise_turn", schema=None) as batch_op:
        batch_op.drop_column("nearest")
