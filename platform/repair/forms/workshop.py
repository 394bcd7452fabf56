"""What a workshop and an inspector fill in on pages of their own."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from repair import states
from repair.forms.steps import AREA, InspectForm, OdometerForm
from repair.services.collecting import odometer_problem
from repair.services.inspecting import FAIL


class ReceiveForm(OdometerForm):
    """What the workshop finds when the vehicle comes, beside what was signed at the pickup."""

    keys = forms.IntegerField(label=_("Keys"), min_value=0, max_value=20)
    remarks = forms.CharField(
        label=_("What is not as in the report"), max_length=1000, required=False, widget=forms.Textarea(attrs=AREA)
    )

    def __init__(self, *args: Any, keys_at_pickup: int | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.keys_at_pickup = keys_at_pickup
        self.fields["odometer_km"].widget.attrs |= {"autofocus": True, "inputmode": "numeric"}

    def clean_odometer_km(self) -> int:
        """A reading that the way explains."""
        reading = int(self.cleaned_data["odometer_km"])
        if self.job.visit is not None and self.job.status == states.IN_CUSTODY:
            problem = odometer_problem(self.job.visit, reading)
            if problem:
                raise forms.ValidationError(problem)
        return reading

    def clean(self) -> dict[str, Any]:
        """Another number of keys needs a word."""
        cleaned: dict[str, Any] = super().clean() or {}
        keys, before = cleaned.get("keys"), self.keys_at_pickup
        if keys is not None and before is not None and keys != before and not cleaned.get("remarks"):
            self.add_error(
                "keys", _now("%(before)s at the pickup: say below what became of them.") % {"before": before}
            )
        return cleaned


class QualityForm(InspectForm):
    """The checklist; what fails is said in words."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for item in self.standard.items:
            self.fields[f"item-{item['code']}"].widget.attrs["class"] = "form-check-input"
        self.fields["remarks"].widget.attrs["class"] = "form-control"

    def clean(self) -> dict[str, Any]:
        """A failure needs its remark."""
        cleaned: dict[str, Any] = super().clean() or {}
        failed = any(cleaned.get(f"item-{item['code']}") == FAIL for item in self.standard.items)
        if failed and not (cleaned.get("remarks") or "").strip():
            self.add_error("remarks", _now("Say what must be done again; the technician reads it."))
        return cleaned

    @property
    def items(self) -> list[forms.BoundField]:
        """The items of the standard."""
        return [self[f"item-{item['code']}"] for item in self.standard.items]
