"""The pages of keys."""

from collections.abc import Iterable
from datetime import datetime

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from config import clock
from portal.keys.forms import KeyForm
from portal.keys.tables import LIVE, STATES, KeyTable, beginning
from portal.members.forms import did
from portal.proof import proven
from tenants.actors import actor_of
from tenants.marks import account_view
from tenants.people import services
from tenants.people.access import api_key_for, own_tenant
from tenants.people.keys import EVERYTHING, WHAT_SCOPES_DO
from tenants.people.models import ApiKey
from ui.asking import render_question
from ui.formats import format_fen, format_moment
from ui.tables import paginate_table
from ui.templatetags.ui import when


@account_view
@require_safe
def list_keys(request: HttpRequest) -> HttpResponse:
    """The tenant's keys; what each may do, until when, and when it was last used."""
    tenant = own_tenant(actor_of(request))
    rows = list(ApiKey.objects.for_tenant(tenant).order_by("-created_at"))
    now = clock.now(tenant)
    for key in rows:
        key.standing = key.state_at(now)
    rows.sort(key=lambda key: key.standing not in LIVE)
    page = {
        "keys": paginate_table(table=KeyTable(rows), request=request),
        "live_count": sum(key.standing in LIVE for key in rows),
        "expiring": [key for key in rows if key.standing == "expiring"],
    }
    return render(request, "portal/keys.html", page)


@account_view
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@proven()
def make_key(request: HttpRequest) -> HttpResponse:
    """Make a key; its text is in this answer alone. Who signed in a while ago proves it again first."""
    actor = actor_of(request)
    tenant = own_tenant(actor)
    form = KeyForm(request.POST if request.method == "POST" else None)
    made: list[tuple[ApiKey, str]] = []

    def issue() -> None:
        made.append(
            services.issue_key(
                tenant=tenant,
                name=form.cleaned_data["name"],
                scopes=form.cleaned_data["scopes"],
                days=int(form.cleaned_data["days"]),
                approve_up_to_fen=form.up_to_fen,
                actor=actor,
                now=clock.now(tenant),
            )
        )

    if request.method == "POST" and form.is_valid() and did(form, issue):
        key, text = made[0]
        return render(request, "portal/keys_made.html", {"key": key, "text": text, "facts": facts_of(key)}, status=201)
    return render(request, "portal/keys_new.html", {"form": form}, status=422 if form.errors else 200)


@account_view
@require_safe
def show_key(request: HttpRequest, public_id: str) -> HttpResponse:
    """One key and what it may do."""
    actor = actor_of(request)
    key = api_key_for(actor=actor, public_id=public_id)
    state = key.state_at(clock.now(actor.tenant))
    page = {"key": key, "state": state, "label": STATES[state], "facts": facts_of(key), "can_revoke": state in LIVE}
    return render(request, "portal/keys_show.html", page)


@account_view
@require_http_methods(["GET", "HEAD", "POST"])
def revoke_key(request: HttpRequest, public_id: str) -> HttpResponse:
    """Ask whether it is meant; a POST ends the key."""
    actor = actor_of(request)
    key = api_key_for(actor=actor, public_id=public_id)
    if request.method != "POST":
        return render_question(request, forms.Form(), question_about(key), base="fleet/base.html")
    try:
        services.revoke_key(tenant=key.tenant, key_id=key.pk, actor=actor, now=clock.now(actor.tenant))
    except Http404:
        messages.warning(request, _("Somebody has revoked %(name)s already.") % {"name": key.name})
    else:
        messages.success(request, _("%(name)s is revoked: what uses it is refused from now on.") % {"name": key.name})
    return redirect("keys")


def question_about(key: ApiKey) -> dict[str, object]:
    """What is asked before a key ends."""
    used = _("It was never used.")
    if key.last_used_at is not None:
        used = _("It was last used on %(moment)s.") % {"moment": format_moment(moment=key.last_used_at)}
    return {
        "title": _("Revoke %(name)s?") % {"name": key.name},
        "text": _("What uses it is refused at once, and a revoked key never comes back.") + " " + used,
        "label": _("Revoke"),
        "is_danger": True,
        "back": reverse("key", args=[key.public_id]),
    }


def facts_of(key: ApiKey) -> list[tuple[object, object]]:
    """A key as a list of names and values."""
    scopes = list(WHAT_SCOPES_DO) if EVERYTHING in key.scopes else key.scopes
    limit = key.approve_up_to_fen
    return [
        (_("Begins with"), beginning(key.prefix)),
        (_("What it may do"), lines(f"{WHAT_SCOPES_DO.get(scope, scope)} ({scope})" for scope in scopes)),
        (_("Approves up to"), _("Nothing") if limit is None else format_fen(amount_fen=limit)),
        (_("Expires"), shown(key.expires_at) if key.expires_at else _("Never expires")),
        (_("Last used"), shown(key.last_used_at)),
        (_("Made"), lines([key.created_by, shown(key.created_at)])),
        *([(_("Revoked"), shown(key.revoked_at))] if key.revoked_at else []),
    ]


def shown(moment: datetime | None) -> object:
    """A time, or that there is none."""
    return _("Never") if moment is None else when(moment, style="long")


def lines(texts: Iterable[object]) -> SafeString:
    """One below the other."""
    return format_html_join(mark_safe("<br>"), "{}", ((text,) for text in texts if text))
