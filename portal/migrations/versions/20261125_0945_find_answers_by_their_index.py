"""Find answers by their index alone."""

from alembic import op

revision = "20261125_0945"
down_revision = "20261125_0930"
branch_labels = None
depends_on = None
OLD = "ix_answer_index_key_value"
NEW = "ix_answer_index_key_value_application_id"


def upgrade() -> None:
    op.create_index(NEW, "answer_index", ["key", "value", "application_id"], unique=False)
    op.drop_index(OLD, table_name="answer_index")


def downgrade() -> None:
    op.create_index(OLD, "answer_index", ["key", "value"], unique=False)
    op.drop_index(NEW, table_name="answer_index")
