"""What is filled in for an incident file and for the register of policies."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dispatch.models import LicenceRule
from repair.forms.steps import AREA, LOCAL_TIME, StepForm
from repair.models import CoverKind, Liability
from repair.models.incidents import PEOPLE_REPORT
from repair.services.incidents import IncidentReport
from repair.services.insuring import PolicyDraft


def fen_of(amount: Decimal | None) -> int | None:
    """Yuan as typed, in fen."""
    return None if amount is None else int(amount * 100)


class IncidentReportForm(StepForm):
    """What happened, where and when."""

    kind = forms.ChoiceField(label=_("What happened"), choices=PEOPLE_REPORT)
    text = forms.CharField(label=_("In words"), max_length=2000, widget=forms.Textarea(attrs=AREA))
    happened_at = forms.DateTimeField(
        label=_("When it happened"), widget=forms.DateTimeInput(attrs=LOCAL_TIME, format="%Y-%m-%dT%H:%M")
    )
    place = forms.CharField(label=_("Where it happened"), max_length=300, required=False)
    police_number = forms.CharField(label=_("Police number"), max_length=64, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["happened_at"].initial = self.now
        self.fields["kind"].widget.attrs["autofocus"] = True

    def report(self, **more: Any) -> IncidentReport:
        """As the service takes it."""
        return IncidentReport(**self.cleaned_data, **more)


class IncidentNoteForm(StepForm):
    """What was found out."""

    text = forms.CharField(label=_("What was found out"), max_length=2000, widget=forms.Textarea(attrs=AREA))
    police_number = forms.CharField(label=_("Police number"), max_length=64, required=False)


class JudgeForm(StepForm):
    """Who answers for it."""

    liability = forms.ChoiceField(
        label=_("Who answers for it"), choices=Liability.choices, widget=forms.RadioSelect, initial=Liability.COMPANY,
        help_text=_("We do, unless something shows that the customer or somebody else caused it."),
    )  # fmt: skip
    reason = forms.CharField(
        label=_("Why"), max_length=500, widget=forms.Textarea(attrs=AREA), help_text=_("The customer reads it.")
    )
    compensation = forms.DecimalField(
        label=_("What the customer gets from us, yuan"), max_digits=12, decimal_places=2, required=False, min_value=0,
        help_text=_("Due once the file is closed. Empty: nothing."),
    )  # fmt: skip


class PolicyForm(forms.Form):
    """A policy of the operator's."""

    insurer = forms.CharField(label=_("Insurer"), max_length=120)
    number = forms.CharField(label=_("Policy number"), max_length=64)
    kinds = forms.MultipleChoiceField(
        label=_("What it covers"), choices=CoverKind.choices, widget=forms.CheckboxSelectMultiple
    )
    vehicle_classes = forms.MultipleChoiceField(
        label=_("Vehicle classes"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen: it covers all."),
    )  # fmt: skip
    starts_at = forms.DateTimeField(label=_("In force from"), widget=forms.DateTimeInput(attrs=LOCAL_TIME))
    ends_at = forms.DateTimeField(label=_("Until"), widget=forms.DateTimeInput(attrs=LOCAL_TIME))
    limit = forms.DecimalField(label=_("Limit a case, yuan"), max_digits=14, decimal_places=2, min_value=0)
    note = forms.CharField(label=_("Note"), max_length=500, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        classes = LicenceRule.objects.order_by("vehicle_class").values_list("vehicle_class", flat=True).distinct()
        field: Any = self.fields["vehicle_classes"]
        field.choices = [(name, name) for name in classes]

    def draft(self) -> PolicyDraft:
        """As the service takes it."""
        data = dict(self.cleaned_data)
        limit, starts_at, ends_at = data.pop("limit"), data["starts_at"], data["ends_at"]
        assert isinstance(starts_at, datetime) and isinstance(ends_at, datetime)
        return PolicyDraft(limit_fen=fen_of(limit) or 0, **data)
