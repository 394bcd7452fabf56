"""What the lists of dispatch can be narrowed to; everything stands in the address."""

from typing import Any

import django_filters as filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from dispatch import texts
from dispatch.models import Agent, Area, Clock, Leg, LegKind
from dispatch.selectors import GROUPS, agents_on_duty
from tenants.models import Tenant

GROUP_NAMES: dict[str, Any] = {
    "waiting": _("Waiting"),
    "named": _("Named"),
    "moving": _("Moving"),
    "late": _("Late"),
}


def area_choices() -> list[tuple[str, str]]:
    """Every area, and the places outside of all."""
    return [("none", str(_("Outside of all"))), *Area.objects.order_by("name").values_list("code", "name")]


def tenant_choices() -> list[tuple[str, str]]:
    """Every tenant."""
    return list(Tenant.objects.order_by("name").values_list("slug", "name"))


class LegFilter(filters.FilterSet):
    """Search, and narrow by state, kind, tenant, area and day."""

    q = filters.CharFilter(method="search", label=_("Search legs"), help_text=_("Plate, address, contact, agent"))
    group = filters.ChoiceFilter(method="of_group", label=_("Which"), choices=list(GROUP_NAMES.items()))
    status = filters.ChoiceFilter(
        label=_("State"), choices=[pair for pair in texts.LEG_STATES.items() if pair[0] not in ("done", "cancelled")]
    )
    kind = filters.ChoiceFilter(label=_("Kind"), choices=LegKind.choices)
    area = filters.ChoiceFilter(method="in_area", label=_("Area"), choices=area_choices)
    tenant = filters.ChoiceFilter(field_name="tenant__slug", label=_("Tenant"), choices=tenant_choices)
    day = filters.DateFilter(
        field_name="window_start__date", label=_("Day"), widget=forms.DateInput(attrs={"type": "date"})
    )

    class Meta:
        model = Leg
        fields: list[str] = []

    def __init__(self, *args: Any, now: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = now

    def search(self, rows: QuerySet[Leg], _name: str, value: str) -> QuerySet[Leg]:
        """Part of what the board shows."""
        fields = ("label", "from_address", "contact", "phone", "agent__name")
        return rows.filter(Q(*(Q(**{f"{field}__icontains": value}) for field in fields), _connector=Q.OR))

    def of_group(self, rows: QuerySet[Leg], _name: str, value: str) -> QuerySet[Leg]:
        """Waiting, named, moving or late."""
        late = Q(due_at__lt=self.now)  # annotated by `open_legs`
        return rows.filter(late if value == "late" else Q(status__in=GROUPS[value]))

    def in_area(self, rows: QuerySet[Leg], _name: str, value: str) -> QuerySet[Leg]:
        """In an area, or in none."""
        return rows.filter(area=None) if value == "none" else rows.filter(area__code=value)


class AgentFilter(filters.FilterSet):
    """Search, and narrow by area and fitness."""

    q = filters.CharFilter(method="search", label=_("Search agents"), help_text=_("Name, phone, licence"))
    area = filters.ChoiceFilter(field_name="areas__code", label=_("Area"), choices=lambda: area_choices()[1:])
    duty = filters.ChoiceFilter(
        method="on_duty", label=_("On duty"), choices=[("yes", _("Fit and on shift now")), ("no", _("Not now"))]
    )

    class Meta:
        model = Agent
        fields: list[str] = []

    def __init__(self, *args: Any, now: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = now

    def search(self, rows: QuerySet[Agent], _name: str, value: str) -> QuerySet[Agent]:
        """Part of a name, a phone or a licence."""
        return rows.filter(Q(name__icontains=value) | Q(phone__icontains=value) | Q(licence__iexact=value))

    def on_duty(self, rows: QuerySet[Agent], _name: str, value: str) -> QuerySet[Agent]:
        """Who could take a leg now, and who could not."""
        keys = agents_on_duty(now=self.now).values("pk")
        return rows.filter(pk__in=keys) if value == "yes" else rows.exclude(pk__in=keys)


class ClockFilter(filters.FilterSet):
    """Narrow by clock, tenant and verdict."""

    kind = filters.ChoiceFilter(label=_("Promise"), choices=list(texts.CLOCKS.items()))
    tenant = filters.ChoiceFilter(field_name="tenant__slug", label=_("Tenant"), choices=tenant_choices)
    breached = filters.ChoiceFilter(
        method="is_breached", label=_("Verdict"), choices=[("yes", _("Breached")), ("no", _("Still in time"))]
    )

    class Meta:
        model = Clock
        fields: list[str] = []

    def is_breached(self, rows: QuerySet[Clock], _name: str, value: str) -> QuerySet[Clock]:
        """Breached, or not yet."""
        return rows.filter(breached_at__isnull=value == "no")
