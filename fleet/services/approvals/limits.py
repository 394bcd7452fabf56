"""Who may approve how much: an administrator's to set."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from events.announcing import announce, wait_for_turn
from events.ids import new_id, public_id
from fleet.access import Action, limit_row_for, own_tenant, require_may
from fleet.approving.limits import MOST_FEN
from fleet.events import LimitRemoved, LimitSaved
from fleet.models import ApprovalLimit
from fleet.selectors.limits import DECIDERS, ROLES, all_limits, is_general, read_limits
from repair.models import JobKind
from tenants.actors import Actor
from tenants.people.selectors import Colleague, ask_colleagues

OLDEST: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a limit says; amounts in fen. Neither an amount nor without limit: nothing may be approved."""

    role: str = ""
    member_id: str = ""
    service: str = ""
    max_age_years: int | None = None
    vehicle_spend_fen: int | None = None
    center_spend_fen: int | None = None
    up_to_fen: int | None = None
    is_unlimited: bool = False
    may_exceed_budget: bool = False


WHO_AND_WHEN: Final = (
    "role", "member_id", "service", "max_age_years", "vehicle_spend_fen", "center_spend_fen",
)  # fmt: skip
TOLD: Final = (*(each.name for each in fields(Terms)), "member_name")


def set_limits(*, limits: Mapping[str, int | None], actor: Actor, now: datetime) -> dict[str, int | None]:
    """Set the general limit of roles in fen; None: nothing. Returns the general limits that hold now.

    Raises PermissionDenied, ValidationError by role.
    """
    require_may(actor, Action.CONFIGURE)
    errors = {role: _("There is no such role.") for role in limits if role not in ROLES}
    errors |= {role: amount_text() for role, amount in limits.items() if not is_amount(amount)}
    if errors:
        raise ValidationError(errors)
    wait_for_turn(tenant_id=own_tenant(actor).pk)
    general = {limit.role: limit for limit in all_limits() if is_general(limit)}
    changed = [
        (general[role], Terms(role=role, up_to_fen=amount, may_exceed_budget=general[role].may_exceed_budget))
        for role, amount in limits.items()
        if (general[role].up_to_fen, general[role].is_unlimited) != (amount, False)
    ]
    write([(None if limit._state.adding else limit, terms, "") for limit, terms in changed], actor, now)
    return read_limits()


def save_limit(*, limit_id: UUID | str | None = None, terms: Terms, actor: Actor, now: datetime) -> ApprovalLimit:
    """Add a limit, or change one. Raises Http404, PermissionDenied, ValidationError by field."""
    require_may(actor, Action.CONFIGURE)
    wait_for_turn(tenant_id=own_tenant(actor).pk)
    held = limit_row_for(actor, limit_id) if limit_id is not None else None
    member = find_member(terms, actor)
    check(terms, member)
    require_alone(terms, held)
    if held is not None and all(getattr(held, name) == getattr(terms, name) for name in TOLD[:-1]):
        return held
    return write([(held, terms, member.name if member else "")], actor, now)[0]


def remove_limit(*, limit_id: UUID | str, actor: Actor, now: datetime) -> None:
    """Take a limit away; for a role's general one the standard holds again. Raises Http404, PermissionDenied."""
    require_may(actor, Action.CONFIGURE)
    wait_for_turn(tenant_id=own_tenant(actor).pk)
    held = limit_row_for(actor, limit_id)
    event = LimitRemoved(subject=held.ref, before=told(held))
    announce(tenant_id=own_tenant(actor).pk, events=[event], actor=actor, now=now)
    held.delete()


def write(wanted: list[tuple[ApprovalLimit | None, Terms, str]], actor: Actor, now: datetime) -> list[ApprovalLimit]:
    """Tell, then write: (the row or None for a new one, its terms, the member's name)."""
    rows: list[ApprovalLimit] = []
    events: list[LimitSaved] = []
    for held, terms, name in wanted:
        before = told(held) if held is not None else {}
        row = held or ApprovalLimit(id=new_id())
        for each in fields(terms):
            setattr(row, each.name, getattr(terms, each.name))
        row.member_name = name
        rows.append(row)
        events.append(LimitSaved(subject=public_id("apl", row.pk), before=before, after=told(row)))
    if events:
        announce(tenant_id=own_tenant(actor).pk, events=events, actor=actor, now=now)
    for row in rows:
        row.save()
    return rows


def told(limit: ApprovalLimit) -> dict[str, Any]:
    """A limit as events say it."""
    return {name: getattr(limit, name) for name in TOLD}


def find_member(terms: Terms, actor: Actor) -> Colleague | None:
    """The member that the limit is for: one who may decide. Raises ValidationError."""
    if not terms.member_id:
        return None
    people = ask_colleagues(tenant_id=own_tenant(actor).pk, roles=DECIDERS)
    found = next((each for each in people if str(each.id) == terms.member_id), None)
    if found is None:
        raise ValidationError(
            {"member_id": _("Choose a member who may decide: an approver, a fleet manager or an administrator.")}
        )
    return found


def check(terms: Terms, member: Colleague | None) -> None:
    """Raise ValidationError by field for terms that cannot be."""
    errors: dict[str, str] = {}
    if (terms.role == "") == (member is None):
        errors["role"] = _("Choose either a role or a member.")
    elif terms.role and terms.role not in ROLES:
        errors["role"] = _("There is no such role.")
    if terms.service and terms.service not in JobKind.values:
        errors["service"] = _("There is no such service.")
    if terms.max_age_years is not None and not 0 <= terms.max_age_years <= OLDEST:
        errors["max_age_years"] = _("Give whole years from 0 to %(most)d.") % {"most": OLDEST}
    amounts = ("vehicle_spend_fen", "center_spend_fen", "up_to_fen")
    errors |= {name: amount_text() for name in amounts if not is_amount(getattr(terms, name))}
    if terms.is_unlimited and terms.up_to_fen is not None:
        errors["up_to_fen"] = _("Without limit there is no amount; leave one of the two out.")
    if errors:
        raise ValidationError(errors)


def is_amount(amount: int | None) -> bool:
    """Whether it is none, or an amount that a limit may have."""
    return amount is None or 0 <= amount <= MOST_FEN


def amount_text() -> str:
    """What is asked of an amount."""
    return _("Give an amount of 0 or more, or leave it blank for none.")


def require_alone(terms: Terms, held: ApprovalLimit | None) -> None:
    """Raise ValidationError when another limit has the same conditions: two could say different things."""
    same = ApprovalLimit.objects.filter(
        **{name: getattr(terms, name) for name in WHO_AND_WHEN if getattr(terms, name) is not None}
    )
    same = same.filter(**{f"{name}__isnull": True for name in WHO_AND_WHEN if getattr(terms, name) is None})
    if held is not None:
        same = same.exclude(pk=held.pk)
    if same.exists():
        raise ValidationError(_("There is a limit under these conditions already; change that one."))
