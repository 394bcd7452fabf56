"""The bundle: a zip with the tenant's log, every table of its book, its people and its files, and a manifest of hashes."""

import hashlib
import json
import os
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from django.db import transaction
from psycopg import sql

from events.checking import verify_stream
from events.models import Event, Stream
from events.replaying import read_pages
from files.models import StoredFile
from files.storing import current_storage
from tenants.models import Tenant
from tenants.owner import as_owner, execute
from tenants.people.models import ApiKey, Membership
from tenants.postgresql.base import current_wrapper

MANIFEST: Final = "manifest.json"
TABLES: Final = "SELECT tablename FROM pg_tables WHERE schemaname = %s AND tablename <> 'django_migrations' ORDER BY 1"
COLUMNS: Final = (
    "seq", "id", "type", "version", "subject", "data", "actor_kind", "actor_id", "actor_name", "credential",
    "on_behalf_of", "reason", "occurred_at", "recorded_at", "request_id", "because", "prev_hash", "hash",
)  # fmt: skip


class BundleError(Exception):
    """The bundle cannot be made or is not what it says; nothing was deleted."""


@dataclass(slots=True)
class Bundle:
    """A bundle on disk: where it lies, the number of the last event in it, the SHA-256 of each part."""

    path: Path
    last_seq: int = 0
    parts: dict[str, str] = field(default_factory=dict)


def write_bundle(*, tenant: Tenant, path: Path, now: datetime) -> Bundle:
    """Write the bundle of a tenant as of one moment, whole or not at all. Needs the owner's login.

    Raises BundleError when the log's chain is broken, a file's bytes are gone, or `path` exists.
    """
    if path.exists():
        raise BundleError(f"{path} exists already.")
    draft = path.with_name(f".{path.name}.part")
    bundle = Bundle(path=path)
    try:
        with as_owner(), transaction.atomic():
            execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            broken = verify_stream(tenant)
            if broken:
                raise BundleError(f"The log is not what was written: {broken[0]}")
            with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as archive:
                for name, chunks in list_parts(tenant):
                    bundle.parts[name] = write_part(archive, name, chunks)
                bundle.last_seq = last_seq_of(tenant)
                archive.writestr(MANIFEST, json.dumps(describe(tenant, bundle, now), ensure_ascii=False, indent=2))
        with draft.open("rb") as handle:
            os.fsync(handle.fileno())
        draft.rename(path)
    finally:
        draft.unlink(missing_ok=True)
    return bundle


def list_parts(tenant: Tenant) -> Iterator[tuple[str, Iterator[bytes]]]:
    """Each part's name and its bytes, a piece at a time."""
    yield "events.ndjson", read_events(tenant)
    for table in tables_of(tenant):
        yield f"book/{table}.csv", read_table(tenant, table)
    yield "people.json", iter([to_json(list_people(tenant))])
    for file in StoredFile.objects.filter(tenant=tenant).order_by("pk"):
        yield f"files/{file.ref}/{file.name}", iter([read_bytes(file)])


def write_part(archive: zipfile.ZipFile, name: str, chunks: Iterator[bytes]) -> str:
    """Write one part; returns its SHA-256."""
    digest = hashlib.sha256()
    with archive.open(name, "w", force_zip64=True) as part:
        for chunk in chunks:
            digest.update(chunk)
            part.write(chunk)
    return digest.hexdigest()


def read_events(tenant: Tenant) -> Iterator[bytes]:
    """The log as JSON lines, with the hashes that chain it."""
    for page in read_pages(tenant=tenant, columns=COLUMNS):
        rows = (dict(zip(COLUMNS, row, strict=True)) for row in page)
        yield b"".join(to_json(row) + b"\n" for row in rows)


def tables_of(tenant: Tenant) -> list[str]:
    """The tables of the book."""
    with current_wrapper().cursor() as cursor:
        cursor.execute(TABLES, [tenant.schema_name])
        return [name for (name,) in cursor.fetchall()]


def read_table(tenant: Tenant, table: str) -> Iterator[bytes]:
    """A table as CSV with a header, as PostgreSQL writes it."""
    wrapper = current_wrapper()
    statement = sql.SQL("COPY {} TO STDOUT WITH (FORMAT csv, HEADER)").format(sql.Identifier(tenant.schema_name, table))
    with wrapper.connection.cursor() as cursor, cursor.copy(statement) as copy:
        yield from map(bytes, copy)


def list_people(tenant: Tenant) -> dict[str, Any]:
    """Who was a member and which keys there were; no secret is among it."""
    members = Membership.objects.filter(tenant=tenant).select_related("user").order_by("pk")
    keys = ApiKey.objects.for_tenant(tenant).order_by("pk")
    return {
        "members": [
            {"email": m.user.email, "name": m.user.name, "roles": m.roles, "active": m.is_active} for m in members
        ],
        "api_keys": [{"name": key.name, "prefix": key.prefix, "scopes": key.scopes} for key in keys],
    }


def read_bytes(file: StoredFile) -> bytes:
    """A file's content; raises BundleError when it is gone or another."""
    try:
        content = current_storage().get(file.key)
    except FileNotFoundError:
        raise BundleError(f"The bytes of {file.ref} ({file.name}) are gone.") from None
    if hashlib.sha256(content).hexdigest() != file.sha256:
        raise BundleError(f"The bytes of {file.ref} ({file.name}) are not those that were uploaded.")
    return content


def last_seq_of(tenant: Tenant) -> int:
    """The number of the last event."""
    return Stream.objects.filter(tenant=tenant).values_list("last_seq", flat=True).first() or 0


def describe(tenant: Tenant, bundle: Bundle, now: datetime) -> dict[str, Any]:
    """The manifest."""
    return {
        "tenant": {"id": str(tenant.pk), "slug": tenant.slug, "name": tenant.name, "kind": tenant.kind},
        "made_at": now.isoformat(),
        "schema_version": tenant.schema_version,
        "events": Event.objects.filter(tenant=tenant).count(),
        "last_seq": bundle.last_seq,
        "sha256": bundle.parts,
    }


def check_bundle(bundle: Bundle) -> None:
    """Read the bundle back from the disk, every part of it; raises BundleError when one is not as it was written."""
    with zipfile.ZipFile(bundle.path) as archive:
        names = set(archive.namelist())
        if names != {*bundle.parts, MANIFEST}:
            raise BundleError(f"{bundle.path} lacks parts.")
        for name, said in bundle.parts.items():
            digest = hashlib.sha256()
            with archive.open(name) as part:
                while chunk := part.read(1 << 20):
                    digest.update(chunk)
            if digest.hexdigest() != said:
                raise BundleError(f"{name} in {bundle.path} is damaged.")


def to_json(value: Any) -> bytes:
    """JSON with texts as they are, times as RFC 3339, bytes in hex."""
    return json.dumps(value, ensure_ascii=False, default=as_text).encode()


def as_text(value: Any) -> str:
    """What JSON has no word for."""
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value)
