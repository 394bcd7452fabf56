"""Which licences drive which class: versions by the day from which they hold; what has held stays as it was."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from dispatch.access import require_staffer
from dispatch.events import LicenceRuleSet
from dispatch.models import Leg, LicenceRule
from dispatch.planning.tables import ZONE
from dispatch.services.staffing.agents import LICENCES
from dispatch.services.staffing.freeing import lock_staff, named_by, settle
from dispatch.texts import CLASSES
from dispatch.waking import wake_solver
from events.commands import command, record
from events.ids import new_id, public_id
from tenants.actors import Actor

DAY = timedelta(days=1)
RULES_KEY = 0x6C6963  # "lic"


@command
def set_licence_rule(
    *,
    vehicle_class: str,
    licences: Collection[str],
    valid_from: date,
    note: str,
    actor: Actor,
    now: datetime,
    confirmed: Collection[UUID] | None = None,
) -> LicenceRule:
    """From `valid_from` on these licences drive the class, until the next version that is written already.

    Legs whose agent may not drive them then go to be planned anew.
    Raises PermissionDenied, ValidationError by field, LegsAtStake for legs not `confirmed`.
    """
    require_staffer(actor)
    lock_rules()
    check_rule(vehicle_class, licences, valid_from, now=now)
    agents = lock_staff(drivers_of(vehicle_class))
    rows = LicenceRule.objects.filter(vehicle_class=vehicle_class)
    later = rows.filter(valid_from__gt=valid_from).order_by("valid_from").first()
    close_before(rows.filter(valid_from__lt=valid_from), valid_from)
    rule = LicenceRule.objects.create(
        pk=new_id(), vehicle_class=vehicle_class, licences=in_order(licences), valid_from=valid_from,
        valid_until=later.valid_from - DAY if later is not None else None, note=note.strip()[:200],
    )  # fmt: skip
    tell_rule(rule)
    settle(list(agents), confirmed=confirmed, actor=actor, now=now)
    wake_solver()
    return rule


@command
def withdraw_licence_rule(
    *, rule_id: UUID, actor: Actor, now: datetime, confirmed: Collection[UUID] | None = None
) -> None:
    """A version that does not hold yet will not come; the one before it goes on.

    Raises PermissionDenied, ValidationError for one that holds, LicenceRule.DoesNotExist, LegsAtStake.
    """
    require_staffer(actor)
    lock_rules()
    rule = LicenceRule.objects.get(pk=rule_id)
    if rule.valid_from <= timezone.localdate(now, ZONE):
        raise ValidationError(_("This version holds already. Write a new one from a later day."))
    agents = lock_staff(drivers_of(rule.vehicle_class))
    LicenceRule.objects.filter(pk=rule_id).delete()
    earlier = LicenceRule.objects.filter(vehicle_class=rule.vehicle_class, valid_until=rule.valid_from - DAY).first()
    if earlier is not None:
        earlier.valid_until = rule.valid_until
        earlier.save(update_fields=["valid_until"])
    tell_rule(rule, is_withdrawn=True)
    settle(list(agents), confirmed=confirmed, actor=actor, now=now)
    wake_solver()


def lock_rules() -> None:
    """One change of the rules at a time."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [RULES_KEY])


def drivers_of(vehicle_class: str) -> set[UUID]:
    """Whoever has a named leg with a vehicle of this class."""
    legs = Leg.objects.filter(named_by(None), vehicle_class=vehicle_class, agent__isnull=False)
    return set(legs.values_list("agent_id", flat=True))


def close_before(earlier: QuerySet[LicenceRule], day: date) -> None:
    """The version that would run into `day` ends on the day before."""
    last = earlier.order_by("-valid_from").first()
    if last is not None and (last.valid_until is None or last.valid_until >= day):
        last.valid_until = day - DAY
        last.save(update_fields=["valid_until"])


def check_rule(vehicle_class: str, licences: Collection[str], valid_from: date, *, now: datetime) -> None:
    """Raise ValidationError by field."""
    errors = {}
    if vehicle_class not in CLASSES:
        errors["vehicle_class"] = _("There is no such vehicle class.")
    if not licences or not set(licences) <= set(LICENCES):
        errors["licences"] = _("Choose one licence at least.")
    if valid_from < timezone.localdate(now, ZONE):
        errors["valid_from"] = _("What has held stays as it was: choose today or a later day.")
    elif LicenceRule.objects.filter(vehicle_class=vehicle_class, valid_from=valid_from).exists():
        errors["valid_from"] = _("Another version begins on this day; withdraw it first, or choose another day.")
    if errors:
        raise ValidationError(errors)


def in_order(licences: Collection[str]) -> list[str]:
    """As they are usually listed."""
    return [code for code in LICENCES if code in licences]


def tell_rule(rule: LicenceRule, *, is_withdrawn: bool = False) -> None:
    """The fact."""
    record(
        LicenceRuleSet(
            subject=public_id("lic", rule.pk), rule_id=rule.pk, vehicle_class=rule.vehicle_class,
            licences=list(rule.licences), valid_from=rule.valid_from, note=rule.note, is_withdrawn=is_withdrawn,
        )
    )  # fmt: skip
