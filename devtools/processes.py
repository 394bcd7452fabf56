"""Child processes that never outlive their parent, watched and heard from one loop without threads."""

import codecs
import ctypes
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from devtools.paths import ROOT, say

PR_SET_PDEATHSIG = 1
# Elsewhere than on Linux children are stopped by the supervisor alone.
_prctl: Callable[..., int] | None = getattr(ctypes.CDLL(None), "prctl", None)
COLOURS = {"web": "36", "worker": "33", "beat": "35"}
POLL_SECONDS = 0.25


class Stopped(Exception):
    """Ctrl-C or a signal asked for the end."""


class ChildDied(Exception):
    """A process that must stay up has ended; the text says which and how."""


def die_with_parent(signal_number: int) -> None:
    """Ask the kernel to send this process a signal when its parent ends, however that ends."""
    if _prctl is not None:
        _prctl(PR_SET_PDEATHSIG, signal_number, 0, 0, 0)


@dataclass(frozen=True)
class Account:
    """The system account a child runs as when this process is root; ids as in passwd."""

    uid: int
    gid: int


@dataclass
class Child:
    """One process in a session of its own, how it wishes to be stopped, and the part of a line that it has begun."""

    name: str
    process: "subprocess.Popen[bytes]"
    stop_signal: signal.Signals = signal.SIGTERM
    decoder: codecs.IncrementalDecoder = field(default_factory=lambda: codecs.getincrementaldecoder("utf-8")("replace"))
    rest: str = ""

    def signal_group(self, number: int) -> None:
        """Signal the process and whatever it started; silent when nothing is left."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, number)

    def describe_end(self) -> str:
        """Say how the process ended."""
        code = self.process.returncode
        how = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"
        return f"{self.name} {how}"


def start_child(
    *,
    name: str,
    command: Sequence[str],
    env: Mapping[str, str] | None = None,
    output: IO[bytes] | int = subprocess.PIPE,
    stop_signal: signal.Signals = signal.SIGTERM,
    account: Account | None = None,
    pass_fds: Sequence[int] = (),
    folder: Path = ROOT,
) -> Child:
    """Start a process that leads a group of its own and is signalled when this process dies."""
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
        pass_fds=pass_fds,
        preexec_fn=lambda: die_with_parent(stop_signal),  # noqa: PLW1509 - one thread only, see above
    )
    return Child(name=name, process=process, stop_signal=stop_signal)


def stop_children(children: Sequence[Child], *, patience_seconds: float, hurried: Callable[[], bool]) -> None:
    """Ask the children to end, together; kill those that are not gone in time or once `hurried` says so."""
    for child in children:
        if child.process.poll() is None:
            child.process.send_signal(child.stop_signal)
    deadline = time.monotonic() + patience_seconds
    while any(child.process.poll() is None for child in children):
        if time.monotonic() > deadline or hurried():
            break
        time.sleep(0.05)
    for child in children:
        # Also where the leader is gone: what it started may be left.
        child.signal_group(signal.SIGKILL)
        child.process.wait()


class Supervisor:
    """Holds processes until one dies or the person at the terminal has enough, then stops them all, last first."""

    def __init__(self) -> None:
        self.waves: list[list[Child]] = []
        self.steps: list[Child] = []
        self.selector = selectors.DefaultSelector()
        self.stop_requests = 0
        self.last_signal = 0
        self.wake_read, self.wake_write = os.pipe()
        for end in (self.wake_read, self.wake_write):
            os.set_blocking(end, False)
        self.selector.register(self.wake_read, selectors.EVENT_READ)
        signal.set_wakeup_fd(self.wake_write)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._request_stop)

    def _request_stop(self, number: int, frame: object) -> None:
        self.stop_requests += 1
        self.last_signal = number

    def hold(self, *children: Child) -> None:
        """Watch these from now on; what is held later is stopped earlier."""
        self.waves.append(list(children))
        for child in children:
            self._listen(child)

    def check(self) -> None:
        """Raise Stopped when asked to stop, ChildDied when a held process has ended."""
        if self.stop_requests:
            raise Stopped
        dead = [child for wave in self.waves for child in wave if child.process.poll() is not None]
        dead += [step for step in self.steps if step.process.poll()]
        if dead:
            self.pump(timeout_seconds=0)
            raise ChildDied(dead[0].describe_end())

    def pump(self, *, timeout_seconds: float = POLL_SECONDS) -> None:
        """Print what the children have said, waiting for it at most this long."""
        for key, _ in self.selector.select(timeout_seconds):
            if key.data is None:
                os.read(self.wake_read, 4096)
                continue
            child: Child = key.data
            chunk = os.read(key.fd, 65536)
            if not chunk:
                self.selector.unregister(key.fileobj)
            self._print(child, chunk)

    def _print(self, child: Child, chunk: bytes) -> None:
        text = child.rest + child.decoder.decode(chunk, final=not chunk)
        *lines, child.rest = text.split("\n")
        if not chunk and child.rest:
            lines, child.rest = [*lines, child.rest], ""
        label = f"{child.name:<8}| "
        if sys.stdout.isatty():
            label = f"\x1b[{COLOURS.get(child.name, '32')}m{label}\x1b[0m"
        for line in lines:
            say(label + line)

    def wait_until(self, ready: Callable[[], bool], *, patience_seconds: float) -> bool:
        """Pump until `ready`, asked twice a second, says so; False when that takes longer. Raises as `check` does."""
        deadline = time.monotonic() + patience_seconds
        while time.monotonic() < deadline:
            self.check()
            if ready():
                return True
            next_question = time.monotonic() + 2 * POLL_SECONDS
            while time.monotonic() < next_question:
                self.pump()
        return False

    def begin_step(
        self, *, name: str, command: Sequence[str], env: Mapping[str, str], output: IO[bytes] | int = subprocess.PIPE
    ) -> Child:
        """Start a command that is meant to end, and watch it with the others until `finish_step`."""
        step = start_child(name=name, command=command, env=env, output=output)
        self.steps.append(step)
        self._listen(step)
        return step

    def finish_step(self, step: Child) -> None:
        """Wait for the end of a command; raise ChildDied when it or anything held fails, Stopped when asked to stop."""
        while step.process.poll() is None:
            self.check()
            self.pump()
        self.check()
        self.pump(timeout_seconds=0)
        self.steps.remove(step)
        self._forget(step)

    def run_step(self, *, name: str, command: Sequence[str], env: Mapping[str, str]) -> None:
        """Begin a command and finish it."""
        self.finish_step(self.begin_step(name=name, command=command, env=env))

    def _listen(self, child: Child) -> None:
        if child.process.stdout:
            os.set_blocking(child.process.stdout.fileno(), False)
            self.selector.register(child.process.stdout, selectors.EVENT_READ, child)

    def _forget(self, child: Child) -> None:
        with suppress(KeyError, ValueError):
            if child.process.stdout:
                self.selector.unregister(child.process.stdout)

    def run_in_foreground(self, *, command: Sequence[str], env: Mapping[str, str]) -> int:
        """Run a command that owns the terminal and return its exit code; raises ChildDied when a server it needs dies.

        The terminal sends Ctrl-C to the command itself, which then ends in its own way.
        """
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=env,
            preexec_fn=lambda: die_with_parent(signal.SIGINT),  # noqa: PLW1509 - one thread only
        )
        forwarded = False
        try:
            while process.poll() is None:
                self.pump()
                if self.stop_requests and self.last_signal != signal.SIGINT and not forwarded:
                    forwarded = True
                    process.send_signal(signal.SIGINT)
                if not self.stop_requests:
                    self.check()
                if self.stop_requests > 2:
                    process.kill()
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait()
        return process.returncode if process.returncode >= 0 else 128 - process.returncode

    def watch(self) -> None:
        """Pump for ever; ends by Stopped or ChildDied."""
        while True:
            self.check()
            self.pump()

    def stop_all(self) -> None:
        """Stop everything, wave by wave, last first; a second Ctrl-C kills at once."""
        asked_before = self.stop_requests
        self.waves.append(self.steps)
        while self.waves:
            wave = self.waves.pop()
            stop_children(wave, patience_seconds=15, hurried=lambda: self.stop_requests > max(asked_before, 1))
            with suppress(OSError, ValueError):
                self.pump(timeout_seconds=0)
            for child in wave:
                self._forget(child)
