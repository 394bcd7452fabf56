"""What customer service fills in about a complaint."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from repair.models import Answerable, Complaint, ComplaintCause, ComplaintSource

AREA = {"rows": 3}


class ComplaintStepForm(forms.Form):
    """A step of one complaint; without fields it is a question: yes, or back."""

    def __init__(self, *args: Any, complaint: Complaint, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.complaint = complaint


class WhyForm(ComplaintStepForm):
    """Why, in words that the customer reads."""

    reason = forms.CharField(
        label=_("Reason; the customer reads it"),
        max_length=300,
        widget=forms.Textarea(attrs={**AREA, "autofocus": True}),
    )


class AskForm(ComplaintStepForm):
    """What is missing."""

    text = forms.CharField(
        label=_("What we need; the customer reads it"), max_length=1000,
        widget=forms.Textarea(attrs={**AREA, "autofocus": True}),
    )  # fmt: skip


class GivenForm(ComplaintStepForm):
    """What the customer said or brought, written down for him."""

    text = forms.CharField(
        label=_("What the customer said or brought"), max_length=2000,
        widget=forms.Textarea(attrs={**AREA, "autofocus": True}),
    )  # fmt: skip


class AcceptedForm(ComplaintStepForm):
    """How we know that he takes it."""

    note = forms.CharField(label=_("How he told us"), max_length=300, help_text=_("Such as: on the phone, Ms Qian."))


class SolutionForm(ComplaintStepForm):
    """What the customer reads, and what he is paid."""

    solution = forms.CharField(
        label=_("Our solution, in words for the customer"), max_length=5000,
        widget=forms.Textarea(attrs={"rows": 5, "autofocus": True}),
    )  # fmt: skip
    compensation = forms.DecimalField(
        label=_("Compensation in yuan"), required=False, min_value=0, max_value=10_000_000, decimal_places=2,
        help_text=_("Empty: none. It is due once the customer takes the solution."),
    )  # fmt: skip

    @property
    def fen(self) -> int | None:
        """The amount in fen."""
        amount = self.cleaned_data["compensation"]
        return None if amount is None else int(amount * 100)


class NoteForm(ComplaintStepForm):
    """A word among ourselves."""

    text = forms.CharField(
        label=_("Note among ourselves"), max_length=2000, widget=forms.Textarea(attrs={**AREA, "autofocus": True})
    )


class FindingsForm(forms.Form):
    """Cause, who answers for it, what was found, measures, follow-up."""

    cause = forms.ChoiceField(label=_("Cause"), required=False, choices=[("", "–"), *ComplaintCause.choices])
    answerable = forms.ChoiceField(
        label=_("Who answers for it"), required=False, choices=[("", "–"), *Answerable.choices]
    )
    findings = forms.CharField(
        label=_("Findings"), required=False, max_length=5000, widget=forms.Textarea(attrs={"rows": 4})
    )
    measures = forms.CharField(
        label=_("Measures"), required=False, max_length=5000, widget=forms.Textarea(attrs=AREA),
        help_text=_("What keeps it from happening again; needed before the complaint is closed."),
    )  # fmt: skip
    follow_up = forms.CharField(
        label=_("Follow-up"), required=False, max_length=5000, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Who looks at it again, and when."),
    )  # fmt: skip


class ComplaintForm(forms.Form):
    """What a customer says at the counter, on the phone or in WeChat."""

    source = forms.ChoiceField(
        label=_("How it came in"),
        choices=[
            (value, label)
            for value, label in ComplaintSource.choices
            if value in ("phone", "wechat", "counter", "call")
        ],
    )
    text = forms.CharField(
        label=_("In the customer's words"), max_length=5000, widget=forms.Textarea(attrs={"rows": 5, "autofocus": True})
    )
    wish = forms.CharField(
        label=_("What would put it right"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 2})
    )
    contact = forms.CharField(label=_("Contact"), max_length=80)
    phone = forms.CharField(label=_("Phone"), max_length=32)
