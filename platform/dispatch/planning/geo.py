"""Places on the earth: vectorised great-circle distances, and the way in and out for Chinese map coordinates.

Inside Baylink every coordinate is WGS-84 `(lat, lng)` in degrees; GCJ-02 and BD-09 are converted here, at the edge.
"""

from typing import Literal

import eviltransform
import numpy as np
import numpy.typing as npt

CoordinateSystem = Literal["wgs84", "gcj02"]
"""What comes in."""
DisplaySystem = Literal["wgs84", "gcj02", "bd09"]
"""What map services read."""
Coordinates = tuple[float, float]
"""`(lat, lng)` in WGS-84 degrees."""
Floats = npt.NDArray[np.float64]

EARTH_RADIUS_M = 6_371_008.8
"""Mean radius of the WGS-84 ellipsoid; a sphere of it is within 0.6 % of the true distance."""


def unit_vectors(*, points: npt.ArrayLike) -> Floats:
    """Turn `(n, 2)` degrees into `(n, 3)` unit vectors, whose scalar product falls as the distance grows."""
    degrees = np.asarray(points, dtype=np.float64).reshape(-1, 2)
    lat, lng = np.radians(degrees[:, 0]), np.radians(degrees[:, 1])
    flat = np.cos(lat)
    return np.stack((flat * np.cos(lng), flat * np.sin(lng), np.sin(lat)), axis=1)


def metres_between_vectors(*, one: Floats, other: Floats) -> Floats:
    """Great-circle metres between unit vectors, by the chord, which keeps its precision for short distances."""
    apart = one - other
    half_chord = np.sqrt(np.einsum("...i,...i->...", apart, apart)) * 0.5
    metres: Floats = np.arcsin(np.minimum(half_chord, 1.0)) * (2.0 * EARTH_RADIUS_M)
    return metres


def metres_between(*, origins: npt.ArrayLike, destinations: npt.ArrayLike) -> Floats:
    """Great-circle metres from each origin to the destination in the same row; one row stands for all."""
    return metres_between_vectors(one=unit_vectors(points=origins), other=unit_vectors(points=destinations))


def metres_matrix(*, origins: npt.ArrayLike, destinations: npt.ArrayLike) -> Floats:
    """Great-circle metres from every origin (row) to every destination (column)."""
    one, other = unit_vectors(points=origins), unit_vectors(points=destinations)
    return metres_between_vectors(one=one[:, None, :], other=other[None, :, :])


def to_wgs84(*, lat: float, lng: float, system: CoordinateSystem = "wgs84") -> Coordinates:
    """Give the WGS-84 coordinates of a point named in `system`; outside China GCJ-02 is WGS-84.

    Raises ValueError for a point that is not on the earth or a system that is not known.
    """
    if not (-90.0 <= lat <= 90.0 and -180.0 <= lng <= 180.0):
        raise ValueError(f"no such place: {lat}, {lng}")
    if system == "wgs84":
        return lat, lng
    if system == "gcj02":
        exact = eviltransform.gcj2wgs_exact(lat, lng)
        return float(exact[0]), float(exact[1])
    raise ValueError(f"unknown coordinate system: {system}")


def from_wgs84(*, lat: float, lng: float, system: DisplaySystem) -> Coordinates:
    """Give a WGS-84 point in `system`, for a map that shows it. Outside China both are WGS-84.

    Raises ValueError for a system that is not known.
    """
    if system == "wgs84":
        return lat, lng
    if system not in ("gcj02", "bd09"):
        raise ValueError(f"unknown coordinate system: {system}")
    found = eviltransform.wgs2gcj(lat, lng) if system == "gcj02" else eviltransform.wgs2bd(lat, lng)
    return float(found[0]), float(found[1])
