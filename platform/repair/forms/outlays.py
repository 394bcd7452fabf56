"""What is filled in beside the photo of a receipt."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from events.ids import new_id
from repair.forms.steps import StepForm
from repair.models import DisbursementKind
from repair.services.choosing import local_day
from repair.services.laying_out import Outlay


class OutlayForm(StepForm):
    """Money laid out for a customer."""

    kind = forms.ChoiceField(label=_("What for"), choices=DisbursementKind.choices)
    amount = forms.DecimalField(label=_("Amount, yuan"), min_value=0, max_value=100_000, decimal_places=2)
    receipt = forms.FileField(
        label=_("Photo of the receipt"), widget=forms.FileInput(attrs={"accept": "image/*", "capture": "environment"})
    )
    paid_on = forms.DateField(label=_("Paid on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    is_in_customers_name = forms.BooleanField(
        label=_("The receipt is in the customer's name"), required=False, initial=True,
        help_text=_("Then it carries none of our tax."),
    )  # fmt: skip
    receipt_number = forms.CharField(label=_("Number of the receipt"), max_length=64, required=False)
    agreed_by = forms.CharField(
        label=_("Agreed beforehand by"), max_length=200, required=False,
        help_text=_("Above the customer's limit: who said yes, and how."),
    )  # fmt: skip
    note = forms.CharField(label=_("Note for the customer"), max_length=300, required=False)
    submission = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["submission"].initial = str(new_id())
        self.fields["paid_on"].initial = local_day(self.now)

    @property
    def outlay(self) -> Outlay:
        """As the service takes it."""
        names = ("kind", "paid_on", "is_in_customers_name", "receipt_number", "agreed_by", "note")
        values = {name: self.cleaned_data[name] for name in names}
        return Outlay(amount_fen=int(self.cleaned_data["amount"] * 100), **values)
