"""VAT rates by group: set from a day on, and confirmed by finance."""

from datetime import date, datetime
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.utils.translation import gettext as _
from psycopg.types.range import DateRange

from events.commands import command, record
from partners.desk.charges import TaxGroup
from partners.desk.days import local_day
from partners.desk.events import VatRateSet
from partners.desk.models import VatRate
from tenants.actors import Actor, StaffRole


def require_finance(actor: Actor) -> None:
    """Raise PermissionDenied for anybody but finance."""
    if actor.kind != "system" and not actor.is_staff_in(StaffRole.FINANCE):
        raise PermissionDenied(_("Only finance sets taxes."))


@command
def set_vat_rate(*, group: str, rate_bp: int, valid_from: date, actor: Actor, now: datetime) -> VatRate:
    """Another rate from a day that is still to come (the first of a group may have begun).

    Raises PermissionDenied, ValidationError by field.
    """
    require_finance(actor)
    if group not in TaxGroup.values:
        raise ValidationError({"group": _("There is no such group.")})
    if not 0 <= rate_bp <= 10_000:
        raise ValidationError({"rate_bp": _("Give a rate from 0 to 100 %.")})
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 2))", [f"vat {group}"])
    rates = VatRate.objects.filter(group=group).exclude(during__isempty=True)
    if rates.exists() and valid_from <= local_day(now):
        raise ValidationError({"valid_from": _("A new rate begins tomorrow at the earliest.")})
    if rates.filter(during__startswith__gte=valid_from).exists():
        raise ValidationError({"valid_from": _("A rate that begins then or later is set already.")})
    for before in rates.filter(during__contains=valid_from):
        before.during = DateRange(before.during.lower, valid_from, "[)")
        before.save(update_fields=["during"])
    rate = VatRate.objects.create(
        group=group, rate_bp=rate_bp, during=DateRange(valid_from, None, "[)"), set_by=actor.name[:200]
    )
    note_rate(rate)
    return rate


@command
def confirm_vat_rate(*, rate_id: UUID, actor: Actor, now: datetime) -> VatRate:
    """Finance says that it is right. Raises PermissionDenied, VatRate.DoesNotExist."""
    require_finance(actor)
    rate = VatRate.objects.select_for_update().get(pk=rate_id)
    if rate.confirmed_at is None:
        rate.confirmed_at, rate.confirmed_by = now, actor.name[:200]
        rate.save(update_fields=["confirmed_at", "confirmed_by"])
        note_rate(rate)
    return rate


def note_rate(rate: VatRate) -> None:
    """The fact of it."""
    record(
        VatRateSet(
            subject=rate.ref, group=rate.group, rate_bp=rate.rate_bp, valid_from=rate.during.lower,
            is_confirmed=rate.confirmed_at is not None,
        )
    )  # fmt: skip
