"""The form of what J26 lets a tenant change on an order; its values are read as an order file's are."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from fleet.intake.columns import PLACE
from fleet.intake.phones import parse_phone
from fleet.intake.rows import RowProblem, explain
from fleet.intake.values import Defect, Plate, parse_plate
from fleet.models import Order, Site
from fleet.services.places import missing_place, place_of
from repair.requests import AMENDABLE_FIELDS


def moment_field(label: Any, *, required: bool = True) -> forms.DateTimeField:
    """A local time."""
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(label=label, required=required, widget=widget)


class AmendForm(forms.Form):
    """Window, place, contact and the rest of J26."""

    window_start = moment_field(_("Window start"))
    window_end = moment_field(_("Window end"))
    return_by = moment_field(_("Return by"), required=False)
    site_code = forms.ChoiceField(
        label=_("Site"),
        required=False,
        help_text=_("A site brings its own address. Choose none to give another place."),
    )
    address = forms.CharField(label=_("Address"), max_length=300, required=False)
    lat = forms.FloatField(label=_("Latitude"), min_value=-90, max_value=90, required=False)
    lng = forms.FloatField(label=_("Longitude"), min_value=-180, max_value=180, required=False)
    contact = forms.CharField(label=_("Contact"), max_length=80)
    phone = forms.CharField(label=_("Phone"), max_length=40)
    plate = forms.CharField(label=_("Plate"), max_length=20, required=False)
    courtesy_car = forms.BooleanField(label=_("Courtesy car"), required=False)
    cost_center = forms.ChoiceField(label=_("Cost centre"), required=False)
    po_number = forms.CharField(label=_("Purchase order"), max_length=64, required=False)
    notes = forms.CharField(
        label=_("Order notes"), max_length=2_000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, data: Any, *, order: Order, sites: Mapping[str, Site], cost_centers: Sequence[str]) -> None:
        super().__init__(data, initial={name: getattr(order, name) for name in AMENDABLE_FIELDS})
        self.sites, self.had_plate = sites, bool(order.plate)
        self.fields["site_code"].choices = choices_of(order.site_code, list(sites))  # type: ignore[attr-defined]
        self.fields["cost_center"].choices = choices_of(order.cost_center, cost_centers)  # type: ignore[attr-defined]

    def written(self, name: str) -> str:
        """What the order holds, as the field writes it."""
        value = self[name].field.prepare_value(self.initial.get(name))
        written = self.fields[name].widget.format_value(value) if name != "courtesy_car" else str(bool(value))
        return "" if written is None else str(written[0] if isinstance(written, list) else written)

    def held(self) -> list[tuple[str, str]]:
        """(name, value) of each field as the order holds it, for who saves later."""
        return [(name, self.written(name)) for name in AMENDABLE_FIELDS]

    def clean_phone(self) -> str:
        """As an order file's telephone is read."""
        return str(sure("phone", parse_phone(self.cleaned_data["phone"].strip())))

    def clean_plate(self) -> str:
        """As an order file's plate is read; a plate that was there cannot be taken away."""
        plate = sure("plate", parse_plate(self.cleaned_data["plate"].strip()))
        number = plate.number or "" if isinstance(plate, Plate) else ""
        if self.had_plate and not number:
            raise ValidationError(_("Give the plate."))
        return number

    def clean(self) -> dict[str, Any]:
        """The site's place, or a whole one; times that fit each other."""
        data: dict[str, Any] = super().clean() or {}
        site = self.sites.get(data.get("site_code") or "")
        if site is not None and site.code == self.initial["site_code"]:
            data |= {name: self.initial[name] for name in PLACE}
        elif site is not None:
            data |= place_of(site)
        for name in missing_place(data):
            if name not in self.errors:
                self.add_error(name, _("Give a site, or address, latitude and longitude."))
        start, end, back = (data.get(name) for name in ("window_start", "window_end", "return_by"))
        if start and end and end <= start:
            self.add_error("window_end", _("The window must end after it begins."))
        if start and back and back <= start:
            self.add_error("return_by", _("The vehicle would be due back before it is fetched."))
        return data

    def changes_of(self, order: Order) -> dict[str, Any]:
        """The fields that differ from the order."""
        return {
            name: self.cleaned_data[name] for name in AMENDABLE_FIELDS if self.is_changed(name, getattr(order, name))
        }

    def is_changed(self, name: str, held: Any) -> bool:
        """Whether another value was typed; a time is written to the minute."""
        typed = self.cleaned_data[name]
        if name in {"window_start", "window_end", "return_by"} and held is not None and typed is not None:
            return bool(typed != held.replace(second=0, microsecond=0))
        return bool(typed != held)


def choices_of(held: str, offered: Sequence[str]) -> list[tuple[str, Any]]:
    """None, what the order holds, and what is offered."""
    names = [held, *offered] if held and held not in offered else list(offered)
    return [("", _("none")), *((name, name) for name in names)]


def sure(field: str, value: Any) -> Any:
    """The value, or a ValidationError with what is wrong and what to do."""
    if isinstance(value, Defect):
        raise ValidationError(" ".join(explain(RowProblem(field, value.code, value.params))))
    return value
