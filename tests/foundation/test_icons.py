"""No template asks for an icon that is not built."""

import json
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ASKED = re.compile(r"""\{% icon "([a-z0-9-]+)"|\bicon="([a-z0-9-]+)\"""")


def test_every_icon_a_template_names_is_in_the_list_in_order() -> None:
    listed = json.loads((ROOT / "web" / "icons.json").read_text("utf-8"))
    templates = ROOT.glob("src/vivencia/*/templates/**/*.html")
    asked = {name for file in templates for pair in ASKED.findall(file.read_text("utf-8")) for name in pair if name}
    assert not asked - set(listed)
    assert listed == sorted(set(listed))
