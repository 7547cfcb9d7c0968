"""Every setting of the product, read once from the environment. The only module that does."""

import base64
import binascii
import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent
ENVIRONMENTS = ("development", "test", "production")
SHARES = ("general", "arrival")
TRUE_WORDS, FALSE_WORDS = {"true", "1", "yes", "on"}, {"false", "0", "no", "off", ""}
EXAMPLE_SECRETS = {"dev", "secret", "changeme", "change-me", "example"}


class UnsafeSettingsError(Exception):
    """Settings the product refuses to start with; `problems` holds one sentence each, never a secret."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


def state_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """Where generated secrets and the embedded services' data lie: `PGLAB_STATE`, else `var/` in the checkout.

    Root gets a folder under /var/lib: embedded PostgreSQL runs as another user, who may not enter a private home.
    """
    if environment.get("PGLAB_STATE"):
        return Path(environment["PGLAB_STATE"]).resolve()
    if os.geteuid() == 0:
        return Path("/var/lib/pglab") / f"{ROOT.name}-{hashlib.sha256(str(ROOT).encode()).hexdigest()[:8]}"
    return ROOT / "var"


def read_settings_file(path: Path) -> dict[str, str]:
    """`KEY=value` lines of a settings file; quotes around a value, comments and a missing file are all fine."""
    if not path.is_file():
        return {}
    values = {}
    try:
        written = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise UnsafeSettingsError([f"{path} is not UTF-8."]) from None
    for line in written.splitlines():
        key, equals, value = line.strip().partition("=")
        if equals and not key.startswith("#"):
            values[key.strip()] = value.strip().strip("'\"")
    return values


def merged_environment() -> dict[str, str]:
    """The real environment over `.env` over the generated `settings.env` of the state folder."""
    return {**read_settings_file(state_folder() / "settings.env"), **read_settings_file(ROOT / ".env"), **os.environ}


def as_flag(name: str, written: str) -> bool:
    """`true/1/yes/on` or `false/0/no/off`; anything else is refused rather than guessed."""
    word = written.strip().lower()
    if word in TRUE_WORDS | FALSE_WORDS:
        return word in TRUE_WORDS
    raise UnsafeSettingsError([f"{name} must be yes or no."])


def as_number(name: str, written: str) -> int:
    """A whole number in plain digits."""
    if not (written.strip().isascii() and written.strip().isdigit()):
        raise UnsafeSettingsError([f"{name} must be a whole number."])
    return int(written)


@dataclass(frozen=True)
class Settings:
    """What one running copy of the product is told from outside."""

    environment: str
    secret_key: str
    secret_old_keys: tuple[str, ...]
    password_salt: str
    base_url: str
    trusted_hosts: tuple[str, ...]
    database_url: str
    database_owner_url: str
    s3_endpoint: str
    s3_public_endpoint: str
    s3_access_key: str
    s3_secret_key: str
    s3_bucket: str
    s3_region: str
    clamd_address: str | None
    mail_server: str | None
    mail_port: int
    mail_username: str | None
    mail_password: str | None
    mail_sender: str
    mail_ca_file: str | None
    receipt_key: str
    receipt_old_keys: tuple[str, ...]
    proxy_count: int
    approvals_required: int
    sealed_counts: str
    metrics_token: str | None
    backup_database_url: str
    demo_notice: bool
    debug: bool
    keep_pages: bool
    watch_outages: bool
    port: int
    share: str
    threads: int
    state_dir: Path

    @property
    def is_production(self) -> bool:
        return self.environment == "production"

    @property
    def is_development(self) -> bool:
        return self.environment == "development"

    @classmethod
    def from_env(cls, given: Mapping[str, str] | None = None) -> Self:
        """Read and check the settings; UnsafeSettingsError names everything that is wrong, one sentence each."""
        env = merged_environment() if given is None else dict(given)
        environment = env.get("PGLAB_ENVIRONMENT", "development")
        in_production = "yes" if environment == "production" else "no"
        port = as_number("PORT", env.get("PORT", "8000"))
        base_url = env.get("BASE_URL", f"http://localhost:{port}").rstrip("/")
        host = urlsplit(base_url).hostname or ""
        local = ("localhost", "127.0.0.1") if environment != "production" else ()
        return cls(
            environment=environment,
            secret_key=env.get("SECRET_KEY", ""),
            secret_old_keys=as_list(env.get("SECRET_OLD_KEYS", "")),
            password_salt=env.get("PASSWORD_SALT", ""),
            base_url=base_url,
            trusted_hosts=as_list(env.get("TRUSTED_HOSTS", "")) or ((host, *local) if local else ()),
            database_url=env.get("DATABASE_URL", ""),
            database_owner_url=env.get("DATABASE_OWNER_URL", ""),
            s3_endpoint=env.get("S3_ENDPOINT", ""),
            s3_public_endpoint=env.get("S3_PUBLIC_ENDPOINT") or env.get("S3_ENDPOINT", ""),
            s3_access_key=env.get("S3_ACCESS_KEY", ""),
            s3_secret_key=env.get("S3_SECRET_KEY", ""),
            s3_bucket=env.get("S3_BUCKET", "pglab"),
            s3_region=env.get("S3_REGION", "us-east-1"),
            clamd_address=env.get("CLAMD_ADDRESS") or None,
            mail_server=env.get("MAIL_SERVER") or None,
            mail_port=as_number("MAIL_PORT", env.get("MAIL_PORT", "587")),
            mail_username=env.get("MAIL_USERNAME") or None,
            mail_password=env.get("MAIL_PASSWORD") or None,
            mail_sender=env.get("MAIL_SENDER", "PGH Lab <pghlab@localhost>"),
            mail_ca_file=env.get("MAIL_CA_FILE") or None,
            receipt_key=env.get("RECEIPT_KEY", ""),
            receipt_old_keys=as_list(env.get("RECEIPT_OLD_KEYS", "")),
            proxy_count=as_number("PROXY_COUNT", env.get("PROXY_COUNT", "0")),
            approvals_required=as_number("APPROVALS_REQUIRED", env.get("APPROVALS_REQUIRED", "2")),
            sealed_counts=env.get("SEALED_COUNTS", "nothing"),
            metrics_token=env.get("METRICS_TOKEN") or None,
            backup_database_url=env.get("BACKUP_DATABASE_URL") or env.get("DATABASE_OWNER_URL", ""),
            demo_notice=as_flag("DEMO_NOTICE", env.get("DEMO_NOTICE", "no" if environment == "production" else "yes")),
            debug=as_flag("FLASK_DEBUG", env.get("FLASK_DEBUG", "no")),
            keep_pages=as_flag("KEEP_PAGES", env.get("KEEP_PAGES", in_production)),
            watch_outages=as_flag("WATCH_OUTAGES", env.get("WATCH_OUTAGES", in_production)),
            port=port,
            share=env.get("PGLAB_SHARE", "general"),
            threads=as_number("GRANIAN_BLOCKING_THREADS", env.get("GRANIAN_BLOCKING_THREADS", "0")),
            state_dir=state_folder(env),
        ).checked()

    def checked(self) -> Self:
        """These settings, or UnsafeSettingsError with everything that is wrong with them."""
        problems = self.problems() + (self.production_problems() if self.is_production else [])
        if problems:
            raise UnsafeSettingsError(problems)
        return self

    def problems(self) -> list[str]:
        """What no environment may run with."""
        rules = [
            (self.environment in ENVIRONMENTS, f"PGLAB_ENVIRONMENT must be one of {', '.join(ENVIRONMENTS)}."),
            (bool(self.secret_key), "SECRET_KEY is missing."),
            (bool(self.password_salt), "PASSWORD_SALT is missing."),
            (
                self.database_url.startswith("postgresql+psycopg://"),
                "DATABASE_URL must be a postgresql+psycopg:// address.",
            ),
            (
                bool(self.s3_endpoint and self.s3_access_key and self.s3_secret_key),
                "S3_ENDPOINT, S3_ACCESS_KEY and S3_SECRET_KEY are needed.",
            ),
            (is_key(self.receipt_key), "RECEIPT_KEY must be 32 random bytes in base64."),
            (
                all(is_key(key) for key in self.receipt_old_keys),
                "RECEIPT_OLD_KEYS must be public keys of 32 bytes in base64.",
            ),
            (self.secret_key not in self.secret_old_keys, "SECRET_OLD_KEYS must not name the present SECRET_KEY."),
            (
                self.metrics_token is None or len(self.metrics_token) >= 32,
                "METRICS_TOKEN must be at least 32 random characters.",
            ),
            (
                is_scanner_address(self.clamd_address),
                "CLAMD_ADDRESS must be unix:/path/of/the/socket or host:port.",
            ),
            (self.approvals_required in (1, 2), "APPROVALS_REQUIRED must be 1 or 2."),
            (self.share in SHARES, "PGLAB_SHARE must be general or arrival."),
            (self.sealed_counts in ("nothing", "count"), "SEALED_COUNTS must be nothing or count."),
        ]
        return [sentence for holds, sentence in rules if not holds]

    def production_problems(self) -> list[str]:
        """What production refuses on top: guessable secrets, plain HTTP, unnamed hosts, embedded parts, demo marks."""
        weak = (
            len(self.secret_key) < 32
            or self.secret_key.lower() in EXAMPLE_SECRETS
            or self.secret_key == self.password_salt
        )
        rules = [
            (not weak, "SECRET_KEY must be at least 32 random characters and differ from PASSWORD_SALT."),
            (len(self.password_salt) >= 32, "PASSWORD_SALT must be at least 32 random characters."),
            (self.base_url.startswith("https://"), "BASE_URL must start with https://."),
            (bool(self.trusted_hosts), "TRUSTED_HOSTS is missing: name the host the site is served from."),
            ("*" not in "".join(self.trusted_hosts), "TRUSTED_HOSTS must name hosts, not patterns."),
            (self.mail_server is not None, "MAIL_SERVER is missing: receipts are sent by mail."),
            (not is_embedded(self.database_url, self.state_dir), "DATABASE_URL points at the embedded PostgreSQL."),
            (
                not is_loopback(self.s3_endpoint),
                "S3_ENDPOINT points at this machine: the embedded store is for development.",
            ),
            (
                self.s3_public_endpoint.startswith("https://"),
                "S3_PUBLIC_ENDPOINT must start with https://: browsers send files to it.",
            ),
            (
                self.clamd_address is not None,
                "CLAMD_ADDRESS is missing: no file reaches a reader before a virus scanner has looked at it.",
            ),
            (not self.debug, "FLASK_DEBUG must be off: it shows the insides of the site to visitors."),
            (not self.demo_notice, "DEMO_NOTICE must be off: production holds no demo data."),
        ]
        return [sentence for holds, sentence in rules if not holds]


def as_list(written: str) -> tuple[str, ...]:
    """Words between commas."""
    return tuple(word.strip() for word in written.split(",") if word.strip())


def is_key(written: str) -> bool:
    """Whether it is 32 bytes in base64."""
    try:
        return len(base64.b64decode(written, validate=True)) == 32
    except (binascii.Error, ValueError):
        return False


def is_scanner_address(written: str | None) -> bool:
    """Whether it names a scanner as we reach one, or none at all."""
    if written is None or written.startswith("unix:/"):
        return True
    host, _, port = written.rpartition(":")
    return bool(host) and port.isascii() and port.isdigit()


def is_embedded(address: str, state: Path) -> bool:
    """Whether a database address is the embedded cluster's: its socket lies in the state folder, or in /tmp/pglab-…
    where that path is too long for a socket."""
    return str(state) in address or "/tmp/pglab-" in address  # noqa: S108  (a name to look for, not a file to write)


def is_loopback(address: str) -> bool:
    """Whether an address points at this very machine."""
    host = urlsplit(address).hostname or ""
    return host == "localhost" or host.startswith("127.") or host == "::1"
