"""Deciding an estimate over HTTP: by the order's page and by a mail's link, with limits, faults beside lines, and news."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from events.ids import new_id
from fleet.models import Order, OrderEstimate, OrderEstimateLine
from repair import states as jobs
from repair.events import OrderEstimateDecided, OrderPhotographed, PhotoTold
from tenants.context import tenant_context
from tenants.models import Tenant
from tests.fleet.conftest import Desk
from tests.fleet.test_orders import estimate, open_order
from tests.fleet.world import NOW, estimated, moved, place, ref, tell
from tests.portal.conftest import SignIn

HTMX = {"HX-Request": "true"}


def show(client: Client, path: str, status: int = 200, **headers: str) -> str:
    response = client.get(path, headers=headers)
    assert response.status_code == status, response.status_code
    return str(response.content.decode())


def waiting(desk: Desk, *amounts: int) -> tuple[Order, str]:
    """An order whose estimate waits, and the address of the decision."""
    order = open_order(desk)
    estimate(desk, order, *amounts)
    return order, f"/orders/{order.ref}/estimates/1/"


def test_the_link_of_a_mail_asks_for_sign_in_and_then_shows_the_decision(
    desk: Desk, sign_in: SignIn, browser_of: object
) -> None:
    order, link = waiting(desk, 300_000)
    response = browser_of("acme").get(link)  # type: ignore[operator]
    assert response.status_code == 302
    assert "/accounts/login/?next=" in response["Location"]
    assert order.ref in response["Location"]
    text = show(sign_in("acme", "approver"), link)
    assert "Approve as above" in text
    assert "Your limit for this order: Approver: ¥5,000.00." in text
    show(sign_in("acme", "viewer"), link, 403)
    show(sign_in("pacific", "admin"), link, 404)


def test_above_the_limit_the_page_says_who_could(desk: Desk, sign_in: SignIn, pacific: Tenant) -> None:
    _order, link = waiting(desk, 600_000)
    sign_in("pacific", "fleet_manager")
    approver = sign_in("acme", "approver")
    assert "could be approved by: Fleet manager, Administrator." in show(approver, link).replace(
        "Administrator, Fleet manager", "Fleet manager, Administrator"
    )
    sign_in("acme", "fleet_manager")
    assert "The whole ¥6,000.00 could be approved by: 王娟平." in show(approver, link)
    refused = approver.post(link, {"decision": "approve", "line-1": "approve", "amount-1": "6000", "reason-1": "kept"})
    assert refused.status_code == 422
    text = refused.content.decode()
    assert "You may approve up to ¥5,000.00 for one order; this would make it ¥6,000.00." in text
    assert ('value="6000"' in text, 'value="kept"' in text) == (True, True)
    assert approver.post(link, {"decision": "approve", "line-1": "approve", "amount-1": "4,999.99"}).status_code == 302
    with tenant_context(desk.tenant):
        assert OrderEstimate.objects.get().approved_fen == 499_999


def test_each_line_is_approved_cut_or_declined_with_its_reason(desk: Desk, sign_in: SignIn) -> None:
    order, link = waiting(desk, 100_000, 50_000, 20_000)
    data = {
        "decision": "approve", "line-1": "approve", "amount-1": "1000.00", "line-2": "approve", "amount-2": "450.5",
        "reason-2": "market price", "line-3": "decline", "amount-3": "not read", "reason-3": "not needed",
    }  # fmt: skip
    response = sign_in("acme", "approver").post(link, data)
    assert (response.status_code, response["Location"]) == (302, order.get_absolute_url())
    with tenant_context(desk.tenant):
        lines = list(OrderEstimateLine.objects.order_by("no").values_list("decision", "approved_fen", "reason"))
    assert lines == [("approved", 100_000, ""), ("approved", 45_050, "market price"), ("declined", 0, "not needed")]
    text = show(sign_in("acme", "viewer"), order.get_absolute_url())
    for wanted in ("Estimates side by side", "¥450.50", "market price", "not needed", "Approved in part"):
        assert wanted in text


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ({"decision": "approve", "line-1": "approve", "amount-1": "abc"}, "Give an amount in yuan."),
        ({"decision": "approve", "line-1": "approve", "amount-1": "3000.01"}, "Approve at most what was asked."),
        ({"decision": "approve", "line-9": "approve"}, "There is no such line on this estimate."),
        ({"decision": "reject"}, "reason"),
        ({"decision": "perhaps"}, "Choose what is to be done."),
    ],
)
def test_what_cannot_be_taken_is_said_and_changes_nothing(
    desk: Desk, sign_in: SignIn, data: dict[str, str], text: str
) -> None:
    _order, link = waiting(desk, 300_000)
    response = sign_in("acme", "approver").post(link, data)
    assert response.status_code == 422
    assert text in response.content.decode()
    with tenant_context(desk.tenant):
        assert OrderEstimate.objects.get().decision == ""


def test_who_comes_second_is_told_who_was_first(desk: Desk, sign_in: SignIn) -> None:
    order, link = waiting(desk, 300_000)
    first, second = sign_in("acme", "approver"), sign_in("acme", "fleet_manager")
    first.post(link, {"decision": "approve"})
    for response in (
        second.post(link, {"decision": "reject", "reason": "x"}, follow=True),
        second.get(link, follow=True),
    ):
        assert response.redirect_chain[0][0] == order.get_absolute_url()
        assert "王娟平 was first" in response.content.decode()
    with tenant_context(desk.tenant):
        assert OrderEstimate.objects.get().decision == "approved"


def test_versions_stand_side_by_side(world: Tenant, sign_in: SignIn) -> None:
    (order,) = place(world)
    key = order.order_id
    first = estimated(key, 500, 700)
    back = OrderEstimateDecided(
        subject=ref(key), order_id=key, estimate_version=1, decision="sent_back", approved_fen=0, reason="too much",
        lines=first.lines, promised_return_at=None,
    )  # fmt: skip
    tell(
        world,
        moved(key, jobs.AWAITING_APPROVAL),
        first,
        back,
        moved(key, jobs.AWAITING_APPROVAL),
        estimated(key, 400, version=2),
    )
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", show(sign_in("acme", "approver"), f"/orders/{ref(key)}/")))
    assert (
        "What is to be done Estimate 1 Estimate 2 配件1 Part ¥5.00 ¥4.00 配件2 Part ¥7.00 – Total ¥12.00 ¥4.00" in text
    )
    assert "too much" in text


def test_photos_stand_in_the_timeline_where_they_were_told(world: Tenant, sign_in: SignIn) -> None:
    first, second = place(world, 2)
    shots = tuple(
        PhotoTold(file_id=new_id(), shot=shot, sha256="", line_no=None, taken_at=NOW) for shot in ("front", "rear")
    )
    told = OrderPhotographed(subject=ref(first.order_id), order_id=first.order_id, kind="pickup", photos=shots)
    tell(world, told, moved(first.order_id, jobs.IN_CUSTODY))
    client = sign_in("acme", "viewer")
    text = show(client, f"/orders/{ref(first.order_id)}/")
    assert re.findall(r'<img src="(/files/[^"]+)" alt="([^"]+)"', text)[0][1] == "At pickup · front"
    assert text.count('class="ui-photos"') == 1
    assert text.count('loading="lazy"') == 2
    assert 'loading="lazy"' not in show(client, f"/orders/{ref(second.order_id)}/")


def test_an_order_costs_as_many_queries_with_three_of_everything_as_with_one(
    world: Tenant, pacific: Tenant, sign_in: SignIn
) -> None:
    costs = []
    for tenant, count in ((world, 1), (pacific, 3)):
        (order,) = place(tenant)
        key = order.order_id
        for version in range(1, count + 1):
            told = estimated(key, *[100] * count, version=version)
            decided = OrderEstimateDecided(
                subject=ref(key), order_id=key, estimate_version=version, decision="sent_back", approved_fen=0, reason="x",
                lines=told.lines, promised_return_at=NOW + timedelta(days=1),
            )  # fmt: skip
            tell(tenant, moved(key, jobs.AWAITING_APPROVAL), told, decided)
        tell(tenant, estimated(key, *[900_000] * count, version=count + 1))
        for _told in range(count):
            shots = tuple(PhotoTold(file_id=new_id(), shot="front") for _shot in range(count))
            tell(tenant, OrderPhotographed(subject=ref(key), order_id=key, kind="pickup", photos=shots))
        client = sign_in(tenant.slug, "approver")
        for number in range(count):
            sign_in(tenant.slug, "fleet_manager", *["finance", "viewer"][:number])
        show(client, f"/orders/{ref(key)}/")
        with CaptureQueriesContext(connection) as seen:
            show(client, f"/orders/{ref(key)}/")
        costs.append([query["sql"] for query in seen.captured_queries])
    assert len(costs[0]) == len(costs[1]), "\n".join(sorted(set(costs[1]) ^ set(costs[0])))


def test_an_open_page_asks_for_news_at_the_cost_of_one_query_of_the_book(world: Tenant, sign_in: SignIn) -> None:
    (order,) = place(world)
    client = sign_in("acme", "viewer")
    for path in (f"/orders/{ref(order.order_id)}/", "/orders/?all=1"):
        found = re.search(r'hx-get="([^"]*seen=\d+)"', show(client, path))
        assert found is not None, path
        live = found[1].replace("&amp;", "&")
        show(client, live, 200)  # a person who follows the address gets the page
        with CaptureQueriesContext(connection) as seen:
            assert show(client, live, 204, **HTMX) == ""
        assert sum("fleet_" in query["sql"] or "events_book" in query["sql"] for query in seen.captured_queries) == 1
        tell(world, moved(order.order_id, jobs.IN_REPAIR if "ord_" in path else jobs.QC))
        text = show(client, live, 200, **HTMX)
        assert ("In repair" if "ord_" in path else "Quality check") in text
        assert "seen=" in text
    show(client, f"/orders/{ref(order.order_id)}/?seen=nonsense", 200, **HTMX)
    show(client, f"/orders/{ref(order.order_id)}/?seen=99999999999999999999", 200, **HTMX)
