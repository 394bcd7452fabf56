"""What every page of the book does the same way: who asks, doing something or saying why not, asking first."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy

from config import clock
from tenants.actors import actor_of as actor_of  # the pages of this room take it from here
from tenants.refusals import Refused
from ui.asking import render_question

REFUSALS = (Refused, ValidationError)


def now_of(request: HttpRequest) -> datetime:
    """Business time where the request is."""
    return clock.now(actor_of(request).tenant)


def has_seen(request: HttpRequest, newest_seq: int) -> bool:
    """Whether a page that asks for itself anew (`?seen=SEQ`, by htmx) has seen the newest of what it shows."""
    seen = request.GET.get("seen", "")
    is_number = seen.isascii() and seen.isdecimal() and len(seen) < 19
    return is_number and int(seen) >= newest_seq and bool(getattr(request, "htmx", False))


def words_of(error: Exception) -> str:
    """A refusal in words."""
    return " ".join(error.messages) if isinstance(error, ValidationError) else str(error)


def attempt(call: Callable[[], Any]) -> str:
    """Do it, wholly or not at all; "" when it is done, else why not. What is not there is 404."""
    try:
        with transaction.atomic():
            call()
    except REFUSALS as error:
        return words_of(error)
    except ObjectDoesNotExist as error:
        raise Http404 from error
    return ""


def attempt_form(form: forms.Form, call: Callable[[], Any]) -> bool:
    """Do it, wholly or not at all; whether it was done. What the service refuses stands beside the form's fields."""
    try:
        with transaction.atomic():
            call()
    except ValidationError as error:
        known = {name for name in getattr(error, "error_dict", {}) if name in form.fields}
        form.add_error(None, error if known else error.messages)
    except REFUSALS as error:
        form.add_error(None, words_of(error))
    return not form.errors


def act(request: HttpRequest, call: Callable[[], Any], *, done: str, back: str) -> HttpResponse:
    """Do it and go back, with a notice of what was done or why not."""
    problem = attempt(call)
    if problem:
        messages.error(request, problem)
    else:
        messages.success(request, done)
    return redirect(back)


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 3, "autofocus": True})
    )


class NoForm(forms.Form):
    """A question without fields: yes, or back."""


def ask(
    request: HttpRequest,
    *,
    title: str,
    text: str,
    label: str,
    back: str,
    done: str,
    call: Callable[[dict[str, Any]], Any],
    form_class: type[forms.Form] = ReasonForm,
    is_danger: bool = False,
) -> HttpResponse:
    """Ask before doing: a dialog, or a page of its own without scripts; with the answer it is done."""
    form = form_class(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        return act(request, lambda: call(form.cleaned_data), done=done, back=back)
    context = {"title": title, "text": text, "label": label, "back": back, "is_danger": is_danger}
    return render_question(request, form, context, base="fleet/base.html")
