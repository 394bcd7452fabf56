"""Who may approve how much, and how batches are taken: an administrator's to set."""

from collections.abc import Mapping
from datetime import datetime

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from events.announcing import announce, wait_for_turn
from fleet.access import Action, own_tenant, require_may
from fleet.events import LimitChanged, SettingsChanged
from fleet.models import ApprovalLimit, BatchPolicy, TenantSettings
from fleet.selectors.settings import ROLES, read_limits, read_settings
from tenants.actors import Actor

MOST_FEN = 1_000_000_000_000


def set_limits(*, limits: Mapping[str, int | None], actor: Actor, now: datetime) -> dict[str, int | None]:
    """Set up to how many fen each role may approve on one order; None: nothing. Returns the limits that hold now.

    Raises PermissionDenied, ValidationError by role.
    """
    require_may(actor, Action.CONFIGURE)
    errors = {role: _("There is no such role.") for role in limits if role not in ROLES}
    errors |= {
        role: _("Give an amount of 0 or more, or leave it blank for none.")
        for role, amount in limits.items()
        if amount is not None and not 0 <= amount <= MOST_FEN
    }
    if errors:
        raise ValidationError(errors)
    wait_for_turn(tenant_id=own_tenant(actor).pk)
    before = read_limits()
    changed = {role: amount for role, amount in limits.items() if before[role] != amount}
    events = [LimitChanged(subject=role, before_fen=before[role], after_fen=amount) for role, amount in changed.items()]
    if events:
        announce(tenant_id=own_tenant(actor).pk, events=events, actor=actor, now=now)
        for role, amount in changed.items():
            ApprovalLimit.objects.update_or_create(role=role, defaults={"up_to_fen": amount})
    return read_limits()


def set_policy(*, policy: str, actor: Actor, now: datetime) -> TenantSettings:
    """How batches are taken unless a request says otherwise. Raises PermissionDenied, ValidationError."""
    require_may(actor, Action.CONFIGURE)
    if policy not in BatchPolicy.values:
        raise ValidationError({"policy": _("Choose one of: %(choices)s.") % {"choices": ", ".join(BatchPolicy.values)}})
    wait_for_turn(tenant_id=own_tenant(actor).pk)
    before = read_settings().policy
    if before != policy:
        event = SettingsChanged(subject="settings", before={"policy": before}, after={"policy": policy})
        announce(tenant_id=own_tenant(actor).pk, events=[event], actor=actor, now=now)
        TenantSettings.objects.update_or_create(pk=1, defaults={"policy": policy})
    return read_settings()
