"""Files sent by the browser, streamed straight into an import's folder: never into memory, never elsewhere."""

import re
import unicodedata
from pathlib import Path
from typing import IO

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload

_LONGEST = 200  # bytes; with a number before it, a file system takes 255


class IntoFolder(FileUploadHandler):
    """Writes each file below `folder`; stops when all together are larger than allowed (`too_large`)."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder, self.total, self.too_large = folder, 0, False
        self.files: list[Path] = []
        self._out: IO[bytes] | None = None

    def new_file(self, *args: object, **kwargs: object) -> None:
        super().new_file(*args, **kwargs)  # type: ignore[arg-type]  # Django's own signature, passed on as it is
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = self.folder / free_name(self.folder, safe_name(str(self.file_name)))
        self.files.append(file)
        self._out = file.open("xb")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        self.total += len(raw_data)
        if self.total > settings.UPLOAD_MAX_BYTES:
            self.too_large = True
            self._close()
            raise StopUpload(connection_reset=False)
        if self._out is not None:
            self._out.write(raw_data)
        return None

    def file_complete(self, file_size: int) -> UploadedFile[bytes] | None:
        self._close()
        return UploadedFile(name=self.files[-1].name, size=file_size)

    def upload_interrupted(self) -> None:
        self._close()

    def _close(self) -> None:
        if self._out is not None:
            self._out.close()
            self._out = None


def safe_name(name: str) -> str:
    """A file name that stays in its folder and can be read: letters, digits, `.`, `-`, `_`.

    >>> safe_name("../../etc/Año nuevo.CSV")
    'Año_nuevo.CSV'
    """
    last = re.split(r"[\\/]", unicodedata.normalize("NFC", name))[-1]
    kept = re.sub(r"[^\w.-]+", "_", last).lstrip(".-")
    return kept.encode()[-_LONGEST:].decode("utf-8", "ignore").lstrip(".-") or "file"


def free_name(folder: Path, name: str) -> str:
    """The name, or one with a number before it where the folder has it already."""
    if not (folder / name).exists():
        return name
    return next(other for i in range(2, 10_000) if not (folder / (other := f"{i}_{name}")).exists())
