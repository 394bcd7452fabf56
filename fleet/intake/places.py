"""Where the vehicle stands: a site, or an address with coordinates. GCJ-02 ends here; inside all is WGS-84."""

import math
from collections.abc import Mapping
from functools import lru_cache
from typing import Final, NamedTuple

import eviltransform

from fleet.intake.context import Site
from fleet.intake.rows import RowProblem

_FAR_METRES: Final = 500
_METRES_A_DEGREE: Final = 111_320


class Place(NamedTuple):
    """An address with WGS-84 coordinates, and the site whose it is."""

    site_code: str | None
    address: str
    lat: float
    lng: float


class StatedPlace(NamedTuple):
    """What a row says of its place. Coordinates are None when they are missing or wrong."""

    site_code: str
    address: str
    lat: float | None
    lng: float | None
    system: str


def find_site(sites: Mapping[str, Site], code: str) -> Site | None:
    """The site of that code, in any case of letters."""
    return sites.get(code) or sites.get(code.upper())


@lru_cache(maxsize=4096)
def to_wgs84(lat: float, lng: float) -> tuple[float, float]:
    """WGS-84 degrees of a GCJ-02 point, to better than a metre."""
    exact_lat, exact_lng = eviltransform.gcj2wgs_exact(lat, lng)
    return round(exact_lat, 6), round(exact_lng, 6)


def place_of(stated: StatedPlace) -> Place | None:
    """The row's own place, or None when it is not whole."""
    if not stated.address or stated.lat is None or stated.lng is None:
        return None
    lat, lng = stated.lat, stated.lng
    if stated.system == "gcj02":
        lat, lng = to_wgs84(lat, lng)
    return Place(None, stated.address, lat, lng)


def missing_parts(stated: StatedPlace, faulty: frozenset[str]) -> list[RowProblem]:
    """What a row without a site lacks; `faulty` are the fields that have a defect already."""
    absent = [field for field in ("lat", "lng") if getattr(stated, field) is None and field not in faulty]
    if not stated.address:
        problems = [] if "address" in faulty else [RowProblem("address", "location_missing")]
        return problems + [RowProblem(field, "required") for field in absent if len(absent) == 1]
    return [RowProblem(field, "required") for field in absent]


def differs(stated: StatedPlace, site: Site) -> bool:
    """Whether a row with a site describes another place than that site."""
    if stated.address and "".join(stated.address.split()) != "".join(site.address.split()):
        return True
    if stated.lat is None or stated.lng is None:
        return False
    lat, lng = to_wgs84(stated.lat, stated.lng) if stated.system == "gcj02" else (stated.lat, stated.lng)
    north = (lat - site.lat) * _METRES_A_DEGREE
    east = (lng - site.lng) * _METRES_A_DEGREE * math.cos(math.radians(site.lat))
    return math.hypot(north, east) > _FAR_METRES
