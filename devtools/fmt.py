"""`make fmt`: imports in order, code in its form."""

import subprocess
import sys

from devtools.paths import ROOT
from devtools.services import python_module


def main() -> int:
    """Run ruff's fixes and its formatter."""
    fixed = subprocess.run(
        python_module("ruff", "check", "--fix", "--exit-zero", "--quiet", "."), cwd=ROOT, check=False
    )
    formatted = subprocess.run(python_module("ruff", "format", "."), cwd=ROOT, check=False)
    return fixed.returncode or formatted.returncode


if __name__ == "__main__":
    sys.exit(main())
