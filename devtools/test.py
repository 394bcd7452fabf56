"""`make test` and `make test-services`: the suite with servers of its own, or with those that run already."""

import os
import secrets
import shlex
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg

from devtools import browser, postgres, static
from devtools.paths import DATA, complain, python_path, say, socket_folder
from devtools.postgres import PostgresError
from devtools.processes import ChildDied, Stopped, Supervisor, die_with_parent
from devtools.services import (
    LOCAL_BROKER,
    LOCAL_CACHE,
    LOCAL_POSTGRES,
    Place,
    ServiceError,
    local_names,
    python_module,
    start_services,
    with_login,
)
from devtools.valkey import ValkeyError

# A developer's own settings do not change what a test sees.
FOREIGN = (
    "BASE_DOMAIN",
    "PORT",
    "SITE_SCHEME",
    "SITE_PORT",
    "EMAIL_URL",
    "DEBUG",
    "DEMO",
    "STATIC_ROOT",
    "DATABASE_POOL",
)
SERVERS = ("DATABASE_URL", "DATABASE_OWNER_URL", "CELERY_BROKER_URL", "CACHE_URL")


def work_environment(*, files: Path) -> dict[str, str]:
    """Return the environment of a test run but for the servers."""
    env = {name: value for name, value in os.environ.items() if name not in FOREIGN}
    return env | {
        "SECRET_KEY": secrets.token_urlsafe(50),
        "FILE_STORAGE_URL": f"file://{files}",
        "EMAIL_URL": "memory://",
        "PYTHONPATH": python_path(),
        "PYTHONUNBUFFERED": "1",
    }


def browser_environment(env: dict[str, str]) -> dict[str, str]:
    """Return CHROMIUM, or CHROMIUM_MISSING with the reason, which is said once."""
    try:
        return {"CHROMIUM": browser.find_browser()}
    except browser.NoBrowserError as reason:
        say(f"Browser tests are left out: {reason}.")
        env.pop("CHROMIUM", None)
        return {"CHROMIUM_MISSING": str(reason)}


@contextmanager
def running_services() -> Iterator[dict[str, str]]:
    """Give the URLs of the servers that run already, with a database and two logins made there for this run.

    The environment names them; what it leaves out is looked for at the usual local ports.
    """
    urls = {
        "CELERY_BROKER_URL": os.environ.get("CELERY_BROKER_URL") or LOCAL_BROKER,
        "CACHE_URL": os.environ.get("CACHE_URL") or LOCAL_CACHE,
    }
    given = [os.environ.get(name) for name in ("DATABASE_URL", "DATABASE_OWNER_URL")]
    if any(given):
        if not all(given):
            raise ServiceError("Set both DATABASE_URL and DATABASE_OWNER_URL, or neither.")
        yield urls | {name: os.environ[name] for name in ("DATABASE_URL", "DATABASE_OWNER_URL")}
        return
    names = local_names()
    try:
        postgres.make_logins(admin_url=LOCAL_POSTGRES, names=names, for_tests=True)
    except psycopg.OperationalError as error:
        raise ServiceError(f"No PostgreSQL at 127.0.0.1:5432 for postgres: {str(error).splitlines()[0]}") from None
    try:
        for variable, login in (("DATABASE_URL", names.application), ("DATABASE_OWNER_URL", names.owner)):
            urls[variable] = with_login(
                LOCAL_POSTGRES, login=login, password=names.passwords[login], database=names.database
            )
        yield urls
    finally:
        postgres.drop_logins(admin_url=LOCAL_POSTGRES, names=names)


@contextmanager
def own_services(*, supervisor: Supervisor, durable: bool) -> Iterator[dict[str, str]]:
    """Give the URLs of servers that live as long as this block, with data that is thrown away."""
    DATA.mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="test-", dir=DATA))
    sockets = socket_folder(purpose=folder.name)
    try:
        env = {name: value for name, value in os.environ.items() if name in SERVERS}
        place = Place(data=folder, sockets=sockets, durable=durable)
        yield env | start_services(supervisor=supervisor, place=place, env=env)
    finally:
        supervisor.stop_all()
        for left in (folder, sockets):
            shutil.rmtree(left, ignore_errors=True)


def pytest_command(arguments: Sequence[str]) -> list[str]:
    """Return pytest's command: on two processes unless the arguments say how many."""
    chosen = any(
        argument.startswith(("-n", "--numprocesses", "--pdb", "--collect-only", "--co")) for argument in arguments
    )
    return python_module("pytest", *([] if chosen else ["-n", "2"]), *arguments)


def run(command: Sequence[str], *, with_services: bool, with_browser: bool, durable: bool = False) -> int:
    """Run a command with servers around it and return its exit code; `durable` ones write as production's do."""
    supervisor = Supervisor()
    with tempfile.TemporaryDirectory(prefix="baylink-files-") as files:
        env = work_environment(files=Path(files))
        if with_browser:
            env |= browser_environment(env)
        services = running_services() if with_services else own_services(supervisor=supervisor, durable=durable)
        try:
            with services as urls:
                env |= urls
                static.finish(supervisor=supervisor, step=static.begin(supervisor=supervisor, env=env))
                return supervisor.run_in_foreground(command=command, env=env)
        except Stopped:
            complain("\nStopped.")
        except ChildDied as death:
            complain(f"\n{death}; the run is broken off.")
        except (ServiceError, PostgresError, ValkeyError) as error:
            complain(str(error))
        finally:
            supervisor.stop_all()
    return 1


def main() -> int:
    """Run the suite; `--services` takes servers that run already."""
    die_with_parent(15)
    arguments = sys.argv[1:]
    with_services = arguments[:1] == ["--services"]
    arguments = arguments[1:] if with_services else arguments
    command = pytest_command(arguments)
    say(f"{shlex.join(command[2:])}")
    return run(command, with_services=with_services, with_browser=True)


if __name__ == "__main__":
    sys.exit(main())
