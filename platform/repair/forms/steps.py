"""What the desk's people fill in before a step is taken."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from repair.models import (
    Estimate,
    EstimateLine,
    HoldCause,
    Job,
    JobKind,
    LineDecision,
    ScopeRule,
    Workshop,
)
from repair.patterns import validate_pattern
from repair.requests import LineChoice
from repair.services.working import technicians_for
from tenants.actors import Actor
from ui.formats import decimal_of_fen, format_fen, format_plain_fen

LOCAL_TIME = {"type": "datetime-local"}
AREA = {"rows": 3}


class StepForm(forms.Form):
    """A step of one job by one person; without fields it is a question: yes, or back."""

    def __init__(self, *args: Any, job: Job, actor: Actor, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.job, self.actor, self.now = job, actor, now


class ReasonForm(StepForm):
    """Why."""

    reason = forms.CharField(
        label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={**AREA, "autofocus": True})
    )


class CorrectionForm(StepForm):
    """What the odometer showed, compared with the photo."""

    odometer_km = forms.IntegerField(
        label=_("Odometer, km"),
        min_value=0,
        max_value=3_000_000,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    reason = forms.CharField(label=_("Why it was wrong"), max_length=300)
    is_compared = forms.BooleanField(label=_("I have compared it with the photo of the dashboard"))


class EndForm(ReasonForm):
    """Why it ends; a dispatcher may say that it is at our own wish, and so free of charge."""

    is_free = forms.BooleanField(
        label=_("At our own wish: no fee"), required=False,
        help_text=_("Otherwise the fee of the customer's rate card is due."),
    )  # fmt: skip


class FreeForm(StepForm):
    """Whether a fee is due."""

    is_free = forms.BooleanField(
        label=_("At our own wish: no fee"), required=False,
        help_text=_("Otherwise the fee of the customer's rate card is due."),
    )  # fmt: skip


class HoldForm(ReasonForm):
    """For whose sake, and why."""

    cause = forms.ChoiceField(
        label=_("For whose sake"), choices=HoldCause.choices, widget=forms.RadioSelect,
        help_text=_("For the customer's sake the clocks that wait for him stand still; for our own they run on."),
    )  # fmt: skip
    field_order = ("cause", "reason")


class TextForm(StepForm):
    """What the customer is told."""

    text = forms.CharField(label=_("What the customer reads"), max_length=1000, widget=forms.Textarea(attrs=AREA))


class NoteForm(StepForm):
    """Something to add."""

    note = forms.CharField(label=_("Note"), max_length=300, required=False, widget=forms.Textarea(attrs=AREA))


class ReceiptForm(StepForm):
    """What proves it."""

    receipt = forms.CharField(label=_("Receipt: number, or who signed"), max_length=300)


class DeclineForm(StepForm):
    """Why it is out of scope, and what is offered instead, in both languages."""

    reason_en = forms.CharField(label=_("Reason, English"), widget=forms.Textarea(attrs={"rows": 2}), max_length=1000)
    reason_zh = forms.CharField(label=_("Reason, Chinese"), widget=forms.Textarea(attrs={"rows": 2}), max_length=1000)
    alternative_en = forms.CharField(
        label=_("What is offered instead, English"), widget=forms.Textarea(attrs={"rows": 2}), max_length=1000
    )
    alternative_zh = forms.CharField(
        label=_("What is offered instead, Chinese"), widget=forms.Textarea(attrs={"rows": 2}), max_length=1000
    )


class WorkshopForm(StepForm):
    """Another workshop, or the next one that fits."""

    workshop = forms.ModelChoiceField(
        label=_("Workshop"), queryset=Workshop.objects.none(), required=False, empty_label=_("The next one that fits")
    )
    reason = forms.CharField(label=_("Reason"), max_length=300, widget=forms.Textarea(attrs=AREA))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.actor.workshop_id is not None:  # a workshop refuses; where it goes then is the operator's choice
            del self.fields["workshop"]
            return
        others = Workshop.objects.filter(is_active=True).order_by("name")
        if self.job.workshop_id is not None:
            others = others.exclude(pk=self.job.workshop_id)
        self.fields["workshop"].queryset = others  # type: ignore[attr-defined]


class WindowForm(StepForm):
    """From when to when."""

    is_required = True
    window_start = forms.DateTimeField(label=_("From"), widget=forms.DateTimeInput(attrs=LOCAL_TIME))
    window_end = forms.DateTimeField(label=_("To"), widget=forms.DateTimeInput(attrs=LOCAL_TIME))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("window_start", "window_end"):
            self.fields[name].required = self.is_required

    def clean(self) -> dict[str, Any]:
        """A window ends after it begins, and not in the past."""
        cleaned: dict[str, Any] = super().clean() or {}
        start, end = cleaned.get("window_start"), cleaned.get("window_end")
        if bool(start) != bool(end) and not self.errors:
            self.add_error("window_end", _now("Give both, or neither."))
        if start and end and end <= start:
            self.add_error("window_end", _now("The window must end after it begins."))
        if end and end <= self.now:
            self.add_error("window_end", _now("This window has closed already."))
        return cleaned

    @property
    def window(self) -> tuple[datetime, datetime] | None:
        """The two times, or None."""
        start, end = self.cleaned_data.get("window_start"), self.cleaned_data.get("window_end")
        return (start, end) if start and end else None


class ReturnWindowForm(WindowForm):
    """From when to when; empty takes the next hours that fit."""

    is_required = False


class FittedForm(StepForm):
    """What becomes of parts."""

    is_fitted = forms.ChoiceField(
        label=_("What happens with them"),
        choices=[("yes", _("They are fitted: the vehicle is fetched")), ("no", _("They are handed over"))],
    )


class TechnicianForm(StepForm):
    """Who repairs it; somebody else inspects it."""

    technician = forms.ChoiceField(label=_("Technician"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = technicians_for(self.job)
        if self.job.workshop_id is None and self.actor.workshop_id is not None:
            people = people.filter(workshop_id=self.actor.workshop_id)
        field: Any = self.fields["technician"]
        field.choices = [(str(row.user_id), row.user.get_full_name()) for row in people]


class LineForm(StepForm):
    """On which line work begins."""

    line = forms.ModelChoiceField(label=_("Line"), queryset=EstimateLine.objects.none(), empty_label=None)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["line"]
        field.queryset = (
            EstimateLine.objects.filter(
                estimate__job=self.job, decision=LineDecision.APPROVED, work_begun_at__isnull=True
            )
            .select_related("estimate")
            .order_by("estimate__version", "no")
        )
        field.label_from_instance = lambda line: f"{line.estimate.version}.{line.no} {line.text}"


class CallForm(StepForm):
    """How a call after delivery went."""

    is_reached = forms.ChoiceField(label=_("Outcome"), choices=[("no", _("Nobody answered")), ("yes", _("Reached"))])
    note = forms.CharField(label=_("Note"), max_length=300, required=False)


class RateForm(StepForm):
    """What the customer said."""

    score = forms.TypedChoiceField(
        label=_("Stars"),
        coerce=int,
        choices=[(number, "★" * number) for number in range(5, 0, -1)],
        widget=forms.RadioSelect,
    )
    comment = forms.CharField(label=_("Comment"), max_length=1000, required=False, widget=forms.Textarea(attrs=AREA))


class DecideForm(StepForm):
    """What an insurer without an account decided, recorded by the claims desk: an amount for each line, none declines it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.estimate = Estimate.objects.filter(job=self.job, decision="").order_by("-version").first()
        self.lines = list(self.estimate.lines.order_by("no")) if self.estimate else []
        choices = [("approve", _("Approve as below")), ("send_back", _("Send back")), ("reject", _("Reject"))]
        if self.estimate is not None and self.estimate.is_supplement:
            choices.pop(1)
        self.fields["decision"] = forms.ChoiceField(label=_("Decision"), choices=choices)
        for line in self.lines:
            self.fields[f"line-{line.no}"] = forms.DecimalField(
                label=f"{line.no}. {line.text}",
                help_text=_("Asked: %(amount)s. Empty declines the line.")
                % {"amount": format_fen(amount_fen=line.amount_fen)},
                initial=format_plain_fen(amount_fen=line.amount_fen),
                required=False,
                min_value=0,
                max_value=decimal_of_fen(amount_fen=line.amount_fen),
                decimal_places=2,
            )
        self.fields["reason"] = forms.CharField(
            label=_("Reason"), max_length=1000, required=False, widget=forms.Textarea(attrs=AREA)
        )

    @property
    def choices(self) -> list[LineChoice]:
        """The yes, lesser yes or no on each line."""
        amounts = [(line.no, self.cleaned_data.get(f"line-{line.no}")) for line in self.lines]
        return [
            LineChoice(no=no, is_approved=amount is not None, amount_fen=None if amount is None else int(amount * 100))
            for no, amount in amounts
        ]


class ScopeRuleForm(forms.ModelForm):  # type: ignore[type-arg]
    """A rule of what the operator does not do."""

    services = forms.MultipleChoiceField(
        label=_("Services"), choices=JobKind.choices, required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen: the rule holds for all."),
    )  # fmt: skip

    class Meta:
        model = ScopeRule
        fields = (
            "code", "pattern", "services", "reason_en", "reason_zh", "alternative_en", "alternative_zh", "position", "is_active",
        )  # fmt: skip
        widgets = {
            "pattern": forms.Textarea(attrs={"rows": 2}),
            **{
                f"{name}_{ending}": forms.Textarea(attrs={"rows": 2, "lang": language})
                for name in ("reason", "alternative")
                for ending, language in (("en", "en"), ("zh", "zh-Hans"))
            },
        }
        help_texts = {
            "code": _("Letters, digits, hyphens and underscores; reports name the rule by it."),
            "pattern": _("Words with commas between them; any of them refuses. Or re: and a regular expression."),
            "position": _("Rules are asked in this order; the first that applies is the one the customer reads."),
        }

    def clean_pattern(self) -> str:
        """A pattern that can be used."""
        pattern = str(self.cleaned_data["pattern"]).strip()
        validate_pattern(pattern)
        return pattern


class TryForm(forms.Form):
    """A text to try a pattern on."""

    pattern = forms.CharField(max_length=1000, required=False)
    text = forms.CharField(max_length=5000, required=False)


class CreditHoldForm(forms.Form):
    """Why a customer's new orders are held, or no longer."""

    reason = forms.CharField(
        label=_("Reason"), max_length=200, widget=forms.Textarea(attrs={**AREA, "autofocus": True})
    )
