"""Run a command with Spark's Python package at hand: `python tools/with_spark.py COMMAND...`.

pyspark is large and needs Java, so it is installed only when these tests are asked for. The tests start a cluster of
their own (`tests/spark/conftest.py`).
"""

import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import setup as house


def main() -> int:
    if not shutil.which("java"):
        print(
            "Spark needs Java 17 or later: install it, for example the package openjdk-17-jre-headless", file=sys.stderr
        )
        return 2
    if find_spec("pyspark") is None:
        house.say("Installing pyspark (some 400 MB)")
        lock = house.ROOT / "requirements-spark.lock"
        house.run(house.uv(), "pip", "install", "--quiet", "--require-hashes", "--python", sys.executable, "-r", lock)
    return subprocess.run(sys.argv[1:]).returncode


if __name__ == "__main__":
    sys.exit(main())
