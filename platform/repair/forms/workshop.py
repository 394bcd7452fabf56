"""What a workshop and an inspector fill in on pages of their own."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from files.models import StoredFile
from repair import states, texts
from repair.events import PhotoTold
from repair.forms.steps import AREA, StepForm
from repair.selectors.giving import Giving
from repair.services.collecting import odometer_problem
from repair.services.inspecting import FAIL, OK, standard_for
from repair.services.returning import Given


class CountForm(StepForm):
    """What is read and counted whenever the vehicle goes from hand to hand."""

    odometer_km = forms.IntegerField(label=_("Odometer, km"), min_value=0, max_value=5_000_000)
    keys = forms.IntegerField(label=_("Keys"), min_value=0, max_value=20)

    def __init__(self, *args: Any, keys_at_pickup: int | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.keys_at_pickup = keys_at_pickup
        self.fields["odometer_km"].widget.attrs |= {"autofocus": True, "inputmode": "numeric"}

    def clean(self) -> dict[str, Any]:
        """Another number of keys needs a word."""
        cleaned: dict[str, Any] = super().clean() or {}
        keys, before = cleaned.get("keys"), self.keys_at_pickup
        if keys is not None and before is not None and keys != before and not cleaned.get("remarks"):
            self.add_error(
                "keys", _now("%(before)s at the pickup: say below what became of them.") % {"before": before}
            )
        return cleaned


class ReceiveForm(CountForm):
    """What the workshop finds when the vehicle comes, beside what was signed at the pickup."""

    remarks = forms.CharField(
        label=_("What is not as in the report"), max_length=1000, required=False, widget=forms.Textarea(attrs=AREA)
    )

    def clean_odometer_km(self) -> int:
        """A reading that the way explains."""
        reading = int(self.cleaned_data["odometer_km"])
        if self.job.visit is not None and self.job.status == states.IN_CUSTODY:
            problem = odometer_problem(self.job.visit, reading)
            if problem:
                raise forms.ValidationError(problem)
        return reading


class GiveForm(CountForm):
    """What the workshop gives with the vehicle: the keys, and each thing ticked as it is given."""

    things = forms.MultipleChoiceField(label=_("Given with it"), required=False, widget=forms.CheckboxSelectMultiple)
    remarks = forms.CharField(
        label=_("What is missing, and why"), max_length=1000, required=False, widget=forms.Textarea(attrs=AREA)
    )

    def __init__(self, *args: Any, giving: Giving, **kwargs: Any) -> None:
        super().__init__(*args, keys_at_pickup=giving.keys, **kwargs)
        self.wanted = [code for code, _name in giving.things]
        field: Any = self.fields["things"]
        field.choices = giving.things

    def clean(self) -> dict[str, Any]:
        """What is not ticked needs a word too."""
        cleaned = super().clean()
        missing = set(self.wanted) - set(cleaned.get("things", ()))
        if missing and "things" in cleaned and not cleaned.get("remarks"):
            self.add_error("things", _now("Tick everything that is given, or say below what is missing."))
        return cleaned

    def given(self, photos: Mapping[str, StoredFile]) -> Given:
        """As the service takes it, with the photo of each shot."""
        shots = [
            PhotoTold(file_id=file.pk, shot=code, sha256=file.sha256, taken_at=file.created_at)
            for code, file in photos.items()
        ]
        return Given(shots=shots, **self.cleaned_data)


class QualityForm(StepForm):
    """Every item of the quality standard; what fails is said in words."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.standard = standard_for(self.job, self.now)
        choices = [(OK, _("ok")), (FAIL, _("fail"))]
        for item in self.standard.items:
            self.fields[f"item-{item['code']}"] = forms.ChoiceField(
                label=texts.in_language(item), choices=choices,
                widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
            )  # fmt: skip
        self.fields["remarks"] = forms.CharField(
            label=_("Remarks"), max_length=1000, required=False,
            widget=forms.Textarea(attrs={**AREA, "class": "form-control"}),
        )  # fmt: skip

    @property
    def results(self) -> dict[str, str]:
        """Code to answer."""
        return {item["code"]: self.cleaned_data[f"item-{item['code']}"] for item in self.standard.items}

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
