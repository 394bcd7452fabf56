"""Removing a tenant: nothing goes before its bundle is proved, nothing of it stays, nobody else loses anything."""

import csv
import io
import json
import zipfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import connection
from psycopg import errors

from config.removal.bundle import BundleError, check_bundle, write_bundle
from config.removal.removing import TENANTS_OWN, TenantIsBusy, delete_side, remove_tenant
from events.book.models import Entry
from events.checking import check_book
from events.models import Event, Fact, Stream
from files.models import StoredFile
from files.services import keep_file
from files.storing import current_storage
from fleet.services import receiving
from fleet.services.imports import receiving as imports
from tenants.actors import Actor
from tenants.context import tenant_context
from tenants.grants import role_exists
from tenants.migrating import schema_exists
from tenants.models import Domain, Tenant
from tenants.owner import as_owner, execute
from tenants.people.models import Membership, User
from tenants.provisioning import close_tenant, drop_schema_and_role, provision_tenant
from tests.events.toys import TeaOffered, serve
from tests.repair.world import build_world

EVENTS = 6  # two a guest


@pytest.fixture(autouse=True)
def storage(settings: Any, tmp_path: Path) -> None:
    (tmp_path / "bundles").mkdir()
    settings.FILE_STORAGE_URL = f"file://{tmp_path}/files"


@pytest.fixture
def leaving(own_db: str, pacific: Tenant, system: Actor, now: datetime) -> Iterator[Tenant]:
    """nordic and pacific have both been served, have members and files; nordic is to leave."""
    nordic = provision_tenant(slug="nordic", kind="fleet", name="Nordic")
    serve(guests=[(t, f"g{n}", n) for t in (nordic, pacific) for n in range(3)], actor=system, now=now)
    for tenant in (nordic, pacific):
        user = User.objects.create(email=f"a@{tenant.slug}.example", name="安")
        Membership.objects.create(tenant=tenant, user=user, roles=["admin"])
        for purpose in ("order_batch", "photo"):
            keep_file(
                tenant=tenant,
                name=f"{purpose}.csv",
                content=b"1,2",
                purpose=purpose,
                content_type="",
                actor=system,
                now=now,
            )
    yield nordic
    with as_owner():  # a role belongs to the whole server
        drop_schema_and_role(nordic)


def remove(tenant: Tenant, tmp_path: Path, system: Actor, now: datetime) -> Any:
    return remove_tenant(tenant=tenant, folder=tmp_path / "bundles", actor=system, now=now)


def test_the_bundle_holds_all_and_the_side_is_gone(
    leaving: Tenant, pacific: Tenant, tmp_path: Path, system: Actor, now: datetime
) -> None:
    bundle = remove(leaving, tmp_path, system, now)
    with zipfile.ZipFile(bundle.path) as archive:
        events = [json.loads(line) for line in archive.read("events.ndjson").splitlines()]
        entries = list(csv.DictReader(io.TextIOWrapper(archive.open("book/events_book_entry.csv"), "utf-8")))
        people = json.loads(archive.read("people.json"))
        manifest = json.loads(archive.read("manifest.json"))
        files = [name for name in archive.namelist() if name.startswith("files/")]
    assert [event["seq"] for event in events] == [*range(1, EVENTS + 1)] == [int(entry["seq"]) for entry in entries]
    assert events[1]["prev_hash"] == events[0]["hash"]
    assert people["members"] == [{"email": "a@nordic.example", "name": "安", "roles": ["admin"], "active": True}]
    assert (manifest["events"], manifest["last_seq"], len(files)) == (EVENTS, EVENTS, 2)
    assert set(Event.objects.values_list("tenant__slug", flat=True)) == {"pacific"}
    assert not Stream.objects.filter(tenant=leaving).exists()
    assert list(Membership.objects.values_list("tenant__slug", flat=True)) == ["pacific"]
    assert not Domain.objects.filter(tenant=leaving).exists()
    assert Tenant.objects.get(pk=leaving.pk).state == "removed"
    with as_owner():
        assert not schema_exists(leaving.schema_name)
        assert not role_exists(leaving.role_name)


def test_others_lose_nothing_and_the_log_is_append_only_again(
    leaving: Tenant, pacific: Tenant, tmp_path: Path, system: Actor, now: datetime
) -> None:
    remove(leaving, tmp_path, system, now)
    assert check_book(pacific) == []
    with tenant_context(pacific):
        assert Entry.objects.count() == EVENTS
    with as_owner(), pytest.raises(Exception, match="append-only"):
        execute("DELETE FROM public.events_event")
    serve(guests=[(pacific, "late", 1)], actor=system, now=now)
    assert Stream.objects.get(tenant=pacific).last_seq == EVENTS + 2


def test_uploads_go_and_the_operators_evidence_stays(
    leaving: Tenant, pacific: Tenant, tmp_path: Path, system: Actor, now: datetime
) -> None:
    gone = StoredFile.objects.get(tenant=leaving, purpose="order_batch")
    remove(leaving, tmp_path, system, now)
    left = StoredFile.objects.order_by("tenant__slug", "purpose").values_list("tenant__slug", "purpose")
    assert list(left) == [("nordic", "photo"), ("pacific", "order_batch"), ("pacific", "photo")]
    with pytest.raises(FileNotFoundError):
        current_storage().get(gone.key)


def test_the_removal_is_a_fact_with_the_bundles_hash(
    leaving: Tenant, tmp_path: Path, system: Actor, now: datetime
) -> None:
    bundle = remove(leaving, tmp_path, system, now)
    fact = Fact.objects.get(type="tenant.removed")
    assert (fact.data["slug"], fact.data["events"], fact.data["bundle_name"]) == ("nordic", EVENTS, bundle.path.name)


def test_its_name_is_not_given_again(leaving: Tenant, tmp_path: Path, system: Actor, now: datetime) -> None:
    remove(leaving, tmp_path, system, now)
    with pytest.raises(ValidationError, match="not given again"):
        provision_tenant(slug="nordic", kind="fleet", name="Another")


def test_a_broken_log_is_not_deleted(leaving: Tenant, tmp_path: Path, system: Actor, now: datetime) -> None:
    with as_owner():
        execute("ALTER TABLE events_event DISABLE TRIGGER events_event_stays")
        execute("""UPDATE events_event SET actor_name = 'somebody else' WHERE seq = 2""")
        execute("ALTER TABLE events_event ENABLE TRIGGER events_event_stays")
    with pytest.raises(BundleError, match="not what was written"):
        remove(leaving, tmp_path, system, now)
    assert Event.objects.filter(tenant=leaving).count() == EVENTS
    assert list((tmp_path / "bundles").iterdir()) == []


def test_a_file_that_is_gone_stops_it(leaving: Tenant, tmp_path: Path, system: Actor, now: datetime) -> None:
    current_storage().remove(StoredFile.objects.filter(tenant=leaving).earliest("pk").key)
    with pytest.raises(BundleError, match="are gone"):
        remove(leaving, tmp_path, system, now)
    assert Event.objects.filter(tenant=leaving).count() == EVENTS


def test_a_damaged_bundle_deletes_nothing(leaving: Tenant, tmp_path: Path, now: datetime) -> None:
    bundle = write_bundle(tenant=leaving, path=tmp_path / "b.zip", now=now)
    check_bundle(bundle)
    bundle.parts["people.json"] = "0" * 64
    with pytest.raises(BundleError, match="damaged"):
        check_bundle(bundle)


def test_what_happens_after_the_export_breaks_it_off(
    leaving: Tenant, tmp_path: Path, system: Actor, now: datetime
) -> None:
    bundle = write_bundle(tenant=leaving, path=tmp_path / "b.zip", now=now)
    serve(guests=[(leaving, "late", 1)], actor=system, now=now)
    close_tenant(leaving)
    with as_owner(), pytest.raises(BundleError, match="after the export"):
        delete_side(tenant=leaving, bundle=bundle, actor=system, now=now)
    assert Event.objects.filter(tenant=leaving).count() == EVENTS + 2
    with connection.cursor() as cursor:  # the trigger stands again after the roll-back
        cursor.execute("SELECT tgenabled FROM pg_trigger WHERE tgname = 'events_event_stays'")
        assert cursor.fetchone() == ("O",)


def test_a_run_that_was_broken_off_is_run_again(leaving: Tenant, tmp_path: Path, system: Actor, now: datetime) -> None:
    close_tenant(leaving)  # as far as the first came
    leaving.refresh_from_db()
    assert remove(leaving, tmp_path, system, now).last_seq == EVENTS


def test_the_application_cannot_delete_a_log(own_db: str, acme: Tenant, system: Actor, now: datetime) -> None:
    serve(guests=[(acme, "g", 1)], actor=system, now=now)
    with pytest.raises(Exception) as raised, connection.cursor() as cursor:
        cursor.execute("DELETE FROM events_event")
    assert isinstance(raised.value.__cause__, errors.InsufficientPrivilege)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["acme"], "Say so: --confirm acme"),
        (["acme", "--confirm", "pacific"], "Say so: --confirm acme"),
        (["nobody", "--confirm", "nobody"], "There is no tenant nobody"),
    ],
)
@pytest.mark.django_db
def test_the_command_asks_for_the_name_twice(tmp_path: Path, arguments: list[str], said: str) -> None:
    with pytest.raises(CommandError, match=said):
        call_command("remove_tenant", *arguments, "--to", str(tmp_path))


def test_the_command_removes(leaving: Tenant, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("remove_tenant", "nordic", "--to", str(tmp_path / "bundles"), "--confirm", "nordic")
    assert f"nordic: {EVENTS} events" in capsys.readouterr().out
    assert TeaOffered.type in zipfile.ZipFile(next((tmp_path / "bundles").iterdir())).read("events.ndjson").decode()


@pytest.mark.django_db
def test_a_tenant_with_an_open_job_stays(acme: Tenant, tmp_path: Path, system: Actor, now: datetime) -> None:
    build_world(acme, now).order()
    with pytest.raises(TenantIsBusy, match="acme has 1 jobs"):
        remove_tenant(tenant=acme, folder=tmp_path, actor=system, now=now)
    assert Tenant.objects.get(pk=acme.pk).state == "ready"


def test_every_upload_of_a_tenant_goes_with_it() -> None:
    assert {receiving.PURPOSE, imports.PURPOSE} <= set(TENANTS_OWN)
