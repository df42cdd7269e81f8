"""Scripts, styles and pictures, also those that an upgrade puts in place of others while the server runs.

WhiteNoise looks at all files once, at the start: a file replaced since would be sent with the length of the earlier
one, and one that is gone would be an error of the server. Here each file is looked at again before it is sent, and
what the pages are told to load is read again where a build has written it anew.
"""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django_vite.core.asset_loader import DjangoViteAssetLoader
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.responders import StaticFile

Stamp = tuple[int, int]  # when a file was changed, in nanoseconds, and how long it is


class StaticFiles(WhiteNoiseMiddleware):  # type: ignore[misc]
    """Middleware; see above."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._stamps = {url: _stamp(_path(file)) for url, file in self.files.items()}
        self._manifest = Path(str(settings.DJANGO_VITE["default"]["manifest_path"]))
        self._built = _stamp(self._manifest)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith(self.static_prefix):
            self._look_again(request.path_info)
        else:
            self._told_again()
        response: HttpResponse = super().__call__(request)
        return response

    def _look_again(self, url: str) -> None:
        """Have the file as it is now; none where there is none any more."""
        known = self.files.get(url)
        if known is not None and _stamp(_path(known)) == self._stamps.get(url) is not None:
            return
        found = self.find_file(url)
        if found is None:
            self.files.pop(url, None)
            self._stamps.pop(url, None)
        else:
            self._stamps[url], self.files[url] = _stamp(_path(found)), found

    def _told_again(self) -> None:
        """While a build is under way the earlier list stays."""
        built = _stamp(self._manifest)
        if built is not None and built != self._built:
            self._built = built
            DjangoViteAssetLoader._instance = None  # it has no other way to be told


def _path(file: StaticFile) -> Path:
    """Of its forms (compressed ones come first), the file itself."""
    return Path(file.alternatives[-1][1])


def _stamp(path: Path) -> Stamp | None:
    try:
        told = path.stat()
    except OSError:
        return None
    return told.st_mtime_ns, told.st_size
