"""Where the pages of the book stand in the portal's navigation."""

from django.utils.translation import gettext_lazy as _

from fleet.selectors.complaints import count_your_turn
from fleet.selectors.orders import count_waiting
from tenants.actors import Actor
from tenants.people.navigation import register_nav


def count_approvals(actor: Actor) -> int:
    """How many estimates wait."""
    del actor
    return count_waiting()


def count_complaints(actor: Actor) -> int:
    """How many complaints wait for the tenant."""
    del actor
    return count_your_turn()


def register_pages() -> None:
    """Once, when the app starts."""
    work, fleet, administration = _("Work"), _("Fleet"), _("Administration")
    register_nav(
        area="portal",
        key="orders",
        label=_("Orders"),
        url_name="fleet:orders",
        icon="clipboard-list",
        order=100,
        section=work,
    )
    register_nav(
        area="portal",
        key="batches",
        label=_("Batches"),
        url_name="fleet:batches",
        icon="file-upload",
        order=110,
        section=work,
    )
    register_nav(
        area="portal", key="approvals", label=_("Approvals"), url_name="fleet:approvals", icon="checks", order=120, section=work,
        count=count_approvals,
    )  # fmt: skip
    register_nav(
        area="portal", key="complaints", label=_("Complaints"), url_name="fleet:complaints", icon="message-exclamation",
        order=130, section=work, count=count_complaints,
    )  # fmt: skip
    register_nav(
        area="portal",
        key="vehicles",
        label=_("Vehicles"),
        url_name="fleet:vehicles",
        icon="truck",
        order=300,
        section=fleet,
    )
    register_nav(
        area="portal",
        key="drivers",
        label=_("Drivers"),
        url_name="fleet:drivers",
        icon="users",
        order=305,
        section=fleet,
    )
    register_nav(
        area="portal", key="sites", label=_("Sites"), url_name="fleet:sites", icon="map-pin", order=310, section=fleet
    )
    register_nav(
        area="portal", key="cost_centers", label=_("Cost centres"), url_name="fleet:cost_centers", icon="wallet", order=320,
        section=fleet,
    )  # fmt: skip
    register_nav(
        area="portal", key="budgets", label=_("Budgets"), url_name="fleet:budgets", icon="chart-bar", order=330, section=fleet
    )  # fmt: skip
    register_nav(
        area="portal", key="settings", label=_("Settings"), url_name="fleet:settings", icon="settings", order=910,
        section=administration,
    )  # fmt: skip
