"""The `vivencia` command as a person at a terminal has it: a process of its own, a data folder of its own."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Terminal:
    """One data folder and the commands called on it."""

    home: Path

    def run(self, *arguments: str, expect: int = 0) -> subprocess.CompletedProcess[str]:
        """Call `vivencia ARGUMENTS`; the exit code must be `expect`."""
        environment = {**os.environ, "VIVENCIA_HOME": str(self.home), "LANG": "C.UTF-8"}
        environment.pop("VIVENCIA_DATABASE_URL", None)
        done = subprocess.run(
            [sys.executable, "-c", "from vivencia.cli import main; main()", *arguments],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == expect, f"{arguments} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}"
        return done

    def json(self, *arguments: str) -> Any:
        """The same with --json, parsed: standard output must hold JSON and nothing else."""
        return json.loads(self.run(*arguments, "--json").stdout)
