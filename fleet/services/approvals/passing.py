"""Two steps: who may not approve an estimate passes it on, with its choices, to who may."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from events.announcing import announce, wait_for_turn
from events.ids import new_id
from fleet.access import Action, order_for, own_tenant, require_may
from fleet.approving.events import ApprovalPassedOn
from fleet.errors import NotValid
from fleet.models import Endorsement, OrderEstimate
from fleet.selectors.authority import authority_for
from fleet.services.approvals.grounds import asked_fen, require_waiting
from repair.requests import LineChoice
from tenants.actors import Actor

LONGEST = 1_000


def pass_on(
    *,
    order_id: UUID | str,
    version: int,
    choices: Sequence[LineChoice] = (),
    note: str = "",
    actor: Actor,
    now: datetime,
) -> Endorsement:
    """Say that one would approve it so; whoever may hears of it, and sees the choices. Again replaces what was said before.

    Raises Http404, PermissionDenied, AlreadyDecided, NotValid (the actor may approve it itself), ValidationError by line.
    """
    require_may(actor, Action.DECIDE)
    wait_for_turn(tenant_id=own_tenant(actor).pk)
    order = order_for(actor, order_id)
    estimate = require_waiting(order, version)
    check_choices(estimate, choices)
    amount, authority = asked_fen(estimate, choices), authority_for(actor, now)
    if authority.judge(actor, authority.cases([estimate])[estimate.pk], amount).is_allowed:
        raise NotValid(_("You may approve this yourself."), field="decision")
    event = ApprovalPassedOn(
        subject=order.ref, order_id=order.pk, estimate_version=version, amount_fen=amount, note=note.strip()[:LONGEST]
    )
    announce(tenant_id=own_tenant(actor).pk, events=[event], actor=actor, now=now)
    said: dict[str, Any] = {
        "member_name": actor.name, "amount_fen": amount, "note": event.note, "passed_at": now,
        "choices": [asdict(choice) for choice in choices],
    }  # fmt: skip
    row, _is_new = Endorsement.objects.update_or_create(
        order_id=order.pk, version=version, member_id=actor.id, defaults=said, create_defaults={"id": new_id(), **said}
    )
    return row


def check_choices(estimate: OrderEstimate, choices: Sequence[LineChoice]) -> None:
    """Raise ValidationError by line for what the desk would refuse, too."""
    asked: Mapping[int, int] = dict(estimate.lines.values_list("no", "amount_fen"))
    errors: dict[str, str] = {}
    for choice in choices:
        if choice.no not in asked:
            errors[f"lines.{choice.no}"] = _("There is no such line on this estimate.")
        elif choice.amount_fen is not None and not 0 <= choice.amount_fen <= asked[choice.no]:
            errors[f"lines.{choice.no}"] = _("Approve at most what was asked.")
    if errors:
        raise ValidationError(errors)


def endorsements_of(keys: Sequence[tuple[UUID, int]]) -> dict[tuple[UUID, int], list[Endorsement]]:
    """Who passed on these versions of orders, the newest first."""
    found: dict[tuple[UUID, int], list[Endorsement]] = {}
    for row in Endorsement.objects.filter(order_id__in={key for key, _version in keys}).order_by("-passed_at", "pk"):
        found.setdefault((row.order_id, row.version), []).append(row)
    return {key: rows for key, rows in found.items() if key in set(keys)}
