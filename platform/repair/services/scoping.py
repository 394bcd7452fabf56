"""What the operator does not do: its rules, edited by a lead, every change kept as a fact."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from events.commands import command, record
from events.ids import new_id, public_id
from repair.events import ScopeRuleChanged
from repair.models import JobKind, ScopeRule
from repair.patterns import validate_pattern
from tenants.actors import Actor, StaffRole

TEXTS = ("reason_en", "reason_zh", "alternative_en", "alternative_zh")
FIELDS = ("code", "services", "pattern", *TEXTS, "position", "is_active")


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopeRuleDraft:
    """A rule as its editor writes it; empty services mean all."""

    code: str
    pattern: str
    reason_en: str
    reason_zh: str
    alternative_en: str
    alternative_zh: str
    services: Sequence[str] = ()
    position: int = 100
    is_active: bool = True


@command
def save_scope_rule(*, rule_id: UUID | None, draft: ScopeRuleDraft, actor: Actor, now: datetime) -> ScopeRule:
    """Make a rule (rule_id None) or change one; it holds for the next file that is checked.

    Raises PermissionDenied (a lead's), ValidationError by field, ScopeRule.DoesNotExist.
    """
    require_lead(actor)
    check_draft(draft, rule_id)
    rule = ScopeRule(pk=new_id()) if rule_id is None else ScopeRule.objects.select_for_update().get(pk=rule_id)
    before = {} if rule_id is None else values_of(rule)
    for name in FIELDS:
        value = getattr(draft, name)
        setattr(rule, name, list(value) if name == "services" else value.strip() if isinstance(value, str) else value)
    rule.save(force_insert=rule_id is None)
    record_change(rule, before)
    return rule


@command
def switch_scope_rule(*, rule_id: UUID, is_active: bool, actor: Actor, now: datetime) -> ScopeRule:
    """Let a rule rest, or hold again. Raises PermissionDenied, ScopeRule.DoesNotExist."""
    require_lead(actor)
    rule = ScopeRule.objects.select_for_update().get(pk=rule_id)
    before = values_of(rule)
    rule.is_active = is_active
    rule.save(update_fields=["is_active"])
    record_change(rule, before)
    return rule


def require_lead(actor: Actor) -> None:
    """Raise PermissionDenied for anybody but a lead."""
    if not actor.is_staff_in(StaffRole.LEAD):
        raise PermissionDenied(_("Only a lead changes what is in scope."))


def check_draft(draft: ScopeRuleDraft, rule_id: UUID | None) -> None:
    """Raise ValidationError, by field."""
    errors: dict[str, Any] = {}
    for name in TEXTS:
        if not getattr(draft, name).strip():
            errors[name] = _("Say it in both languages; the customer reads it.")
    if not set(draft.services) <= set(JobKind.values):
        errors["services"] = _("There is no such service.")
    same = ScopeRule.objects.filter(code=draft.code)
    if (same if rule_id is None else same.exclude(pk=rule_id)).exists():
        errors["code"] = _("Another rule has this code.")
    try:
        validate_pattern(draft.pattern)
    except ValidationError as error:
        errors["pattern"] = error.messages
    if errors:
        raise ValidationError(errors)


def values_of(rule: ScopeRule) -> dict[str, Any]:
    """A rule as the fact keeps it."""
    return {name: getattr(rule, name) for name in FIELDS}


def record_change(rule: ScopeRule, before: dict[str, Any]) -> None:
    """What was, and what is; nothing when nothing changed."""
    after = values_of(rule)
    if before != after:
        record(ScopeRuleChanged(subject=public_id("scr", rule.pk), rule_id=rule.pk, before=before, after=after))
