"""Rate cards: which there are, what each version says and from when it holds."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from config import clock
from partners.desk.access import READERS, WRITERS, may_write_prices
from partners.desk.days import local_day
from partners.desk.forms import NewCardForm, ReasonForm
from partners.desk.ids import read_key
from partners.desk.models import RateCard, RateVersion
from partners.desk.selectors import list_cards, versions_of
from partners.desk.services import drafts, publishing
from partners.desk.sheets import write_csv, write_rows, write_xlsx
from partners.desk.shown import show_prices
from tenants.actors import actor_of
from tenants.people.asking import did
from tenants.people.doors import staff_view
from ui.asking import render_question

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ORDER = ("kind", "operation", "vehicle_class", "area")


def card_of(ref: str) -> RateCard:
    """The card with this public id; raises Http404."""
    card = RateCard.objects.select_related("tenant", "draft").filter(pk=read_key("rcd", ref)).first()
    if card is None:
        raise Http404
    return card


def version_of(ref: str) -> RateVersion:
    """The version with this public id; raises Http404."""
    rows = RateVersion.objects.select_related("card", "card__tenant", "period")
    version = rows.filter(pk=read_key("rcv", ref)).first()
    if version is None:
        raise Http404
    return version


def name_card(card: RateCard) -> str:
    """Whose prices they are."""
    return card.tenant.name if card.tenant is not None else _("Standard card")


@require_safe
@staff_view(*READERS)
def show_cards(request: HttpRequest) -> HttpResponse:
    """The standard card, and those that were agreed with customers."""
    cards = list_cards(local_day(clock.now()))
    return render(request, "partners/cards.html", {"cards": cards, "can_write": may_write_prices(actor_of(request))})


@require_http_methods(["GET", "HEAD", "POST"])
@staff_view(*WRITERS)
def add_card(request: HttpRequest) -> HttpResponse:
    """A card for a customer: its draft begins."""
    form = NewCardForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        draft = drafts.begin_draft(tenant_id=form.cleaned_data["tenant"].pk, actor=actor_of(request), now=clock.now())
        return redirect("agreements:draft", ref=draft.card.ref)
    context = {
        "title": _("New card"), "text": _("Where it says nothing, the standard card holds."), "label": _("Begin"),
        "back": "/agreements/cards/",
    }  # fmt: skip
    return render_question(request, form, context, base="partners/base.html")


@require_safe
@staff_view(*READERS)
def show_card(request: HttpRequest, ref: str) -> HttpResponse:
    """The versions with their days, and the prices of one: the one that holds, unless another is asked for."""
    card, today = card_of(ref), local_day(clock.now())
    versions = versions_of(card)
    asked = request.GET.get("version", "")
    chosen = next((version for version in versions if version.ref == asked), None) or choose(versions, today)
    context = {
        "card": card,
        "ref": ref,
        "name": name_card(card),
        "versions": [{"version": version, **stand_of(version, today)} for version in versions],
        "chosen": chosen,
        "prices": show_prices(chosen.prices.order_by(*ORDER)) if chosen else [],
        "draft": getattr(card, "draft", None),
        "can_write": may_write_prices(actor_of(request)),
    }
    return render(request, "partners/card.html", context)


def choose(versions: list[RateVersion], today: Any) -> RateVersion | None:
    """The one that holds today, or else the newest."""
    holding = [version for version in versions if not version.period.during.isempty and today in version.period.during]
    return next(iter([*holding, *versions]), None)


def stand_of(version: RateVersion, today: Any) -> dict[str, Any]:
    """How a version stands on a day: state, words, first and last day."""
    during = version.period.during
    if during.isempty:
        return {"state": "cancelled", "label": _("Withdrawn"), "during": None, "may_withdraw": False}
    if today in during:
        return {"state": "active", "label": _("Holds"), "during": during, "may_withdraw": False}
    if during.lower > today:
        return {"state": "scheduled", "label": _("To come"), "during": during, "may_withdraw": True}
    return {"state": "archived", "label": _("Ended"), "during": during, "may_withdraw": False}


@require_POST
@staff_view(*WRITERS)
def begin_draft(request: HttpRequest, ref: str) -> HttpResponse:
    """Write a new version, from the last one."""
    card = card_of(ref)
    drafts.begin_draft(tenant_id=card.tenant_id, actor=actor_of(request), now=clock.now())
    return redirect("agreements:draft", ref=ref)


@require_POST
@staff_view(*WRITERS)
def begin_standard(request: HttpRequest) -> HttpResponse:
    """The first draft of the standard card."""
    draft = drafts.begin_draft(tenant_id=None, actor=actor_of(request), now=clock.now())
    return redirect("agreements:draft", ref=draft.card.ref)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_view(*WRITERS)
def withdraw(request: HttpRequest, ref: str) -> HttpResponse:
    """Take back a version that has not begun."""
    version = version_of(ref)
    form = ReasonForm(request.POST if request.method == "POST" else None)

    def save() -> None:
        publishing.withdraw_version(
            version_id=version.pk, reason=form.cleaned_data["reason"], actor=actor_of(request), now=clock.now()
        )

    if request.method == "POST" and form.is_valid() and did(form, save):
        messages.success(request, _("Version %(no)d is withdrawn.") % {"no": version.no})
        return redirect("agreements:card", ref=version.card.ref)
    context = {
        "title": _("Withdraw version %(no)d") % {"no": version.no}, "text": _("The version before it holds on instead."),
        "label": _("Withdraw"), "back": f"/agreements/cards/{version.card.ref}/",
    }  # fmt: skip
    return render_question(request, form, context, base="partners/base.html")


@require_safe
@staff_view(*READERS)
def export_version(request: HttpRequest, ref: str, form: str) -> HttpResponse:
    """The prices of a version as a file that can be read in again."""
    version = version_of(ref)
    return as_file(write_rows(version.prices.order_by(*ORDER)), f"rates-{version.no}", form)


def as_file(rows: list[list[str]], name: str, form: str) -> HttpResponse:
    """CSV or XLSX, to be saved."""
    content = write_xlsx(rows, title=name) if form == "xlsx" else write_csv(rows)
    kind = XLSX if form == "xlsx" else "text/csv; charset=utf-8"
    return HttpResponse(
        content, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}.{form}"'}
    )
