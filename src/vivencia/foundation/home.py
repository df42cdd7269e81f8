"""Where one installation keeps everything it owns.

``VIVENCIA_HOME`` names the folder; without it, ``~/.vivencia``. Nothing outside this folder is written.
"""

import os
from pathlib import Path


def home() -> Path:
    """The data folder, created on first use, readable by its owner only."""
    folder = Path(os.environ.get("VIVENCIA_HOME") or Path.home() / ".vivencia").expanduser().absolute()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder
