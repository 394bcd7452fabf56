"""Map services that an agent's phone opens: which are offered (MAP_LINKS), and in which datum each reads a place."""

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from dispatch.planning import DisplaySystem, from_wgs84


@dataclass(frozen=True, slots=True)
class MapService:
    """A service: `pattern` takes lat, lng and name; `is_outside` opens it beside the page."""

    label: Any
    system: DisplaySystem
    pattern: str
    is_outside: bool = True


@dataclass(frozen=True, slots=True)
class MapLink:
    """A button."""

    label: Any
    url: str
    is_outside: bool


SERVICES: Final[dict[str, MapService]] = {
    # RFC 5870: WGS-84; the phone asks which of its maps is meant
    "geo": MapService(_("Navigate"), "wgs84", "geo:{lat:.6f},{lng:.6f}?q={lat:.6f},{lng:.6f}({name})", is_outside=False),
    "amap": MapService(
        _("Amap"), "gcj02", "https://uri.amap.com/marker?position={lng:.6f},{lat:.6f}&name={name}&coordinate=gaode&callnative=1"
    ),
    "baidu": MapService(
        _("Baidu Maps"), "bd09",
        "https://api.map.baidu.com/marker?location={lat:.6f},{lng:.6f}&title={name}&content={name}&coord_type=bd09ll&output=html&src=baylink",
    ),
    # Apple's map of China is Amap's, and reads what it is given as GCJ-02 there
    "apple": MapService(_("Apple Maps"), "gcj02", "https://maps.apple.com/?daddr={lat:.6f},{lng:.6f}&q={name}"),
}  # fmt: skip


def offered() -> list[MapService]:
    """The services in the order of the setting. Raises ImproperlyConfigured for one that is not known."""
    unknown = [name for name in settings.MAP_LINKS if name not in SERVICES]
    if unknown:
        raise ImproperlyConfigured(f"MAP_LINKS names {', '.join(unknown)}; known are {', '.join(SERVICES)}.")
    return [SERVICES[name] for name in settings.MAP_LINKS]


def links_to(*, lat: float, lng: float, name: str) -> list[MapLink]:
    """A WGS-84 place on each service that is offered."""
    found = []
    for service in offered():
        there, across = from_wgs84(lat=lat, lng=lng, system=service.system)
        url = service.pattern.format(lat=there, lng=across, name=quote(name, safe=""))
        found.append(MapLink(service.label, url, service.is_outside))
    return found
