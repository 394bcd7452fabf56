"""What the lists can be narrowed to; everything stands in the address."""

from datetime import date, datetime, time, timedelta
from typing import Any

import django_filters as filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from fleet import states, texts
from fleet.models import Complaint, CostCenter, Driver, Order, OrderEstimate, PlateHistory, Site, Vehicle
from fleet.selectors.authority import Authority
from fleet.selectors.complaints import YOUR_TURN
from fleet.selectors.orders import OVER, WAITING_FOR_YOU, late_q, search_orders
from fleet.selectors.queue import waited_q, within_limits
from fleet.selectors.registers import expiring_q
from fleet.texts import SOON
from repair.states import COMPLAINT_CLOSED
from repair.texts import COMPLAINT_STATES
from tenants.actors import Actor

GROUPS: dict[str, Any] = {
    "open": _("Open orders"),
    "waiting": _("Waiting for you"),
    "late": _("Late"),
    "delivered": _("Delivered"),
    "ended": _("Cancelled or declined"),
}


def midnight(day: date) -> datetime:
    """When that day begins, by the page's clock."""
    return timezone.make_aware(datetime.combine(day, time.min))


def site_choices() -> list[tuple[str, str]]:
    """The tenant's sites."""
    return [(code, code) for code in Site.objects.order_by("code").values_list("code", flat=True)]


def center_choices() -> list[tuple[str, str]]:
    """The tenant's cost centres."""
    return [(name, name) for name in CostCenter.objects.order_by("name").values_list("name", flat=True)]


COMPLAINT_GROUPS: dict[str, Any] = {
    "yours": _("Waiting for you"),
    "open": _("Not closed"),
    "closed": _("Closed"),
}


class ComplaintFilter(filters.FilterSet):
    """Search, and narrow by state."""

    q = filters.CharFilter(method="search", label=_("Search complaints"), help_text=_("Number, contact, words"))
    group = filters.ChoiceFilter(method="of_group", label=_("Which"), choices=list(COMPLAINT_GROUPS.items()))
    status = filters.ChoiceFilter(label=_("Status"), choices=list(COMPLAINT_STATES.items()))

    class Meta:
        model = Complaint
        fields: list[str] = []

    def search(self, queryset: QuerySet[Complaint], name: str, value: str) -> QuerySet[Complaint]:
        """Every word occurs somewhere."""
        for word in value.split()[:5]:
            found = Q(number__icontains=word) | Q(contact__icontains=word) | Q(text__icontains=word)
            queryset = queryset.filter(found)
        return queryset

    def of_group(self, queryset: QuerySet[Complaint], name: str, value: str) -> QuerySet[Complaint]:
        """One of COMPLAINT_GROUPS."""
        closed = Q(status=COMPLAINT_CLOSED)
        return queryset.filter({"yours": YOUR_TURN, "open": ~closed, "closed": closed}[value])


class OrderFilter(filters.FilterSet):
    """Search, and narrow by state, service, place and day."""

    q = filters.CharFilter(
        method="search", label=_("Search orders"), help_text=_("Plate, VIN, number, reference, contact")
    )
    group = filters.ChoiceFilter(method="of_group", label=_("Which"), choices=list(GROUPS.items()))
    status = filters.ChoiceFilter(label=_("Status"), choices=list(texts.ORDER_STATES.items()))
    service = filters.ChoiceFilter(label=_("Service"), choices=list(texts.SERVICES.items()))
    site = filters.ChoiceFilter(field_name="site_code", label=_("Site"), choices=site_choices)
    cost_center = filters.ChoiceFilter(label=_("Cost centre"), choices=center_choices)
    day = filters.DateFilter(method="from_day", label=_("Pick-up from"), widget=forms.DateInput(attrs={"type": "date"}))
    until = filters.DateFilter(method="to_day", label=_("Pick-up to"), widget=forms.DateInput(attrs={"type": "date"}))

    class Meta:
        model = Order
        fields: list[str] = []

    def __init__(self, *args: Any, now: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = now

    def search(self, rows: QuerySet[Order], name: str, value: str) -> QuerySet[Order]:
        """Every word somewhere."""
        del name
        return search_orders(rows, value)

    def of_group(self, rows: QuerySet[Order], name: str, value: str) -> QuerySet[Order]:
        """States that people think of together."""
        del name
        if value == "open":
            return rows.exclude(status__in=OVER)
        if value == "waiting":
            return rows.filter(status__in=WAITING_FOR_YOU)
        if value == "late":
            return rows.filter(late_q(self.now))
        if value == "delivered":
            return rows.filter(status__in=states.DELIVERED)
        return rows.filter(status__in=states.CANCELLED | states.DECLINED)

    def from_day(self, rows: QuerySet[Order], name: str, value: Any) -> QuerySet[Order]:
        """Windows that begin on that day or later, by the page's clock."""
        del name
        return rows.filter(window_start__gte=midnight(value))

    def to_day(self, rows: QuerySet[Order], name: str, value: Any) -> QuerySet[Order]:
        """Windows that begin on that day at the latest."""
        del name
        return rows.filter(window_start__date__lte=value)


USES: Any = {"active": _("In use"), "retired": _("Not in use")}
DUES: Any = {"soon": _("Over or within 30 days"), "over": _("Over")}


class VehicleFilter(filters.FilterSet):
    """Search vehicles, and narrow by use, place and what is over."""

    q = filters.CharFilter(method="search", label=_("Search vehicles"), help_text=_("Plate, VIN, model"))
    use = filters.ChoiceFilter(method="by_use", label=_("Use"), choices=list(USES.items()))
    due = filters.ChoiceFilter(method="by_expiry", label=_("Inspection and insurance"), choices=list(DUES.items()))
    site = filters.ChoiceFilter(field_name="record__site_code", label=_("Site"), choices=site_choices)
    cost_center = filters.ChoiceFilter(
        field_name="record__cost_center", label=_("Cost centre"), choices=center_choices
    )  # fmt: skip

    class Meta:
        model = Vehicle
        fields: list[str] = []

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def search(self, rows: QuerySet[Vehicle], name: str, value: str) -> QuerySet[Vehicle]:
        """Somewhere in plate, VIN or model; an old plate finds its vehicle, too."""
        del name
        text = value.strip()[:40]
        upper = text.upper()
        once = PlateHistory.objects.filter(plate=upper).values("vehicle_id")
        return rows.filter(
            Q(plate__contains=upper) | Q(vin__contains=upper) | Q(model__icontains=text) | Q(pk__in=once)
        )

    def by_use(self, rows: QuerySet[Vehicle], name: str, value: str) -> QuerySet[Vehicle]:
        """A vehicle of which nobody has said otherwise is in use."""
        del name
        return rows.filter(record__is_active=False) if value == "retired" else rows.exclude(record__is_active=False)

    def by_expiry(self, rows: QuerySet[Vehicle], name: str, value: str) -> QuerySet[Vehicle]:
        """Of the vehicles in use, those of which something is over, or will be soon."""
        del name
        until = self.today - timedelta(days=1) if value == "over" else self.today + SOON
        return rows.exclude(record__is_active=False).filter(expiring_q(until))


class DriverFilter(filters.FilterSet):
    """Search drivers, and narrow by use, site and licence."""

    q = filters.CharFilter(method="search", label=_("Search drivers"), help_text=_("Name, phone, number"))
    use = filters.ChoiceFilter(method="by_use", label=_("Use"), choices=list(USES.items()))
    due = filters.ChoiceFilter(method="by_expiry", label=_("Licence"), choices=list(DUES.items()))
    site = filters.ChoiceFilter(field_name="site__code", label=_("Site"), choices=site_choices)

    class Meta:
        model = Driver
        fields: list[str] = []

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def search(self, rows: QuerySet[Driver], name: str, value: str) -> QuerySet[Driver]:
        """Somewhere in name, phone or number."""
        del name
        text = value.strip()[:40]
        digits = "".join(text.split()).replace("-", "")
        return rows.filter(Q(name__icontains=text) | Q(phone__contains=digits) | Q(reference__icontains=text))

    def by_use(self, rows: QuerySet[Driver], name: str, value: str) -> QuerySet[Driver]:
        """In use or not."""
        del name
        return rows.filter(is_active=value == "active")

    def by_expiry(self, rows: QuerySet[Driver], name: str, value: str) -> QuerySet[Driver]:
        """Of the drivers in use, those whose licence is over, or will be soon."""
        del name
        until = self.today - timedelta(days=1) if value == "over" else self.today + SOON
        return rows.filter(is_active=True, licence_expires_on__lte=until)


WAITS: Any = {"day": _("Up to a day"), "days": _("One to three days"), "long": _("Three days and more")}
FOR_YOU: Any = {"yes": _("You may approve them"), "no": _("Above your limit")}
WHATS: Any = {"estimate": _("Estimate"), "extra": _("Extra fault")}


class QueueFilter(filters.FilterSet):
    """What waits for a decision: search, and narrow by what it is, how long it waits, and whether the reader may approve it."""

    q = filters.CharFilter(
        method="search", label=_("Search orders"), help_text=_("Plate, VIN, number, reference, contact")
    )
    mine = filters.ChoiceFilter(method="for_reader", label=_("For you"), choices=list(FOR_YOU.items()))
    waits = filters.ChoiceFilter(method="waited", label=_("Waits for"), choices=list(WAITS.items()))
    what = filters.ChoiceFilter(method="of_kind", label=_("What"), choices=list(WHATS.items()))
    service = filters.ChoiceFilter(
        field_name="order__service", label=_("Service"), choices=list(texts.SERVICES.items())
    )
    cost_center = filters.ChoiceFilter(
        field_name="order__cost_center", label=_("Cost centre"), choices=center_choices
    )  # fmt: skip
    site = filters.ChoiceFilter(field_name="order__site_code", label=_("Site"), choices=site_choices)

    class Meta:
        model = OrderEstimate
        fields: list[str] = []

    def __init__(self, *args: Any, authority: Authority, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.authority, self.actor = authority, actor

    def search(self, rows: QuerySet[OrderEstimate], name: str, value: str) -> QuerySet[OrderEstimate]:
        """Every word somewhere."""
        del name
        return rows.filter(order__in=search_orders(Order.objects.all(), value))

    def for_reader(self, rows: QuerySet[OrderEstimate], name: str, value: str) -> QuerySet[OrderEstimate]:
        """Those that the reader's limit covers whole, or the others."""
        del name
        may, others = within_limits(rows, authority=self.authority, actor=self.actor)
        return rows.filter(pk__in=may if value == "yes" else others)

    def waited(self, rows: QuerySet[OrderEstimate], name: str, value: str) -> QuerySet[OrderEstimate]:
        """By how long they wait."""
        del name
        return rows.filter(waited_q(value, self.authority.now))

    def of_kind(self, rows: QuerySet[OrderEstimate], name: str, value: str) -> QuerySet[OrderEstimate]:
        """Estimates, or extra faults."""
        del name
        return rows.filter(is_supplement=value == "extra")
