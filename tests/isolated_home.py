"""Loaded before anything else (`-p tests.isolated_home`): no test ever touches the user's own data folder."""

import os
import tempfile
from pathlib import Path

os.environ["VIVENCIA_HOME"] = tempfile.mkdtemp(prefix="vivencia-test-")
# Text models are made ready once for all tests, and the worker reads texts only where a test is about that.
os.environ.setdefault("VIVENCIA_TEXT_MODELS", str(Path(__file__).resolve().parent.parent / ".cache" / "models"))
os.environ.setdefault("VIVENCIA_READ_TEXTS", "0")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vivencia.project.settings")
for thread_pool in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(thread_pool, "2")
