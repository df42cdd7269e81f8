"""Bring the operational database to this version of the product, once, whoever comes first."""

import fcntl

from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from vivencia.foundation.home import home


def pending() -> bool:
    """Whether the database lacks a migration of this version."""
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def ensure_database() -> None:
    """Migrate where needed. Two processes that start together queue up: the second finds nothing left to do."""
    if not pending():
        return
    with (home() / "upgrade.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if pending():
            call_command("migrate", interactive=False, verbosity=0)
