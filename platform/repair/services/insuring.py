"""P25: the register of the operator's policies, and the check that each vehicle in custody is covered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from events.commands import command, record
from events.each import each_alone
from events.ids import public_id
from files.models import StoredFile
from files.services import claim_file
from repair import states
from repair.events import CoverGapClosed, CoverGapOpened, InsurancePolicyEntered
from repair.models import CoverGap, CoverKind, Custody, InsurancePolicy, Job
from tenants.actors import Actor, StaffRole, system_actor

CHECKED_AT_ONCE: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyDraft:
    """A policy as it is typed in; no classes mean all; `limit_fen` for one case."""

    insurer: str
    number: str
    kinds: Sequence[str]
    starts_at: datetime
    ends_at: datetime
    limit_fen: int
    vehicle_classes: Sequence[str] = ()
    document: StoredFile | None = None
    note: str = ""


@command
def enter_policy(*, draft: PolicyDraft, actor: Actor, now: datetime) -> InsurancePolicy:
    """Put a policy into the register; gaps that it fills close with the next check. Raises PermissionDenied, ValidationError."""
    require_keeper(actor)
    check_draft(draft)
    policy = InsurancePolicy.objects.create(
        insurer=draft.insurer.strip(), number=draft.number.strip(), kinds=sorted(set(draft.kinds)),
        vehicle_classes=sorted(set(draft.vehicle_classes)), starts_at=draft.starts_at, ends_at=draft.ends_at,
        limit_fen=draft.limit_fen, document=draft.document.ref if draft.document else "", note=draft.note.strip(),
        entered_by=actor.name[:200], entered_at=now,
    )  # fmt: skip
    if draft.document is not None:
        claim_file(file_id=draft.document.pk, now=now)
    record_policy(policy)
    return policy


@command
def end_policy(*, policy_id: UUID, actor: Actor, now: datetime) -> InsurancePolicy:
    """A policy ends before its time: now. Raises PermissionDenied, ValidationError, InsurancePolicy.DoesNotExist."""
    require_keeper(actor)
    policy = InsurancePolicy.objects.select_for_update().get(pk=policy_id)
    if not policy.starts_at < now < policy.ends_at:
        raise ValidationError(_("Only a policy that is in force can be ended."))
    policy.ends_at = now
    policy.save(update_fields=["ends_at"])
    record_policy(policy, is_ended=True)
    return policy


def require_keeper(actor: Actor) -> None:
    """Raise PermissionDenied for anybody but a lead or finance."""
    if not actor.is_staff_in(StaffRole.LEAD, StaffRole.FINANCE):
        raise PermissionDenied(_("A lead or finance keeps the register of policies."))


def check_draft(draft: PolicyDraft) -> None:
    """Raise ValidationError by field."""
    errors: dict[str, str] = {}
    if draft.ends_at <= draft.starts_at:
        errors["ends_at"] = _("The end lies before the beginning.")
    if not draft.kinds or not set(draft.kinds) <= set(CoverKind.values):
        errors["kinds"] = _("Choose what it covers.")
    if draft.limit_fen <= 0:
        errors["limit"] = _("Give an amount above zero.")
    if InsurancePolicy.objects.filter(insurer=draft.insurer.strip(), number=draft.number.strip()).exists():
        errors["number"] = _("This policy is in the register already.")
    if errors:
        raise ValidationError(dict(errors))


def record_policy(policy: InsurancePolicy, *, is_ended: bool = False) -> None:
    """The register's history."""
    record(
        InsurancePolicyEntered(
            subject=public_id("ins", policy.pk), policy_id=policy.pk, insurer=policy.insurer, number=policy.number,
            kinds=tuple(policy.kinds), starts_at=policy.starts_at, ends_at=policy.ends_at, limit_fen=policy.limit_fen,
            is_ended=is_ended,
        )
    )  # fmt: skip


# --- the check ----------------------------------------------------------------------------------------------------------


def policies_in_force(now: datetime) -> QuerySet[InsurancePolicy]:
    """What covers at this moment."""
    return InsurancePolicy.objects.filter(starts_at__lte=now, ends_at__gt=now)


def check_cover(*, now: datetime) -> int:
    """Find every vehicle in custody that nothing covers, and what is covered again; returns how many custodies changed.

    Two at once find each gap once.
    """
    policies = list(policies_in_force(now))
    open_gaps = set(CoverGap.objects.filter(closed_at__isnull=True).values_list("custody_id", "kind"))
    wrong = {key for key, needed in needed_covers().items() if not is_covered(needed, policies)}
    keys = sorted(wrong | {custody_id for custody_id, _kind in open_gaps})
    actor = system_actor("insurance")
    runs = [keys[start : start + CHECKED_AT_ONCE] for start in range(0, len(keys), CHECKED_AT_ONCE)]
    return sum(each_alone(runs, lambda run: settle_gaps(custody_ids=run, actor=actor, now=now)))


@dataclass(frozen=True, slots=True)
class NeededCover:
    """What a vehicle in custody must be covered for now."""

    kind: str
    vehicle_class: str
    vin: str
    tenant_id: UUID


def needed_covers(custody_ids: Sequence[UUID] | None = None) -> Mapping[UUID, NeededCover]:
    """By custody, all that are open or those asked for: on the road the transport, else the custody."""
    jobs = Job.objects.filter(status__in=states.IN_CUSTODY_STATES, visit__custody__during__endswith__isnull=True)
    if custody_ids is not None:
        jobs = jobs.filter(visit__custody__in=custody_ids)
    rows = jobs.order_by("pk").values_list("visit__custody", "status", "vehicle_class", "vin", "tenant_id")
    found: dict[UUID, NeededCover] = {}
    for custody_id, status, vehicle_class, vin, tenant_id in rows:
        on_road = status in states.ON_THE_ROAD
        if on_road or custody_id not in found:
            kind = CoverKind.TRANSPORT if on_road else CoverKind.CUSTODY
            found[custody_id] = NeededCover(kind.value, vehicle_class, vin, tenant_id)
    return found


def is_covered(needed: NeededCover, policies: Sequence[InsurancePolicy]) -> bool:
    """Whether a policy in force covers this kind and class."""
    return any(
        needed.kind in policy.kinds and (not policy.vehicle_classes or needed.vehicle_class in policy.vehicle_classes)
        for policy in policies
    )


@command
def settle_gaps(*, custody_ids: Sequence[UUID], actor: Actor, now: datetime) -> int:
    """Open and close the gaps of these custodies by what is true under their locks; returns how many changed."""
    list(Custody.objects.select_for_update(of=("self",)).filter(pk__in=custody_ids).order_by("pk"))
    policies, needed = list(policies_in_force(now)), needed_covers(custody_ids)
    missing = {(key, cover.kind): cover for key, cover in needed.items() if not is_covered(cover, policies)}
    gaps = list(CoverGap.objects.filter(custody__in=custody_ids, closed_at__isnull=True).order_by("pk"))
    changed = 0
    for gap in gaps:
        if (gap.custody_id, gap.kind) in missing:
            continue
        gap.closed_at = now
        gap.save(update_fields=["closed_at"])
        covered = gap.custody_id in needed
        record(CoverGapClosed(subject=public_id("gap", gap.pk), gap_id=gap.pk, is_covered=covered))
        changed += 1
    known = {(gap.custody_id, gap.kind) for gap in gaps}
    for (custody_id, kind), cover in missing.items():
        if (custody_id, kind) in known:
            continue
        gap = CoverGap.objects.create(
            custody_id=custody_id, kind=kind, vehicle_class=cover.vehicle_class, opened_at=now
        )
        record(
            CoverGapOpened(
                subject=public_id("gap", gap.pk), gap_id=gap.pk, custody_id=custody_id, tenant_id=cover.tenant_id,
                vin=cover.vin, kind=kind,
            )
        )  # fmt: skip
        changed += 1
    return changed
