"""What the list of jobs can be narrowed to; everything stands in the address."""

from typing import Any

import django_filters as filters
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from dispatch.models import Area, Leg
from repair import states, texts
from repair.access import sees_business
from repair.models import Incident, IncidentKind, Job, JobKind, Liability, Workshop
from repair.selectors.jobs import late_jobs, needs_workshop_q, search_jobs
from tenants.models import Tenant

GROUPS: dict[str, Any] = {
    "open": _("Open"),
    "late": _("Late"),
    "approval": _("Waits for the customer"),
    "workshop": _("Waits for a workshop"),
    "failed": _("Pickup or return failed"),
    "held": _("On hold"),
    "delivered": _("Delivered"),
    "ended": _("Cancelled or declined"),
}


class JobFilter(filters.FilterSet):
    """Search, and narrow by group, state, service, customer, workshop and area."""

    q = filters.CharFilter(label=_("Number, plate, VIN, reference, customer"), method="search")
    group = filters.ChoiceFilter(label=_("Which"), choices=list(GROUPS.items()), method="narrow")
    status = filters.ChoiceFilter(label=_("State"), choices=list(texts.JOB_STATES.items()))
    kind = filters.ChoiceFilter(label=_("Service"), choices=JobKind.choices)
    tenant = filters.ModelChoiceFilter(label=_("Customer"), queryset=Tenant.objects.order_by("name"))
    workshop = filters.ModelChoiceFilter(label=_("Workshop"), queryset=Workshop.objects.order_by("name"))
    area = filters.ModelChoiceFilter(label=_("Area"), queryset=Area.objects.order_by("name"), method="narrow_area")

    class Meta:
        model = Job
        fields: list[str] = []

    def __init__(self, *args: Any, actor: Any, now: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = now
        if not sees_business(actor):  # a workshop knows its own jobs, and nobody else's customers
            for name in ("tenant", "workshop", "area"):
                del self.filters[name]

    def search(self, queryset: QuerySet[Job], name: str, value: str) -> QuerySet[Job]:
        """Every word occurs somewhere."""
        return search_jobs(queryset, value)

    def narrow(self, queryset: QuerySet[Job], name: str, value: str) -> QuerySet[Job]:
        """One of GROUPS."""
        if value == "late":
            return late_jobs(queryset, now=self.now)
        conditions = {
            "open": Q(status__in=states.OPEN.split()),
            "approval": Q(status__in=[states.AWAITING_APPROVAL, states.CONSENT_REQUIRED, states.FAILED]),
            "workshop": needs_workshop_q(),
            "failed": Q(status__in=[states.PICKUP_FAILED, states.RETURN_FAILED, states.REFUSED]),
            "held": Q(held_since__isnull=False, status__in=states.OPEN.split()),
            "delivered": Q(status__in=texts.ENDED_WELL),
            "ended": Q(status__in=[states.CANCELLED, states.DECLINED_SCOPE]),
        }
        return queryset.filter(conditions[value])

    def narrow_area(self, queryset: QuerySet[Job], name: str, value: Area) -> QuerySet[Job]:
        """Jobs of which a leg begins there."""
        legs = Leg.objects.filter(area=value, purpose_id=Coalesce(OuterRef("visit_id"), OuterRef("pk")))
        return queryset.filter(Exists(legs))


class IncidentFilter(filters.FilterSet):
    """Search, and narrow by state, kind, who answers, and customer."""

    q = filters.CharFilter(label=_("Number, plate, VIN, police number"), method="search")
    status = filters.ChoiceFilter(label=_("State"), choices=list(texts.INCIDENT_STATES.items()))
    kind = filters.ChoiceFilter(label=_("What happened"), choices=IncidentKind.choices)
    liability = filters.ChoiceFilter(label=_("Answers for it"), choices=Liability.choices)
    tenant = filters.ModelChoiceFilter(
        label=_("Customer"), field_name="job__tenant", queryset=Tenant.objects.order_by("name")
    )

    class Meta:
        model = Incident
        fields: list[str] = []

    def __init__(self, *args: Any, actor: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not sees_business(actor):
            for name in ("liability", "tenant"):
                del self.filters[name]

    def search(self, queryset: QuerySet[Incident], name: str, value: str) -> QuerySet[Incident]:
        """Every word occurs somewhere."""
        for word in value.split():
            queryset = queryset.filter(
                Q(job__number__icontains=word.partition("-I")[0]) | Q(job__plate__icontains=word)
                | Q(job__vin__icontains=word) | Q(police_number__icontains=word)
            )  # fmt: skip
        return queryset
