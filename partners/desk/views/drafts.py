"""The draft of a rate card: its prices, a file that replaces them, and its publishing."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from config import clock
from files.sheets import MOST_BYTES, SheetRefused, read_sheet
from partners.desk.access import WRITERS
from partners.desk.charges import SHAPES, Charge
from partners.desk.forms import FileForm, KindForm, PriceForm, PublishForm
from partners.desk.ids import read_key
from partners.desk.models import DraftPrice, RateCard, RateDraft
from partners.desk.services import drafts, publishing
from partners.desk.sheets import read_prices, write_rows
from partners.desk.shown import show_prices
from partners.desk.views.cards import ORDER, as_file, card_of, name_card
from tenants.actors import actor_of
from tenants.people.asking import did
from tenants.people.doors import staff_view
from ui.asking import render_question

MOST_TOLD = 50


def draft_of(ref: str) -> tuple[RateCard, RateDraft | None]:
    """The card and its draft, if there is one; raises Http404."""
    card = card_of(ref)
    return card, getattr(card, "draft", None)


@require_safe
@staff_view(*WRITERS)
def show_draft(request: HttpRequest, ref: str) -> HttpResponse:
    """The prices as they are written."""
    card, draft = draft_of(ref)
    if draft is None:
        messages.info(request, _("Nobody is writing on this card now."))
        return redirect("agreements:card", ref=ref)
    return render_draft(request, card, draft, FileForm(), PublishForm())


def render_draft(
    request: HttpRequest, card: RateCard, draft: RateDraft, file_form: FileForm, publish_form: PublishForm,
    problems: list[str] | None = None,
) -> HttpResponse:  # fmt: skip
    """The page with its forms; what is wrong with a file stands above them."""
    context = {
        "card": card,
        "ref": card.ref,
        "name": name_card(card),
        "draft": draft,
        "prices": show_prices(draft.prices.order_by(*ORDER)),
        "kind_form": KindForm(),
        "file_form": file_form,
        "publish_form": publish_form,
        "problems": problems or [],
    }
    is_wrong = bool(file_form.errors or publish_form.errors or problems)
    return render(request, "partners/draft.html", context, status=422 if is_wrong else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_view(*WRITERS)
def edit_price(request: HttpRequest, ref: str, price: str = "") -> HttpResponse:
    """Add a price of the kind that was chosen, or change one."""
    card, draft = draft_of(ref)
    if draft is None:
        return redirect("agreements:card", ref=ref)
    row = find_price(draft, price) if price else None
    kind = row.kind if row else request.GET.get("kind", "")
    if kind not in SHAPES:
        raise Http404
    form = PriceForm(request.POST if request.method == "POST" else None, kind=kind, price=row)

    def save() -> None:
        key = row.pk if row else None
        drafts.save_price(card_id=card.pk, price_id=key, values=form.values, actor=actor_of(request), now=clock.now())

    if request.method == "POST" and form.is_valid() and did(form, save):
        messages.success(request, _("Saved."))
        return redirect("agreements:draft", ref=ref)
    context = {
        "form": form,
        "card": card,
        "ref": ref,
        "name": name_card(card),
        "kind": Charge(kind).label,
        "price": row,
    }
    return render(request, "partners/price.html", context, status=422 if form.errors else 200)


def find_price(draft: RateDraft, ref: str) -> DraftPrice:
    """A price of this draft; raises Http404."""
    found = DraftPrice.objects.filter(draft=draft, pk=read_key("prc", ref)).first()
    if found is None:
        raise Http404
    return found


@require_POST
@staff_view(*WRITERS)
def remove_price(request: HttpRequest, ref: str, price: str) -> HttpResponse:
    """Take a price off the draft."""
    card, draft = draft_of(ref)
    if draft is not None:
        row = find_price(draft, price)
        drafts.remove_price(card_id=card.pk, price_id=row.pk, actor=actor_of(request), now=clock.now())
        messages.success(request, _("The price is off the draft."))
    return redirect("agreements:draft", ref=ref)


@require_POST
@staff_view(*WRITERS)
def import_file(request: HttpRequest, ref: str) -> HttpResponse:
    """The draft becomes what a file says; a file with a fault changes nothing."""
    card, draft = draft_of(ref)
    if draft is None:
        return redirect("agreements:card", ref=ref)
    form = FileForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            upload = form.cleaned_data["file"]
            rows = read_sheet(upload.read(MOST_BYTES + 1))
            prices = read_prices(rows)
            drafts.replace_prices(card_id=card.pk, prices=prices, actor=actor_of(request), now=clock.now())
        except SheetRefused as refusal:
            form.add_error("file", refusal.message)
        except ValidationError as error:
            return render_draft(request, card, draft, form, PublishForm(), say_errors(error))
        else:
            messages.success(request, _("%(count)d prices were read.") % {"count": len(prices)})
            return redirect("agreements:draft", ref=ref)
    return render_draft(request, card, draft, form, PublishForm())


def say_errors(error: ValidationError) -> list[str]:
    """What is wrong, row by row as the file counts them."""
    if not hasattr(error, "error_dict"):
        return list(error.messages)
    lines = []
    for name, words in error.message_dict.items():
        row, _dot, field = name.partition(".")
        place = _("Row %(row)d, %(field)s") % {"row": int(row) + 2, "field": field} if row.isdigit() else ""
        lines.append(f"{place}: {' '.join(words)}" if place else " ".join(words))
    more = len(lines) - MOST_TOLD
    return lines[:MOST_TOLD] + ([_("And %(count)d more.") % {"count": more}] if more > 0 else [])


@require_POST
@staff_view(*WRITERS)
def publish(request: HttpRequest, ref: str) -> HttpResponse:
    """Let the draft hold from a day on, as it was when the page was read."""
    card, draft = draft_of(ref)
    if draft is None:
        return redirect("agreements:card", ref=ref)
    form = PublishForm(request.POST)
    read = request.POST.get("revision", "")

    def save() -> None:
        revision = int(read) if read.isascii() and read.isdigit() else -1
        publishing.publish_draft(
            card_id=card.pk, **form.cleaned_data, revision=revision, actor=actor_of(request), now=clock.now()
        )

    if form.is_valid() and did(form, save):
        messages.success(request, _("Published. It holds from %(day)s on.") % {"day": form.cleaned_data["valid_from"]})
        return redirect("agreements:card", ref=ref)
    return render_draft(request, card, draft, FileForm(), form)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_view(*WRITERS)
def discard(request: HttpRequest, ref: str) -> HttpResponse:
    """Put the draft away."""
    card, draft = draft_of(ref)
    form = forms.Form(request.POST if request.method == "POST" else None)

    def save() -> None:
        drafts.discard_draft(card_id=card.pk, actor=actor_of(request), now=clock.now())

    if draft is None:
        return redirect("agreements:card", ref=ref)
    if request.method == "POST" and form.is_valid() and did(form, save):
        messages.success(request, _("The draft is gone; what was published stays."))
        return redirect("agreements:card", ref=ref)
    context: dict[str, Any] = {
        "title": _("Put the draft away"), "text": _("What was published stays as it is."), "label": _("Put away"),
        "back": f"/agreements/cards/{ref}/draft/",
    }  # fmt: skip
    return render_question(request, form, context, base="partners/base.html")


@require_safe
@staff_view(*WRITERS)
def export_draft(request: HttpRequest, ref: str, form: str) -> HttpResponse:
    """The prices of the draft as a file; of a new card its columns alone."""
    _card, draft = draft_of(ref)
    prices = draft.prices.order_by(*ORDER) if draft is not None else DraftPrice.objects.none()
    return as_file(write_rows(prices), "rates-draft", form)
