"""Settings: one parser, and a production that refuses to start with anything unsafe."""

import base64

import pytest

from config import Settings, UnsafeSettingsError, as_flag, read_settings_file

KEY = base64.b64encode(b"k" * 32).decode()
GOOD = {
    "PGLAB_ENVIRONMENT": "production",
    "SECRET_KEY": "s" * 40,
    "PASSWORD_SALT": "p" * 40,
    "BASE_URL": "https://pghlab.example.gov",
    "TRUSTED_HOSTS": "pghlab.example.gov",
    "DATABASE_URL": "postgresql+psycopg://pglab_app:x@db.example.gov/pglab",
    "S3_ENDPOINT": "https://s3.example.gov",
    "S3_ACCESS_KEY": "a",
    "S3_SECRET_KEY": "b",
    "CLAMD_ADDRESS": "unix:/run/clamav/clamd.ctl",
    "MAIL_SERVER": "mail.example.gov",
    "RECEIPT_KEY": KEY,
    "PGLAB_STATE": "/var/lib/pglab/x",
}


def test_a_whole_production_starts():
    assert Settings.from_env(GOOD).is_production


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY"),
        ({"SECRET_KEY": "dev"}, "SECRET_KEY"),
        ({"SECRET_KEY": "s" * 31}, "SECRET_KEY"),
        ({"SECRET_KEY": "p" * 40}, "SECRET_KEY"),
        ({"PASSWORD_SALT": "short"}, "PASSWORD_SALT"),
        ({"BASE_URL": "http://pghlab.example.gov"}, "https://"),
        ({"TRUSTED_HOSTS": ""}, "TRUSTED_HOSTS"),
        ({"TRUSTED_HOSTS": "*"}, "patterns"),
        ({"MAIL_SERVER": ""}, "MAIL_SERVER"),
        ({"DATABASE_URL": "sqlite:///x"}, "DATABASE_URL"),
        ({"DATABASE_URL": "postgresql+psycopg://a@/x?host=/var/lib/pglab/x/postgres"}, "embedded"),
        ({"DATABASE_URL": "postgresql+psycopg://a@/x?host=/tmp/pglab-0f"}, "embedded"),
        ({"S3_ENDPOINT": "http://127.0.0.1:9000"}, "development"),
        ({"S3_ENDPOINT": "http://localhost:9000"}, "development"),
        ({"S3_PUBLIC_ENDPOINT": "http://files.example.gov"}, "S3_PUBLIC_ENDPOINT"),
        ({"CLAMD_ADDRESS": ""}, "CLAMD_ADDRESS"),
        ({"CLAMD_ADDRESS": "clamav"}, "host:port"),
        ({"CLAMD_ADDRESS": "clamav:socket"}, "host:port"),
        ({"RECEIPT_KEY": "x"}, "RECEIPT_KEY"),
        ({"RECEIPT_OLD_KEYS": "x"}, "RECEIPT_OLD_KEYS"),
        ({"DEMO_NOTICE": "yes"}, "DEMO_NOTICE"),
        ({"APPROVALS_REQUIRED": "0"}, "APPROVALS_REQUIRED"),
        ({"SEALED_COUNTS": "all"}, "SEALED_COUNTS"),
        ({"PGLAB_ENVIRONMENT": "prod"}, "PGLAB_ENVIRONMENT"),
        ({"PORT": "80 80"}, "PORT"),
        ({"DEMO_NOTICE": "maybe"}, "yes or no"),
    ],
    ids=lambda value: "-".join(f"{k}={v[:20]}" for k, v in value.items()) if isinstance(value, dict) else "",
)
def test_every_unsafe_setting_is_refused_by_name_and_no_secret_is_told(change, sentence):
    with pytest.raises(UnsafeSettingsError) as refusal:
        Settings.from_env({**GOOD, **change})

    assert sentence in str(refusal.value)
    assert "s" * 31 not in str(refusal.value)


@pytest.mark.parametrize(
    ("written", "meant"), [("true", True), ("1", True), (" YES ", True), ("off", False), ("", False)]
)
def test_one_parser_for_yes_and_no(written, meant):
    assert as_flag("X", written) is meant


def test_a_settings_file_may_have_quotes_comments_and_blank_lines(tmp_path):
    file = tmp_path / "settings.env"
    file.write_text("# secrets\r\nA='with space'\r\n\nB=\"x=y\"\nno equals\n", encoding="utf-8")

    assert read_settings_file(file) == {"A": "with space", "B": "x=y"}
