"""What the operator does not do: the rules, their editor, and a box to try one on a text."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from config import clock
from events.ids import public_id
from events.models import Fact
from repair import texts
from repair.access import DESK, actor_of, may_edit_scope, read_key, staff_view
from repair.forms import ScopeRuleForm, TryForm
from repair.models import ScopeRule
from repair.patterns import find_in
from repair.services.scoping import ScopeRuleDraft, save_scope_rule, switch_scope_rule
from repair.tables import ScopeRuleTable
from repair.views.asking import did
from tenants.actors import StaffRole
from ui.tables import paginate_table

SCOPE_READERS = (*DESK, StaffRole.CLAIMS)


@require_safe
@staff_view(*SCOPE_READERS)
def list_rules(request: HttpRequest) -> HttpResponse:
    """The rules, in the order in which they are asked; and a text to try on all of them."""
    rules = ScopeRule.objects.all()
    context = {
        "table": paginate_table(table=ScopeRuleTable(rules), request=request, per_page=100),
        "can_edit": may_edit_scope(actor_of(request)),
    }
    return render(request, "repair/scope_rules.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_view(*SCOPE_READERS)
def edit_rule(request: HttpRequest, ref: str = "") -> HttpResponse:
    """Read a rule, with its history; a lead makes and changes it."""
    actor = actor_of(request)
    rule = find_rule(ref) if ref else None
    if request.method == "POST" and not may_edit_scope(actor):
        raise PermissionDenied
    if rule is None and not may_edit_scope(actor):
        raise PermissionDenied
    form = ScopeRuleForm(request.POST if request.method == "POST" else None, instance=rule)

    def save() -> None:
        draft = ScopeRuleDraft(**form.cleaned_data)
        save_scope_rule(rule_id=rule.pk if rule else None, draft=draft, actor=actor, now=clock.now())

    if request.method == "POST" and form.is_valid() and did(form, save):
        messages.success(request, _("The rule %(code)s is saved; the next file is checked by it.") % form.cleaned_data)
        return redirect("repair:scope_rules")
    context = {"form": form, "rule": rule, "ref": ref, "can_edit": may_edit_scope(actor), "history": history_of(rule)}
    return render(request, "repair/scope_rule.html", context, status=422 if form.errors else 200)


def find_rule(ref: str) -> ScopeRule:
    """The rule with this public id; raises Http404."""
    rule = ScopeRule.objects.filter(pk=read_key("scr", ref)).first()
    if rule is None:
        raise Http404
    return rule


def history_of(rule: ScopeRule | None) -> list[dict[str, Any]]:
    """Who changed what, newest first."""
    if rule is None:
        return []
    facts = Fact.objects.filter(subject=public_id("scr", rule.pk)).order_by("-id")[:20]
    return [
        {
            "time": fact.occurred_at,
            "who": texts.name_actor(fact.actor_name),
            "title": title_of(fact.data),
            "icon": "pencil",
        }
        for fact in facts
    ]


def title_of(data: dict[str, Any]) -> str:
    """What a change touched."""
    if not data["before"]:
        return _("Rule made")
    changed = [name for name, value in data["after"].items() if data["before"].get(name) != value]
    labels = [str(getattr(ScopeRule._meta.get_field(name), "verbose_name", name)) for name in changed]
    return _("Changed: %(names)s") % {"names": ", ".join(labels)}


@require_POST
@staff_view(StaffRole.LEAD)
def switch_rule(request: HttpRequest, ref: str) -> HttpResponse:
    """Let a rule rest, or hold again."""
    rule = find_rule(ref)
    is_active = request.POST.get("is_active") == "yes"
    switch_scope_rule(rule_id=rule.pk, is_active=is_active, actor=actor_of(request), now=clock.now())
    words = _("The rule %(code)s holds again.") if is_active else _("The rule %(code)s rests.")
    messages.success(request, words % {"code": rule.code})
    return redirect("repair:scope_rules")


@require_http_methods(["GET", "HEAD", "POST"])
@staff_view(*SCOPE_READERS)
def try_text(request: HttpRequest) -> HttpResponse:
    """What a text meets: the pattern that is being written, or else the rules that hold. Nothing is kept."""
    data = TryForm(request.POST if request.method == "POST" else request.GET)
    data.is_valid()
    pattern, text = data.cleaned_data.get("pattern", ""), data.cleaned_data.get("text", "")
    context: dict[str, Any] = {"text": text}
    try:
        if not text.strip():
            context["is_empty"] = True
        elif pattern.strip():
            context["found"] = find_in(pattern=pattern.strip(), text=text)
        else:
            context["hit"] = first_hit(text)
    except ValidationError as error:
        context["problem"] = " ".join(error.messages)
    return render(request, "repair/scope_try.html", context)


def first_hit(text: str) -> dict[str, Any] | None:
    """The first rule that refuses the text, with its words."""
    for rule in ScopeRule.objects.filter(is_active=True).order_by("position", "code"):
        words = find_in(pattern=rule.pattern, text=text)
        if words is not None:
            reason = texts.in_language({"en": rule.reason_en, "zh": rule.reason_zh})
            other = texts.in_language({"en": rule.alternative_en, "zh": rule.alternative_zh})
            return {"rule": rule, "words": words, "reason": reason, "alternative": other}
    return None
