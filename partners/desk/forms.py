"""What finance and leads fill in."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from partners.desk.charges import FIGURES, SHAPES, Charge, TaxGroup
from partners.desk.dimensions import codes_of, named_by
from partners.desk.models import DraftPrice
from partners.desk.services.drafts import PriceDraft
from tenants.models import Tenant
from ui.formats import decimal_of_fen

DAY = {"type": "date"}
MOST_YUAN = Decimal(1_000_000)


def fen(value: Decimal | None) -> int | None:
    """Yuan, or per cent, in hundredths."""
    return None if value is None else int(value * 100)


class AmountField(forms.DecimalField):
    """Yuan with two decimals."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=0, max_value=MOST_YUAN, decimal_places=2, required=False, **kwargs)


class KindForm(forms.Form):
    """Which kind of price is added."""

    kind = forms.ChoiceField(label=_("Kind of price"), choices=Charge.choices)


class PriceForm(forms.Form):
    """A price of one kind: the fields are those of its shape."""

    area = forms.ChoiceField(label=_("Area"), required=False)
    vehicle_class = forms.ChoiceField(label=_("Vehicle class"), required=False)
    operation = forms.ChoiceField(label=_("For what"), required=False)
    amount = AmountField(label=_("Amount, yuan, tax included"))
    included_km = forms.IntegerField(label=_("Kilometres included"), min_value=0, max_value=10_000, required=False)
    per_km = AmountField(label=_("Each further kilometre, yuan"))
    road_percent = forms.IntegerField(
        label=_("Road, % of the straight line"), min_value=100, max_value=300, required=False,
        help_text=_("135: the way by road is taken as 1.35 times the straight line."),
    )  # fmt: skip
    percent = forms.DecimalField(label=_("Percentage"), min_value=0, max_value=1_000, decimal_places=2, required=False)
    night_from = forms.TimeField(label=_("Night from"), required=False, widget=forms.TimeInput(attrs={"type": "time"}))
    night_until = forms.TimeField(
        label=_("Night until"), required=False, widget=forms.TimeInput(attrs={"type": "time"})
    )
    included_min = forms.IntegerField(label=_("Minutes included"), min_value=0, max_value=10_000, required=False)
    block_min = forms.IntegerField(label=_("Minutes a block"), min_value=1, max_value=1_440, required=False)
    most = AmountField(label=_("At most, yuan"), help_text=_("Empty: no cap."))
    note = forms.CharField(label=_("Note"), max_length=200, required=False)

    FIELD_OF = {"amount_fen": "amount", "per_km_fen": "per_km", "most_fen": "most", "percent_bp": "percent"}

    def __init__(self, *args: Any, kind: str, price: DraftPrice | None = None, **kwargs: Any) -> None:
        shape = SHAPES[kind]
        if price is not None:
            kwargs["initial"] = initial_of(price)
        super().__init__(*args, **kwargs)
        self.kind = kind
        for figure in FIGURES:
            name = self.FIELD_OF.get(figure, figure)
            if figure not in (*shape.needs, *shape.may):
                del self.fields[name]
            elif figure in shape.needs:
                self.fields[name].required = True
        for field, register in (("area", "area"), ("vehicle_class", "vehicle_class"), ("operation", named_by(kind))):
            if not register:
                del self.fields[field]
                continue
            current = getattr(price, field) if price is not None else ""
            self.fields[field].choices = offered(register, current)  # type: ignore[attr-defined]
        if shape.must_name:
            self.fields["operation"].required = True

    @property
    def values(self) -> PriceDraft:
        """As the service takes it."""
        data = self.cleaned_data
        values: dict[str, Any] = {figure: data.get(self.FIELD_OF.get(figure, figure)) for figure in FIGURES}
        values |= {figure: fen(values[figure]) for figure in self.FIELD_OF}
        values |= {name: data.get(name) or "" for name in ("area", "vehicle_class", "operation", "note")}
        return PriceDraft(kind=self.kind, **values)


def offered(register: str, current: str) -> list[tuple[str, str]]:
    """All, and each code with its name; a code that is gone stays to be seen."""
    known = dict(codes_of(register))
    if current and current not in known:
        known[current] = current
    return [
        ("", str(_("all"))),
        *((code, f"{code} · {name}" if code != name else code) for code, name in known.items()),
    ]


def initial_of(price: DraftPrice) -> dict[str, Any]:
    """A price as the form shows it."""
    shown = {name: getattr(price, name) for name in ("area", "vehicle_class", "operation", "note", *FIGURES)}
    for figure, name in PriceForm.FIELD_OF.items():
        value = shown.pop(figure)
        shown[name] = None if value is None else decimal_of_fen(amount_fen=value)
    return shown


class PublishForm(forms.Form):
    """From when the draft holds."""

    valid_from = forms.DateField(label=_("Holds from"), widget=forms.DateInput(attrs=DAY))
    note = forms.CharField(label=_("What changed"), max_length=300, required=False)


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))


class NewCardForm(forms.Form):
    """Whose card it is."""

    tenant = forms.ModelChoiceField(label=_("Customer"), queryset=Tenant.objects.none())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["tenant"].queryset = Tenant.objects.exclude(state=Tenant.State.CLOSED).order_by("name")  # type: ignore[attr-defined]


class FileForm(forms.Form):
    """A card as a file."""

    file = forms.FileField(
        label=_("CSV or XLSX"), help_text=_("It replaces every price of the draft. Export the card to see its columns.")
    )


class VatForm(forms.Form):
    """Another rate from a day on."""

    group = forms.ChoiceField(label=_("Group"), choices=TaxGroup.choices)
    rate = forms.DecimalField(label=_("Rate, %"), min_value=0, max_value=100, decimal_places=2)
    valid_from = forms.DateField(label=_("From"), widget=forms.DateInput(attrs=DAY))
