"""`make bench`: the figures, on servers of their own that keep what they are told as production's do."""

import sys

from devtools.processes import die_with_parent
from devtools.services import python_module
from devtools.test import run


def main() -> int:
    """Run `tests.bench`; `--services` takes servers that run already."""
    die_with_parent(15)
    arguments = sys.argv[1:]
    with_services = arguments[:1] == ["--services"]
    command = python_module("tests.bench", *arguments[int(with_services) :])
    return run(command, with_services=with_services, with_browser=False, durable=True)


if __name__ == "__main__":
    sys.exit(main())
