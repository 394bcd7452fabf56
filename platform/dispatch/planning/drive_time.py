"""Drive times behind one small interface, and the default that needs no service: great circle at city speed."""

from typing import Protocol

import numpy as np
import numpy.typing as npt

from dispatch.planning.geo import Floats, metres_between_vectors, unit_vectors

Seconds = npt.NDArray[np.int32]
Index = npt.NDArray[np.intp]

SAME_PLACE_M = 1.0
"""Who is nearer than this has arrived: no drive, no start-up."""


class DriveTimes(Protocol):
    """Whole seconds to drive between WGS-84 points given as `(n, 2)` arrays of lat and lng."""

    @property
    def follows_distance(self) -> bool:
        """Whether a farther point (great circle) never takes less time; then the nearest are the soonest."""

    def matrix(self, *, origins: npt.ArrayLike, destinations: npt.ArrayLike) -> Seconds:
        """Seconds from every origin (row) to every destination (column)."""

    def pairs(
        self,
        *,
        origins: npt.ArrayLike,
        destinations: npt.ArrayLike,
        origin_index: Index | None = None,
        destination_index: Index | None = None,
    ) -> Seconds:
        """Seconds from each origin to the destination of the same row.

        With the indices, row i is `origins[origin_index[i]]` to `destinations[destination_index[i]]`; so a table of
        few places can be asked for many pairs without being copied out.
        """


class GreatCircleDriveTimes:
    """The default: great-circle distance times a detour factor, at the speed of a city, plus the start-up."""

    def __init__(self, *, city_speed_kmh: float = 28.0, detour: float = 1.35, start_up_s: float = 180.0) -> None:
        """Speed in km/h, detour as a factor on the great circle, start-up (walk, park) in seconds; all positive."""
        if city_speed_kmh <= 0 or detour <= 0 or start_up_s < 0:
            raise ValueError("speed and detour must be positive, the start-up not negative")
        self._seconds_per_metre = detour * 3.6 / city_speed_kmh
        self._start_up_s = start_up_s

    @property
    def follows_distance(self) -> bool:
        """Always: the time is a rising function of the distance."""
        return True

    def matrix(self, *, origins: npt.ArrayLike, destinations: npt.ArrayLike) -> Seconds:
        """Seconds from every origin (row) to every destination (column)."""
        one, other = unit_vectors(points=origins), unit_vectors(points=destinations)
        return self._seconds(metres_between_vectors(one=one[:, None, :], other=other[None, :, :]))

    def pairs(
        self,
        *,
        origins: npt.ArrayLike,
        destinations: npt.ArrayLike,
        origin_index: Index | None = None,
        destination_index: Index | None = None,
    ) -> Seconds:
        """Seconds from each origin to the destination of the same row (or of the indexed rows)."""
        one, other = unit_vectors(points=origins), unit_vectors(points=destinations)
        if origin_index is not None:
            one = one[origin_index]
        if destination_index is not None:
            other = other[destination_index]
        return self._seconds(metres_between_vectors(one=one, other=other))

    def _seconds(self, metres: Floats) -> Seconds:
        seconds = np.rint(metres * self._seconds_per_metre + self._start_up_s)
        seconds[metres < SAME_PLACE_M] = 0.0
        return seconds.astype(np.int32)
