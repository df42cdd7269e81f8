"""The product's settings with the gallery beside it."""

from vivencia.project.settings import *  # noqa: F403

ROOT_URLCONF = "tests.browser.gallery"

LOGIN_REDIRECT_URL = "/gallery/"
