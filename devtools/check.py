"""`make check`: everything that can be said about the code without running it, two checks at a time."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from devtools.lock import addresses_in, lock_files
from devtools.paths import ROOT, python_path, say
from devtools.services import manage, python_module

SNAPSHOT = ROOT / "docs" / "openapi.yaml"
# No check reaches a server; these only have to be readable.
ENVIRONMENT = {
    "SECRET_KEY": "of make check, which signs nothing",
    "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none",
    "DATABASE_OWNER_URL": "postgres://nobody@127.0.0.1:1/none",
    "PYTHONWARNINGS": "ignore:Got an error checking a consistent migration history",
}


@dataclass(frozen=True)
class Result:
    """What a check found: nothing when it is fine."""

    name: str
    report: str
    seconds: float


def run(command: list[str]) -> str:
    """Run a command and return what it said when it failed, else nothing."""
    inherited = {name: value for name, value in os.environ.items() if name not in ("CACHE_URL", "CELERY_BROKER_URL")}
    env = {**inherited, **ENVIRONMENT, "PYTHONPATH": python_path()}
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    said = (done.stdout + done.stderr).strip()
    return (said or f"ended with code {done.returncode}") if done.returncode else ""


def check_layers() -> str:
    """Run import-linter."""
    return run(python_module("devtools.lint_imports"))


def check_openapi() -> str:
    """Compare the description of the API with the one that is kept, which partners read and reviewers see change."""
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder) / "openapi.yaml"
        failure = run(manage("spectacular", "--file", str(fresh), "--fail-on-warn"))
        if failure:
            return failure
        if SNAPSHOT.exists() and fresh.read_text() == SNAPSHOT.read_text():
            return ""
        # For a changed API on purpose: `make check ARGS=--write-openapi`.
        if "--write-openapi" in sys.argv:
            SNAPSHOT.write_text(fresh.read_text())
            return ""
        return "docs/openapi.yaml differs from the API. If that is meant: make check ARGS=--write-openapi"


def check_layout() -> str:
    """`platform/` is a source root: as a package it would take the place of the standard library's module."""
    return "platform/__init__.py exists" if (ROOT / "platform" / "__init__.py").exists() else ""


def check_locks() -> str:
    """No lock file names a place to fetch from: that is each machine's own setting."""
    return "\n".join(line for path in lock_files() for line in addresses_in(path))


CHECKS: dict[str, Callable[[], str]] = {
    "types": lambda: run(python_module("mypy", ".")),
    "lint": lambda: run(python_module("ruff", "check", "--output-format", "concise", ".")),
    "form": lambda: run(python_module("ruff", "format", "--check", ".")),
    "layers": check_layers,
    "layout": check_layout,
    "locks": check_locks,
    "django": lambda: run(manage("check")),
    "migrations": lambda: run(manage("makemigrations", "--check", "--dry-run")),
    "translations": lambda: run(python_module("devtools.translations", "--check")),
    "openapi": check_openapi,
}


def timed(name: str) -> Result:
    """Run one check."""
    started = time.monotonic()
    report = CHECKS[name]()
    return Result(name=name, report=report, seconds=time.monotonic() - started)


def main() -> int:
    """Run the named checks, or all; return 1 when one of them found something."""
    names = [argument for argument in sys.argv[1:] if argument in CHECKS] or list(CHECKS)
    failed = []
    with ThreadPoolExecutor(max_workers=2) as pool:
        for future in as_completed([pool.submit(timed, name) for name in names]):
            result = future.result()
            say(f"{'FAILED' if result.report else 'ok':<7} {result.name:<13} {result.seconds:5.1f} s")
            if result.report:
                failed.append(result.name)
                say(f"{result.report}\n")
    if failed:
        say(f"make check: {', '.join(failed)} failed.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
