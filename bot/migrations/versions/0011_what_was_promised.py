"""what was promised of an answer when it was given"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    with op.batch_alter_table("handraise_turn", schema=None) as batch_op:
        batch_op.add_column(sa.Column("promise", sa.Float(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("handraise_turn", schema=None) as batch_op:
        batch_op.drop_column("promise")
