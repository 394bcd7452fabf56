"""Orders changed by program: amended as they were read, cancelled with many, another window, rated."""

from collections.abc import Callable
from typing import Any

import pytest

from fleet.models import Order
from fleet.services.cancelling import MOST
from repair import states as jobs
from repair.events import OrderWindowsOffered
from tenants.context import tenant_context
from tenants.models import Tenant
from tests.api.conftest import Partner, Signed, key_of, line, place_orders
from tests.fleet.world import moved, tell

Issue = Callable[..., Partner]


@pytest.fixture
def order(erp: Partner, world: Tenant) -> str:
    """The id of an order that waits to be fetched."""
    (placed,) = place_orders(erp, world, line(1))
    return str(placed["id"])


def amend(partner: Partner, order: str, changes: dict[str, Any], tag: str = "*") -> Any:
    return partner.patch(f"orders/{order}", changes, If_Match=tag)


def pointers(answer: Any) -> list[tuple[str, str]]:
    assert answer.status_code == 422, answer.content
    return [(error["pointer"], error["code"]) for error in answer.json()["errors"]]


# --- amending -------------------------------------------------------------------------------------------------------------


def test_an_order_is_amended_as_it_was_read(erp: Partner, order: str) -> None:
    read = erp.get(f"orders/{order}")
    window = {"window_start": "2026-11-27T09:00:00+08:00", "window_end": "2026-11-27T12:00:00+08:00"}
    done = amend(erp, order, {**window, "contact": " 陈静 ", "phone": "199 0000 3295", "po_number": ""}, read["ETag"])
    assert done.status_code == 200, done.content
    shown = done.json()
    assert (shown["window_start"], shown["contact"], shown["phone"]) == (
        "2026-11-27T01:00:00Z",
        "陈静",
        "+8619900003295",
    )
    assert done["ETag"] == erp.get(f"orders/{order}")["ETag"] != read["ETag"]
    (event,) = erp.get(f"events?subject={order}&type=order.amended").json()["data"]
    assert event["data"]["after"]["contact"] == "陈静"
    late = amend(erp, order, {"contact": "李雷"}, read["ETag"])
    assert (late.status_code, late.json()["type"]) == (412, "urn:baylink:problem:precondition-failed")
    assert erp.patch(f"orders/{order}", {"contact": "李雷"}).status_code == 428
    assert erp.get(f"orders/{order}").json()["contact"] == "陈静"


def test_a_site_brings_its_place_and_a_place_of_its_own_needs_all(erp: Partner, order: str) -> None:
    other = {"code": "NEW-1", "address": "上海市浦东新区金桥路1号", "lat": 31.26, "lng": 121.61}
    erp.post("sites", other)
    moved_there = amend(erp, order, {"site_code": "new-1"}).json()
    assert {name: moved_there[name] for name in ("site_code", "address", "lat", "lng")} == {
        "site_code": "NEW-1", **{name: other[name] for name in ("address", "lat", "lng")}
    }  # fmt: skip
    assert pointers(amend(erp, order, {"site_code": "NOWHERE"})) == [("#/site_code", "unknown_site")]
    assert pointers(amend(erp, order, {"site_code": "NEW-1", "lat": 1.0})) == [("#/lat", "site_differs")]
    assert pointers(amend(erp, order, {"address": "别处"})) == [("#/lat", "required"), ("#/lng", "required")]
    own = amend(erp, order, {"address": "上海市闵行区东川路800号", "lat": 31.02, "lng": 121.43}).json()
    assert (own["site_code"], own["address"], own["lat"]) == ("", "上海市闵行区东川路800号", 31.02)


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"phone": "123"}, ("#/phone", "phone_format")),
        ({"plate": "ABC"}, ("#/plate", "plate_format")),
        ({"contact": " "}, ("#/contact", "blank")),
        ({"contact": "a\u202eb"}, ("#/contact", "control_characters")),
        ({"cost_center": "没有的"}, ("#/cost_center", "unknown_cost_center")),
        ({"lat": 91}, ("#/lat", "max_value")),
        ({"window_start": "tomorrow"}, ("#/window_start", "invalid")),
        ({"window_end": "2026-11-26T12:00:00+08:00"}, ("#/window_end", "invalid")),
        ({"vin": "LSVNV2183R2000001"}, ("#/vin", "not_amendable")),
        ({"status": "closed"}, ("#/status", "not_amendable")),
        ({"notes": "x" * 2_001}, ("#/notes", "max_length")),
    ],
)
def test_what_cannot_be_is_said_by_field(erp: Partner, order: str, changes: dict[str, Any], found: Any) -> None:
    before = erp.get(f"orders/{order}").json()
    assert pointers(amend(erp, order, changes)) == [found]
    assert erp.get(f"orders/{order}").json() == before


def test_an_order_in_custody_is_not_amended(erp: Partner, world: Tenant, order: str) -> None:
    from repair.models import Job

    Job.objects.filter(order_id=key_of(order)).update(status=jobs.IN_CUSTODY)
    refused = amend(erp, order, {"contact": "陈静"})
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:baylink:problem:illegal-transition")


# --- cancelling several ---------------------------------------------------------------------------------------------------


def test_several_orders_are_cancelled_with_a_result_for_each(
    erp: Partner, world: Tenant, pacific: Tenant, issue: Issue
) -> None:
    first, kept, other = (placed["id"] for placed in place_orders(erp, world, line(1), line(2), line(3)))
    erp.post(f"orders/{kept}/cancel", {"reason": "x"})
    wanted = [first, "ord_nonsense", kept, first]
    done = erp.post("orders/cancellations", {"orders": wanted, "reason": "车已出售"}, Idempotency_Key="c")
    assert done.status_code == 200, done.content
    results = [(result["order"], result["is_cancelled"], result["code"]) for result in done.json()["results"]]
    assert results == [
        (first, True, ""), ("ord_nonsense", False, "not_found"), (kept, False, "not_cancellable"), (first, False, "repeated"),
    ]  # fmt: skip
    assert (done.json()["cancelled"], done.json()["kept"]) == (1, 3)
    assert all(result["message"] for result in done.json()["results"][1:])
    again = erp.post("orders/cancellations", {"orders": wanted, "reason": "车已出售"}, Idempotency_Key="c")
    assert (again.json(), again["Idempotency-Replayed"]) == (done.json(), "true")
    theirs = issue(pacific).post("orders/cancellations", {"orders": [other], "reason": "x"}).json()
    assert [(result["is_cancelled"], result["code"]) for result in theirs["results"]] == [(False, "not_found")]
    with tenant_context(world):
        states = dict(Order.objects.values_list("pk", "status"))
    assert [states[key_of(name)] for name in (first, kept)] == ["cancelled", "cancelled"]
    assert states[key_of(other)] != "cancelled"


def test_a_list_to_cancel_has_an_end_and_a_reason(erp: Partner, order: str) -> None:
    assert pointers(erp.post("orders/cancellations", {"orders": [], "reason": "x"})) == [("#/orders", "min_length")]
    many = erp.post("orders/cancellations", {"orders": [order] * (MOST + 1), "reason": "x"})
    assert pointers(many) == [("#/orders", "max_length")]
    assert pointers(erp.post("orders/cancellations", {"orders": [order], "reason": " "})) == [("#/reason", "blank")]
    assert erp.get(f"orders/{order}").json()["status"] == "acknowledged"


# --- window and rating ----------------------------------------------------------------------------------------------------


def test_a_window_is_chosen_by_number_or_said(erp: Partner, world: Tenant, order: str) -> None:
    from datetime import datetime

    offered = (
        (datetime.fromisoformat("2026-11-28T01:00:00+00:00"), datetime.fromisoformat("2026-11-28T03:00:00+00:00")),
    )
    tell(world, OrderWindowsOffered(subject=order, order_id=key_of(order), windows=offered))
    (window,) = erp.get(f"orders/{order}").json()["windows"]
    done = erp.post(f"orders/{order}/window", {"no": window["no"]})
    assert (done.status_code, done.json()["window_start"]) == (200, window["starts_at"])
    own = {"window_start": "2026-11-29T09:00:00+08:00", "window_end": "2026-11-29T12:00:00+08:00"}
    assert erp.post(f"orders/{order}/window", own).json()["window_start"] == "2026-11-29T01:00:00Z"
    for body in ({}, {"no": 1, **own}, {"window_start": own["window_start"]}):
        assert pointers(erp.post(f"orders/{order}/window", body)) == [("#", "either_or")]
    assert pointers(erp.post(f"orders/{order}/window", {"no": 7})) == [("#/window", "invalid")]


def test_an_order_is_rated_when_it_is_back(erp: Partner, world: Tenant, order: str) -> None:
    from repair.models import Job

    early = erp.post(f"orders/{order}/rating", {"score": 5})
    assert (early.status_code, early.json()["type"]) == (409, "urn:baylink:problem:illegal-transition")
    assert pointers(erp.post(f"orders/{order}/rating", {"score": 6})) == [("#/score", "max_value")]
    Job.objects.filter(order_id=key_of(order)).update(status=jobs.DELIVERED)
    tell(world, moved(key_of(order), jobs.DELIVERED))
    done = erp.post(f"orders/{order}/rating", {"score": 4, "comment": "准时"})
    assert (done.status_code, done.json()["status"]) == (200, "rated"), done.content
    assert erp.post(f"orders/{order}/rating", {"score": 4}).status_code == 409


def test_nobody_changes_an_order_without_the_right(
    world: Tenant, order: str, sign_in: Callable[..., Signed], issue: Issue
) -> None:
    viewer, reader = sign_in(world, "viewer"), issue(world, "orders:read")
    for who in (viewer, reader):
        before = who.get(f"orders/{order}").json()
        answers = (
            amend(who, order, {"contact": "陈静"}),
            who.post("orders/cancellations", {"orders": [order], "reason": "x"}),
            who.post(f"orders/{order}/window", {"no": 1}),
            who.post(f"orders/{order}/rating", {"score": 5}),
        )
        assert [answer.status_code for answer in answers] == [403] * 4
        assert who.get(f"orders/{order}").json() == before
