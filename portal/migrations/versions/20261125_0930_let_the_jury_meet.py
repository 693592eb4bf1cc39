"""Let the jury meet."""

import sqlalchemy as sa
from alembic import op

revision = "20261125_0930"
down_revision = "20261125_0900"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "meeting",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("quorum", sa.Integer(), nullable=False),
        sa.Column("called_by", sa.String(length=80), nullable=False),
        sa.Column("called_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("invited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "closed_at IS NULL OR opened_at IS NOT NULL", name=op.f("ck_meeting_closed_was_open")
        ),
        sa.CheckConstraint("quorum >= 1", name=op.f("ck_meeting_quorum_positive")),
        sa.ForeignKeyConstraint(
            ["call_id"], ["call.id"], name=op.f("fk_meeting_call_id_call"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting")),
        sa.UniqueConstraint("call_id", "n", name=op.f("uq_meeting_call_id_n")),
    )
    op.create_table(
        "meeting_presence",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.String(length=254), nullable=False),
        sa.Column(
            "function",
            sa.Enum(
                "chair",
                "member",
                "deputy",
                "secretary",
                name="function",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("stands_for_id", sa.Uuid(), nullable=True),
        sa.Column("stands_for", sa.String(length=254), nullable=False),
        sa.Column("came_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "left_at IS NULL OR left_at >= came_at", name=op.f("ck_meeting_presence_leaves_later")
        ),
        sa.ForeignKeyConstraint(
            ["meeting_id"],
            ["meeting.id"],
            name=op.f("fk_meeting_presence_meeting_id_meeting"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["stands_for_id"],
            ["user.id"],
            name=op.f("fk_meeting_presence_stands_for_id_user"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user.id"],
            name=op.f("fk_meeting_presence_user_id_user"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_presence")),
    )
    with op.batch_alter_table("meeting_presence", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_meeting_presence_meeting_id"), ["meeting_id"], unique=False
        )

    op.create_table(
        "minutes_copy",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("hidden", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["meeting_id"],
            ["meeting.id"],
            name=op.f("fk_minutes_copy_meeting_id_meeting"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_minutes_copy")),
        sa.UniqueConstraint("meeting_id", "digest", name=op.f("uq_minutes_copy_meeting_id_digest")),
    )
    op.create_table(
        "meeting_item",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=True),
        sa.Column("words", sa.String(length=300), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "open",
                "done",
                "off",
                name="itemstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reasons", sa.String(), nullable=False),
        sa.Column("reasons_n", sa.Integer(), nullable=False),
        sa.Column("out", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "application_id IS NOT NULL OR words <> ''",
            name=op.f("ck_meeting_item_is_about_something"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('open', 'done') OR began_at IS NOT NULL",
            name=op.f("ck_meeting_item_has_begun"),
        ),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_meeting_item_application_id_application"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["meeting_id"],
            ["meeting.id"],
            name=op.f("fk_meeting_item_meeting_id_meeting"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_item")),
        sa.UniqueConstraint(
            "meeting_id", "application_id", name=op.f("uq_meeting_item_meeting_id_application_id")
        ),
    )
    with op.batch_alter_table("meeting_item", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_meeting_item_application_id"), ["application_id"], unique=False
        )

    op.create_table(
        "meeting_proposal",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column(
            "motion",
            sa.Enum(
                "shortlist",
                "place",
                "sum",
                "reject",
                "other",
                name="motion",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("award", sa.Integer(), nullable=True),
        sa.Column("amount", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("carried_out_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("carried_out_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_meeting_proposal_application_id_application"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["meeting_id"],
            ["meeting.id"],
            name=op.f("fk_meeting_proposal_meeting_id_meeting"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_proposal")),
        sa.UniqueConstraint(
            "meeting_id",
            "application_id",
            name=op.f("uq_meeting_proposal_meeting_id_application_id"),
        ),
    )
    with op.batch_alter_table("meeting_proposal", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_meeting_proposal_application_id"), ["application_id"], unique=False
        )

    op.create_table(
        "meeting_vote",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column(
            "motion",
            sa.Enum(
                "shortlist",
                "place",
                "sum",
                "reject",
                "other",
                name="motion",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("words", sa.String(length=1000), nullable=False),
        sa.Column("award", sa.Integer(), nullable=True),
        sa.Column("amount", sa.Integer(), nullable=True),
        sa.Column("secret", sa.Boolean(), nullable=False),
        sa.Column("hands", sa.Boolean(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "tied",
                "closed",
                "annulled",
                name="votestate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("present", sa.Integer(), nullable=False),
        sa.Column("entitled", sa.Integer(), nullable=False),
        sa.Column("yes", sa.Integer(), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("abstain", sa.Integer(), nullable=False),
        sa.Column("carried", sa.Boolean(), nullable=True),
        sa.Column(
            "casting",
            sa.Enum(
                "yes",
                "no",
                "abstain",
                name="choice",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("annul_reason", sa.String(length=1000), nullable=False),
        sa.CheckConstraint(
            "motion <> 'place' OR award IS NOT NULL", name=op.f("ck_meeting_vote_place_is_named")
        ),
        sa.CheckConstraint(
            "motion <> 'sum' OR amount IS NOT NULL", name=op.f("ck_meeting_vote_sum_is_named")
        ),
        sa.CheckConstraint(
            "state <> 'annulled' OR annul_reason <> ''",
            name=op.f("ck_meeting_vote_annulled_has_reason"),
        ),
        sa.CheckConstraint(
            "state <> 'closed' OR carried IS NOT NULL",
            name=op.f("ck_meeting_vote_closed_has_result"),
        ),
        sa.CheckConstraint(
            "yes >= 0 AND no >= 0 AND abstain >= 0",
            name=op.f("ck_meeting_vote_counts_not_negative"),
        ),
        sa.ForeignKeyConstraint(
            ["item_id"],
            ["meeting_item.id"],
            name=op.f("fk_meeting_vote_item_id_meeting_item"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_vote")),
        sa.UniqueConstraint("item_id", "n", name=op.f("uq_meeting_vote_item_id_n")),
    )
    op.create_table(
        "meeting_ballot",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("vote_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column(
            "choice",
            sa.Enum(
                "yes",
                "no",
                "abstain",
                name="choice",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user.id"],
            name=op.f("fk_meeting_ballot_user_id_user"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["vote_id"],
            ["meeting_vote.id"],
            name=op.f("fk_meeting_ballot_vote_id_meeting_vote"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_ballot")),
        sa.UniqueConstraint("vote_id", "user_id", name=op.f("uq_meeting_ballot_vote_id_user_id")),
    )


def downgrade() -> None:
    op.drop_table("meeting_ballot")
    op.drop_table("meeting_vote")
    with op.batch_alter_table("meeting_proposal", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_meeting_proposal_application_id"))

    op.drop_table("meeting_proposal")
    with op.batch_alter_table("meeting_item", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_meeting_item_application_id"))

    op.drop_table("meeting_item")
    op.drop_table("minutes_copy")
    with op.batch_alter_table("meeting_presence", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_meeting_presence_meeting_id"))

    op.drop_table("meeting_presence")
    op.drop_table("meeting")
