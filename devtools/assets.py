"""Copies the front-end files that the pages use from node_modules to the static folder. Standard library only.

The list is `platform/ui/assets.txt`; its head says how to write it.
"""

import re
import shutil
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from devtools.paths import ASSET_LIST, NODE_MODULES, ROOT, STATIC

# The maps are not served, and a static manifest refuses files that it cannot find.
MAP_COMMENT = re.compile(rb"(?m)^(?:/\*|//)[#@] sourceMappingURL=.*$\n?")
TEXT = {".css", ".js", ".mjs"}
STAMP = NODE_MODULES / ".copied.sha256"


class AssetError(Exception):
    """The list names something that the packages do not have."""


def listed_assets() -> Iterator[tuple[Path, Path]]:
    """Yield every file of the list with its place in the static folder; raise AssetError on a wrong line."""
    for number, line in enumerate(ASSET_LIST.read_text().splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        name, arrow, place = (part.strip() for part in line.partition("->"))
        source, target = NODE_MODULES / name, STATIC / place
        if not arrow or not source.exists():
            raise AssetError(f"{ASSET_LIST.name}, line {number}: no such file in the installed packages: {name}")
        if source.is_dir():
            yield from ((file, target / file.name) for file in sorted(source.iterdir()) if file.is_file())
        else:
            yield source, target


def fingerprint() -> str:
    """Return a hash of everything the copied files depend on."""
    sources = (ROOT / "package-lock.json", ASSET_LIST, Path(__file__))
    return sha256(b"\0".join(source.read_bytes() for source in sources)).hexdigest()


def are_current() -> bool:
    """Say whether the copied files are those of the lock file and the list."""
    return (STATIC / "vendor").is_dir() and STAMP.exists() and STAMP.read_text() == fingerprint()


def copy_assets() -> int:
    """Copy the listed files anew and return how many there are; raise AssetError when one is missing."""
    pairs = list(listed_assets())
    shutil.rmtree(STATIC / "vendor", ignore_errors=True)
    for source, target in pairs:
        target.parent.mkdir(parents=True, exist_ok=True)
        content = source.read_bytes()
        target.write_bytes(MAP_COMMENT.sub(b"", content) if source.suffix in TEXT else content)
    STAMP.write_text(fingerprint())
    return len(pairs)
