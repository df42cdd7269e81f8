"""What a build puts in place of other files while the server runs is sent as it is now."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.test import RequestFactory
from django_vite.core.asset_loader import DjangoViteAssetLoader
from pytest_django import Settings

from vivencia.foundation.static_files import StaticFiles

pytestmark = pytest.mark.django_db  # who ends an answer lets go of the database


@pytest.fixture
def built(tmp_path: Path, settings: Settings) -> Iterator[Path]:
    """A folder of static files with a script and a manifest."""
    (tmp_path / "page.js").write_text("one")
    _manifest(tmp_path, "page-1.js", 1)
    settings.STATICFILES_DIRS = [tmp_path]
    vite = {"dev_mode": False, "manifest_path": tmp_path / "manifest.json", "static_url_prefix": "built"}
    settings.DJANGO_VITE = {"default": vite}
    finders.get_finder.cache_clear()  # type: ignore[attr-defined]
    DjangoViteAssetLoader._instance = None
    yield tmp_path
    finders.get_finder.cache_clear()  # type: ignore[attr-defined]
    DjangoViteAssetLoader._instance = None


def _manifest(folder: Path, file: str, second: int) -> None:
    (folder / "manifest.json").write_text(json.dumps({"page.ts": {"file": file, "src": "page.ts", "isEntry": True}}))
    os.utime(folder / "manifest.json", (second, second))


def _asked(files: StaticFiles, address: str) -> tuple[int, str, str]:
    told = files(RequestFactory().get(address))
    body = b"".join(told) if told.streaming else told.content
    told.close()
    return told.status_code, body.decode(), told.headers.get("Content-Length", "")


def _nothing(_request: HttpRequest) -> HttpResponse:
    return HttpResponseNotFound("no page")


def test_a_file_replaced_removed_or_added_is_sent_as_it_is_now(built: Path) -> None:
    files = StaticFiles(_nothing)
    assert _asked(files, "/static/page.js") == (200, "one", "3")
    (built / "page.js").write_text("another")
    assert _asked(files, "/static/page.js") == (200, "another", "7")
    (built / "page.js").unlink()
    assert _asked(files, "/static/page.js")[:2] == (404, "no page")
    (built / "page-2.js").write_text("two")
    assert _asked(files, "/static/page-2.js") == (200, "two", "3")
    assert _asked(files, "/static/built")[0] == 404, "a folder is no file"
    assert _asked(files, "/static/../manage.py")[0] == 404


def test_pages_load_what_the_latest_build_wrote(built: Path) -> None:
    files = StaticFiles(_nothing)
    assert DjangoViteAssetLoader.instance().generate_vite_asset_url("page.ts") == "/static/built/page-1.js"
    _manifest(built, "page-2.js", 2)
    _asked(files, "/")
    assert DjangoViteAssetLoader.instance().generate_vite_asset_url("page.ts") == "/static/built/page-2.js"
    (built / "manifest.json").unlink()
    _asked(files, "/")
    assert DjangoViteAssetLoader.instance().generate_vite_asset_url("page.ts") == "/static/built/page-2.js"
