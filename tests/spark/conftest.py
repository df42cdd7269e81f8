"""A real Spark standalone cluster on loopback: one master, two workers, stopped when the tests end."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ledger.ports import free_port

CONFIGURATION = """
spark.driver.host 127.0.0.1
spark.driver.bindAddress 127.0.0.1
spark.executor.memory 640m
spark.driver.memory 768m
spark.sql.shuffle.partitions 2
spark.ui.showConsoleProgress false
spark.sql.warehouse.dir {folder}/warehouse
"""
START_WITHIN_SECONDS = 240


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The master's address, `spark://127.0.0.1:port`. Skips where pyspark or Java is not installed."""
    pyspark = pytest.importorskip("pyspark", reason="pyspark is not installed: make test-spark brings it")
    if not shutil.which("java"):
        pytest.skip("Java is not installed")
    folder = tmp_path_factory.mktemp("spark")
    (folder / "spark-defaults.conf").write_text(CONFIGURATION.format(folder=folder))
    ours = {
        "SPARK_HOME": str(Path(pyspark.__file__).parent),
        "SPARK_CONF_DIR": str(folder),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_WORKER_DIR": str(folder / "work"),
        "PYSPARK_PYTHON": sys.executable,
    }
    before = dict(os.environ)
    os.environ.update(ours)
    master, pages = free_port(), free_port()
    address = f"spark://127.0.0.1:{master}"
    ports = ["--host", "127.0.0.1", "--port", str(master), "--webui-port", str(pages)]
    running = [started(folder, "master.Master", *ports)]
    worker = ["--cores", "1", "--memory", "700m", "--webui-port", "0", address]
    running += [started(folder, "worker.Worker", *worker) for _ in range(2)]
    try:
        wait_for_workers(pages, running)
        connect(address, folder)
        yield address
    finally:
        from pyspark.sql import SparkSession

        if session := SparkSession.getActiveSession():
            session.stop()
        for process in reversed(running):
            os.killpg(process.pid, signal.SIGTERM)  # the script and the Java it starts
        for process in running:
            process.wait(30)
        for name in ours:
            os.environ.pop(name)
        os.environ.update(before)


def connect(address: str, folder: Path) -> None:
    """This process's one Spark session, with settings for small machines; the ledger's engine finds it."""
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master(address)
    for line in CONFIGURATION.format(folder=folder).split("\n"):
        if line:
            builder = builder.config(*line.split(" ", 1))
    builder.getOrCreate()


def started(folder: Path, role: str, *arguments: str) -> subprocess.Popen[bytes]:
    command = [os.environ["SPARK_HOME"] + "/bin/spark-class", f"org.apache.spark.deploy.{role}", *arguments]
    with (folder / f"{role}.log").open("ab") as log:
        return subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)


def wait_for_workers(pages: int, running: list[subprocess.Popen[bytes]], count: int = 2) -> None:
    deadline = time.monotonic() + START_WITHIN_SECONDS
    while time.monotonic() < deadline:
        if any(process.poll() is not None for process in running):
            break
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{pages}/json/", timeout=2) as answer:
                if json.load(answer)["aliveworkers"] == count:
                    return
        except OSError:
            pass
        time.sleep(0.3)
    raise RuntimeError(f"the Spark cluster did not start within {START_WITHIN_SECONDS} s")
