"""The desk's entries in the console's navigation."""

from django.utils.translation import gettext_lazy as _

from repair.access import DESK, READERS, SERVICE, WATCHERS
from tenants.actors import StaffRole
from tenants.people.navigation import register_nav


def register_pages() -> None:
    """Put the pages into the navigation."""
    work, service, rules = _("Work"), _("Customer service"), _("Agreements")
    pages = (
        ("day", _("My day"), "repair:day", "steering-wheel", 10, (StaffRole.AGENT,), work),
        ("jobs", _("Jobs"), "repair:jobs", "clipboard-list", 12, READERS, work),
        (
            "floor",
            _("Workshop floor"),
            "repair:floor",
            "tool",
            11,
            (*DESK, StaffRole.WORKSHOP, StaffRole.INSPECTOR),
            work,
        ),
        ("workshops", _("Workshops"), "repair:workshops", "building-warehouse", 14, (*DESK, StaffRole.WORKSHOP), work),
        ("incidents", _("Incidents"), "repair:incidents", "alert-octagon", 18, READERS, work),
        ("insurance", _("Insurance"), "repair:insurance", "shield-check", 84, WATCHERS, rules),
        ("complaints", _("Complaints"), "repair:complaints", "message-exclamation", 44, SERVICE, service),
        ("tenants", _("Customers"), "repair:tenants", "building", 80, WATCHERS, rules),
        ("scope", _("Scope"), "repair:scope_rules", "hand-stop", 82, (*DESK, StaffRole.CLAIMS), rules),
    )
    for key, label, url_name, icon, order, roles, section in pages:
        register_nav(
            area="console",
            key=key,
            label=label,
            url_name=url_name,
            icon=icon,
            order=order,
            roles=roles,
            section=section,
        )
