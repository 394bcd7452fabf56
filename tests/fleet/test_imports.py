"""Files of vehicles, drivers, sites and cost centres: checked without changing anything, written on a yes, once."""

import csv
import time
from datetime import datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied

from events.book.models import Entry
from events.checking import check_book
from events.machine import TransitionError
from fleet.errors import NothingToSubmit, NotValid
from fleet.intake.refusals import FileRefused
from fleet.models import Batch, BatchRow, CostCenter, Driver, Import, ImportRow, Site, Vehicle, VehicleRecord
from fleet.services.imports.applying import write_chunk, write_import
from fleet.services.imports.checking import check_import
from fleet.services.imports.receiving import apply_import, count_import, discard_import, receive_import
from fleet.services.registers.saving import save_entry
from fleet.services.sweeping import list_left
from tenants.context import tenant_context
from tenants.models import Tenant
from tests.fleet.conftest import DATA, Desk, make_actor
from tests.fleet.test_batches import as_csv, lines_of
from tests.fleet.vehicle_files import files

VINS = ("LSVNV2183R2000001", "LFV2A2152R3000002", "LGXCE4CB0R0000003")


class Office:
    """A fleet manager with a file."""

    def __init__(self, tenant: Tenant, now: datetime) -> None:
        self.tenant, self.now = tenant, now
        self.actor = make_actor(tenant, "fleet_manager")

    def clock(self, tenant: object | None = None) -> datetime:
        return self.now

    def check(self, register: str, content: bytes | str, name: str = "file.csv") -> Import:
        raw = content.encode() if isinstance(content, str) else content
        source = receive_import(
            register=register, name=name, content=raw, channel="portal", actor=self.actor, now=self.now
        )
        check_import(tenant=self.tenant, import_id=source.pk, clock=self.clock)
        return self.read(source)

    def read(self, source: Import) -> Import:
        with tenant_context(self.tenant):
            return Import.objects.get(pk=source.pk)

    def say_yes(self, source: Import) -> None:
        with tenant_context(self.tenant):
            apply_import(import_id=source.pk, actor=self.actor, now=self.now)

    def write(self, source: Import) -> Import:
        self.say_yes(source)
        write_import(tenant=self.tenant, import_id=source.pk, clock=self.clock)
        return self.read(source)

    def counts(self, source: Import) -> dict[str, int]:
        with tenant_context(self.tenant):
            return {name: count for name, count in count_import(source.pk).items() if count}

    def rows(self, source: Import) -> list[ImportRow]:
        with tenant_context(self.tenant):
            return list(source.rows.order_by("line"))

    def problems(self, source: Import) -> list[tuple[int, str, str]]:
        return [(row.line, e["field"], e["code"]) for row in self.rows(source) for e in row.errors]

    def events(self) -> list[str]:
        with tenant_context(self.tenant):
            return list(Entry.objects.order_by("seq").values_list("type", flat=True))


@pytest.fixture
def office(world: Tenant, now: datetime) -> Office:
    return Office(world, now)


def test_the_files_are_what_their_maker_makes() -> None:
    for name, content in files():
        assert (DATA / name).read_bytes() == content, name


def test_800_vehicles_in_one_file_within_seconds(office: Office) -> None:
    start = time.monotonic()
    source = office.check("vehicles", (DATA / "vehicles.csv").read_bytes(), "vehicles.csv")
    assert (source.status, office.counts(source)) == ("ready", {"new": 800})
    with tenant_context(office.tenant):
        assert (Vehicle.objects.count(), VehicleRecord.objects.count()) == (0, 0)  # a check changes nothing
    done = office.write(source)
    assert done.status == "done"
    assert time.monotonic() - start < 30
    with tenant_context(office.tenant):
        assert (Vehicle.objects.count(), VehicleRecord.objects.count()) == (800, 800)
        assert Vehicle.objects.filter(odometer_km__isnull=True).count() == 0
        assert set(ImportRow.objects.filter(object_id__isnull=False).values_list("object_id", flat=True)) == set(
            Vehicle.objects.values_list("pk", flat=True)
        )
    assert check_book(office.tenant) == []
    told = len(office.events())
    again = office.check("vehicles", (DATA / "vehicles.csv").read_bytes(), "vehicles.csv")
    assert office.counts(again) == {"same": 800}
    with tenant_context(office.tenant), pytest.raises(NothingToSubmit):
        apply_import(import_id=again.pk, actor=office.actor, now=office.now)
    assert office.events()[told:] == ["import.received", "import.checked"]


def test_the_defects_of_a_dirty_file_are_exactly_these(office: Office) -> None:
    source = office.check("vehicles", (DATA / "vehicles-dirty.csv").read_bytes())
    with (DATA / "vehicles-dirty-expected.csv").open(encoding="utf-8-sig", newline="") as handle:
        expected = [(int(row["line"]), row["field"], row["code"]) for row in csv.DictReader(handle)]
    assert office.problems(source) == expected
    lines = {line for line, _field, _code in expected}
    assert office.counts(source) == {"new": 120 - len(lines), "rejected": len(lines)}
    done = office.write(source)
    assert office.counts(done) == {"new": 120 - len(lines), "rejected": len(lines)}
    with tenant_context(office.tenant):
        assert Vehicle.objects.count() == 120 - len(lines)


def test_what_would_change_is_shown_and_nothing_else_is_touched(office: Office) -> None:
    office.write(
        office.check(
            "vehicles", f"vin,plate,site_code,odometer_km\n{VINS[0]},沪A0T001,SH-SJ,100\n{VINS[1]},粤B0T128,,\n"
        )
    )
    source = office.check(
        "vehicles", f"车架号,车牌号,站点,里程\n{VINS[0]},,SH-JD,150\n{VINS[1]},粤B·0T128,,\n{VINS[2]},,,\n"
    )
    assert [(row.key, row.verdict, row.changes) for row in office.rows(source)] == [
        (VINS[0], "changed", {"odometer_km": [100, 150], "site_code": ["SH-SJ", "SH-JD"]}),
        (VINS[1], "same", {}),
        (
            VINS[2],
            "new",
            {"vin": [None, VINS[2]], "vehicle_class": [None, "small_car"], "transmission": [None, "automatic"]},
        ),
    ]
    before = len(office.events())
    office.write(source)
    assert office.events()[before:] == [
        "import.started", "vehicle.registered", "vehicle.saved", "vehicle.saved", "vehicle.odometer_read", "import.done",
    ]  # fmt: skip
    with tenant_context(office.tenant):
        vehicle = Vehicle.objects.get(vin=VINS[0])
        assert (vehicle.plate, vehicle.odometer_km) == ("沪A0T001", 150)
        assert vehicle.record.site_code == "SH-JD"


def test_what_somebody_changed_after_the_check_is_not_written_over(office: Office) -> None:
    office.write(office.check("vehicles", f"vin,site_code\n{VINS[0]},SH-SJ\n{VINS[1]},SH-SJ\n"))
    source = office.check("vehicles", f"vin,site_code\n{VINS[0]},SH-JD\n{VINS[1]},SH-JD\n")
    with tenant_context(office.tenant):
        key = Vehicle.objects.get(vin=VINS[0]).pk
        save_entry(register="vehicles", texts={"site_code": "SH-BS"}, key=key, actor=office.actor, now=office.now)
    done = office.write(source)
    assert office.problems(done) == [(2, "vin", "changed_meanwhile")]
    with tenant_context(office.tenant):
        assert list(VehicleRecord.objects.order_by("vehicle__vin").values_list("vehicle__vin", "site_code")) == [
            (VINS[1], "SH-JD"),
            (VINS[0], "SH-BS"),
        ]


def test_drivers_are_known_by_their_number_or_else_by_their_phone(office: Office) -> None:
    office.write(
        office.check("drivers", "姓名,手机号,驾照类型,站点\n赵磊,13900000001,C1,SH-SJ\n钱磊,13900000002,B2,\n")
    )
    source = office.check(
        "drivers",
        "工号,姓名,手机号\nD-1,赵磊,139-0000-0001\nD-2,孙磊,13900000002\nD-2,李磊,13900000003\nD-3,周磊,13900000003\n,吴磊,\n",
    )
    assert [(row.line, row.verdict, sorted(row.changes)) for row in office.rows(source)] == [
        (2, "changed", ["reference"]),
        (3, "changed", ["name", "reference"]),
        (4, "rejected", []),
        (5, "rejected", []),
        (6, "rejected", []),
    ]
    assert office.problems(source) == [
        (4, "reference", "key_twice_in_file"), (5, "phone", "key_twice_in_file"), (6, "phone", "required"),
    ]  # fmt: skip
    office.write(source)
    with tenant_context(office.tenant):
        assert list(Driver.objects.order_by("phone").values_list("reference", "name", "licence_class", "site__code")) == [
            ("D-1", "赵磊", "C1", "SH-SJ"), ("D-2", "孙磊", "B2", None),
        ]  # fmt: skip


def test_sites_and_cost_centres_come_by_file(office: Office) -> None:
    with tenant_context(office.tenant):
        sites, centers = Site.objects.count(), CostCenter.objects.count()
    office.write(
        office.check("sites", "code,address,lat,lng,coord_system\nN-1,上海,31.2304,121.4737,gcj02\nSH-SJ,新地址,,,\n")
    )
    office.write(office.check("cost_centers", "代码,名称\nC-1,冷链\nC-2,新部门\n"))
    with tenant_context(office.tenant):
        assert (Site.objects.count(), CostCenter.objects.count()) == (sites + 1, centers + 1)
        assert round(Site.objects.get(code="N-1").lat, 4) == 31.2323
        moved = Site.objects.get(code="SH-SJ")
        assert (moved.address, moved.lat) == ("新地址", 31.0689)
        assert dict(CostCenter.objects.exclude(code="").values_list("code", "name")) == {"C-1": "冷链", "C-2": "新部门"}
    source = office.check("cost_centers", "code,name\nC-1,城配一部\nC-3,新部门\n")
    assert office.problems(source) == [(2, "name", "taken"), (3, "name", "taken")]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"plate\n\xe6\xb2\xaaA0T001\n", "missing_columns"),
        (b"vin,vin\nx,y\n", "duplicate_columns"),
        (b"vin\n", "empty_file"),
        (b"%PDF-1.7 ...", "not_a_table"),
        (b'vin,plate,model,site_code,cost_center\n"LSV,a,b,c,d\nx,y,z,u,v\n', "unclosed_quote"),
    ],
)
def test_a_file_that_cannot_be_taken_says_why(office: Office, content: bytes, code: str) -> None:
    source = office.check("vehicles", content)
    assert source.refusal is not None
    assert (source.status, source.refusal["code"]) == ("refused_file", code)
    assert office.rows(source) == []


def test_an_empty_or_huge_file_is_not_even_stored(office: Office) -> None:
    for content in (b"", bytes(21 * 1024 * 1024)):
        with pytest.raises(FileRefused):
            office.check("vehicles", content)
    with pytest.raises(NotValid):
        office.check("aeroplanes", "vin\nx\n")


def test_a_chinese_spreadsheet_and_json_lines_are_read_too(office: Office) -> None:
    gbk = office.check("vehicles", f"车架号,车牌,成本中心\n{VINS[0]},沪A0T001,冷链\n".encode("gb18030"))
    assert office.counts(gbk) == {"new": 1}
    lines = office.check("vehicles", f'{{"vin": "{VINS[0]}", "odometer_km": 1200, "is_active": true}}', "v.jsonl")
    assert office.counts(lines) == {"new": 1}


def test_who_may_not_manage_imports_nothing(office: Office) -> None:
    source = office.check("vehicles", f"vin\n{VINS[0]}\n")
    stranger = make_actor(office.tenant, "requester")
    with pytest.raises(PermissionDenied):
        receive_import(
            register="vehicles", name="x", content=b"vin\nx", channel="portal", actor=stranger, now=office.now
        )
    for call in (apply_import, discard_import):
        with tenant_context(office.tenant), pytest.raises(PermissionDenied):
            call(import_id=source.pk, actor=stranger, now=office.now)
    assert office.read(source).status == "ready"


def test_an_import_is_written_or_put_away_once(office: Office) -> None:
    source = office.check("vehicles", f"vin\n{VINS[0]}\n")
    office.write(source)
    for call in (apply_import, discard_import):
        with tenant_context(office.tenant), pytest.raises(TransitionError):
            call(import_id=source.pk, actor=office.actor, now=office.now)
    put_away = office.check("vehicles", f"vin\n{VINS[1]}\n")
    with tenant_context(office.tenant):
        discard_import(import_id=put_away.pk, actor=office.actor, now=office.now)
    assert office.read(put_away).status == "discarded"
    write_import(tenant=office.tenant, import_id=put_away.pk, clock=office.clock)
    with tenant_context(office.tenant):
        assert list(Vehicle.objects.values_list("vin", flat=True)) == [VINS[0]]


def test_a_worker_that_died_is_followed_by_another(office: Office) -> None:
    source = office.check("vehicles", "vin\n" + "\n".join(VINS) + "\n")
    office.say_yes(source)
    write_chunk(tenant=office.tenant, import_id=source.pk, now=office.now, size=2)
    with tenant_context(office.tenant):
        assert Vehicle.objects.count() == 2
        assert list_left(now=office.now + timedelta(minutes=5)) == [(source.pk, "write_import")]
    write_import(tenant=office.tenant, import_id=source.pk, clock=office.clock)
    with tenant_context(office.tenant):
        assert Vehicle.objects.count() == 3
        assert list_left(now=office.now + timedelta(minutes=5)) == []
    assert office.events().count("vehicle.registered") == 3


def test_the_odometer_of_a_file_does_not_run_back_either(office: Office) -> None:
    office.write(office.check("vehicles", f"vin,odometer_km,odometer_on\n{VINS[0]},500,2026-11-20\n"))
    source = office.check("vehicles", f"vin,odometer_km\n{VINS[0]},499\n")
    assert office.problems(source) == [(2, "odometer_km", "odometer_back")]
    later = Office(office.tenant, office.now + timedelta(days=3))
    same = later.check("vehicles", f"vin,odometer_km\n{VINS[0]},500\n")
    assert later.counts(same) == {"same": 1}


def test_an_order_takes_what_it_does_not_say_from_its_vehicle(office: Office, desk: Desk) -> None:
    rows = lines_of(count=2)
    vin = rows[0]["vin"]
    office.write(
        office.check("vehicles", f"vin,vehicle_class,cost_center\n{vin},coach,公务用车\n{rows[1]['vin']},,冷链\n")
    )
    rows[0]["cost_center"] = ""
    rows[1]["cost_center"] = "城配一部"
    batch = desk.upload(as_csv(rows))
    asked = {row.asked["vin"]: row.asked for row in desk_rows(desk, batch) if row.asked}
    assert (asked[vin]["cost_center"], asked[vin]["vehicle_class"]) == ("公务用车", "coach")
    assert asked[rows[1]["vin"]]["cost_center"] == "城配一部"


def desk_rows(desk: Desk, batch: Batch) -> list[BatchRow]:
    with tenant_context(desk.tenant):
        return list(batch.rows.order_by("line"))
