"""What an import keeps and for how long: licence numbers by their end, files for a month, poison for a person."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from files.models import StoredFile
from files.services import read_file, sweep_files
from fleet.models import Import
from fleet.services.attempts import MOST_ATTEMPTS
from fleet.services.imports import applying
from fleet.services.imports.forgetting import forget_files
from fleet.services.imports.receiving import count_import
from fleet.services.sweeping import SILENT_FOR, list_left
from tenants.context import tenant_context
from tenants.models import Tenant
from tests.fleet.conftest import Desk
from tests.fleet.test_imports import Office
from tests.portal.conftest import SignIn, sign_in

__all__ = ["sign_in"]
WHOLE = "310101199001011234"
DRIVERS = f"name,phone,licence_tail\n赵磊,12,{WHOLE}\n钱磊,13900000002,{WHOLE[:-1]}?\n孙磊,13900000003,{WHOLE}\n"


@pytest.fixture
def office(desk: Desk) -> Office:
    return Office(desk.tenant, desk.now)


def test_of_a_refused_cell_the_end_alone_is_kept(office: Office) -> None:
    source = office.check("drivers", DRIVERS)
    rows = office.rows(source)
    assert [(row.cells or {}).get("licence_tail") for row in rows] == ["1234", "123?", None]
    with tenant_context(office.tenant), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM fleet_importrow r WHERE r::text LIKE %s", [f"%{WHOLE[:14]}%"])
        assert cursor.fetchone() == (0,)
        cursor.execute("SELECT count(*) FROM events_book_entry e WHERE e::text LIKE %s", [f"%{WHOLE[:14]}%"])
        assert cursor.fetchone() == (0,)


def test_pages_and_lists_say_no_more_and_the_file_is_for_who_may_change_drivers(
    office: Office, sign_in: SignIn
) -> None:
    source = office.check("drivers", DRIVERS)
    for role, has_file in (("viewer", False), ("requester", False), ("fleet_manager", True)):
        client = sign_in("acme", role)
        page = client.get(source.get_absolute_url())
        assert bool(page.context["file_url"]) == has_file
        for text in (page, client.get(f"{source.get_absolute_url()}rows-to-mend.csv")):
            assert WHOLE[:14] not in text.content.decode()
    link = sign_in("acme", "fleet_manager").get(source.get_absolute_url()).context["file_url"]
    assert WHOLE in sign_in("acme", "fleet_manager").get(link).content.decode()
    assert sign_in("acme", "viewer").get(link).status_code == 404


def test_the_file_goes_after_thirty_days_and_the_import_stays(office: Office, sign_in: SignIn) -> None:
    drivers = office.check("drivers", DRIVERS)
    vehicles = office.check("vehicles", "vin\nLSVNV2183R2000001\n")
    assert forget_files(now=office.now + timedelta(days=29)) == 0
    late = office.now + timedelta(days=31)
    assert forget_files(now=late) == 1
    assert forget_files(now=late) == 0
    assert sweep_files(now=late) == 1
    with pytest.raises(StoredFile.DoesNotExist):
        read_file(file_id=drivers.file_id, tenant=office.tenant)
    assert read_file(file_id=vehicles.file_id, tenant=office.tenant)
    found = office.read(drivers)
    assert (found.name, found.sha256, found.file_gone_at) == (drivers.name, drivers.sha256, late)
    assert not sign_in("acme", "fleet_manager").get(drivers.get_absolute_url()).context["file_url"]


def test_a_file_that_is_still_to_be_checked_stays(office: Office) -> None:
    source = office.check("drivers", DRIVERS)
    with tenant_context(office.tenant):
        Import.objects.filter(pk=source.pk).update(status="checking")
    assert forget_files(now=office.now + timedelta(days=31)) == 0


def test_what_was_kept_before_is_cut_by_the_migration(office: Office, acme: Tenant) -> None:
    source = office.check("drivers", DRIVERS)
    with tenant_context(acme), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE fleet_importrow SET cells = jsonb_set(cells, '{licence_tail}', %s::jsonb) WHERE line = 2",
            [f'"{WHOLE} "'],
        )
        cursor.execute(import_module("fleet.migrations.0011_licence_tails").CUT)
    assert [(row.cells or {}).get("licence_tail") for row in office.rows(source)] == ["1234", "123?", None]


def test_a_poisoned_import_waits_for_a_person_and_goes_on_on_a_yes(
    office: Office, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_args: object, **_kwargs: object) -> None:
        raise OSError("as if a value were poison")

    source = office.check("drivers", "name,phone\n孙磊,13900000003\n")
    office.say_yes(source)
    later = office.now + SILENT_FOR * 2
    with monkeypatch.context() as patch:
        patch.setattr(applying, "write", crash)
        for _attempt in range(MOST_ATTEMPTS):
            with pytest.raises(OSError, match="poison"):
                applying.write_import(tenant=office.tenant, import_id=source.pk, clock=office.clock)
        with tenant_context(office.tenant):
            assert list_left(now=later) == [(source.pk, "write_import")]
        applying.write_import(tenant=office.tenant, import_id=source.pk, clock=office.clock)
    halted = office.read(source)
    assert (halted.status, halted.halt) == ("applying", "Writing failed several times and was stopped.")
    with tenant_context(office.tenant):
        assert list_left(now=later) == []
    page = source.get_absolute_url()
    assert "Go on" not in sign_in("acme", "viewer").get(page).content.decode()
    assert sign_in("acme", "viewer").post(f"{page}resume/").status_code == 403
    client = sign_in("acme", "fleet_manager")
    text = client.get(page).content.decode()
    assert "Writing has stopped." in text
    assert "Writing failed several times and was stopped." in text
    assert "写入多次失败" in client.get(page, headers={"accept-language": "zh-hans"}).content.decode()
    assert client.post(f"{page}resume/").status_code == 302
    applying.write_import(tenant=office.tenant, import_id=source.pk, clock=office.clock)
    assert (office.read(source).status, office.read(source).halt) == ("done", "")


def test_a_row_that_the_register_refuses_while_it_is_written_halts_at_once(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_args: object, **_kwargs: object) -> None:
        raise ValidationError("No such thing.")

    source = office.check("drivers", "name,phone\n孙磊,13900000003\n")
    office.say_yes(source)
    monkeypatch.setattr(applying, "write", refuse)
    applying.write_import(tenant=office.tenant, import_id=source.pk, clock=office.clock)
    assert office.read(source).halt == "No such thing."


@pytest.mark.parametrize("count", [10, 1_000])
def test_counting_reads_no_rows_one_by_one(office: Office, count: int) -> None:
    lines = "\n".join(f"司机,139{number:08d}" for number in range(count))
    source = office.check("drivers", f"name,phone\n{lines}\n")
    with tenant_context(office.tenant), CaptureQueriesContext(connection) as found:
        counts = count_import(source.pk)
    assert counts == {"new": count, "changed": 0, "same": 0, "rejected": 0}
    asked = [query["sql"] for query in found if "fleet_importrow" in query["sql"]]
    assert len(asked) == 1
    assert "GROUP BY" in asked[0]
