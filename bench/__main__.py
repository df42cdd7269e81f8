"""Run every measurement of this folder, one after the other: `make bench`, or `python -m bench NAME...` for some.

Each prints ratios to a peer or a floor measured in the same run; absolute times say little on somebody else's machine.
"""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
NOT_MEASUREMENTS = {"__init__", "__main__", "company", "planted"}


def names() -> list[str]:
    return sorted(file.stem for file in HERE.glob("*.py") if file.stem not in NOT_MEASUREMENTS)


def main() -> int:
    unknown = set(sys.argv[1:]) - set(names())
    if unknown:
        print(f"no such measurement: {', '.join(sorted(unknown))}; there are: {', '.join(names())}", file=sys.stderr)
        return 2
    failed = 0
    for name in sys.argv[1:] or names():
        print(f"\n== {name}", flush=True)
        failed |= subprocess.run([sys.executable, "-m", f"bench.{name}"], cwd=HERE.parent).returncode
    return failed


if __name__ == "__main__":
    sys.exit(main())
