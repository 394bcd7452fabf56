"""Nobody is free in the window: others are offered, the tenant chooses one, and a dispatcher has the last word."""

import re

from dispatch.models import Agent, Leg
from dispatch.tasks import solve_legs
from events.checking import check_book
from events.ids import public_id, read_public_id
from fleet.models import Order, OrderWindow
from tenants.context import tenant_context
from tenants.models import Tenant
from tests.journeys.conftest import Person, words_of
from tests.world import as_csv, sample_rows


def test_from_nobody_to_the_agent_of_a_dispatchers_choice(
    manager: Person, dispatcher: Person, acme: Tenant, pacific: Tenant
) -> None:
    manager.enter()
    manager.submit(manager.upload("orders.csv", as_csv([row_at_night()])))
    order = order_of(acme)
    assert solve_legs() == 0
    board = dispatcher.read("/dispatch/")
    assert order.plate in board
    leg = Leg.objects.get()
    page = f"/dispatch/legs/{public_id('leg', leg.pk)}/"
    assert "Nobody has this leg" in dispatcher.read(page) and "Offered instead:" in dispatcher.read(page)

    shown = manager.read(order.get_absolute_url())
    assert "There is no agent free in the window you asked for." in shown
    with tenant_context(acme):
        windows = list(OrderWindow.objects.order_by("no").values_list("no", "starts_at", "ends_at"))
    assert windows
    chosen = manager.post(f"{order.get_absolute_url()}window/", {"window": str(windows[-1][0])}, follow=True)
    assert "The new window is booked." in words_of(chosen)
    assert solve_legs() == 1
    leg.refresh_from_db()
    assert (leg.status, leg.window_start) == ("assigned", windows[-1][1])
    first = leg.agent
    assert first is not None
    assert first.name in manager.read(order.get_absolute_url())

    unfit = Agent.objects.get(user__email="agent64@baylink.example")  # licence C2
    refused = dispatcher.post(f"{page}agent/", {"agent": public_id("agt", unfit.pk), "reason": "认识客户"}, follow=True)
    assert unfit.name in words_of(refused) and "licence" in words_of(refused).lower()
    leg.refresh_from_db()
    assert leg.agent_id == first.pk

    asked = dispatcher.get(f"{page}agent/").content.decode()
    other = next(
        agent for ref in re.findall(r'name="agent" value="(\w+)"', asked) if (agent := agent_of(ref)).pk != first.pk
    )
    done = dispatcher.post(f"{page}agent/", {"agent": public_id("agt", other.pk), "reason": "客户指定"}, follow=True)
    assert done.status_code == 200, words_of(done)
    leg.refresh_from_db()
    assert leg.agent_id == other.pk, words_of(done)
    told = manager.read(order.get_absolute_url())
    assert other.name in told and first.name in told  # who it was stays in the timeline
    assert re.search(r"客户指定", dispatcher.read(page))
    assert check_book(acme) == [] == check_book(pacific)


def row_at_night() -> dict[str, str]:
    """A car in the far south-east, to be fetched when nobody works there."""
    row = next(row for row in sample_rows() if row["site_code"] == "SH-LG" and row["service"] == "repair")
    return {
        **row,
        "window_start": "2026-11-25T02:00:00+08:00",
        "window_end": "2026-11-25T04:00:00+08:00",
        "return_by": "",
    }


def order_of(tenant: Tenant) -> Order:
    with tenant_context(tenant):
        return Order.objects.get()


def agent_of(ref: str) -> Agent:
    return Agent.objects.get(pk=read_public_id("agt", ref))
