"""Where the bytes lie: FILE_STORAGE_URL, a folder or a bucket. Both have the same three verbs and are reached by us alone."""

import os
import secrets
from functools import lru_cache
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import parse_qsl, unquote, urlsplit

from botocore.config import Config  # type: ignore[import-untyped]
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured, SuspiciousOperation
from django.core.files.base import ContentFile
from storages.backends.s3 import S3Storage  # type: ignore[import-untyped]

STYLES: Final = ("auto", "path", "virtual")


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


class BucketStorage:
    """Bytes in a bucket of S3, or of whoever speaks it. It stays private: files go out through our own links alone."""

    def __init__(self, bucket: str, prefix: str, *, endpoint: str | None, region: str | None, style: str) -> None:
        self.bucket = S3Storage(
            bucket_name=bucket,
            location=prefix,
            endpoint_url=endpoint,
            region_name=region,
            file_overwrite=True,  # a key is never reused; asking first would be one more round trip
            default_acl=None,
            client_config=Config(
                s3={"addressing_style": style},
                signature_version="s3v4",
                connect_timeout=5,
                read_timeout=30,
                retries={"max_attempts": 3, "mode": "standard"},
                request_checksum_calculation="when_required",  # others than Amazon refuse its newer checksums
                response_checksum_validation="when_required",
            ),
        )

    def put(self, key: str, content: bytes) -> None:
        """Write it whole or not at all, as S3 does; raises ValueError for a key that leads out of the prefix."""
        try:
            self.bucket.save(key, ContentFile(content))
        except SuspiciousOperation as error:
            raise ValueError(key) from error

    def get(self, key: str) -> bytes:
        """The bytes; raises FileNotFoundError."""
        with self.bucket.open(key, "rb") as handle:
            content: bytes = handle.read()
        return content

    def remove(self, key: str) -> None:
        """Forget the bytes; a key that is gone already is no error."""
        self.bucket.delete(key)


def current_storage() -> Storage:
    """The storage that the installation is set up with. Raises ImproperlyConfigured."""
    return storage_at(settings.FILE_STORAGE_URL)


@lru_cache(maxsize=8)  # a bucket keeps its connections
def storage_at(url: str) -> Storage:
    """`file:///folder`, or `s3://bucket/prefix?region=…&endpoint=https://…&style=path`."""
    parts = urlsplit(url)
    if parts.scheme == "file":
        return FolderStorage(Path(unquote(parts.path)))
    if parts.scheme != "s3":
        raise ImproperlyConfigured(
            f"FILE_STORAGE_URL: {parts.scheme}:// is not known; use file:///folder or s3://bucket/prefix."
        )
    asked = dict(parse_qsl(parts.query))
    strange = sorted(asked.keys() - {"endpoint", "region", "style"})
    if strange or not parts.netloc or "@" in parts.netloc or asked.get("style", "auto") not in STYLES:
        raise ImproperlyConfigured(
            "FILE_STORAGE_URL: s3://bucket/prefix?region=…&endpoint=…&style=auto|path|virtual, with the credentials in "
            "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY or the machine's own role."
        )
    return BucketStorage(
        parts.netloc, unquote(parts.path).strip("/"), endpoint=asked.get("endpoint"), region=asked.get("region"),
        style=asked.get("style", "auto"),
    )  # fmt: skip
