"""Keeping, claiming and sweeping files. All of it is done outside the wall: a storage may lie across a network."""

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from events.ids import new_id
from files.models import StoredFile
from files.pictures import VARIANTS
from files.storing import current_storage
from tenants.actors import Actor
from tenants.models import Tenant
from tenants.postgresql.base import CORE, WallError, current_wrapper

UNCLAIMED_FOR = timedelta(days=1)
LONGEST_NAME = 200


def keep_file(
    *,
    tenant: Tenant | None,
    name: str,
    content: bytes,
    purpose: str,
    content_type: str,
    actor: Actor,
    now: datetime,
    picture: dict[str, Any] | None = None,
    upload_key: UUID | None = None,
) -> StoredFile:
    """Store the bytes, then the row that names them; until it is claimed the file lives a day. Raises WallError in a tenant."""
    require_core()
    key = new_id()
    path = f"{tenant.schema_name if tenant else 'operator'}/{key.hex[:6]}/{key.hex}"
    current_storage().put(path, content)
    try:
        return StoredFile.objects.create(
            id=key, tenant=tenant, name=plain_name(name), purpose=purpose, content_type=content_type[:100],
            size_bytes=len(content), sha256=hashlib.sha256(content).hexdigest(), key=path, created_by=actor.name[:200],
            created_at=now, picture=picture, upload_key=upload_key,
        )  # fmt: skip
    except IntegrityError:  # the same upload twice at once: nobody names these bytes, and no sweep would find them
        current_storage().remove(path)
        raise


def plain_name(name: str) -> str:
    """The last part of a file's name, without what cannot be seen, short enough to store; its ending stays."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    seen = "".join(letter for letter in last if letter.isprintable()).strip() or "file"
    stem, dot, ending = seen.rpartition(".")
    if len(seen) <= LONGEST_NAME:
        return seen
    return f"{stem[: LONGEST_NAME - len(ending) - 1]}{dot}{ending}" if dot and len(ending) < 10 else seen[:LONGEST_NAME]


def claim_file(*, file_id: UUID, now: datetime) -> None:
    """Say that something names the file, so that the sweep leaves it; saying it twice is the same."""
    require_core()
    StoredFile.objects.filter(pk=file_id, claimed_at__isnull=True).update(claimed_at=now)


def hold_file(*, file_id: UUID, tenant: Tenant | None, now: datetime) -> None:
    """Claim a file within the transaction of the work that names it: that work and a sweep cannot cross.

    Raises StoredFile.DoesNotExist when a sweep was first; if the work is rolled back, so is the claim.
    """
    require_core()
    file = StoredFile.objects.select_for_update().get(pk=file_id, tenant=tenant)
    if file.claimed_at is None:
        file.claimed_at = now
        file.save(update_fields=["claimed_at"])


def claim_files(*, file_ids: Iterable[UUID], now: datetime) -> None:
    """The same for many."""
    require_core()
    StoredFile.objects.filter(pk__in=list(file_ids), claimed_at__isnull=True).update(claimed_at=now)


def release_file(*, file_id: UUID) -> None:
    """Say that nothing names the file any more: the sweep takes it when it is a day old."""
    require_core()
    StoredFile.objects.filter(pk=file_id).update(claimed_at=None)


def read_file(*, file_id: UUID, tenant: Tenant | None) -> bytes:
    """The bytes of a file of this tenant; raises StoredFile.DoesNotExist, and FileNotFoundError when they are gone."""
    require_core()
    return current_storage().get(StoredFile.objects.get(pk=file_id, tenant=tenant).key)


def sweep_files(*, now: datetime) -> int:
    """Remove what nobody has claimed for a day; returns how many."""
    require_core()
    removed = 0
    left = StoredFile.objects.filter(claimed_at__isnull=True, created_at__lt=now - UNCLAIMED_FOR)
    for pk in list(left.values_list("pk", flat=True)[:500]):
        with transaction.atomic():
            file = StoredFile.objects.select_for_update(skip_locked=True).filter(pk=pk, claimed_at__isnull=True).first()
            if file is not None:
                file.delete()
                for key in (
                    file.key,
                    *(file.key_of(variant) for variant in (VARIANTS if file.picture is not None else ())),
                ):
                    current_storage().remove(key)
                removed += 1
    return removed


def require_core() -> None:
    """Raise WallError inside a tenant."""
    if current_wrapper().wanted != CORE:
        raise WallError("Files are read and written outside the wall.")
