"""Lay the first tables."""

import sqlalchemy as sa
from alembic import op

revision = "20261125_0900"
down_revision = None
branch_labels = None
depends_on = None


# The full-text search: SQL of its own for each database, since no other form exists.
SEARCH: dict[str, tuple[str, ...]] = {
    "sqlite": (
        (
            "CREATE TABLE search_doc ( n INTEGER NOT NULL, application_id CHAR(32) NOT "
            "NULL, folded TEXT NOT NULL, body TEXT NOT NULL, CONSTRAINT pk_search_doc "
            "PRIMARY KEY (n), CONSTRAINT uq_search_doc_application_id UNIQUE "
            "(application_id), CONSTRAINT fk_search_doc_application_id_application FOREIGN "
            "KEY(application_id) REFERENCES application (id) ON DELETE CASCADE )"
        ),
        (
            "CREATE VIRTUAL TABLE search_fts USING fts5(folded, content='search_doc', "
            "content_rowid='n', tokenize='ascii', prefix='2 3', detail='none', "
            "columnsize=0)"
        ),
        (
            "CREATE TRIGGER search_doc_insert AFTER INSERT ON search_doc BEGIN INSERT INTO "
            "search_fts(rowid, folded) VALUES (new.n, new.folded); END"
        ),
        (
            "CREATE TRIGGER search_doc_delete AFTER DELETE ON search_doc BEGIN INSERT INTO "
            "search_fts(search_fts, rowid, folded) VALUES ('delete', old.n, old.folded); "
            "END"
        ),
        (
            "CREATE TRIGGER search_doc_update AFTER UPDATE OF folded ON search_doc BEGIN "
            "INSERT INTO search_fts(search_fts, rowid, folded) VALUES ('delete', old.n, "
            "old.folded); INSERT INTO search_fts(rowid, folded) VALUES (new.n, new.folded); "
            "END"
        ),
    ),
    "postgresql": (
        (
            "CREATE TABLE search_doc ( n SERIAL NOT NULL, application_id UUID NOT NULL, "
            "folded TEXT NOT NULL, body TEXT NOT NULL, CONSTRAINT pk_search_doc PRIMARY KEY "
            "(n), CONSTRAINT uq_search_doc_application_id UNIQUE (application_id), "
            "CONSTRAINT fk_search_doc_application_id_application FOREIGN "
            "KEY(application_id) REFERENCES application (id) ON DELETE CASCADE )"
        ),
        (
            "ALTER TABLE search_doc ADD COLUMN words tsvector GENERATED ALWAYS AS "
            "(array_to_tsvector(string_to_array(folded, ' '))) STORED"
        ),
        "CREATE INDEX search_doc_words ON search_doc USING gin (words)",
    ),
}


def upgrade() -> None:
    op.create_table(
        "audit_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_kind", sa.String(length=20), nullable=False),
        sa.Column("actor_key", sa.String(length=80), nullable=False),
        sa.Column("what", sa.String(length=60), nullable=False),
        sa.Column("thing_kind", sa.String(length=40), nullable=False),
        sa.Column("thing_key", sa.String(length=80), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.CheckConstraint("n > 0", name=op.f("ck_audit_entry_n_positive")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
        sa.UniqueConstraint("n", name=op.f("uq_audit_entry_n")),
    )
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.create_index("ix_audit_entry_actor", ["actor_kind", "actor_key"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_entry_at"), ["at"], unique=False)
        batch_op.create_index("ix_audit_entry_thing", ["thing_kind", "thing_key"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_entry_what"), ["what"], unique=False)

    op.create_table(
        "audit_head",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("only", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("seal", sa.String(length=64), nullable=False),
        sa.CheckConstraint('"only" = 1', name=op.f("ck_audit_head_only_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
        sa.UniqueConstraint("only", name=op.f("uq_audit_head_only")),
    )
    op.create_table(
        "barrier_report",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("page", sa.String(length=500), nullable=False),
        sa.Column("report", sa.Text(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer_due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("result_due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "answer_due_at < result_due_at", name=op.f("ck_barrier_report_answer_before_result")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_barrier_report")),
    )
    with op.batch_alter_table("barrier_report", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_barrier_report_result_due_at"), ["result_due_at"], unique=False
        )

    op.create_table(
        "deletion",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(length=40), nullable=True),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("by_kind", sa.String(length=20), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deletion")),
    )
    op.create_table(
        "document",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("about", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("version_n", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "ordered",
                "made",
                "failed",
                name="documentstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("storage_key", sa.String(length=200), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("template_version", sa.String(length=16), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("ordered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(length=300), nullable=False),
        sa.CheckConstraint(
            "state <> 'made' OR (storage_key <> '' AND size > 0 AND length(sha256) = 64)",
            name=op.f("ck_document_made_has_file"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
        sa.UniqueConstraint(
            "kind",
            "about",
            "version_n",
            "language",
            name=op.f("uq_document_kind_about_version_n_language"),
        ),
    )
    with op.batch_alter_table("document", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_document_about"), ["about"], unique=False)

    op.create_table(
        "heartbeat",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_heartbeat")),
    )
    with op.batch_alter_table("heartbeat", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_heartbeat_seen_at"), ["seen_at"], unique=False)

    op.create_table(
        "job",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("args", sa.JSON(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "ready",
                "running",
                "done",
                "dead",
                name="jobstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("run_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dedupe", sa.String(length=120), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.String(length=500), nullable=False),
        sa.CheckConstraint(
            "state <> 'running' OR lease_until IS NOT NULL", name=op.f("ck_job_running_has_lease")
        ),
        sa.CheckConstraint(
            "state NOT IN ('done', 'dead') OR finished_at IS NOT NULL",
            name=op.f("ck_job_finished_has_time"),
        ),
        sa.CheckConstraint(
            "attempts >= 0 AND failures >= 0", name=op.f("ck_job_counts_not_negative")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
    )
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.create_index("ix_job_state_run_at", ["state", "run_at"], unique=False)
        batch_op.create_index(
            "uq_job_dedupe_open",
            ["dedupe"],
            unique=True,
            sqlite_where=sa.text("state IN ('ready', 'running')"),
            postgresql_where=sa.text("state IN ('ready', 'running')"),
        )

    op.create_table(
        "letter",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("to_address", sa.String(length=254), nullable=False),
        sa.Column("to_name", sa.String(length=200), nullable=False),
        sa.Column("from_name", sa.String(length=200), nullable=False),
        sa.Column("reply_to", sa.String(length=254), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("about", sa.Uuid(), nullable=True),
        sa.Column("call_id", sa.Uuid(), nullable=True),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("binding", sa.String(), nullable=False),
        sa.Column("link_key", sa.Uuid(), nullable=True),
        sa.Column("attachments", sa.JSON(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "held",
                "sent",
                "failed",
                "cancelled",
                name="letterstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("wait_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(length=500), nullable=False),
        sa.Column("message_id", sa.String(length=300), nullable=False),
        sa.Column("again_of", sa.Uuid(), nullable=True),
        sa.Column("batch", sa.Uuid(), nullable=True),
        sa.Column("by_kind", sa.String(length=20), nullable=False),
        sa.Column("by_key", sa.String(length=80), nullable=False),
        sa.CheckConstraint(
            "(state = 'sent') = (sent_at IS NOT NULL)", name=op.f("ck_letter_sent_has_time")
        ),
        sa.CheckConstraint(
            "state <> 'failed' OR error <> ''", name=op.f("ck_letter_failed_has_words")
        ),
        sa.CheckConstraint("subject <> '' AND body <> ''", name=op.f("ck_letter_says_something")),
        sa.CheckConstraint("to_address <> ''", name=op.f("ck_letter_has_address")),
        sa.CheckConstraint("tries >= 0", name=op.f("ck_letter_tries_not_negative")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter")),
        sa.UniqueConstraint("message_id", name=op.f("uq_letter_message_id")),
    )
    with op.batch_alter_table("letter", schema=None) as batch_op:
        batch_op.create_index("ix_letter_about_created_at", ["about", "created_at"], unique=False)
        batch_op.create_index("ix_letter_batch_state", ["batch", "state"], unique=False)
        batch_op.create_index(
            "ix_letter_call_id_state_created_at", ["call_id", "state", "created_at"], unique=False
        )
        batch_op.create_index("ix_letter_state_created_at", ["state", "created_at"], unique=False)

    op.create_table(
        "local_mail",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("letter_id", sa.Uuid(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("to_address", sa.String(length=254), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("folded", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_local_mail")),
    )
    with op.batch_alter_table("local_mail", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_local_mail_letter_id"), ["letter_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_local_mail_received_at"), ["received_at"], unique=False
        )

    op.create_table(
        "prize",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.String(length=60), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prize")),
        sa.UniqueConstraint("slug", name=op.f("uq_prize_slug")),
    )
    op.create_table(
        "sign_in_tries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("free_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_tries")),
        sa.UniqueConstraint("key", name=op.f("uq_sign_in_tries_key")),
    )
    with op.batch_alter_table("sign_in_tries", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_in_tries_last_at"), ["last_at"], unique=False)

    op.create_table(
        "throttle",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_throttle")),
        sa.UniqueConstraint("key", name=op.f("uq_throttle_key")),
    )
    with op.batch_alter_table("throttle", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_throttle_ends_at"), ["ends_at"], unique=False)

    op.create_table(
        "user",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("totp_nonce", sa.String(length=40), nullable=False),
        sa.Column("totp_pending", sa.String(length=40), nullable=False),
        sa.Column("last_totp_counter", sa.Integer(), nullable=False),
        sa.Column("admin", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signed_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("provider_subject", sa.String(length=64), nullable=False),
        sa.Column("code_by_mail", sa.Boolean(), nullable=False),
        sa.CheckConstraint("email LIKE '%_@_%'", name=op.f("ck_user_has_address")),
        sa.CheckConstraint("email = lower(email)", name=op.f("ck_user_email_folded")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user")),
        sa.UniqueConstraint("email", name=op.f("uq_user_email")),
    )
    op.create_table(
        "call",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("prize_id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.String(length=60), nullable=False),
        sa.Column("prefix", sa.String(length=20), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("grace_minutes", sa.Integer(), nullable=False),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("last_number >= 0", name=op.f("ck_call_number_not_negative")),
        sa.CheckConstraint("opens_at < closes_at", name=op.f("ck_call_opens_before_it_closes")),
        sa.ForeignKeyConstraint(["prize_id"], ["prize.id"], name=op.f("fk_call_prize_id_prize")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call")),
        sa.UniqueConstraint("prefix", name=op.f("uq_call_prefix")),
        sa.UniqueConstraint("slug", name=op.f("uq_call_slug")),
    )
    with op.batch_alter_table("call", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_call_prize_id"), ["prize_id"], unique=False)

    op.create_table(
        "invitation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column(
            "purpose",
            sa.Enum(
                "invite",
                "reset",
                "email_change",
                "factor_reset",
                name="purpose",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("nonce", sa.String(length=40), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_invitation_user_id_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("hash", name=op.f("uq_invitation_hash")),
    )
    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_invitation_user_id"), ["user_id"], unique=False)

    op.create_table(
        "passkey",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("credential", sa.String(length=1400), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_passkey_user_id_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkey")),
        sa.UniqueConstraint("credential", name=op.f("uq_passkey_credential")),
    )
    with op.batch_alter_table("passkey", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_passkey_user_id"), ["user_id"], unique=False)

    op.create_table(
        "passkey_challenge",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user.id"],
            name=op.f("fk_passkey_challenge_user_id_user"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkey_challenge")),
        sa.UniqueConstraint("hash", name=op.f("uq_passkey_challenge_hash")),
    )
    with op.batch_alter_table("passkey_challenge", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_passkey_challenge_expires_at"), ["expires_at"], unique=False
        )

    op.create_table(
        "recovery_code",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_recovery_code_user_id_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_code")),
    )
    with op.batch_alter_table("recovery_code", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_recovery_code_user_id"), ["user_id"], unique=False)

    op.create_table(
        "session",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column(
            "level",
            sa.Enum(
                "setup",
                "password",
                "full",
                name="level",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("invitation_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fresh_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("idle_seconds", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("agent", sa.String(length=80), nullable=False),
        sa.Column("network", sa.String(length=40), nullable=False),
        sa.Column("code_sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_session_user_id_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session")),
        sa.UniqueConstraint("hash", name=op.f("uq_session_hash")),
    )
    with op.batch_alter_table("session", schema=None) as batch_op:
        batch_op.create_index("ix_session_user_id_ended_at", ["user_id", "ended_at"], unique=False)

    op.create_table(
        "api_token",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("scopes", sa.String(length=200), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used", sa.Date(), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["call_id"], ["call.id"], name=op.f("fk_api_token_call_id_call"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"],
            ["user.id"],
            name=op.f("fk_api_token_created_by_id_user"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("hash", name=op.f("uq_api_token_hash")),
    )
    with op.batch_alter_table("api_token", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_api_token_call_id"), ["call_id"], unique=False)

    op.create_table(
        "binder",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "ordered",
                "running",
                "ready",
                "failed",
                "gone",
                name="binderstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("parts", sa.JSON(), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("earlier_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ordered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ordered_by", sa.String(length=80), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(length=300), nullable=False),
        sa.ForeignKeyConstraint(
            ["call_id"], ["call.id"], name=op.f("fk_binder_call_id_call"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_binder_user_id_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_binder")),
    )
    with op.batch_alter_table("binder", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_binder_call_id"), ["call_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_binder_user_id"), ["user_id"], unique=False)

    op.create_table(
        "bulk_run",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("wish", sa.JSON(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["by_id"], ["user.id"], name=op.f("fk_bulk_run_by_id_user"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_bulk_run_call_id_call")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_run")),
    )
    with op.batch_alter_table("bulk_run", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_bulk_run_call_id"), ["call_id"], unique=False)

    op.create_table(
        "export",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("requested_by_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("chosen", sa.JSON(), nullable=False),
        sa.Column("wish", sa.JSON(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "ordered",
                "running",
                "ready",
                "failed",
                "gone",
                name="exportstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(length=300), nullable=False),
        sa.Column("storage_key", sa.String(length=80), nullable=True),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("filename", sa.String(length=160), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ready_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state <> 'failed' OR error <> ''", name=op.f("ck_export_failed_has_reason")
        ),
        sa.CheckConstraint(
            "state <> 'ready' OR (storage_key IS NOT NULL AND expires_at IS NOT NULL)",
            name=op.f("ck_export_ready_has_file"),
        ),
        sa.ForeignKeyConstraint(
            ["call_id"], ["call.id"], name=op.f("fk_export_call_id_call"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["requested_by_id"],
            ["user.id"],
            name=op.f("fk_export_requested_by_id_user"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export")),
        sa.UniqueConstraint("storage_key", name=op.f("uq_export_storage_key")),
    )
    with op.batch_alter_table("export", schema=None) as batch_op:
        batch_op.create_index(
            "ix_export_requested_by_id_created_at", ["requested_by_id", "created_at"], unique=False
        )
        batch_op.create_index("ix_export_state_expires_at", ["state", "expires_at"], unique=False)

    op.create_table(
        "form_version",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("source", sa.JSON(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["call_id"], ["call.id"], name=op.f("fk_form_version_call_id_call")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form_version")),
        sa.UniqueConstraint("call_id", "n", name=op.f("uq_form_version_call_id_n")),
    )
    with op.batch_alter_table("form_version", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_form_version_call_id"), ["call_id"], unique=False)

    op.create_table(
        "jury_plan",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column(
            "way",
            sa.Enum(
                "all",
                "balanced",
                "hand",
                "deputy",
                name="way",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("readings", sa.Integer(), nullable=True),
        sa.Column("by_key", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["call_id"], ["call.id"], name=op.f("fk_jury_plan_call_id_call"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jury_plan")),
        sa.UniqueConstraint("call_id", name=op.f("uq_jury_plan_call_id")),
    )
    op.create_table(
        "jury_seat",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("words", sa.String(length=200), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["call_id"], ["call.id"], name=op.f("fk_jury_seat_call_id_call"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_jury_seat_user_id_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jury_seat")),
        sa.UniqueConstraint("call_id", "user_id", name=op.f("uq_jury_seat_call_id_user_id")),
    )
    op.create_table(
        "letter_rule",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("office_letters_wait", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["call_id"], ["call.id"], name=op.f("fk_letter_rule_call_id_call"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_rule")),
        sa.UniqueConstraint("call_id", name=op.f("uq_letter_rule_call_id")),
    )
    op.create_table(
        "letter_template",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("by_key", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(subject = '') = (body = '')", name=op.f("ck_letter_template_whole_or_empty")
        ),
        sa.ForeignKeyConstraint(
            ["call_id"],
            ["call.id"],
            name=op.f("fk_letter_template_call_id_call"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_template")),
        sa.UniqueConstraint(
            "call_id",
            "name",
            "language",
            "version",
            name=op.f("uq_letter_template_call_id_name_language_version"),
        ),
    )
    op.create_table(
        "membership",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "office",
                "reader",
                "juror",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
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
            nullable=True,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(role = 'juror') = (function IS NOT NULL)",
            name=op.f("ck_membership_jurors_have_function"),
        ),
        sa.ForeignKeyConstraint(
            ["call_id"], ["call.id"], name=op.f("fk_membership_call_id_call"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_membership_user_id_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership")),
        sa.UniqueConstraint(
            "user_id", "call_id", "role", name=op.f("uq_membership_user_id_call_id_role")
        ),
    )
    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_membership_call_id"), ["call_id"], unique=False)

    op.create_table(
        "pledge",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("text_version", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["call_id"], ["call.id"], name=op.f("fk_pledge_call_id_call"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_pledge_user_id_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pledge")),
        sa.UniqueConstraint(
            "call_id",
            "user_id",
            "text_version",
            name=op.f("uq_pledge_call_id_user_id_text_version"),
        ),
    )
    op.create_table(
        "saved_view",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("query", sa.String(length=2000), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_saved_view_call_id_call")),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["user.id"], name=op.f("fk_saved_view_owner_id_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
        sa.UniqueConstraint(
            "call_id", "owner_id", "name", name=op.f("uq_saved_view_call_id_owner_id_name")
        ),
    )
    with op.batch_alter_table("saved_view", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_saved_view_owner_id"), ["owner_id"], unique=False)

    op.create_table(
        "tag",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("name_key", sa.String(length=80), nullable=False),
        sa.Column("colour", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_tag_call_id_call")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tag")),
        sa.UniqueConstraint("call_id", "name_key", name=op.f("uq_tag_call_id_name_key")),
    )
    op.create_table(
        "application",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("form_version_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("reference", sa.String(length=40), nullable=True),
        sa.Column("locale", sa.String(length=10), nullable=False),
        sa.Column(
            "channel",
            sa.Enum(
                "web",
                "paper",
                "email",
                name="channel",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("owner_email", sa.String(length=254), nullable=False),
        sa.Column("owner_confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("title", sa.String(length=2000), nullable=False),
        sa.Column("draft", sa.JSON(), nullable=False),
        sa.Column("marks", sa.JSON(), nullable=False),
        sa.Column("aside", sa.JSON(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("late_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_home_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("warned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("clerk_id", sa.Uuid(), nullable=True),
        sa.Column("nominee_answer", sa.String(length=10), nullable=True),
        sa.Column("nominee_answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "draft",
                "submitted",
                "in_screening",
                "returned",
                "eligible",
                "ineligible",
                "with_jury",
                "scored",
                "awarded",
                "not_awarded",
                "withdrawn",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("lock", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "status <> 'returned' OR due IS NOT NULL",
            name=op.f("ck_application_returned_has_due_date"),
        ),
        sa.CheckConstraint(
            "status <> 'withdrawn' OR withdrawn_at IS NOT NULL",
            name=op.f("ck_application_withdrawn_has_time"),
        ),
        sa.CheckConstraint(
            "status = 'draft' OR number IS NOT NULL", name=op.f("ck_application_sent_has_number")
        ),
        sa.CheckConstraint(
            "status = 'draft' OR submitted_at IS NOT NULL",
            name=op.f("ck_application_sent_has_time"),
        ),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_application_call_id_call")),
        sa.ForeignKeyConstraint(
            ["clerk_id"],
            ["user.id"],
            name=op.f("fk_application_clerk_id_user"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["form_version_id"],
            ["form_version.id"],
            name=op.f("fk_application_form_version_id_form_version"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application")),
        sa.UniqueConstraint("call_id", "number", name=op.f("uq_application_call_id_number")),
        sa.UniqueConstraint("reference", name=op.f("uq_application_reference")),
    )
    with op.batch_alter_table("application", schema=None) as batch_op:
        batch_op.create_index(
            "ix_application_arrived",
            ["call_id", "submitted_at", "number", "status", "id"],
            unique=False,
        )
        batch_op.create_index("ix_application_begun", ["call_id", "created_at"], unique=False)
        batch_op.create_index("ix_application_call_id_status", ["call_id", "status"], unique=False)
        batch_op.create_index(
            "ix_application_channel", ["call_id", "status", "channel"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_application_clerk_id"), ["clerk_id"], unique=False)
        batch_op.create_index(
            "ix_application_desk", ["call_id", "status", "clerk_id", "due"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_application_owner_email"), ["owner_email"], unique=False
        )

    op.create_table(
        "access_key",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column(
            "purpose",
            sa.Enum(
                "device",
                "link",
                "code",
                "paper",
                "nominee",
                "handover",
                name="purpose",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("nonce", sa.String(length=44), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("browser", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.CheckConstraint("tries >= 0", name=op.f("ck_access_key_tries_not_negative")),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_access_key_application_id_application"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_key")),
        sa.UniqueConstraint(
            "application_id",
            "purpose",
            "hash",
            name=op.f("uq_access_key_application_id_purpose_hash"),
        ),
    )
    with op.batch_alter_table("access_key", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_access_key_application_id"), ["application_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_access_key_hash"), ["hash"], unique=False)

    op.create_table(
        "answer_index",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("value", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_answer_index_application_id_application"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer_index")),
    )
    with op.batch_alter_table("answer_index", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_answer_index_application_id"), ["application_id"], unique=False
        )
        batch_op.create_index("ix_answer_index_key_value", ["key", "value"], unique=False)

    op.create_table(
        "application_tag",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("tag_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_application_tag_application_id_application"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tag_id"], ["tag.id"], name=op.f("fk_application_tag_tag_id_tag"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application_tag")),
        sa.UniqueConstraint(
            "application_id", "tag_id", name=op.f("uq_application_tag_application_id_tag_id")
        ),
    )
    with op.batch_alter_table("application_tag", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_application_tag_tag_id"), ["tag_id"], unique=False)

    op.create_table(
        "assignment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column(
            "way",
            sa.Enum(
                "all",
                "balanced",
                "hand",
                "deputy",
                name="way",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("stands_for_id", sa.Uuid(), nullable=True),
        sa.Column("by_key", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_assignment_application_id_application"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["stands_for_id"],
            ["user.id"],
            name=op.f("fk_assignment_stands_for_id_user"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_assignment_user_id_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment")),
        sa.UniqueConstraint(
            "application_id", "user_id", name=op.f("uq_assignment_application_id_user_id")
        ),
    )
    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_assignment_user_id"), ["user_id"], unique=False)

    op.create_table(
        "check_mark",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("item", sa.String(length=80), nullable=False),
        sa.Column(
            "verdict",
            sa.Enum(
                "ok",
                "no",
                "question",
                name="verdict",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("by_key", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.String(length=2000), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_check_mark_application_id_application"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_mark")),
        sa.UniqueConstraint(
            "application_id", "item", name=op.f("uq_check_mark_application_id_item")
        ),
    )
    op.create_table(
        "consent",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("text_version", sa.String(length=40), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "channel",
            sa.Enum(
                "web",
                "paper",
                "email",
                name="channel",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_consent_application_id_application"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    with op.batch_alter_table("consent", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_consent_application_id"), ["application_id"], unique=False
        )

    op.create_table(
        "digest",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("doc", sa.Integer(), nullable=False),
        sa.Column("version_n", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=2000), nullable=False),
        sa.Column("sort_name", sa.String(length=200), nullable=False),
        sa.Column("title_key", sa.String(length=200), nullable=False),
        sa.Column("name_key", sa.String(length=200), nullable=False),
        sa.Column("email_key", sa.String(length=254), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("checks_open", sa.Integer(), nullable=True),
        sa.Column("checks_total", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_digest_application_id_application"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_digest_call_id_call")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_digest")),
        sa.UniqueConstraint("application_id", name=op.f("uq_digest_application_id")),
    )
    with op.batch_alter_table("digest", schema=None) as batch_op:
        batch_op.create_index("ix_digest_call_id_email_key", ["call_id", "email_key"], unique=False)
        batch_op.create_index("ix_digest_call_id_name_key", ["call_id", "name_key"], unique=False)
        batch_op.create_index("ix_digest_call_id_sort_name", ["call_id", "sort_name"], unique=False)
        batch_op.create_index("ix_digest_call_id_title_key", ["call_id", "title_key"], unique=False)
        batch_op.create_index("ix_digest_doc", ["doc", "call_id", "application_id"], unique=False)

    op.create_table(
        "digest_band",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("band", sa.Integer(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_digest_band_application_id_application"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_digest_band_call_id_call")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_digest_band")),
    )
    with op.batch_alter_table("digest_band", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_digest_band_application_id"), ["application_id"], unique=False
        )
        batch_op.create_index(
            "ix_digest_band_call_id_band_value", ["call_id", "band", "value"], unique=False
        )

    op.create_table(
        "duplicate",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("first_id", sa.Uuid(), nullable=False),
        sa.Column("second_id", sa.Uuid(), nullable=False),
        sa.Column("signals", sa.JSON(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("dismissed_by_id", sa.Uuid(), nullable=True),
        sa.Column("dismissed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "dismissed_at IS NULL OR signals IS NOT NULL",
            name=op.f("ck_duplicate_dismissed_had_signals"),
        ),
        sa.CheckConstraint("first_id <> second_id", name=op.f("ck_duplicate_two_applications")),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_duplicate_call_id_call")),
        sa.ForeignKeyConstraint(
            ["dismissed_by_id"],
            ["user.id"],
            name=op.f("fk_duplicate_dismissed_by_id_user"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["first_id"],
            ["application.id"],
            name=op.f("fk_duplicate_first_id_application"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["second_id"],
            ["application.id"],
            name=op.f("fk_duplicate_second_id_application"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duplicate")),
        sa.UniqueConstraint("first_id", "second_id", name=op.f("uq_duplicate_first_id_second_id")),
    )
    with op.batch_alter_table("duplicate", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_duplicate_call_id"), ["call_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_duplicate_second_id"), ["second_id"], unique=False)

    op.create_table(
        "event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column(
            "move",
            sa.Enum(
                "submit",
                "revise",
                "start_screening",
                "return_for_completion",
                "complete",
                "find_eligible",
                "find_ineligible",
                "reopen",
                "forward_to_jury",
                "recall",
                "close_scoring",
                "reopen_scoring",
                "award",
                "decline",
                "withdraw",
                name="move",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("target", sa.String(length=40), nullable=False),
        sa.Column("by_kind", sa.String(length=20), nullable=False),
        sa.Column("by_key", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.String(length=4000), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_event_application_id_application"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
        sa.UniqueConstraint("application_id", "n", name=op.f("uq_event_application_id_n")),
    )
    op.create_table(
        "file",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column("media_type", sa.String(length=80), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "checking",
                "ready",
                "refused",
                name="filestate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("refusal", sa.String(length=40), nullable=False),
        sa.Column("refusal_facts", sa.JSON(), nullable=False),
        sa.Column("received_key", sa.String(length=80), nullable=True),
        sa.Column("size_received", sa.Integer(), nullable=False),
        sa.Column("sha256_received", sa.String(length=64), nullable=False),
        sa.Column("stored_key", sa.String(length=80), nullable=True),
        sa.Column("size_stored", sa.Integer(), nullable=True),
        sa.Column("sha256_stored", sa.String(length=64), nullable=True),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("pages", sa.Integer(), nullable=True),
        sa.Column("copies", sa.JSON(), nullable=False),
        sa.Column("notes", sa.JSON(), nullable=False),
        sa.Column("scan", sa.String(length=20), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("caption", sa.String(length=400), nullable=False),
        sa.Column("credit", sa.String(length=200), nullable=False),
        sa.Column("alt", sa.String(length=400), nullable=False),
        sa.Column("persons", sa.String(length=10), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state <> 'ready' OR stored_key IS NOT NULL", name=op.f("ck_file_ready_is_stored")
        ),
        sa.CheckConstraint(
            "state <> 'refused' OR refusal <> ''", name=op.f("ck_file_refused_has_reason")
        ),
        sa.CheckConstraint("size_received > 0", name=op.f("ck_file_not_empty")),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_file_application_id_application"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_file")),
    )
    with op.batch_alter_table("file", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_file_application_id"), ["application_id"], unique=False
        )

    op.create_table(
        "ineligibility",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("twin_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.String(length=4000), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_ineligibility_application_id_application"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["twin_id"],
            ["application.id"],
            name=op.f("fk_ineligibility_twin_id_application"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ineligibility")),
        sa.UniqueConstraint("application_id", name=op.f("uq_ineligibility_application_id")),
    )
    op.create_table(
        "inquiry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("questions", sa.JSON(), nullable=False),
        sa.Column("text", sa.String(length=8000), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.String(length=80), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("note", sa.String(length=8000), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("draft_differs", sa.Boolean(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_inquiry_application_id_application"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inquiry")),
        sa.UniqueConstraint("application_id", "n", name=op.f("uq_inquiry_application_id_n")),
    )
    with op.batch_alter_table("inquiry", schema=None) as batch_op:
        batch_op.create_index("ix_inquiry_closed_at_due", ["closed_at", "due"], unique=False)

    op.create_table(
        "jury_conflict",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column(
            "tie",
            sa.Enum(
                "none",
                "participant",
                "relative",
                "representative",
                "relative_of_representative",
                "employed",
                "advised",
                "advantage",
                "other",
                name="tie",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("words", sa.String(length=1000), nullable=False),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("declared_by", sa.String(length=80), nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_by", sa.String(length=80), nullable=False),
        sa.Column("lift_reason", sa.String(length=1000), nullable=False),
        sa.CheckConstraint(
            "lifted_at IS NULL OR lift_reason <> ''",
            name=op.f("ck_jury_conflict_lifted_has_reason"),
        ),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_jury_conflict_application_id_application"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_jury_conflict_user_id_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jury_conflict")),
        sa.UniqueConstraint(
            "application_id", "user_id", name=op.f("uq_jury_conflict_application_id_user_id")
        ),
    )
    with op.batch_alter_table("jury_conflict", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_jury_conflict_user_id"), ["user_id"], unique=False)

    op.create_table(
        "message",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("from_office", sa.Boolean(), nullable=False),
        sa.Column("by_kind", sa.String(length=20), nullable=False),
        sa.Column("by_key", sa.String(length=80), nullable=False),
        sa.Column("text", sa.String(length=8000), nullable=False),
        sa.Column(
            "way",
            sa.Enum(
                "page",
                "mail",
                "phone",
                "post",
                name="way",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("text <> ''", name=op.f("ck_message_says_something")),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_message_application_id_application"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
    )
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.create_index(
            "ix_message_application_id_sent_at", ["application_id", "sent_at"], unique=False
        )

    op.create_table(
        "note",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("text", sa.String(length=4000), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_note_application_id_application"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["by_id"], ["user.id"], name=op.f("fk_note_by_id_user"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note")),
    )
    with op.batch_alter_table("note", schema=None) as batch_op:
        batch_op.create_index("ix_note_application_id_at", ["application_id", "at"], unique=False)

    op.create_table(
        "paper_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.String(length=1000), nullable=False),
        sa.Column("entered_by", sa.String(length=80), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("gaps", sa.JSON(), nullable=False),
        sa.Column("gap_note", sa.String(length=2000), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_paper_entry_application_id_application"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_entry")),
        sa.UniqueConstraint("application_id", name=op.f("uq_paper_entry_application_id")),
    )
    op.create_table(
        "sheet_excuse",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("by_key", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_sheet_excuse_has_reason")),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_sheet_excuse_application_id_application"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_sheet_excuse_user_id_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sheet_excuse")),
        sa.UniqueConstraint(
            "application_id", "user_id", name=op.f("uq_sheet_excuse_application_id_user_id")
        ),
    )
    op.create_table(
        "version",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("form_version_id", sa.Uuid(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("locale", sa.String(length=10), nullable=False),
        sa.Column(
            "reason",
            sa.Enum(
                "submit",
                "revise",
                "complete",
                "correct",
                name="reason",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("by_kind", sa.String(length=20), nullable=False),
        sa.Column("by_key", sa.String(length=80), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("check_code", sa.String(length=20), nullable=False),
        sa.Column("draft_revision", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(length=4000), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_version_application_id_application"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["form_version_id"],
            ["form_version.id"],
            name=op.f("fk_version_form_version_id_form_version"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_version")),
        sa.UniqueConstraint("application_id", "n", name=op.f("uq_version_application_id_n")),
        sa.UniqueConstraint("check_code", name=op.f("uq_version_check_code")),
    )
    op.create_table(
        "dossier",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_dossier_application_id_application"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["version.id"],
            name=op.f("fk_dossier_version_id_version"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dossier")),
        sa.UniqueConstraint("version_id", "digest", name=op.f("uq_dossier_version_id_digest")),
    )
    with op.batch_alter_table("dossier", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_dossier_application_id"), ["application_id"], unique=False
        )

    op.create_table(
        "file_key",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["file_id"], ["file.id"], name=op.f("fk_file_key_file_id_file"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_file_key")),
        sa.UniqueConstraint("key", name=op.f("uq_file_key_key")),
    )
    with op.batch_alter_table("file_key", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_file_key_file_id"), ["file_id"], unique=False)

    op.create_table(
        "mention",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("note_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["note_id"], ["note.id"], name=op.f("fk_mention_note_id_note"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_mention_user_id_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mention")),
        sa.UniqueConstraint("note_id", "user_id", name=op.f("uq_mention_note_id_user_id")),
    )
    with op.batch_alter_table("mention", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_mention_user_id"), ["user_id"], unique=False)

    op.create_table(
        "redaction",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "text",
                "photo",
                "page",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("passage", sa.String(length=4000), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=True),
        sa.Column("page", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("by_key", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_by", sa.String(length=80), nullable=False),
        sa.CheckConstraint(
            "(kind = 'page') = (page IS NOT NULL)", name=op.f("ck_redaction_page_has_number")
        ),
        sa.CheckConstraint(
            "(kind = 'text') = (file_id IS NULL)", name=op.f("ck_redaction_others_have_file")
        ),
        sa.CheckConstraint(
            "(kind = 'text') = (passage <> '')", name=op.f("ck_redaction_text_has_passage")
        ),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_redaction_application_id_application"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["file.id"], name=op.f("fk_redaction_file_id_file"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_redaction")),
    )
    with op.batch_alter_table("redaction", schema=None) as batch_op:
        batch_op.create_index("ix_redaction_application_id", ["application_id"], unique=False)

    op.create_table(
        "sheet",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=True),
        sa.Column("scores", sa.JSON(), nullable=False),
        sa.Column("comment", sa.String(), nullable=False),
        sa.Column("private_note", sa.String(), nullable=False),
        sa.Column("abstained", sa.Boolean(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "sent",
                "withdrawn",
                "frozen",
                name="sheetstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("frozen_from", sa.String(length=20), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("marks", sa.JSON(), nullable=False),
        sa.Column("aside", sa.JSON(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'frozen') = (frozen_from IS NOT NULL)",
            name=op.f("ck_sheet_frozen_knows_before"),
        ),
        sa.CheckConstraint(
            "state <> 'sent' OR sent_at IS NOT NULL", name=op.f("ck_sheet_sent_has_time")
        ),
        sa.CheckConstraint(
            "state <> 'sent' OR version_id IS NOT NULL", name=op.f("ck_sheet_sent_has_version")
        ),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_sheet_application_id_application"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_sheet_user_id_user"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["version.id"], name=op.f("fk_sheet_version_id_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sheet")),
        sa.UniqueConstraint(
            "application_id", "user_id", name=op.f("uq_sheet_application_id_user_id")
        ),
    )
    with op.batch_alter_table("sheet", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sheet_user_id"), ["user_id"], unique=False)

    op.create_table(
        "version_file",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("caption", sa.String(length=400), nullable=False),
        sa.Column("credit", sa.String(length=200), nullable=False),
        sa.Column("alt", sa.String(length=400), nullable=False),
        sa.Column("persons", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(
            ["file_id"], ["file.id"], name=op.f("fk_version_file_file_id_file")
        ),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["version.id"],
            name=op.f("fk_version_file_version_id_version"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_version_file")),
        sa.UniqueConstraint(
            "version_id", "file_id", name=op.f("uq_version_file_version_id_file_id")
        ),
    )
    with op.batch_alter_table("version_file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_version_file_file_id"), ["file_id"], unique=False)

    op.create_table(
        "sheet_copy",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sheet_id", sa.Uuid(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("scores", sa.JSON(), nullable=False),
        sa.Column("comment", sa.String(), nullable=False),
        sa.Column("abstained", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["sheet_id"],
            ["sheet.id"],
            name=op.f("fk_sheet_copy_sheet_id_sheet"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["version.id"], name=op.f("fk_sheet_copy_version_id_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sheet_copy")),
        sa.UniqueConstraint("sheet_id", "n", name=op.f("uq_sheet_copy_sheet_id_n")),
    )
    for statement in SEARCH[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP TABLE IF EXISTS search_fts")
    op.execute("DROP TABLE search_doc")
    op.drop_table("sheet_copy")
    with op.batch_alter_table("version_file", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_version_file_file_id"))

    op.drop_table("version_file")
    with op.batch_alter_table("sheet", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sheet_user_id"))

    op.drop_table("sheet")
    with op.batch_alter_table("redaction", schema=None) as batch_op:
        batch_op.drop_index("ix_redaction_application_id")

    op.drop_table("redaction")
    with op.batch_alter_table("mention", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_mention_user_id"))

    op.drop_table("mention")
    with op.batch_alter_table("file_key", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_file_key_file_id"))

    op.drop_table("file_key")
    with op.batch_alter_table("dossier", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_dossier_application_id"))

    op.drop_table("dossier")
    op.drop_table("version")
    op.drop_table("sheet_excuse")
    op.drop_table("paper_entry")
    with op.batch_alter_table("note", schema=None) as batch_op:
        batch_op.drop_index("ix_note_application_id_at")

    op.drop_table("note")
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.drop_index("ix_message_application_id_sent_at")

    op.drop_table("message")
    with op.batch_alter_table("jury_conflict", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_jury_conflict_user_id"))

    op.drop_table("jury_conflict")
    with op.batch_alter_table("inquiry", schema=None) as batch_op:
        batch_op.drop_index("ix_inquiry_closed_at_due")

    op.drop_table("inquiry")
    op.drop_table("ineligibility")
    with op.batch_alter_table("file", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_file_application_id"))

    op.drop_table("file")
    op.drop_table("event")
    with op.batch_alter_table("duplicate", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_duplicate_second_id"))
        batch_op.drop_index(batch_op.f("ix_duplicate_call_id"))

    op.drop_table("duplicate")
    with op.batch_alter_table("digest_band", schema=None) as batch_op:
        batch_op.drop_index("ix_digest_band_call_id_band_value")
        batch_op.drop_index(batch_op.f("ix_digest_band_application_id"))

    op.drop_table("digest_band")
    with op.batch_alter_table("digest", schema=None) as batch_op:
        batch_op.drop_index("ix_digest_doc")
        batch_op.drop_index("ix_digest_call_id_title_key")
        batch_op.drop_index("ix_digest_call_id_sort_name")
        batch_op.drop_index("ix_digest_call_id_name_key")
        batch_op.drop_index("ix_digest_call_id_email_key")

    op.drop_table("digest")
    with op.batch_alter_table("consent", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_consent_application_id"))

    op.drop_table("consent")
    op.drop_table("check_mark")
    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_assignment_user_id"))

    op.drop_table("assignment")
    with op.batch_alter_table("application_tag", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_application_tag_tag_id"))

    op.drop_table("application_tag")
    with op.batch_alter_table("answer_index", schema=None) as batch_op:
        batch_op.drop_index("ix_answer_index_key_value")
        batch_op.drop_index(batch_op.f("ix_answer_index_application_id"))

    op.drop_table("answer_index")
    with op.batch_alter_table("access_key", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_access_key_hash"))
        batch_op.drop_index(batch_op.f("ix_access_key_application_id"))

    op.drop_table("access_key")
    with op.batch_alter_table("application", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_application_owner_email"))
        batch_op.drop_index("ix_application_desk")
        batch_op.drop_index(batch_op.f("ix_application_clerk_id"))
        batch_op.drop_index("ix_application_channel")
        batch_op.drop_index("ix_application_call_id_status")
        batch_op.drop_index("ix_application_begun")
        batch_op.drop_index("ix_application_arrived")

    op.drop_table("application")
    op.drop_table("tag")
    with op.batch_alter_table("saved_view", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_saved_view_owner_id"))

    op.drop_table("saved_view")
    op.drop_table("pledge")
    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_membership_call_id"))

    op.drop_table("membership")
    op.drop_table("letter_template")
    op.drop_table("letter_rule")
    op.drop_table("jury_seat")
    op.drop_table("jury_plan")
    with op.batch_alter_table("form_version", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_form_version_call_id"))

    op.drop_table("form_version")
    with op.batch_alter_table("export", schema=None) as batch_op:
        batch_op.drop_index("ix_export_state_expires_at")
        batch_op.drop_index("ix_export_requested_by_id_created_at")

    op.drop_table("export")
    with op.batch_alter_table("bulk_run", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_bulk_run_call_id"))

    op.drop_table("bulk_run")
    with op.batch_alter_table("binder", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_binder_user_id"))
        batch_op.drop_index(batch_op.f("ix_binder_call_id"))

    op.drop_table("binder")
    with op.batch_alter_table("api_token", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_api_token_call_id"))

    op.drop_table("api_token")
    with op.batch_alter_table("session", schema=None) as batch_op:
        batch_op.drop_index("ix_session_user_id_ended_at")

    op.drop_table("session")
    with op.batch_alter_table("recovery_code", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_recovery_code_user_id"))

    op.drop_table("recovery_code")
    with op.batch_alter_table("passkey_challenge", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_passkey_challenge_expires_at"))

    op.drop_table("passkey_challenge")
    with op.batch_alter_table("passkey", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_passkey_user_id"))

    op.drop_table("passkey")
    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_invitation_user_id"))

    op.drop_table("invitation")
    with op.batch_alter_table("call", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_call_prize_id"))

    op.drop_table("call")
    op.drop_table("user")
    with op.batch_alter_table("throttle", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_throttle_ends_at"))

    op.drop_table("throttle")
    with op.batch_alter_table("sign_in_tries", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sign_in_tries_last_at"))

    op.drop_table("sign_in_tries")
    op.drop_table("prize")
    with op.batch_alter_table("local_mail", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_local_mail_received_at"))
        batch_op.drop_index(batch_op.f("ix_local_mail_letter_id"))

    op.drop_table("local_mail")
    with op.batch_alter_table("letter", schema=None) as batch_op:
        batch_op.drop_index("ix_letter_state_created_at")
        batch_op.drop_index("ix_letter_call_id_state_created_at")
        batch_op.drop_index("ix_letter_batch_state")
        batch_op.drop_index("ix_letter_about_created_at")

    op.drop_table("letter")
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_job_dedupe_open",
            sqlite_where=sa.text("state IN ('ready', 'running')"),
            postgresql_where=sa.text("state IN ('ready', 'running')"),
        )
        batch_op.drop_index("ix_job_state_run_at")

    op.drop_table("job")
    with op.batch_alter_table("heartbeat", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_heartbeat_seen_at"))

    op.drop_table("heartbeat")
    with op.batch_alter_table("document", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_document_about"))

    op.drop_table("document")
    op.drop_table("deletion")
    with op.batch_alter_table("barrier_report", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_barrier_report_result_due_at"))

    op.drop_table("barrier_report")
    op.drop_table("audit_head")
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_entry_what"))
        batch_op.drop_index("ix_audit_entry_thing")
        batch_op.drop_index(batch_op.f("ix_audit_entry_at"))
        batch_op.drop_index("ix_audit_entry_actor")

    op.drop_table("audit_entry")
