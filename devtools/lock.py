"""`make lock`: the lock files anew, with hashes, for every platform, without the address of any index."""

import re
import subprocess
import sys
from pathlib import Path

from devtools.paths import ROOT, complain, say
from devtools.services import python_module

# Each lock file and what it is made of. The second holds the first's versions, so one environment serves both.
LOCKS = {
    "requirements.txt": ["requirements.in"],
    "requirements-dev.txt": ["requirements.in", "requirements-dev.in"],
    "devtools/npm.txt": ["devtools/npm.in"],
}
FORM = [
    *("--universal", "--python-version", "3.11", "--generate-hashes"),
    *("--no-emit-index-url", "--no-emit-find-links", "--no-header", "--annotation-style", "line", "--quiet"),
]
ADDRESS = re.compile(r"https?://|--(?:extra-)?index-url|--find-links|file://|\"resolved\"")
# Where the author of an npm package asks for money is no address to fetch from.
HARMLESS = re.compile(r'^\s*"url": "https?://[^"]*(?:sponsors|opencollective)[^"]*"$')


def addresses_in(path: Path) -> list[str]:
    """Return the lines of a lock file that name a place to fetch from."""
    return [
        f"{path.name}:{number}: {line.strip()}"
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if ADDRESS.search(line) and not HARMLESS.match(line)
    ]


def lock_files() -> list[Path]:
    """Return all lock files."""
    return [*(ROOT / name for name in LOCKS), ROOT / "package-lock.json", ROOT / "devtools/chromium/package-lock.json"]


def main() -> int:
    """Write the Python locks; arguments go to uv (`--upgrade-package django`)."""
    for target, sources in LOCKS.items():
        command = python_module("uv", "pip", "compile", *FORM, *sys.argv[1:], *sources, "--output-file", target)
        done = subprocess.run(command, cwd=ROOT, check=False)
        if done.returncode:
            return done.returncode
        say(f"{target} written.")
    found = [line for path in lock_files() for line in addresses_in(path)]
    for line in found:
        complain(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
