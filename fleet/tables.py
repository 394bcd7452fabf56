"""The lists of the book."""

from datetime import date, datetime
from typing import Any

import django_tables2 as tables
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from fleet import texts
from fleet.models import Complaint, CostCenter, Driver, Import, Order, Site, Vehicle
from fleet.selectors.batches import BatchSummary
from repair import states
from repair.texts import COMPLAINT_STATES
from ui.tables import DenseTable, KeyColumn, NumberColumn, PickColumn, StatusColumn, TimeColumn
from ui.templatetags import ui as components

VEHICLE = '<span>{}<span class="text-secondary"> {}</span></span>'


class VehicleColumn(tables.Column):
    """Plate and model, or the VIN of a vehicle without a plate."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, empty_values=(), **kwargs)

    def render(self, record: Any) -> SafeString:
        """The plate in the first place: people know vehicles by it."""
        return format_html(VEHICLE, record.plate or record.vin, record.model)


class LabelColumn(tables.Column):
    """A code by its label."""

    def __init__(self, *args: Any, labels: dict[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.labels = labels

    def render(self, value: str) -> str:
        """The label, or the code that none knows."""
        return str(self.labels.get(value, value))


class OrderTable(DenseTable):
    """Orders, the newest first."""

    number = KeyColumn(verbose_name=_("Order"), order_by="pk")
    plate = VehicleColumn(verbose_name=_("Vehicle"))
    service = LabelColumn(verbose_name=_("Service"), labels=texts.SERVICES)
    status = StatusColumn(verbose_name=_("Status"), labels=texts.ORDER_STATES)
    window_start = TimeColumn(verbose_name=_("Pick-up"))
    promised_return_at = TimeColumn(verbose_name=_("Promised return"))
    site_code = tables.Column(verbose_name=_("Site"))
    external_ref = tables.Column(verbose_name=_("Your reference"))

    class Meta(DenseTable.Meta):
        empty_text = _("No orders match")
        order_by = "-number"

    def render_status(self, value: str, record: Order) -> SafeString:
        """The state; a hold shows beside it."""
        shown = components.status(value, texts.ORDER_STATES.get(value, value))
        if record.is_on_hold:
            return format_html("{} {}", shown, components.status("on_hold", _("On hold")))
        return shown


class OrderListTable(OrderTable):
    """Orders that can be picked, several at once; the boxes belong to the form `picked`."""

    pick = PickColumn(form="picked")

    class Meta(OrderTable.Meta):
        sequence = ("pick", "...")


class ComplaintTable(DenseTable):
    """Complaints, the newest first."""

    number = KeyColumn(verbose_name=_("Complaint"))
    status = StatusColumn(verbose_name=_("Status"), labels=COMPLAINT_STATES)
    text = tables.Column(verbose_name=_("What is wrong"), orderable=False, attrs={"td": {"class": "ui-wrap-cell"}})
    contact = tables.Column(verbose_name=_("Contact"))
    filed_at = TimeColumn(verbose_name=_("Filed"))
    solution_by = tables.Column(verbose_name=_("Solution by"), empty_values=())

    class Meta(DenseTable.Meta):
        empty_text = _("No complaints")
        order_by = "-filed_at"

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = now

    def render_text(self, value: str) -> str:
        """Its beginning."""
        return Truncator(value).chars(120)

    def render_solution_by(self, record: Complaint) -> SafeString | str:
        """How long there is left, while no solution is there."""
        if record.solution_by is None or record.status not in states.UNSOLVED.split():
            return "–"
        return components.countdown(record.solution_by, started_at=record.filed_at, now=self.now)


class ExpiryColumn(tables.Column):
    """A day on which something is over; marked when it is near or past. The table knows `today`."""

    def render(self, value: date, table: Any) -> SafeString:
        """The day, and how near it is where that matters."""
        return show_expiry(value, table.today)


def show_expiry(day: date, today: date) -> SafeString:
    """A day as a badge when it is near or past, else as it is."""
    tone, _text = texts.expiry_tone(day, today)
    if tone in {"bad", "warn"}:
        return components.status("expiry", day.isoformat(), tone=tone)
    return format_html('<time datetime="{0}">{0}</time>', day.isoformat())


class VehicleTable(DenseTable):
    """Vehicles by plate."""

    plate = KeyColumn(verbose_name=_("Plate"), empty_values=())
    model = tables.Column(verbose_name=_("Model"))
    vin = tables.Column(verbose_name=_("VIN"))
    site = tables.Column(verbose_name=_("Site"), accessor="record__site_code")
    cost_center = tables.Column(verbose_name=_("Cost centre"), accessor="record__cost_center")
    odometer_km = NumberColumn(verbose_name=_("Odometer, km"))
    next_expiry = ExpiryColumn(verbose_name=_("Next expiry"))
    open_orders = NumberColumn(verbose_name=_("Open orders"))

    today: date

    class Meta(DenseTable.Meta):
        empty_text = _("No vehicles match")
        order_by = "plate"

    def render_plate(self, record: Vehicle) -> SafeString:
        """A vehicle without a plate is known by its VIN; one out of use says so."""
        name = format_html("{}", record.plate or record.vin)
        if hasattr(record, "record") and not record.record.is_active:
            return format_html("{} {}", name, components.status("archived", _("Not in use")))
        return name

    def render_odometer_km(self, value: int) -> str:
        """Kilometres in groups of three."""
        return f"{value:,}"


class DriverTable(DenseTable):
    """Drivers by name."""

    name = KeyColumn(verbose_name=_("Name"))
    phone = tables.Column(verbose_name=_("Phone"))
    reference = tables.Column(verbose_name=_("Driver number"))
    licence_class = tables.Column(verbose_name=_("Licence class"))
    licence_expires_on = ExpiryColumn(verbose_name=_("Licence until"))
    site = tables.Column(verbose_name=_("Site"), accessor="site__code")
    is_active = tables.Column(verbose_name=_("Status"))

    today: date

    class Meta(DenseTable.Meta):
        empty_text = _("No drivers match")
        order_by = "name"

    def row_url(self, record: Driver) -> str:
        """The driver's page."""
        return record.get_absolute_url()

    def render_is_active(self, value: bool) -> SafeString:
        """In use, or put away."""
        return in_use(value)


class ImportTable(DenseTable):
    """Imports, the newest first."""

    name = KeyColumn(verbose_name=_("File"), orderable=False)
    register = tables.Column(verbose_name=_("What"), orderable=False)
    status = StatusColumn(verbose_name=_("Status"), labels=texts.IMPORT_STATES, orderable=False)
    total = NumberColumn(verbose_name=_("Rows"), orderable=False)
    created_by = tables.Column(verbose_name=_("Sent by"), orderable=False)
    created_at = TimeColumn(verbose_name=_("Sent"), orderable=False)

    class Meta(DenseTable.Meta):
        empty_text = _("No imports yet")

    def row_url(self, record: Import) -> str:
        """The import's page."""
        return record.get_absolute_url()

    def render_register(self, record: Import) -> str:
        """Vehicles, drivers …"""
        return str(record.get_register_display())


def in_use(value: bool) -> SafeString:
    """In use, or put away."""
    return components.status("active", _("In use")) if value else components.status("archived", _("Not in use"))


class BatchTable(DenseTable):
    """Batches, the newest first."""

    name = KeyColumn(verbose_name=_("File"), accessor="batch__name", orderable=False)
    status = StatusColumn(verbose_name=_("Status"), labels=texts.BATCH_STATES, orderable=False)
    total = NumberColumn(verbose_name=_("Rows"), accessor="batch__total", orderable=False)
    rejected = NumberColumn(verbose_name=_("Rejected"), accessor="batch__rejected", orderable=False)
    orders = NumberColumn(verbose_name=_("Orders"), orderable=False)
    delivered = NumberColumn(verbose_name=_("Delivered"), accessor="lines__delivered", orderable=False)
    created_by = tables.Column(verbose_name=_("Sent by"), accessor="batch__created_by", orderable=False)
    created_at = TimeColumn(verbose_name=_("Sent"), accessor="batch__created_at", orderable=False)

    class Meta(DenseTable.Meta):
        empty_text = _("No batches yet")

    def row_url(self, record: BatchSummary) -> str:
        """The batch's page."""
        return record.get_absolute_url()


class SiteTable(DenseTable):
    """Sites by code."""

    code = KeyColumn(verbose_name=_("Code"))
    address = tables.Column(verbose_name=_("Address"), attrs={"td": {"class": "ui-wrap-cell"}})
    contact = tables.Column(verbose_name=_("Contact"))
    phone = tables.Column(verbose_name=_("Phone"))
    lat = NumberColumn(verbose_name=_("Latitude"), orderable=False)
    lng = NumberColumn(verbose_name=_("Longitude"), orderable=False)
    is_active = tables.Column(verbose_name=_("Status"))

    class Meta(DenseTable.Meta):
        empty_text = _("No sites yet")
        order_by = "code"

    def row_url(self, record: Site) -> str:
        """Where it is changed."""
        return record.get_absolute_url()

    def render_is_active(self, value: bool) -> SafeString:
        """In use, or put away."""
        return in_use(value)


class CostCenterTable(DenseTable):
    """Cost centres by name."""

    name = KeyColumn(verbose_name=_("Name"))
    code = tables.Column(verbose_name=_("Code"))
    is_active = tables.Column(verbose_name=_("Status"))

    class Meta(DenseTable.Meta):
        empty_text = _("No cost centres yet")
        order_by = "name"

    def row_url(self, record: CostCenter) -> str:
        """Where it is changed."""
        return record.get_absolute_url()

    def render_is_active(self, value: bool) -> SafeString:
        """In use, or put away."""
        return in_use(value)
