"""Where things lie. Standard library only."""

import os
import sys
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE_ROOTS = (ROOT / "platform", ROOT)
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / "bin" / "python"
DATA = ROOT / ".data"
NODE_MODULES = ROOT / "node_modules"
STATIC = ROOT / "platform" / "ui" / "static"
ASSET_LIST = ROOT / "platform" / "ui" / "assets.txt"
CHINESE = ROOT / "locale" / "zh_Hans" / "LC_MESSAGES"


def python_path() -> str:
    """Return PYTHONPATH for every process of the project: both source roots, `platform/` first."""
    return os.pathsep.join(str(root) for root in SOURCE_ROOTS)


def socket_folder(*, purpose: str) -> Path:
    """Return a short, lower-case folder name for sockets, one for each checkout, user and purpose.

    Short because a socket path over 107 bytes fails; lower-case because a host in a database URL loses its capitals.
    """
    key = sha256(f"{ROOT}\0{purpose}".encode()).hexdigest()[:12]
    return Path("/tmp") / f"baylink-{os.getuid()}-{key}"


def say(message: str) -> None:
    """Print one line at once."""
    sys.stdout.write(f"{message}\n")
    sys.stdout.flush()


def complain(message: str) -> None:
    """Print one line to standard error at once."""
    sys.stderr.write(f"{message}\n")
    sys.stderr.flush()
