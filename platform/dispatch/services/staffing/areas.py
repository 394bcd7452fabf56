"""Areas: where they lie, how far they reach, and how many agents they want."""

import re
from dataclasses import asdict, dataclass
from datetime import datetime, time
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from dispatch.access import require_staffer
from dispatch.events import AreaChanged
from dispatch.models import Area
from dispatch.waking import wake_solver
from events.commands import command, record
from events.ids import new_id, public_id
from tenants.actors import Actor

CODE: Final = re.compile(r"[A-Z0-9]+(-[A-Z0-9]+)*")
MOST_METRES: Final = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaDraft:
    """An area as the lead draws it; the hours are local."""

    code: str
    name: str
    lat: float
    lng: float
    radius_m: int
    agents_least: int
    agents_wanted: int
    staffed_from: time
    staffed_until: time


@command
def save_area(*, area_id: UUID | None, draft: AreaDraft, actor: Actor, now: datetime) -> Area:
    """Draw an area (area_id None), or change one; legs that wait find their area anew.

    Raises PermissionDenied, ValidationError by field, Area.DoesNotExist.
    """
    require_staffer(actor)
    area = Area(pk=new_id()) if area_id is None else Area.objects.select_for_update().get(pk=area_id)
    check_draft(draft, area_id)
    before = {} if area_id is None else values_of(area)
    for name, value in asdict(draft).items():
        setattr(area, name, value.strip() if isinstance(value, str) else value)
    area.save(force_insert=area_id is None)
    after = values_of(area)
    changed = sorted(name for name in after if before.get(name) != after[name])
    if changed:
        record(
            AreaChanged(
                subject=public_id("are", area.pk), area_id=area.pk,
                before={name: before[name] for name in changed if name in before},
                after={name: after[name] for name in changed},
            )
        )  # fmt: skip
        wake_solver()
    return area


def check_draft(draft: AreaDraft, area_id: UUID | None) -> None:
    """Raise ValidationError by field."""
    same = Area.objects.filter(code=draft.code.strip()).values_list("pk", flat=True).first()
    found: dict[str, tuple[bool, str]] = {
        "code": (bool(CODE.fullmatch(draft.code.strip())), _("Capital letters, digits and single hyphens.")),
        "name": (bool(draft.name.strip()), _("Give a name.")),
        "lat": (abs(draft.lat) <= 90, _("A latitude lies between -90 and 90.")),
        "lng": (abs(draft.lng) <= 180, _("A longitude lies between -180 and 180.")),
        "radius_m": (0 < draft.radius_m <= MOST_METRES, _("From 1 m to 100 km.")),
        "agents_least": (draft.agents_least >= 1, _("One at least.")),
        "agents_wanted": (draft.agents_wanted >= draft.agents_least, _("Not fewer than the least.")),
        "staffed_until": (draft.staffed_until > draft.staffed_from, _("It must end after it begins.")),
    }
    errors = {name: words for name, (is_right, words) in found.items() if not is_right}
    if "code" not in errors and same not in (None, area_id):
        errors["code"] = _("Another area has this code.")
    if errors:
        raise ValidationError(errors)


def values_of(area: Area) -> dict[str, Any]:
    """An area as the fact keeps it."""
    return {name: getattr(area, name) for name in AreaDraft.__dataclass_fields__}
