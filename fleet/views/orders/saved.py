"""Saved views of the order list: kept under a name, changed, forgotten."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from fleet.access import Action, may, require_may, view_for
from fleet.forms import ViewForm
from fleet.models import SavedView
from fleet.selectors.views import clean_query, views_of
from fleet.services import views as services
from fleet.views.acting import NoForm, actor_of, ask, attempt_form, now_of
from fleet.views.orders.lists import ALL
from tenants.actors import Actor
from ui.asking import render_question


def list_url(view: SavedView) -> str:
    """The list as a view shows it."""
    return f"{reverse('fleet:orders')}?{view.query or ALL}"


def changeable(actor: Actor) -> list[SavedView]:
    """The views that the actor may change."""
    may_share = may(actor, Action.MANAGE)
    return [view for view in views_of(actor.id) if may_share or not view.is_shared]


@require_http_methods(["GET", "HEAD", "POST"])
def add_view(request: HttpRequest) -> HttpResponse:
    """Keep the filter of the address under a name, or in the place of a view."""
    actor = actor_of(request)
    require_may(actor, Action.READ)
    query = clean_query(request.GET)
    form = ViewForm(
        request.POST if request.method == "POST" else None,
        own=changeable(actor), may_share=may(actor, Action.MANAGE), is_new=True,
    )  # fmt: skip

    def save(data: dict[str, Any]) -> SavedView:
        replaced = form.views.get(data.get("instead_of", ""))
        return services.save_view(
            name=data["name"], query=query, view_id=replaced.pk if replaced else None, actor=actor, now=now_of(request),
            is_shared=data.get("is_shared", False) or (replaced is not None and replaced.is_shared),
        )  # fmt: skip

    return answer(request, form, save, title=_("Save this view"), back=f"{reverse('fleet:orders')}?{query or ALL}")


@require_http_methods(["GET", "HEAD", "POST"])
def edit_view(request: HttpRequest, ref: str) -> HttpResponse:
    """Another name, shared or not, opened first or not."""
    actor = actor_of(request)
    view = view_for(actor, ref)
    shown = next((item for item in views_of(actor.id) if item.pk == view.pk), view)
    form = ViewForm(
        request.POST if request.method == "POST" else None,
        own=[], may_share=may(actor, Action.MANAGE), is_new=False,
        initial={"name": view.name, "is_shared": view.is_shared, "is_first": getattr(shown, "is_first", False)},
    )  # fmt: skip

    def save(data: dict[str, Any]) -> SavedView:
        is_shared = data.get("is_shared", view.is_shared)
        return services.save_view(
            name=data["name"], is_shared=is_shared, view_id=view.pk, actor=actor, now=now_of(request)
        )

    remove = reverse("fleet:order_view_remove", args=[view.ref])
    return answer(request, form, save, title=_("Change view"), back=list_url(view), remove=remove)


def answer(
    request: HttpRequest,
    form: ViewForm,
    save: Callable[[dict[str, Any]], SavedView],
    *,
    title: str,
    back: str,
    remove: str = "",
) -> HttpResponse:
    """Show the form, or save what it says and show the list so."""
    actor = actor_of(request)
    saved: list[SavedView] = []

    def carry_out() -> None:
        view = save(form.cleaned_data)
        if form.cleaned_data["is_first"]:
            services.open_with(view_id=view.pk, actor=actor)
        elif form.initial.get("is_first"):
            services.open_with(view_id=None, actor=actor)
        saved.append(view)

    if request.method == "POST" and form.is_valid() and attempt_form(form, carry_out):
        messages.success(request, _("The view “%(name)s” is saved.") % {"name": saved[0].name})
        return redirect(list_url(saved[0]))
    context = {
        "title": title,
        "label": _("Save"),
        "back": back,
        "action": request.get_full_path(),
        "remove_url": remove,
    }
    return render_question(request, form, context, base="fleet/base.html")


@require_http_methods(["GET", "HEAD", "POST"])
def remove_view(request: HttpRequest, ref: str) -> HttpResponse:
    """Ask, then forget it."""
    actor = actor_of(request)
    view = view_for(actor, ref)
    text = _("It goes for everybody; the orders stay.") if view.is_shared else _("The orders stay.")
    return ask(
        request,
        title=_("Remove the view “%(name)s”?") % {"name": view.name},
        text=text,
        label=_("Remove the view"),
        back=f"{reverse('fleet:orders')}?{ALL}",
        done=_("The view is removed."),
        form_class=NoForm,
        is_danger=True,
        call=lambda _data: services.remove_view(view_id=view.pk, actor=actor, now=now_of(request)),
    )
