"""An order's page in values: what is asked of the reader, its estimates side by side, the decision that waits."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from files.links import photo_url
from fleet import states, texts
from fleet.access import Action, may
from fleet.approving.words import say_limit
from fleet.models import Endorsement, Order, OrderEstimate, OrderEstimateLine, OrderIncident, OrderPhoto
from fleet.selectors.authority import authority_for
from fleet.services.approvals.grounds import who_could
from fleet.services.approvals.passing import endorsements_of
from fleet.timeline import TimelineItem
from repair import states as jobs
from repair.texts import INCIDENT_STATES, INCIDENTS, LIABILITIES
from tenants.actors import Actor
from ui.formats import format_fen, format_moment, format_plain_fen


@dataclass(frozen=True, kw_only=True, slots=True)
class Ask:
    """Something that the reader is asked to do; `opens` a dialog, or leads to a part of the page."""

    title: str
    text: str
    label: str
    url: str
    icon: str
    opens: bool = False


@dataclass(frozen=True, kw_only=True)
class Typed:
    """What a decision's form said, when it has to be shown again with its faults."""

    values: dict[str, str] = field(default_factory=dict)
    errors: dict[int, str] = field(default_factory=dict)  # by line
    problem: str = ""


def asks_of(actor: Actor, order: Order, waiting: OrderEstimate | None, *, has_windows: bool) -> list[Ask]:
    """What the reader can do for the order to go on, the most urgent first."""
    asks: list[Ask] = []
    if waiting is not None and may(actor, Action.DECIDE):
        facts = {"amount": format_fen(amount_fen=waiting.total_fen), "until": format_moment(moment=waiting.valid_until)}
        asks.append(
            Ask(
                title=_("Decide on the extra fault") if waiting.is_supplement else _("Decide on the estimate"),
                text=_("%(amount)s, valid until %(until)s") % facts,
                label=_("Look at it"),
                url="#estimate",
                icon="checks",
            )
        )
    if not may(actor, Action.SUBMIT):
        return asks
    if has_windows:
        asks.append(
            Ask(
                title=_("Choose another window"),
                text=_("There is no agent free in the window you asked for."),
                label=_("See the windows"),
                url="#windows",
                icon="calendar-time",
            )
        )
    if order.status == jobs.PICKUP_FAILED:
        asks.append(
            Ask(
                title=_("Say when the vehicle can be fetched"),
                text=_("The pick-up failed; a new time is needed."),
                label=_("Another time"),
                url=reverse("fleet:order_reschedule", args=[order.ref]),
                icon="calendar-time",
                opens=True,
            )
        )
    if order.status == jobs.DELIVERED:
        asks.append(
            Ask(
                title=_("Tell us how it went"),
                text=_("The vehicle is back."),
                label=_("Rate"),
                url=reverse("fleet:order_rate", args=[order.ref]),
                icon="star",
                opens=True,
            )
        )
    return asks


def decision_context(
    actor: Actor, order: Order, waiting: OrderEstimate, now: datetime, typed: Typed | None = None
) -> dict[str, Any]:
    """The decision that waits: its lines, the limit that decides for the reader, and who could say yes to what is above it."""
    typed = typed or Typed()
    authority = authority_for(actor, now)
    waiting.order = order
    case = authority.cases([waiting])[waiting.pk]
    verdict = authority.judge(actor, case, waiting.total_fen)
    can_decide = may(actor, Action.DECIDE)
    is_above = not verdict.is_allowed or not can_decide
    lines = sorted(waiting.lines.all(), key=lambda line: line.no)
    passed = endorsements_of([(order.pk, waiting.version)]).get((order.pk, waiting.version), [])
    if passed and not typed.values:
        typed = proposed_by(passed[0])
    return {
        "order": order,
        "waiting": waiting,
        "passed": passed,
        "lines": [decision_line(line, typed) for line in lines],
        "has_unit_prices": any(line.unit_price_fen is not None for line in lines),
        "used_fen": order.approved_fen,
        "wanted_fen": order.approved_fen + waiting.total_fen,
        "rule": say_limit(verdict.limit) if verdict.limit is not None and can_decide else "",
        "principal": verdict.delegation.principal_name if verdict.delegation is not None else "",
        "is_own_order": verdict.problem == "own_order",
        "has_budget": case.budget_id is not None,
        "free_fen": case.free_fen,
        "over_fen": case.over_fen(waiting.total_fen),
        "room_fen": authority.room(actor, case),
        "is_above": is_above,
        "helpers": who_could(authority, case, waiting.total_fen, but=actor.id) if is_above else "",
        "can_decide": can_decide,
        "reason": typed.values.get("reason", ""),
        "problem": typed.problem,
    }


def proposed_by(endorsement: Endorsement) -> Typed:
    """The choices of who has passed it on, as if they had been typed."""
    values: dict[str, str] = {}
    for choice in endorsement.choices:
        no = choice["no"]
        values[f"line-{no}"] = "approve" if choice["is_approved"] else "decline"
        values[f"reason-{no}"] = choice["reason"]
        if choice["amount_fen"] is not None:
            values[f"amount-{no}"] = format_plain_fen(amount_fen=choice["amount_fen"])
    return Typed(values=values)


def decision_line(line: OrderEstimateLine, typed: Typed) -> dict[str, Any]:
    """A line with what was typed for it, or the whole amount approved."""
    amount = format_plain_fen(amount_fen=line.amount_fen)
    return {
        "line": line,
        "kind": texts.LINE_KINDS.get(line.kind, line.kind),
        "amount": typed.values.get(f"amount-{line.no}", amount),
        "is_declined": typed.values.get(f"line-{line.no}", "approve") != "approve",
        "reason": typed.values.get(f"reason-{line.no}", ""),
        "error": typed.errors.get(line.no, ""),
    }


def compare_estimates(estimates: Sequence[OrderEstimate]) -> dict[str, Any]:
    """The versions as columns and the works as rows: what changed from one to the next is seen in a line."""
    versions = sorted(estimates, key=lambda estimate: estimate.version)
    rows: dict[tuple[str, str, str], dict[str, Any]] = {}
    for column, estimate in enumerate(versions):
        for line in sorted(estimate.lines.all(), key=lambda line: line.no):
            row = rows.setdefault(
                (line.kind, line.operation, line.text),
                {
                    "text": line.text,
                    "kind": texts.LINE_KINDS.get(line.kind, line.kind),
                    "operation": line.operation,
                    "cells": [],
                },
            )
            row["cells"] += [None] * (column - len(row["cells"]))
            if len(row["cells"]) == column:
                row["cells"].append(compared_line(line))
            else:  # the same work twice in one version
                row["cells"][column] |= {"unit_price_fen": None}
                row["cells"][column]["amount_fen"] += line.amount_fen
                row["cells"][column]["approved_fen"] += line.approved_fen
    for row in rows.values():
        row["cells"] += [None] * (len(versions) - len(row["cells"]))
        row["cells"] = list(zip(versions, row["cells"], strict=True))
    return {"versions": [compared_version(estimate) for estimate in versions], "rows": list(rows.values())}


def compared_version(estimate: OrderEstimate) -> dict[str, Any]:
    """The head of a column."""
    name = _("Extra fault %(version)d") if estimate.is_supplement else _("Estimate %(version)d")
    return {
        "estimate": estimate,
        "name": name % {"version": estimate.version},
        "decision": estimate.decision or "pending",
        "label": texts.DECISIONS.get(estimate.decision or "pending", estimate.decision),
    }


def compared_line(line: OrderEstimateLine) -> dict[str, Any]:
    """A cell: what was asked, and what of it was approved."""
    return {
        "quantity": line.quantity,
        "unit_price_fen": line.unit_price_fen,
        "amount_fen": line.amount_fen,
        "approved_fen": line.approved_fen,
        "decision": line.decision,
        "label": texts.DECISIONS.get(line.decision, line.decision),
        "reason": line.reason,
    }


def with_photos(actor: Actor, order: Order, items: Sequence[TimelineItem]) -> list[TimelineItem]:
    """The timeline, each entry with the photos that it told."""
    told: dict[int, list[dict[str, str]]] = {}
    for photo in OrderPhoto.objects.filter(order=order).order_by("seq", "no"):
        label = " · ".join(filter(None, (str(photo.get_kind_display()), photo.shot)))
        told.setdefault(photo.seq, []).append(
            {
                "thumb": photo_url(file_id=photo.file_id, actor=actor, variant="thumb"),
                "view": photo_url(file_id=photo.file_id, actor=actor),
                "label": label,
            }
        )
    return [replace(item, photos=told.get(item.seq, ())) for item in items]


def can_cancel(actor: Actor, order: Order) -> bool:
    """Whether the reader may cancel it now."""
    return may(actor, Action.SUBMIT) and order.status in states.CANCELLABLE


def can_reschedule(actor: Actor, order: Order) -> bool:
    """Whether the reader may change its time now."""
    return may(actor, Action.SUBMIT) and order.status in states.AMENDABLE


def incidents_of(order: Order) -> list[dict[str, Any]]:
    """The incident files over the order, the newest first, in the reader's words."""
    return [
        {
            "row": row,
            "kind": INCIDENTS.get(row.kind, row.kind),
            "state": INCIDENT_STATES.get(row.status, row.status),
            "liability": LIABILITIES.get(row.liability, ""),
        }
        for row in OrderIncident.objects.filter(order=order).order_by("-id")
    ]
