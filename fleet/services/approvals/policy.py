"""How the tenant wants approvals: an administrator's to set."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from events.announcing import announce, wait_for_turn
from fleet.access import Action, own_tenant, require_may
from fleet.approving.limits import MOST_FEN
from fleet.events import SettingsChanged
from fleet.models import ApprovalPolicy, OverBudget
from fleet.selectors.delegations import read_policy
from tenants.actors import Actor

FIELDS = ("four_eyes_from_fen", "over_budget")


def set_approval_policy(*, actor: Actor, now: datetime, **changes: Any) -> ApprovalPolicy:
    """Change rules of approval (FIELDS); what is not named stays. Raises PermissionDenied, ValidationError by field."""
    require_may(actor, Action.CONFIGURE)
    errors = check(changes)
    if errors:
        raise ValidationError(errors)
    wait_for_turn(tenant_id=own_tenant(actor).pk)
    held = read_policy()
    changed = {name: value for name, value in changes.items() if getattr(held, name) != value}
    if changed:
        before = {name: getattr(held, name) for name in changed}
        event = SettingsChanged(subject="approvals", before=before, after=changed)
        announce(tenant_id=own_tenant(actor).pk, events=[event], actor=actor, now=now)
        ApprovalPolicy.objects.update_or_create(pk=1, defaults=changed)
    return read_policy()


def check(changes: dict[str, Any]) -> dict[str, str]:
    """What cannot be, by field."""
    errors: dict[str, str] = {}
    amount = changes.get("four_eyes_from_fen")
    if amount is not None and not 0 <= amount <= MOST_FEN:
        errors["four_eyes_from_fen"] = _("Give an amount of 0 or more, or leave it blank for none.")
    if "over_budget" in changes and changes["over_budget"] not in OverBudget.values:
        errors["over_budget"] = _("Choose one of: %(choices)s.") % {"choices": ", ".join(OverBudget.values)}
    return errors
