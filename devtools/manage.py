"""`make manage ARGS="simulate --speed 50"`: one management command in the environment of the `make run` that is up."""

import json
import os
import sys

from devtools.paths import DATA, ROOT, VENV_PYTHON, complain

KEPT = DATA / "environment.json"


def keep_environment(env: dict[str, str], *, before: dict[str, str]) -> None:
    """Write down, for this account alone, what `make run` has set, so that a command can join it."""
    mine = {name: value for name, value in env.items() if before.get(name) != value}
    KEPT.touch(mode=0o600)
    KEPT.chmod(0o600)
    KEPT.write_text(json.dumps(mine))


def forget_environment() -> None:
    """Nothing runs any more."""
    KEPT.unlink(missing_ok=True)


def main() -> None:
    """Become manage.py with what the running processes were given; exit with 1 when nothing runs."""
    if not KEPT.exists():
        complain("Nothing runs in this checkout: start it with `make run` in another terminal first.")
        sys.exit(1)
    env = {**os.environ, **json.loads(KEPT.read_text())}
    os.execve(VENV_PYTHON, [str(VENV_PYTHON), str(ROOT / "manage.py"), *sys.argv[1:]], env)


if __name__ == "__main__":
    main()
