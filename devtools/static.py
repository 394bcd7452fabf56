"""Static files, collected and compressed once for each state of them, beside whatever else a start has to do."""

from collections.abc import Mapping
from hashlib import sha256

from devtools.paths import DATA, ROOT, SOURCE_ROOTS, say
from devtools.processes import Child, Supervisor
from devtools.services import manage

STAMP = DATA / "static.sha256"


def fingerprint() -> str:
    """Return a hash of what collectstatic would collect: the project's static files and the packages' versions."""
    digest = sha256((ROOT / "requirements.txt").read_bytes())
    digest.update((ROOT / "platform" / "config" / "settings.py").read_bytes())
    for folder in sorted({folder for source in SOURCE_ROOTS for folder in source.glob("*/static")}):
        for path in sorted(folder.rglob("*")):
            state = path.stat()
            digest.update(f"{path.relative_to(ROOT)} {state.st_size} {state.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def begin(*, supervisor: Supervisor, env: Mapping[str, str]) -> Child | None:
    """Start collectstatic when something has changed; return it, or None."""
    if env.get("STATIC_ROOT") or (STAMP.exists() and STAMP.read_text() == fingerprint()):
        return None
    say("Collecting static files …")
    STAMP.unlink(missing_ok=True)
    return supervisor.begin_step(
        name="static", command=manage("collectstatic", "--noinput", "--clear", "-v", "0"), env=env
    )


def finish(*, supervisor: Supervisor, step: Child | None) -> None:
    """Wait until the files are there; raises as `Supervisor.finish_step`."""
    if step is not None:
        supervisor.finish_step(step)
        STAMP.write_text(fingerprint())
