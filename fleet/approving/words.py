"""Limits in words: whose, under which conditions, up to how much."""

from collections.abc import Mapping
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from fleet import texts
from fleet.models import ApprovalLimit
from tenants.people.models import names_of_roles
from ui.formats import format_fen, format_moment


def say_holder(limit: ApprovalLimit) -> str:
    """The role or the member."""
    if limit.role == "key":
        return _("This key")
    return limit.member_name or "".join(names_of_roles([limit.role])) or limit.role


def say_conditions(limit: ApprovalLimit) -> str:
    """Under which conditions it holds; "" for none."""
    parts: list[str] = []
    if limit.service:
        parts.append(str(texts.SERVICES.get(limit.service, limit.service)))
    if limit.max_age_years is not None:
        text = ngettext("vehicles up to %(years)d year", "vehicles up to %(years)d years", limit.max_age_years)
        parts.append(text % {"years": limit.max_age_years})
    if limit.vehicle_spend_fen is not None:
        parts.append(_("vehicle's year up to %(amount)s") % {"amount": format_fen(amount_fen=limit.vehicle_spend_fen)})
    if limit.center_spend_fen is not None:
        text = _("cost centre's year up to %(amount)s")
        parts.append(text % {"amount": format_fen(amount_fen=limit.center_spend_fen)})
    return pgettext("between the items of a list", ", ").join(parts)


def say_amount(limit: ApprovalLimit) -> str:
    """Up to how much."""
    if limit.is_unlimited:
        return _("without limit")
    return _("nothing") if limit.up_to_fen is None else format_fen(amount_fen=limit.up_to_fen)


def say_limit(limit: ApprovalLimit) -> str:
    """The whole of it in a line: “Approver (Repair): ¥5,000.00”."""
    facts = {"who": say_holder(limit), "when": say_conditions(limit), "amount": say_amount(limit)}
    text = (_("%(who)s (%(when)s): %(amount)s") if facts["when"] else _("%(who)s: %(amount)s")) % facts
    return _("%(limit)s, above the budget too") % {"limit": text} if limit.may_exceed_budget else text


def limit_from(terms: Mapping[str, Any]) -> ApprovalLimit:
    """A limit as an event tells it."""
    known = {field.name for field in ApprovalLimit._meta.fields} - {"id"}
    return ApprovalLimit(**{name: value for name, value in terms.items() if name in known})


def tell_saved(data: Mapping[str, Any]) -> str:
    """What a limit was, and what it is."""
    before, after = data["before"], data.get("after") or {}
    if not before or not after:
        return say_limit(limit_from(before or after))
    return f"{say_limit(limit_from(before))} → {say_limit(limit_from(after))}"


def tell_ground(data: Mapping[str, Any]) -> str:
    """How much was approved, and by which limit."""
    parts = [format_fen(amount_fen=data["amount_fen"])]
    if data["order_fen"] != data["amount_fen"]:
        parts.append(_("%(amount)s for the order so far") % {"amount": format_fen(amount_fen=data["order_fen"])})
    if data["limit"]:
        parts.append(_("by the limit %(rule)s") % {"rule": say_limit(limit_from(data["limit"]))})
    if data.get("over_budget_fen"):
        parts.append(_("%(amount)s above the budget") % {"amount": format_fen(amount_fen=data["over_budget_fen"])})
    return " · ".join(parts)


def tell_passed_on(data: Mapping[str, Any]) -> str:
    """How much, and what was said with it."""
    return " · ".join(filter(None, [format_fen(amount_fen=data["amount_fen"]), data["note"]]))


def tell_delegation(data: Mapping[str, Any]) -> str:
    """Who stands in for whom, and for how long."""
    parts = [_("%(deputy)s for %(principal)s") % {"deputy": data["deputy"], "principal": data["principal"]}]
    if data.get("starts_at"):
        start, end = parse_datetime(data["starts_at"]), parse_datetime(data["ends_at"])
        parts += [f"{format_moment(moment=start)}–{format_moment(moment=end)}"] if start and end else []
    if data.get("up_to_fen") is not None:
        parts.append(_("at most %(amount)s") % {"amount": format_fen(amount_fen=data["up_to_fen"])})
    return " · ".join(filter(None, [*parts, data.get("reason", "")]))


def tell_budget(data: Mapping[str, Any]) -> str:
    """Whose budget, for which days, and how much."""
    before, after = data["before"], data.get("after") or {}
    now = after or before
    amount = format_fen(amount_fen=now["amount_fen"])
    if before and after:
        amount = f"{format_fen(amount_fen=before['amount_fen'])} → {amount}"
    return f"{now['cost_center']} · {now['starts_on']}–{now['ends_on']} · {amount}"
