"""Publishing a rate card: from a day that is still to come, and never to be changed after."""

from datetime import date, datetime, timedelta
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Max
from django.utils.translation import gettext as _
from psycopg.types.range import DateRange

from events.commands import command, record
from events.ids import public_id
from partners.desk.access import require_price_writer
from partners.desk.days import local_day
from partners.desk.events import RatesPublished, RatesWithdrawn
from partners.desk.models import DraftPrice, Price, RateCard, RatePeriod, RateVersion
from partners.desk.models.prices import VALUES
from partners.desk.services.drafts import lock_card, lock_draft
from tenants.actors import Actor

LAST_YEAR = 2100


@command
def publish_draft(
    *, card_id: UUID, valid_from: date, note: str, revision: int, actor: Actor, now: datetime
) -> RateVersion:
    """The draft (as of `revision`) becomes the card's next version and holds from `valid_from`, tomorrow at the earliest:
    what was rated today stays as it was told. The version before it ends the day before; one that begins later stays.

    Raises PermissionDenied, ValidationError by field.
    """
    require_price_writer(actor)
    draft = lock_draft(card_id)
    if draft.revision != revision:
        raise ValidationError(
            _("%(name)s has changed this draft meanwhile. Reload the page.") % {"name": draft.saved_by}
        )
    rows = list(DraftPrice.objects.filter(draft=draft).order_by("pk").values(*VALUES))
    if not rows:
        raise ValidationError(_("The draft has no price yet."))
    card = draft.card
    until = make_room(card, valid_from, now)
    no = (card.versions.aggregate(last=Max("no"))["last"] or 0) + 1
    version = RateVersion.objects.create(
        card=card, no=no, published_at=now, published_by=actor.name[:200], note=note.strip()[:300]
    )
    Price.objects.bulk_create(Price(version=version, **row) for row in rows)
    RatePeriod.objects.create(version=version, card=card, during=DateRange(valid_from, until, "[)"))
    draft.delete()
    record(
        RatesPublished(
            subject=card.ref, card_id=card.pk, tenant_id=card.tenant_id, version_id=version.pk, no=no, valid_from=valid_from,
            prices=len(rows), note=version.note,
        )
    )  # fmt: skip
    return version


def make_room(card: RateCard, valid_from: date, now: datetime) -> date | None:
    """End what holds on that day, and say when the next one begins. Raises ValidationError for a day that cannot be."""
    if valid_from <= local_day(now):
        raise ValidationError(
            {"valid_from": _("Prices begin tomorrow at the earliest; today's jobs are rated already.")}
        )
    if valid_from.year >= LAST_YEAR:
        raise ValidationError({"valid_from": _("Give a day before the year 2100.")})
    periods = RatePeriod.objects.filter(card=card).exclude(during__isempty=True)
    before = periods.filter(during__contains=valid_from).first()
    if before is not None and before.during.lower == valid_from:
        raise ValidationError(
            {"valid_from": _("Another version begins on that day; withdraw it, or choose another day.")}
        )
    if before is not None:
        until: date | None = before.during.upper
        before.during = DateRange(before.during.lower, valid_from, "[)")
        before.save(update_fields=["during"])
        return until
    later = periods.filter(during__startswith__gt=valid_from).order_by("during").first()
    return later.during.lower if later is not None else None


@command
def withdraw_version(*, version_id: UUID, reason: str, actor: Actor, now: datetime) -> RateVersion:
    """Take back a version before its first day; the one before it holds on instead.

    Raises PermissionDenied, ValidationError, RateVersion.DoesNotExist.
    """
    require_price_writer(actor)
    version = RateVersion.objects.get(pk=version_id)
    card = lock_card(version.card_id)
    period = RatePeriod.objects.get(pk=version_id)
    if not reason.strip():
        raise ValidationError({"reason": _("Say why.")})
    if period.during.isempty:
        raise ValidationError(_("This version was withdrawn already."))
    if period.during.lower <= local_day(now):
        raise ValidationError(_("This version holds already; publish another one."))
    first, until = period.during.lower, period.during.upper
    period.during = DateRange(empty=True)
    period.save(update_fields=["during"])
    before = RatePeriod.objects.filter(card=card, during__contains=first - timedelta(days=1)).first()
    if before is not None and before.during.upper == first:
        before.during = DateRange(before.during.lower, until, "[)")
        before.save(update_fields=["during"])
    record(
        RatesWithdrawn(
            subject=public_id("rcd", card.pk),
            card_id=card.pk,
            version_id=version.pk,
            no=version.no,
            why=reason.strip()[:300],
        )
    )
    return version
