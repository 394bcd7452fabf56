"""What the lists of dispatch can be narrowed to; everything stands in the address."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID

import django_filters as filters
from django import forms
from django.db.models import Q, QuerySet, UUIDField
from django.utils.translation import gettext_lazy as _

from dispatch import texts
from dispatch.coverage import agents_on_duty, read_areas
from dispatch.models import Agent, Clock, CoverAlert, Leg, LegKind
from dispatch.selectors import GROUPS
from dispatch.states import LEG
from events.ids import BadId, public_id, read_public_id
from tenants.models import Tenant
from tenants.postgresql.compiled import compile_once
from ui.widgets import LongSelect

GROUP_NAMES: dict[str, Any] = {
    "waiting": _("Waiting"),
    "named": _("Named"),
    "moving": _("Moving"),
    "late": _("Late"),
}
WINDOWS: dict[str, Any] = {
    "now": _("Open now"),
    "2h": _("Opens within 2 hours"),
    "4h": _("Opens within 4 hours"),
    "later": _("Opens later"),
    "over": _("Over"),
}
NOBODY = "none"


Pairs = list[tuple[str, str]]


class LegChoices(NamedTuple):
    """What the lists of a `LegFilter` offer, each under its field's name."""

    area: Pairs
    tenant: Pairs
    agent: Pairs


def read_choices(*, asked: str, areas: Iterable[Any]) -> LegChoices:
    """For a page that draws the lists and has read the areas: what a list offers and what it takes are asked for once."""
    return LegChoices(area=area_choices(areas), tenant=tenant_choices(), agent=agent_choices(asked))


def area_choices(areas: Iterable[Any] | None = None) -> Pairs:
    """Every area (or these, which somebody has read), and the places outside of all."""
    known = read_areas() if areas is None else areas
    return [("none", str(_("Outside of all"))), *((area.code, area.name) for area in known)]


def tenant_choices() -> Pairs:
    """Every tenant."""
    return [(row.slug, row.name) for row in read_tenants()]


@compile_once()
def read_tenants() -> Any:
    """For `tenant_choices`."""
    return Tenant.objects.order_by("name").values_list("slug", "name")


def agent_choices(asked: str = "") -> Pairs:
    """Nobody, whoever has a leg that is open, and who is asked for."""
    agents = read_busy(asked=agent_key(asked))
    return [(NOBODY, str(_("Nobody"))), *((public_id("agt", agent.pk), agent.name) for agent in agents)]


@compile_once(asked=UUIDField(null=True))
def read_busy(asked: Any) -> QuerySet[Agent, Any]:
    """Whoever has a leg that is open, and the one who is asked for."""
    having = Leg.objects.exclude(status__in=LEG.ended).values("agent")
    return Agent.objects.filter(Q(pk__in=having) | Q(pk=asked)).order_by("name", "pk").values_list("pk", "name")


class LegFilter(filters.FilterSet):
    """Search, and narrow by state, kind, tenant, area, agent, window and day; the group is chosen by the tabs."""

    q = filters.CharFilter(method="search", label=_("Search legs"), help_text=_("Plate, address, contact, agent"))
    group = filters.ChoiceFilter(
        method="of_group", label=_("Which"), choices=list(GROUP_NAMES.items()), widget=forms.HiddenInput
    )
    status = filters.ChoiceFilter(
        label=_("State"),
        choices=[pair for pair in texts.LEG_STATES.items() if pair[0] not in ("done", "cancelled")],
        widget=LongSelect,
    )
    kind = filters.ChoiceFilter(label=_("Kind"), choices=LegKind.choices, widget=LongSelect)
    area = filters.ChoiceFilter(method="in_area", label=_("Area"), choices=area_choices, widget=LongSelect)
    tenant = filters.ChoiceFilter(
        field_name="tenant__slug", label=_("Tenant"), choices=tenant_choices, widget=LongSelect
    )
    agent = filters.ChoiceFilter(method="of_agent", label=_("Agent"), choices=[], widget=LongSelect)
    window = filters.ChoiceFilter(
        method="in_window", label=_("Window"), choices=list(WINDOWS.items()), widget=LongSelect
    )
    day = filters.DateFilter(
        field_name="window_start__date", label=_("Day"), widget=forms.DateInput(attrs={"type": "date"})
    )

    class Meta:
        model = Leg
        fields: list[str] = []

    def __init__(self, *args: Any, now: Any, choices: LegChoices | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = now
        asked = self.data.get("agent", "") if self.data else ""
        self.filters["agent"].extra["choices"] = lambda: agent_choices(asked)
        for name, pairs in choices._asdict().items() if choices else ():
            self.filters[name].extra["choices"] = pairs

    def search(self, rows: QuerySet[Leg], _name: str, value: str) -> QuerySet[Leg]:
        """Part of what the board shows."""
        fields = ("label", "from_address", "contact", "phone", "agent__name")
        return rows.filter(Q(*(Q(**{f"{field}__icontains": value}) for field in fields), _connector=Q.OR))

    def of_group(self, rows: QuerySet[Leg], _name: str, value: str) -> QuerySet[Leg]:
        """Waiting, named, moving or late."""
        late = Q(due_at__lt=self.now)  # annotated by `open_legs`
        return rows.filter(late if value == "late" else Q(status__in=GROUPS[value]))

    def of_agent(self, rows: QuerySet[Leg], _name: str, value: str) -> QuerySet[Leg]:
        """Those that an agent has, or nobody."""
        return rows.filter(agent=None if value == NOBODY else agent_key(value))

    def in_window(self, rows: QuerySet[Leg], _name: str, value: str) -> QuerySet[Leg]:
        """By when the customer is to be met, seen from now."""
        if value == "now":
            return rows.filter(window_start__lte=self.now, window_end__gt=self.now)
        if value == "over":
            return rows.filter(window_end__lte=self.now)
        if value == "later":
            return rows.filter(window_start__gt=self.now + timedelta(hours=4))
        until = self.now + timedelta(hours=int(value[0]))
        return rows.filter(window_start__gt=self.now, window_start__lte=until)

    def in_area(self, rows: QuerySet[Leg], _name: str, value: str) -> QuerySet[Leg]:
        """In an area, or in none."""
        return rows.filter(area=None) if value == "none" else rows.filter(area__code=value)


def agent_key(ref: str) -> UUID | None:
    """The key behind an agent's public id."""
    try:
        return read_public_id("agt", ref)
    except BadId:
        return None


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


class CoverAlertFilter(filters.FilterSet):
    """Narrow by area, by day, and to what goes on."""

    area = filters.ChoiceFilter(field_name="area__code", label=_("Area"), choices=lambda: area_choices()[1:])
    is_open = filters.ChoiceFilter(
        method="of_state", label=_("State"), choices=[("yes", _("goes on")), ("no", _("ended"))]
    )
    day = filters.DateFilter(
        field_name="opened_at__date", label=_("Day"), widget=forms.DateInput(attrs={"type": "date"})
    )

    class Meta:
        model = CoverAlert
        fields: list[str] = []

    def of_state(self, rows: QuerySet[CoverAlert], _name: str, value: str) -> QuerySet[CoverAlert]:
        """Whether it has ended."""
        return rows.filter(closed_at__isnull=value == "yes")
