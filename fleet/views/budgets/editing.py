"""Setting budgets: a new one, another amount, the same for the next period, none any more."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.views.decorators.http import require_http_methods

from fleet.access import Action, budget_for, require_may
from fleet.fields import YuanField
from fleet.models import Budget, CostCenter, Period
from fleet.services.approvals.budgets import add_budget, change_budget, remove_budget, renew_budget
from fleet.views.acting import NoForm, actor_of, ask, attempt_form, now_of
from fleet.views.budgets.tables import say_days


class BudgetForm(forms.Form):
    """Whose, for which period, and how much."""

    cost_center_id = forms.ChoiceField(label=_l("Cost centre"))
    period = forms.ChoiceField(label=_l("Period"), choices=Period.choices, initial=Period.MONTH)
    day = forms.DateField(
        label=_l("A day of it"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_l("The budget is for the whole month, quarter or year that this day lies in."),
    )  # fmt: skip
    amount_fen = YuanField(label=_l("Amount"), required=True, help_text=_l("Yuan, tax included."))

    def __init__(self, data: Any, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        centers = CostCenter.objects.filter(is_active=True).order_by("name")
        self.fields["cost_center_id"].choices = [(each.ref, each.name) for each in centers]  # type: ignore[attr-defined]


class AmountForm(forms.Form):
    """Another amount."""

    amount_fen = YuanField(label=_l("Amount"), required=True, help_text=_l("Yuan, tax included."))


@require_http_methods(["GET", "HEAD", "POST"])
def new_budget(request: HttpRequest) -> HttpResponse:
    """Give a cost centre a budget."""
    actor, now = actor_of(request), now_of(request)
    require_may(actor, Action.BUDGET)
    initial = {"day": now.date(), "cost_center_id": request.GET.get("center", "")}
    form = BudgetForm(request.POST if request.method == "POST" else None, initial=initial)

    def save() -> None:
        add_budget(**form.cleaned_data, actor=actor, now=now)

    if request.method == "POST" and form.is_valid() and attempt_form(form, save):
        return redirect("fleet:budgets")
    return edit(request, form, title=_("Add a budget"), back=reverse("fleet:budgets"))


@require_http_methods(["GET", "HEAD", "POST"])
def edit_budget(request: HttpRequest, ref: str) -> HttpResponse:
    """Another amount."""
    actor = actor_of(request)
    require_may(actor, Action.BUDGET)
    budget = budget_for(actor, ref)
    form = AmountForm(request.POST if request.method == "POST" else None, initial={"amount_fen": budget.amount_fen})

    def save() -> None:
        change_budget(budget_id=budget.pk, **form.cleaned_data, actor=actor, now=now_of(request))

    if request.method == "POST" and form.is_valid() and attempt_form(form, save):
        return redirect(budget)
    return edit(request, form, title=name_of(budget), back=budget.get_absolute_url())


def edit(request: HttpRequest, form: forms.Form, *, title: str, back: str) -> HttpResponse:
    """A form, with what is wrong beside its fields."""
    context = {"title": title, "form": form, "can_save": True, "back": back}
    return render(request, "fleet/edit.html", context, status=422 if form.errors else 200)


def name_of(budget: Budget) -> str:
    """“华东干线 · Monthly · 2026-11-01 – 2026-11-30”."""
    return f"{budget.cost_center.name} · {say_days(budget)}"


@require_http_methods(["GET", "HEAD", "POST"])
def renew(request: HttpRequest, ref: str) -> HttpResponse:
    """Ask, then give the same amount for the period after."""
    actor = actor_of(request)
    require_may(actor, Action.BUDGET)
    budget = budget_for(actor, ref)
    return ask(
        request,
        title=_("The same for the next period?"),
        text=_("The cost centre gets the same amount for the period after this one. It can be changed there."),
        label=_("Add it"),
        back=budget.get_absolute_url(),
        done=_("The budget was added."),
        form_class=NoForm,
        call=lambda _data: renew_budget(budget_id=budget.pk, actor=actor, now=now_of(request)),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: HttpRequest, ref: str) -> HttpResponse:
    """Ask, then take it away."""
    actor = actor_of(request)
    require_may(actor, Action.BUDGET)
    budget = budget_for(actor, ref)
    return ask(
        request,
        title=_("Remove this budget?"),
        text=_(
            "Orders of the cost centre are no longer held against an amount. What was reserved and spent stays known."
        ),
        label=_("Remove"),
        back=reverse("fleet:budgets"),
        done=_("The budget was removed."),
        is_danger=True,
        form_class=NoForm,
        call=lambda _data: remove_budget(budget_id=budget.pk, actor=actor, now=now_of(request)),
    )
