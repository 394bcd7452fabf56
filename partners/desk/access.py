"""The doors to what was agreed: who reads prices, who writes them. What is not allowed here is refused."""

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from tenants.actors import Actor, StaffRole

WRITERS = (StaffRole.FINANCE, StaffRole.LEAD)
READERS = (*WRITERS, StaffRole.DISPATCHER, StaffRole.CUSTOMER_SERVICE, StaffRole.CLAIMS)


def may_write_prices(actor: Actor) -> bool:
    """Whether `actor` writes and publishes rate cards."""
    return actor.kind == "system" or actor.is_staff_in(*WRITERS)


def require_price_writer(actor: Actor) -> None:
    """Raise PermissionDenied for anybody but finance and leads."""
    if not may_write_prices(actor):
        raise PermissionDenied(_("Only finance or a lead changes prices."))
