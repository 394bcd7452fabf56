"""Which workshop takes a vehicle, and why the others do not."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from dispatch.planning import WorkshopCard, WorkshopChoice, WorkshopNeed, WorkshopReason, choose_workshop

DAY = date(2026, 11, 25)
NEED = WorkshopNeed(
    operations=frozenset({"brakes", "oil"}),
    day=DAY,
    position=(31.2, 121.5),
    vehicle_class="small_car",
    brand="上汽大众",
    wmi="LSV",
    model="上汽大众 途安L",
    job_id="job-1",
)
CARD = WorkshopCard(
    id="near",
    name="近",
    position=(31.2, 121.52),
    brands=frozenset({"上汽大众"}),
    capabilities=frozenset({"brakes", "oil", "paint"}),
    classes=frozenset({"small_car"}),
    bays_free_by_day={DAY: 1},
)
FAR = replace(CARD, id="far", position=(31.2, 121.6))


def test_the_nearest_that_can() -> None:
    """The chosen one first, the other with its reason and both with their metres."""
    choice = choose_workshop(need=NEED, workshops=[FAR, CARD])
    assert choice.workshop_id == "near"
    assert [(one.workshop_id, one.distance_m, one.reasons) for one in choice.considered] == [
        ("near", 1902, ()),
        ("far", 9511, (WorkshopReason.FARTHER,)),
    ]


@pytest.mark.parametrize(
    ("change", "reasons"),
    [
        ({"refused_jobs": frozenset({"job-1"})}, (WorkshopReason.REFUSED,)),
        ({"refused_jobs": frozenset({"job-2"})}, ()),
        ({"brands": frozenset({"BYD"})}, (WorkshopReason.BRAND,)),
        ({"brands": frozenset({"lsv "})}, ()),
        ({"brands": frozenset({"上汽大众 途安L"})}, ()),
        ({"brands": None}, ()),
        ({"capabilities": frozenset({"oil"})}, (WorkshopReason.OPERATION,)),
        ({"classes": frozenset({"tractor"})}, (WorkshopReason.VEHICLE_CLASS,)),
        ({"classes": None}, ()),
        ({"bays_free_by_day": {DAY: 0}}, (WorkshopReason.NO_BAY,)),
        ({"bays_free_by_day": {date(2026, 11, 24): 3}}, (WorkshopReason.NO_BAY,)),
        (
            {"brands": frozenset(), "capabilities": frozenset(), "bays_free_by_day": {}},
            (WorkshopReason.BRAND, WorkshopReason.OPERATION, WorkshopReason.NO_BAY),
        ),
    ],
)
def test_each_gate_alone(change: dict[str, Any], reasons: tuple[WorkshopReason, ...]) -> None:
    """A shut gate sends the vehicle farther; every shut one is named."""
    choice = choose_workshop(need=NEED, workshops=[replace(CARD, **change), FAR])
    assert choice.workshop_id == ("far" if reasons else "near")
    assert next(one.reasons for one in choice.considered if one.workshop_id == "near") == reasons


def test_the_network_is_wished_for_not_forced() -> None:
    """A rank weighs ten kilometres: it decides between near ones, and not over any distance."""
    outside = replace(CARD, network_rank=1)
    assert choose_workshop(need=NEED, workshops=[outside, FAR]).workshop_id == "far"
    too_far = replace(FAR, position=(31.2, 121.7))
    assert choose_workshop(need=NEED, workshops=[outside, too_far]).workshop_id == "near"


def test_unknown_class_and_brand() -> None:
    """What is unknown goes only where anything goes."""
    unknown = replace(NEED, vehicle_class=None, brand=None, wmi=None, model=None)
    assert choose_workshop(need=unknown, workshops=[CARD]).considered[0].reasons == (
        WorkshopReason.BRAND,
        WorkshopReason.VEHICLE_CLASS,
    )
    assert choose_workshop(need=unknown, workshops=[replace(CARD, brands=None, classes=None)]).workshop_id == "near"


def test_nobody_can_and_nobody_is_there() -> None:
    """None, with every reason kept; equals go to the lower id."""
    assert choose_workshop(need=NEED, workshops=[]) == WorkshopChoice(None)
    full = choose_workshop(need=NEED, workshops=[replace(CARD, bays_free_by_day={}), replace(FAR, brands=frozenset())])
    assert full.workshop_id is None
    assert [one.reasons for one in full.considered] == [(WorkshopReason.NO_BAY,), (WorkshopReason.BRAND,)]
    twins = [replace(CARD, id="b"), replace(CARD, id="a")]
    assert choose_workshop(need=NEED, workshops=twins).workshop_id == "a"
