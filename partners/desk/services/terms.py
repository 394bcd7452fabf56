"""Terms of a tenant, set by the operator's finance."""

from datetime import datetime
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from events.commands import command, record
from events.ids import public_id
from partners.desk.events import CreditHoldSet
from partners.desk.models import TenantTerms
from tenants.actors import Actor, StaffRole


def may_set_credit_hold(actor: Actor) -> bool:
    """Whether `actor` may hold a tenant's new orders."""
    return actor.is_staff_in(StaffRole.FINANCE, StaffRole.LEAD)


@command
def set_credit_hold(*, tenant_id: UUID, is_on_hold: bool, reason: str, actor: Actor, now: datetime) -> TenantTerms:
    """Hold a tenant's new orders, with a reason, or let them through again. What is in custody goes on.

    Raises PermissionDenied, ValidationError (`reason`).
    """
    if not may_set_credit_hold(actor):
        raise PermissionDenied(_("Only finance or a lead holds a customer's orders."))
    if not reason.strip():
        raise ValidationError({"reason": _("Say why.")})
    TenantTerms.objects.get_or_create(tenant_id=tenant_id)
    terms = TenantTerms.objects.select_for_update().get(tenant_id=tenant_id)
    if terms.is_on_credit_hold == is_on_hold:
        return terms
    terms.is_on_credit_hold, terms.credit_hold_reason = is_on_hold, reason.strip()[:200] if is_on_hold else ""
    terms.save(update_fields=["is_on_credit_hold", "credit_hold_reason"])
    record(
        CreditHoldSet(
            subject=public_id("ten", tenant_id), tenant_id=tenant_id, is_on_credit_hold=is_on_hold, why=reason.strip()
        )
    )
    return terms
