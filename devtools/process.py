"""One process of the Procfile, in place of this one: `python -m devtools.process worker`. Standard library only."""

import os
import shlex
import sys
from typing import NoReturn

from devtools.paths import ROOT


def read_procfile() -> dict[str, list[str]]:
    """Return the processes of the Procfile; each command begins with the name of a Python module."""
    lines = (line.partition(":") for line in (ROOT / "Procfile").read_text().splitlines() if line.strip())
    return {name.strip(): shlex.split(command) for name, _, command in lines}


def main() -> NoReturn:
    """Become the named process."""
    processes = read_procfile()
    name = sys.argv[1] if len(sys.argv) > 1 else ""
    if name not in processes:
        sys.exit(f"There are: {', '.join(processes)}.")
    os.execv(sys.executable, [sys.executable, "-m", *processes[name], *sys.argv[2:]])


if __name__ == "__main__":
    main()
