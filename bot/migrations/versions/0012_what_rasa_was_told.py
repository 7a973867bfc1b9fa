"""up to which message Rasa was told what people said"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

LAST_HANDLED = """
UPDATE handraise_conversation SET told_number = coalesce(
  (SELECT max(number) FROM handraise_message AS said
   WHERE said.conversation_id = handraise_conversation.id AND said.speaker = 'customer'
   AND said.handled_at IS NOT NULL), 0)
"""


def upgrade() -> None:
    op.add_column(
        "handraise_conversation", sa.Column("told_number", sa.Integer(), nullable=False, server_default="0")
    )
    op.execute(LAST_HANDLED)


def downgrade() -> None:
    with op.batch_alter_table("handraise_conversation", schema=None) as batch_op:
        batch_op.drop_column("told_number")
