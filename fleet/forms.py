"""What people type into the book's pages."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from fleet.intake.columns import COLUMNS, PLACE
from fleet.intake.phones import parse_phone
from fleet.intake.rows import RowProblem, explain
from fleet.intake.texts import LABELS
from fleet.intake.values import Defect, Plate, parse_plate
from fleet.models import BatchPolicy, Order, SavedView, Site
from fleet.services.places import missing_place, place_of
from repair.requests import AMENDABLE_FIELDS

POLICY_HELP = {
    BatchPolicy.ALL_OR_NOTHING: _("All or nothing: nothing is ordered while a row is wrong."),
    BatchPolicy.ACCEPT_VALID: _("Accept the valid rows: the others stay to be mended and sent again."),
}


class PolicyForm(forms.Form):
    """How the rows of a file are taken."""

    policy = forms.ChoiceField(
        label=_("When rows are wrong"), choices=list(POLICY_HELP.items()), widget=forms.RadioSelect
    )


class UploadForm(PolicyForm):
    """The same for a file that is sent; its policy overrides the tenant's own."""

    is_dry_run = forms.BooleanField(
        label=_("Only check"),
        required=False,
        help_text=_("Everything is said as for a real one, and nothing can be submitted."),
    )


class MendForm(forms.Form):
    """The cells of a rejected row: those with a fault first. With them goes what they held when the page was made."""

    def __init__(self, *args: Any, cells: dict[str, str], faulty: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cells, self.sent = cells, read_seen(self.data.get("seen", ""))
        rest = [column for column in COLUMNS if (column in cells or column in self.sent) and column not in faulty]
        for column in [*(c for c in COLUMNS if c in faulty), *rest]:
            is_long = column in {"description", "notes"}
            self.fields[column] = forms.CharField(
                label=_(LABELS[column]), required=False, initial=cells.get(column, ""), max_length=5_000, strip=False,
                widget=forms.Textarea(attrs={"rows": 3}) if is_long else forms.TextInput(),
            )  # fmt: skip

    @property
    def shown(self) -> str:
        """What the cells hold now, for the page to send back."""
        return json.dumps({name: self.cells.get(name, "") for name in self.fields})

    def seen(self) -> dict[str, str]:
        """What the page showed; of a page that does not say it, what the cells hold."""
        held = self.sent or self.cells
        return {name: str(held.get(name, "")) for name in self.fields}

    def typed(self) -> dict[str, str]:
        """The cells that are not as the page showed them."""
        seen = self.seen()
        return {name: text for name, text in self.cleaned_data.items() if unbroken(text) != unbroken(seen[name])}


def read_seen(text: str) -> dict[str, str]:
    """What a page sent back of what it had shown; {} for what no page of ours sends."""
    try:
        sent = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return sent if isinstance(sent, dict) else {}


def unbroken(text: str) -> str:
    """The text with the line ends of this system: browsers send those of another."""
    return text.replace("\r\n", "\n")


class RatingForm(forms.Form):
    """How it went."""

    score = forms.ChoiceField(
        label=_("How did it go?"),
        choices=[(str(score), "★" * score) for score in range(5, 0, -1)],
        widget=forms.RadioSelect,
        initial="5",
    )
    comment = forms.CharField(
        label=_("Anything we should know?"), required=False, max_length=1_000, widget=forms.Textarea(attrs={"rows": 3})
    )


class ComplaintForm(forms.Form):
    """What is wrong with an order, and with others of the same contact."""

    text = forms.CharField(
        label=_("What is wrong"), max_length=5_000, widget=forms.Textarea(attrs={"rows": 5, "autofocus": True})
    )
    wish = forms.CharField(
        label=_("What would put it right"), max_length=1_000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    orders = forms.MultipleChoiceField(
        label=_("It is about these orders, too"), required=False, widget=forms.CheckboxSelectMultiple
    )
    contact = forms.CharField(label=_("Whom we may call"), max_length=80)
    phone = forms.CharField(label=_("Phone"), max_length=40)

    def __init__(self, data: Any, *, order: Order, beside: Sequence[Order]) -> None:
        super().__init__(data, initial={"contact": order.contact, "phone": order.phone})
        self.beside = {other.ref: other.pk for other in beside}
        choices = [(other.ref, f"{other.number} · {other.plate or other.vin}") for other in beside]
        self.fields["orders"].choices = choices  # type: ignore[attr-defined]
        if not choices:
            del self.fields["orders"]

    def clean_phone(self) -> str:
        """As an order file's telephone is read; the order's own stays as it is."""
        typed = self.cleaned_data["phone"].strip()
        return typed if typed == self.initial["phone"] else str(sure("phone", parse_phone(typed)))

    @property
    def others(self) -> list[Any]:
        """The keys of the other orders that were ticked."""
        return [self.beside[ref] for ref in self.cleaned_data.get("orders", [])]


class EvidenceForm(forms.Form):
    """Something to add to a complaint."""

    text = forms.CharField(
        label=_("Something to add"), max_length=2_000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


class ViewForm(forms.Form):
    """A saved view: its name, who sees it, and whether the list opens with it."""

    instead_of = forms.ChoiceField(label=_("Save as"), required=False)
    name = forms.CharField(
        label=_("Name"), max_length=60, required=False, widget=forms.TextInput(attrs={"autofocus": True})
    )
    is_shared = forms.BooleanField(label=_("Everybody at your company sees it"), required=False)
    is_first = forms.BooleanField(label=_("My list opens with it"), required=False)

    def __init__(self, *args: Any, own: Sequence[SavedView], may_share: bool, is_new: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.views = {view.ref: view for view in own} if is_new else {}
        self.fields["instead_of"].choices = [  # type: ignore[attr-defined]
            ("", _("A new view")),
            *((ref, _("Instead of “%(name)s”") % {"name": view.name}) for ref, view in self.views.items()),
        ]
        if not self.views:
            del self.fields["instead_of"]
        if not may_share:
            del self.fields["is_shared"]

    def clean(self) -> dict[str, Any]:
        """A view that takes another's place may keep its name."""
        data = super().clean() or {}
        replaced = self.views.get(data.get("instead_of", ""))
        if not data.get("name"):
            if replaced is None:
                self.add_error("name", _("Give the view a name."))
            else:
                data["name"] = replaced.name
        return data


class WindowForm(forms.Form):
    """When the vehicle can be fetched."""

    start = forms.DateTimeField(
        label=_("Earliest"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    )
    end = forms.DateTimeField(
        label=_("Latest"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    )


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
