"""Which operational database: SQLite in the data folder, or the PostgreSQL a URL names."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

_SQLITE_OPTIONS = {
    # IMMEDIATE takes the write lock at BEGIN, so that two writers queue up and never fail half-way.
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    # FULL: a commit that returned has reached the disk, because acknowledged writes must survive a power cut.
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
}


def database_from(url: str | None, home: Path) -> dict[str, Any]:
    """Django's `DATABASES["default"]` for `VIVENCIA_DATABASE_URL`, or SQLite where there is none.

    Raises ValueError naming the allowed form where the URL is of another kind.
    """
    if not url:
        # Kept open between requests: to close the last connection is to wait for a checkpoint of the write-ahead log.
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": home / "vivencia.sqlite3",
            "CONN_MAX_AGE": 60,
            "OPTIONS": _SQLITE_OPTIONS,
        }
    parts = urlsplit(url)
    if parts.scheme not in ("postgresql", "postgres"):
        raise ValueError(f"VIVENCIA_DATABASE_URL starts with {parts.scheme!r}; allowed: postgresql://user@host/name")
    options = dict(parse_qsl(parts.query))
    host = options.pop("host", None) or parts.hostname or ""
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "OPTIONS": options,
    }
