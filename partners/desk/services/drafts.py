"""Writing a rate card: a draft that starts as a copy of what holds, changed price by price or by a file."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, time
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from events.commands import command
from events.ids import new_id
from partners.desk.access import require_price_writer
from partners.desk.charges import FIGURES, SHAPES
from partners.desk.dimensions import codes_of, named_by
from partners.desk.models import DraftPrice, Price, RateCard, RateDraft
from partners.desk.models.prices import DIMENSIONS, VALUES
from tenants.actors import Actor
from tenants.models import Tenant

MOST_PRICES = 5_000
MOST_FEN = 100_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceDraft:
    """A price as it is written; figures that its kind has not are None."""

    kind: str
    area: str = ""
    vehicle_class: str = ""
    operation: str = ""
    amount_fen: int | None = None
    included_km: int | None = None
    per_km_fen: int | None = None
    road_percent: int | None = None
    percent_bp: int | None = None
    night_from: time | None = None
    night_until: time | None = None
    included_min: int | None = None
    block_min: int | None = None
    most_fen: int | None = None
    note: str = ""

    @property
    def place(self) -> tuple[str, str, str, str]:
        """What it is for; a card has one price for each place."""
        return self.kind, self.area, self.vehicle_class, self.operation


@command
def begin_draft(*, tenant_id: UUID | None, actor: Actor, now: datetime) -> RateDraft:
    """The draft of a tenant's card (or of the standard one); a new one copies the last version.

    Raises PermissionDenied, Tenant.DoesNotExist.
    """
    require_price_writer(actor)
    tenant = None if tenant_id is None else Tenant.objects.get(pk=tenant_id)
    card, _made = RateCard.objects.get_or_create(tenant=tenant)
    card = lock_card(card.pk)
    standing = RateDraft.objects.filter(card=card).first()
    if standing is not None:
        return standing
    last = card.versions.exclude(period__during__isempty=True).order_by("-no").first()
    draft = RateDraft.objects.create(card=card, based_on=last, revision=1, saved_at=now, saved_by=actor.name[:200])
    if last is not None:
        rows = Price.objects.filter(version=last).values(*VALUES)
        DraftPrice.objects.bulk_create(DraftPrice(draft=draft, **row) for row in rows)
    return draft


def lock_card(card_id: UUID) -> RateCard:
    """Whoever writes or publishes locks the card. Raises RateCard.DoesNotExist."""
    return RateCard.objects.select_for_update(of=("self",)).select_related("tenant").get(pk=card_id)


def lock_draft(card_id: UUID) -> RateDraft:
    """The card's draft under the card's lock; raises ValidationError when there is none any more."""
    lock_card(card_id)
    draft = RateDraft.objects.filter(card_id=card_id).first()
    if draft is None:
        raise ValidationError(_("This draft was published or put away meanwhile. Reload the page."))
    return draft


def touch(draft: RateDraft, actor: Actor, now: datetime) -> None:
    """Who changed it last, and when."""
    draft.revision += 1
    draft.saved_at, draft.saved_by = now, actor.name[:200]
    draft.save(update_fields=["revision", "saved_at", "saved_by"])


@command
def save_price(*, card_id: UUID, price_id: UUID | None, values: PriceDraft, actor: Actor, now: datetime) -> DraftPrice:
    """Add a price to the draft (price_id None) or change one. Raises PermissionDenied, ValidationError by field."""
    require_price_writer(actor)
    draft = lock_draft(card_id)
    tidy = tidy_price(values)
    check_price(tidy)
    others = DraftPrice.objects.filter(draft=draft)
    if price_id is not None:
        others = others.exclude(pk=price_id)
    if others.filter(**dict(zip(("kind", *DIMENSIONS), tidy.place, strict=True))).exists():
        raise ValidationError({"kind": _("The card has a price for exactly this; change that one.")})
    if price_id is None and others.count() >= MOST_PRICES:
        raise ValidationError(_("A card has %(most)d prices at most.") % {"most": MOST_PRICES})
    price = DraftPrice(pk=new_id(), draft=draft) if price_id is None else find_price(draft, price_id)
    for name, value in asdict(tidy).items():
        setattr(price, name, value)
    price.save(force_insert=price_id is None)
    touch(draft, actor, now)
    return price


def find_price(draft: RateDraft, price_id: UUID) -> DraftPrice:
    """A price of this draft; raises ValidationError when it is gone."""
    price = DraftPrice.objects.filter(draft=draft, pk=price_id).first()
    if price is None:
        raise ValidationError(_("This price is gone. Reload the page."))
    return price


@command
def remove_price(*, card_id: UUID, price_id: UUID, actor: Actor, now: datetime) -> None:
    """Take a price off the draft; what is gone already stays gone."""
    require_price_writer(actor)
    draft = lock_draft(card_id)
    if DraftPrice.objects.filter(draft=draft, pk=price_id).delete()[0]:
        touch(draft, actor, now)


@command
def replace_prices(*, card_id: UUID, prices: Sequence[PriceDraft], actor: Actor, now: datetime) -> RateDraft:
    """The draft becomes what a file says, whole. Raises ValidationError by row and field (`3.amount_fen`)."""
    require_price_writer(actor)
    draft = lock_draft(card_id)
    tidied = [tidy_price(price) for price in prices]
    check_prices(tidied)
    DraftPrice.objects.filter(draft=draft).delete()
    DraftPrice.objects.bulk_create(DraftPrice(draft=draft, **asdict(price)) for price in tidied)
    touch(draft, actor, now)
    return draft


@command
def discard_draft(*, card_id: UUID, actor: Actor, now: datetime) -> None:
    """Put the draft away; what was published stays."""
    del now
    require_price_writer(actor)
    lock_draft(card_id).delete()


# --- what a price must be -----------------------------------------------------------------------------------------------


def tidy_price(price: PriceDraft) -> PriceDraft:
    """Without what its kind has no use for."""
    if price.kind not in SHAPES:
        return price
    shape = SHAPES[price.kind]
    unused = {name: None for name in FIGURES if name not in (*shape.needs, *shape.may)}
    operation = price.operation if shape.names else ""
    return replace(price, **unused, operation=operation, note=price.note.strip()[:200])  # type: ignore[arg-type]


def check_prices(prices: Sequence[PriceDraft]) -> None:
    """Raise ValidationError for all of them, by row and field."""
    errors: dict[str, Any] = {}
    if len(prices) > MOST_PRICES:
        raise ValidationError({"prices": _("A card has %(most)d prices at most.") % {"most": MOST_PRICES}})
    first: dict[tuple[str, ...], int] = {}
    codes = {
        name: frozenset(codes_of(name)) for name in ("area", "vehicle_class", "operation", "service", "way", "stage")
    }
    for row, price in enumerate(prices):
        found = errors_of(price, codes)
        if price.place in first:
            found.setdefault("kind", _("Row %(row)d has a price for exactly this.") % {"row": first[price.place] + 2})
        first.setdefault(price.place, row)
        errors |= {f"{row}.{name}": text for name, text in found.items()}
    if errors:
        raise ValidationError(errors)


def check_price(price: PriceDraft) -> None:
    """Raise ValidationError, by field."""
    names = ("area", "vehicle_class", named_by(price.kind))
    errors = errors_of(price, {name: frozenset(codes_of(name)) for name in names if name})
    if errors:
        raise ValidationError(errors)


def errors_of(price: PriceDraft, codes: dict[str, frozenset[str]]) -> dict[str, str]:
    """What is wrong with a price, by field."""
    if price.kind not in SHAPES:
        return {"kind": _("There is no such kind of price.")}
    errors = {name: _("Fill this in.") for name in SHAPES[price.kind].needs if getattr(price, name) is None}
    if SHAPES[price.kind].must_name and not price.operation:
        errors["operation"] = _("Say which one.")
    for field, register in (("area", "area"), ("vehicle_class", "vehicle_class"), ("operation", named_by(price.kind))):
        code = getattr(price, field)
        if code and register and code not in codes[register]:
            errors[field] = _("There is no %(code)s.") % {"code": code}
    return errors | figure_errors(price)


def figure_errors(price: PriceDraft) -> dict[str, str]:
    """Figures that no price can have."""
    errors = {}
    for name in ("amount_fen", "per_km_fen", "most_fen"):
        value = getattr(price, name)
        if value is not None and not 0 <= value <= MOST_FEN:
            errors[name] = _("Give an amount from 0 to 1,000,000 yuan.")
    for name, least, most in (("included_km", 0, 10_000), ("included_min", 0, 10_000), ("block_min", 1, 1_440),
                              ("road_percent", 100, 300), ("percent_bp", 0, 100_000)):  # fmt: skip
        value = getattr(price, name)
        if value is not None and not least <= value <= most:
            errors[name] = _("Give a number from %(least)d to %(most)d.") % {"least": least, "most": most}
    if price.night_from is not None and price.night_from == price.night_until:
        errors["night_until"] = _("A night ends at another hour than it begins.")
    return errors
