"""The environment, read once and refused when wrong. `settings` takes every configurable value from here; README lists the variables.

A clone without any variable is the embedded set-up: SQLite under `var/`, no Redis, and two secrets that are made on first use and kept there.
"""

import contextlib
import json
import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent

_env = environ.Env()


def text(name: str, default: str = "") -> str:
    return str(_env.str(name, default=default)).strip()


def flag(name: str) -> bool:
    """Off unless the variable is one of `1 true yes on`. Raises ImproperlyConfigured for anything but a yes or a no."""
    value = text(name, "0").lower()
    if value not in {"1", "true", "yes", "on", "0", "false", "no", "off", ""}:
        raise ImproperlyConfigured(f"{name} must be 1 or 0, not {value!r}.")
    return value in {"1", "true", "yes", "on"}


def number(name: str, default: float, *, least: float, most: float) -> float:
    """A number in [least, most]. Raises ImproperlyConfigured, naming the variable."""
    value = text(name, str(default))
    try:
        parsed = float(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a number, not {value!r}.") from None
    if not least <= parsed <= most:
        raise ImproperlyConfigured(f"{name} must be between {least:g} and {most:g}, not {value}.")
    return parsed


def integer(name: str, default: int, *, least: int, most: int) -> int:
    parsed = number(name, default, least=least, most=most)
    if parsed != int(parsed):
        raise ImproperlyConfigured(f"{name} must be a whole number, not {parsed:g}.")
    return int(parsed)


def words(name: str, default: str = "") -> list[str]:
    """A comma-separated list."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def url(name: str, default: str = "", *, schemes: tuple[str, ...] = ("http", "https")) -> str:
    """An absolute URL without a trailing slash, or empty."""
    value = text(name, default).rstrip("/")
    if value and (urlsplit(value).scheme not in schemes or not urlsplit(value).hostname):
        raise ImproperlyConfigured(f"{name} must be a URL ({', '.join(schemes)}), not {value!r}.")
    return value


def data_dir(*below: str) -> Path:
    """Where the embedded set-up keeps its database and its secrets, or a folder in it."""
    path = Path(text("DATA_DIR", str(BASE_DIR / "var"))).joinpath(*below)
    path.mkdir(parents=True, exist_ok=True)
    return path


def database() -> dict[str, object]:
    """Django's settings of the one database. Raises ImproperlyConfigured for a database that is neither PostgreSQL nor SQLite."""
    address = text("DATABASE_URL") or f"sqlite:///{data_dir() / 'interlinear.sqlite3'}"
    try:
        parsed = dict(environ.Env.db_url_config(address))
    except Exception as exc:
        raise ImproperlyConfigured("DATABASE_URL cannot be read. Example: postgres://user:password@127.0.0.1:5432/interlinear") from exc
    if parsed["ENGINE"].endswith(("postgresql", "psycopg2")):
        # A hundred threads must not be a hundred connections: the pool hands out a few, and nobody keeps one across a model call.
        pool = {"min_size": 1, "max_size": integer("DATABASE_POOL", 10, least=2, most=200), "timeout": 20}
        return {**parsed, "ENGINE": "django.db.backends.postgresql", "CONN_MAX_AGE": 0, "OPTIONS": {"pool": pool}}
    if parsed["ENGINE"].endswith("sqlite3"):
        pragmas = "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-4000;"
        options = {"timeout": 20, "transaction_mode": "IMMEDIATE", "init_command": pragmas}
        # Threads of one test share the file; an in-memory database would be one per connection.
        return {**parsed, "ENGINE": "foundation.sqlite", "OPTIONS": options, "TEST": {"NAME": str(data_dir() / "test.sqlite3")}}
    raise ImproperlyConfigured("DATABASE_URL must name PostgreSQL (postgres://…) or SQLite (sqlite:///…).")


def redis_url() -> str:
    return url("REDIS_URL", schemes=("redis", "rediss", "unix"))


def json_object(name: str) -> dict[str, Any]:
    """A JSON object, empty where the variable is not set. Raises ImproperlyConfigured, naming the variable."""
    try:
        value = json.loads(text(name) or "{}")
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise ImproperlyConfigured(f"{name} must be a JSON object.")
    return value


def queue_broker() -> str:
    """What carries wake-ups: `redis` where there is one, else `database`. Raises ImproperlyConfigured for anything else."""
    broker = text("QUEUE_BROKER") or ("redis" if redis_url() else "database")
    if broker not in {"redis", "database"} or (broker == "redis" and not redis_url()):
        raise ImproperlyConfigured("QUEUE_BROKER must be database, or redis together with REDIS_URL.")
    return broker


def kept_secret(name: str) -> str:
    """The variable, or a random text made on first use and kept in the data directory, readable by its owner alone."""
    value = text(name)
    if value:
        return value
    path = data_dir() / name.lower()
    if not path.exists():
        made = Fernet.generate_key().decode() if name == "ENCRYPTION_KEYS" else secrets.token_urlsafe(50)
        draft = path.with_suffix(f".{os.getpid()}")
        descriptor = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(made)
        # A link fails where another process was first, and then its secret is the one.
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return path.read_text(encoding="ascii").strip()


def encryption_keys() -> list[str]:
    """Fernet keys, newest first. Raises ImproperlyConfigured when one is no key."""
    keys = [key.strip() for key in kept_secret("ENCRYPTION_KEYS").split(",") if key.strip()]
    try:
        for key in keys:
            Fernet(key)
    except ValueError as exc:
        raise ImproperlyConfigured("ENCRYPTION_KEYS must be comma-separated Fernet keys (32 bytes, url-safe base64).") from exc
    return keys
