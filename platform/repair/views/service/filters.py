"""What the lists of customer service can be narrowed to; everything stands in the address."""

from typing import Any

import django_filters as filters
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from repair import states, texts
from repair.models import Complaint, ComplaintCause, ComplaintSource
from repair.selectors.jobs import late_clocks
from tenants.models import Tenant

COMPLAINT_GROUPS: dict[str, Any] = {
    "unsolved": _("Without a solution"),
    "mine": _("Mine"),
    "late": _("Late"),
    "open": _("Not closed"),
    "closed": _("Closed"),
}


class ComplaintFilter(filters.FilterSet):
    """Search, and narrow by group, state, cause, source and customer."""

    q = filters.CharFilter(label=_("Number, contact, phone, job, words"), method="search")
    group = filters.ChoiceFilter(label=_("Which"), choices=list(COMPLAINT_GROUPS.items()), method="narrow")
    status = filters.ChoiceFilter(label=_("State"), choices=list(texts.COMPLAINT_STATES.items()))
    cause = filters.ChoiceFilter(label=_("Cause"), choices=ComplaintCause.choices)
    source = filters.ChoiceFilter(label=_("How it came in"), choices=ComplaintSource.choices)
    tenant = filters.ModelChoiceFilter(label=_("Customer"), queryset=Tenant.objects.order_by("name"))

    class Meta:
        model = Complaint
        fields: list[str] = []

    def __init__(self, *args: Any, actor: Any, now: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor, self.now = actor, now

    def search(self, queryset: QuerySet[Complaint], name: str, value: str) -> QuerySet[Complaint]:
        """Every word occurs somewhere."""
        for word in value.split()[:5]:
            condition = Q(links__job__number__icontains=word)
            for field in ("number", "contact", "phone", "text"):
                condition |= Q(**{f"{field}__icontains": word})
            queryset = queryset.filter(pk__in=Complaint.objects.filter(condition).values("pk"))
        return queryset

    def narrow(self, queryset: QuerySet[Complaint], name: str, value: str) -> QuerySet[Complaint]:
        """One of COMPLAINT_GROUPS."""
        if value == "late":
            return queryset.filter(Exists(late_clocks(now=self.now).filter(subject_id=OuterRef("pk"))))
        conditions = {
            "unsolved": Q(status__in=states.UNSOLVED.split()),
            "mine": Q(handler=self.actor.id, ended_at__isnull=True),
            "open": Q(ended_at__isnull=True),
            "closed": Q(ended_at__isnull=False),
        }
        return queryset.filter(conditions[value])
