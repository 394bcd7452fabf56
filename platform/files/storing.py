"""Where the bytes lie: FILE_STORAGE_URL. A folder for now; a bucket has the same three verbs."""

import os
import secrets
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


class Storage(Protocol):
    """What a place for bytes must be able to do; a key is never reused."""

    def put(self, key: str, content: bytes) -> None: ...
    def get(self, key: str) -> bytes: ...
    def remove(self, key: str) -> None: ...


class FolderStorage:
    """Bytes in a folder of this machine (or one that every process has mounted)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()

    def path_of(self, key: str) -> Path:
        """Where a key lies; raises ValueError for one that leads out of the folder."""
        path = (self.folder / key).resolve()
        if not path.is_relative_to(self.folder):
            raise ValueError(key)
        return path

    def put(self, key: str, content: bytes) -> None:
        """Write under a name of its own first: nobody ever reads half a file."""
        path = self.path_of(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        with draft.open("wb") as handle:
            handle.write(content)
            handle.flush()
            os.fsync(handle.fileno())
        draft.replace(path)

    def get(self, key: str) -> bytes:
        """The bytes; raises FileNotFoundError."""
        return self.path_of(key).read_bytes()

    def remove(self, key: str) -> None:
        """Forget the bytes; a key that is gone already is no error."""
        self.path_of(key).unlink(missing_ok=True)


def current_storage() -> Storage:
    """The storage that the installation is set up with."""
    parts = urlsplit(settings.FILE_STORAGE_URL)
    if parts.scheme != "file":
        raise ImproperlyConfigured(f"FILE_STORAGE_URL: {parts.scheme}:// is not known; use file:///folder.")
    return FolderStorage(Path(unquote(parts.path)))
