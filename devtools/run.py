"""`make run`: servers, migrations, demo world, web, worker and beat in one terminal, until Ctrl-C."""

import errno
import fcntl
import http.client
import os
import shutil
import socket
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from typing import IO

from devtools import static
from devtools.manage import forget_environment, keep_environment
from devtools.paths import DATA, ROOT, complain, python_path, say, socket_folder
from devtools.postgres import PostgresError
from devtools.process import read_procfile
from devtools.processes import Child, ChildDied, Stopped, Supervisor, die_with_parent, start_child
from devtools.services import Place, ServiceError, manage, python_module, secret_key, start_services
from devtools.valkey import ValkeyError

READY_SECONDS = 120


class StartError(Exception):
    """Something that the person at the terminal has to mend; the text says what."""


def hold_checkout() -> IO[str]:
    """Return the lock that lets one `make run` at a time use this checkout; raises StartError when it is held."""
    handle = (ROOT / ".run.lock").open("a+")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        handle.seek(0)
        raise StartError(f"Baylink already runs in this checkout (process {handle.read().strip()}).") from None
    handle.truncate(0)
    handle.write(str(os.getpid()))
    handle.flush()
    return handle


def take_port() -> socket.socket:
    """Return a socket bound to PORT, handed to the web server later, so that nobody takes the port in between."""
    wish = os.environ.get("PORT") or "8000"
    if not wish.isdigit() or not 0 < int(wish) < 65536:
        raise StartError(f"PORT={wish} is no port: choose a number from 1 to 65535.")
    address = os.environ.get("BIND") or "127.0.0.1"
    listener = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((address, int(wish)))
    except PermissionError:
        raise StartError(f"Port {wish} needs more rights than this account has: make run PORT=8001") from None
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise StartError(f"Cannot listen at {address}:{wish}: {error.strerror}.") from None
        raise StartError(f"Port {wish} is taken: choose another, make run PORT={int(wish) + 1}") from None
    return listener


def demo_environment(*, port: int) -> dict[str, str]:
    """Return the environment of all processes but for the servers; what the caller has set goes before."""
    defaults = {
        "DEMO": "1",
        "BASE_DOMAIN": "baylink.localhost",
        "SECRET_KEY": secret_key(),
        "WEB_CONCURRENCY": "2",
        # Said to every root user in thirty lines; the worker takes JSON alone.
        "PYTHONWARNINGS": "ignore:You're running the worker with superuser",
    }
    return {
        **{name: os.environ.get(name) or value for name, value in defaults.items()},
        "PORT": str(port),
        "PYTHONPATH": python_path(),
        "PYTHONUNBUFFERED": "1",
    }


def start_processes(*, env: dict[str, str], listener: socket.socket) -> list[Child]:
    """Start web, worker and beat; the web server serves the socket that was bound at the beginning."""
    children = []
    for name, command in read_procfile().items():
        own = dict(env)
        own["GUNICORN_CMD_ARGS"] = f"--bind fd://{listener.fileno()}"
        if name == "web":
            own.pop("DATABASE_OWNER_URL", None)  # the owner's login serves no request
        children.append(
            start_child(
                name=name,
                command=python_module(*command),
                env=own,
                pass_fds=[listener.fileno()] if name == "web" else [],
            )
        )
    return children


def answers(*, listener: socket.socket, host: str) -> Callable[[], bool]:
    """Return a question: does /healthz say that all parts are up?"""
    address, port = listener.getsockname()[:2]
    address = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(address, address)

    def ask() -> bool:
        connection = http.client.HTTPConnection(address, port, timeout=2)
        with suppress(OSError, http.client.HTTPException):
            connection.request("GET", "/healthz", headers={"Host": f"{host}:{port}"})
            return connection.getresponse().status == http.HTTPStatus.OK
        return False

    return ask


def show_addresses(*, env: dict[str, str], sign_ins: str) -> None:
    """Print where to go and whom to sign in as."""
    base = f"{env['BASE_DOMAIN']}:{env['PORT']}"
    say("")
    say("Baylink is up.")
    say(f"  sign in      http://{base}/")
    say(f"  console      http://ops.{base}/")
    say(f"  a portal     http://acme.{base}/")
    say(f"  API          http://acme.{base}/api/v1/docs/")
    say(f"\n{sign_ins}")
    say('Play agents and workshops through all open jobs: make manage ARGS="simulate --speed 50"')
    say("Ctrl-C stops everything; the data stays in .data (make reset starts over).")


def bring_up(*, supervisor: Supervisor, listener: socket.socket, started_at: float) -> None:
    """Start everything in order; raises what went wrong, and Stopped."""
    port = listener.getsockname()[1]
    env = {**os.environ, **demo_environment(port=port)}
    place = Place(data=DATA, sockets=socket_folder(purpose="run"), durable=True)
    env |= start_services(supervisor=supervisor, place=place, env=os.environ)
    supervisor.check()
    keep_environment(env, before=dict(os.environ))
    collecting = static.begin(supervisor=supervisor, env=env)
    say(f"Migrating … ({time.monotonic() - started_at:.1f} s so far)")
    supervisor.run_step(name="migrate", command=manage("migrate_all"), env=env)
    say(f"Filling the demo world … ({time.monotonic() - started_at:.1f} s so far)")
    supervisor.run_step(name="demo", command=manage("seed_demo"), env=env)
    static.finish(supervisor=supervisor, step=collecting)
    say(f"Starting web, worker and beat … ({time.monotonic() - started_at:.1f} s so far)")
    supervisor.hold(*start_processes(env=env, listener=listener))
    ready = answers(listener=listener, host=env["BASE_DOMAIN"])
    with tempfile.TemporaryFile() as output:
        naming = supervisor.begin_step(
            name="demo", command=manage("seed_demo", "--print-sign-ins"), env=env, output=output
        )
        if not supervisor.wait_until(ready, patience_seconds=READY_SECONDS):
            raise StartError(f"/healthz did not answer 200 within {READY_SECONDS} seconds; the lines above say why.")
        supervisor.finish_step(naming)
        output.seek(0)
        show_addresses(env=env, sign_ins=output.read().decode())
    say(f"Ready after {time.monotonic() - started_at:.1f} s.")


def main() -> int:
    """Run until Ctrl-C; return 0 then, and 1 when something died or could not start."""
    started_at = time.monotonic()
    die_with_parent(15)
    try:
        with hold_checkout(), take_port() as listener:
            return run(listener=listener, started_at=started_at)
    except StartError as error:
        complain(str(error))
        return 1


def run(*, listener: socket.socket, started_at: float) -> int:
    """Bring everything up, watch it, stop it."""
    supervisor, code = Supervisor(), 0
    try:
        bring_up(supervisor=supervisor, listener=listener, started_at=started_at)
        supervisor.watch()
    except Stopped:
        say("\nStopping …")
    except ChildDied as death:
        complain(f"\n{death}; stopping everything.")
        code = 1
    except (StartError, ServiceError, PostgresError, ValkeyError) as error:
        complain(str(error))
        code = 1
    except BrokenPipeError:
        # Nobody reads the terminal any more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    finally:
        forget_environment()
        supervisor.stop_all()
        shutil.rmtree(socket_folder(purpose="run"), ignore_errors=True)
    with suppress(BrokenPipeError):
        say("Stopped.")
    return code


if __name__ == "__main__":
    sys.exit(main())
