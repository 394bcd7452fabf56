"""Dispatch in the console's navigation."""

from django.utils.translation import gettext_lazy as _

from dispatch.access import WATCHERS
from dispatch.selectors import count_unassigned
from dispatch.todo import count_cover_alerts, count_requests
from tenants.actors import StaffRole
from tenants.people.navigation import register_nav


def register_pages() -> None:
    """The board with the count of legs that nobody has, the agents, the clocks; and an agent's own legs."""
    section = _("Dispatch desk")
    register_nav(
        area="console",
        key="dispatch",
        label=_("Dispatch board"),
        url_name="dispatch:board",
        icon="route",
        order=20,
        roles=WATCHERS,
        count=count_unassigned,
        section=section,
    )
    register_nav(
        area="console",
        key="dispatch-day",
        label=_("Agents' day"),
        url_name="dispatch:day",
        icon="layout-rows",
        order=21,
        roles=WATCHERS,
        section=section,
    )
    register_nav(
        area="console",
        key="dispatch-agents",
        label=_("Agents"),
        url_name="dispatch:agents",
        icon="steering-wheel",
        order=21,
        roles=WATCHERS,
        section=section,
    )
    register_nav(
        area="console",
        key="dispatch-roster",
        label=_("Roster"),
        url_name="dispatch:roster",
        icon="calendar-week",
        order=21,
        roles=WATCHERS,
        count=count_requests,
        section=section,
    )
    register_nav(
        area="console",
        key="dispatch-cover",
        label=_("Coverage"),
        url_name="dispatch:cover",
        icon="chart-bar",
        order=21,
        roles=WATCHERS,
        count=count_cover_alerts,
        section=section,
    )
    register_nav(
        area="console",
        key="dispatch-mine",
        label=_("My shifts"),
        url_name="dispatch:mine",
        icon="calendar-user",
        order=11,
        roles=(StaffRole.AGENT,),
        section=_("Work"),
    )
    register_nav(
        area="console",
        key="dispatch-clocks",
        label=_("Clocks"),
        url_name="dispatch:clocks",
        icon="clock",
        order=22,
        roles=WATCHERS,
        section=section,
    )
