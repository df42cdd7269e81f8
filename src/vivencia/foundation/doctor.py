"""What is configured, what is wrong, and how to mend it."""

import fcntl
import os
import shutil
import stat
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from vivencia.foundation import inbox, upgrades
from vivencia.foundation.home import home
from vivencia.foundation.ledger.store import open_ledger
from vivencia.foundation.models import InboxEvent, Role, User
from vivencia.foundation.writing import number_format

LITTLE_SPACE_BYTES = 1024**3
MORE: dict[str, Callable[[], "Finding"]] = {}


class State(StrEnum):
    OK = "ok"
    WARNING = "warning"
    WRONG = "wrong"


@dataclass(frozen=True)
class Finding:
    """One thing looked at. `mend` says what to do, and is empty where nothing is to be done."""

    name: str
    state: State
    found: str
    mend: str = ""


def examine() -> list[Finding]:
    """Look at everything; what cannot be looked at is itself a finding."""
    return [_looked_at(check) for check in (*CHECKS, *MORE.values())]


def also(check: Callable[[], Finding]) -> Callable[[], Finding]:
    """Have `examine` look at something of another package too; declared in a module its AppConfig's `ready` imports."""
    MORE[f"{check.__module__}.{check.__qualname__}"] = check
    return check


def _looked_at(check: Callable[[], Finding]) -> Finding:
    try:
        return check()
    except Exception as problem:  # noqa: BLE001  # whatever it is, it is what the reader came to learn
        name = check.__name__.replace("_", " ")
        return Finding(name, State.WRONG, f"{type(problem).__name__}: {problem}", _("See docs/guide/operations.md"))


def data_folder() -> Finding:
    folder, name = home(), _("data folder")
    free = shutil.disk_usage(folder).free
    found = _("%(folder)s, %(free).1f GB free") % {"folder": folder, "free": free / 1024**3}
    if not os.access(folder, os.W_OK):
        return Finding(name, State.WRONG, found, _("Make the folder writable, or set VIVENCIA_HOME to another"))
    if stat.S_IMODE(folder.stat().st_mode) & 0o077:
        return Finding(name, State.WARNING, found, _("Others on this machine may read it: chmod 700 %s") % folder)
    if free < LITTLE_SPACE_BYTES:
        return Finding(name, State.WARNING, found, _("Make room: under 1 GB is left"))
    return Finding(name, State.OK, found)


def database() -> Finding:
    name, kind = _("database"), connection.vendor
    found = f"{kind}: {connection.settings_dict['NAME']}"
    try:
        connection.ensure_connection()
    except DatabaseError as problem:
        return Finding(name, State.WRONG, f"{found}: {problem}", _("Check VIVENCIA_DATABASE_URL and the server"))
    if upgrades.pending():
        return Finding(name, State.WRONG, found, _("Run any vivencia command once: it brings the database up to date"))
    return Finding(name, State.OK, found)


def ledger() -> Finding:
    name, read = _("ledger"), open_ledger().read()
    events: int = read.remember("foundation/events/1", lambda: read.to_arrow(read.events.count())["value"][0].as_py())
    counted = number_format(events, force_grouping=True)
    found = _("version %(version)s, %(events)s events") % {"version": read.version, "events": counted}
    if read.horizon:
        found += _(", the newest of %s") % date_format(timezone.localtime(read.horizon), "SHORT_DATE_FORMAT")
    if not events:
        return Finding(name, State.WARNING, found, _("Bring data in: vivencia import, or vivencia demo"))
    return Finding(name, State.OK, found)


def engine() -> Finding:
    wanted = os.environ.get("VIVENCIA_ENGINE") or "duckdb"
    if wanted.startswith("spark://"):
        try:
            import pyspark
        except ImportError:
            return Finding(_("engine"), State.WRONG, wanted, _("Install Spark's client: pip install 'vivencia[spark]'"))
        return Finding(_("engine"), State.OK, f"{wanted}, pyspark {pyspark.__version__}")
    if wanted != "duckdb":
        return Finding(_("engine"), State.WRONG, wanted, _("Set VIVENCIA_ENGINE to duckdb or spark://host:port"))
    return Finding(_("engine"), State.OK, wanted)


def worker() -> Finding:
    waiting = DBTaskResult.objects.filter(status=TaskResultStatus.READY).count()
    counted = {"tasks": waiting, "events": inbox.waiting()}
    if _somebody_works():
        return Finding(_("worker"), State.OK, _("at work; %(tasks)d tasks and %(events)d events waiting") % counted)
    found = _("not running; %(tasks)d tasks and %(events)d events waiting") % counted
    return Finding(
        _("worker"), State.WARNING, found, _("Start one: vivencia serve (has one inside) or vivencia worker")
    )


def inbox_problems() -> Finding:
    bad = InboxEvent.objects.exclude(problem="")
    found = _("%d events could not be understood") % bad.count()
    if not bad.exists():
        return Finding(_("inbox"), State.OK, found)
    example = bad.order_by("-id")[0].problem
    return Finding(_("inbox"), State.WARNING, found, _("Mend the sender; the latest said: %s") % example)


def failed_tasks() -> Finding:
    failed = DBTaskResult.objects.filter(status=TaskResultStatus.FAILED).order_by("-finished_at")
    found = _("%d failed") % failed.count()
    if not failed.exists():
        return Finding(_("tasks"), State.OK, found)
    latest = failed[0]
    return Finding(_("tasks"), State.WARNING, found, f"{latest.task_path}: {latest.exception_class_path}")


def people() -> Finding:
    administrators = User.objects.filter(role=Role.ADMINISTRATOR, is_active=True).count()
    active = User.objects.filter(is_active=True).count()
    told = ngettext("%(people)d person", "%(people)d people", active) % {"people": active}
    found = ngettext("%(told)s, %(n)d administrator", "%(told)s, %(n)d administrators", administrators) % {
        "told": told,
        "n": administrators,
    }
    if not administrators:
        mend = _("Open the pages: the first visitor becomes the administrator")
        return Finding(_("people"), State.WARNING, found, mend)
    return Finding(_("people"), State.OK, found)


def pages() -> Finding:
    manifest = Path(str(settings.DJANGO_VITE["default"]["manifest_path"]))
    if not manifest.exists():
        return Finding(_("pages"), State.WRONG, _("scripts and styles are not built"), _("Run: make setup"))
    hosts = ", ".join(settings.ALLOWED_HOSTS)
    found = _("answer to %s") % hosts
    if settings.DEBUG:
        return Finding(_("pages"), State.WARNING, found, _("VIVENCIA_DEBUG=1 shows inner workings: unset it"))
    return Finding(_("pages"), State.OK, found)


CHECKS: tuple[Callable[[], Finding], ...] = (
    data_folder,
    database,
    ledger,
    engine,
    worker,
    inbox_problems,
    failed_tasks,
    people,
    pages,
)


def _somebody_works() -> bool:
    with (home() / "worker.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False
