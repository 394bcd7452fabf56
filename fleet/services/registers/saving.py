"""One entry of a register, saved by a person or a program: the same check as a row of a file."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils.translation import gettext as _

from events.announcing import wait_for_turn
from fleet.access import Action, own_tenant, require_may
from fleet.errors import ChangedMeanwhile
from fleet.intake.registers.judging import REJECTED, SAME, Judge, JudgedRow
from fleet.intake.registers.kinds import Known, Register, RegisterContext
from fleet.intake.registers.others import REGISTERS
from fleet.intake.rows import RowProblem, explain
from fleet.selectors.registers import Sought, changes_since, read_register, sought_by
from fleet.services.registers.entries import write_entries
from fleet.services.registers.vehicles import wait_for_vehicles, write_vehicles
from tenants.actors import Actor
from tenants.context import require_tenant


def save_entry(
    *,
    register: str,
    texts: Mapping[str, str],
    key: UUID | None = None,
    seen: int | None = None,
    actor: Actor,
    now: datetime,
) -> UUID:
    """Add an entry, or change the one of `key`; what `texts` does not name stays, an empty text takes away.

    `seen` is the number of the last event about it that the person has seen. Raises Http404, PermissionDenied,
    ValidationError by field, ChangedMeanwhile.
    """  # fmt: skip
    require_may(actor, Action.MANAGE)
    tenant = own_tenant(actor)
    require_tenant(tenant)
    hold(register, actor)
    kind = REGISTERS[register]
    context = read_register(register=kind, tenant=tenant, now=now, sought=sought_of(kind, texts, key, now))
    known = find_entry(context, key)
    if key is not None and seen is not None:
        require_unchanged(register, key, seen)
    if known is not None and register == "vehicles":
        texts = {**texts, "vin": str(known.fields["vin"])}
    row = Judge(kind, context).judge_entry(texts, known)
    refuse(row, is_new=known is None)
    if row.status == SAME and known is not None:
        return UUID(known.id)
    return write(register, [row], actor=actor, now=now)[0]


def sought_of(kind: Register, texts: Mapping[str, str], key: UUID | None, now: datetime) -> Sought:
    """The entry itself, and whichever has what it is to be known by already."""
    parsers = kind.parsers(RegisterContext(today=now.date(), timezone=UTC))
    said = {name: parsers[name](texts.get(name, "").strip()) for name in (*kind.keys, "plate") if name in parsers}
    return sought_by(kind, [said], key)


def hold(register: str, actor: Actor) -> None:
    """From here on nobody else writes this register of the tenant: what is read next is what is changed."""
    if register == "vehicles":
        wait_for_vehicles(actor)
    else:
        wait_for_turn(tenant_id=own_tenant(actor).pk)


def write(register: str, rows: Sequence[JudgedRow], *, actor: Actor, now: datetime) -> list[UUID]:
    """Write judged rows; called while the register is held."""
    if register == "vehicles":
        return write_vehicles(rows=rows, actor=actor, now=now)
    return write_entries(register=register, rows=rows, actor=actor, now=now)


def find_entry(context: RegisterContext, key: UUID | None) -> Known | None:
    """The entry of `key`; raises Http404."""
    if key is None:
        return None
    for entries in context.known.values():
        for entry in entries.values():
            if entry.id == str(key):
                return entry
    raise Http404


def require_unchanged(register: str, key: UUID, seen: int) -> None:
    """Raise ChangedMeanwhile, naming who changed it, when there is a later event about the entry than `seen`."""
    entries = changes_since(register, key, seen)
    if entries:
        names = ", ".join(dict.fromkeys(entry.actor_name for entry in entries))
        raise ChangedMeanwhile(
            _("%(names)s changed this while you had it open.") % {"names": names},
            params={"names": names, "seq": entries[-1].seq},
        )


def refuse(row: JudgedRow, *, is_new: bool) -> None:
    """Raise ValidationError, each error beside its field."""
    if row.status != REJECTED:
        return
    errors: dict[str, list[ValidationError]] = {}
    for problem in row.errors:
        shown = RowProblem(problem.field, "exists_already") if is_new and problem.code == "taken" else problem
        errors.setdefault(problem.field, []).append(ValidationError(" ".join(explain(shown)), code=shown.code))
    raise ValidationError(errors)
