"""What the log is asked: who is called so, which objects are called so, and what an entry's object is called."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection
from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext as _

from events.book.models import BESIDE_ORDERS, Entry
from events.ids import BadId, public_id, read_public_id
from fleet.models import Batch, CostCenter, Driver, Import, Order, SavedView, Site, Vehicle
from tenants.actors import SYSTEM_NAMES
from tenants.people.models import TenantRole

MOST_NAMES: Final = 100
ORDERS: Final = "orders"
GROUPS: Final[dict[str, tuple[str, ...]]] = {
    "people": ("member.", "api_key."),
    "rules": ("settings.", "limit.", "view."),
    "approvals": ("approval.", "delegation.", "budget."),
    "registers": ("driver.", "site.", "cost_center.", "import."),
    "batches": ("batch.",),
    ORDERS: ("order.",),
    "vehicles": ("vehicle.",),
}
"""Types of events that people think of together, by how they begin."""
BESIDE: Final = frozenset(GROUPS) - {ORDERS, "vehicles"}  # found by the index over what is beside the course of orders

# Names repeat a thousandfold: the index is asked for the next name after each, never for all rows.
NAMES: Final = """
WITH RECURSIVE names AS (
    (SELECT actor_name FROM events_book_entry ORDER BY actor_name LIMIT 1)
    UNION ALL
    SELECT (SELECT actor_name FROM events_book_entry WHERE actor_name > names.actor_name ORDER BY actor_name LIMIT 1)
    FROM names WHERE names.actor_name IS NOT NULL
)
SELECT actor_name FROM names WHERE actor_name ILIKE %s OR actor_name = ANY(%s) LIMIT %s
"""


def of_group(entries: QuerySet[Entry], group: str) -> QuerySet[Entry]:
    """The entries of one group of GROUPS."""
    wanted = Q()
    for beginning in GROUPS[group]:
        wanted |= Q(type__startswith=beginning)
    return entries.filter(wanted, BESIDE_ORDERS) if group in BESIDE else entries.filter(wanted)


def names_like(text: str) -> list[str]:
    """Everybody in the log whose name contains `text`, the parts of the system by the name that pages give them."""
    pattern = "%" + text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    parts = [name for name, shown in SYSTEM_NAMES.items() if text.casefold() in str(shown).casefold()]
    with connection.cursor() as cursor:
        cursor.execute(NAMES, [pattern, parts, MOST_NAMES])
        return [name for (name,) in cursor.fetchall()]


def subjects_like(text: str) -> list[str]:
    """The public ids of what people call `text`: an id, an order's number, a plate, a VIN, a batch's or driver's name."""
    upper = text.upper()
    kinds: tuple[tuple[str, type[Model], Q], ...] = (
        ("ord", Order, Q(number=upper) | Q(external_ref=text)),
        ("veh", Vehicle, Q(plate=upper) | Q(vin=upper)),
        ("drv", Driver, Q(name=text)),
        ("bat", Batch, Q(name=text)),
        ("sit", Site, Q(code=text)),
        ("cct", CostCenter, Q(name=text)),
    )
    found = [text]
    for prefix, model, called in kinds:
        keys = model._default_manager.filter(called).order_by("-pk").values_list("pk", flat=True)[:MOST_NAMES]
        found += [public_id(prefix, key) for key in keys]
    return found


@dataclass(frozen=True, slots=True)
class Called:
    """An object of the log as people call it, and its page."""

    name: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """Objects whose public ids begin alike."""

    model: type[Any]
    name: Callable[[Any], str]


KINDS: Final[Mapping[str, Kind]] = {
    "ord": Kind(Order, lambda order: str(order.number)),
    "veh": Kind(Vehicle, lambda vehicle: str(vehicle.plate or vehicle.vin)),
    "drv": Kind(Driver, lambda driver: str(driver.name)),
    "bat": Kind(Batch, lambda batch: str(batch.name)),
    "imp": Kind(Import, lambda source: str(source.name)),
    "sit": Kind(Site, lambda site: str(site.code)),
    "cct": Kind(CostCenter, lambda center: str(center.name)),
    "viw": Kind(SavedView, lambda view: str(view.name) if view.is_shared else ""),
}


def call_subjects(entries: Iterable[Entry]) -> dict[str, Called]:
    """What each entry's object is called, by its public id: one query a kind, however many there are."""
    entries = list(entries)
    called = {entry.subject: Called(call_by_data(entry)) for entry in entries}
    for prefix, kind in KINDS.items():
        keys = {key: subject for subject in called if (key := key_of(prefix, subject))}
        for key, found in (kind.model._default_manager.in_bulk(list(keys)) if keys else {}).items():
            url = found.get_absolute_url() if hasattr(found, "get_absolute_url") else ""
            called[keys[key]] = Called(kind.name(found) or called[keys[key]].name, url)
    return called


def key_of(prefix: str, subject: str) -> Any:
    """The key behind a public id of this kind; None for another kind."""
    try:
        return read_public_id(prefix, subject)
    except BadId:
        return None


def call_by_data(entry: Entry) -> str:
    """What the entry itself calls its object: it may be gone, or live outside the book."""
    if entry.subject in TenantRole.values:
        return str(TenantRole(entry.subject).label)
    if entry.subject == "settings":
        return _("Settings")
    data = entry.data
    for part in (data, data.get("after"), data.get("before")):
        name = isinstance(part, dict) and (part.get("name") or part.get("number") or part.get("email"))
        if name:
            return str(name)
    return ""
