"""The form of a register's entry: its fields are the columns of the file, read by the same check."""

from collections.abc import Callable, Mapping
from typing import Any, Final
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from events.ids import public_id
from fleet import timeline
from fleet.access import Action, may, require_may
from fleet.errors import ChangedMeanwhile
from fleet.intake.registers.others import REGISTERS
from fleet.intake.registers.texts import HELP
from fleet.intake.texts import LABELS
from fleet.models import CostCenter, Driver, PlateType, Site, Vehicle
from fleet.models.drivers import LICENCE_CLASSES
from fleet.selectors.registers import PREFIXES, changes_since, last_change, model_table
from fleet.services.registers.saving import save_entry
from fleet.texts import TRANSMISSIONS, VEHICLE_CLASSES
from fleet.views.acting import NoForm, actor_of, ask, now_of
from tenants.actors import Actor

DAYS: Final = frozenset(
    {
        "odometer_on", "inspection_expires_on", "compulsory_expires_on", "commercial_expires_on", "licence_expires_on",
    }
)  # fmt: skip
TYPES: Final = {
    "odometer_km": ("numeric", "off"),
    "lat": ("decimal", "off"),
    "lng": ("decimal", "off"),
    "phone": ("tel", "off"),
}
HIDDEN_AT_FIRST: Final = frozenset({"is_active"})
ONCE: Final = frozenset({"odometer_km", "odometer_on"})  # a reading is added, not changed
HELPED: Final = frozenset(
    {
        "vin", "plate", "plate_type", "vehicle_class", "transmission", "reference", "licence_tail", "code", "coord_system",
        "odometer_km", "odometer_on",
    }
)  # fmt: skip


class RegisterForm(forms.Form):
    """An entry of a register as text; what is wrong with it, the check says."""

    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, *args: Any, register: str, choices: Mapping[str, list[tuple[str, Any]]], left: frozenset[str], **kwargs: Any
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        kind = REGISTERS[register]
        for name in kind.columns:
            if name not in left:
                self.fields[name] = make_field(name, choices, is_needed=name in kind.needed)

    def texts(self) -> dict[str, str]:
        """What was typed, field by field."""
        return {
            name: ("yes" if value else "no") if isinstance(value, bool) else str(value or "")
            for name, value in self.cleaned_data.items()
            if name != "seen"
        }

    def take_errors(self, error: ValidationError) -> None:
        """Each error beside its field; what belongs to none stands above."""
        if not hasattr(error, "error_dict"):
            self.add_error(None, error)
            return
        for name, errors in error.error_dict.items():
            self.add_error(name if name in self.fields else None, errors)


def make_field(name: str, choices: Mapping[str, list[tuple[str, Any]]], *, is_needed: bool) -> forms.Field:
    """The field of a column."""
    common: dict[str, Any] = {
        "label": _l(LABELS[name]), "required": is_needed, "help_text": _l(HELP[name]) if name in HELPED else "",
    }  # fmt: skip
    if name == "is_active":
        return forms.BooleanField(**{**common, "required": False})
    if name in choices:
        return forms.ChoiceField(choices=[("", "–"), *choices[name]], **{**common, "required": False})
    if name in DAYS:
        return forms.CharField(widget=forms.DateInput(attrs={"type": "date"}), **common)
    mode, fill = TYPES.get(name, ("text", "off"))
    widget = forms.TextInput(attrs={"inputmode": mode, "autocomplete": fill})
    return forms.CharField(max_length=400, widget=widget, **common)


def choices_of(register: str, actor: Actor, initial: Mapping[str, Any]) -> dict[str, list[tuple[str, Any]]]:
    """What can be chosen; what an entry has already stays a choice."""
    found: dict[str, list[tuple[str, Any]]] = {}
    if register in {"vehicles", "drivers"}:
        sites = Site.objects.filter(is_active=True).order_by("code").values_list("code", "address")
        found["site_code"] = [(code, f"{code} · {address}") for code, address in sites]
    if register == "vehicles":
        assert actor.tenant is not None
        names = CostCenter.objects.filter(is_active=True).order_by("name").values_list("name", flat=True)
        classes = sorted(model_table(actor.tenant).vehicle_classes)
        found["cost_center"] = [(name, name) for name in names]
        found["plate_type"] = list(PlateType.choices)
        found["vehicle_class"] = [(name, VEHICLE_CLASSES.get(name, name)) for name in classes]
        found["transmission"] = list(TRANSMISSIONS.items())
    if register == "drivers":
        found["licence_class"] = [(name, name) for name in LICENCE_CLASSES]
    if register == "sites":
        found["coord_system"] = [("wgs84", "WGS-84"), ("gcj02", _l("GCJ-02 (Chinese maps)"))]
    for name, options in found.items():
        value = str(initial.get(name) or "")
        if value and value not in dict(options):
            options.insert(0, (value, value))
    return found


def edit_entry(
    request: HttpRequest,
    *,
    register: str,
    title: str,
    back: str,
    done: str,
    key: UUID | None = None,
    fields: Mapping[str, Any] | None = None,
    where: Callable[[UUID], str] | None = None,
) -> HttpResponse:
    """A form and its answer: saved and on, or the faults beside their fields, or who was faster and what they did."""
    actor, initial = actor_of(request), dict(fields or {})
    left = ({"vin"} if register == "vehicles" and key else set()) | (set() if key else HIDDEN_AT_FIRST)
    typed = request.POST.copy()
    form = RegisterForm(
        typed if request.method == "POST" else None,
        register=register,
        choices=choices_of(register, actor, initial),
        left=frozenset(left),
        initial={
            **{name: value for name, value in initial.items() if name not in ONCE},
            "seen": seen_of(register, key),
        },
    )
    meanwhile: list[timeline.TimelineItem] = []
    can_save = may(actor, Action.MANAGE)
    for field in form.fields.values():
        field.disabled = not can_save
    if request.method == "POST" and form.is_valid():
        seen = form.cleaned_data["seen"]
        try:
            with transaction.atomic():
                saved = save_entry(
                    register=register, texts=form.texts(), key=key, seen=seen, actor=actor, now=now_of(request)
                )  # fmt: skip
        except ValidationError as error:
            form.take_errors(error)
        except ChangedMeanwhile as error:
            assert key is not None
            form.add_error(None, error.message)
            meanwhile = [timeline.tell_entry(entry) for entry in changes_since(register, key, seen or 0)]
            typed["seen"] = str(last_change(register, key))
        else:
            messages.success(request, done)
            return redirect(where(saved) if where else back)
    context = {"form": form, "title": title, "back": back, "meanwhile": meanwhile, "can_save": can_save}
    return render(request, "fleet/edit.html", context, status=422 if form.errors else 200)


def seen_of(register: str, key: UUID | None) -> int | None:
    """The number of the last event about an entry, for its form."""
    return last_change(register, key) if key else None


def edit_member(
    request: HttpRequest,
    *,
    register: str,
    entry: Vehicle | Driver | None,
    title: str,
    done: str,
    fields: Mapping[str, Any] | None,
) -> HttpResponse:
    """The form of a vehicle or a driver, which have pages of their own: a new one, or one that stands."""
    require_may(actor_of(request), Action.MANAGE)
    page, prefix = f"fleet:{register.removesuffix('s')}", PREFIXES[register]
    return edit_entry(
        request,
        register=register,
        title=title,
        back=entry.get_absolute_url() if entry else reverse(f"fleet:{register}"),
        done=done,
        key=entry.pk if entry else None,
        fields=fields,
        where=lambda key: reverse(page, args=[public_id(prefix, key)]),
    )


def change_use(
    request: HttpRequest, *, register: str, entry: Vehicle | Driver, name: str, is_active: bool
) -> HttpResponse:
    """Take an entry out of use, or back into it; its history stays."""
    require_may(actor_of(request), Action.MANAGE)
    words = (
        (
            _("Take %(name)s back into use?"),
            _("It can be named in files and forms again."),
            _("Take into use"),
            _("It is in use again."),
        )
        if is_active
        else (
            _("Take %(name)s out of use?"),
            _("Its history stays. Files and forms do not offer it any more; it can be taken back at any time."),
            _("Take out of use"),
            _("It is out of use."),
        )
    )  # fmt: skip
    return ask(
        request,
        title=words[0] % {"name": name},
        text=words[1],
        label=words[2],
        done=words[3],
        back=entry.get_absolute_url(),
        form_class=NoForm,
        is_danger=not is_active,
        call=lambda _data: save_entry(
            register=register,
            texts={"is_active": "yes" if is_active else "no"},
            key=entry.pk,
            actor=actor_of(request),
            now=now_of(request),
        ),
    )
