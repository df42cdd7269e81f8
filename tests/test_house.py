"""The house keeps its own rules: packages read alike, and nothing public names a private place."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
HOUSE = ROOT / "src" / "vivencia"
PACKAGES = sorted(folder.parent.name for folder in HOUSE.glob("*/apps.py"))
FORBIDDEN = re.compile(
    r"/[r]oot/|/home/[a-z]+/|/Users/[a-z]+/|pypi[.]org|registry[.]npmjs|files[.]pythonhosted|deb[.]debian"
)


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


@pytest.mark.parametrize("package", PACKAGES)
def test_every_package_says_what_it_promises(package: str) -> None:
    readme = HOUSE / package / "README.md"

    assert readme.exists(), f"{package} has no README.md"
    said = {found.lower() for found in re.findall(r"^(?:#+ |\*\*)([A-Za-z ]+)", readme.read_text(), re.MULTILINE)}
    assert {"promise", "words", "data in", "data out"} <= said


def test_init_files_stay_empty() -> None:
    assert [str(file) for file in HOUSE.rglob("__init__.py") if file.read_text().strip()] == []


def test_no_file_names_a_machine_or_a_registry() -> None:
    found = []
    for file in tracked():
        try:
            text = file.read_text("utf-8")
        except UnicodeDecodeError:
            continue
        found += [f"{file.relative_to(ROOT)}: {match.group()}" for match in FORBIDDEN.finditer(text)]

    assert found == []


def test_the_generated_documents_are_up_to_date() -> None:
    done = subprocess.run(
        [sys.executable, "tools/docs.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr


def test_every_setting_is_documented() -> None:
    names = set()
    for file in [*HOUSE.rglob("*.py"), *(ROOT / "tools").glob("*.py")]:
        names |= set(re.findall(r"\bVIVENCIA_[A-Z_]+\b", file.read_text()))
    documented = set(re.findall(r"`(VIVENCIA_[A-Z_]+)`", (ROOT / "docs" / "guide" / "settings.md").read_text()))

    assert names - documented == set()
