"""what the customer chose, where that was answered"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0008"


def upgrade() -> None:
    with op.batch_alter_table("handraise_turn", schema=None) as batch_op:
        batch_op.add_column(sa.Column("chosen", sa.String(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("handraise_turn", schema=None) as batch_op:
        batch_op.drop_column("chosen")
