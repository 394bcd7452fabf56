"""Uploads in a bucket: the same as in a folder, on an S3 of the test's own; nobody is ever sent to its addresses."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import boto3  # type: ignore[import-untyped]
import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.test import Client, override_settings
from moto.server import ThreadedMotoServer

from files.links import file_url
from files.models import StoredFile
from files.services import claim_file, keep_file, read_file, sweep_files
from files.storing import BucketStorage, current_storage, storage_at
from tenants.actors import Actor
from tenants.context import tenant_context
from tenants.models import Tenant
from tenants.postgresql.base import WallError
from tests.portal.conftest import SignIn, sign_in

__all__ = ["sign_in"]
BUCKET, PREFIX = "baylink-test", "one/installation"


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """Its address."""
    moto = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    moto.start()
    host, port = moto.get_host_and_port()
    yield f"http://{host}:{port}"
    moto.stop()


@pytest.fixture
def bucket(server: str, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """An empty bucket, which the installation keeps its uploads in."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    found = boto3.resource("s3", endpoint_url=server, region_name="us-east-1").Bucket(BUCKET)
    found.create()
    settings.FILE_STORAGE_URL = f"s3://{BUCKET}/{PREFIX}?region=us-east-1&style=path&endpoint={server}"
    yield found
    found.objects.all().delete()
    found.delete()
    storage_at.cache_clear()


def keys(bucket: Any) -> list[str]:
    return [each.key for each in bucket.objects.all()]


def keep(tenant: Tenant | None, actor: Actor, now: Any, content: bytes = b"abc") -> StoredFile:
    return keep_file(
        tenant=tenant, name="订单.csv", content=content, purpose="test", content_type="text/csv", actor=actor, now=now
    )


@pytest.mark.django_db
def test_a_file_lies_under_its_tenants_prefix_and_is_read_by_that_tenant_alone(
    bucket: Any, acme: Tenant, pacific: Tenant, system: Actor, now: Any
) -> None:
    file, own = keep(acme, system, now), keep(None, system, now)
    assert keys(bucket) == sorted([f"{PREFIX}/{file.key}", f"{PREFIX}/{own.key}"])
    assert file.key.startswith(f"{acme.schema_name}/")
    assert own.key.startswith("operator/")
    assert read_file(file_id=file.pk, tenant=acme) == b"abc"
    with pytest.raises(StoredFile.DoesNotExist):
        read_file(file_id=file.pk, tenant=pacific)
    with tenant_context(acme), pytest.raises(WallError):
        keep(acme, system, now)


@pytest.mark.django_db
def test_what_nobody_claims_is_swept_from_it(bucket: Any, acme: Tenant, system: Actor, now: Any) -> None:
    claimed, orphan = keep(acme, system, now), keep(acme, system, now)
    claim_file(file_id=claimed.pk, now=now)
    assert sweep_files(now=now + timedelta(days=2)) == 1
    assert keys(bucket) == [f"{PREFIX}/{claimed.key}"]
    with pytest.raises(FileNotFoundError):
        current_storage().get(orphan.key)
    current_storage().remove(orphan.key)  # gone already: no error


def test_bytes_come_back_as_they_went_and_a_key_never_leads_out(bucket: Any) -> None:
    storage = current_storage()
    assert isinstance(storage, BucketStorage)
    assert storage is current_storage()  # its connections are kept
    large = bytes(range(256)) * 40_000  # above what the client sends in one part
    for content in (b"", b"\x1f\x8b\x08 not gzip", "车".encode(), large):
        storage.put("t_x/a/b.csv", content)
        assert storage.get("t_x/a/b.csv") == content
    assert keys(bucket) == [f"{PREFIX}/t_x/a/b.csv"]
    for key in ("../x", "t_x/../../../y", "/etc/passwd"):
        with pytest.raises(ValueError):
            storage.put(key, b"")
    assert keys(bucket) == [f"{PREFIX}/t_x/a/b.csv"]


@pytest.mark.django_db
def test_a_download_comes_from_us_and_never_names_the_bucket(
    bucket: Any, acme: Tenant, system: Actor, now: Any, sign_in: SignIn, browser_of: Callable[[str], Client]
) -> None:
    file = keep(acme, system, now, b"external_ref\n")
    client = sign_in("acme", "viewer")
    person = client.get("/batches/").wsgi_request.actor  # type: ignore[attr-defined]
    with override_settings(ROOT_URLCONF=settings.TENANT_URLCONF):
        link = file_url(file_id=file.pk, actor=person)
    assert link.startswith("/files/")
    answer = client.get(link)
    assert (answer.status_code, answer.content) == (200, b"external_ref\n")
    assert "attachment" in answer["Content-Disposition"]
    assert BUCKET not in str(answer.headers)
    assert sign_in("acme", "approver").get(link).status_code == 404
    assert browser_of("acme").get(link).status_code in {302, 404}
    (stored,) = bucket.objects.all()
    grants = stored.Object().Acl().grants
    assert {grant["Grantee"]["Type"] for grant in grants} == {"CanonicalUser"}  # nobody but the owner


@pytest.mark.parametrize(
    "url", ["s3://", "s3:///x", "s3://key:secret@bucket/x", "s3://bucket?acl=public", "s3://bucket?style=odd", "gs://b"]
)
def test_an_address_that_cannot_be_is_said_at_once(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="FILE_STORAGE_URL"):
        storage_at(url)
