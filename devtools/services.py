"""PostgreSQL and Valkey where the environment names none, and the environment that names them all."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

from devtools import postgres, valkey
from devtools.paths import DATA, VENV_PYTHON, say
from devtools.postgres import Names
from devtools.processes import Supervisor

LOCAL_POSTGRES = "postgres://postgres@127.0.0.1:5432/postgres"
LOCAL_BROKER = "amqp://guest:guest@127.0.0.1:5672//"
LOCAL_CACHE = "redis://127.0.0.1:6379/9"


class ServiceError(Exception):
    """The environment is contradictory; the text says how."""


@dataclass(frozen=True)
class Place:
    """Where the servers of one run keep their data and sockets, and whether the data may be lost."""

    data: Path
    sockets: Path
    durable: bool


def python_module(*command: str) -> list[str]:
    """Return a command that runs a module in the project's Python (its scripts break when the folder is moved)."""
    return [str(VENV_PYTHON), "-m", *command]


def manage(*command: str) -> list[str]:
    """Return a command of manage.py."""
    return [str(VENV_PYTHON), "manage.py", *command]


def prepare_place(place: Place) -> None:
    """Make the folders; raises ServiceError when they belong to someone else."""
    for folder in (place.data, place.sockets):
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except PermissionError as error:
            raise ServiceError(f"{folder} cannot be made: {error.strerror}.") from None
        if folder.stat().st_uid != os.geteuid():
            raise ServiceError(f"{folder} belongs to another account; remove it as that account (make reset).")
        # Root's server is another account, which may pass through and not look inside.
        folder.chmod(0o711 if os.geteuid() == 0 else 0o700)


def start_services(*, supervisor: Supervisor, place: Place, env: Mapping[str, str]) -> dict[str, str]:
    """Start what `env` does not name and return the URLs of all of it; the supervisor holds what was started.

    Raises ServiceError, PostgresError or ValkeyError.
    """
    prepare_place(place)
    found: dict[str, str] = {}
    if not env.get("DATABASE_URL"):
        say("Starting PostgreSQL …")
        sockets = place.sockets / "pg"
        supervisor.hold(
            postgres.start_postgres(
                data=place.data / "postgres",
                sockets=sockets,
                log=place.data / "postgres.log",
                options=postgres.DURABLE if place.durable else postgres.FORGETFUL,
            )
        )
        names = Names()
        admin_url = postgres.server_url(sockets=sockets, login=postgres.SUPERUSER, database="postgres")
        postgres.make_logins(admin_url=admin_url, names=names, for_tests=place.data != DATA)
        for variable, login in (("DATABASE_URL", names.application), ("DATABASE_OWNER_URL", names.owner)):
            found[variable] = postgres.server_url(sockets=sockets, login=login, database=names.database)
    elif not env.get("DATABASE_OWNER_URL"):
        raise ServiceError("DATABASE_URL is set and DATABASE_OWNER_URL is not: the owner's login migrates; set both.")
    if not env.get("CELERY_BROKER_URL") or not env.get("CACHE_URL"):
        say("Starting Valkey …")
        supervisor.hold(
            valkey.start_valkey(
                data=place.data / "valkey",
                sockets=place.sockets,
                log=place.data / "valkey.log",
                durable=place.durable,
            )
        )
        found["CELERY_BROKER_URL"] = env.get("CELERY_BROKER_URL") or valkey.broker_url(sockets=place.sockets)
        found["CACHE_URL"] = env.get("CACHE_URL") or valkey.cache_url(sockets=place.sockets)
    return found


def local_names() -> Names:
    """Return names for a database and two logins that only this run uses."""
    key = secrets.token_hex(4)
    owner, application = f"baylink_{key}_owner", f"baylink_{key}_app"
    passwords = {login: secrets.token_hex(12) for login in (owner, application)}
    return Names(database=f"baylink_{key}", owner=owner, application=application, passwords=passwords)


def with_login(url: str, *, login: str, password: str, database: str) -> str:
    """Return `url` for another login and database of the same server."""
    parts = urlsplit(url)
    place = parts.netloc.rpartition("@")[2]
    credentials = f"{quote(login)}:{quote(password)}" if password else quote(login)
    return urlunsplit((parts.scheme, f"{credentials}@{place}", f"/{database}", parts.query, ""))


def secret_key(*, folder: Path = DATA) -> str:
    """Return this checkout's key for signing, made once."""
    path = folder / "secret_key"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(50))
    return path.read_text()
