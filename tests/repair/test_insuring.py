"""P25: each vehicle in custody is covered, on the road and while it stands; what is not is found, once."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from events.models import Fact
from repair.models import CoverGap, InsurancePolicy
from repair.services import insuring
from repair.services.insuring import PolicyDraft
from repair.tasks import check
from tenants.actors import StaffRole
from tests.repair.world import VINS, World, staff

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def empty_register(db: None) -> None:
    """Without the demo's policies."""
    InsurancePolicy.objects.all().delete()


def enter(world: World, **changes: Any) -> InsurancePolicy:
    values: dict[str, Any] = {
        "insurer": "太平洋财险", "number": f"P-{InsurancePolicy.objects.count() + 1}", "kinds": ["transport", "custody"],
        "starts_at": world.now - timedelta(days=1), "ends_at": world.now + timedelta(days=30), "limit_fen": 100_000_000,
    }  # fmt: skip
    return insuring.enter_policy(
        draft=PolicyDraft(**{**values, **changes}), actor=staff(StaffRole.FINANCE), now=world.tick()
    )


def gaps() -> list[tuple[str, bool]]:
    """Each gap: what is missing, and whether it is open."""
    return [(gap.kind, gap.closed_at is None) for gap in CoverGap.objects.order_by("pk")]


def test_a_vehicle_on_the_road_without_a_policy_is_found_once(world: World) -> None:
    job = world.in_custody()
    assert insuring.check_cover(now=world.tick()) == 1
    assert insuring.check_cover(now=world.tick()) == 0
    assert gaps() == [("transport", True)]
    fact = Fact.objects.get(type="cover.gap_opened")
    assert (fact.data["vin"], fact.data["tenant_id"]) == (job.vin, str(job.tenant_id))


def test_a_policy_closes_the_gap_from_then_on(world: World) -> None:
    world.in_custody()
    insuring.check_cover(now=world.tick())
    enter(world)
    assert insuring.check_cover(now=world.tick()) == 1
    gap = CoverGap.objects.get()
    assert gap.closed_at == world.now
    assert Fact.objects.get(type="cover.gap_closed").data["is_covered"] is True


def test_what_stands_needs_another_cover_than_what_is_driven(world: World) -> None:
    enter(world, kinds=["transport"])
    world.in_custody()
    assert insuring.check_cover(now=world.tick()) == 0
    world.awaiting_approval(vin=VINS[1])
    assert insuring.check_cover(now=world.tick()) == 1
    assert gaps() == [("custody", True)]


def test_the_gap_changes_with_the_way_and_ends_with_the_custody(world: World) -> None:
    job = world.in_custody()
    insuring.check_cover(now=world.tick())
    world.receive(job)
    assert insuring.check_cover(now=world.tick()) == 2
    assert gaps() == [("transport", False), ("custody", True)]


def test_only_the_classes_that_it_names(world: World) -> None:
    world.in_custody()  # a light truck
    enter(world, vehicle_classes=["small_car"])
    assert insuring.check_cover(now=world.tick()) == 1
    enter(world, vehicle_classes=["light_truck", "coach"])
    assert insuring.check_cover(now=world.tick()) == 1
    assert gaps() == [("transport", False)]


def test_a_policy_covers_from_its_first_moment_to_before_its_last(world: World) -> None:
    world.in_custody()
    start = world.now + timedelta(hours=1)
    enter(world, starts_at=start, ends_at=start + timedelta(hours=1))
    found = []
    for moment in (start - timedelta(seconds=1), start, start + timedelta(hours=1)):
        insuring.check_cover(now=moment)
        found.append(CoverGap.objects.filter(closed_at__isnull=True).count())
    assert found == [1, 0, 1]


def test_a_policy_is_ended_now_and_never_changed(world: World) -> None:
    policy = enter(world)
    world.in_custody()
    ended = insuring.end_policy(policy_id=policy.pk, actor=staff(StaffRole.LEAD), now=world.tick())
    assert ended.ends_at == world.now
    assert check() == 0 or gaps() == [("transport", True)]
    with pytest.raises(ValidationError, match="in force"):
        insuring.end_policy(policy_id=policy.pk, actor=staff(StaffRole.LEAD), now=world.tick())


def test_what_is_wrong_with_a_policy_is_said_by_field(world: World) -> None:
    enter(world, number="P-1")
    for changes, field in (
        ({"ends_at": world.now - timedelta(days=2)}, "ends_at"),
        ({"kinds": []}, "kinds"),
        ({"kinds": ["fire"]}, "kinds"),
        ({"limit_fen": 0}, "limit"),
        ({"number": "P-1"}, "number"),
    ):
        with pytest.raises(ValidationError) as caught:
            enter(world, **changes)
        assert list(caught.value.message_dict) == [field]
    with pytest.raises(PermissionDenied):
        insuring.enter_policy(
            draft=PolicyDraft(
                insurer="x", number="y", kinds=["custody"], starts_at=world.now, ends_at=world.tick(), limit_fen=1
            ),
            actor=world.dsp, now=world.now,
        )  # fmt: skip
    with pytest.raises(IntegrityError, match="policy_covers_something"), transaction.atomic():
        InsurancePolicy.objects.update(kinds=["fire"])
