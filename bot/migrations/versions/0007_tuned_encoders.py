"""tuned encoders"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "handraise_tuned_encoder",
        sa.Column("archive", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    with op.batch_alter_table("handraise_model", schema=None) as batch_op:
        batch_op.add_column(sa.Column("tuned_encoder", sa.String(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("handraise_model", schema=None) as batch_op:
        batch_op.drop_column("tuned_encoder")

    op.drop_table("handraise_tuned_encoder")
