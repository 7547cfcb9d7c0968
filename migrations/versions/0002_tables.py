"""Every table, as the models describe them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "cohorts",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("headline", sa.String(length=200), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("pilot_start_on", sa.Date(), nullable=False),
        sa.Column("pilot_end_on", sa.Date(), nullable=False),
        sa.Column("budget_cents", sa.Integer(), nullable=False),
        sa.Column("is_sample", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("budget_cents > 0", name=op.f("ck_cohorts_budget_positive")),
        sa.CheckConstraint("number BETWEEN 1 AND 999", name=op.f("ck_cohorts_number_real")),
        sa.CheckConstraint("pilot_start_on < pilot_end_on", name=op.f("ck_cohorts_pilot_dates_in_order")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cohorts")),
        sa.UniqueConstraint("number", name=op.f("uq_cohorts_number")),
    )
    op.create_table(
        "host_organizations",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('city', 'authority', 'county', 'nonprofit')", name=op.f("ck_host_organizations_kind_known")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_host_organizations")),
        sa.UniqueConstraint("name", name=op.f("uq_host_organizations_name")),
    )
    op.create_table(
        "organizations",
        sa.Column("legal_name", sa.String(length=200), nullable=False),
        sa.Column("name_key", sa.String(length=400), nullable=False),
        sa.Column("registration_state", sa.String(length=40), nullable=False),
        sa.Column("registration_number", sa.String(length=40), nullable=False),
        sa.Column("street", sa.String(length=200), nullable=False),
        sa.Column("city", sa.String(length=100), nullable=False),
        sa.Column("postal_code", sa.String(length=10), nullable=False),
        sa.Column("county", sa.String(length=100), nullable=False),
        sa.Column("founded_year", sa.Integer(), nullable=True),
        sa.Column("people", sa.Integer(), nullable=True),
        sa.Column("website", sa.String(length=300), nullable=False),
        sa.Column("registered_on", sa.Date(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "founded_year IS NULL OR founded_year BETWEEN 1800 AND 2100",
            name=op.f("ck_organizations_founded_year_real"),
        ),
        sa.CheckConstraint("length(legal_name) > 0", name=op.f("ck_organizations_name_given")),
        sa.CheckConstraint("people IS NULL OR people > 0", name=op.f("ck_organizations_people_positive")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organizations")),
        sa.UniqueConstraint("name_key", name=op.f("uq_organizations_name_key")),
    )
    op.create_table(
        "users",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(length=255), nullable=False),
        sa.Column("email_key", sa.String(length=255), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("password", sa.String(length=255), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("fs_uniquifier", sa.String(length=64), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("create_datetime", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("update_datetime", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("tf_primary_method", sa.String(length=64), nullable=True),
        sa.Column("tf_totp_secret", sa.String(length=255), nullable=True),
        sa.Column("tf_phone_number", sa.String(length=128), nullable=True),
        sa.Column("totp_counter", sa.Integer(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("email_key = lower(email_key)", name=op.f("ck_users_email_key_folded")),
        sa.CheckConstraint("length(name) > 0", name=op.f("ck_users_name_given")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("email_key", name=op.f("uq_users_email_key")),
        sa.UniqueConstraint("fs_uniquifier", name=op.f("uq_users_fs_uniquifier")),
    )
    op.create_index(op.f("ix_users_person_id"), "users", ["person_id"], unique=False)
    op.create_table(
        "sign_in_tries",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_tries")),
    )
    op.create_index("ix_sign_in_tries_key_at", "sign_in_tries", ["key", "at"], unique=False)
    op.create_index(op.f("ix_sign_in_tries_at"), "sign_in_tries", ["at"], unique=False)
    op.create_table(
        "access_log",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.Column("viewer_id", sa.Uuid(), nullable=False),
        sa.Column("subject_type", sa.String(length=60), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("purpose", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["viewer_id"], ["users.id"], name=op.f("fk_access_log_viewer_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_log")),
    )
    op.create_index(op.f("ix_access_log_at"), "access_log", ["at"], unique=False)
    op.create_index(op.f("ix_access_log_subject_id"), "access_log", ["subject_id"], unique=False)
    op.create_index(op.f("ix_access_log_viewer_id"), "access_log", ["viewer_id"], unique=False)
    op.create_table(
        "challenge_areas",
        sa.Column("cohort_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("teaser", sa.String(length=300), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("success", sa.Text(), nullable=False),
        sa.Column("constraints", sa.Text(), nullable=False),
        sa.Column("host_id", sa.Uuid(), nullable=False),
        sa.Column("champion_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["champion_id"], ["users.id"], name=op.f("fk_challenge_areas_champion_id_users")),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohorts.id"], name=op.f("fk_challenge_areas_cohort_id_cohorts")),
        sa.ForeignKeyConstraint(
            ["host_id"], ["host_organizations.id"], name=op.f("fk_challenge_areas_host_id_host_organizations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_challenge_areas")),
        sa.UniqueConstraint("cohort_id", "position", name=op.f("uq_challenge_areas_cohort_id_position")),
        sa.UniqueConstraint("cohort_id", "slug", name=op.f("uq_challenge_areas_cohort_id_slug")),
    )
    op.create_index(op.f("ix_challenge_areas_champion_id"), "challenge_areas", ["champion_id"], unique=False)
    op.create_table(
        "memberships",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("role IN ('representative', 'editor', 'viewer')", name=op.f("ck_memberships_role_known")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_memberships_organization_id_organizations")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_memberships_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_memberships")),
        sa.UniqueConstraint("organization_id", "user_id", name=op.f("uq_memberships_organization_id_user_id")),
    )
    op.create_index("ix_memberships_user_id", "memberships", ["user_id"], unique=False)
    op.create_table(
        "rfps",
        sa.Column("cohort_id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(length=20), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("publish_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("questions_due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answers_due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("scores_due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decision_on", sa.Date(), nullable=False),
        sa.Column("stipend_cents", sa.Integer(), nullable=False),
        sa.Column("award_count", sa.Integer(), nullable=False),
        sa.Column("prepared_by_id", sa.Uuid(), nullable=False),
        sa.Column("published_by_id", sa.Uuid(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opening_root", sa.String(length=64), nullable=True),
        sa.Column("panel_opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(status = 'published') = (published_by_id IS NOT NULL)", name=op.f("ck_rfps_published_by_somebody")
        ),
        sa.CheckConstraint(
            "status IN ('draft', 'in_review', 'published', 'cancelled')", name=op.f("ck_rfps_status_known")
        ),
        sa.CheckConstraint("(opened_at IS NULL) = (opening_root IS NULL)", name=op.f("ck_rfps_opened_with_root")),
        sa.CheckConstraint(
            "completed_at IS NULL OR decided_at IS NOT NULL", name=op.f("ck_rfps_complete_after_decided")
        ),
        sa.CheckConstraint(
            "decided_at IS NULL OR panel_opened_at IS NOT NULL", name=op.f("ck_rfps_decided_after_panel")
        ),
        sa.CheckConstraint("opened_at IS NULL OR opened_at > closes_at", name=op.f("ck_rfps_opened_after_deadline")),
        sa.CheckConstraint(
            "panel_opened_at IS NULL OR opened_at IS NOT NULL", name=op.f("ck_rfps_panel_after_opening")
        ),
        sa.CheckConstraint(
            "publish_at < questions_due_at AND questions_due_at <= answers_due_at AND answers_due_at <= closes_at AND closes_at < scores_due_at",
            name=op.f("ck_rfps_dates_in_order"),
        ),
        sa.CheckConstraint("published_by_id <> prepared_by_id", name=op.f("ck_rfps_published_by_a_second_person")),
        sa.CheckConstraint("stipend_cents > 0 AND award_count > 0", name=op.f("ck_rfps_amounts_positive")),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohorts.id"], name=op.f("fk_rfps_cohort_id_cohorts")),
        sa.ForeignKeyConstraint(["prepared_by_id"], ["users.id"], name=op.f("fk_rfps_prepared_by_id_users")),
        sa.ForeignKeyConstraint(["published_by_id"], ["users.id"], name=op.f("fk_rfps_published_by_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rfps")),
        sa.UniqueConstraint("cohort_id", name=op.f("uq_rfps_cohort_id")),
        sa.UniqueConstraint("reference", name=op.f("uq_rfps_reference")),
    )
    op.create_table(
        "staff_roles",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("granted_by_id", sa.Uuid(), nullable=True),
        sa.Column("granted_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "role IN ('program_manager', 'director', 'finance', 'admin', 'auditor')",
            name=op.f("ck_staff_roles_role_known"),
        ),
        sa.CheckConstraint(
            "granted_by_id IS NULL OR granted_by_id <> user_id", name=op.f("ck_staff_roles_not_to_oneself")
        ),
        sa.ForeignKeyConstraint(["granted_by_id"], ["users.id"], name=op.f("fk_staff_roles_granted_by_id_users")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_staff_roles_user_id_users")),
        sa.PrimaryKeyConstraint("user_id", "role", name=op.f("pk_staff_roles")),
    )
    op.create_table(
        "vendor_verifications",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("vendor_number", sa.String(length=10), nullable=False),
        sa.Column("remit_to", sa.String(length=200), nullable=False),
        sa.Column("w9_on_file_on", sa.Date(), nullable=False),
        sa.Column("entered_by_id", sa.Uuid(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_by_id", sa.Uuid(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("hold_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "vendor_number ~ '^[0-9]{4,10}$'", name=op.f("ck_vendor_verifications_vendor_number_digits")
        ),
        sa.CheckConstraint(
            "(confirmed_at IS NULL) = (confirmed_by_id IS NULL)",
            name=op.f("ck_vendor_verifications_confirmed_by_somebody"),
        ),
        sa.CheckConstraint("confirmed_by_id <> entered_by_id", name=op.f("ck_vendor_verifications_two_people")),
        sa.ForeignKeyConstraint(
            ["confirmed_by_id"], ["users.id"], name=op.f("fk_vendor_verifications_confirmed_by_id_users")
        ),
        sa.ForeignKeyConstraint(
            ["entered_by_id"], ["users.id"], name=op.f("fk_vendor_verifications_entered_by_id_users")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_vendor_verifications_organization_id_organizations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vendor_verifications")),
        sa.UniqueConstraint("organization_id", "number", name=op.f("uq_vendor_verifications_organization_id_number")),
    )
    op.create_table(
        "audit_events",
        sa.Column("seq", sa.BigInteger(), server_default=sa.text("0"), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("actor_name", sa.String(length=200), nullable=False),
        sa.Column("action", sa.String(length=80), nullable=False),
        sa.Column("subject_type", sa.String(length=60), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("sealed_rfp_id", sa.Uuid(), nullable=True),
        sa.Column("change", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("prev_hash", sa.String(length=64), server_default="", nullable=False),
        sa.Column("hash", sa.String(length=64), server_default="", nullable=False),
        sa.Column("xact", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["users.id"], name=op.f("fk_audit_events_actor_id_users")),
        sa.ForeignKeyConstraint(["sealed_rfp_id"], ["rfps.id"], name=op.f("fk_audit_events_sealed_rfp_id_rfps")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit_events")),
    )
    op.create_index(op.f("ix_audit_events_action"), "audit_events", ["action"], unique=False)
    op.create_index(op.f("ix_audit_events_actor_id"), "audit_events", ["actor_id"], unique=False)
    op.create_index(op.f("ix_audit_events_at"), "audit_events", ["at"], unique=False)
    op.create_index(op.f("ix_audit_events_sealed_rfp_id"), "audit_events", ["sealed_rfp_id"], unique=False)
    op.create_index("ix_audit_events_subject_id_xact", "audit_events", ["subject_id", "xact"], unique=False)
    op.create_table(
        "criteria",
        sa.Column("rfp_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("question", sa.String(length=500), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.Column("anchors", postgresql.ARRAY(sa.String(length=300)), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("cardinality(anchors) = 6", name=op.f("ck_criteria_six_anchors")),
        sa.CheckConstraint("weight BETWEEN 1 AND 100", name=op.f("ck_criteria_weight_in_range")),
        sa.ForeignKeyConstraint(["rfp_id"], ["rfps.id"], name=op.f("fk_criteria_rfp_id_rfps")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_criteria")),
        sa.UniqueConstraint("rfp_id", "position", name=op.f("uq_criteria_rfp_id_position")),
    )
    op.create_table(
        "document_slots",
        sa.Column("rfp_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("hint", sa.String(length=500), nullable=False),
        sa.Column("media_types", postgresql.ARRAY(sa.String(length=100)), nullable=False),
        sa.Column("max_bytes", sa.BigInteger(), nullable=False),
        sa.Column("max_pages", sa.Integer(), nullable=False),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("max_bytes BETWEEN 1 AND 26214400", name=op.f("ck_document_slots_at_most_25_mb")),
        sa.CheckConstraint("max_pages > 0", name=op.f("ck_document_slots_pages_positive")),
        sa.ForeignKeyConstraint(["rfp_id"], ["rfps.id"], name=op.f("fk_document_slots_rfp_id_rfps")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_slots")),
        sa.UniqueConstraint("rfp_id", "position", name=op.f("uq_document_slots_rfp_id_position")),
        sa.UniqueConstraint("rfp_id", "slug", name=op.f("uq_document_slots_rfp_id_slug")),
    )
    op.create_table(
        "documents",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("media_type", sa.String(length=60), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("filename", sa.String(length=255), nullable=False),
        sa.Column("storage_key", sa.String(length=64), nullable=False),
        sa.Column("uploaded_by_id", sa.Uuid(), nullable=False),
        sa.Column("sealed_rfp_id", sa.Uuid(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "media_type IN ('application/pdf', 'image/png', 'image/jpeg')", name=op.f("ck_documents_type_allowed")
        ),
        sa.CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name=op.f("ck_documents_hash_whole")),
        sa.CheckConstraint("pages > 0", name=op.f("ck_documents_pages_positive")),
        sa.CheckConstraint("size > 0 AND size <= 25000000", name=op.f("ck_documents_size_allowed")),
        sa.ForeignKeyConstraint(["sealed_rfp_id"], ["rfps.id"], name=op.f("fk_documents_sealed_rfp_id_rfps")),
        sa.ForeignKeyConstraint(["uploaded_by_id"], ["users.id"], name=op.f("fk_documents_uploaded_by_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_documents")),
        sa.UniqueConstraint("storage_key", name=op.f("uq_documents_storage_key")),
    )
    op.create_index(op.f("ix_documents_uploaded_by_id"), "documents", ["uploaded_by_id"], unique=False)
    op.create_table(
        "eligibility_rules",
        sa.Column("rfp_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(length=500), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["rfp_id"], ["rfps.id"], name=op.f("fk_eligibility_rules_rfp_id_rfps")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_eligibility_rules")),
        sa.UniqueConstraint("rfp_id", "position", name=op.f("uq_eligibility_rules_rfp_id_position")),
    )
    op.create_table(
        "installment_templates",
        sa.Column("rfp_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("milestone", sa.String(length=120), nullable=False),
        sa.Column("done_when", sa.Text(), nullable=False),
        sa.Column("due_after_days", sa.Integer(), nullable=False),
        sa.Column("amount_cents", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("amount_cents > 0", name=op.f("ck_installment_templates_amount_positive")),
        sa.CheckConstraint("due_after_days BETWEEN 1 AND 400", name=op.f("ck_installment_templates_due_after_start")),
        sa.ForeignKeyConstraint(["rfp_id"], ["rfps.id"], name=op.f("fk_installment_templates_rfp_id_rfps")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_installment_templates")),
        sa.UniqueConstraint("rfp_id", "position", name=op.f("uq_installment_templates_rfp_id_position")),
    )
    op.create_table(
        "notices",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("body_text", sa.Text(), nullable=False),
        sa.Column("body_html", sa.Text(), nullable=False),
        sa.Column("about", sa.String(length=80), nullable=False),
        sa.Column("private", sa.Boolean(), nullable=False),
        sa.Column("sealed_rfp_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("subject !~ '[\\r\\n]' AND length(subject) > 0", name=op.f("ck_notices_subject_one_line")),
        sa.CheckConstraint("private OR user_id IS NOT NULL", name=op.f("ck_notices_has_reader")),
        sa.ForeignKeyConstraint(["sealed_rfp_id"], ["rfps.id"], name=op.f("fk_notices_sealed_rfp_id_rfps")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_notices_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
    )
    op.create_index("ix_notices_user_id_created_at", "notices", ["user_id", "created_at"], unique=False)
    op.create_table(
        "openings",
        sa.Column("rfp_id", sa.Uuid(), nullable=False),
        sa.Column("asked_by_id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by_id", sa.Uuid(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("merkle_root", sa.String(length=64), nullable=True),
        sa.Column("submissions", sa.Integer(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("(opened_at IS NULL) = (merkle_root IS NULL)", name=op.f("ck_openings_opened_with_root")),
        sa.CheckConstraint("(opened_at IS NULL) = (opened_by_id IS NULL)", name=op.f("ck_openings_opened_by_somebody")),
        sa.CheckConstraint("(opened_at IS NULL) = (submissions IS NULL)", name=op.f("ck_openings_opened_with_count")),
        sa.CheckConstraint("opened_by_id <> asked_by_id", name=op.f("ck_openings_two_people")),
        sa.ForeignKeyConstraint(["asked_by_id"], ["users.id"], name=op.f("fk_openings_asked_by_id_users")),
        sa.ForeignKeyConstraint(["opened_by_id"], ["users.id"], name=op.f("fk_openings_opened_by_id_users")),
        sa.ForeignKeyConstraint(["rfp_id"], ["rfps.id"], name=op.f("fk_openings_rfp_id_rfps")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_openings")),
        sa.UniqueConstraint("rfp_id", name=op.f("uq_openings_rfp_id")),
    )
    op.create_table(
        "panel_members",
        sa.Column("rfp_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("seated_by_id", sa.Uuid(), nullable=False),
        sa.Column("seated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["rfp_id"], ["rfps.id"], name=op.f("fk_panel_members_rfp_id_rfps")),
        sa.ForeignKeyConstraint(["seated_by_id"], ["users.id"], name=op.f("fk_panel_members_seated_by_id_users")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_panel_members_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_panel_members")),
        sa.UniqueConstraint("rfp_id", "user_id", name=op.f("uq_panel_members_rfp_id_user_id")),
    )
    op.create_index("ix_panel_members_user_id", "panel_members", ["user_id"], unique=False)
    op.create_table(
        "proposals",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(length=20), nullable=False),
        sa.Column("rfp_id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("challenge_area_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("submission_number", sa.Integer(), nullable=False),
        sa.Column("submitted_version", sa.Integer(), nullable=True),
        sa.Column("started_by_id", sa.Uuid(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(status = 'draft') = (submission_number = 0)", name=op.f("ck_proposals_submitted_iff_numbered")
        ),
        sa.CheckConstraint("status IN ('draft', 'submitted')", name=op.f("ck_proposals_status_known")),
        sa.CheckConstraint(
            "(submission_number = 0) = (submitted_version IS NULL)", name=op.f("ck_proposals_submitted_version_known")
        ),
        sa.CheckConstraint("version > 0 AND submission_number >= 0", name=op.f("ck_proposals_counters_real")),
        sa.ForeignKeyConstraint(
            ["challenge_area_id"], ["challenge_areas.id"], name=op.f("fk_proposals_challenge_area_id_challenge_areas")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_proposals_organization_id_organizations")
        ),
        sa.ForeignKeyConstraint(["rfp_id"], ["rfps.id"], name=op.f("fk_proposals_rfp_id_rfps")),
        sa.ForeignKeyConstraint(["started_by_id"], ["users.id"], name=op.f("fk_proposals_started_by_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposals")),
        sa.UniqueConstraint(
            "organization_id", "challenge_area_id", name=op.f("uq_proposals_organization_id_challenge_area_id")
        ),
        sa.UniqueConstraint("reference", name=op.f("uq_proposals_reference")),
    )
    op.create_index(op.f("ix_proposals_rfp_id"), "proposals", ["rfp_id"], unique=False)
    op.create_table(
        "releases",
        sa.Column("rfp_id", sa.Uuid(), nullable=False),
        sa.Column("asked_by_id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("released_by_id", sa.Uuid(), nullable=True),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(released_at IS NULL) = (released_by_id IS NULL)", name=op.f("ck_releases_released_by_somebody")
        ),
        sa.CheckConstraint("released_by_id <> asked_by_id", name=op.f("ck_releases_two_people")),
        sa.ForeignKeyConstraint(["asked_by_id"], ["users.id"], name=op.f("fk_releases_asked_by_id_users")),
        sa.ForeignKeyConstraint(["released_by_id"], ["users.id"], name=op.f("fk_releases_released_by_id_users")),
        sa.ForeignKeyConstraint(["rfp_id"], ["rfps.id"], name=op.f("fk_releases_rfp_id_rfps")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_releases")),
        sa.UniqueConstraint("rfp_id", name=op.f("uq_releases_rfp_id")),
    )
    op.create_table(
        "rfp_sections",
        sa.Column("rfp_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["rfp_id"], ["rfps.id"], name=op.f("fk_rfp_sections_rfp_id_rfps")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rfp_sections")),
        sa.UniqueConstraint("rfp_id", "position", name=op.f("uq_rfp_sections_rfp_id_position")),
    )
    op.create_table(
        "rfp_versions",
        sa.Column("rfp_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("snapshot", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["rfp_id"], ["rfps.id"], name=op.f("fk_rfp_versions_rfp_id_rfps")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rfp_versions")),
        sa.UniqueConstraint("rfp_id", "number", name=op.f("uq_rfp_versions_rfp_id_number")),
    )
    op.create_table(
        "attachments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("slot_id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("attached_by_id", sa.Uuid(), nullable=False),
        sa.Column("attached_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["attached_by_id"], ["users.id"], name=op.f("fk_attachments_attached_by_id_users")),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_attachments_document_id_documents")),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposals.id"], name=op.f("fk_attachments_proposal_id_proposals")),
        sa.ForeignKeyConstraint(["slot_id"], ["document_slots.id"], name=op.f("fk_attachments_slot_id_document_slots")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachments")),
        sa.UniqueConstraint("proposal_id", "slot_id", name=op.f("uq_attachments_proposal_id_slot_id")),
    )
    op.create_table(
        "conflict_declarations",
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("answer", sa.String(length=40), nullable=False),
        sa.Column("note", sa.String(length=1000), nullable=False),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "answer = 'none' OR length(note) > 0", name=op.f("ck_conflict_declarations_note_unless_none")
        ),
        sa.CheckConstraint(
            "answer IN ('none', 'conflict', 'unsure')", name=op.f("ck_conflict_declarations_answer_known")
        ),
        sa.CheckConstraint(
            "decided_by_id IS NULL OR answer <> 'unsure'",
            name=op.f("ck_conflict_declarations_a_decision_is_not_unsure"),
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["users.id"], name=op.f("fk_conflict_declarations_decided_by_id_users")
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["panel_members.id"], name=op.f("fk_conflict_declarations_member_id_panel_members")
        ),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["proposals.id"], name=op.f("fk_conflict_declarations_proposal_id_proposals")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conflict_declarations")),
        sa.UniqueConstraint(
            "member_id", "proposal_id", "number", name=op.f("uq_conflict_declarations_member_id_proposal_id_number")
        ),
    )
    op.create_index(
        op.f("ix_conflict_declarations_proposal_id"), "conflict_declarations", ["proposal_id"], unique=False
    )
    op.create_table(
        "decisions",
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("outcome", sa.String(length=40), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("rank", sa.String(length=8), nullable=False),
        sa.Column("score", sa.String(length=40), nullable=False),
        sa.Column("feedback", sa.Text(), nullable=False),
        sa.Column("set_by_id", sa.Uuid(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_by_id", sa.Uuid(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(status IN ('accepted', 'declined')) = (answered_at IS NOT NULL)",
            name=op.f("ck_decisions_answered_iff_answer"),
        ),
        sa.CheckConstraint("outcome IN ('award', 'reserve', 'decline')", name=op.f("ck_decisions_outcome_known")),
        sa.CheckConstraint(
            "status = 'pending' OR length(feedback) > 0", name=op.f("ck_decisions_feedback_before_release")
        ),
        sa.CheckConstraint(
            "status IN ('pending', 'released') OR outcome = 'award'", name=op.f("ck_decisions_only_awards_are_answered")
        ),
        sa.CheckConstraint(
            "status IN ('pending', 'released', 'accepted', 'declined')", name=op.f("ck_decisions_status_known")
        ),
        sa.CheckConstraint(
            "(answered_at IS NULL) = (answered_by_id IS NULL)", name=op.f("ck_decisions_answered_by_somebody")
        ),
        sa.ForeignKeyConstraint(["answered_by_id"], ["users.id"], name=op.f("fk_decisions_answered_by_id_users")),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposals.id"], name=op.f("fk_decisions_proposal_id_proposals")),
        sa.ForeignKeyConstraint(["set_by_id"], ["users.id"], name=op.f("fk_decisions_set_by_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decisions")),
        sa.UniqueConstraint("proposal_id", name=op.f("uq_decisions_proposal_id")),
    )
    op.create_table(
        "emails",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("to_address", sa.String(length=255), nullable=False),
        sa.Column("message_id", sa.String(length=255), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.String(length=300), nullable=False),
        sa.CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name=op.f("ck_emails_sent_iff_sent_at")),
        sa.CheckConstraint(
            "state IN ('queued', 'sent', 'refused', 'failed', 'kept')", name=op.f("ck_emails_state_known")
        ),
        sa.CheckConstraint("to_address !~ '[\\r\\n]'", name=op.f("ck_emails_address_one_line")),
        sa.CheckConstraint("tries >= 0", name=op.f("ck_emails_tries_counted")),
        sa.ForeignKeyConstraint(["notice_id"], ["notices.id"], name=op.f("fk_emails_notice_id_notices")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_emails")),
        sa.UniqueConstraint("message_id", name=op.f("uq_emails_message_id")),
        sa.UniqueConstraint("notice_id", name=op.f("uq_emails_notice_id")),
    )
    op.create_index(
        "ix_emails_queued", "emails", ["created_at"], unique=False, postgresql_where=sa.text("state = 'queued'")
    )
    op.create_table(
        "form_sections",
        sa.Column("rfp_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("group", sa.String(length=120), nullable=False),
        sa.Column("criterion_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["criterion_id"], ["criteria.id"], name=op.f("fk_form_sections_criterion_id_criteria")),
        sa.ForeignKeyConstraint(["rfp_id"], ["rfps.id"], name=op.f("fk_form_sections_rfp_id_rfps")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form_sections")),
        sa.UniqueConstraint("rfp_id", "position", name=op.f("uq_form_sections_rfp_id_position")),
        sa.UniqueConstraint("rfp_id", "slug", name=op.f("uq_form_sections_rfp_id_slug")),
    )
    op.create_table(
        "reader_grants",
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("why", sa.String(length=200), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposals.id"], name=op.f("fk_reader_grants_proposal_id_proposals")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_reader_grants_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reader_grants")),
    )
    op.create_index(op.f("ix_reader_grants_user_id"), "reader_grants", ["user_id"], unique=False)
    op.create_index(
        "uq_reader_grants_live",
        "reader_grants",
        ["proposal_id", "user_id"],
        unique=True,
        postgresql_where=sa.text("revoked_at IS NULL"),
    )
    op.create_table(
        "refusals",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("signature", sa.String(length=88), nullable=False),
        sa.Column("key_id", sa.String(length=32), nullable=False),
        sa.Column("refused_user_id", sa.Uuid(), nullable=False),
        sa.Column("idempotency_key", sa.String(length=64), nullable=False),
        sa.CheckConstraint("received_at > closes_at", name=op.f("ck_refusals_late_indeed")),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposals.id"], name=op.f("fk_refusals_proposal_id_proposals")),
        sa.ForeignKeyConstraint(["refused_user_id"], ["users.id"], name=op.f("fk_refusals_refused_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refusals")),
        sa.UniqueConstraint(
            "refused_user_id", "idempotency_key", name=op.f("uq_refusals_refused_user_id_idempotency_key")
        ),
    )
    op.create_index(op.f("ix_refusals_proposal_id"), "refusals", ["proposal_id"], unique=False)
    op.create_table(
        "score_sheets",
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("status <> 'signed' OR signed_at IS NOT NULL", name=op.f("ck_score_sheets_signed_at_known")),
        sa.CheckConstraint("status IN ('draft', 'final', 'signed', 'void')", name=op.f("ck_score_sheets_status_known")),
        sa.ForeignKeyConstraint(
            ["member_id"], ["panel_members.id"], name=op.f("fk_score_sheets_member_id_panel_members")
        ),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposals.id"], name=op.f("fk_score_sheets_proposal_id_proposals")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_score_sheets")),
        sa.UniqueConstraint("member_id", "proposal_id", name=op.f("uq_score_sheets_member_id_proposal_id")),
    )
    op.create_index(op.f("ix_score_sheets_proposal_id"), "score_sheets", ["proposal_id"], unique=False)
    op.create_table(
        "submissions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rfp_version_id", sa.Uuid(), nullable=False),
        sa.Column("draft_version", sa.Integer(), nullable=False),
        sa.Column("manifest", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("signature", sa.String(length=88), nullable=False),
        sa.Column("key_id", sa.String(length=32), nullable=False),
        sa.Column("submitted_by_id", sa.Uuid(), nullable=False),
        sa.Column("idempotency_key", sa.String(length=64), nullable=False),
        sa.CheckConstraint("length(idempotency_key) BETWEEN 8 AND 64", name=op.f("ck_submissions_key_real")),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_submissions_hash_whole")),
        sa.CheckConstraint("number > 0", name=op.f("ck_submissions_number_positive")),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposals.id"], name=op.f("fk_submissions_proposal_id_proposals")),
        sa.ForeignKeyConstraint(
            ["rfp_version_id"], ["rfp_versions.id"], name=op.f("fk_submissions_rfp_version_id_rfp_versions")
        ),
        sa.ForeignKeyConstraint(["submitted_by_id"], ["users.id"], name=op.f("fk_submissions_submitted_by_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submissions")),
        sa.UniqueConstraint("proposal_id", "number", name=op.f("uq_submissions_proposal_id_number")),
        sa.UniqueConstraint(
            "submitted_by_id", "idempotency_key", name=op.f("uq_submissions_submitted_by_id_idempotency_key")
        ),
    )
    op.create_table(
        "form_questions",
        sa.Column("rfp_id", sa.Uuid(), nullable=False),
        sa.Column("section_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=300), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("hint", sa.String(length=500), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("word_limit", sa.Integer(), nullable=True),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(kind = 'long_text') = (word_limit IS NOT NULL)", name=op.f("ck_form_questions_long_text_has_a_limit")
        ),
        sa.CheckConstraint(
            "kind IN ('short_text', 'long_text', 'url', 'yes_no')", name=op.f("ck_form_questions_kind_known")
        ),
        sa.CheckConstraint("word_limit BETWEEN 10 AND 2000", name=op.f("ck_form_questions_word_limit_real")),
        sa.ForeignKeyConstraint(["rfp_id"], ["rfps.id"], name=op.f("fk_form_questions_rfp_id_rfps")),
        sa.ForeignKeyConstraint(
            ["section_id"], ["form_sections.id"], name=op.f("fk_form_questions_section_id_form_sections")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form_questions")),
        sa.UniqueConstraint("section_id", "position", name=op.f("uq_form_questions_section_id_position")),
    )
    op.create_table(
        "pilots",
        sa.Column("reference", sa.String(length=20), nullable=False),
        sa.Column("cohort_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("decision_id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("host_id", sa.Uuid(), nullable=False),
        sa.Column("champion_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("number BETWEEN 1 AND 99", name=op.f("ck_pilots_number_real")),
        sa.CheckConstraint("starts_on < ends_on", name=op.f("ck_pilots_dates_in_order")),
        sa.ForeignKeyConstraint(["champion_id"], ["users.id"], name=op.f("fk_pilots_champion_id_users")),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohorts.id"], name=op.f("fk_pilots_cohort_id_cohorts")),
        sa.ForeignKeyConstraint(["decision_id"], ["decisions.id"], name=op.f("fk_pilots_decision_id_decisions")),
        sa.ForeignKeyConstraint(
            ["host_id"], ["host_organizations.id"], name=op.f("fk_pilots_host_id_host_organizations")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_pilots_organization_id_organizations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pilots")),
        sa.UniqueConstraint("cohort_id", "number", name=op.f("uq_pilots_cohort_id_number")),
        sa.UniqueConstraint("decision_id", name=op.f("uq_pilots_decision_id")),
        sa.UniqueConstraint("reference", name=op.f("uq_pilots_reference")),
    )
    op.create_index(op.f("ix_pilots_champion_id"), "pilots", ["champion_id"], unique=False)
    op.create_index(op.f("ix_pilots_organization_id"), "pilots", ["organization_id"], unique=False)
    op.create_table(
        "scores",
        sa.Column("sheet_id", sa.Uuid(), nullable=False),
        sa.Column("criterion_id", sa.Uuid(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=True),
        sa.Column("explanation", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("points BETWEEN 0 AND 5", name=op.f("ck_scores_points_in_range")),
        sa.ForeignKeyConstraint(["criterion_id"], ["criteria.id"], name=op.f("fk_scores_criterion_id_criteria")),
        sa.ForeignKeyConstraint(["sheet_id"], ["score_sheets.id"], name=op.f("fk_scores_sheet_id_score_sheets")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scores")),
        sa.UniqueConstraint("sheet_id", "criterion_id", name=op.f("uq_scores_sheet_id_criterion_id")),
    )
    op.create_table(
        "submitted_documents",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("slot_id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.id"], name=op.f("fk_submitted_documents_document_id_documents")
        ),
        sa.ForeignKeyConstraint(
            ["slot_id"], ["document_slots.id"], name=op.f("fk_submitted_documents_slot_id_document_slots")
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submissions.id"], name=op.f("fk_submitted_documents_submission_id_submissions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submitted_documents")),
        sa.UniqueConstraint("submission_id", "slot_id", name=op.f("uq_submitted_documents_submission_id_slot_id")),
    )
    op.create_index("ix_submitted_documents_document", "submitted_documents", ["document_id"], unique=False)
    op.create_table(
        "agreements",
        sa.Column("reference", sa.String(length=20), nullable=False),
        sa.Column("pilot_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("amount_cents", sa.Integer(), nullable=False),
        sa.Column("contract_number", sa.String(length=40), nullable=True),
        sa.Column("executed_on", sa.Date(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(status = 'executed') = (contract_number IS NOT NULL)", name=op.f("ck_agreements_contract_number_known")
        ),
        sa.CheckConstraint(
            "(status = 'executed') = (executed_on IS NOT NULL)", name=op.f("ck_agreements_executed_on_known")
        ),
        sa.CheckConstraint("status IN ('drafted', 'executed')", name=op.f("ck_agreements_status_known")),
        sa.ForeignKeyConstraint(["pilot_id"], ["pilots.id"], name=op.f("fk_agreements_pilot_id_pilots")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreements")),
        sa.UniqueConstraint("contract_number", name=op.f("uq_agreements_contract_number")),
        sa.UniqueConstraint("pilot_id", name=op.f("uq_agreements_pilot_id")),
        sa.UniqueConstraint("reference", name=op.f("uq_agreements_reference")),
    )
    op.create_table(
        "answers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("question_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("edited_by_id", sa.Uuid(), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["edited_by_id"], ["users.id"], name=op.f("fk_answers_edited_by_id_users")),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposals.id"], name=op.f("fk_answers_proposal_id_proposals")),
        sa.ForeignKeyConstraint(
            ["question_id"], ["form_questions.id"], name=op.f("fk_answers_question_id_form_questions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answers")),
        sa.UniqueConstraint("proposal_id", "question_id", name=op.f("uq_answers_proposal_id_question_id")),
    )
    op.create_table(
        "milestones",
        sa.Column("pilot_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("done_when", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "status IN ('not_started', 'in_progress', 'submitted', 'changes_requested', 'accepted')",
            name=op.f("ck_milestones_status_known"),
        ),
        sa.CheckConstraint("number > 0", name=op.f("ck_milestones_number_positive")),
        sa.ForeignKeyConstraint(["pilot_id"], ["pilots.id"], name=op.f("fk_milestones_pilot_id_pilots")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_milestones")),
        sa.UniqueConstraint("pilot_id", "number", name=op.f("uq_milestones_pilot_id_number")),
    )
    op.create_table(
        "score_changes",
        sa.Column("score_id", sa.Uuid(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=True),
        sa.Column("explanation", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["score_id"], ["scores.id"], name=op.f("fk_score_changes_score_id_scores")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_score_changes")),
    )
    op.create_index(op.f("ix_score_changes_score_id"), "score_changes", ["score_id"], unique=False)
    op.create_table(
        "stipends",
        sa.Column("pilot_id", sa.Uuid(), nullable=False),
        sa.Column("amount_cents", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("amount_cents > 0", name=op.f("ck_stipends_amount_positive")),
        sa.ForeignKeyConstraint(["pilot_id"], ["pilots.id"], name=op.f("fk_stipends_pilot_id_pilots")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stipends")),
        sa.UniqueConstraint("pilot_id", name=op.f("uq_stipends_pilot_id")),
    )
    op.create_table(
        "deliverable_versions",
        sa.Column("milestone_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("submitted_by_id", sa.Uuid(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("length(note) > 0", name=op.f("ck_deliverable_versions_note_given")),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.id"], name=op.f("fk_deliverable_versions_document_id_documents")
        ),
        sa.ForeignKeyConstraint(
            ["milestone_id"], ["milestones.id"], name=op.f("fk_deliverable_versions_milestone_id_milestones")
        ),
        sa.ForeignKeyConstraint(
            ["submitted_by_id"], ["users.id"], name=op.f("fk_deliverable_versions_submitted_by_id_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliverable_versions")),
        sa.UniqueConstraint("milestone_id", "number", name=op.f("uq_deliverable_versions_milestone_id_number")),
    )
    op.create_index(op.f("ix_deliverable_versions_document_id"), "deliverable_versions", ["document_id"], unique=False)
    op.create_table(
        "installments",
        sa.Column("stipend_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("milestone_id", sa.Uuid(), nullable=False),
        sa.Column("amount_cents", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("amount_cents > 0", name=op.f("ck_installments_amount_positive")),
        sa.ForeignKeyConstraint(
            ["milestone_id"], ["milestones.id"], name=op.f("fk_installments_milestone_id_milestones")
        ),
        sa.ForeignKeyConstraint(["stipend_id"], ["stipends.id"], name=op.f("fk_installments_stipend_id_stipends")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_installments")),
        sa.UniqueConstraint("milestone_id", name=op.f("uq_installments_milestone_id")),
        sa.UniqueConstraint("stipend_id", "number", name=op.f("uq_installments_stipend_id_number")),
    )
    op.create_table(
        "journal_entries",
        sa.Column("stipend_id", sa.Uuid(), nullable=False),
        sa.Column("description", sa.String(length=200), nullable=False),
        sa.Column("booked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["stipend_id"], ["stipends.id"], name=op.f("fk_journal_entries_stipend_id_stipends")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal_entries")),
    )
    op.create_index(op.f("ix_journal_entries_stipend_id"), "journal_entries", ["stipend_id"], unique=False)
    op.create_table(
        "acceptances",
        sa.Column("deliverable_version_id", sa.Uuid(), nullable=False),
        sa.Column("verdict", sa.String(length=40), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("decided_by_id", sa.Uuid(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("verdict = 'accepted' OR length(note) > 0", name=op.f("ck_acceptances_changes_are_named")),
        sa.CheckConstraint("verdict IN ('accepted', 'changes_requested')", name=op.f("ck_acceptances_verdict_known")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["users.id"], name=op.f("fk_acceptances_decided_by_id_users")),
        sa.ForeignKeyConstraint(
            ["deliverable_version_id"],
            ["deliverable_versions.id"],
            name=op.f("fk_acceptances_deliverable_version_id_deliverable_versions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_acceptances")),
        sa.UniqueConstraint("deliverable_version_id", name=op.f("uq_acceptances_deliverable_version_id")),
    )
    op.create_index("ix_acceptances_decided_by", "acceptances", ["decided_by_id"], unique=False)
    op.create_table(
        "journal_lines",
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.Column("amount_cents", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "account IN ('appropriation', 'encumbrance', 'expenditure', 'paid')",
            name=op.f("ck_journal_lines_account_known"),
        ),
        sa.CheckConstraint("amount_cents <> 0", name=op.f("ck_journal_lines_amount_not_zero")),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["journal_entries.id"], name=op.f("fk_journal_lines_entry_id_journal_entries")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal_lines")),
        sa.UniqueConstraint("entry_id", "account", name=op.f("uq_journal_lines_entry_id_account")),
    )
    op.create_table(
        "payment_requests",
        sa.Column("reference", sa.String(length=20), nullable=False),
        sa.Column("installment_id", sa.Uuid(), nullable=False),
        sa.Column("amount_cents", sa.Integer(), nullable=False),
        sa.Column("vendor_verification_id", sa.Uuid(), nullable=False),
        sa.Column("evidence_sha256", sa.String(length=64), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("approvals_needed", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("prepared_by_id", sa.Uuid(), nullable=False),
        sa.Column("prepared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("returned_reason", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(status = 'returned') = (length(returned_reason) > 0)",
            name=op.f("ck_payment_requests_returned_with_a_reason"),
        ),
        sa.CheckConstraint(
            "status IN ('waiting', 'approved', 'returned', 'recalled', 'paid')",
            name=op.f("ck_payment_requests_status_known"),
        ),
        sa.CheckConstraint("amount_cents > 0", name=op.f("ck_payment_requests_amount_positive")),
        sa.CheckConstraint("approvals_needed IN (1, 2)", name=op.f("ck_payment_requests_one_or_two_approvals")),
        sa.ForeignKeyConstraint(
            ["installment_id"], ["installments.id"], name=op.f("fk_payment_requests_installment_id_installments")
        ),
        sa.ForeignKeyConstraint(
            ["prepared_by_id"], ["users.id"], name=op.f("fk_payment_requests_prepared_by_id_users")
        ),
        sa.ForeignKeyConstraint(
            ["vendor_verification_id"],
            ["vendor_verifications.id"],
            name=op.f("fk_payment_requests_vendor_verification_id_vendor_verifications"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_requests")),
        sa.UniqueConstraint("reference", name=op.f("uq_payment_requests_reference")),
    )
    op.create_index(
        "uq_payment_requests_live_installment",
        "payment_requests",
        ["installment_id"],
        unique=True,
        postgresql_where=sa.text("status IN ('waiting', 'approved', 'paid')"),
    )
    op.create_table(
        "approvals",
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("stage", sa.String(length=40), nullable=False),
        sa.Column("approved_by_id", sa.Uuid(), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("stage IN ('program', 'finance')", name=op.f("ck_approvals_stage_known")),
        sa.ForeignKeyConstraint(["approved_by_id"], ["users.id"], name=op.f("fk_approvals_approved_by_id_users")),
        sa.ForeignKeyConstraint(
            ["request_id"], ["payment_requests.id"], name=op.f("fk_approvals_request_id_payment_requests")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approvals")),
        sa.UniqueConstraint("request_id", "approved_by_id", name=op.f("uq_approvals_request_id_approved_by_id")),
        sa.UniqueConstraint("request_id", "stage", name=op.f("uq_approvals_request_id_stage")),
    )
    op.create_table(
        "disbursements",
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("amount_cents", sa.Integer(), nullable=False),
        sa.Column("method", sa.String(length=40), nullable=False),
        sa.Column("number", sa.String(length=30), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("recorded_by_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("method IN ('ach', 'check')", name=op.f("ck_disbursements_method_known")),
        sa.CheckConstraint("number ~ '^[A-Z0-9-]{1,30}$'", name=op.f("ck_disbursements_number_form")),
        sa.CheckConstraint("amount_cents > 0", name=op.f("ck_disbursements_amount_positive")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["users.id"], name=op.f("fk_disbursements_recorded_by_id_users")),
        sa.ForeignKeyConstraint(
            ["request_id"], ["payment_requests.id"], name=op.f("fk_disbursements_request_id_payment_requests")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disbursements")),
        sa.UniqueConstraint("method", "number", name=op.f("uq_disbursements_method_number")),
        sa.UniqueConstraint("request_id", name=op.f("uq_disbursements_request_id")),
    )


def downgrade() -> None:
    op.drop_table("disbursements")
    op.drop_table("approvals")
    op.drop_index(
        "uq_payment_requests_live_installment",
        table_name="payment_requests",
        postgresql_where=sa.text("status IN ('waiting', 'approved', 'paid')"),
    )
    op.drop_table("payment_requests")
    op.drop_table("journal_lines")
    op.drop_index("ix_acceptances_decided_by", table_name="acceptances")
    op.drop_table("acceptances")
    op.drop_index(op.f("ix_journal_entries_stipend_id"), table_name="journal_entries")
    op.drop_table("journal_entries")
    op.drop_table("installments")
    op.drop_index(op.f("ix_deliverable_versions_document_id"), table_name="deliverable_versions")
    op.drop_table("deliverable_versions")
    op.drop_table("stipends")
    op.drop_index(op.f("ix_score_changes_score_id"), table_name="score_changes")
    op.drop_table("score_changes")
    op.drop_table("milestones")
    op.drop_table("answers")
    op.drop_table("agreements")
    op.drop_index("ix_submitted_documents_document", table_name="submitted_documents")
    op.drop_table("submitted_documents")
    op.drop_table("scores")
    op.drop_index(op.f("ix_pilots_organization_id"), table_name="pilots")
    op.drop_index(op.f("ix_pilots_champion_id"), table_name="pilots")
    op.drop_table("pilots")
    op.drop_table("form_questions")
    op.drop_table("submissions")
    op.drop_index(op.f("ix_score_sheets_proposal_id"), table_name="score_sheets")
    op.drop_table("score_sheets")
    op.drop_index(op.f("ix_refusals_proposal_id"), table_name="refusals")
    op.drop_table("refusals")
    op.drop_index("uq_reader_grants_live", table_name="reader_grants", postgresql_where=sa.text("revoked_at IS NULL"))
    op.drop_index(op.f("ix_reader_grants_user_id"), table_name="reader_grants")
    op.drop_table("reader_grants")
    op.drop_table("form_sections")
    op.drop_index("ix_emails_queued", table_name="emails", postgresql_where=sa.text("state = 'queued'"))
    op.drop_table("emails")
    op.drop_table("decisions")
    op.drop_index(op.f("ix_conflict_declarations_proposal_id"), table_name="conflict_declarations")
    op.drop_table("conflict_declarations")
    op.drop_table("attachments")
    op.drop_table("rfp_versions")
    op.drop_table("rfp_sections")
    op.drop_table("releases")
    op.drop_index(op.f("ix_proposals_rfp_id"), table_name="proposals")
    op.drop_table("proposals")
    op.drop_index("ix_panel_members_user_id", table_name="panel_members")
    op.drop_table("panel_members")
    op.drop_table("openings")
    op.drop_index("ix_notices_user_id_created_at", table_name="notices")
    op.drop_table("notices")
    op.drop_table("installment_templates")
    op.drop_table("eligibility_rules")
    op.drop_index(op.f("ix_documents_uploaded_by_id"), table_name="documents")
    op.drop_table("documents")
    op.drop_table("document_slots")
    op.drop_table("criteria")
    op.drop_index("ix_audit_events_subject_id_xact", table_name="audit_events")
    op.drop_index(op.f("ix_audit_events_sealed_rfp_id"), table_name="audit_events")
    op.drop_index(op.f("ix_audit_events_at"), table_name="audit_events")
    op.drop_index(op.f("ix_audit_events_actor_id"), table_name="audit_events")
    op.drop_index(op.f("ix_audit_events_action"), table_name="audit_events")
    op.drop_table("audit_events")
    op.drop_table("vendor_verifications")
    op.drop_table("staff_roles")
    op.drop_table("rfps")
    op.drop_index("ix_memberships_user_id", table_name="memberships")
    op.drop_table("memberships")
    op.drop_index(op.f("ix_challenge_areas_champion_id"), table_name="challenge_areas")
    op.drop_table("challenge_areas")
    op.drop_index(op.f("ix_access_log_viewer_id"), table_name="access_log")
    op.drop_index(op.f("ix_access_log_subject_id"), table_name="access_log")
    op.drop_index(op.f("ix_access_log_at"), table_name="access_log")
    op.drop_table("access_log")
    op.drop_index(op.f("ix_sign_in_tries_at"), table_name="sign_in_tries")
    op.drop_index("ix_sign_in_tries_key_at", table_name="sign_in_tries")
    op.drop_table("sign_in_tries")
    op.drop_index(op.f("ix_users_person_id"), table_name="users")
    op.drop_table("users")
    op.drop_table("organizations")
    op.drop_table("host_organizations")
    op.drop_table("cohorts")
