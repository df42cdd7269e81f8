"""Django's settings. Every `VIVENCIA_*` variable read here is documented in docs/guide/settings.md."""

import os
import secrets
from pathlib import Path

from vivencia.foundation.home import home
from vivencia.project.databases import database_from

VIVENCIA_HOME = home()
PACKAGE = Path(__file__).resolve().parent.parent


def _secret_key() -> str:
    """Our own key, made once and kept in the data folder, readable by its owner only."""
    file = VIVENCIA_HOME / "secret_key"
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return file.read_text().strip()
    with os.fdopen(descriptor, "w") as out:
        key = secrets.token_urlsafe(50)
        out.write(key)
    return key


def _list(name: str, default: str = "") -> list[str]:
    return [item.strip() for item in os.environ.get(name, default).split(",") if item.strip()]


SECRET_KEY = os.environ.get("VIVENCIA_SECRET_KEY") or _secret_key()
DEBUG = os.environ.get("VIVENCIA_DEBUG") == "1"
ALLOWED_HOSTS = _list("VIVENCIA_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = _list("VIVENCIA_ORIGINS")
SERVED_AT = os.environ.get("VIVENCIA_SERVED_AT", "http://localhost:8000/")
SECURE = os.environ.get("VIVENCIA_HTTPS") == "1"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "axes",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    "django_vite",
    "vivencia.foundation",
    "vivencia.listen",
    "vivencia.listen.api",
    "vivencia.listen.surveys",
    "vivencia.listen.sources",
    "vivencia.understand",
    "vivencia.understand.personas",
    "vivencia.measure",
    "vivencia.measure.responses",
    "vivencia.moments",
    "vivencia.plan",
    "vivencia.plan.vision",
    "vivencia.plan.journeys",
    "vivencia.plan.initiatives",
    "vivencia.plan.roadmap",
    "vivencia.plan.impact",
    "vivencia.act",
    "vivencia.lead",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "vivencia.foundation.security.ContentSecurityPolicy",
    "vivencia.foundation.security.NoNullCharacters",
    "vivencia.foundation.static_files.StaticFiles",
    "vivencia.foundation.machines.ForMachines",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "vivencia.foundation.viewer.Viewer",
    "vivencia.foundation.first_run.FirstRun",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "vivencia.foundation.unbroken.NumbersKeepTheirUnits",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "vivencia.project.urls"
WSGI_APPLICATION = "vivencia.project.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "vivencia.foundation.frame.frame",
                "vivencia.understand.settling.shown_since",
            ],
        },
    }
]

CSRF_FAILURE_VIEW = "vivencia.foundation.error_pages.csrf_failure"
FORM_RENDERER = "vivencia.foundation.styled.Renderer"

DATABASES = {"default": database_from(os.environ.get("VIVENCIA_DATABASE_URL"), VIVENCIA_HOME)}
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}

AUTH_USER_MODEL = "foundation.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"vivencia.foundation.passwords.{name}"} for name in ("NotLikeThePerson", "LongEnough", "NotCommon")
]
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "sign-in"
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_TEMPLATE = "foundation/locked_out.html"
AXES_USERNAME_FORM_FIELD = "username"
AXES_VERBOSE = False
AXES_DISABLE_ACCESS_LOG = True  # our audit log says who signed in; addresses of machines are not kept
PASSWORD_RESET_TIMEOUT = 3 * 24 * 3600  # seconds a one-time link lives

LANGUAGE_CODE = "en"
LANGUAGES = [("es", "Español"), ("en", "English")]  # each by its own name: who looks for theirs can read it
USE_I18N = True
USE_TZ = True
TIME_ZONE = os.environ.get("VIVENCIA_TIME_ZONE", "UTC")
USE_THOUSAND_SEPARATOR = True
FORMAT_MODULE_PATH = ["vivencia.foundation.formats"]

STATIC_URL = "static/"
WHITENOISE_USE_FINDERS = True  # straight from the packages: nothing to collect, nothing to forget
DJANGO_VITE = {
    "default": {
        "dev_mode": False,
        "manifest_path": PACKAGE / "foundation/static/built/manifest.json",
        "static_url_prefix": "built",
    }
}

CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
UPLOAD_MAX_BYTES = int(os.environ.get("VIVENCIA_UPLOAD_MAX_MB", "2048")) << 20  # of one import's files together
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_TEMP_DIR = None
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE else None
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    # axes writes people's addresses into its messages; the audit log says what matters without them.
    # A page somebody may not see or that is not there is an answer, not a fault: no traceback, no warning.
    "loggers": {"axes": {"level": "CRITICAL"}, "django.request": {"level": "ERROR"}},
    "root": {"handlers": ["console"], "level": os.environ.get("VIVENCIA_LOG_LEVEL", "INFO")},
}
