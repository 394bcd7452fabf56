"""Files: kept outside the wall, named safely, swept when nobody claims them."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from files.models import StoredFile
from files.services import claim_file, keep_file, plain_name, read_file, sweep_files
from files.storing import FolderStorage, current_storage
from tenants.actors import Actor
from tenants.context import tenant_context
from tenants.models import Tenant
from tenants.postgresql.base import WallError


@pytest.fixture(autouse=True)
def storage(settings: Any, tmp_path: Path) -> Path:
    settings.FILE_STORAGE_URL = f"file://{tmp_path}/with%20space"
    return tmp_path / "with space"


def keep(tenant: Tenant | None, actor: Actor, now: Any, content: bytes = b"abc") -> StoredFile:
    return keep_file(
        tenant=tenant, name="a/b\\c.csv", content=content, purpose="test", content_type="text/csv", actor=actor, now=now
    )


@pytest.mark.django_db
def test_a_file_is_kept_in_its_tenants_folder_and_read_by_that_tenant_alone(
    acme: Tenant, pacific: Tenant, system: Actor, now: Any, storage: Path
) -> None:
    file = keep(acme, system, now)
    assert (file.name, file.size_bytes) == ("c.csv", 3)
    assert file.ref.startswith("fil_")
    assert (storage / file.key).read_bytes() == b"abc"
    assert file.key.startswith(f"{acme.schema_name}/")
    assert read_file(file_id=file.pk, tenant=acme) == b"abc"
    with pytest.raises(StoredFile.DoesNotExist):
        read_file(file_id=file.pk, tenant=pacific)


@pytest.mark.django_db
def test_files_are_touched_outside_the_wall_alone(acme: Tenant, system: Actor, now: Any) -> None:
    file = keep(acme, system, now)
    with tenant_context(acme):
        for call in (lambda: keep(acme, system, now), lambda: read_file(file_id=file.pk, tenant=acme)):
            with pytest.raises(WallError):
                call()


@pytest.mark.django_db
def test_what_nobody_claims_is_swept_after_a_day(acme: Tenant, system: Actor, now: Any, storage: Path) -> None:
    claimed, orphan = keep(acme, system, now), keep(None, system, now)
    claim_file(file_id=claimed.pk, now=now)
    assert sweep_files(now=now + timedelta(hours=23)) == 0
    assert sweep_files(now=now + timedelta(hours=25)) == 1
    assert list(StoredFile.objects.all()) == [claimed]
    assert not (storage / orphan.key).exists()


def test_a_key_never_leads_out_of_the_folder(tmp_path: Path) -> None:
    with pytest.raises(ValueError):
        FolderStorage(tmp_path).put("../x", b"")


def test_an_unknown_storage_is_said_at_once(settings: Any) -> None:
    settings.FILE_STORAGE_URL = "ftp://x"
    with pytest.raises(ImproperlyConfigured):
        current_storage()


@pytest.mark.parametrize(
    ("name", "plain"),
    [("../../etc/passwd", "passwd"), ("C:\\x\\订单.xlsx", "订单.xlsx"), ("\x00\n", "file"), ("", "file")],
)
def test_a_name_is_the_last_part_without_what_cannot_be_seen(name: str, plain: str) -> None:
    assert plain_name(name) == plain


def test_a_long_name_keeps_its_ending() -> None:
    assert plain_name("x" * 500 + ".xlsx").endswith("x.xlsx")
    assert len(plain_name("x" * 500 + ".xlsx")) == 200
