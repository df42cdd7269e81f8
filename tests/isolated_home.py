"""Loaded before anything else (`-p tests.isolated_home`): no test ever touches the user's own data folder."""

import os
import tempfile

os.environ["VIVENCIA_HOME"] = tempfile.mkdtemp(prefix="vivencia-test-")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vivencia.project.settings")
for thread_pool in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(thread_pool, "2")
