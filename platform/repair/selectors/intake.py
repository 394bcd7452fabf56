"""The desk's questions: what a book may ask, answered for one tenant in frozen values."""

from collections.abc import Collection
from uuid import UUID

from events.commands import question
from partners.desk.models import TenantTerms
from repair.models import JobKind, ScopeRule, VehicleModel, Visit
from repair.requests import IntakeAnswer, ModelAnswer, ScopeAnswer
from repair.services.opening import RESPOND_WITHIN


@question
def ask_intake(*, tenant_id: UUID, vins: Collection[str] | None = None) -> IntakeAnswer:
    """What the check of a batch must know: scope rules, models, this tenant's open visits (of `vins`), a credit hold."""
    visits = Visit.objects.filter(tenant_id=tenant_id, ended_at__isnull=True)
    if vins is not None:
        visits = visits.filter(vin__in=vins)
    return IntakeAnswer(
        services=frozenset(JobKind.values),
        scope=tuple(
            ScopeAnswer(
                code=rule.code,
                services=frozenset(rule.services),
                pattern=rule.pattern,
                reason_en=rule.reason_en,
                reason_zh=rule.reason_zh,
                alternative_en=rule.alternative_en,
                alternative_zh=rule.alternative_zh,
            )
            for rule in ScopeRule.objects.filter(is_active=True).order_by("position", "code")
        ),
        models=tuple(
            ModelAnswer(
                wmi=m.wmi, model=m.model, vehicle_class=m.vehicle_class, transmission=m.transmission, licence=m.licence
            )
            for m in VehicleModel.objects.order_by("wmi", "model")
        ),
        open_vins=frozenset(visits.values_list("vin", flat=True)),
        is_on_credit_hold=TenantTerms.objects.filter(tenant_id=tenant_id, is_on_credit_hold=True).exists(),
        respond_within_s=int(RESPOND_WITHIN.total_seconds()),
    )
