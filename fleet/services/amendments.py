"""What a person or a program wants changed on an order, judged by the same rules as a row of a file."""

from collections.abc import Mapping
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from fleet.access import Action, require_may
from fleet.intake.columns import LIMITS, PLACE
from fleet.intake.phones import parse_phone
from fleet.intake.rows import RowProblem, explain
from fleet.intake.values import REQUIRED, Defect, Plate, parse_line, parse_plate, parse_text
from fleet.models import CostCenter, Order, Site
from fleet.services.places import missing_place, place_of
from repair.requests import Amendment
from tenants.actors import Actor
from tenants.models import Tenant

SHORT: Final = ("address", "contact", "po_number")
MUST: Final = frozenset({"address", "contact"})


def read_amendment(*, order: Order, changes: Mapping[str, Any], actor: Actor) -> Amendment:
    """The amendment (J26) that `changes` ask for: values of the right kind, by the names of Amendment.

    A site brings its address and coordinates; without one all three are needed. Raises PermissionDenied, ValidationError
    by field, with the codes and words that the check of a file has.
    """
    require_may(actor, Action.SUBMIT)
    errors: dict[str, ValidationError] = {}
    found = {name: read_value(name, value, actor, errors) for name, value in changes.items()}
    if not errors.keys() & {"site_code", *PLACE}:
        found |= read_place(order, found, errors)
    if errors:
        raise ValidationError(errors)
    return Amendment(**found)


def read_value(name: str, value: Any, actor: Actor, errors: dict[str, ValidationError]) -> Any:
    """One value in the form that an order holds it; what is wrong with it goes to `errors`."""
    parsed: Any = value
    text = value.strip() if isinstance(value, str) else ""
    if name == "phone":
        parsed = parse_phone(text)
    elif name == "plate":
        parsed = plate_of(text, actor)
    elif name == "notes":
        parsed = parse_text(text, LIMITS[name])
    elif name in SHORT:
        parsed = parse_line(text, LIMITS[name]) if text or name not in MUST else REQUIRED
    elif name in {"cost_center", "site_code"}:
        parsed = text
    if name == "cost_center" and text and not CostCenter.objects.filter(name=text, is_active=True).exists():
        errors[name] = ValidationError(
            _("There is no cost centre %(name)s.") % {"name": text[:80]}, code="unknown_cost_center"
        )
    if isinstance(parsed, Defect):
        message, fix = explain(RowProblem(name, parsed.code, parsed.params))
        errors[name] = ValidationError(f"{message} {fix}".strip(), code=parsed.code)
    return parsed


def plate_of(text: str, actor: Actor) -> str | Defect:
    """A plate without its dot; a fleet's vehicle must have one."""
    parsed = parse_plate(text)
    if not isinstance(parsed, Plate):
        return parsed
    is_fleet = actor.tenant is not None and actor.tenant.kind == Tenant.Kind.FLEET
    return REQUIRED if parsed.number is None and is_fleet else parsed.number or ""


def read_place(order: Order, found: Mapping[str, Any], errors: dict[str, ValidationError]) -> dict[str, Any]:
    """Where the vehicle stands then: a site's own place, or an address of its own with both coordinates."""
    stated = [name for name in PLACE if name in found]
    code = found.get("site_code")
    if code is None and not stated:
        return {}
    if code:
        return place_of_site(code, stated, errors)
    if "site_code" in found and not stated and not order.site_code:
        return {}
    for name in missing_place(found):
        errors[name] = ValidationError(_("A place without a site needs address, lat and lng."), code="required")
    return {"site_code": ""}


def place_of_site(code: str, stated: list[str], errors: dict[str, ValidationError]) -> dict[str, Any]:
    """The place of one of the tenant's sites."""
    site = Site.objects.filter(code__iexact=code, is_active=True).first()
    if site is None:
        message, fix = explain(RowProblem("site_code", "unknown_site", {}))
        errors["site_code"] = ValidationError(f"{message} {fix}".strip(), code="unknown_site")
        return {}
    for name in stated:
        errors[name] = ValidationError(_("Leave it out: the site says where it is."), code="site_differs")
    return place_of(site)
