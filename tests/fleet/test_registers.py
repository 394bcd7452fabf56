"""Vehicles, drivers, sites and cost centres as the tenant's people keep them: what is saved, told, refused."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404

from events.book.models import Entry
from events.checking import check_book
from events.ids import new_id
from fleet.errors import ChangedMeanwhile
from fleet.intake.registers.others import REGISTERS
from fleet.models import CostCenter, Driver, OdometerReading, PlateHistory, Site, Vehicle, VehicleRecord
from fleet.selectors.registers import last_change, read_register, record_fields
from fleet.services.registers.saving import save_entry
from repair.models import KnownVehicle
from tenants.actors import Actor
from tenants.context import tenant_context
from tenants.models import Tenant
from tests.fleet.conftest import make_actor

VIN, OTHER = "LSVNV2183R2000001", "LFV2A2152R3000002"


class Keeper:
    """Somebody who keeps a tenant's registers."""

    def __init__(self, tenant: Tenant, actor: Actor, now: datetime) -> None:
        self.tenant, self.actor, self.now = tenant, actor, now

    def save(self, register: str, key: UUID | None = None, seen: int | None = None, **texts: Any) -> UUID:
        with tenant_context(self.tenant):
            return save_entry(
                register=register, texts=texts, key=key, seen=seen, actor=self.actor, now=self.now
            )  # fmt: skip

    def refused(self, register: str, key: UUID | None = None, **texts: Any) -> set[str]:
        """The fields that are refused; nothing is saved."""
        with tenant_context(self.tenant):
            before = Entry.objects.count()
        with pytest.raises(ValidationError) as caught:
            self.save(register, key, **texts)
        with tenant_context(self.tenant):
            assert Entry.objects.count() == before
        return set(caught.value.message_dict)

    def told(self) -> list[tuple[str, dict[str, Any]]]:
        with tenant_context(self.tenant):
            return [(entry.type, entry.data) for entry in Entry.objects.order_by("seq")]


@pytest.fixture
def keeper(world: Tenant, now: datetime) -> Keeper:
    return Keeper(world, make_actor(world, "fleet_manager"), now)


def test_a_vehicle_is_there_before_it_had_an_order(keeper: Keeper) -> None:
    key = keeper.save(
        "vehicles", vin=VIN, plate="沪A·0T001", model="上汽大众 帕萨特", odometer_km="48,200", odometer_on="2026-11-20",
        inspection_expires_on="2027/3/31", compulsory_expires_on="2026年12月1日", site_code="SH-SJ", cost_center="冷链",
    )  # fmt: skip
    with tenant_context(keeper.tenant):
        vehicle = Vehicle.objects.get(pk=key)
        assert (vehicle.vin, vehicle.plate, vehicle.model) == (VIN, "沪A0T001", "上汽大众 帕萨特")
        assert (vehicle.vehicle_class, vehicle.transmission) == ("small_car", "automatic")
        assert vehicle.odometer_km == 48_200
        assert record_fields(vehicle.record) == {
            "plate_type": "ordinary", "site_code": "SH-SJ", "cost_center": "冷链", "inspection_expires_on": "2027-03-31",
            "compulsory_expires_on": "2026-12-01", "commercial_expires_on": None, "is_active": True,
        }  # fmt: skip
        assert vehicle.updated_seq == last_change("vehicles", key) == Entry.objects.order_by("-seq")[0].seq
    assert [kind for kind, _data in keeper.told()] == ["vehicle.registered", "vehicle.saved", "vehicle.odometer_read"]
    assert KnownVehicle.objects.get(tenant=keeper.tenant, vin=VIN).vehicle_class == "small_car"
    assert check_book(keeper.tenant) == []


def test_what_changed_alone_is_told_and_the_rest_stays(keeper: Keeper) -> None:
    key = keeper.save("vehicles", vin=VIN, plate="沪A0T001", site_code="SH-SJ")
    before = len(keeper.told())
    assert keeper.save("vehicles", key, plate="沪A0T001", site_code="SH-SJ") == key
    assert len(keeper.told()) == before
    keeper.save("vehicles", key, plate="粤B0T128", vehicle_class="light_truck", site_code="", is_active="no")
    assert [kind for kind, _data in keeper.told()[before:]] == [
        "vehicle.replated", "vehicle.described", "vehicle.saved",
    ]  # fmt: skip
    with tenant_context(keeper.tenant):
        vehicle = Vehicle.objects.get(pk=key)
        assert (vehicle.plate, vehicle.vehicle_class) == ("粤B0T128", "light_truck")
        assert (vehicle.record.site_code, vehicle.record.is_active) == ("", False)
        assert list(PlateHistory.objects.order_by("seq").values_list("plate", flat=True)) == ["沪A0T001", "粤B0T128"]
    assert check_book(keeper.tenant) == []


def test_an_odometer_never_runs_back(keeper: Keeper) -> None:
    key = keeper.save("vehicles", vin=VIN, odometer_km="1000", odometer_on="2026-11-10")
    keeper.save("vehicles", key, odometer_km="3000", odometer_on="2026-11-20")
    assert keeper.refused("vehicles", key, odometer_km="2999", odometer_on="2026-11-21") == {"odometer_km"}
    assert keeper.refused("vehicles", key, odometer_km="2999") == {"odometer_km"}
    assert keeper.refused("vehicles", key, odometer_km="3001", odometer_on="2026-11-15") == {"odometer_km"}
    assert keeper.refused("vehicles", key, odometer_km="3001", odometer_on="2026-11-24") == {"odometer_on"}
    assert keeper.refused("vehicles", key, odometer_on="2026-11-21") == {"odometer_km"}
    keeper.save("vehicles", key, odometer_km="2000", odometer_on="2026-11-15")
    with tenant_context(keeper.tenant):
        assert list(OdometerReading.objects.order_by("read_at").values_list("km", flat=True)) == [1000, 2000, 3000]
        assert Vehicle.objects.get(pk=key).odometer_km == 3000
    assert check_book(keeper.tenant) == []


@pytest.mark.parametrize(
    ("texts", "fields"),
    [
        ({}, {"vin"}),
        ({"vin": "LSVNV2183R2000002"}, {"vin"}),
        ({"vin": VIN, "plate": "沪AO1234", "plate_type": "pink"}, {"plate", "plate_type"}),
        ({"vin": VIN, "site_code": "NOWHERE", "cost_center": "nobody"}, {"site_code", "cost_center"}),
        ({"vin": VIN, "vehicle_class": "spaceship", "transmission": "magic"}, {"vehicle_class", "transmission"}),
        ({"vin": VIN, "inspection_expires_on": "2026-02-30"}, {"inspection_expires_on"}),
        ({"vin": VIN, "odometer_km": "-1"}, {"odometer_km"}),
        ({"vin": VIN, "odometer_km": "5000001"}, {"odometer_km"}),
    ],
)
def test_a_vehicle_that_cannot_be_is_refused_by_field(keeper: Keeper, texts: dict[str, Any], fields: set[str]) -> None:
    assert keeper.refused("vehicles", **texts) == fields
    with tenant_context(keeper.tenant):
        assert (Vehicle.objects.count(), VehicleRecord.objects.count()) == (0, 0)


def test_a_vehicle_stands_once(keeper: Keeper) -> None:
    keeper.save("vehicles", vin=VIN)
    assert keeper.refused("vehicles", vin=VIN.lower()) == {"vin"}


def test_a_driver_is_saved_changed_and_told(keeper: Keeper) -> None:
    key = keeper.save(
        "drivers", name="赵磊", phone="139 0000 0001", reference="D-7", licence_class="b2", licence_tail="310115198001011234",
        licence_expires_on="2027-01-01", site_code="SH-SJ",
    )  # fmt: skip
    with tenant_context(keeper.tenant):
        driver = Driver.objects.get(pk=key)
        assert (driver.phone, driver.licence_class, driver.licence_tail) == ("+8613900000001", "B2", "1234")
        assert driver.licence_expires_on == date(2027, 1, 1)
    keeper.save("drivers", key, name="赵磊", site_code="", licence_expires_on="")
    kind, data = keeper.told()[-1]
    assert (kind, data["before"]["site_code"], data["after"]["site_code"]) == ("driver.saved", "SH-SJ", "")
    assert data["after"]["licence_expires_on"] is None
    assert keeper.refused("drivers", name="别人", phone="13900000001") == {"phone"}
    assert keeper.refused("drivers", name="别人", phone="13900000002", reference="D-7") == {"reference"}
    assert keeper.refused("drivers", key, name="", phone="12") == {"name", "phone"}


def test_a_site_from_a_chinese_map_becomes_wgs84(keeper: Keeper) -> None:
    key = keeper.save(
        "sites", code="GC", address="上海", lat="31.2304", lng="121.4737", coord_system="gcj02", phone="021-58881234"
    )
    with tenant_context(keeper.tenant):
        site = Site.objects.get(pk=key)
    assert (round(site.lat, 4), round(site.lng, 4)) == (31.2323, 121.4692)
    assert site.phone == "+862158881234"
    assert keeper.refused("sites", code="GC", address="x", lat="1", lng="1") == {"code"}
    assert keeper.refused("sites", key, lat="1", coord_system="gcj02") == {"lng"}
    assert keeper.save("sites", key, lat="31.5") == key
    assert keeper.refused("sites", code="N") == {"address", "lat", "lng"}


def test_vehicles_follow_a_site_and_a_cost_centre_that_are_renamed(keeper: Keeper) -> None:
    key = keeper.save("vehicles", vin=VIN, site_code="SH-SJ", cost_center="冷链")
    with tenant_context(keeper.tenant):
        site, center = Site.objects.get(code="SH-SJ").pk, CostCenter.objects.get(name="冷链").pk
    keeper.save("sites", site, code="SH-SJ2")
    keeper.save("cost_centers", center, name="冷链部")
    with tenant_context(keeper.tenant):
        record = VehicleRecord.objects.get(pk=key)
    assert (record.site_code, record.cost_center) == ("SH-SJ2", "冷链部")
    assert check_book(keeper.tenant) == []


def test_a_cost_centre_has_one_code_and_one_name(keeper: Keeper) -> None:
    keeper.save("cost_centers", name="新部门", code="N1")
    assert keeper.refused("cost_centers", name="新部门") == {"name"}
    assert keeper.refused("cost_centers", name="另一个", code="N1") == {"code"}
    with tenant_context(keeper.tenant):
        assert CostCenter.objects.filter(code="N1").count() == 1


def test_the_second_of_two_people_is_told_who_was_first(keeper: Keeper) -> None:
    cases: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
        ("vehicles", {"vin": VIN}, {"site_code": "SH-SJ"}),
        ("drivers", {"name": "赵磊", "phone": "13900000001"}, {"name": "钱磊"}),
        ("sites", {"code": "N", "address": "x", "lat": "1", "lng": "1"}, {"address": "y"}),
        ("cost_centers", {"name": "新部门"}, {"code": "N1"}),
    ]
    for register, texts, change in cases:
        key = keeper.save(register, **texts)
        with tenant_context(keeper.tenant):
            seen = last_change(register, key)
        keeper.save(register, key, seen, **change)
        with pytest.raises(ChangedMeanwhile, match="王娟平"):
            keeper.save(register, key, seen, is_active="no")
        with tenant_context(keeper.tenant):
            seen = last_change(register, key)
        keeper.save(register, key, seen, is_active="no")


@pytest.mark.parametrize("role", ["requester", "approver", "finance", "viewer"])
def test_who_may_not_manage_changes_nothing(keeper: Keeper, role: str) -> None:
    keeper.actor = make_actor(keeper.tenant, role)
    before = keeper.told()
    cases: list[tuple[str, dict[str, Any]]] = [
        ("vehicles", {"vin": VIN}),
        ("drivers", {"name": "x", "phone": "13900000001"}),
    ]
    for register, texts in cases:
        with pytest.raises(PermissionDenied):
            keeper.save(register, **texts)
    assert keeper.told() == before


def test_another_tenants_entry_is_not_found(keeper: Keeper, pacific: Tenant) -> None:
    stranger = Keeper(pacific, make_actor(pacific, "admin"), keeper.now)
    mine = keeper.save("vehicles", vin=VIN)
    with pytest.raises(Http404):
        stranger.save("vehicles", mine, is_active="no")
    with pytest.raises(Http404):
        stranger.save("drivers", new_id(), name="x")
    theirs = stranger.save("vehicles", vin=VIN, plate="粤B0T128")
    with tenant_context(keeper.tenant):
        assert (theirs, Vehicle.objects.get(pk=mine).plate) == (mine, "")  # one vehicle on earth, two books


def test_a_check_reads_the_register_in_a_fixed_number_of_queries(
    keeper: Keeper, django_assert_num_queries: Any
) -> None:
    for vin in (VIN, OTHER, "LGXCE4CB0R0000003"):
        keeper.save("vehicles", vin=vin, site_code="SH-SJ", odometer_km="10")
        with tenant_context(keeper.tenant):
            list(Site.objects.all()[:1])
            with django_assert_num_queries(QUERIES):
                read_register(register=REGISTERS["vehicles"], tenant=keeper.tenant, now=keeper.now + timedelta(days=1))


QUERIES = 9
