"""Results remembered by the version they were computed from: on disk for all processes, and the latest in memory.

`VIVENCIA_HOME/cache/<version>/<key's digest>.json` or `.arrow`. A version's results never change, so nothing is ever
invalidated; old versions' folders are removed after a while.
"""

import hashlib
import json
import os
import shutil
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

import pyarrow as pa

KEPT_SECONDS = 3600.0
_IN_MEMORY = 256
_LARGEST_IN_MEMORY = 16 * 1024 * 1024

_latest: OrderedDict[tuple[str, str, str], Any] = OrderedDict()
_guard = threading.Lock()


def remember(
    cache: Path, version: Callable[[], str], key: str, compute: Callable[[], Any], *, worth_keeping: Callable[[], bool]
) -> Any:
    """The result of `compute` for this version: a pa.Table, or whatever JSON can say (tuples come back as lists).

    The version is asked again after computing, because a read whose files were erased has moved on; what was computed
    from files that an erasure has since removed is not worth keeping.
    Raises TypeError where the result is neither.
    """
    place = (str(cache), version(), key)
    with _guard:
        if place in _latest:
            _latest.move_to_end(place)
            return _latest[place]
    found, result = _load(_stem(cache, version(), key))
    if not found:
        result = compute()
        if not worth_keeping():
            return result
        result = _keep(_stem(cache, version(), key), result)
    _hold((str(cache), version(), key), result)
    return result


def recall(cache: Path, version: str, key: str) -> Any:
    """What is remembered of a version. Raises LookupError where nothing is."""
    found, result = _load(_stem(cache, version, key))
    if not found:
        raise LookupError(key)
    return result


def versions_that_remember(cache: Path, key: str) -> list[str]:
    """The versions of which something is remembered under this key, the latest remembered first."""
    stems = [_stem(cache, folder.name, key) for folder in _versions(cache)]
    files = [file for stem in stems for suffix in (".json", ".arrow") if (file := stem.with_suffix(suffix)).exists()]
    return [file.parent.name for file in sorted(files, key=lambda file: file.stat().st_mtime, reverse=True)]


def _stem(cache: Path, version: str, key: str) -> Path:
    return cache / version / hashlib.sha256(key.encode()).hexdigest()[:32]


def forget(cache: Path) -> None:
    """Drop every remembered result, of every version."""
    with _guard:
        _latest.clear()
    for folder in _versions(cache):
        shutil.rmtree(folder, ignore_errors=True)


def forget_old(cache: Path, current: Collection[str], kept_seconds: float = KEPT_SECONDS) -> None:
    """Drop results of versions not among `current` that nobody has added to for a while."""
    for folder in _versions(cache):
        if folder.name not in current and time.time() - folder.stat().st_mtime > kept_seconds:
            shutil.rmtree(folder, ignore_errors=True)


def _versions(cache: Path) -> list[Path]:
    return [folder for folder in cache.glob("e*-c*-a*") if folder.is_dir()]


def _load(stem: Path) -> tuple[bool, Any]:
    table, words = stem.with_suffix(".arrow"), stem.with_suffix(".json")
    if table.exists():
        with pa.memory_map(str(table)) as source:
            return True, pa.ipc.open_file(source).read_all()
    if words.exists():
        return True, json.loads(words.read_bytes())["result"]
    return False, None


def _keep(stem: Path, result: Any) -> Any:
    stem.parent.mkdir(parents=True, exist_ok=True)
    partial = stem.with_name(f".{stem.name}.{os.getpid()}.{threading.get_ident()}")
    if isinstance(result, pa.Table):
        with pa.OSFile(str(partial), "wb") as out, pa.ipc.new_file(out, result.schema) as writer:
            writer.write_table(result)
        partial.rename(stem.with_suffix(".arrow"))
        return result
    said = json.dumps({"result": result}, allow_nan=False)
    partial.write_text(said)
    partial.rename(stem.with_suffix(".json"))
    return json.loads(said)["result"]  # what every later reader gets, so that nobody depends on a tuple


def _hold(place: tuple[str, str, str], result: Any) -> None:
    if isinstance(result, pa.Table) and result.nbytes > _LARGEST_IN_MEMORY:
        return
    with _guard:
        _latest[place] = result
        while len(_latest) > _IN_MEMORY:
            _latest.popitem(last=False)
