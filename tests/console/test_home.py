"""The console's first page: what is to do for each role, and where each person's day begins."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from partners.desk.models import TenantTerms
from repair.models import Job
from tests.console.test_pages import url
from tests.repair.world import World

AtConsole = Callable[..., Client]
DUTIES = {
    "dispatcher": ["Late legs", "Legs that wait", "Legs under way", "All open legs", "Areas short of agents"],
    "customer_service": ["To be called after the return"],
    "inspector": ["Waits for the inspection", "Back in work"],
    "claims": ["Claims to decide", "Claims that need consent", "Open claims"],
    "finance": ["Delivered, not closed", "Customers on credit hold"],
}


def home(client: Client) -> Any:
    return client.get(url("console:home"))


@pytest.mark.parametrize("role", DUTIES)
def test_each_role_sees_what_is_its_to_do_and_every_figure_leads_there(
    world: World, at_console: AtConsole, role: str
) -> None:
    world.order()
    client = at_console(role)
    duties = home(client).context["duties"]
    assert [duty.label for duty in duties] == DUTIES[role]
    for duty in duties:
        assert client.get(duty.url).status_code == 200, duty


def test_a_lead_sees_what_needs_a_hand_and_others_go_to_their_own_day(world: World, at_console: AtConsole) -> None:
    page = home(at_console("lead"))
    assert page.context["duties"] == [] and page.context["sees_needs"]
    needs = {role: home(at_console(role)).context["sees_needs"] for role in DUTIES}
    assert [role for role, sees in needs.items() if sees] == ["dispatcher", "customer_service"]
    assert home(at_console("agent")).headers["Location"] == url("repair:day")


def test_the_figures_are_those_of_the_lists(world: World, at_console: AtConsole) -> None:
    job = world.order()
    Job.objects.filter(pk=job.pk).update(kind="claim", status="awaiting_approval")
    TenantTerms.objects.update_or_create(tenant=world.tenant, defaults={"is_on_credit_hold": True})
    counted = {
        role: [duty.count for duty in home(at_console(role)).context["duties"]] for role in ("claims", "finance")
    }
    assert counted == {"claims": [1, 0, 1], "finance": [0, 1]}
    (legs,) = [duty.count for duty in home(at_console("dispatcher")).context["duties"] if duty.label == "All open legs"]
    assert legs == 1


@pytest.mark.parametrize("role", ["dispatcher", "claims"])
def test_the_first_page_costs_the_same_with_many_jobs(world: World, at_console: AtConsole, role: str) -> None:
    client = at_console(role)
    counts = []
    for total in (1, 4):
        while Job.objects.count() < total:
            world.order()
        home(client)
        with CaptureQueriesContext(connection) as seen:
            home(client)
        counts.append(len(seen))
    assert counts[0] == counts[1] < 25
