"""How batches are taken: an administrator's to set."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from events.announcing import announce, wait_for_turn
from fleet.access import Action, own_tenant, require_may
from fleet.events import SettingsChanged
from fleet.models import BatchPolicy, TenantSettings
from fleet.selectors.settings import read_settings
from tenants.actors import Actor


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
