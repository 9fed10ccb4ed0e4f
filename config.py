"""Settings: safe defaults, values from the environment, and the check that production starts only on safe ones."""

import os
import secrets
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent
MIB = 1024 * 1024


class UnsafeSettings(RuntimeError):
    """Production was asked to start on values that must not be used there; the message names each."""


def settings(environment: Mapping[str, str] | None = None) -> dict[str, object]:
    """Reads GUANYUN_* variables (see docs/deploying.md) into Flask's configuration."""
    env = os.environ if environment is None else environment
    instance = Path(env.get("GUANYUN_INSTANCE") or ROOT / "instance").resolve()
    production = env.get("GUANYUN_PROFILE", "development") == "production"
    secret = env.get("GUANYUN_SECRET_KEY") or ("" if production else _local_secret(instance))
    found: dict[str, object] = {
        "PRODUCTION": production,
        "INSTANCE": str(instance),
        "SECRET_KEY": secret,
        "SQLALCHEMY_DATABASE_URI": env.get("GUANYUN_DATABASE_URL") or f"sqlite:///{instance / 'guanyun.sqlite3'}",
        "EVIDENCE_FOLDER": env.get("GUANYUN_EVIDENCE") or str(instance / "evidence"),
        "TIMEZONE": env.get("GUANYUN_TIMEZONE", "Asia/Shanghai"),
        "PASSWORD_PROFILE": env.get("GUANYUN_PASSWORD_PROFILE", "asvs"),
        "TRUSTED_HOSTS": [host for host in env.get("GUANYUN_TRUSTED_HOSTS", "").split(",") if host] or None,
        "SECURE_COOKIES": env.get("GUANYUN_SECURE_COOKIES", "1" if production else "0") == "1",
        "DEMONSTRATION": env.get("GUANYUN_DEMONSTRATION", "0" if production else "1") == "1",
        "METRICS_TOKEN": env.get("GUANYUN_METRICS_TOKEN", ""),
        "TRUSTED_PROXIES": int(env.get("GUANYUN_TRUSTED_PROXIES", "0")),
    }
    if production:
        _refuse_unsafe(found)
    return found


def base_settings() -> dict[str, object]:
    """What no environment changes: limits of a request and of its parts."""
    return {
        "MAX_CONTENT_LENGTH": 25 * MIB,
        "MAX_FORM_MEMORY_SIZE": 2 * MIB,
        "MAX_FORM_PARTS": 2000,
        "MAX_EVIDENCE_BYTES": 20 * MIB,
        "WTF_CSRF_TIME_LIMIT": None,
        "BABEL_DEFAULT_LOCALE": "zh",
        "BABEL_TRANSLATION_DIRECTORIES": str(ROOT / "app" / "translations"),
        "SQLALCHEMY_ENGINE_OPTIONS": {"pool_pre_ping": True},
        "TEMPLATES_AUTO_RELOAD": False,
    }


def _refuse_unsafe(found: Mapping[str, object]) -> None:
    problems = []
    if len(str(found["SECRET_KEY"])) < 32:
        problems.append("GUANYUN_SECRET_KEY must be set to at least 32 random characters")
    if not str(found["SQLALCHEMY_DATABASE_URI"]).startswith("postgresql"):
        problems.append("GUANYUN_DATABASE_URL must name a PostgreSQL database")
    if not found["TRUSTED_HOSTS"]:
        problems.append("GUANYUN_TRUSTED_HOSTS must list the host names that users type")
    if not found["SECURE_COOKIES"]:
        problems.append("GUANYUN_SECURE_COOKIES must stay 1: cookies travel over TLS only")
    if found["DEMONSTRATION"]:
        problems.append("GUANYUN_DEMONSTRATION must stay 0: demonstration sign-ins are public")
    if problems:
        raise UnsafeSettings("refusing to start: " + "; ".join(problems))


def _local_secret(instance: Path) -> str:
    """A random key of this installation, kept beside its database, so that a restart does not sign everybody out."""
    file = instance / "secret_key"
    if not file.exists():
        instance.mkdir(parents=True, exist_ok=True)
        try:
            with os.fdopen(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as stream:
                stream.write(secrets.token_urlsafe(48))
        except FileExistsError:
            pass
    return file.read_text(encoding="ascii").strip()
